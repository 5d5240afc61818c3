"""Draws that repeat what other programs drew: bit by bit theirs, and out of the way of everything else."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from faircount.model import BadInputError
from faircount.sample.legacy.arlo import NAME, batch_name, draw_by_bound
from faircount.sample.sampler import digest

UNITS = [f"b{n}" for n in range(50)]
BOUNDS = [Fraction(n * n % 17, 7) for n in range(50)]


@pytest.mark.parametrize("seed", ["1", "34363370190391208563", "żółć"])
def test_arlo_draws_as_numpy_chooses(seed: str) -> None:
    shares = np.array([float(bound / sum(BOUNDS)) for bound in BOUNDS])
    theirs = np.random.default_rng(digest(seed)).choice(50, 300, p=shares / shares.sum(), replace=True)
    drawn = draw_by_bound(UNITS, BOUNDS, seed, 300)
    assert (drawn.sampler, drawn.seed) == (NAME, seed)
    assert [draw.unit for draw in drawn.draws] == [UNITS[at] for at in theirs]
    assert draw_by_bound(UNITS, BOUNDS, seed, 7).draws == drawn.draws[:7]
    assert not {"b0", "b17", "b34"} & set(drawn.units), "a batch with bound 0 is never drawn"
    last = {draw.unit: draw.number for draw in drawn.draws}
    assert sum(last.values()) == 300


def test_a_batch_is_named_as_python_writes_a_pair() -> None:
    assert batch_name("O'Brien", 'a "b"') == """("O'Brien", 'a "b"')"""


@pytest.mark.parametrize("bounds", [[1], [1, -1], [0, 0]])
def test_what_arlo_cannot_draw_is_refused(bounds: list[int]) -> None:
    with pytest.raises(BadInputError, match="sample"):
        draw_by_bound(["a", "b"], [Fraction(bound) for bound in bounds], "1", 1)
    assert draw_by_bound([], [], "1", 0).draws == ()


def test_no_audit_of_ours_loads_them() -> None:
    code = (
        "import sys, faircount.sample, faircount.app, faircount.audit; print([m for m in sys.modules if 'legacy' in m])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, capture_output=True, text=True, check=True
    )
    assert "faircount" not in told.stdout
