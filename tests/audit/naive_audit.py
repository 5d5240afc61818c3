"""An audit recomputed from its files, slowly and plainly, by docs/bundle.md alone: the second opinion of tests."""

import csv
import hashlib
import io
import json
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

HALF = Fraction(1, 2)
Found = Mapping[str, Mapping[str, Any]]
"""Unit → {"found", "contests"} as the entry that settled it says."""


class Naive:
    """What the committed files say, and all that follows from them with a seed, sizes and entries."""

    def __init__(self, design: str, files: Mapping[str, bytes]) -> None:
        self.design = design
        self.contests = json.loads(files["contests.json"])
        if design == "comparison":
            self.cards = rows(files["cards.csv"])
            self.ballots, self.pools = json.loads(files["ballots.json"]), json.loads(files["pools.json"])
            self.units = [card["unit"] for card in self.cards]
        elif design == "polling":
            self.units = [
                f"{r['batch']}, {n}" for r in rows(files["batches.csv"]) for n in range(1, int(r["cards"]) + 1)
            ]
        else:
            self.batches = json.loads(files["batches.json"])
            self.units = [one["batch"] for one in self.batches]

    # ---- claims
    def gain(self, claim: Any, ballot: Any) -> Fraction:
        votes = dict(map(tuple, ballot.get("votes", [])))
        found = Fraction(0)
        for times, feature, choices in claim["assorter"]["terms"]:
            assert feature == "votes"
            found += Fraction(times) * sum(Fraction(votes.get(choice, 0)) for choice in choices)
        return found

    def value(self, claim: Any, gain: Fraction) -> Fraction:
        least = Fraction(claim["assorter"]["least"])
        return (gain - least) / (-2 * least)

    def total(self, claim: Any, counted: Any) -> Fraction:
        return sum((self.gain(claim, ballot) * n for ballot, n in counted["ballots"]), Fraction(0))

    # ---- the draw
    def tickets(self, seed: str) -> list[tuple[str, str]]:
        def ticket(unit: str) -> str:
            return hashlib.sha256(f'["{seed}","{unit}"]'.encode()).hexdigest()

        return sorted((ticket(unit), unit) for unit in self.units)

    def record(self, unit: str) -> dict[str, str]:
        text = next(card["record"] for card in self.cards if card["unit"] == unit)
        return dict(part.split(":") for part in text.split(";"))

    def sample(self, seed: str, sizes: Mapping[str, int]) -> str:
        if self.design == "batch":
            drawn = [f"{at},{unit}\n" for at, unit in enumerate(self.batches_drawn(seed, sizes["*"]), 1)]
            return "draw,unit\n" + "".join(drawn)
        taken = set()
        for contest, size in sizes.items():
            order = [u for _, u in self.tickets(seed) if contest == "*" or contest in self.record(u)]
            assert len(order) >= size
            taken |= set(order[:size])
        quoted = [
            f'{ticket},"{unit}"\n' if "," in unit else f"{ticket},{unit}\n"
            for ticket, unit in self.tickets(seed)
            if unit in taken
        ]
        return "ticket,unit\n" + "".join(quoted)

    def over(self, contest: Any, claim: Any) -> list[Fraction]:
        parts = [one["contests"].get(contest["id"], {"ballots": [], "cards": 0}) for one in self.batches]
        whole = sum(self.total(claim, part) for part in parts)
        least = Fraction(claim["assorter"]["least"])
        return [(self.total(claim, part) - part["cards"] * least) / whole for part in parts]

    def bounds(self) -> list[int]:
        columns = [self.over(c, claim) for c in self.contests if c["audited"] for claim in c["assertions"]]
        return [math.ceil(10**9 * max(column[at] for column in columns)) for at in range(len(self.batches))]

    def batches_drawn(self, seed: str, draws: int) -> list[str]:
        bounds, found = self.bounds(), []
        whole = sum(bounds)
        for draw in range(1, draws + 1):
            k = 0
            while True:
                number = int(hashlib.sha256(f"{seed},{draw},{k}".encode()).hexdigest(), 16)
                if number < 2**256 - 2**256 % whole:
                    break
                k += 1
            at, number = 0, number % whole
            while number >= bounds[at]:
                number -= bounds[at]
                at += 1
            found.append(self.units[at])
        return found

    # ---- values and risk
    def values(self, contest: Any, claim: Any, seed: str, drawn: set[str], found: Found) -> list[Fraction]:
        name, upper, margin = contest["id"], Fraction(claim["assorter"]["upper"]), Fraction(claim["margin"])
        values = []
        for _, unit in self.tickets(seed):
            if self.design == "polling":
                entry = found.get(unit)
                if unit not in drawn or entry is None or (entry["found"] and name not in entry["contests"]):
                    break
                said = entry["contests"].get(name)
                on_paper = HALF if said is None else self.value(claim, self.gain(claim, said))
                values.append(on_paper if entry["found"] else Fraction(0))
                continue
            if name not in self.record(unit):
                continue
            if unit not in drawn:
                break
            pool = next(card["pool"] for card in self.cards if card["unit"] == unit)
            phantom = unit.startswith("phantom-")
            if phantom:
                on_record = HALF
            elif pool:
                part = self.pools[pool][name]
                size = sum(card["pool"] == pool for card in self.cards)
                on_record = self.value(claim, self.total(claim, part) / size)
            else:
                ballot = self.ballots[name][int(self.record(unit)[name])]["ballot"]
                on_record = self.value(claim, self.gain(claim, ballot))
            if phantom or not found[unit]["found"]:
                on_paper = Fraction(0)
            elif found[unit]["contests"][name] is None:
                on_paper = HALF if pool else Fraction(0)
            else:
                on_paper = self.value(claim, self.gain(claim, found[unit]["contests"][name]))
            values.append((1 - (on_record - on_paper) / upper) / (2 - margin / upper))
        return values

    def population(self, contest: Any, claim: Any) -> tuple[int, Fraction, Fraction]:
        """Return N, U and the mean if all is as reported."""
        upper, margin = Fraction(claim["assorter"]["upper"]), Fraction(claim["margin"])
        if self.design == "polling":
            return len(self.units), upper, (1 + margin) / 2
        most = 2 / (2 - margin / upper)
        return contest["cards"], most, most / 2

    def risks(self, contest: Any, claim: Any, values: list[Fraction]) -> list[float]:
        cards, most, expected = self.population(contest, claim)
        given = {key: Fraction(text) for key, text in contest["settings"].items()}
        total, wealth, found = Fraction(0), 1.0, []
        for j, x in enumerate(values, 1):
            mean = (cards * HALF - total) / (cards - j + 1)
            bet = wager(contest["risk_function"], given, j, mean, total, most, cards, expected)
            bet = min(max(bet, 0.0), float(1 / mean)) if mean > 0 else 0.0
            wealth *= 1 + bet * float(x - mean)
            total += x
            p = min(1.0, 1 / wealth) if wealth > 0 else 1.0
            if total > cards * HALF:
                p = 0.0
            elif cards * HALF - total >= (cards - j) * most:
                p = 1.0
            found.append(p)
        return found

    def macro(self, contest: Any, draws: list[str], found: Found) -> list[float]:
        bounds = self.bounds()
        chances = [Fraction(bound, sum(bounds)) for bound in bounds]
        columns = [self.over(contest, claim) for claim in contest["assertions"]]
        most = [max(column[at] for column in columns) for at in range(len(bounds))]
        if any(u and not w for u, w in zip(most, chances, strict=True)):
            return [1.0] * len(draws)
        highest = max(u / w for u, w in zip(most, chances, strict=True) if w)
        p, lost, answer = Fraction(1), False, []
        for unit in draws:
            at = self.units.index(unit)
            nothing = {"ballots": [], "cards": 0}
            reported = self.batches[at]["contests"].get(contest["id"], nothing)
            seen = found[unit]["contests"].get(contest["id"], nothing) if found[unit]["found"] else nothing
            errors = []
            for claim in contest["assertions"]:
                whole = sum(self.total(claim, b["contests"].get(contest["id"], nothing)) for b in self.batches)
                lacking = max(0, reported["cards"] - seen["cards"]) * Fraction(claim["assorter"]["least"])
                errors.append((self.total(claim, reported) - self.total(claim, seen) - lacking) / whole)
            taint = max(Fraction(0), max(errors) / chances[at])
            lost = lost or taint >= highest
            if not lost:
                p *= (1 - 1 / highest) / (1 - taint / highest)
            answer.append(1.0 if lost else min(1.0, float(p)))
        return answer

    def closing(
        self, seed: str, sizes: Mapping[str, int], found: Found
    ) -> tuple[list[tuple[str, int, int, float]], dict[str, str]]:
        """Return measured (contest, assertion, draws, p) and decisions."""
        drawn = rows(self.sample(seed, sizes).encode())
        units = [row["unit"] for row in drawn]
        measured, decided = [], {}
        for contest in self.contests:
            least = []
            for at, claim in enumerate(contest["assertions"]):
                if self.design == "batch":
                    risks = self.macro(contest, units, found)
                else:
                    risks = self.risks(contest, claim, self.values(contest, claim, seed, set(units), found))
                least.append(min(risks, default=1.0))
                measured.append((contest["id"], at, len(risks), least[-1]))
            if contest["audited"]:
                decided[contest["id"]] = self.decision(contest, least, set(units))
        return measured, decided

    def decision(self, contest: Any, risks: list[float], drawn: set[str]) -> str:
        if all(risk <= Fraction(contest["risk_limit"]) for risk in risks):
            return "CONFIRMED"
        if self.design == "comparison":
            held = [unit for unit in self.units if contest["id"] in self.record(unit)]
        elif self.design == "polling":
            held = self.units
        else:
            held = [one["batch"] for one in self.batches if contest["id"] in one["contests"]]
        return "HAND COUNT" if set(held) <= drawn else "CONTINUE"


def wager(
    name: str, given: Mapping[str, Fraction], j: int, mean: Fraction, total: Fraction, most: Fraction, cards: int,
    expected: Fraction,
) -> float:  # fmt: skip
    """Return λ_j as the table of docs/bundle.md has it."""
    if name == "betting-fixed":
        return float(given["bet"])
    if name == "kaplan-kolmogorov":
        return float(1 / (max(mean, Fraction(0)) + given["g"]))
    if name == "cobra":
        q, slope = given["winner_to_loser"], most / 2 - HALF
        return float(min(max(2 * (1 - q) - q / slope, Fraction(0)), Fraction(2)))
    eta0 = given.get("eta0", expected)
    if not 0 < mean < most:
        return 0.0
    if name == "alpha-fixed":
        eta = float(min(max((cards * eta0 - total) / (cards - j + 1), mean), most))
    else:
        d, c = given.get("d", Fraction(100)), given.get("c", (eta0 - HALF) / 2)
        eta = max(float((d * eta0 + total) / (d + j - 1)), float(mean) + float(c) / math.sqrt(d + j - 1))
        eta = min(eta, float(most) * (1 - 2**-52))
    return (eta / float(mean) - 1) / float(most - mean)


def rows(data: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV."""
    return list(csv.DictReader(io.StringIO(data.decode())))
