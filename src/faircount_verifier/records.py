"""The committed records: their form, what they say of each contest, the draw from them, and the measured risk."""

import bisect
import functools
import hashlib
import math
from collections import Counter
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from fractions import Fraction
from itertools import accumulate
from typing import Any

from faircount_verifier.forms import Findings, canonical, csv_text, dumped, fits, known, must, order_key, table
from faircount_verifier.law import INDEX, Assertion, Ballot, Contest, Tally

EXACT, NOTHING, EMPTY = Context(prec=50, Emax=MAX_EMAX, Emin=MIN_EMIN), Decimal(0), Tally(0, [])
Said = dict[str, dict[str, Any] | None]  # unit → contest → ballot, tally, or None: not held; None: not found


class Records:
    """What was committed for a comparison, polling or batch audit."""

    def __init__(self, design: str, files: dict[str, bytes], findings: Findings) -> None:
        self.design, self.files, self.findings = design, files, findings
        rows = canonical(files["contests.json"], "contests.json")
        self.contests = {row["id"]: Contest(row, f"contests.json, {n}") for n, row in enumerate(rows)}
        ids, wanted = [row["id"] for row in rows], sorted(self.contests, key=order_key)
        must(ids == wanted, "contests.json", ids, "contests in the order of their ids, none twice")
        self.cards = dict[str, tuple[str, dict[str, int | None]]]()  # unit → pool, and contest → index of its ballot
        self.ballots = dict[str, list[tuple[Any, Ballot]]]()  # contest → marks and ballot
        self.batches = dict[str, tuple[int, dict[str, Tally]]]()  # batch or pool → cards, and contest → tally
        self.totals, self.orders = dict[str, Tally](), dict[str, list[tuple[str, str]]]()
        {"comparison": self._read_cards, "polling": self._read_polling, "batch": self._read_batches}[design]()
        odd = [name for name in self.batches if name.startswith("phantom-") and design != "comparison"]
        must(not odd and any(row["audited"] for row in rows), "contests.json", odd, "some audited, no batch a phantom-")

    def _tallies(self, value: Any, place: str) -> dict[str, Tally]:
        return {c: self.contests[c].tally(one, f"{place}, {c}") for c, one in value.items()}

    def _read_cards(self) -> None:
        for c, rows in canonical(self.files["ballots.json"], "ballots.json").items():
            place, shape = f"ballots.json, {c}", [{"ballot": dict, "marks": [(int, int, INDEX)], "stated": str}]
            must(fits([{"stated": "", **row} for row in rows], shape), place, rows, "marks and ballots")
            each = [(None if "stated" in row else row["marks"], row["ballot"]) for row in rows]
            self.ballots[c] = [(marks, self.contests[c].ballot(ballot, place)) for marks, ballot in each]
            self.findings.remarks += [f"{place}: as stated, not from marks: {said}" for m, said in each if m is None]
        for unit, _, _, pool, record in table(self.files["cards.csv"], "cards.csv", "unit,batch,position,pool,record"):
            pairs = [part.partition(":")[::2] for part in record.split(";")] if record else []
            held = {c: int(index) if fits(index, "[0-9]{1,9}") else None for c, index in pairs}
            blind = (pool != "") + unit.startswith("phantom-")  # for one reason or, which may not be, for both
            good = all((i is None) == (blind > 0) and (i is None or i < len(self.ballots[c])) for c, i in held.items())
            good = good and held.keys() <= self.contests.keys() and unit not in self.cards and blind < 2
            again = ";".join(f"{c}:{'' if i is None else i}" for c, i in held.items())
            must(good and again == record, f"cards.csv, {unit}", record, "one row a card, of what there is")
            self.cards[unit] = (pool, held)
        listed = Counter((pool, c) for pool, held in self.cards.values() for c in held if pool)
        sizes = Counter(pool for pool, _ in self.cards.values())
        for pool, one in canonical(self.files["pools.json"], "pools.json").items():
            self.batches[pool] = (sizes[pool], self._tallies(one, f"pools.json, {pool}"))
        stated = {(pool, c): n for pool, (n, each) in self.batches.items() for c in each}
        good = all(tally.cards <= n for n, each in self.batches.values() for tally in each.values())
        must(good and stated == listed, "pools.json", [*map(list, stated)], "contests that each card of the pool lists")

    def _read_polling(self) -> None:
        rows = table(self.files["batches.csv"], "batches.csv", "batch,cards")
        self.batches = {batch: (int(cards), {}) for batch, cards in rows if fits(cards, "0|[1-9][0-9]{0,8}")}
        must(len(self.batches) == len(rows), "batches.csv", rows, "each batch once, with its cards")
        known(sum(n for n, _ in self.batches.values()) <= 2 * 10**7, "batches.csv", "more than 20,000,000 cards")
        self.totals = self._tallies(canonical(self.files["totals.json"], "totals.json"), "totals.json")

    def _read_batches(self) -> None:
        rows = canonical(self.files["batches.json"], "batches.json")
        must(fits(rows, [{"batch": str, "cards": int, "contests": dict}]), "batches.json", rows, "batches")
        self.batches = {row["batch"]: (row["cards"], self._tallies(row["contests"], row["batch"])) for row in rows}
        good = all(tally.cards <= cards for cards, each in self.batches.values() for tally in each.values())
        good = good and [row["batch"] for row in rows] == sorted(self.batches, key=order_key)
        must(good, "batches.json", [*self.batches], "sorted, none twice, no contest on more cards than there are")

    def _tally(self, c: str) -> Tally:
        rows = Counter(held[c] for _, held in self.cards.values() if held.get(c) is not None)
        pooled = [each[c] for _, each in self.batches.values() if c in each] + [self.totals.get(c, EMPTY)]
        ballots = [(self.ballots[c][i or 0][1], n) for i, n in rows.items()]
        return Tally(rows.total() + sum(one.cards for one in pooled), sum((one.ballots for one in pooled), ballots))

    def check(self) -> None:
        """Steps 7, 8 and 14: outcomes, marks, margins, implications and assorters of each contest."""
        need, step = self.findings.need, self.findings.step
        for c, contest in self.contests.items():
            tally, place, listed = self._tally(c), contest.place, sum(c in held for _, held in self.cards.values())
            cards, most = contest.said["cards"], sum(n for n, _ in self.batches.values())
            good = listed == cards if self.design == "comparison" else tally.cards <= min(cards, most)
            need(good, "14.1", place, listed or tally.cards, cards)
            lost = sum(n - each[c].cards for n, each in self.batches.values() if c in each and self.design == "batch")
            more = f"{place}: its batches hold {lost} cards more than they list for it"
            self.findings.remark(lost and contest.audited, more)
            with step("7.1", place):
                contest.check_outcome(tally, contest.outcome)
            with step("8.2", place):
                if contest.said["implies"] == "outcome":
                    contest.check_implied()
            for a in contest.assertions:
                with step("8.3", a.place):
                    a.check(contest.most)
                with step("8.1", a.place):
                    margin = a.total(tally) / (-a.least * cards)
                    must(a.margin == margin > 0, a.place, a.margin, f"{margin}, and above 0")
            for marks, ballot in (row for row in self.ballots.get(c, []) if row[0] is not None):
                with step("7.2", place):
                    must(ballot in contest.read(marks), place, marks, "the ballot that the law reads from them")

    def order(self, seed: str) -> list[tuple[str, str]]:
        """Return (ticket, unit) of all cards in the order of tickets."""
        if seed not in self.orders:
            units = self.cards or [f"{b}, {n + 1}" for b, (cards, _) in self.batches.items() for n in range(cards)]
            self.orders[seed] = sorted((hashlib.sha256(dumped([seed, u]).encode()).hexdigest(), u) for u in units)
        return self.orders[seed]

    def draw(self, seed: str, sizes: dict[str, int]) -> tuple[str, list[str]]:
        """Return the sample as it is written, and its units."""
        if self.design != "batch":
            taken = {unit for c, size in sizes.items() for unit in self.units(c, seed)[:size]}
            rows = [[ticket, unit] for ticket, unit in self.order(seed) if unit in taken]
            return csv_text([["ticket", "unit"], *rows]), [unit for _, unit in rows]
        names, ends, drawn = [*self.bounds], [*accumulate(self.bounds.values())], list[str]()
        whole = ends[-1]
        must(0 < whole < 2**256 and sizes["*"] <= 10**7, "draw", [sizes, whole], "bounds and a size that can be drawn")
        for d in range(1, sizes["*"] + 1):
            k, found = 0, 2**256
            while found >= 2**256 // whole * whole:
                k, found = k + 1, int.from_bytes(hashlib.sha256(f"{seed},{d},{k}".encode()).digest(), "big")
            drawn.append(names[bisect.bisect_right(ends, found % whole)])
        return csv_text([["draw", "unit"], *([str(d), unit] for d, unit in enumerate(drawn, 1))]), drawn

    def _over(self, a: Assertion, c: str) -> dict[str, Fraction]:
        """Return u_i of each batch: the most by which it could overstate the margin."""
        total, tallies = a.total(self._tally(c)), {b: each.get(c, EMPTY) for b, (_, each) in self.batches.items()}
        return {b: (a.total(one) - one.cards * a.least) / total for b, one in tallies.items()}

    @functools.cached_property
    def bounds(self) -> dict[str, int]:
        """The whole bound b_i of each batch."""
        each = [self._over(a, c) for c, one in self.contests.items() if one.audited for a in one.assertions]
        return {name: math.ceil(10**9 * max(one[name] for one in each)) for name in self.batches}

    def units(self, c: str, seed: str) -> list[str]:
        """Return the units that may hold a contest, in the order of tickets; batches in that of the file."""
        if self.design == "batch":
            return [b for b, (_, each) in self.batches.items() if c in each]
        return [u for _, u in self.order(seed) if self.design == "polling" or c in self.cards[u][1]]

    def read_entry(self, unit: str, said: dict[str, Any], place: str) -> dict[str, Any]:
        """Return what an entry says of each contest (step 11.2)."""
        held: dict[str, Any] = self.cards if self.design == "comparison" else self.batches
        wanted = held[unit][1] if self.design != "polling" else [c for c, one in self.contests.items() if one.audited]
        must({*wanted} <= said.keys() <= self.contests.keys(), place, [*said], sorted(wanted))
        if self.design == "batch":
            return self._tallies(said, place)
        read = {c: None if b is None else self.contests[c].ballot(b, f"{place}, {c}") for c, b in said.items()}
        each = [(b, a) for c, b in read.items() if b is not None for a in self.contests[c].assertions]
        must(all(0 <= a.value(a.gain(b)) <= a.upper for b, a in each), place, said, "values from 0 to upper")
        return read

    def measured(self, contest: Contest, a: Assertion, drawn: list[str], seed: str, said: Said) -> tuple[int, Decimal]:
        """Return how many draws count for an assertion, and the smallest p so far (step 12.1)."""
        c, name, compared, xs = contest.id, contest.said["risk_function"], self.design == "comparison", list[Fraction]()
        known(name in ({"macro"} if self.design == "batch" else BETS), contest.place, f"risk function {name}")
        with localcontext(EXACT):
            if self.design == "batch":
                return len(drawn), self._macro(contest, drawn, said)
            sample, nothing = {*drawn}, {c: None}
            for unit in self.units(c, seed):
                entry = nothing if unit in self.cards and unit.startswith("phantom-") else said.get(unit, {})
                if unit not in sample or (entry is not None and c not in entry):
                    break
                xs.append(self._value(c, a, unit, None if entry is nothing else entry))
            cards = contest.said["cards"] if compared else len(self.order(seed))
            top = 2 / (2 - a.margin / a.upper) if compared else a.upper
            eta0 = top / 2 if compared else (1 + a.margin) / 2
            settings = {"eta0": Decimal(eta0.numerator) / eta0.denominator, "d": Decimal(100)}
            settings |= {name: Decimal(value) for name, value in contest.said["settings"].items()}
            settings.setdefault("c", (settings["eta0"] - Decimal("0.5")) / 2)
            return len(xs), smallest_p(xs, cards, top, name, settings)

    def _value(self, c: str, a: Assertion, unit: str, entry: dict[str, Any] | None) -> Fraction:
        """Return x of a card, where `entry` is what it says, or None where it was not found."""
        pool, held = self.cards.get(unit, ("", {c: None}))
        lacking = Fraction(entry is not None and held[c] is None, 2)
        found = a.value(a.gain(entry[c])) if entry and entry[c] is not None else lacking
        if self.design == "polling":
            return found
        index, (n, each) = held[c], self.batches[pool] if pool else (1, {c: EMPTY})  # a phantom gains 0: ½
        gain = a.total(each[c]) / n if index is None else a.gain(self.ballots[c][index][1])
        return (1 - (a.value(gain) - found) / a.upper) / (2 - a.margin / a.upper)

    def _macro(self, contest: Contest, drawn: list[str], said: Said) -> Decimal:
        """Return the smallest p of a batch audit (Stark 2009, MACRO); 1 where some error could not be drawn."""
        c, bounds, p, least = contest.id, self.bounds, Decimal(1), Decimal(1)
        each, whole = [(a, a.total(self._tally(c)), self._over(a, c)) for a in contest.assertions], sum(bounds.values())
        most = max(max(over[b] for _, _, over in each) * whole / (bounds[b] or Fraction(1, 10**99)) for b in bounds)
        for unit in drawn if most >= 1 else []:
            reported, found = self.batches[unit][1].get(c, EMPTY), (said.get(unit) or {}).get(c) or EMPTY
            lost, share = max(0, reported.cards - found.cards), Fraction(whole, bounds[unit])
            taint = max((a.total(reported) - a.total(found) - lost * a.least) / total for a, total, _ in each) * share
            if taint >= most or unit not in said:
                break
            factor = (1 - 1 / most) / (1 - max(taint, Fraction(0)) / most)
            p *= Decimal(factor.numerator) / factor.denominator
            least = min(least, p)
        return least if most >= 1 else NOTHING


BETS = {"betting-fixed", "kaplan-kolmogorov", "alpha-fixed", "alpha", "cobra"}


def bet(name: str, s: dict[str, Decimal], j: int, mean: Decimal, total: Decimal, top: Decimal, n: int) -> Decimal:
    """Return λ_j, before it is moved to between 0 and 1/μ_j, from settings, μ_j, S_j, U and N."""
    if name in {"betting-fixed", "kaplan-kolmogorov"}:
        return s["bet"] if name == "betting-fixed" else 1 / (mean + s["g"])
    if name == "cobra":  # where (1 − q) ln(1 + λb) + q ln(1 − λ/2) has no slope, b = a − ½
        q, b = s["winner_to_loser"], (top - 1) / 2
        return min(2 * (1 - q) - q / b, Decimal(2)) if b > 0 else NOTHING
    eta = min(max((n * s["eta0"] - total) / (n - j + 1), mean), top)
    if name == "alpha":
        eta = max((s["d"] * s["eta0"] + total) / (s["d"] + j - 1), mean + s["c"] / (s["d"] + j - 1).sqrt())
        eta = min(eta, top * (1 - Decimal(2) ** -52))
    return (eta / mean - 1) / (top - mean) if mean < top else NOTHING


def smallest_p(xs: list[Fraction], n: int, upper: Fraction, name: str, settings: dict[str, Decimal]) -> Decimal:
    """Return the smallest p of the martingale of draws `xs` without replacement from n cards, each at most `upper`."""
    common = math.lcm(2, upper.denominator, *{x.denominator for x in xs})
    top, half, total = Decimal(upper.numerator) / upper.denominator, n * common // 2, 0
    grown = least = Decimal(1)
    for j, x in enumerate(xs, 1):
        mean, stake = Decimal(half - total) / (common * (n - j + 1)), NOTHING
        if mean > 0:
            stake = min(max(bet(name, settings, j, mean, Decimal(total) / common, top, n), NOTHING), 1 / mean)
        grown = max(grown * (1 + stake * (Decimal(x.numerator) / x.denominator - mean)), NOTHING)
        total += int(x * common)
        if total > half:
            return NOTHING
        if half - total < (n - j) * int(upper * common) and grown > 0:
            least = min(least, 1 / grown)
    return least
