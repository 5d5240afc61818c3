"""What people entered of each unit drawn: once, or twice by two who do not see each other's; every version stays."""

from collections.abc import Sequence
from dataclasses import dataclass

from faircount.audit.forms import seen_of
from faircount.model import (
    PHANTOM,
    Act,
    BadInputError,
    Ballot,
    CandidateIndex,
    Commitment,
    Contest,
    Counted,
    Design,
    Seen,
    Subject,
    UsageError,
    VoteCount,
)

POINTS = frozenset({"score", "star", "borda", "dowdall"})
"""Rules under which a ballot's votes are points, of which one choice may have several."""
ONCE = frozenset({"plurality", "threshold", "majority-or-runoff", "top-n", "highest-averages", "largest-remainder"})
"""Rules under which a card gives a choice one vote or none."""


@dataclass(frozen=True, slots=True)
class Version:
    """One reading of one unit: which act made it, who, and what was seen."""

    n: int
    act: str
    person: str
    seen: Seen


class Entries:
    """Readings by unit: one entry settles it, or two that agree, or a resolution; a correction replaces what did."""

    def __init__(self, double: bool) -> None:
        self.double = double
        self.versions: dict[str, list[Version]] = {}
        """Unit → every reading of it, in the order of the log."""
        self.settled: dict[str, Version] = {}
        self._drawn: frozenset[str] = frozenset()

    def drawn(self, units: Sequence[str]) -> None:
        """Take note of all units drawn so far."""
        self._drawn = frozenset(units)

    def waiting(self, units: Sequence[str]) -> tuple[str, ...]:
        """Return those of `units` that are not settled; phantoms are never looked for."""
        return tuple(unit for unit in units if unit not in self.settled and not unit.startswith(PHANTOM))

    @property
    def seen(self) -> dict[str, Seen]:
        """Unit → what it was settled as."""
        return {unit: version.seen for unit, version in self.settled.items()}

    @property
    def disagreements(self) -> tuple[int, int]:
        """Units that two people read differently at first, and units that two people read."""
        pairs = [v for v in self.versions.values() if len(v) > 1 and v[1].act == "entry"]
        return sum(v[0].seen != v[1].seen for v in pairs), len(pairs)

    def disagrees(self, unit: str) -> bool:
        """Say whether two people read this unit differently and nobody has resolved it."""
        return unit not in self.settled and len(self.versions.get(unit, ())) == 2

    def enter(self, act: Act, commitment: Commitment) -> None:
        """Take an `entry` or a `resolve`. Raises `UsageError` where it may not come now."""
        unit = self._unit(act)
        before = self.versions.get(unit, [])
        if unit in self.settled:
            raise UsageError(
                f"{unit!r} is settled by act {self.settled[unit].n}; a correction says why: enter --correct"
            )
        if act.act == "resolve":
            if not self.disagrees(unit):
                raise UsageError(f"{unit!r} has no two entries that disagree; there is nothing to resolve")
            if len({name.strip() for name in act.body["people"]}) < 2:
                raise UsageError("two different people look at the card together and resolve it")
        elif any(version.person == act.by.name for version in before):
            raise UsageError(f"{act.by.name} has entered {unit!r} already; somebody else enters it a second time")
        elif len(before) == 2:
            raise UsageError(f"{unit!r} has two entries that disagree; resolve it with both people at the card")
        version = Version(act.n, act.act, act.by.name, checked(act, commitment))
        self.versions.setdefault(unit, before).append(version)
        if not self.double or act.act == "resolve" or (before[:-1] and before[0].seen == version.seen):
            self.settled[unit] = version

    def correct(self, act: Act, commitment: Commitment) -> None:
        """Take a correction: it names the act that it replaces, a reason, and somebody else who approved it."""
        unit = self._unit(act)
        if unit not in self.settled or self.settled[unit].n != act.body["of"]:
            now = f"act {self.settled[unit].n} settled it" if unit in self.settled else "it is not settled"
            raise UsageError(f"a correction of {unit!r} names the act that settled it; {now}")
        if act.body["approved_by"].strip() == act.by.name.strip():
            raise UsageError("somebody else approves a correction")
        version = Version(act.n, act.act, act.by.name, checked(act, commitment))
        self.versions[unit].append(version)
        self.settled[unit] = version

    def _unit(self, act: Act) -> str:
        unit: str = act.body["unit"]
        if unit.startswith(PHANTOM):
            raise UsageError(f"{unit!r} is a phantom: there is no such card, and it counts as not found")
        if unit not in self._drawn:
            raise UsageError(f"{unit!r} was not drawn; only cards on the list of the draw are entered")
        return unit


def checked(act: Act, commitment: Commitment) -> Seen:
    """Return what an entry saw. Raises `BadInputError` for a contest missing or unknown, or a vote that cannot be."""
    unit = str(act.body["unit"])
    contests = {one.id: one.contest for one in commitment.subjects}
    seen = seen_of(act.body, contests, commitment.design is Design.BATCH, f"entry of {unit!r}")
    if seen.found:
        for missing in sorted(expected(commitment, unit) - seen.contests.keys()):
            title = contests[missing].title
            rule = "it says something of every contest of the card"
            raise BadInputError(f"entry of {unit!r}", rule, f"nothing of {title!r}",
                                "say what is marked, blank, or that the contest is not on the card")  # fmt: skip
    for subject in commitment.subjects:
        refuse_impossible(subject, seen.contests.get(subject.id), f"entry of {unit!r}")
    return seen


def expected(commitment: Commitment, unit: str) -> frozenset[str]:
    """Return the contests that an entry of this unit must speak of."""
    if commitment.design is Design.POLLING:
        return frozenset(one.id for one in commitment.audited)
    return commitment.contests_of[unit]


def refuse_impossible(subject: Subject, found: Ballot | Counted | None, place: str) -> None:
    """Raise `BadInputError` for a ballot that no card can be, or counted ones that so many cards cannot hold."""
    ballots = [found] if isinstance(found, Ballot) else [b for b, _ in found.ballots] if found is not None else []
    for ballot in ballots:
        if (why := impossible(subject, ballot)) is not None:
            rule = f"a card says in {subject.contest.title!r} what its law allows"
            raise BadInputError(place, rule, why, "an overvote is entered as such and counts for nobody")
    if isinstance(found, Counted) and (why := too_many(subject, found)) is not None:
        raise BadInputError(place, f"{found.cards:,} cards hold what was counted in {subject.contest.title!r}", why)


def too_many(subject: Subject, found: Counted) -> str | None:
    """Return why so few cards cannot hold these ballots; None where they can."""
    contest = subject.contest
    ranked = sum(n for ballot, n in found.ballots if ballot.ranking)
    if ranked > found.cards:
        return f"{ranked:,} rankings"
    if contest.rule in POINTS or contest.ranks:
        return None
    votes: dict[CandidateIndex, VoteCount] = {}
    for ballot, n in found.ballots:
        for choice, given in ballot.votes:
            votes[choice] = votes.get(choice, 0) + given * n
    if sum(votes.values()) > found.cards * contest.votes_allowed:
        return f"{sum(votes.values()):,} votes, {contest.votes_allowed} a card at most"
    for choice, total in sorted(votes.items()):
        if contest.rule in ONCE and contest.choices[choice].kind != "write-in" and total > found.cards:
            return f"{total:,} votes for {contest.choices[choice].name}"
    return None


def impossible(subject: Subject, ballot: Ballot) -> str | None:
    """Return why no card can be this ballot; None where one can."""
    contest: Contest = subject.contest
    given = sum(votes for _, votes in ballot.votes)
    if contest.rule not in POINTS and not contest.ranks and given > contest.votes_allowed:
        return f"{given} votes, allowed are {contest.votes_allowed}"
    # Write-ins of one card may name several persons, and the pool of them gets all.
    once = contest.rule in ONCE and not contest.ranks
    twice = [c for c, n in ballot.votes if n > 1 and once and contest.choices[c].kind != "write-in"]
    if twice:
        return f"{dict(ballot.votes)[twice[0]]} votes for {contest.choices[twice[0]].name}"
    if ballot.ranking and not contest.ranks:
        return "a ranking, where voters do not rank"
    for assertion in subject.assertions:
        if not 0 <= assertion.assorter.value(ballot) <= assertion.assorter.upper:
            return f"more than one card can say of the claim {assertion.claim!r}"
    return None
