"""Records whose outcome is wrong on paper by a hair: what an audit of each design must seldom confirm."""

import random
from collections.abc import Callable, Mapping

from audit.small_audits import VOTES, batches, comparison, counted, polling

from faircount.audit.drawing import Urn
from faircount.model import Commitment, Seen

ALPHA: tuple[tuple[str, str], ...] = ()


def seen(says: Mapping[str, str | None] | None) -> Seen:
    """Return what a card says, by letters; None for a card not found."""
    if says is None:
        return Seen(False, {})
    return Seen(True, {name: None if said is None else VOTES[said] for name, said in says.items()})


def wrong_records(
    risk: str, settings: tuple[tuple[str, str], ...], phantoms: int, in_pool: int
) -> Callable[[random.Random], tuple[Commitment, dict[str, Seen]]]:
    """Return a maker of 40 cards that A wins on record; with every phantom for B the paper is a tie."""

    def make(rng: random.Random) -> tuple[Commitment, dict[str, Seen]]:
        record = ["A"] * 24 + ["B"] * (16 - phantoms)
        rng.shuffle(record)
        paper = list(record)
        for at in rng.sample([at for at, way in enumerate(record) if way == "A"], 4):
            paper[at] = "B"
        commitment = comparison(
            [("p" if at < in_pool else "", {"c1": way}) for at, way in enumerate(record)],
            phantoms,
            risk=risk,
            settings=settings,
        )
        return commitment, {f"b, {at}": seen({"c1": way}) for at, way in enumerate(paper, 1)}

    return make


def wrong_mixed_pool(rng: random.Random) -> tuple[Commitment, dict[str, Seen]]:
    """A pool of two styles, whose papers lie in another order than its records: on paper there is a tie.

    On record A leads c1 by 12 to 8 outside the pool and by 14 to 6 in it; on paper the pool has 8 to 12.
    """
    record = [("", {"c1": way}) for way in "A" * 12 + "B" * 8]
    record += [("p", {"c1": way}) for way in "A" * 14 + "B" * 6] + [("p", {"c2": "A"})] * 20
    commitment = comparison(record, audited=("c1",), risk="alpha", settings=ALPHA)
    paper: list[dict[str, str | None]] = [{"c1": way} for way in "A" * 12 + "B" * 8]
    pooled: list[dict[str, str | None]] = [{"c1": way, "c2": None} for way in "A" * 8 + "B" * 12]
    # The cards without the contest lie where its records are listed, those for the loser behind them.
    paper += [{"c1": None, "c2": "A"}] * 20 + pooled
    del rng
    return commitment, {f"b, {at}": seen(says) for at, says in enumerate(paper, 1)}


def wrong_poll(rng: random.Random) -> tuple[Commitment, dict[str, Seen]]:
    """Reported 26 to 10 of 40 cards, of which on paper 18 are for each and 4 do not hold the contest."""
    paper: list[str | None] = ["A"] * 18 + ["B"] * 18 + [None] * 4
    rng.shuffle(paper)
    commitment = polling({"x": 15, "y": 25}, {"c1": "A" * 26 + "B" * 10}, risk="alpha", settings=())
    names = Urn(commitment, "1").units
    return commitment, {unit: seen({"c1": way}) for unit, way in zip(names, paper, strict=True)}


def wrong_batches(rng: random.Random) -> tuple[Commitment, dict[str, Seen]]:
    """Six batches of ten that A leads by 24 in all; some of them are wrong by as much in all."""
    reports = {f"k{at}": {"c1": "AAAAAAABBB"} for at in range(6)}
    said = {name: ["A"] * 7 + ["B"] * 3 for name in reports}
    left = 12
    for name in rng.sample(sorted(said), 6):
        flips = min(left, rng.choice((2, 7)))
        said[name] = ["A"] * (7 - flips) + ["B"] * (3 + flips)
        left -= flips
    assert sum(one.count("A") for one in said.values()) == 30
    return batches(reports), {name: Seen(True, {"c1": counted(one)}) for name, one in said.items()}
