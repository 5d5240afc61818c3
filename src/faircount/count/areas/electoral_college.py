"""The Electoral College: electors follow from the outcome in each area; nothing here elects where the law does not.

U.S. Constitution, art. II § 1 and Twelfth Amendment; 3 U.S.C. §§ 1–16. In 48 States and the District of Columbia all
electors go to the leading ticket; in Maine (21-A M.R.S. § 805) and Nebraska (Neb. Rev. Stat. §§ 32-714 and 32-1038)
two do so state-wide and one in each congressional district: state and districts are separate areas here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from faircount.model import BadInputError, CandidateIndex, Exhibit, Transcript, VoteCount


@dataclass(frozen=True, slots=True)
class AreaElectors:
    """The electors of one area: whose they are, and by what."""

    area: str
    electors: int
    by_choice: tuple[int, ...]
    basis: str
    """Why: `most votes`, `winner of the count`, `as recorded`, or `tie`, `no votes`, `not decided`."""
    tied: tuple[CandidateIndex, ...] = ()
    """Choices with equally many votes, where that left the electors to nobody."""

    @property
    def unassigned(self) -> int:
        """Electors that nobody has."""
        return self.electors - sum(self.by_choice)


def winner_takes_all(area: str, electors: int, votes: Sequence[VoteCount]) -> AreaElectors:
    """Give all electors of `area` to the choice with most votes; a tie is stated and leaves them unassigned.

    State law breaks such a tie (a lot, a new election, the legislature), and its decision is for `as_recorded`.
    """
    most = max(votes, default=0)
    tied = tuple(CandidateIndex(c) for c, n in enumerate(votes) if n == most)
    if not most or len(tied) > 1:
        return AreaElectors(area, electors, (0,) * len(votes), "tie" if most else "no votes", tied if most else ())
    return AreaElectors(area, electors, tuple(electors * (c == tied[0]) for c in range(len(votes))), "most votes")


def from_count(area: str, electors: int, transcript: Transcript) -> AreaElectors:
    """Give all electors of `area` to the winner of a count under any rule (Maine counts ranked choices)."""
    size = len(transcript.rounds[0].votes)
    if transcript.verdict != "elected" or len(transcript.elected) != 1:
        return AreaElectors(area, electors, (0,) * size, "not decided", transcript.rounds[-1].tied)
    winner = transcript.elected[0]
    return AreaElectors(area, electors, tuple(electors * (c == winner) for c in range(size)), "winner of the count")


def as_recorded(area: str, by_choice: Sequence[int]) -> AreaElectors:
    """Take electors as somebody recorded them, where no votes are at hand; the basis says so."""
    return AreaElectors(area, sum(by_choice), tuple(by_choice), "as recorded")


@dataclass(frozen=True, slots=True)
class ElectorsVotes:
    """What electors of one area voted, beside what they were appointed for."""

    area: str
    appointed: tuple[tuple[str, int], ...]
    cast: tuple[tuple[str, int], ...]
    """By name, most first; the names may stand on no ballot."""

    @property
    def departed(self) -> bool:
        """Whether the votes differ from the appointments."""
        return dict(self.appointed) != dict(self.cast)


@dataclass(frozen=True, slots=True)
class College:
    """Electors by choice, and whether anybody has a majority."""

    choices: tuple[str, ...]
    areas: tuple[AreaElectors, ...]
    electors: int
    by_choice: tuple[int, ...]
    unassigned: int
    """Electors without a choice: their area is not decided, or they are missing in its certificate."""
    majority: int
    """The smallest number that is more than half of all electors: 270 of 538."""
    verdict: str
    """`elected`; `not decided`, where electors of undecided areas could still make a majority; or `no majority`."""
    winner: str
    """A name; empty unless the verdict is `elected`."""
    statement: str
    """The outcome in a sentence."""
    departures: tuple[ElectorsVotes, ...] = ()
    """Areas whose electors voted otherwise than they were appointed for, where certificates are recorded."""

    @property
    def exhibit(self) -> Exhibit:
        """The table of electors by area, with the whole as its last row."""
        rows: tuple[tuple[str | VoteCount | None, ...], ...]
        rows = tuple((one.area, one.electors, *one.by_choice, one.unassigned, one.basis) for one in self.areas)
        columns = ("Area", "Electors", *self.choices, "Unassigned", "By")
        whole: tuple[str | VoteCount | None, ...]
        whole = ("all areas", self.electors, *self.by_choice, self.unassigned, "sum")
        return Exhibit("Electors", columns, (*rows, whole), "Electors by area, and why they are whose.")


HOUSE = (
    "nobody has a majority of the electors: the House of Representatives chooses among the three with the most "
    "electors, one vote a State (contingent election, Twelfth Amendment); it is not decided here"
)
"""What the law says where nobody has a majority."""


def electoral_college(
    choices: Sequence[str],
    areas: Sequence[AreaElectors],
    certificates: Mapping[str, Mapping[str, int]] | None = None,
) -> College:
    """Sum the electors of all areas, and say whether anybody has a majority of all electors.

    `certificates` are the electors' own votes by area, then by name, where they are recorded: they count instead of
    the appointments of that area, and every departure is listed. Names that are no choice get a place after the
    choices. A certificate is final: an elector who is not in it voted for nobody, and stays one of the whole number
    appointed, of which the Twelfth Amendment asks a majority. Raises `BadInputError` for an area twice, one with other
    choices, or a certificate of no known area or with more votes than electors.
    """
    known = dict(certificates or {})
    _checked(choices, areas, known)
    names = list(dict.fromkeys((*choices, *(name for area in areas for name in known.get(area.area, {})))))
    counted, departures = [], []
    for one in areas:
        appointed = (*one.by_choice, *(0 for _ in names[len(choices) :]))
        if one.area not in known:
            counted.append(AreaElectors(one.area, one.electors, appointed, one.basis, one.tied))
            continue
        cast = tuple(known[one.area].get(name, 0) for name in names)
        counted.append(AreaElectors(one.area, one.electors, cast, "electors' certificate"))
        found = ElectorsVotes(one.area, _named(names, appointed), _named(names, cast))
        departures += [found] if found.departed else []
    by_choice = tuple(sum(column) for column in zip(*(one.by_choice for one in counted), strict=True))
    electors = sum(one.electors for one in areas)
    unassigned, majority = electors - sum(by_choice), electors // 2 + 1
    undecided = sum(one.unassigned for one in counted if one.area not in known)
    verdict, winner, statement = _outcome(names, by_choice, undecided, majority, electors)
    return College(
        tuple(names), tuple(counted), electors, by_choice, unassigned, majority, verdict, winner, statement,
        tuple(departures),
    )  # fmt: skip


def _outcome(
    names: Sequence[str], by_choice: Sequence[int], undecided: int, majority: int, electors: int
) -> tuple[str, str, str]:
    most = max(by_choice, default=0)
    need = f"{majority} of {electors} electors are a majority"
    if electors and most >= majority:
        winner = names[list(by_choice).index(most)]
        return "elected", winner, f"{winner} has {most} electors; {need}"
    if undecided and most + undecided >= majority:
        return "not decided", "", f"{undecided} electors are unassigned, and could make a majority; {need}"
    return "no majority", "", f"{HOUSE}; {need}"


def _named(names: Sequence[str], votes: Sequence[int]) -> tuple[tuple[str, int], ...]:
    found = [(name, n) for name, n in zip(names, votes, strict=True) if n]
    return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0])))


def _checked(
    choices: Sequence[str], areas: Sequence[AreaElectors], certificates: Mapping[str, Mapping[str, int]]
) -> None:
    place = "Electoral College"
    if len({one.area for one in areas}) != len(areas) or len(set(choices)) != len(choices):
        raise BadInputError(place, "areas and choices have names of their own")
    for one in areas:
        if len(one.by_choice) != len(choices) or one.unassigned < 0 or min(one.by_choice, default=0) < 0:
            raise BadInputError(f"{place}, {one.area}", f"electors for {len(choices)} choices, no more than there are")
        cast = sum(certificates.get(one.area, {}).values())
        if cast > one.electors or min(certificates.get(one.area, {}).values(), default=0) < 0:
            raise BadInputError(f"{place}, {one.area}", f"{one.electors} electors have a vote each", f"{cast} votes")
    foreign = sorted(set(certificates) - {one.area for one in areas})
    if foreign:
        raise BadInputError(place, "a certificate comes from an area with electors", str(foreign))
