"""Whatever is offered to the fold, in whatever order, it stays what its acts amount to."""

import random
from typing import Any

import pytest
from audit.audit_states import DIGITS, bodies, draft
from audit.small_audits import Fold, picture, saying

from faircount.audit.acts import FORMS
from faircount.audit.files import sample_file
from faircount.model import FaircountError

NATURAL = (
    "commit",
    "witness",
    "dice",
    "reveal",
    "seed",
    "draw",
    "entry",
    "close",
    "correct",
    "hand-count",
    "sign-off",
    "publish",
)


def offered(fold: Fold, rng: random.Random) -> tuple[str, str, dict[str, Any]]:
    """Return some act, with a body that is good, or in which something is not."""
    good = bodies(fold)
    likely = tuple(name for name in NATURAL if fold.audit.stage in FORMS[name].stages)
    name = rng.choice(likely if likely and rng.random() < 0.9 else tuple(FORMS))
    by, body = good[name][0], dict(good[name][1])
    if name in ("dice", "sign-off"):
        by = rng.choice(("Ada", "Bo"))
    if name == "dice":
        body["digits"] = DIGITS if not fold.audit.began else f"{fold.audit.began:020}"
    if name == "draw":
        least = fold.audit.rounds[-1].sizes["c1"] if fold.audit.rounds else 0
        body["sizes"] = {"c1": min(16, least + rng.randrange(1, 8))}
        if fold.audit.ceremony.seed:
            data = sample_file(fold.audit.urn.drawn(body["sizes"]), False)
            body["sample"] = fold.keep(f"sample-{len(fold.log)}.csv", data)
    if name in ("entry", "correct") and rng.random() < 0.4:
        body |= saying(rng.choice(({"c1": "A"}, {"c1": "B"}, {"c1": "-"}, {"c1": None}, None)))
    if name == "publish" and rng.random() < 0.8:
        name, body = "note", {"words": "not yet"}
    if body and rng.random() < 0.15:
        key = rng.choice(sorted(body))
        body[key] = rng.choice((None, "", 0, -1, 99, True, [], {}, "x", [None], {"c1": None}, "b, 1", 1.5))
    return name, by, body


@pytest.mark.parametrize("seed", range(40))
def test_monkeys_never_corrupt_the_state(seed: int) -> None:
    """Whatever is refused changes nothing, and the acts that were taken give the same state again."""
    rng, fold = random.Random(seed), draft()
    taken = 0
    for _ in range(90):
        name, by, body = offered(fold, rng)
        before = picture(fold.audit)
        try:
            fold.do(name, by, **body)
        except FaircountError:
            assert picture(fold.audit) == before
        else:
            taken += 1
    assert picture(fold.replayed()) == picture(fold.audit)
    assert taken > 2


def test_monkeys_get_somewhere() -> None:
    """The counterpart: they must reach rounds that are closed, or they test little."""
    closed = 0
    for seed in range(40):
        rng, fold = random.Random(seed), draft()
        for _ in range(90):
            name, by, body = offered(fold, rng)
            try:
                fold.do(name, by, **body)
            except FaircountError:
                continue
            closed += name == "close"
    assert closed > 10
