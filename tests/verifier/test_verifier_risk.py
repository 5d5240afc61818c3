"""The measured risk, against the formulas of the page written in floating point; draws and batch audits by hand."""

import hashlib
import json
import math
import random
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest

from faircount_verifier.forms import Findings
from faircount_verifier.records import EXACT, Records, smallest_p
from verifier.bundle_by_hand import SEED, canonical, contest, pair, ticket

SETTINGS: dict[str, dict[str, str]] = {
    "betting-fixed": {"bet": "1.2"},
    "kaplan-kolmogorov": {"g": "0.1"},
    "alpha-fixed": {"eta0": "0.6"},
    "alpha": {"eta0": "0.6", "d": "20", "c": "0.05"},
    "cobra": {"winner_to_loser": "0.01"},
}


def stake(name: str, s: dict[str, float], j: int, mean: float, total: float, top: float, n: int) -> float:
    if name == "betting-fixed":
        return s["bet"]
    if name == "kaplan-kolmogorov":
        return 1 / (mean + s["g"])
    if name == "cobra":
        q, a = s["winner_to_loser"], top / 2
        grid = [i / 1000 for i in range(2000)]
        return max(grid, key=lambda x: (1 - q) * math.log(1 + x * (a - 0.5)) + q * math.log(1 - x / 2))
    if name == "alpha-fixed":
        eta = min(max((n * s["eta0"] - total) / (n - j + 1), mean), top)
    else:
        eta = max((s["d"] * s["eta0"] + total) / (s["d"] + j - 1), mean + s["c"] / math.sqrt(s["d"] + j - 1))
        eta = min(eta, top * (1 - 2**-52))
    return (eta / mean - 1) / (top - mean) if mean < top else 0


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_risk_functions(name: str) -> None:
    chance = random.Random(name)
    for _ in range(6):
        n, upper = 60, Fraction(chance.choice([2, 3, 4]), 3) + Fraction(1, 2)
        xs = [chance.choice([Fraction(0), Fraction(1, 2), Fraction(2, 3), upper, upper]) for _ in range(25)]
        grown, total, least = 1.0, 0.0, 1.0
        for j, x in enumerate(map(float, xs), 1):
            mean = (n / 2 - total) / (n - j + 1)
            used = {key: float(value) for key, value in SETTINGS[name].items()}
            bet = min(max(stake(name, used, j, mean, total, float(upper), n), 0), 1 / mean) if mean > 0 else 0
            grown, total = grown * (1 + bet * (x - mean)), total + x
            if n / 2 - total < (n - j) * float(upper) and grown > 0:
                least = min(least, 1 / grown)
            if total > n / 2:
                least = 0
        with localcontext(EXACT):
            found = smallest_p(xs, n, upper, name, {key: Decimal(value) for key, value in SETTINGS[name].items()})
        assert float(found) == pytest.approx(least, rel=1e-2 if name == "cobra" else 1e-9)


def test_the_edges_of_a_martingale() -> None:
    bet = {"bet": Decimal(2)}
    with localcontext(EXACT):
        assert smallest_p([], 10, Fraction(1), "betting-fixed", bet) == 1
        assert smallest_p([Fraction(1)] * 6, 10, Fraction(1), "betting-fixed", bet) == 0
        assert smallest_p([Fraction(0)] * 9, 10, Fraction(1), "betting-fixed", bet) == 1
        assert smallest_p([Fraction(1, 2)] * 10, 10, Fraction(1), "betting-fixed", bet) == 1


def batch_audit() -> tuple[Records, dict[str, Any]]:
    rows = [("A", 100, 60, 30), ("B", 80, 50, 25), ("C", 50, 20, 28)]
    margin = Fraction(sum(r[2] - r[3] for r in rows), 230)
    one = contest("c1", 230, 2, [0], [pair(0, 1, str(margin))], risk_function="macro", settings={})
    tallies = {
        name: {"ballots": [[{"votes": [[0, 1]]}, w], [{"votes": [[1, 1]]}, x]], "cards": n} for name, n, w, x in rows
    }
    batches = [{"batch": name, "cards": n, "contests": {"c1": tallies[name]}} for name, n, _, _ in rows]
    files = {"contests.json": canonical([one]), "batches.json": canonical(batches)}
    return Records("batch", files, Findings()), tallies


def test_batches_are_drawn_by_their_bounds() -> None:
    records, _ = batch_audit()
    bounds = [
        math.ceil(10**9 * Fraction(30 + 100, 47)),
        math.ceil(10**9 * Fraction(25 + 80, 47)),
        math.ceil(10**9 * Fraction(-8 + 50, 47)),
    ]
    assert list(records.bounds.values()) == bounds
    text, drawn = records.draw(SEED, {"*": 12})
    assert text.splitlines()[0] == "draw,unit" and len(drawn) == 12
    for d, unit in enumerate(drawn, 1):
        place = int(hashlib.sha256(f"{SEED},{d},0".encode()).hexdigest(), 16) % sum(bounds)
        assert unit == ("A" if place < bounds[0] else "B" if place < sum(bounds[:2]) else "C")


def test_macro() -> None:
    records, tallies = batch_audit()
    found = json.loads(json.dumps(tallies))
    found["B"]["ballots"] = [[{"votes": [[0, 1]]}, 48], [{"votes": [[1, 1]]}, 26]]
    found["B"]["cards"] = 79
    drawn, one = ["A", "B", "A"], records.contests["c1"]
    said: Any = {name: records.read_entry(name, {"c1": value}, "here") for name, value in found.items()}
    draws, p = records.measured(one, one.assertions[0], drawn, SEED, said)
    whole = sum(records.bounds.values())
    most = max(Fraction(u, 47) * whole / records.bounds[name] for name, u in (("A", 130), ("B", 105), ("C", 42)))
    taint = Fraction(25 - (22 - 1), 47) * whole / records.bounds["B"]
    expected, least = Fraction(1), Fraction(1)
    for t in (Fraction(0), taint, Fraction(0)):
        expected *= (1 - 1 / most) / (1 - t / most)
        least = min(least, expected)
    assert draws == 3 and float(p) == pytest.approx(float(least), rel=1e-12)
    missing: Any = {**said, "A": None}
    assert records.measured(one, one.assertions[0], drawn, SEED, missing)[1] == 1


def test_a_ticket_is_that_of_the_page() -> None:
    assert ticket("7", "Zoë, 1") == hashlib.sha256('["7","Zoë, 1"]'.encode()).hexdigest()


def test_settings_that_are_not_stated() -> None:
    one = contest("c1", 40, 2, [0], [pair(0, 1, "1/2")], risk_function="alpha", settings={})
    tally = {"c1": {"ballots": [[{"votes": [[0, 1]]}, 30], [{"votes": [[1, 1]]}, 10]], "cards": 40}}
    files = {"contests.json": canonical([one]), "batches.csv": b"batch,cards\nA,40\n", "totals.json": canonical(tally)}
    records = Records("polling", files, Findings())
    drawn = [unit for _, unit in records.order(SEED)[:8]]
    said: Any = {unit: records.read_entry(unit, {"c1": {"votes": [[0, 1]]}}, "here") for unit in drawn}
    found = records.measured(records.contests["c1"], records.contests["c1"].assertions[0], drawn, SEED, said)
    with localcontext(EXACT):
        settings = {"eta0": Decimal("0.75"), "d": Decimal(100), "c": Decimal("0.125")}
        assert found == (8, smallest_p([Fraction(1)] * 8, 40, Fraction(1), "alpha", settings))


def test_a_ballot_that_the_voting_system_stated_is_remarked_and_not_read() -> None:
    one = contest("c1", 1, 2, [0], [pair(0, 1, "1")])
    rows = [{"ballot": {"votes": [[0, 1]]}, "marks": [[0, 1, None], [1, 1, None]], "stated": "valid"}]
    cards = b"unit,batch,position,pool,record\ncard-1,A,1,,c1:0\n"
    files = {
        "contests.json": canonical([one]),
        "ballots.json": canonical({"c1": rows}),
        "pools.json": b"{}",
        "cards.csv": cards,
    }
    findings = Findings()
    Records("comparison", files, findings).check()
    assert not findings.rows and "as stated, not from marks" in findings.remarks[0]
