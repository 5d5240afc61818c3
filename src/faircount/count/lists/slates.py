"""Lists on a ballot: which choices make up which list, and what a card gives to whom.

Where `choices` is `lists`, every choice of the contest is a list that may win any number of seats. Where it is
`candidates`, choices are persons, `Choice.party` names their list, and a choice of kind `group` is a vote for the list
of that party (or of that name) as a whole; a person without a party is a list of one. Either way a vote for anybody
on a list is a vote for the list. `auto` leaves it to the contest which of the two it is: `kind_of`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from faircount.count.interpretation import read_marks
from faircount.count.marks.tally import Inactive, refuse_ranked
from faircount.count.rule import Option
from faircount.model import BadInputError, CandidateIndex, Contest, Profile, Round, Transcript, VoteCount

CHOICES = Option(
    "choices",
    ("lists", "candidates", "auto"),
    "lists",
    "What the choices of the contest are. lists: each is a list that may win several seats. candidates: each is a "
    "person, its party names the list, a choice of kind group is the list itself, and a person without a party is a "
    "list of one; votes for persons and for the group are votes for the list. auto: candidates where two choices have "
    "the same party or one is of kind group, else lists; the count says which. Where one party has several lists, "
    "state lists.",
)


@dataclass(frozen=True, slots=True)
class Slate:
    """One list: those who can be elected on it, in its own order."""

    name: str
    members: tuple[CandidateIndex, ...]
    """Persons in the order of the ballot; of a list that is one choice, this choice."""
    group: CandidateIndex | None = None
    """The choice for the list as a whole, where there is one beside its members."""
    limit: int | None = None
    """The most seats it can take: its persons. None: the list is one choice, and its persons are not known here."""

    @property
    def choices(self) -> tuple[CandidateIndex, ...]:
        """Every choice that is a vote for this list."""
        return self.members if self.group is None else (self.group, *self.members)

    def votes(self, votes: Sequence[VoteCount]) -> VoteCount:
        """Return the votes of the list, given those of all choices."""
        return sum(votes[c] for c in self.choices)


def kind_of(contest: Contest, stated: str) -> str:
    """Return what the choices of `contest` are, `lists` or `candidates`, where the option `choices` is `stated`.

    Two choices of one party are persons of its list, also where one has withdrawn: taken for lists, one person could
    be elected several times.
    """
    if stated != "auto":
        return stated
    parties = [choice.party for choice in contest.choices if choice.party]
    grouped = any(choice.kind == "group" for choice in contest.choices)
    return "candidates" if grouped or len(set(parties)) < len(parties) else "lists"


def slates_of(contest: Contest, kind: str) -> tuple[Slate, ...]:
    """Return the lists of `contest` in the order of the ballot; `kind` is what its choices are (`kind_of`).

    Raises `BadInputError` where a party has two choices of kind `group`.
    """
    standing = [CandidateIndex(c) for c, choice in enumerate(contest.choices) if choice.listed]
    if kind == "lists":
        return tuple(Slate(contest.name_of(c), (c,)) for c in standing)
    groups: dict[str, CandidateIndex] = {}
    persons: dict[str, list[CandidateIndex]] = {}
    alone: dict[str, CandidateIndex] = {}
    for c in standing:
        choice = contest.choices[c]
        if choice.kind == "group":
            name = choice.party or choice.name
            if name in groups:
                raise BadInputError(f"contest {contest.title!r}", "a list has one choice of kind group", f"two: {name}")
            groups[name] = c
        elif choice.party:
            persons.setdefault(choice.party, []).append(c)
        else:
            alone[choice.name] = c
    found = [
        Slate(name, tuple(persons.get(name, ())), groups.get(name), len(persons.get(name, ())))
        for name in dict.fromkeys((*groups, *persons))
    ]
    found += [Slate(name, (c,), None, 1) for name, c in alone.items()]
    return tuple(sorted(found, key=lambda slate: min(slate.choices)))


def tally_for_lists(contest: Contest, profile: Profile) -> tuple[tuple[VoteCount, ...], Inactive]:
    """Return weighted votes by choice, and those that count for none by cause."""
    votes: list[VoteCount] = [0] * len(contest.choices)
    idle: dict[str, VoteCount] = {"undervote": 0, "overvote": 0, "invalid": 0}
    for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
        reading = read_marks(contest, pattern)
        for choice, count in reading.votes:
            votes[choice] += count * weight
        idle["undervote"] += reading.undervotes * weight
        idle["overvote"] += reading.overvotes * weight
        idle["invalid"] += reading.invalid * weight
    return tuple(votes), tuple((cause, count) for cause, count in idle.items() if count)


def follow_lists(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Tally a part of the ballots; who has which seat is decided by the whole."""
    refuse_ranked(contest, whole.rule)
    votes, inactive = tally_for_lists(contest, profile)
    one = whole.rounds[0]
    return (Round(votes, inactive, one.elected, one.excluded, one.ties, threshold=one.threshold, note=one.note),)
