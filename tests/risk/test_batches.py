"""Batch comparison: MACRO against Arlo's numbers (VECTORS.md B1) and Georgia's (B3); every small audit."""

import csv
import io
import itertools
import zipfile
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from elections.shared import real

from faircount.model import BadInputError, UsageError
from faircount.risk import Floats, macro
from faircount.risk.batches import Design, p_values

TOTALS = {"Ada": 200, "Bo": 100, "Cy": 50}
BATCHES = [({"Ada": 60, "Bo": 40}, 100), ({"Bo": 60, "Cy": 40}, 100), ({"Ada": 90, "Cy": 10}, 100), ({"Ada": 50}, 50)]


# ---- MACRO -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("totals", "batch", "bound"),
    [
        ((60000, 54000), (200, 180, 400), Fraction(7, 100)), ((30000, 24000), (200, 160, 400), Fraction(11, 150)),
        ((18000, 12600), (200, 140, 400), Fraction(23, 270)),
    ],
)  # fmt: skip
def test_largest_errors(totals: tuple[int, int], batch: tuple[int, int, int], bound: Fraction) -> None:
    """B1: .07, .0733, .0852."""
    known = macro.pairs({"Ada": totals[0], "Bo": totals[1]}, ["Ada"])
    assert known.largest_error({"Ada": batch[0], "Bo": batch[1]}, batch[2]) == bound


def test_pending_ballots() -> None:
    """B1: two ballots not counted yet are the loser's."""
    known = macro.pairs(TOTALS, ["Ada"], pending=2)
    bounds = [known.largest_error(votes, ballots) for votes, ballots in BATCHES]
    assert float(sum(bounds)) == pytest.approx(4.591836734693877, rel=1e-12)
    assert macro.p_value(sum(bounds, Fraction(0)), [Fraction(0)] * 3) == pytest.approx(0.47861956652949245, rel=1e-12)
    errors = [known.error(votes, votes) for votes, _ in BATCHES[:2]] + [
        known.error(BATCHES[2][0], {"Ada": 90, "Bo": 2})
    ]
    p = macro.p_value(sum(bounds, Fraction(0)), macro.taints(errors, bounds[:3]))
    assert errors[2] == Fraction(2, 98) and p == pytest.approx(0.48371126404576364, rel=1e-12)


def test_unauditable_ballots() -> None:
    """B1: one ballot of the contest is in no batch."""
    known = macro.pairs(TOTALS, ["Ada"], unauditable=1)
    batches = [({"Ada": 60, "Bo": 39}, 99), *BATCHES[1:]]
    bound = sum((known.largest_error(votes, ballots) for votes, ballots in batches), Fraction(0))
    assert bound == Fraction(450, 99) and macro.p_value(bound, [Fraction(0)] * 3) == pytest.approx(0.474552, rel=1e-9)
    assert macro.p_value(Fraction(9, 2), [Fraction(0)] * 3) == pytest.approx(0.47050754458161864, rel=1e-12)


def test_an_error_is_the_largest_over_pairs() -> None:
    known = macro.pairs(TOTALS, ["Ada"])
    assert known.error({"Ada": 60, "Bo": 40}, {"Ada": 60, "Bo": 30, "Cy": 10}) == Fraction(10, 150)
    assert known.error({"Ada": 60, "Bo": 40}, {"Ada": 61, "Bo": 40}) == Fraction(-1, 150)
    two = macro.pairs({"Ada": 9, "Bo": 8, "Cy": 2}, ["Bo", "Ada"])
    assert two.margins == {("Ada", "Cy"): 7, ("Bo", "Cy"): 6}


def test_taints() -> None:
    assert macro.p_value(Fraction(5), [Fraction(-3)]) == macro.p_value(Fraction(5), [Fraction(0)]) == pytest.approx(0.8)
    assert macro.p_value(Fraction(5), [Fraction(1), Fraction(0)]) == 1
    assert macro.p_value(Fraction(9, 10), [Fraction(1)]) == 0, "the batches cannot hold the error"
    assert macro.taints([Fraction(0)], [Fraction(0)]) == [0]
    with pytest.raises(BadInputError, match="manifest"):
        macro.taints([Fraction(2)], [Fraction(1)])
    with pytest.raises(BadInputError, match="count by hand"):
        macro.pairs({"Ada": 5, "Bo": 4}, ["Ada"], pending=1)
    with pytest.raises(BadInputError, match="no pair"):
        macro.pairs({"Ada": 5}, ["Ada"])
    with pytest.raises(UsageError):
        macro.p_value(Fraction(5), [Fraction(2)])


def georgia(path: Path) -> Iterator[tuple[str, str, list[dict[str, str]]]]:
    """Yield county, file, rows of every table in a bundle of bundles."""
    with zipfile.ZipFile(path) as outer:
        inner = next(name for name in outer.namelist() if name.endswith(".zip"))
        with zipfile.ZipFile(io.BytesIO(outer.read(inner))) as bundle:
            for name in bundle.namelist():
                text = bundle.read(name).decode("utf-8-sig")
                yield name.split("/")[0], name, list(csv.DictReader(io.StringIO(text)))


def test_georgia_2025() -> None:
    """B3: seven weeks after, from the counties' own manifests and totals: U, 15 batches, p = .034476286."""
    folder = real("rla", "georgia-2025-11-psc")
    choices = ["Tim Echols (I) (Rep)", "Alicia M. Johnson (Dem)"]
    votes: dict[tuple[str, str], dict[str, int]] = {}
    ballots: dict[tuple[str, str], int] = {}
    for county, _, rows in georgia(folder / "candidate_totals_bundle.zip"):
        for row in rows:
            if row["Batch Name"]:
                votes[county, row["Batch Name"].strip()] = {choice: int(row[choice]) for choice in choices}
    for county, _, rows in georgia(folder / "manifests_bundle.zip"):
        for row in rows:
            at = county, row["Batch Name"].strip()
            ballots[at] = ballots.get(at, 0) + int(row["Number of Ballots"].replace(",", ""))
    totals = {choice: sum(one[choice] for one in votes.values()) for choice in choices}
    assert votes.keys() == ballots.keys() and sum(ballots.values()) == 1_581_543
    assert list(totals.values()) == [582_403, 980_470]
    known = macro.pairs(totals, [choices[1]])
    bound = sum((known.largest_error(one, ballots[at]) for at, one in votes.items()), Fraction(0))
    assert macro.sample_size(0.05, bound) == 15
    assert macro.p_value(bound, [Fraction(0)] * 15) == pytest.approx(0.034476286, abs=1e-9)


# ---- any weights -----------------------------------------------------------
def test_all_staked_on_the_usual_design_is_macro() -> None:
    design = Design([2, 1, 1.5, 0.5], [2, 1, 1.5, 0.5], replacement=True)
    found = p_values(design, [0, 1, 0, 3], {0: 0.1, 1: -0.3, 3: 0}, stakes=(1,))
    taints = [Fraction(1, 20), Fraction(0), Fraction(1, 20), Fraction(0)]
    assert found == pytest.approx([macro.p_value(Fraction(5), taints[: at + 1]) for at in range(4)], rel=1e-12)


Judge = Callable[[Design, Sequence[int], dict[int, float]], Floats]


def judge(design: Design, draws: Sequence[int], errors: dict[int, float]) -> Floats:
    return p_values(design, draws, {batch: errors[batch] for batch in draws})


def audits(design: Design, length: int) -> Iterator[tuple[tuple[int, ...], float]]:
    """Yield every sequence of draws and how likely it is."""
    for draws in itertools.product(range(len(design.bounds)), repeat=length):
        left, chance = dict(enumerate(design.weights)), 1.0
        for batch in draws:
            chance *= left.get(batch, 0) / (sum(left.values()) or 1)
            if not design.replacement:
                left.pop(batch, None)
        if chance:
            yield draws, chance


def excess(design: Design, errors: dict[int, float], length: int, by: Judge) -> float:
    """The most by which P(p ever ≤ α) is above α."""
    found = sorted((float(min(by(design, draws, errors))), chance) for draws, chance in audits(design, length))
    sums = np.cumsum([chance for _, chance in found])
    levels = np.array([p for p, _ in found])
    last = np.append(np.diff(levels) > 1e-12, True)
    return float(np.max(sums[last] - levels[last]))


DESIGNS = [
    Design((2, 1, 0.5, 1), (2, 1, 0.5, 1)), Design((1, 0.5, 0.25), (1, 1, 1)),
    Design((0.6, 0.6, 0.6, 0.3), (3, 1, 1, 2)), Design((2, 1, 0.5, 1), (2, 1, 0.5, 1), True),
    Design((1, 0.5, 0.25), (1, 1, 1), True),
    Design((0.3, 0.3, 0.3, 0.6), (3, 1, 1, 0), True), Design((0.3, 0.5, 0.4, 0.4), (3, 1, 1, 0)),
]  # fmt: skip


def wrong_outcomes(design: Design) -> Iterator[dict[int, float]]:
    """Yield every way of being wrong by whole margins with errors of none, half or all that a batch could hold."""
    for shares in itertools.product((-0.5, 0, 0.5, 1), repeat=len(design.bounds)):
        errors = {at: share * bound for at, (share, bound) in enumerate(zip(shares, design.bounds, strict=True))}
        if sum(errors.values()) >= 1:
            yield errors


@pytest.mark.parametrize("design", DESIGNS, ids=range(len(DESIGNS)))
def test_the_risk_limit_is_kept_exactly(design: Design) -> None:
    length = 4 if design.replacement else sum(weight > 0 for weight in design.weights)
    wrong = list(wrong_outcomes(design))
    assert wrong and max(excess(design, errors, length, judge) for errors in wrong) <= 1e-9


def hidden_batches_forgotten(design: Design, draws: Sequence[int], errors: dict[int, float]) -> Floats:
    return judge(Design(design.bounds[:3], design.weights[:3], design.replacement), draws, errors)


def weights_not_heeded(design: Design, draws: Sequence[int], errors: dict[int, float]) -> Floats:
    return judge(Design(design.bounds, [1] * len(design.bounds), design.replacement), draws, errors)


@pytest.mark.parametrize(
    ("fault", "design"), [(hidden_batches_forgotten, DESIGNS[5]), (weights_not_heeded, DESIGNS[2])]
)
def test_a_planted_fault_is_caught(fault: Judge, design: Design) -> None:
    length = 4 if design.replacement else sum(weight > 0 for weight in design.weights)
    assert max(excess(design, errors, length, fault) for errors in wrong_outcomes(design)) > 0.01


def test_all_batches_decide() -> None:
    design = Design([1, 0.6, 0.8], [1, 0.6, 0.8])
    assert p_values(design, [2, 0, 1], {0: 0.5, 1: 0.3, 2: 0.1})[-1] == 0
    assert p_values(design, [2, 0, 1], {0: 0.5, 1: 0.4, 2: 0.1})[-1] == 1
    assert list(p_values(Design([0.3, 0.6], [1, 1]), [0], {0: 0.2})) == [0], "the other cannot hold .8"


def test_one_bad_batch_does_not_ruin_the_whole() -> None:
    design = Design([0.05] * 100, [1] * 100)
    errors = dict.fromkeys(range(100), 0.0) | {3: 0.05}
    assert p_values(design, range(80), errors, stakes=(1,))[70] == 1
    assert p_values(design, range(80), errors)[70] < 0.05


def test_what_cannot_be_is_refused() -> None:
    design = Design([1, 0.6, 0.8], [1, 0, 0.8])
    for draws, errors in (
        ([0, 0], {0: 0}),
        ([1], {1: 0}),
        ([7], {7: 0}),
        ([0], {0: 1.1}),
        ([0], {}),
        ([0], {0: np.nan}),
    ):
        with pytest.raises(BadInputError):
            p_values(design, draws, errors)
    with pytest.raises(UsageError, match="stake"):
        p_values(design, [0], {0: 0}, stakes=(1.1,))
    for numbers in (([1], [1, 2]), ([], []), ([-1], [1]), ([1], [np.nan])):
        with pytest.raises(UsageError):
            Design(*numbers)
