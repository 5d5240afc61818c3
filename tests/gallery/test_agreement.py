"""Engine and verifiers, on simulated audits of every kind: what the engine publishes, no verifier finds a fault in.

150 audits in a normal run; FAIRCOUNT_AUDITS=1000 for more.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import pytest
from gallery.conftest import Ask
from gallery.in_memory import LOG
from gallery.played import Play, Played, play
from gallery.resealing import Case
from gallery.small_elections import BATCHES, KINDS, RISKS, Terms, commitment, election
from gallery.verdicts import failures, findings, verdict

from faircount.model import Design

AUDITS = int(os.environ.get("FAIRCOUNT_AUDITS", "150"))
SHARED = 150
"""Audits that several tests look at."""
ON_THE_PAGE = 50
KEY = str(LOG.verifier)
SEED = 20301105
LEFT_OPEN = {"7.1", "8.2", "13.2"}
"""Steps that a verifier may leave open here, and says so: ties that were decided, and seats of a count by hand."""
OTHER_RULES = {"7.2", "8.3"}
"""And the page, of other rules than plurality and instant runoff."""


def terms(chance: random.Random, design: Design) -> Terms:
    """Draw how an audit is to be held."""
    compared = design is Design.COMPARISON
    return Terms(
        design,
        ("c1", "c2", "c3"),
        chance.choice(RISKS[design]),
        chance.choice((Fraction(1, 20), Fraction(1, 10), Fraction(1, 5))),
        BATCHES[0] if compared and chance.random() < 0.4 else "",
        chance.choice((0, 0, 1, 2)) if compared else 0,
    )


def happenings(chance: random.Random, design: Design) -> Play:
    """Draw what happens in it."""
    return Play(
        double=chance.random() < 0.4,
        quorum=chance.choice((0, 0, 2)),
        parties=chance.choice(((), (), ("Plum", "Quince"), ("Übermorgen", "𐐀", "ﬀ"))),
        slips=chance.choice((0, 0, 0.05, 0.3)),
        lost=chance.choice((0, 0, 0.04)),
        corrections=chance.choice((0, 0.15)),
        first=chance.choice((2, 3, 5) if design is Design.BATCH else (8, 15, 40)),
        rounds=chance.choice((2, 3)),
        also_after_close=chance.random() < 0.2,
        restarts=chance.random() < 0.1,
    )


def audit(number: int) -> Played | None:
    """Return audit `number`, played to its end; None where no contest of it could be audited."""
    chance = random.Random(f"{SEED} {number}")
    design = list(Design)[number % 3]
    kinds = tuple(chance.sample(sorted(KINDS), chance.randint(1, 3)))
    held = election(chance, kinds, chance.randint(15, 60), chance.choice((0.4, 0.6, 0.8)))
    how, what = terms(chance, design), happenings(chance, design)
    if not commitment(held, how).audited:
        return None
    return play(held, how, what, chance)


@cache
def some(number: int) -> tuple[Played, ...]:
    """Return the first so many audits."""
    return tuple(_some(number))


def _some(number: int) -> Iterator[Played]:
    found, at = 0, 0
    while found < number:
        if (one := audit(at)) is not None:
            found += 1
            yield one
        at += 1


def test_the_verifier_agrees_with_the_engine_on_every_audit() -> None:
    said, faults = Counter[str](), []
    for number, one in enumerate(some(AUDITS) if AUDITS <= SHARED else _some(AUDITS)):
        found = findings(one.files, KEY)
        said[verdict(found)] += 1
        if failures(found):
            faults.append((number, one.terms.design.value, [row for row in found.rows if row[1] == "FAIL"][:2]))
        assert {row[0] for row in found.rows if row[1] == "NOT CHECKED"} <= LEFT_OPEN, (number, list(found.rows))
    assert faults == []
    assert said["PASS"] > 0.6 * AUDITS, said


def test_the_audits_are_of_every_kind() -> None:
    audits = some(SHARED)
    subjects = [one for each in audits for one in each.held.audit.commitment.audited]
    assert {one.contest.rule for one in subjects} == {"plurality", "threshold", "instant-runoff", "highest-averages"}
    assert {one.risk_function for one in subjects} == {name for names in RISKS.values() for name in names}
    acts = Counter(act.act for each in audits for act in each.held.acts)
    assert {"resolve", "correct", "promise", "reveal", "restart", "hand-count"} <= acts.keys()
    decided = {str(d) for each in audits for r in each.held.audit.rounds for d in r.decisions.values()}
    assert decided == {"CONFIRMED", "CONTINUE", "HAND COUNT"}
    assert any(each.held.audit.commitment.pools for each in audits)
    assert any(card.is_phantom for each in audits for card in each.held.audit.commitment.listed)
    assert any(not seen.found for each in audits for seen in each.held.audit.entries.seen.values())


@pytest.mark.browser
def test_the_page_agrees_with_the_engine(ask_page: Ask) -> None:
    faults = []
    for number, one in enumerate(some(SHARED)[:ON_THE_PAGE]):
        answer = ask_page(one.files, KEY)
        if answer["failures"]:
            faults.append((number, one.terms.design.value, answer["failures"][:2]))
        elif not {left["code"] for left in answer["not_checked"]} <= LEFT_OPEN | OTHER_RULES:
            faults.append((number, one.terms.design.value, answer["not_checked"]))
    assert faults == []


def test_an_engine_that_errs_would_be_seen() -> None:
    """The comparison is no formality: one p-value another, and it would be red."""
    one = next(_some(1))
    case = Case.of(one.files, witnesses=one.held.witnesses)
    case.body("close")["measured"][0]["p"] = "0.0000012345"
    assert "12.1" in failures(findings(case.sealed(), KEY))
