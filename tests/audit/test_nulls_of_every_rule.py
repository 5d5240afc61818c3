"""Outcomes of every rule that are wrong on paper by as few cards as found: records, list, draw, entries, decision."""

import random
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest
from assertion.family import MOST_CARDS, Case, card_of, case_of, every_rule, other_ties, outcome, profile_of

from faircount.audit.agreement import refuse_disagreement
from faircount.audit.drawing import Urn
from faircount.audit.measuring import measure
from faircount.audit.reports import margin_of, recorded
from faircount.audit.values import Record, on_paper
from faircount.audit.wagers import population_of
from faircount.count import RULES
from faircount.count.ballots import ballot_of
from faircount.model import (
    HALF,
    PHANTOM,
    Assertion,
    Ballot,
    CardCount,
    Commitment,
    Counted,
    Design,
    ListedCard,
    Paper,
    Pattern,
    Read,
    Seen,
    Subject,
)
from faircount.risk import RISKS

LIMITS = (0.05, 0.1, 0.3)
ORDERS = 400
METHODS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("cobra", (("winner_to_loser", "0.001"),)), ("alpha-fixed", ()), ("kaplan-kolmogorov", (("g", "0.1"),)),
    ("betting-fixed", (("bet", "1"),)),
)  # fmt: skip


@dataclass(frozen=True)
class Wrong:
    """A commitment to records, and papers of which the rule gives another outcome."""

    commitment: Commitment
    seen: dict[str, Seen]


def committed(case: Case, chance: random.Random) -> Commitment | None:
    """The list of these cards, some of them in a pool, and phantoms up to the bound; None where no margin is left."""
    says = [ballot_of(case.rule, case.contest, card) for card in case.cards]
    distinct = sorted(set(says), key=lambda b: (b.ranking, b.votes))
    pooled = 0 if any(one.kind == "above-figure" for one in case.claims.assertions) else chance.choice((0, 5))
    listed = [
        ListedCard(f"b, {at}", "b", str(at), "p", (("c1", None),)) if at <= pooled
        else ListedCard(f"b, {at}", "b", str(at), "", (("c1", distinct.index(one)),))
        for at, one in enumerate(says, 1)
    ]  # fmt: skip
    listed += [ListedCard(f"{PHANTOM}{at:02}", "", "", "", (("c1", None),)) for at in range(MOST_CARDS - len(listed))]
    pool = {"c1": counted(says[:pooled])} if pooled else {}
    risk, settings = chance.choice(METHODS)
    elected = tuple(dict.fromkeys(case.transcript.elected or case.transcript.advancing))
    subject = Subject(
        "c1", case.contest, CardCount(MOST_CARDS), elected, case.transcript.verdict, (), True, Fraction(1, 10),
        risk, settings, "outcome", case.claims.words, case.claims.assertions, (),
    )  # fmt: skip
    reads = tuple(Read(((at, 1, None),), one) for at, one in enumerate(distinct))
    whole = Commitment(Design.COMPARISON, (subject,), tuple(listed), {"c1": reads}, {"p": pool} if pool else {})
    margins = tuple(margin_of(one, recorded(whole, subject), MOST_CARDS) for one in subject.assertions)
    return replace(whole, subjects=(replace(subject, margins=margins),)) if min(margins) > 0 else None


def counted(ballots: list[Ballot]) -> Counted:
    tally = Counter(ballots)
    return Counted(
        CardCount(len(ballots)), tuple((one, tally[one]) for one in sorted(tally, key=lambda b: (b.ranking, b.votes)))
    )


def is_wrong(case: Case, papers: list[Pattern]) -> bool:
    """Whether these papers, ties decided one way or the other, give another outcome than the reported one."""
    profile = profile_of(papers)
    return any(
        outcome(case.rule.count(contest, profile)) != outcome(case.transcript)
        for contest in (case.contest, other_ties(case.contest))
    )


def wrong_papers(case: Case, chance: random.Random) -> list[Pattern] | None:
    """Papers in the order of the list, those of phantoms last; what need not differ for a wrong outcome does not."""
    favourite = chance.randrange(len(case.contest.choices))
    papers = list(case.cards)
    if chance.random() < 0.5:
        papers += [card_of(case.rule, case.contest, chance, favourite) for _ in range(MOST_CARDS - len(papers))]
    order = chance.sample(range(len(case.cards)), len(case.cards))
    for at in order:
        if is_wrong(case, papers):
            break
        papers[at] = card_of(case.rule, case.contest, chance, favourite)
    if not is_wrong(case, papers):
        return None
    for at in order:
        less = [*papers[:at], case.cards[at], *papers[at + 1 :]]
        papers = less if is_wrong(case, less) else papers
    return papers


def wrong(name: str, number: int) -> Wrong | None:
    """One case; None where the draw gave none."""
    chance = random.Random(f"{name} {number} null")
    case = case_of(RULES[name], number)
    if case is None or case.claims.implies != "outcome":
        return None
    commitment, papers = committed(case, chance), wrong_papers(case, chance)
    if commitment is None or papers is None:
        return None
    refuse_disagreement(commitment)
    found = {
        f"b, {at}": Seen(True, {"c1": ballot_of(case.rule, case.contest, papers[at - 1])})
        for at in range(1, len(case.cards) + 1)
    }
    return Wrong(commitment, found)


def confirmed(one: Wrong, orders: int, seed: int) -> list[float]:
    """In which share of random orders every claim's risk was at some draw at most each of `LIMITS`."""
    (subject,) = one.commitment.subjects
    urn = Urn(one.commitment, "20" * 10)
    found = measure(urn, subject, urn.drawn({"c1": MOST_CARDS}), one.seen)
    places = np.random.default_rng(seed).random((orders, MOST_CARDS)).argsort(axis=1)
    largest = np.zeros(orders)
    for claim in found:
        values = np.array([float(step.value) for step in claim.steps])
        population, given = population_of(urn, subject, claim.assertion)
        risk = RISKS[subject.risk_function]
        risks = risk.of_many(values[places].T, [population] * orders, [given] * orders)
        largest = np.maximum(largest, risks.min(axis=0))
    return [float((largest <= limit).mean()) for limit in LIMITS]


def too_often(shares: list[float]) -> bool:
    """Whether a share is more than four and a half standard errors above its limit."""
    return any(
        share > limit + 4.5 * (limit * (1 - limit) / ORDERS) ** 0.5 for share, limit in zip(shares, LIMITS, strict=True)
    )


@pytest.mark.parametrize("name", every_rule())
def test_a_wrong_outcome_of_any_rule_is_seldom_confirmed(name: str) -> None:
    tried = 0
    for number in range(25):
        if tried < 3 and (one := wrong(name, number)) is not None:
            tried += 1
            shares = confirmed(one, ORDERS, number)
            assert not too_often(shares), (name, number, shares)
    assert tried


def test_a_phantom_that_counts_for_nobody_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: what has no record is taken for a blank card, and wrong outcomes are confirmed."""

    def blank(claim: Assertion, record: Record, paper: Paper) -> Fraction:
        return HALF if paper.ballot is None else on_paper(claim, record, paper)

    monkeypatch.setattr("faircount.audit.measuring.on_paper", blank)
    found = [wrong("plurality", number) for number in range(40)]
    assert any(too_often(confirmed(one, ORDERS, 1)) for one in found if one is not None)
