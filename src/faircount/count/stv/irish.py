"""Ireland and Malta: a surplus moves whole papers of the parcel received last, in proportion to where they go."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from faircount.count.marks.tally import in_words
from faircount.count.ranked.ballot_options import (
    OVERVOTE,
    REPEATED,
    SKIPPED,
    WITHDRAWN,
    ranked_settings,
    with_default,
)
from faircount.count.rule import Option, Reading, Rule
from faircount.count.stv.counting import Step, in_order, margin
from faircount.count.stv.whole_papers import PAPERS_SEED, CountOfPapers, reading
from faircount.count.ties import ROUNDS_TIES
from faircount.model import CandidateIndex, Contest, Pattern, Profile, Round, Tie, Transcript

_CLEAR = "Electoral Act 1992 § 118(1), a paper is not transferable whose next preference is not clear."

OPTIONS = (
    Option(
        "batch",
        ("yes", "no"),
        "yes",
        "Whether several are excluded at once. yes: the largest group of two or more lowest whose votes, with all "
        "surpluses not transferred, are together fewer than those of the next candidate, and none of whom could still "
        "come above a quarter of the quota, which costs or saves election expenses. no: one at a time. Default: "
        "Electoral Act 1992 § 122(2).",
    ),
    Option(
        "defer",
        ("while-idle", "no"),
        "while-idle",
        "Whether a surplus waits. while-idle: it is transferred only where all surpluses together could bring the "
        "highest candidate to the quota, the lowest level with the next, or the lowest above a quarter of the quota. "
        "no: every surplus is transferred before an exclusion. Default: Electoral Act 1992 § 121.",
    ),
    Option(
        "early_end",
        ("yes", "no"),
        "yes",
        "Whether the last vacancies are filled before as few candidates are left as vacancies. yes: also when one "
        "vacancy is left and one candidate has more votes than all others with the surpluses not transferred, and when "
        "one candidate too many is left whose votes, with those surpluses, are fewer than the next one's. no: only "
        "then. Default: Electoral Act 1992 § 124(1A) and (2).",
    ),
    with_default(OVERVOTE, "exhaust", _CLEAR),
    PAPERS_SEED,
    with_default(REPEATED, "exhaust", _CLEAR),
    with_default(SKIPPED, "0", _CLEAR),
    replace(
        ROUNDS_TIES[0],
        default="first-rounds",
        meaning=f"{ROUNDS_TIES[0].meaning} Default: Electoral Act 1992 §§ 121 and 122, original votes and then the "
        "first count at which they were unequal; a lot after that is for tie_then.",
    ),
    *ROUNDS_TIES[1:],
    with_default(WITHDRAWN, "skip", "The Act does not say."),
)


class _Counting(CountOfPapers):
    """A counting in progress under §§ 120–124."""

    def decide(self, now: Round) -> Step:
        """Deem elected whoever has the quota, then end (§ 124), transfer a surplus (§ 121) or exclude (§ 122)."""
        if not self.quota:
            return Step("no votes")
        elected = self.elect(now, self.papers.continuing)
        if not self.vacancies:
            return Step("elected", elected)
        last = self._last_vacancies(now)
        if last is not None:
            return Step("elected", elected + last)
        step = self._transfer(now) if self.waiting and self._matters(now) else self._exclude(now)
        return replace(step, elected=elected)

    def _surplus(self, now: Round) -> int:
        """Return all surpluses not transferred, together."""
        return sum(self._votes(c, now) - self.quota for held in self.waiting for c in held)

    def _votes(self, choice: CandidateIndex, now: Round) -> int:
        return int(now.votes[choice])

    def _last_vacancies(self, now: Round) -> tuple[CandidateIndex, ...] | None:
        """Return whom § 124 deems elected without the quota; None where it does not apply yet."""
        order = in_order(self.papers.continuing, now.votes)
        votes, surplus = [self._votes(c, now) for c in order], self._surplus(now)
        if len(order) <= self.vacancies:
            return order
        if self.decided["early_end"] == "no":
            return None
        if len(order) == self.vacancies + 1 and votes[-1] + surplus < votes[-2]:
            return order[:-1]
        if self.vacancies == 1 and votes[0] > sum(votes[1:]) + surplus:
            return order[:1]
        return None

    def _matters(self, now: Round) -> bool:
        """Say whether the surpluses not transferred could change who is next; two candidates at least continue."""
        if self.decided["defer"] == "no":
            return True
        votes, surplus = sorted(self._votes(c, now) for c in self.papers.continuing), self._surplus(now)
        saves_expenses = 4 * votes[0] <= self.quota < 4 * (votes[0] + surplus)
        return votes[-1] + surplus >= self.quota or votes[0] + surplus >= votes[1] or saves_expenses

    def _transfer(self, now: Round) -> Step:
        source, met = self.next_surplus(now)
        if source is None:
            return Step("tie", ties=met)
        step = self._move_surplus(source, now)
        return replace(step, ties=met + step.ties)

    def _move_surplus(self, source: CandidateIndex, now: Round) -> Step:
        """Transfer papers of the parcel received last, as many as the surplus: § 121(2)–(5)."""
        papers, surplus = self.papers, self._votes(source, now) - self.quota
        parcel = papers.piles[source][-papers.last[source] :]
        onward: dict[CandidateIndex, list[int]] = {}
        stuck: list[int] = []
        for paper in parcel:
            here = papers.next_of(paper)
            (stuck if here < 0 else onward.setdefault(papers.ways[paper][0][here], [])).append(paper)
        transferable = sum(map(len, onward.values()))
        met: tuple[Tie, ...] = ()
        sizes = {c: len(held) for c, held in onward.items()}
        note = (
            f"The surplus of {self.contest.name_of(source)}, {in_words(surplus)} votes, is taken from the parcel "
            f"received last: {in_words(len(parcel))} papers, {in_words(transferable)} of them transferable."
        )
        if transferable > surplus:
            sizes, met = self._shares(sizes, surplus, now)
            if met and met[-1].chosen is None:
                return Step("tie", ties=met)
        chosen = [paper for c, held in onward.items() for paper in held[len(held) - sizes[c] :]]
        if any(0 < sizes[c] < len(held) and self._differ(held) for c, held in onward.items()):
            note += " Which papers of a sub-parcel go is decided by the order drawn."
        # Where too few are transferable, the others that go are no vote for anybody: § 121(4).
        chosen += stuck[len(stuck) - max(0, surplus - transferable) :] if surplus > transferable else []
        transfers, _ = papers.move([(paper, source) for paper in sorted(chosen)])
        return Step(ties=met, transfers=transfers, note=note)

    def _differ(self, held: list[int]) -> bool:
        return len({(self.papers.ways[p][0][self.papers.next_of(p) :], self.papers.ways[p][1]) for p in held}) > 1

    def _shares(
        self, sizes: Mapping[CandidateIndex, int], surplus: int, now: Round
    ) -> tuple[dict[CandidateIndex, int], tuple[Tie, ...]]:
        """Return how many papers go to each: size × surplus / all, cut, and the largest fractions made up to one.

        Of equal fractions that of the larger sub-parcel is the larger; then a tie, which original votes decide first.
        """
        total = sum(sizes.values())
        exact = {c: Fraction(size * surplus, total) for c, size in sizes.items()}
        found = {c: int(share) for c, share in exact.items()}
        rank = {c: (share - found[c], sizes[c]) for c, share in exact.items()}
        missing = surplus - sum(found.values())
        met: list[Tie] = []
        left = set(sizes)
        while missing:
            top = max(rank[c] for c in left)
            level = {c for c in left if rank[c] == top}
            while level and missing:
                if len(level) > missing:
                    met.append(self.pick(level, "place in the order", now))
                picked = met[-1].chosen if len(level) > missing else min(level)
                if picked is None:
                    return {}, tuple(met)
                found[picked] += 1
                missing -= 1
                level.discard(picked)
                left.discard(picked)
        return found, tuple(met)

    def _exclude(self, now: Round) -> Step:
        """Exclude the lowest, or several at once, and transfer all their papers as one count."""
        continuing = self.papers.continuing
        room = len(continuing) - self.vacancies
        excluded = self._group(now, room) if self.decided["batch"] == "yes" else ()
        met: tuple[Tie, ...] = ()
        if not excluded:
            excluded, met = self.lowest(now, continuing, self.papers.without_papers())
            if not excluded:
                return Step("tie", ties=met)
        continuing -= set(excluded)
        leaving = sorted((paper, c) for c in excluded for paper in self.papers.piles[c])
        transfers, _ = self.papers.move(leaving)
        return Step(excluded=excluded, ties=met, transfers=transfers)

    def _group(self, now: Round, room: int) -> tuple[CandidateIndex, ...]:
        """Return the largest group that § 122(2) excludes in one operation; empty where there is none of two."""
        order = in_order(self.papers.continuing, now.votes)[::-1]
        together, size, safe = self._surplus(now), 0, True
        for number, choice in enumerate(order[:room], 1):
            votes = self._votes(choice, now)
            together += votes
            safe = safe and (4 * votes > self.quota or 4 * together <= self.quota)
            if safe and number < len(order) and together < self._votes(order[number], now):
                size = number
        return tuple(sorted(order[:size])) if size > 1 else ()


def count(contest: Contest, profile: Profile) -> Transcript:
    """Count papers whole: at every moment each is with one candidate or set aside.

    The quota is valid papers / (vacancies + 1), cut, plus 1 (§ 120). A surplus moves as many papers as it has votes, of
    those that brought it; an excluded candidate's papers all move. After the last vacancy is filled nothing moves: the
    further transfers of § 124(3), which only settle election expenses, are not made. **Which papers go depends on the
    order in which they lie**, drawn here from `papers_seed`: a count by the law can move others.
    """
    counting = _Counting(contest, profile, ranked_settings(RULE, contest))
    return counting.transcript(
        RULE.name, profile.total_weight, "the quota: valid papers / (vacancies + 1), cut, plus 1"
    )


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: the candidate of its first preference, which is the number 1 and nothing else."""
    return reading(contest, pattern, ranked_settings(RULE, contest))


RULE = Rule(
    name="irish-stv",
    law=(
        "Electoral Act 1992 (Ireland) §§ 118–124, § 124 as amended by the Electoral (Amendment) Act 2001 § 31; Malta, "
        "General Elections Act, Thirteenth Schedule, through the options. The papers that a surplus moves depend on "
        "the order in which they lie, which is drawn from a seed: a count repeats, and another order may differ"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    ballot="ranks",
    rounds_off=True,
    # A part has no count of its own: which of its papers moved depends on where they lay among all papers.
    follow=None,
)
