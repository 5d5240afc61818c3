"""Papers as a Senate scrutiny holds them: by candidate and by the transfer value at which they were received."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from faircount.count.ranked.preferences import plain
from faircount.model import INACTIVE_CAUSES, CandidateIndex, Transfer, VoteCount, Weight

Steps = tuple[CandidateIndex, ...]
Bundle = tuple[Steps, int, Weight]
"""Papers that say the same: their candidates in order, the step at which they rest, how many they are."""
Value = int | Fraction
"""A transfer value: 1, or the exact fraction surplus / papers."""
EXHAUSTED = "exhausted"
LOST = "lost to rounding"


@dataclass(frozen=True, slots=True)
class Flow:
    """Papers that moved in one transfer from a candidate to another or to none, and the votes they carried."""

    source: CandidateIndex
    target: CandidateIndex | None
    papers: Weight
    value: Value
    votes: VoteCount


def next_of(steps: Steps, at: int, continuing: set[CandidateIndex]) -> int:
    """Return the first step after `at` that is a continuing candidate, or -1."""
    for here in range(at + 1, len(steps)):
        if steps[here] in continuing:
            return here
    return -1


@dataclass(slots=True)
class Parcels:
    """All papers and the votes credited for them. Changes as papers move.

    Votes are whole numbers cut from papers × value for each transfer, so that candidates are credited with less than
    their papers are worth; the difference is what is lost to rounding.
    """

    held: list[dict[Value, list[Bundle]]]
    credit: list[dict[Value, VoteCount]]
    """Votes credited for the papers held at each value."""
    votes: list[VoteCount]
    inactive: dict[str, VoteCount]
    continuing: set[CandidateIndex]

    @classmethod
    def of(
        cls, size: int, candidates: Iterable[CandidateIndex], papers: Mapping[tuple[Steps, str], Weight]
    ) -> "Parcels":
        """Sort papers by first preference, each worth one vote."""
        made = cls(
            [{} for _ in range(size)], [{} for _ in range(size)], [0] * size,
            dict.fromkeys(INACTIVE_CAUSES, 0), set(candidates),
        )  # fmt: skip
        for (steps, cause), weight in papers.items():
            if steps:
                made.held[steps[0]].setdefault(1, []).append((steps, 0, weight))
                made.votes[steps[0]] += weight
            else:
                made.inactive[cause] += weight
        for choice, held in enumerate(made.held):
            if held:
                made.credit[choice][1] = made.votes[choice]
        return made

    def without_papers(self) -> set[CandidateIndex]:
        """Return the continuing candidates that hold no paper, of whatever value."""
        return {c for c in self.continuing if not self.held[c]}

    def inactive_now(self) -> tuple[tuple[str, VoteCount], ...]:
        """Return inactive votes by cause, causes with none left out."""
        return tuple((cause, plain(count)) for cause, count in self.inactive.items() if count)

    def values_of(self, excluded: Iterable[CandidateIndex]) -> list[Value]:
        """Return the values at which `excluded` hold papers, highest first: the order of s 273(13AA)."""
        return sorted({value for c in excluded for value in self.held[c]}, reverse=True)

    def transfer_surplus(self, source: CandidateIndex, quota: int) -> list[Flow]:
        """Transfer every paper of an elected candidate at surplus / papers, whatever its value was: s 273(9), (10)."""
        bundles = [bundle for parcel in self.held[source].values() for bundle in parcel]
        surplus = self.votes[source] - quota
        value = Fraction(surplus) / sum(papers for _, _, papers in bundles)
        self.held[source], self.credit[source] = {}, {}
        return self._move({source: bundles}, value, {source: surplus})

    def transfer_excluded(self, excluded: Iterable[CandidateIndex], value: Value) -> list[Flow]:
        """Transfer the papers of `excluded` that they received at `value`, all of them together: s 273(13AA)."""
        sources = [c for c in excluded if value in self.held[c]]
        bundles = {c: self.held[c].pop(value) for c in sources}
        return self._move(bundles, value, {c: self.credit[c].pop(value) for c in sources})

    def _move(
        self, bundles: Mapping[CandidateIndex, list[Bundle]], value: Value, debit: Mapping[CandidateIndex, VoteCount]
    ) -> list[Flow]:
        moved: dict[CandidateIndex | None, dict[CandidateIndex, Weight]] = {}
        for source, parcel in bundles.items():
            for steps, at, papers in parcel:
                here = next_of(steps, at, self.continuing)
                target = steps[here] if here >= 0 else None
                from_each = moved.setdefault(target, {})
                from_each[source] = from_each.get(source, 0) + papers
                if target is not None:
                    self.held[target].setdefault(value, []).append((steps, here, papers))
        flows: list[Flow] = []
        for target in sorted(moved, key=lambda t: (t is None, t or 0)):
            papers = sum(moved[target].values())
            # "disregarding any fraction"; papers at a value of 1 are transferred as they are.
            votes = papers if value == 1 else papers * value.numerator // value.denominator
            if target is None:
                self.inactive[EXHAUSTED] += votes
            else:
                self.votes[target] += votes
                self.credit[target][value] = self.credit[target].get(value, 0) + votes
            for source, part in sorted(moved[target].items()):
                # In a bulk exclusion the cut falls on the papers of several candidates together.
                flows.append(Flow(source, target, part, value, plain(Fraction(votes) * part / papers)))
        for source, count in debit.items():
            self.votes[source] = plain(self.votes[source] - count)
            self.inactive[LOST] += count - sum(flow.votes for flow in flows if flow.source == source)
        return flows


def transfers_of(flows: Iterable[Flow], debit: Mapping[CandidateIndex, VoteCount]) -> tuple[Transfer, ...]:
    """Return flows as transfers, and for each source what the votes taken from it exceed them by, or fall short.

    Papers cut apart when they arrived may be cut together when they leave: then votes lost before come back, and
    what is lost is below 0.
    """
    found: list[Transfer] = []
    for source in sorted(debit):
        mine = [flow for flow in flows if flow.source == source]
        for flow in mine:
            if flow.votes:
                cause = EXHAUSTED if flow.target is None else "transferred"
                found.append(Transfer(source, flow.target, cause, flow.votes))
        if any(flow.value != 1 for flow in mine):
            found.append(Transfer(source, None, LOST, plain(debit[source] - sum(flow.votes for flow in mine))))
    return tuple(found)
