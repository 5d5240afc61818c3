"""What every way of drawing owes: run over the catalog, so a new sampler is tested unasked."""

import random
import subprocess
import sys
from collections import Counter

import pytest

from faircount.model import BadInputError
from faircount.sample import SAMPLERS, Sampler

pytestmark = pytest.mark.parametrize("sampler", SAMPLERS.values(), ids=list(SAMPLERS))
UNITS = [f"batch {n}, {n * n}" for n in range(40)]
SEED = "06712221796172622814"


def test_the_source_is_named(sampler: Sampler) -> None:
    assert len(sampler.source) > 20 and sampler.name == sampler.name.lower()


def test_asking_for_more_extends_a_draw(sampler: Sampler) -> None:
    whole = sampler.draw(UNITS, SEED, 40)
    assert (whole.sampler, whole.seed, len(whole.draws)) == (sampler.name, SEED, 40)
    for size in (0, 1, 7, 39):
        assert sampler.draw(UNITS, SEED, size).draws == whole.draws[:size]


def test_units_come_once_or_are_counted(sampler: Sampler) -> None:
    drawn = sampler.draw(UNITS, SEED, 40)
    assert set(drawn.units) <= set(UNITS)
    times: Counter[str] = Counter()
    for one in drawn.draws:
        times[one.unit] += 1
        assert one.number == times[one.unit]
    if not sampler.replacement:
        assert max(times.values()) == 1 and len(times) == 40
        with pytest.raises(BadInputError, match="without replacement"):
            sampler.draw(UNITS, SEED, 41)
    else:
        assert len(sampler.draw(UNITS, SEED, 200).draws) == 200


def test_the_seed_is_text(sampler: Sampler) -> None:
    """A leading zero, a space, or another digit is another seed; long ones are welcome."""
    whole = sampler.draw(UNITS, SEED, 20).units
    if sampler.name == "rlauxe":
        assert sampler.draw(UNITS, "6712221796172622815", 20).units != whole
        return
    for other in (SEED[1:], SEED + "0", SEED + " ", "7" * 10_000, "żółć 😊"):
        assert sampler.draw(UNITS, other, 20).units != whole


def test_every_unit_is_as_likely(sampler: Sampler) -> None:
    """First draws over 4,000 seeds, ten units: chi-square with 9 degrees is below 33.7 but once in ten thousand."""
    units = UNITS[:10]
    firsts = Counter(sampler.draw(units, str(seed), 1).draws[0].unit for seed in range(1, 4_001))
    assert sum((firsts[unit] - 400) ** 2 / 400 for unit in units) < 33.7
    lasts = Counter(sampler.draw(units, str(seed), 10).draws[9].unit for seed in range(1, 4_001))
    assert sum((lasts[unit] - 400) ** 2 / 400 for unit in units) < 33.7


@pytest.mark.parametrize(
    ("units", "seed", "draws"),
    [(["a", "a"], SEED, 1), ([], SEED, 1), (["a", "b"], "", 1), (["a"], SEED, -1)],
)
def test_what_cannot_be_drawn_is_refused(sampler: Sampler, units: list[str], seed: str, draws: int) -> None:
    with pytest.raises(BadInputError, match="sample"):
        sampler.draw(units, seed, draws)


def test_the_same_in_another_process(sampler: Sampler) -> None:
    """Another hash seed, another process: the same draw."""
    code = (
        f"from faircount.sample import SAMPLERS; print(SAMPLERS[{sampler.name!r}].draw({UNITS!r}, {SEED!r}, 12).units)"
    )
    hash_seed = str(random.Random(sampler.name).randrange(1000))
    told = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == str(sampler.draw(UNITS, SEED, 12).units)
