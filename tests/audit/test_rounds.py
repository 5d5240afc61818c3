"""What a round decides, and 200 whole audits held against a slow second opinion."""

import random
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from audit.naive_audit import Naive
from audit.small_audits import Fold, batches, comparison, polling, subject

from faircount.audit.files import files_of
from faircount.audit.measuring import Step, Trajectory
from faircount.audit.rounds import all_drawn, verdict_by, verdict_of
from faircount.model import Commitment, Design, Verdict


def trajectory(*risks: float) -> Trajectory:
    zero = Fraction(0)
    return Trajectory(
        "c1", 0, "A beats B", tuple(Step(f"b, {n}", zero, zero, zero, risk) for n, risk in enumerate(risks))
    )


# ---- one decision ----------------------------------------------------------
def test_the_measured_risk_is_the_smallest_so_far() -> None:
    assert (trajectory(0.4, 0.2, 0.9).risk, trajectory().risk) == (0.2, 1.0)


@pytest.mark.parametrize(
    ("risk", "words"),
    [(1.0, "1.0000000000"), (0.0, "0.0000000000"), (0.05, "0.0500000000"), (1e-30, "0.0000000000"),
     (0.12345678905, "0.1234567891"), (0.12345678904, "0.1234567890")],
)  # fmt: skip
def test_risks_are_published_with_ten_digits(risk: float, words: str) -> None:
    assert trajectory(risk).written == words


@pytest.mark.parametrize(
    ("risks", "drawn", "implies", "verdict"),
    [
        (("1/10",), False, "outcome", Verdict.CONFIRMED),
        (("1/10", "1/10"), True, "outcome", Verdict.CONFIRMED),
        (("0", "1000000001/10000000000"), False, "outcome", Verdict.CONTINUE),
        (("0", "1"), True, "outcome", Verdict.HAND_COUNT),
        (("0",), False, "part", Verdict.HAND_COUNT),
        (("0",), True, "nothing", Verdict.HAND_COUNT),
        ((), False, "outcome", Verdict.HAND_COUNT),
    ],
)
def test_one_decision(risks: tuple[str, ...], drawn: bool, implies: Any, verdict: Verdict) -> None:
    from dataclasses import replace

    one = replace(subject("c1", 10, 2), implies=implies)
    assert verdict_by(one, list(map(Fraction, risks)), drawn) is verdict
    assert verdict_of(one, [trajectory(float(Fraction(risk))) for risk in risks], drawn) is verdict


def test_when_everything_of_a_contest_is_drawn() -> None:
    fold = Fold(comparison([("", {"c1": "A"})] * 3 + [("", {"c1": "A", "c2": "A"})], phantoms=1))
    fold.seeded()
    c1, c2 = fold.commitment.subjects
    drawn = frozenset({"b, 4", "phantom-1"})
    assert all_drawn(fold.audit.urn, c2, drawn) and not all_drawn(fold.audit.urn, c1, drawn)
    assert all_drawn(fold.audit.urn, c1, drawn | {"b, 1", "b, 2", "b, 3"})
    poll = Fold(polling({"x": 2}, {"c1": "AA"})).seeded().audit.urn
    assert all_drawn(poll, c1, frozenset({"x, 1", "x, 2"})) and not all_drawn(poll, c1, frozenset({"x, 1"}))
    held = Fold(batches({"x": {"c1": "A"}, "y": {"c2": "A"}})).seeded().audit.urn
    assert all_drawn(held, c1, frozenset({"x"})) and not all_drawn(held, c2, frozenset({"x"}))


# ---- several rounds --------------------------------------------------------
def test_what_is_confirmed_stays_so_while_others_go_on() -> None:
    """c1 is confirmed at once; cards with errors drawn later for c2 raise p, and the smallest so far stands."""
    cards = [("", {"c1": "A"})] * 20 + [("", {"c1": "A", "c2": "A"})] * 20 + [("", {"c2": "B"})] * 14
    fold = Fold(comparison(cards, limit=Fraction(1, 5)))
    fold.seeded()
    for unit in fold.draw(c1=6, c2=2):
        fold.enter(unit, as_recorded(fold.commitment, unit))
    assert fold.close() == {"c1": "CONFIRMED", "c2": "CONTINUE"}
    before = fold.audit.rounds[-1].measured[0]["p"]
    for unit in fold.draw(c1=6, c2=20):
        said = as_recorded(fold.commitment, unit)
        fold.enter(unit, {name: None if name == "c1" else way for name, way in said.items()})
    assert fold.close()["c1"] == "CONFIRMED"
    assert fold.audit.rounds[-1].measured[0]["p"] <= before


def as_recorded(commitment: Commitment, unit: str) -> dict[str, str | None]:
    card = next(card for card in commitment.listed if card.unit == unit)
    return {name: "AB-"[index] for name, index in card.record if index is not None}


# ---- 200 audits ------------------------------------------------------------
RISKS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("betting-fixed", (("bet", "0.9"),)), ("kaplan-kolmogorov", (("g", "0.2"),)), ("alpha-fixed", ()), ("alpha", ()),
    ("alpha", (("d", "20"),)), ("cobra", (("winner_to_loser", "0.01"),)),
)  # fmt: skip


def letters(rng: random.Random, n: int) -> list[str]:
    """Return what `n` cards say, A ahead."""
    said = [rng.choices("AB-", (6, 3, 1))[0] for _ in range(n)]
    while said.count("A") <= said.count("B"):
        said[rng.randrange(n)] = "A"
    return said


class Random:
    """A random small audit: its commitment, and what is on paper, which is not always what is on record."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(seed)
        self.design = rng.choice(list(Design))
        self.mistake = rng.choice((0.0, 0.02, 0.3))
        risk, settings = rng.choice([one for one in RISKS if self.design is Design.COMPARISON or one[0] != "cobra"])
        audited = rng.choice((["c1"], ["c1", "c2"]))
        options: dict[str, Any] = {"limit": Fraction(1, rng.choice((4, 8, 20))), "audited": audited}
        if self.design is Design.COMPARISON:
            both, one = rng.randrange(4, 16), rng.randrange(0, 12)
            c1, c2 = letters(rng, both + one), letters(rng, both)
            pool = rng.choice((0, 0, both // 2))
            self.says = {f"b, {n + 1}": {"c1": c1[n]} | ({"c2": c2[n]} if n < both else {}) for n in range(both + one)}
            records = [("p" if n < pool else "", says) for n, says in enumerate(self.says.values())]
            self.commitment = comparison(records, rng.choice((0, 0, 1)), risk=risk, settings=settings, **options)
        elif self.design is Design.POLLING:
            sizes = {f"t {n}": rng.randrange(2, 9) for n in range(rng.randrange(2, 5))}
            cards = sum(sizes.values())
            c1, c2 = letters(rng, cards), letters(rng, rng.randrange(1, cards))
            names = [f"{name}, {n}" for name, size in sizes.items() for n in range(1, size + 1)]
            self.says = {
                unit: {"c1": c1[at]} | ({"c2": c2[at]} if at < len(c2) else {}) for at, unit in enumerate(names)
            }
            self.commitment = polling(sizes, {"c1": c1, "c2": c2}, risk=risk, settings=settings, **options)
        else:
            self.says = {
                f"k{n}": {"c1": "".join(letters(rng, rng.randrange(1, 9)))} for n in range(rng.randrange(2, 7))
            }
            for says in list(self.says.values())[: rng.randrange(1, 4)]:
                says["c2"] = "".join(letters(rng, len(says["c1"])))
            self.commitment = batches(self.says, **options)

    def found(self, unit: str) -> dict[str, str | None] | None:
        """Return what people find of a unit."""
        rng, said = self.rng, self.says[unit]
        if rng.random() < self.mistake / 5:
            return None
        seen: dict[str, str | None] = dict(said)
        for name, way in said.items():
            if self.design is Design.BATCH:
                seen[name] = "".join(rng.choice("AB-") if rng.random() < self.mistake else one for one in way)
                if rng.random() < self.mistake:
                    seen[name] = str(seen[name])[1:]
            elif rng.random() < self.mistake:
                seen[name] = rng.choice(("A", "B", "-", None))
        if self.design is Design.POLLING:
            contests = {one.id for one in self.commitment.audited}
            lacking: dict[str, str | None] = {name: None for name in ("c1", "c2") if name not in seen}
            seen |= {name: way for name, way in lacking.items() if name in contests or rng.random() < 0.9}
        return seen

    def sizes(self, before: Mapping[str, int]) -> dict[str, int]:
        """Return larger sizes than before."""
        rng = self.rng
        if self.design is Design.COMPARISON:
            most = {one.id: one.cards for one in self.commitment.subjects}
            asked = [name for name in most if name == "c1" or name in before or rng.random() < 0.8]
            return {name: min(most[name], before.get(name, 0) + rng.randrange(1, 8)) for name in asked}
        most_polled = sum(one.cards for one in self.commitment.batches) if self.design is Design.POLLING else 99
        return {"every": min(most_polled, before.get("*", 0) + rng.randrange(1, 10))}


@pytest.mark.parametrize("seed", range(200))
def test_a_second_opinion(seed: int) -> None:
    """Draws, draws counted, risks and decisions of every round are those that naive code finds in the same files."""
    one = Random(seed)
    naive = Naive(one.design.value, files_of(one.commitment))
    fold = Fold(one.commitment)
    fold.seeded(f"{one.rng.randrange(10**20):020}")
    for _ in range(3):
        fold.draw(**one.sizes(fold.audit.rounds[-1].sizes if fold.audit.rounds else {}))
        sizes = fold.audit.rounds[-1].sizes
        assert fold.kept[fold.log[-1].body["sample"]["sha256"]].decode() == naive.sample(
            fold.audit.ceremony.seed, sizes
        )
        for unit in fold.audit.waiting:
            fold.enter(unit, one.found(unit))
        decided = fold.close()
        found = {act.body["unit"]: act.body for act in fold.log if act.act == "entry"}
        measured, decisions = naive.closing(fold.audit.ceremony.seed, sizes, found)
        rows = fold.audit.rounds[-1].measured
        assert [(row["contest"], row["assertion"], row["draws"]) for row in rows] == [row[:3] for row in measured]
        assert [float(row["p"]) for row in rows] == pytest.approx([row[3] for row in measured], rel=1e-6, abs=1e-10)
        assert decided == decisions
        if not fold.audit.undecided():
            break
