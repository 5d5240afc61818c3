"""One contest of an audit, draw by draw: what was on record, what was found, and what it did to the risk."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from faircount.app.auditing import saying
from faircount.app.auditing.acting import NOT_AUDITED
from faircount.app.auditing.hand_counts import is_as_reported
from faircount.app.auditing.held import HeldAudit
from faircount.app.auditing.nearness import near_of
from faircount.app.auditing.preparing import Wish, prepare
from faircount.app.opened import Opened
from faircount.app.progress import Progress
from faircount.audit.drawing import Urn
from faircount.audit.measuring import Step, Trajectory
from faircount.audit.rounds import as_fraction, trajectories
from faircount.audit.trees import Branch, tree_of
from faircount.audit.wagers import more_without_error, polls_to_come, wagers
from faircount.model import (
    PHANTOM,
    BatchReport,
    CandidateIndex,
    Counted,
    Design,
    ListedCard,
    NotCounted,
    Sample,
    Seen,
    Subject,
    UsageError,
    Verdict,
    name_key,
)
from faircount.model.explained import BranchTold, ClaimTold, ContestTold, Effect, Looked, Near, TreeTold, Weighed

UNASKED = Near("NOT CHECKED", "How few cards would have to be different was not asked.")


_JUDGED: Mapping[Effect, str] = {
    "worst": "the worst kind of error for this claim",
    "worse": "an error that made the claim look stronger than it is",
    "better": "an error that made the claim look weaker than it is",
    "none": "a difference that does not touch this claim",
}


def so_far(held: HeldAudit) -> Sample:
    """Return the draws up to the first that nobody has settled yet: what a look before the end of a round may use.

    Draws are in a random order, and the tests are valid at every draw, so that stopping short of the others is no
    choice that could suit anybody. Of a comparison each contest uses its own first cards, hence all settled ones.
    """
    sample, settled = held.audit.drawn, held.audit.entries.settled
    known = [draw.unit in settled or draw.unit.startswith(PHANTOM) for draw in sample.draws]
    if held.audit.committed and held.audit.commitment.design is Design.COMPARISON:
        kept = tuple(draw for draw, is_known in zip(sample.draws, known, strict=True) if is_known)
    else:
        kept = sample.draws[: known.index(False)] if False in known else sample.draws
    return replace(sample, draws=kept)


def left_out(held: HeldAudit) -> tuple[NotCounted, ...]:
    """Return the contests of the election that are no part of the audit, with the reasons that were committed."""
    named = [one for one in held.audit.committed.get("files", ()) if one["name"].endswith(NOT_AUDITED)]
    return tuple(
        NotCounted(one["contest"], one["reason"]) for it in named for one in json.loads(held.file(it["sha256"]))
    )


@dataclass(frozen=True)
class Explanations:
    """What can be explained of one audit, begun or only thought of. Expensive answers are made when first asked for."""

    urn: Urn
    sample: Sample
    seen: dict[str, Seen]
    decisions: dict[str, Verdict]
    hand_counts: dict[str, bool]
    """Contest → whether its full hand count gave the reported outcome."""
    left_out: tuple[NotCounted, ...] = ()
    """Contests of the election that are no part of the audit, and why."""
    opened: Opened | None = None
    """Where to ask how few cards could change an outcome; None: that is not asked."""

    @classmethod
    def of_audit(cls, held: HeldAudit, opened: Opened | None = None) -> "Explanations":
        """Return what an audit that has begun explains. Raises `UsageError` where nothing is committed."""
        audit = held.audit
        urn = audit.urn if audit.ceremony.seed else Urn(audit.commitment, "")
        subjects = {one.id: one for one in audit.commitment.subjects}
        hand = {name: is_as_reported(subjects[name], body) for name, body in audit.hand_counts.items()}
        decided = audit.rounds[-1].decisions if audit.rounds else {}
        return cls(urn, so_far(held), audit.entries.seen, dict(decided), hand, left_out(held), opened)

    @classmethod
    def before(cls, opened: Opened, wish: Wish, near: bool = True, progress: Progress | None = None) -> "Explanations":
        """Return what an audit of this kind would begin with. Raises what `prepare` raises."""
        prepared = prepare(opened, wish, progress)
        nothing = Sample("", "", ())
        return cls(Urn(prepared.commitment, ""), nothing, {}, {}, {}, prepared.without, opened if near else None)

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """All contests, in the order of their ids."""
        return self.urn.commitment.subjects

    @cached_property
    def found(self) -> dict[str, tuple[Trajectory, ...]]:
        """The trajectories of each contest over what is known so far."""
        if not self.sample.draws:
            return {}
        return trajectories(self.urn, self.sample, self.seen)

    @cached_property
    def listed(self) -> dict[str, ListedCard]:
        """Unit → its line of the committed list, of a comparison."""
        return {card.unit: card for card in self.urn.commitment.listed}

    @cached_property
    def reports(self) -> dict[str, BatchReport]:
        """Batch → what was reported of it."""
        return {one.batch: one for one in self.urn.commitment.batches}

    def named(self, words: str) -> Subject:
        """Return the contest that is meant: by id, title, or words of it. Raises `UsageError` for none or several."""
        key = name_key(words)
        for fits in (
            [one for one in self.subjects if words in (one.id, one.contest.title)],
            [one for one in self.subjects if key == name_key(one.contest.title)],
            [one for one in self.subjects if key in name_key(one.contest.title)],
        ):
            if len(fits) == 1:
                return fits[0]
            if fits:
                raise UsageError(f"{words!r} fits {len(fits)} contests: {'; '.join(o.contest.title for o in fits[:5])}")
        for left in self.left_out:
            if key in name_key(left.title):
                raise UsageError(f"{left.title}: NOT CHECKED by this audit: {left.reason}")
        titles = "; ".join(one.contest.title for one in self.subjects[:8])
        raise UsageError(f"no contest's title holds {words!r}, and no card or batch is named so; contests: {titles}")

    def contest(self, subject: Subject) -> ContestTold:
        """Return one contest, explained."""
        found = self.found.get(subject.id, ())
        draws = tuple(self._looked(subject, found[0].steps)) if found else ()
        claims = tuple(self._claim(subject, at, found, draws) for at in range(len(subject.assertions)))
        waiting = [(as_fraction(one), -one.assertion) for one in found if as_fraction(one) > subject.risk_limit]
        hardest = 1 - max(waiting)[1] if waiting else None
        if not found and claims:
            hardest = max(claims, key=lambda one: (one.alone is None, one.alone or 0, -one.margin)).number
        decision = saying.decision_words(
            subject, self.decisions.get(subject.id), self.hand_counts.get(subject.id)
        )  # fmt: skip
        return ContestTold(
            subject.id, subject.contest.title, saying.outcome_words(subject), subject.audited, decision,
            subject.contest.rule, subject.cards, subject.risk_limit, subject.risk_function, subject.implies,
            subject.words, claims, draws, hardest, self._outlook(subject, claims, hardest),
            UNASKED if self.opened is None else near_of(self.opened, subject.contest.title), _tree(subject),
        )  # fmt: skip

    def on_record(self, subject: Subject, unit: str) -> str:
        """Return in words what is on record of one unit in one contest."""
        held = self.urn.commitment
        if held.design is Design.POLLING:
            return "cards speak for themselves"
        if held.design is Design.BATCH:
            counted = self.reports[unit].contests.get(subject.id)
            return saying.counted_words(subject.contest, counted) if counted else "nothing reported"
        card = self.listed[unit]
        if card.is_phantom:
            return "no record: a card that there must be by the count of cards"
        if card.pool:
            return f"only in the totals of {card.pool}"
        index = dict(card.record).get(subject.id)
        return saying.ABSENT if index is None else self._read(subject, index)

    def _read(self, subject: Subject, index: int) -> str:
        return saying.ballot_words(subject.contest, self.urn.commitment.reads[subject.id][index].ballot)

    def on_paper(self, subject: Subject, unit: str, seen: Seen | None) -> str:
        """Return in words what was found of one unit in one contest."""
        if seen is None:
            return "never looked for" if unit.startswith(PHANTOM) else "not looked at yet"
        if not seen.found:
            return saying.NOT_FOUND
        if subject.id not in seen.contests:
            return saying.UNSAID
        found = seen.contests[subject.id]
        if isinstance(found, Counted):
            return saying.counted_words(subject.contest, found)
        return saying.ballot_words(subject.contest, found) if found is not None else saying.ABSENT

    def _looked(self, subject: Subject, steps: Sequence[Step]) -> Iterator[Looked]:
        for number, step in enumerate(steps, 1):
            seen = self.seen.get(step.unit)
            before, after = self.on_record(subject, step.unit), self.on_paper(subject, step.unit, seen)
            yield Looked(number, step.unit, before, after, self._differs(subject, step.unit, seen))

    def _differs(self, subject: Subject, unit: str, seen: Seen | None) -> bool:
        if seen is None or not seen.found:
            return True
        held, found = self.urn.commitment, seen.contests.get(subject.id)
        if held.design is Design.POLLING:
            return False
        if held.design is Design.BATCH:
            reported = self.reports[unit].contests.get(subject.id)
            if not isinstance(found, Counted) or reported is None:
                return (reported is None) != (found is None)
            return not saying.same_counted(reported, found)
        card = self.listed[unit]
        index = dict(card.record).get(subject.id)
        if card.pool or index is None:
            return False
        return found != held.reads[subject.id][index].ballot

    def _claim(
        self, subject: Subject, at: int, found: Sequence[Trajectory], draws: Sequence[Looked]
    ) -> ClaimTold:  # fmt: skip
        assertion, nothing = subject.assertions[at], Trajectory(subject.id, at, "", ())
        one = found[at] if found else nothing
        bets = wagers(self.urn, subject, one) or (None,) * len(one.steps)
        rows, before, least = [], 1.0, 1.0
        for step, bet, draw in zip(one.steps, bets, draws, strict=True):
            least = min(least, step.risk)
            effect = self._effect(subject, at, step, draw)
            sentence = f"{self._says(step, draw, effect)}; {saying.went(before, step.risk)}."
            mean, stake, wealth = (bet.mean, bet.bet, bet.wealth) if bet else (None, None, None)
            rows.append(Weighed(step.recorded, step.found, step.value, mean, stake, wealth, step.risk, least, effect,
                                sentence))  # fmt: skip
            before = step.risk
        return ClaimTold(
            at + 1, assertion.claim, subject.margins[at], assertion.assorter.upper,
            more_without_error(self.urn, subject, nothing), tuple(rows), one.written if one.steps else "",
            bool(one.steps) and as_fraction(one) <= subject.risk_limit, more_without_error(self.urn, subject, one),
        )  # fmt: skip

    def _effect(self, subject: Subject, at: int, step: Step, draw: Looked) -> Effect:
        if step.recorded is None:
            return "worst" if draw.on_paper == saying.NOT_FOUND else "none"
        over = step.recorded - step.found
        most = subject.assertions[at].assorter.upper if self.urn.commitment.design is Design.COMPARISON else None
        if over > 0:
            return "worst" if over == most or (most is None and step.value >= 1) else "worse"
        return "better" if over < 0 else "none"

    def _says(self, step: Step, draw: Looked, effect: Effect) -> str:
        if step.recorded is None:
            if draw.on_paper == saying.NOT_FOUND:
                return "It was not found, and counts as the worst that it could say"
            half = Fraction(1, 2)
            side = "for" if step.found > half else "against" if step.found < half else "neither for nor against"
            return f"On paper: {draw.on_paper}; that speaks {side} the claim"
        if draw.on_record.startswith("only in"):
            return f"It is on record {draw.on_record}; on paper: {draw.on_paper}"
        if not draw.differs:
            return f"Record and paper agree: {draw.on_paper}"
        return f"On record: {draw.on_record}; on paper: {draw.on_paper}: {_JUDGED[effect]}"

    def _outlook(self, subject: Subject, claims: Sequence[ClaimTold], hardest: int | None) -> str:
        if not claims or subject.implies != "outcome":
            return "No sample can confirm it: only a full hand count does."
        limit = saying.limit_words(subject.risk_limit)
        if hardest is None:
            return f"Every claim is confirmed: each measured risk is at most the limit of {limit}."
        one = claims[hardest - 1]
        if one.rows:
            risk = saying.risk_words(float(one.risk))
            begun = f"Claim {hardest} is still to be confirmed: its measured risk is {risk}, the limit {limit}."
        else:
            begun = f"Nothing was looked at yet. Claim {hardest} takes the most; the risk limit is {limit}."
        more = "more " if one.rows else ""
        if self.urn.commitment.design is Design.POLLING:
            half, most = polls_to_come(self.urn, subject, hardest - 1, [row.value for row in one.rows])
            return (
                f"{begun} If all other cards are as reported, about half of such audits need at most "
                f"{saying.many(half, f'{more}card')}, and nine of ten at most {saying.many(most, 'card')} (simulated)."
            )
        if one.more is None:
            return f"{begun} No number of further draws without error confirms it: count it by hand."
        unit = "draw" if self.urn.commitment.design is Design.BATCH else "card"
        return f"{begun} {saying.many(one.more, more + unit)} without error would confirm it."


def _tree(subject: Subject) -> TreeTold | None:
    tree = tree_of(subject)
    if tree is None:
        return None
    name = subject.contest.name_of

    def told(branch: Branch) -> BranchTold:
        claim = None if branch.claim is None else branch.claim + 1
        below = tuple(told(one) for one in branch.branches)
        return BranchTold(name(CandidateIndex(branch.order[0])), claim, below, branch.folded)

    order = tuple(name(CandidateIndex(choice)) for choice in tree.open or ())
    return TreeTold(name(subject.elected[0]), tuple(told(one) for one in tree.branches), tree.shown, tree.folded, order)
