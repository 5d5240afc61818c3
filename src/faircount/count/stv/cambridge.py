"""Cambridge, Massachusetts: the Cincinnati method moves every nth ballot of a surplus, whole."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from faircount.count.marks.tally import in_words
from faircount.count.ranked.ballot_options import (
    OVERVOTE,
    REPEATED,
    SKIPPED,
    WITHDRAWN,
    ranked_settings,
    with_default,
)
from faircount.count.rule import WHOLE_NUMBER, Option, Reading, Rule
from faircount.count.stv.counting import Step, in_order, margin
from faircount.count.stv.whole_papers import PAPERS_SEED, CountOfPapers, reading
from faircount.count.ties import ROUNDS_TIES
from faircount.model import CandidateIndex, Contest, Pattern, Profile, Round, Tie, Transcript

OPTIONS = (
    Option(
        "minimum",
        (WHOLE_NUMBER,),
        "50",
        "Ballots that a candidate must be credited with once surpluses are transferred; those with fewer are defeated "
        "together. Not applied where it would leave fewer candidates than seats. Default: M.G.L. c. 54A § 9(g), the "
        "signatures required for a nomination, which are 50 in Cambridge.",
    ),
    with_default(OVERVOTE, "skip", "M.G.L. c. 54A § 9(a) and the city's directions: votes at that rank do not count."),
    PAPERS_SEED,
    with_default(REPEATED, "skip", "M.G.L. c. 54A § 9(a), the intent of the voter so far as it is clear."),
    with_default(SKIPPED, "unlimited", "M.G.L. c. 54A § 9(a), without regard to figures omitted."),
    replace(
        ROUNDS_TIES[0],
        default="previous-rounds",
        meaning=f"{ROUNDS_TIES[0].meaning} Default: M.G.L. c. 54A § 9(k); a lot after that is for tie_then.",
    ),
    *ROUNDS_TIES[1:],
    with_default(WITHDRAWN, "skip", "M.G.L. c. 54A § 9(h), the next choice among the continuing candidates."),
)


class _Counting(CountOfPapers):
    """A counting in progress: who reached the quota on the way, and whether few votes were judged."""

    def __init__(self, contest: Contest, profile: Profile, decided: Mapping[str, str]) -> None:
        super().__init__(contest, profile, decided)
        self.reached: tuple[CandidateIndex, ...] = ()
        """Those brought to the quota by the last transfer, in the order in which they reached it."""
        self.minimum_passed = False

    def decide(self, now: Round) -> Step:
        """Declare elected whoever has the quota, then end, or transfer a surplus, or defeat: § 9(c)–(l)."""
        if not self.quota:
            return Step("no votes")
        continuing = self.papers.continuing
        if self.rounds:
            elected = self.reached
            self.vacancies -= len(elected)
        else:
            elected = self.elect(now, continuing)
        if not self.vacancies:
            return Step("elected", elected)
        if len(continuing) <= self.vacancies:
            return Step("elected", elected + in_order(continuing, now.votes))
        step = self._transfer(now) if self.waiting else self._defeat(now)
        return replace(step, elected=elected)

    def _transfer(self, now: Round) -> Step:
        """Transfer one surplus, the largest first, by every nth ballot. One that names no continuing candidate stays,
        so that a part of a surplus may stay; a candidate who reaches the quota on the way gets no more."""
        source, met = self.next_surplus(now)
        if source is None:
            return Step("tie", ties=met)
        pile = self.papers.piles[source]
        surplus = len(pile) - self.quota
        nth = nearest(len(pile), surplus)
        order = ((pile[place], source) for place in places(len(pile), nth))
        transfers, self.reached = self.papers.move(order, self.quota, surplus)
        note = (
            f"The surplus of {self.contest.name_of(source)}, {in_words(surplus)} ballots of {in_words(len(pile))}: "
            f"ballots {nth}, {2 * nth}, {3 * nth}, … of the order drawn that name a continuing candidate."
        )
        return Step(ties=met, transfers=transfers, note=note)

    def _defeat(self, now: Round) -> Step:
        """Defeat those below the minimum together, once, and after that the lowest: § 9(g)–(k)."""
        continuing = self.papers.continuing
        room, note = len(continuing) - self.vacancies, ""
        met: tuple[Tie, ...] = ()
        defeated: tuple[CandidateIndex, ...] = ()
        if not self.minimum_passed:
            self.minimum_passed = True
            few = tuple(sorted(c for c in continuing if now.votes[c] < int(self.decided["minimum"])))
            defeated = few if len(few) <= room else ()
            if few:
                told = (
                    "are defeated together" if defeated else "are too many to be defeated together, for seats are left"
                )
                note = f"Candidates with fewer than {self.decided['minimum']} ballots {told}."
        if not defeated:
            defeated, met = self.lowest(now, continuing, self.papers.without_papers())
            if not defeated:
                return Step("tie", ties=met)
        continuing -= set(defeated)
        # The city transfers from the fewest votes upwards; equal candidates' ballots go in the order in which they lie.
        leaving = sorted((now.votes[c], paper, c) for c in defeated for paper in self.papers.piles[c])
        transfers, self.reached = self.papers.move([(paper, c) for _, paper, c in leaving], self.quota)
        return Step(excluded=defeated, ties=met, transfers=transfers, note=note)


def nearest(total: int, surplus: int) -> int:
    """Return total / surplus as the nearest whole number, halves up: the n of every nth ballot."""
    return (2 * total + surplus) // (2 * surplus)


def places(total: int, nth: int) -> Iterator[int]:
    """Yield places in a pile, 0 first, in the order drawn: n, 2n, 3n, …; then n+1, 2n+1, …; at last 1 to n-1."""
    for start in range(nth - 1, 2 * nth - 1):
        yield from range(start, total, nth)
    yield from range(min(nth - 1, total))


def count(contest: Contest, profile: Profile) -> Transcript:
    """Count ballots whole, one at a time, in the order in which they lie.

    The quota is valid ballots / (seats + 1), cut, plus 1; nobody gets more, save as first choices (§ 9(c)). Surpluses
    of the first count go first, by the Cincinnati method, which the city uses under § 16(b). **Which ballots go depends
    on their order**, in the city that of the draw of precincts, here that of `papers_seed`: the published count of an
    election is not to be had from its rankings alone.
    """
    counting = _Counting(contest, profile, ranked_settings(RULE, contest))
    return counting.transcript(RULE.name, profile.total_weight, "the quota: valid ballots / (seats + 1), cut, plus 1")


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: the candidate of the smallest number that stands alone."""
    return reading(contest, pattern, ranked_settings(RULE, contest))


RULE = Rule(
    name="cambridge-stv",
    law=(
        "Massachusetts General Laws c. 54A § 9, which Cambridge keeps, and § 16(b), Cincinnati method. "
        "The ballots that a surplus moves depend on the order of the ballots, which is drawn from a seed: a count "
        "repeats, and another order may differ"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    ballot="ranks",
    rounds_off=True,
    # A part has no count of its own: which of its ballots moved depends on where they lay among all ballots.
    follow=None,
)
