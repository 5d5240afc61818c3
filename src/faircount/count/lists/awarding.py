"""From seats by list to a transcript: who takes part, who settles ties, who takes which seat. Both list rules share it.

Ties are met in this order: between lists, seat by seat; then inside lists, in the order of the ballot. A tie between
lists of candidates names of each list its group, or where it has none the candidate who would take the seat.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from faircount.count.lists import persons, thresholds
from faircount.count.lists.divisors import Settle
from faircount.count.lists.slates import CHOICES, Slate, kind_of, slates_of, tally_for_lists
from faircount.count.marks.tally import Inactive, refuse_ranked
from faircount.count.rule import Option, settings
from faircount.count.ties import MARKS_TIES, Ties, leading
from faircount.model import CandidateIndex, Contest, Exhibit, Profile, Round, Tie, Transcript, VoteCount

EQUAL = Option(
    "equal",
    ("tie", "more-votes"),
    "tie",
    "What decides between lists with an equal claim to a seat. tie: it is a tie, which the option `tie` decides. "
    "more-votes: the list with more votes (Belgium, Code électoral art. 167; Spain, LOREG art. 163); a tie only where "
    "these are equal too.",
)
OPTIONS = (CHOICES, EQUAL, *persons.OPTIONS, *thresholds.OPTIONS, *MARKS_TIES)
"""Decisions that every rule of lists leaves to the law, beside its divisor or quota."""


@dataclass(frozen=True, slots=True)
class Field:
    """The lists of one contest with their votes, and which of them take part."""

    contest: Contest
    decided: Mapping[str, str]
    votes: tuple[VoteCount, ...]
    """By choice."""
    inactive: Inactive
    slates: tuple[Slate, ...]
    hurdle: thresholds.Hurdle

    @property
    def claims(self) -> tuple[VoteCount, ...]:
        """Votes by list; 0 for a list that takes no part."""
        return tuple(
            slate.votes(self.votes) if part else 0
            for slate, part in zip(self.slates, self.hurdle.takes_part, strict=True)
        )

    @property
    def limits(self) -> tuple[int | None, ...]:
        """The most seats of each list."""
        return tuple(slate.limit for slate in self.slates)

    def face(self, place: int, won: int) -> CandidateIndex:
        """Return the choice that stands for a list in a tie: itself, its group, or its next candidate."""
        slate = self.slates[place]
        if slate.group is not None:
            return slate.group
        line = persons.line_of(slate, self.decided, self.votes, won + 1, self.contest.seats)
        return line.order[min(won, len(line.order) - 1)]


@dataclass(frozen=True, slots=True)
class Sharing:
    """Seats as a rule shares them out among the lists of a field."""

    order: tuple[int, ...]
    """Lists in the order of their seats, each once a seat."""
    exhibits: tuple[Exhibit, ...]
    unfilled: int
    quota: VoteCount | None = None


class Settling:
    """Settles equal claims of lists by what the law says, and keeps the ties it met. Made anew for each count."""

    def __init__(self, field: Field, ties: Ties) -> None:
        self._field, self._ties = field, ties
        self.met: list[Tie] = []

    def __call__(self, level: tuple[int, ...], won: Sequence[int]) -> int | None:
        """Return which of the lists `level` takes the seat; None where nobody decides."""
        field = self._field
        faces = {field.face(place, won[place]): place for place in level}
        among = list(faces)
        if field.decided["equal"] == "more-votes":
            claims = field.claims
            among = [c for c in faces if claims[faces[c]] == max(claims[place] for place in level)]
        if len(among) == 1:
            self.met.append(Tie(tuple(sorted(faces)), "elected", among[0], "more votes for the list"))
        else:
            self.met.append(self._ties.pick(among, "elected"))
        chosen = self.met[-1].chosen
        return None if chosen is None else faces[chosen]


def decisions(contest: Contest, rule: str, options: tuple[Option, ...]) -> dict[str, str]:
    """Return the decisions in force, `choices` as what it comes to; raises `UsageError` where voters rank."""
    refuse_ranked(contest, rule)
    decided = settings(rule, options, contest)
    return {**decided, "choices": kind_of(contest, decided["choices"])}


def field_of(contest: Contest, decided: Mapping[str, str], votes: tuple[VoteCount, ...], inactive: Inactive) -> Field:
    """Return the lists with their votes, and which of them take part."""
    slates = slates_of(contest, decided["choices"])
    found = thresholds.hurdle(contest, decided, slates, votes, inactive)
    return Field(contest, decided, votes, inactive, slates, found)


Share = Callable[[Field, Settle], Sharing]
"""What a rule of lists does: share the seats of a field out, and ask where claims are equal."""


def count_lists(rule: str, contest: Contest, profile: Profile, decided: dict[str, str], share: Share) -> Transcript:
    """Tally, share the seats out among lists, and seat their candidates; one round, as no vote ever moves."""
    votes, inactive = tally_for_lists(contest, profile)
    field = field_of(contest, decided, votes, inactive)
    ties = Ties(contest, decided)
    settling = Settling(field, ties)
    sharing = share(field, settling)
    stopped = bool(settling.met) and settling.met[-1].chosen is None
    elected, inside, table = _seated(field, sharing.order, ties, stopped)
    met = (*inside, *settling.met) if stopped else (*settling.met, *inside)
    stopped = stopped or bool(inside and inside[-1].chosen is None)
    verdict = "tie" if stopped else "elected" if elected else "stopped" if sum(votes) else "no votes"
    one = Round(
        votes, inactive, elected, ties=met, threshold=sharing.quota,
        note="" if stopped or not sharing.unfilled or not sum(votes) else _vacant(sharing.unfilled),
    )  # fmt: skip
    return Transcript(
        rule=rule,
        total=profile.total_weight * contest.votes_allowed,
        rounds=(one,),
        verdict=verdict,
        decisions=tuple(decided.items()),
        threshold=field.hurdle.words,
        exhibits=(
            _chart(field, sharing.order), *sharing.exhibits,
            *thresholds.exhibit(field.slates, votes, field.hurdle), *table,
        ),
        seats_won=tuple(elected.count(CandidateIndex(c)) for c in range(len(votes))),
    )  # fmt: skip


def _vacant(seats: int) -> str:
    which = "1 seat stays vacant" if seats == 1 else f"{seats} seats stay vacant"
    return f"{which}: no list that takes part has votes and a candidate left."


def _chart(field: Field, order: Sequence[int]) -> Exhibit:
    """Return what a chart of seats is drawn from: every list with its votes and seats, in the order of the ballot."""
    rows = tuple((s.name, s.votes(field.votes), order.count(place)) for place, s in enumerate(field.slates))
    return Exhibit("Seats", ("List", "Votes", "Seats"), rows, "Seats of each list, in the order of the ballot.")


def _seated(
    field: Field, order: tuple[int, ...], ties: Ties, stopped: bool
) -> tuple[tuple[CandidateIndex, ...], tuple[Tie, ...], tuple[Exhibit, ...]]:
    """Return who takes the seats in their order, the ties inside lists, and a table of candidates.

    Once the count has stopped at a tie, only those clearly ahead inside their lists are seated.
    """
    if field.decided["choices"] == "lists":
        return tuple(field.slates[place].members[0] for place in order), (), ()
    met: list[Tie] = []
    rows: list[tuple[str | VoteCount | None, ...]] = []
    queues: dict[int, list[CandidateIndex]] = {}
    for place, slate in enumerate(field.slates):
        seats = order.count(place)
        line = persons.line_of(slate, field.decided, field.votes, seats, field.contest.seats)
        merit = [0] * len(field.votes)
        for c, rank in zip(line.order, line.merit, strict=True):
            merit[c] = rank
        halted = Ties(field.contest, {**field.decided, "tie": "stop"})
        chosen, found = leading(line.order, merit, seats, halted if stopped else ties)
        if not stopped:
            met += found
            stopped = bool(found) and found[-1].chosen is None
        queues[place] = list(chosen)
        rows += [
            (slate.name, field.contest.name_of(c), field.votes[c], n, "yes" if c in chosen else "no")
            for c, n in zip(line.order, line.votes, strict=True)
        ]
    elected = tuple(queues[place].pop(0) for place in order if queues[place])
    columns = ("List", "Candidate", "Votes", "Votes that decide", "Elected")
    meaning = "Candidates of each list in the order in which they take its seats."
    return elected, tuple(met), (Exhibit("Candidates", columns, tuple(rows), meaning),)
