"""A part of the papers of a Senate scrutiny, counted under the exclusions and transfer values of the whole."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction

from faircount.count.ranked.preferences import plain
from faircount.count.stv.senate_parcels import EXHAUSTED, LOST, Flow, Steps, Value, next_of
from faircount.model import (
    INACTIVE_CAUSES,
    CandidateIndex,
    Contest,
    Exhibit,
    Round,
    Transcript,
    Transfer,
    VoteCount,
    Weight,
)

_Share = tuple[Steps, int, Weight, Value, VoteCount]
"""Papers that say the same: candidates in order, step, number, transfer value, votes credited for each of them."""
_Rates = Mapping[tuple[CandidateIndex, CandidateIndex | None], tuple[Value, VoteCount]]
"""(source, target) → transfer value and votes credited for each paper."""


def exhibit(contest: Contest, flows: Iterable[tuple[int, Flow]]) -> Exhibit:
    """Return every transfer with its papers and its value; `flows` are (round at whose end it moved, flow)."""
    return Exhibit(
        "Transfers",
        ("Round", "From", "To", "Papers", "Transfer value", "Votes"),
        tuple(
            (
                number, contest.name_of(flow.source), None if flow.target is None else contest.name_of(flow.target),
                flow.papers, flow.value, flow.votes,
            )
            for number, flow in flows
        ),
        "Votes are papers × transfer value, cut to a whole number; of several sources at once, after they are summed. "
        "Where To is empty the papers were exhausted.",
    )  # fmt: skip


def follow_rounds(contest: Contest, papers: Mapping[tuple[Steps, str], Weight], whole: Transcript) -> tuple[Round, ...]:
    """Count `papers` under the rounds of the whole. Parts sum to it figure by figure.

    The law cuts votes for all papers of a transfer together, so a part has its share of what was left after the cut:
    as many papers, as many of those votes. Figures are fractions. A part can hold less than nothing of an elected
    candidate: where papers arrived at small values, they leave at the same value as all others (s 273(10)).
    """
    size = len(contest.choices)
    held: list[list[_Share]] = [[] for _ in range(size)]
    votes: list[VoteCount] = [0] * size
    inactive: dict[str, VoteCount] = dict.fromkeys(INACTIVE_CAUSES, 0)
    for (steps, cause), weight in papers.items():
        if steps:
            held[steps[0]].append((steps, 0, weight, 1, 1))
            votes[steps[0]] += weight
        else:
            inactive[cause] += weight
    rates = _rates(contest, whole)
    gone: set[CandidateIndex] = set()
    excluded: set[CandidateIndex] = set()
    rounds: list[Round] = []
    for number, one in enumerate(whole.rounds, 1):
        now, out = tuple(map(plain, votes)), tuple((k, plain(v)) for k, v in inactive.items() if v)
        gone.update(one.elected, one.excluded)
        excluded.update(one.excluded)
        continuing = {CandidateIndex(c) for c in range(size)} - gone
        moved = _move(held, rates[number], continuing, excluded)
        for (source, target, cause), count in moved.items():
            votes[source] -= count
            if target is None:
                inactive[cause] += count
            else:
                votes[target] += count
        transfers = tuple(
            Transfer(t.source, t.target, t.cause, plain(moved[t.source, t.target, t.cause]))
            for t in one.transfers
            if (t.source, t.target, t.cause) in moved
        )
        rounds.append(
            Round(now, out, one.elected, one.excluded, one.ties, transfers, one.unit, one.threshold, one.note)
        )
    return tuple(rounds)


def _rates(contest: Contest, whole: Transcript) -> Mapping[int, _Rates]:
    """Read off the exhibit of the whole what each paper of each transfer was worth."""
    place = {choice.name: CandidateIndex(at) for at, choice in enumerate(contest.choices)}
    found: dict[int, dict[tuple[CandidateIndex, CandidateIndex | None], tuple[Value, VoteCount]]] = defaultdict(dict)
    for shown in whole.exhibits:
        for number, source, target, papers, value, votes in shown.rows:
            if isinstance(number, int) and isinstance(papers, int | Fraction) and isinstance(votes, int | Fraction):
                way = place[str(source)], None if target is None else place[str(target)]
                found[number][way] = (Fraction(str(value)), Fraction(votes) / papers)
    return found


def _move(
    held: list[list[_Share]], rates: _Rates, continuing: set[CandidateIndex], excluded: set[CandidateIndex]
) -> dict[tuple[CandidateIndex, CandidateIndex | None, str], VoteCount]:
    """Move what the whole moved at the end of one round; return votes by source, target and cause."""
    moved: dict[tuple[CandidateIndex, CandidateIndex | None, str], VoteCount] = defaultdict(int)
    for source in {source for source, _ in rates}:
        value = next(v for (s, _), (v, _) in rates.items() if s == source)
        # An excluded candidate's papers leave value by value, an elected one's all together.
        leave = [share for share in held[source] if source not in excluded or share[3] == value]
        held[source] = [share for share in held[source] if source in excluded and share[3] != value]
        for steps, at, papers, _, credited in leave:
            here = next_of(steps, at, continuing)
            target = steps[here] if here >= 0 else None
            rate = rates[source, target][1]
            debit = credited if source in excluded else value
            moved[source, target, EXHAUSTED if target is None else "transferred"] += papers * rate
            if value != 1:
                moved[source, None, LOST] += papers * (debit - rate)
            if target is not None:
                held[target].append((steps, here, papers, value, rate))
    return moved
