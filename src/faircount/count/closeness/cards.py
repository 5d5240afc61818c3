"""The cards of one contest, and whom they elect once some of them are changed, however ties are decided."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from json import dumps

from faircount.count.closeness.closeness import Change, Changes
from faircount.count.rule import Rule
from faircount.model import (
    BadInputError,
    CandidateIndex,
    CardCount,
    Contest,
    FaircountError,
    Pattern,
    Profile,
    Transcript,
    UsageError,
)

Outcome = tuple[tuple[CandidateIndex, ...], tuple[CandidateIndex, ...]]
"""Who is elected, a list once a seat, and who goes on to another election; each in the order of the ballot."""

MOST_TIES = 200
"""Ways of deciding ties that are tried for one set of cards."""


class Cards:
    """A contest, its rule, and how many cards say what. A unit is a card, or one vote of its weight where it has one.

    Raises `UsageError` where weights are fractions, and what the rule raises where it cannot count the contest.
    """

    def __init__(self, rule: Rule, contest: Contest, profile: Profile) -> None:
        self.rule = rule
        self._names = [option.name for option in rule.options]
        self.contest = self._open(contest)
        weights = [weight for weight in profile.weights if isinstance(weight, int)]
        if len(weights) < len(profile.weights):
            raise UsageError(f"contest {contest.title!r} has cards that weigh a fraction: no smallest part can differ")
        self.unit = "cards" if tuple(weights) == tuple(profile.cards) else "votes"
        self.units: dict[Pattern, int] = {p: n for p, n in zip(profile.patterns, weights, strict=True) if n}
        """In the order of the profile."""
        self.total = sum(self.units.values())
        self._keys = [pattern.sort_key() for pattern in self.units]
        self._untried = 0
        found: dict[Outcome, Transcript] = {}
        for outcome, transcript in self._outcomes(self.after(())):
            found.setdefault(outcome, transcript)
        self.is_settled = len(found) < 2
        """Whether no decision of a tie that was tried changes the outcome."""
        self.all_tried = not self._untried
        """Whether every way of deciding the ties was tried."""
        if not found:
            found = dict([self._by_order()])
        self.outcome, self.transcript = next(iter(found.items()))
        """The outcome and, of several transcripts that lead to it, the first found."""
        self.decided = dict(self.transcript.decisions)

    def _open(self, contest: Contest) -> Contest:
        """Return `contest` without what is stated about ties."""
        if "tie" not in self._names:
            return contest
        stated = ("tie", "tie_record", "tie_seed", "tie_then")
        options = (*(pair for pair in contest.options if pair[0] not in stated), ("tie", "recorded"))
        return replace(contest, options=tuple(sorted(options)))

    def _outcomes(self, profile: Profile) -> Iterator[tuple[Outcome, Transcript]]:
        """Yield the outcome of each way to decide the ties, as far as `MOST_TIES`."""
        waiting: list[tuple[CandidateIndex, ...]] = [()]
        for _ in range(MOST_TIES):
            if not waiting:
                return
            record = waiting.pop()
            names = dumps([self.contest.name_of(c) for c in record], ensure_ascii=False)
            told = (("tie_record", names),) if record else ()
            contest = replace(self.contest, options=tuple(sorted((*self.contest.options, *told))))
            try:
                transcript = self.rule.count(contest, profile)
            except BadInputError:
                if not record:
                    raise
                # Ties of choices without votes need no decision while none is recorded, and take one that is.
                self._untried += 1
                continue
            if transcript.verdict == "tie":
                waiting.extend((*record, choice) for choice in reversed(transcript.rounds[-1].tied))
            else:
                yield _outcome(transcript), transcript
        self._untried += len(waiting)

    def _by_order(self) -> tuple[Outcome, Transcript]:
        options = (*(pair for pair in self.contest.options if pair[0] != "tie"), ("tie", "order"))
        transcript = self.rule.count(replace(self.contest, options=tuple(sorted(options))), self.after(()))
        return _outcome(transcript), transcript

    def after(self, changes: Iterable[Change]) -> Profile:
        """Return the cards once `changes` are made. Raises `UsageError` for a change of more cards than there are."""
        patterns, held = list(self.units), list(self.units.values())
        added: dict[Pattern, int] = {}
        for one in changes:
            for pattern, cards in ((one.before, -one.cards), (one.after, one.cards)):
                # Found by its key in order: to hash all the patterns of a large contest takes longer than to count it.
                at = bisect_left(self._keys, pattern.sort_key())
                if at < len(patterns) and patterns[at] == pattern:
                    held[at] += cards
                else:
                    added[pattern] = added.get(pattern, 0) + cards
        if min((*held, *added.values()), default=0) < 0:
            raise UsageError(f"contest {self.contest.title!r}: a change of more cards than there are")
        kept = [*zip(patterns, held, strict=True), *added.items()]
        if added:
            kept.sort(key=lambda pair: pair[0].sort_key())
        counts = tuple(CardCount(n) for _, n in kept if n)
        return Profile(tuple(pattern for pattern, n in kept if n), counts, counts)

    def differs(self, changes: Changes) -> bool:
        """Return whether the rule itself, or some decision of a tie under it, then gives another outcome."""
        try:
            return any(outcome != self.outcome for outcome, _ in self._outcomes(self.after(changes)))
        except FaircountError:
            # What the rule cannot count (more interested shares than votes) has no outcome at all.
            return False


def _outcome(transcript: Transcript) -> Outcome:
    return tuple(sorted(transcript.elected)), tuple(sorted(transcript.advancing))


def take(sources: Iterable[tuple[Pattern, int]], after: Pattern, cards: int) -> Changes | None:
    """Return changes of `cards` cards into `after`, taken from `sources` in their order; None where these are fewer."""
    made: list[Change] = []
    for before, held in sources:
        if cards and held and before != after:
            made.append(Change(before, after, min(held, cards)))
            cards -= made[-1].cards
    return None if cards else tuple(made)
