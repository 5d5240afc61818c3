"""Small audits made by hand: two choices, few cards, and acts that follow one another without a log on a disk."""

import base64
import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from faircount.assertion.plurality import beats
from faircount.audit.files import files_of, sample_file
from faircount.audit.rounds import closing
from faircount.audit.state import Audit
from faircount.model import (
    PHANTOM,
    Act,
    Ballot,
    BatchReport,
    CandidateIndex,
    CardCount,
    Choice,
    Commitment,
    Contest,
    Counted,
    Design,
    ListedCard,
    Person,
    Read,
    Subject,
    TamperError,
)

A, B = CandidateIndex(0), CandidateIndex(1)
DIGITS = "31415926535897932384"
VOTES: Mapping[str, Ballot] = {"A": Ballot(((A, 1),)), "B": Ballot(((B, 1),)), "-": Ballot()}
"""What a card says, by a letter: a vote for A, one for B, or neither."""
WAYS = "AB-"
"""The order of the distinct readings that are committed."""


def question(name: str, cards: int) -> Contest:
    """Return the contest `name`, A against B."""
    choices = (Choice(f"A of {name}"), Choice(f"B of {name}"))
    return Contest(f"Office {name}", choices, cards_bound=CardCount(cards))


def subject(
    name: str, cards: int, ahead: int, *, audited: bool = True, limit: Fraction = Fraction(1, 10),
    risk: str = "betting-fixed", settings: tuple[tuple[str, str], ...] = (("bet", "1"),),
) -> Subject:  # fmt: skip
    """Return the contest that A won by `ahead` votes, over `cards` cards."""
    held = question(name, cards)
    claims = (beats(held, A, B),)
    return Subject(
        name, held, CardCount(cards), (A,), "elected", (), audited, limit, risk, settings, "outcome",
        "A got more votes than B", claims, (Fraction(ahead, cards),),
    )  # fmt: skip


def ahead(says: Iterable[str | None]) -> int:
    """Return by how many votes A leads."""
    tally = Counter(says)
    return tally["A"] - tally["B"]


def counted(says: Iterable[str], cards: int | None = None) -> Counted:
    """Return letters as counted ballots."""
    tally = Counter(says)
    return Counted(
        CardCount(tally.total() if cards is None else cards),
        tuple((VOTES[way], tally[way]) for way in WAYS if tally[way]),
    )


Says = Mapping[str, str]
"""Contest → letter; a contest that is not there is not on the card."""


def comparison(
    records: Sequence[tuple[str, Says]], phantoms: int = 0, audited: Iterable[str] = ("c1", "c2"), **options: Any
) -> Commitment:
    """Return the commitment to these cards, each (pool, or nothing; what is on record of it). Cards are `b, 1` …"""
    names = sorted({name for _, says in records for name in says})
    totals = dict[tuple[str, str], list[str]]()
    for pool, says in records:
        for name, said in says.items():
            if pool:
                totals.setdefault((pool, name), []).append(said)
    listed = []
    for at, (pool, says) in enumerate(records, 1):
        record: list[tuple[str, int | None]] = [(name, WAYS.index(says[name])) for name in sorted(says)]
        if pool:  # each of its cards may be any of them
            record = [(name, None) for one, name in sorted(totals) if one == pool]
        listed.append(ListedCard(f"b, {at}", "b", str(at), pool, tuple(record)))
    every = tuple((name, None) for name in names)
    listed += [ListedCard(f"{PHANTOM}{at}", "", "", "", every) for at in range(1, phantoms + 1)]
    pools: dict[str, dict[str, Counted]] = {}
    for (pool, name), said in sorted(totals.items()):
        pools.setdefault(pool, {})[name] = counted(said)
    subjects = []
    for name in names:
        says = [one[name] for _, one in records if name in one]
        cards = sum(name in dict(card.record) for card in listed)
        subjects.append(subject(name, cards, ahead(says), audited=name in set(audited), **options))
    reads = {
        name: tuple(Read(() if way == "-" else ((WAYS.index(way), 0, None),), VOTES[way]) for way in WAYS)
        for name in names
    }
    return Commitment(Design.COMPARISON, tuple(subjects), tuple(listed), reads, pools)


def polling(
    batches: Mapping[str, int],
    totals: Mapping[str, Iterable[str]],
    audited: Iterable[str] = ("c1", "c2"),
    **options: Any,
) -> Commitment:
    """Return the commitment to a poll: batches with their cards, and contest → letters reported."""
    cards = sum(batches.values())
    says = {name: list(said) for name, said in sorted(totals.items())}
    return Commitment(
        Design.POLLING,
        tuple(
            subject(name, cards, ahead(said), audited=name in set(audited), **options) for name, said in says.items()
        ),
        batches=tuple(BatchReport(name, CardCount(n)) for name, n in batches.items()),
        totals={name: counted(said) for name, said in says.items()},
    )


def batches(
    reports: Mapping[str, Mapping[str, str]], audited: Iterable[str] = ("c1", "c2"), **options: Any
) -> Commitment:
    """Return the commitment to a batch audit: batch → contest → letters reported, one a card."""
    names = sorted({name for parts in reports.values() for name in parts})
    options = {"risk": "macro", "settings": ()} | options
    subjects = []
    for name in names:
        said = "".join(parts.get(name, "") for parts in reports.values())
        subjects.append(subject(name, len(said), ahead(said), audited=name in set(audited), **options))
    return Commitment(
        Design.BATCH, tuple(subjects),
        batches=tuple(
            BatchReport(name, CardCount(max(map(len, parts.values()))), {c: counted(said) for c, said in parts.items()})
            for name, parts in sorted(reports.items())
        ),
    )  # fmt: skip


def saying(says: Mapping[str, str | None] | None, batch: bool = False) -> dict[str, Any]:
    """Return the part of an entry that says what was found: letters by contest, None of a contest not on the card."""

    def one(said: str | None) -> Any:
        if said is None:
            return None
        if batch:
            return {"ballots": [[written(way), n] for way, n in sorted(Counter(said).items())], "cards": len(said)}
        return written(said)

    return {
        "contests": {} if says is None else {name: one(said) for name, said in says.items()},
        "found": says is not None,
    }


def written(way: str) -> dict[str, Any]:
    """Return a letter as a ballot in JSON."""
    return {} if way == "-" else {"votes": [["AB".index(way), 1]]}


class Fold:
    """An audit that is driven act by act. `log` holds those that were taken."""

    def __init__(self, commitment: Commitment, double: bool = False) -> None:
        self.commitment, self.double = commitment, double
        self.kept: dict[str, bytes] = {}
        self.log: list[Act] = []
        self.audit = Audit(self.file)

    def file(self, digest: str) -> bytes:
        """Return a file that was kept."""
        if digest not in self.kept:
            raise TamperError(f"{digest} is not there")
        return self.kept[digest]

    def keep(self, name: str, data: bytes) -> dict[str, Any]:
        """Keep a file and return how an act names it."""
        digest = hashlib.sha256(data).hexdigest()
        self.kept[digest] = data
        return {"bytes": len(data), "name": name, "sha256": digest}

    def act(self, act: str, by: str, body: Mapping[str, Any]) -> Act:
        """Return the next act, a second after the last."""
        n = len(self.log)
        return Act(n, act, f"2030-11-10T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z", Person(by, "official"), body)

    def do(self, act: str, by: str = "Ada", **body: Any) -> Act:
        """Offer the next act, and keep it if it is taken."""
        made = self.act(act, by, {key: value for key, value in body.items()})
        self.audit.take(made)
        self.log.append(made)
        return made

    def open(self) -> None:
        election = {"date": "", "name": "Small"}
        body = {"election": election, "format": "faircount/1", "log_key": "k", "origin": "small.example/log"}
        self.do("open", **body, quorum=0, software="test", witnesses=[])

    def commit(self, prefix: str = "", **other: Any) -> None:
        files = [self.keep(prefix + name, data) for name, data in files_of(self.commitment).items()]
        body = {"design": self.commitment.design.value, "double_entry": self.double, "files": files, "min_digits": 20}
        self.do("commit", **(body | other))

    def checkpoint(self, size: int | None = None) -> str:
        root = base64.b64encode(bytes(32)).decode()
        return f"small.example/log\n{len(self.log) if size is None else size}\n{root}\n\n— small.example/log AAAA\n"

    def witness(self) -> None:
        self.do("witness", checkpoint=self.checkpoint())

    def seeded(self, digits: str = DIGITS) -> "Fold":
        """Go on to the seed, from wherever the audit stands."""
        if not self.log:
            self.open()
        if self.audit.stage == "draft":
            self.commit()
        if not self.audit.ceremony.size:
            self.witness()
        self.do("dice", "Ada", digits=digits)
        self.do("dice", "Bo", digits=digits)
        self.do("seed", seed=self.audit.seed_due())
        return self

    def draw(self, **sizes: int) -> tuple[str, ...]:
        """Draw the next round; `every` stands for *. Return the units that wait."""
        asked = {"*" if name == "every" else name: n for name, n in sizes.items()}
        data = sample_file(self.audit.urn.drawn(asked), self.commitment.design is Design.BATCH)
        number = len(self.audit.rounds) + 1
        self.do("draw", round=number, sizes=asked, sample=self.keep(f"sample-{len(self.log)}.csv", data))
        return self.audit.waiting

    def enter(
        self, unit: str, says: Mapping[str, str | None] | None, by: str = "Bo", act: str = "entry", **more: Any
    ) -> Act:
        """Enter what one person saw: letters by contest, None for a unit not found."""
        number = len(self.audit.rounds)
        return self.do(act, by, round=number, unit=unit, **saying(says, self.commitment.design is Design.BATCH), **more)

    def correct(self, unit: str, says: Mapping[str, str | None] | None, **more: Any) -> Act:
        """Correct what settled a unit."""
        body = {"of": self.audit.entries.settled[unit].n, "reason": "the wrong card was pulled", "approved_by": "Ada"}
        return self.enter(unit, says, "Bo", "correct", **(body | more))

    def close(self) -> dict[str, str]:
        """Close the round with what the entries give; return the decisions."""
        audit = self.audit
        body = closing(audit.urn, len(audit.rounds), audit.drawn, audit.entries.seen)
        self.do("close", **body)
        decided: dict[str, str] = body["decisions"]
        return decided

    def replayed(self) -> Audit:
        """Return another audit that has taken the same acts."""
        audit = Audit(self.file)
        for act in self.log:
            audit.take(act)
        return audit


def units_of(data: bytes) -> list[str]:
    """Return the units of a sample file."""
    return [row["unit"] for row in csv.DictReader(io.StringIO(data.decode()))]


def picture(value: Any) -> Any:
    """Return everything that an audit holds, as plain values that can be compared."""
    if isinstance(value, Audit):
        return {name: picture(held) for name, held in vars(value).items() if name not in ("_file", "urn")}
    if isinstance(value, dict):
        return {key: picture(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [picture(held) for held in value]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if type(value).__module__.startswith("faircount.audit") and hasattr(value, "__dict__"):
        return {name: picture(held) for name, held in vars(value).items()}
    return value
