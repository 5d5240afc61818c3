"""What is on the ballot and where: contests, styles, precincts, scanners. Names are labels and decide nothing."""

from dataclasses import dataclass

import numpy as np

from faircount.simulate.plan import Plan

ELECTION = "Invented General Election"
DATE = "20301105"
"""Day of every invented election, YYYYMMDD: a Tuesday that no real election has been held on yet."""
PARTIES = ("Lake Party", "Hill Party", "Orchard Party")
GROUPS = ("Election Day", "Vote by Mail", "Provisional")
"""Counting groups in the order of their ids, 1 first."""
ELECTION_DAY, MAIL, PROVISIONAL = range(3)
WRITE_IN = "Write-in"

Entries = tuple[tuple[str, int], ...]
"""Choices as (name, party id); party id 0 is none."""

_GOVERNOR: Entries = (
    ("Iñaki Peñaflor / Ruth Abara", 1),
    ("Zoë Ångström-Lind / Paul Venn", 2),
    ("Mary D'Arcy-Holt / Sam Quill", 3),
    ("Theo Marchetti / Lia Sandoval", 0),
)
_MAYOR: Entries = (
    ("José Núñez Ibarrola", 0),
    ("Siobhán O'Dellan", 0),
    ('Walter "Buzz" Amesbury', 0),
    ("林美玲", 0),
    ("Grace Okonkwo-Bright", 0),
)
_COUNCIL: Entries = (
    ("Renée Dubois-Hart", 0),
    ("Tomás Ó Faoláin", 0),
    ("Ngozi Adeyemi-Cole", 0),
    ("Jürgen Weißhaupt", 0),
    ("Priya Raghunathan", 0),
    ("Carl E. Stanwick, Jr.", 0),
    ("Łucja Wrońska", 0),
)
_WATER: Entries = (("Helen Tsosie-Grey", 0), ("Marcus Bellwether", 0))
_HARBOR: Entries = (("Ana Brandão Lopes", 0), ("Denis Kowalczuk", 0), ("Fatima El-Amrani", 0), ("Owen Pryce-Jones", 0))
_YES_NO: Entries = (("Yes", 0), ("No", 0))


@dataclass(frozen=True, slots=True)
class Question:
    """One contest of an invented election, as the design knows it."""

    id: int
    title: str
    entries: Entries
    vote_for: int = 1
    ranks: int = 0
    """0 where voters mark and do not rank."""
    sheet: int = 0
    """Which card of a two-card ballot holds it, 0 first."""
    write_in: bool = False
    district: bool = False
    """On the ballot only in the precincts of the water district."""
    close: bool = False
    """The two strongest choices are made to finish close."""

    @property
    def choices(self) -> tuple[str, ...]:
        """Names in ballot order; the pooled write-in comes last where there is one."""
        names = tuple(name for name, _ in self.entries)
        return (*names, WRITE_IN) if self.write_in else names

    def choice_id(self, choice: int) -> int:
        """Return the vendor's candidate id of the choice at `choice`."""
        return self.id * 20 + choice + 1

    def party_id(self, choice: int) -> int | None:
        """Return the party id, 0 for none; None for a write-in, which has no such field."""
        return self.entries[choice][1] if choice < len(self.entries) else None


QUESTIONS: tuple[Question, ...] = (
    Question(3, "Governor", _GOVERNOR, write_in=True),
    Question(5, "Mayor", _MAYOR, ranks=5, write_in=True),
    Question(8, "City Council", _COUNCIL, vote_for=3, write_in=True),
    Question(9, "Water Board, District 2", _WATER, sheet=1, write_in=True, district=True),
    Question(12, "Harbor Commissioner", _HARBOR, ranks=4, sheet=1, close=True),
    Question(14, "Measure A: Library Hours", _YES_NO, sheet=1),
    Question(15, "Measure B: Ferry Bonds", _YES_NO, sheet=1),
    Question(17, "Measure C: Año Nuevo Trail", _YES_NO, sheet=1),
)
"""Contests in ballot order. Ids have gaps, as real ones do."""


@dataclass(frozen=True, slots=True)
class Precinct:
    """A precinct with the single portion that the vendor's records point to."""

    id: int
    portion_id: int
    name: str
    in_district: bool


@dataclass(frozen=True, slots=True)
class Style:
    """A ballot type: which contests a ballot of it holds, over all its cards. `contests` are indexes of questions."""

    id: int
    name: str
    external: str
    contests: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tabulator:
    """A scanner: central ones take mail and provisional ballots, precinct ones take their precinct's."""

    id: int
    name: str
    kind: str
    location_id: int
    location: str


@dataclass(frozen=True, slots=True)
class Design:
    """Everything fixed before anybody votes."""

    questions: tuple[Question, ...]
    precincts: tuple[Precinct, ...]
    styles: tuple[Style, ...]
    tabulators: tuple[Tabulator, ...]
    central: tuple[int, ...]
    """Ids of the scanners for mail."""
    provisional: int
    """Id of the scanner for provisional ballots."""
    signature: tuple[int, ...]

    def style_of(self, precinct: int, group: int) -> Style:
        """Return the ballot type for a ballot of `precinct` (index) in counting group `group` (index)."""
        by_mail = group == MAIL
        return self.styles[2 * int(self.precincts[precinct].in_district) + int(not by_mail)]

    def precinct_scanner(self, precinct: int) -> int:
        """Return the id of the scanner that stands in `precinct` (index)."""
        return 1001 + precinct


def design(plan: Plan, rng: np.random.Generator) -> Design:
    """Lay out the ballot for `plan`; only the water district's outline and the signature come from `rng`."""
    inside = set(rng.permutation(plan.precincts)[: plan.precincts // 2].tolist())
    precincts = tuple(
        Precinct(i + 1, 101 + i, f"Precinct {101 + i}" + (" Peña Blanca" if i == 1 else ""), i in inside)
        for i in range(plan.precincts)
    )
    outside_contests = tuple(i for i, q in enumerate(QUESTIONS) if not q.district)
    all_contests = tuple(range(len(QUESTIONS)))
    styles = tuple(
        Style(2 * n + m + 1, f"Ballot Type {n + 1} - {form}", form, contests)
        for n, contests in enumerate((outside_contests, all_contests))
        for m, form in enumerate(("VBM", "POLL"))
    )
    central = tuple(range(1, 3 + plan.ballots // 12_000))
    tabulators = [Tabulator(i, f"ICC{i:02} Vote by Mail", "ImagecastCentral", 1, "Counting Center") for i in central]
    provisional = central[-1] + 1
    name = f"ICC{provisional:02} Provisional"
    tabulators.append(Tabulator(provisional, name, "ImagecastCentral", 1, "Counting Center"))
    tabulators += [
        Tabulator(1001 + i, f"ICP {101 + i}", "ImagecastPrecinct2", 101 + i, f"{p.name} Hall")
        for i, p in enumerate(precincts)
    ]
    signature = tuple(rng.integers(33, 127, 32).tolist())
    return Design(QUESTIONS, precincts, styles, tuple(tabulators), central, provisional, signature)
