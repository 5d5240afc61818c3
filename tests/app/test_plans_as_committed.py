"""Plans from an election's folder: what is recorded is what a plan takes it to be, and what it plans is committed."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from faircount.app.auditing.facts import facts
from faircount.app.auditing.planning import plan_of
from faircount.app.auditing.preparing import Wish, prepare
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.audit.measuring import settings_of
from faircount.audit.planning import designs
from faircount.audit.planning.cells import Cells, fitted, populations
from faircount.audit.planning.facts import Kind
from faircount.audit.planning.simulation import Forecasts, simulate
from faircount.audit.reports import pool_means
from faircount.model import HALF, Commitment, Design
from faircount.risk import RISKS
from faircount.risk.risk_function import settled
from faircount.store import Workspace

TWENTIETH = Fraction(1, 20)
HEAD = "card,batch,position,counting_group,contest,choices\n"


def workspace(root: Path, rows: Sequence[str], manifest: dict[str, int] | None = None, **bounds: int) -> Workspace:
    """A folder of rows (`card,batch,position,group,contest,choice`), a manifest, and bounds on contests' cards."""
    (root / "in").mkdir(parents=True)
    (root / "in" / "cards.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows), "utf-8")
    if manifest:
        lines = "".join(f"{batch},{cards}\n" for batch, cards in manifest.items())
        (root / "in" / "manifest.csv").write_text("batch,cards\n" + lines, "utf-8")
    space = Workspace.create(root / "e")
    ingest(space, [root / "in"], jobs=1)
    for contest, cards in bounds.items():
        space.decide(contest, cards=cards)
    return space


def rows(batch: str, *held: tuple[int, str, dict[str, str]]) -> list[str]:
    """Rows of one batch, its cards numbered from 1: so many cards of a group that hold these choices by contest."""
    found, place = [], 0
    for times, group, choices in held:
        for _ in range(times):
            place += 1
            found += [f"{batch}{place},{batch},{place},{group},{contest},{one}" for contest, one in choices.items()]
    return found


BOTH = {"Mayor": "Ada", "Sheriff": "Di"}
SIX = rows("A", (3, "", BOTH), (1, "", {"Mayor": "Ada"}), (1, "", {"Mayor": "Bo"}), (1, "", {"Sheriff": "Ed"}))
"""VECTORS R8: of six cards five hold one contest, and four, the sixth among them, the other."""
TOWN = [
    *rows("A", (40, "", {"Mayor": "Ada", "Sheriff": "Di"}), (30, "", {"Mayor": "Bo"}), (10, "", {"Sheriff": "Ed"})),
    *rows("B", (30, "Mail", {"Mayor": "Ada"}), (20, "Mail", {"Mayor": "Bo", "Sheriff": "Di"}),
          (10, "Mail", {"Sheriff": "Ed"})),
]  # fmt: skip


def committed(space: Workspace, wish: Wish | None = None) -> Commitment:
    return prepare(Opened(space.root), wish or Wish()).commitment


# ---- phantoms --------------------------------------------------------------
def test_phantoms_are_as_many_as_the_contest_that_lacks_most(tmp_path: Path) -> None:
    """VECTORS R8 (SHANGRLA, test_make_phantoms): bounds of 8 and 5 take 3 phantoms, 9 cards in all; 8 cards take 2.

    The bounds are those of that test. Without bounds SHANGRLA sets both contests' cards to 8; a phantom of ours lists
    each contest, so that there are 7 and 6: cards that are recorded without a contest do not hold it.
    """
    found = committed(workspace(tmp_path / "bounds", SIX, Mayor=8, Sheriff=5))
    assert len(found.listed) == 9 and sum(card.is_phantom for card in found.listed) == 3
    assert {one.contest.title: one.cards for one in found.subjects} == {"Mayor": 8, "Sheriff": 5}
    found = committed(workspace(tmp_path / "manifest", SIX, {"A": 8}))
    assert len(found.listed) == 8 and sum(card.is_phantom for card in found.listed) == 2
    assert {one.contest.title: one.cards for one in found.subjects} == {"Mayor": 7, "Sheriff": 6}


def test_a_contest_has_the_phantoms_that_list_it(tmp_path: Path) -> None:
    space = workspace(tmp_path, SIX, Mayor=8, Sheriff=5)
    found = committed(space)
    told = {one.contest.title: facts(found, one).ballots for one in found.subjects}
    assert told == {"Mayor": (Kind(4, (Fraction(1),)), Kind(1, (Fraction(0),)), Kind(3, (HALF,))),
                    "Sheriff": (Kind(3, (Fraction(1),)), Kind(1, (Fraction(0),)), Kind(1, (HALF,)))}  # fmt: skip
    made = plan_of(Opened(space.root), (), TWENTIETH, 0.001, 90)
    assert made.cards == 9 and [one.cards for one in made.contests] == [8, 5]


# ---- pools -----------------------------------------------------------------
def test_cards_of_a_pool_that_do_not_hold_a_contest_are_worth_a_half(tmp_path: Path) -> None:
    """30 for Ada, 20 for Bo, 10 that hold no Mayor at all: 60 cards, any of which may be drawn; their mean is 35/60."""
    found = committed(workspace(tmp_path, TOWN), Wish(pooled=("Mail",)))
    mayor = next(one for one in found.subjects if one.contest.title == "Mayor")
    (pool,) = facts(found, mayor).pools
    assert sorted((kind.values[0], kind.cards) for kind in pool.kinds) == [(0, 20), (HALF, 10), (1, 30)]
    assert pool.mean(0) == pool_means(mayor, found, mayor.assertions[0])["B"] == Fraction(35, 60)


# ---- what is planned is what is committed ----------------------------------
@pytest.mark.parametrize(
    ("wish", "design"),
    [
        (Wish(Design.COMPARISON, ("Mayor",)), "card comparison"),
        (Wish(Design.COMPARISON, ("Mayor",), pooled=("Mail",)), "comparison with pools"),
        (Wish(Design.POLLING, ("Mayor",)), "polling"),
    ],
)
def test_a_plan_forecasts_the_risk_function_that_is_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wish: Wish, design: str
) -> None:
    """Function, settings and population of every claim, down to the defaults; margins are over the same cards."""
    opened = Opened(workspace(tmp_path, TOWN, {"A": 80, "B": 60}).root)
    planned: list[tuple[Any, ...]] = []

    def noted(cells: Cells, method: str, risk_limit: float, given: dict[str, float], **more: Any) -> Forecasts:
        risk = RISKS[method]
        for own, population in zip(fitted(risk, cells, given), populations(cells), strict=True):
            planned.append((method, settled(method, risk.settings, own, population), population))
        return simulate(cells, method, risk_limit, given, **more)

    monkeypatch.setattr(designs, "simulate", noted)
    made = plan_of(opened, wish.contests, TWENTIETH, 0.001, 90, wish.pooled)
    designs._percentile.cache_clear()
    assert designs.DESIGNS[design].estimate(made) is not None
    (one,) = prepare(opened, wish).commitment.audited
    risk, audit = RISKS[one.risk_function], []
    for (_, _, population), claim, margin in zip(planned, one.assertions, one.margins, strict=True):
        expected = (1 + margin) / 2 if wish.design is Design.POLLING else 1 / (2 - margin / claim.assorter.upper)
        assert population.size == one.cards
        audit.append(
            (one.risk_function, settled(risk.name, risk.settings, settings_of(one, claim, expected), population))
        )
    assert [pair[:2] for pair in planned] == [(name, pytest.approx(known)) for name, known in audit]


def test_totals_by_batch_are_there_only_if_cards_are_in_batches(tmp_path: Path) -> None:
    """A manifest alone says nothing of votes: cards known by a printed number may lie in any of its batches."""
    numbered = [f"{row.split(',')[0]},,,{','.join(row.split(',')[3:])}" for row in TOWN]
    there = plan_of(Opened(workspace(tmp_path / "in", TOWN, {"A": 80, "B": 60}).root), (), TWENTIETH, 0.001, 90)
    lost = plan_of(Opened(workspace(tmp_path / "out", numbered, {"A": 80, "B": 60}).root), (), TWENTIETH, 0.001, 90)
    assert (there.batch_totals, lost.batch_totals) == (True, False) and there.batch_cards == lost.batch_cards
    with pytest.raises(Exception, match="no batch"):
        prepare(Opened(tmp_path / "out" / "e"), Wish(Design.BATCH, ("Mayor",)))
