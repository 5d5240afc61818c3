"""Contests, ballots, assorters: what the law gives, and what assertions imply."""

import operator
from collections import Counter
from fractions import Fraction
from itertools import permutations
from typing import Any, NamedTuple

from faircount_verifier.forms import DECIMAL, FRACTION, NAME, fits, fraction, known, must, shown

ONE_EACH = {"plurality", "threshold", "majority-or-runoff", "top-n", "highest-averages", "largest-remainder"}
POINTS, NOBODY = {"plurality", "score", "cumulative", "borda", "dowdall"}, {"abstain", "withhold", "broker-non-vote"}
MOST_STATES, ZERO, ONE, INDEX = 20_000, Fraction(0), Fraction(1), frozenset({int, None})
ASSORTER = {"least": FRACTION, "terms": [(FRACTION, str, [object])], "upper": FRACTION}
ASSERTION = {"assorter": ASSORTER, "claim": str, "kind": str, "loser": INDEX, "margin": FRACTION, "standing": [int]}
OUTCOME = {"elected": [int], "seats": [int], "verdict": "elected|passed|not passed|runoff|tie|no votes|stopped"}
CONTEST = {"audited": bool, "outcome": dict, "ranks": int, "rule": str, "seats": int, "title": NAME, "words": str}
CONTEST |= {"id": r"(?=.*\S)[^:;\0-\37\177]+", "choices": [{"kind": str, "name": NAME, "party": {str, None}}]}
CONTEST |= {"assertions": [ASSERTION | {"winner": INDEX}], "implies": "outcome|part|nothing", "risk_limit": FRACTION}
CONTEST |= {"cards": int, "options": {"*": str}, "risk_function": str, "settings": {"*": DECIMAL}, "votes_allowed": int}


class Ballot(NamedTuple):
    """What a card says: (choice, votes) ascending, and choices from the first preference on."""

    votes: tuple[tuple[int, Fraction], ...] = ()
    ranking: tuple[int, ...] = ()


class Tally(NamedTuple):
    """How many cards hold a contest, and (ballot, cards) pairs; blank cards may be left out of these."""

    cards: int
    ballots: list[tuple[Ballot, int]]


FEATURES: dict[str, Any] = {  # what each feature of docs/assertions.md gives a ballot
    "votes": lambda b, *of: sum(n for c, n in b.votes if c in of),
    "evenly": lambda b, c: Fraction(any(x == c for x, _ in b.votes), len(b.votes) or 1),
    "ranks": lambda b, *of: any(c in b.ranking for c in of),
    "head": lambda b, c, standing: next((x for x in b.ranking if x in standing), None) == c,
    "prefers": lambda b, x, y, below: [c for c in b.ranking if c in (x, y)] in ([[x, y], [x]] if below else [[x, y]]),
    "passed": lambda b, f, x, y: b.ranking[:1] == (f,) and FEATURES["prefers"](b, x, y, True),
    "higher": lambda b, x, y: dict(b.votes).get(x, 0) > dict(b.votes).get(y, 0),
}


FEATURES |= {"cards": lambda b: 1, "first": lambda b, *of: b.ranking != () and b.ranking[0] in of}
ARGUMENTS: dict[str, Any] = {"cards": (), "evenly": (int,), "head": (int, [int]), "prefers": (int, int, bool)}
ARGUMENTS |= {"first": [int], "higher": (int, int), "passed": (int, int, int), "ranks": [int], "votes": [int]}


class Assertion:
    """One assertion: its terms, bounds and margin, and their form where it is one that is known here."""

    def __init__(self, said: dict[str, Any], choices: int, place: str) -> None:
        self.kind, self.place, form = said["kind"], place, said["assorter"]
        self.said = (said["winner"], said["loser"], frozenset(said["standing"]))
        self.terms = sorted(((fraction(times), name, args) for times, name, args in form["terms"]), key=lambda t: -t[0])
        self.least, self.upper, self.margin = map(fraction, (form["least"], form["upper"], said["margin"]))
        lists = [a for _, f, of in self.terms if f != "passed" for a in (of, *of, said["standing"]) if fits(a, list)]
        named = [i for one in lists for i in one if type(i) is int] + [i for i in self.said[:2] if i is not None]
        fair = all(i < choices for i in named) and all(len({*map(str, one)}) == len(one) for one in lists)
        fair = fair and all(fits(args, ARGUMENTS.get(name, object)) for _, name, args in self.terms)
        must(fair and self.least < 0 < self.upper, place, form, "least < 0 < upper; choices, in a list each once")
        self.fixed = sum((times for times, name, _ in self.terms if name == "cards"), ZERO)
        self.gains = dict[Ballot, Fraction]()
        each = [sum((t for t, name, args in self.terms if name == "votes" and c in args), ZERO) for c in range(choices)]
        linear = all(name in {"cards", "votes"} for _, name, _ in self.terms)
        self.vector: list[Fraction] | None = [*each, self.fixed] if linear else None
        self.claim: tuple[int, int, frozenset[int]] | None = None  # winner, loser, standing of NEN; of NEB nobody
        if len(self.terms) == 2 and not linear and self.terms[0][0] == -self.terms[1][0]:
            (_, one, a), (_, other, b) = self.terms
            if (one, other) == ("first", "prefers") and b[1:] == [*a, True] and b[0] != a[0]:
                self.claim = a[0], b[0], frozenset()
            elif one == other == "head" and a[0] != b[0] and {a[0], b[0]} <= {*a[1]} == {*b[1]}:
                self.claim = a[0], b[0], frozenset(a[1])

    def gain(self, ballot: Ballot) -> Fraction:
        """Return g of one ballot."""
        if ballot not in self.gains:
            unknown = [name for _, name, _ in self.terms if name not in FEATURES]
            known(not unknown, self.place, f"this verifier does not know the feature {shown(unknown)}")
            self.gains[ballot] = sum((times * FEATURES[name](ballot, *args) for times, name, args in self.terms), ZERO)
        return self.gains[ballot]

    def total(self, tally: Tally) -> Fraction:
        """Return Σ g over a tally: the feature `cards` counts the cards stated."""
        return sum(((self.gain(b) - self.fixed) * n for b, n in tally.ballots), self.fixed * tally.cards)

    def value(self, gain: Fraction) -> Fraction:
        """Return A of a ballot that gains so much."""
        return (gain - self.least) / (-2 * self.least)

    def implies(self, wanted: list[Fraction]) -> bool:
        """Return whether Σ g > 0 implies that of `wanted`: for some t > 0, wanted − t·g has nothing below 0."""
        both = list(zip(wanted, self.vector or [], strict=False))
        low, high = max((w / g for w, g in both if g < 0), default=ZERO), [w / g for w, g in both if g > 0]
        return bool(high) and min(high) >= low and min(high) > 0 and all(w >= 0 for w, g in both if g == 0)

    def check(self, most: tuple[list[int], int] | None) -> None:
        """Hold winner, loser, standing and bounds against the terms (step 8.3); `most` is that of the contest."""
        (winner, loser, _), vector, ends, (caps, whole) = self.said, self.vector, list[Fraction](), most or ([], 0)
        same = self.claim in (None, self.said)
        if vector and winner is not None and loser is not None:
            same = vector[winner] > 0 > vector[loser]
        must(same, self.place, [winner, loser], "winner, loser and standing as in the terms")
        known(self.claim or (vector and most), self.place, f"bounds of an assorter of kind {self.kind}")
        for sign in (-1, 1):
            end, left, each = sign * self.fixed, whole, zip(vector or [], caps, strict=False)
            for n, cap in sorted(((sign * n, cap) for n, cap in each if sign * n > 0), reverse=True):
                end, left = end + n * min(cap, left), left - min(cap, left)
            ends.append(sign * (self.terms[0][0] if self.claim else end))
        fair = ends[0] >= self.least and self.value(ends[1]) <= self.upper
        must(fair, self.place, [str(self.least), str(self.upper)], [str(ends[0]), str(self.value(ends[1]))])


class Contest:
    """One contest of contests.json: how its ballots are read and counted, and what its assertions imply."""

    def __init__(self, said: dict[str, Any], place: str) -> None:
        fair = fits(said, CONTEST) and fits({"seats": [], **said["outcome"]}, OUTCOME) and said["seats"]
        must(fair and said["votes_allowed"], place, said, "a contest of the form given")
        self.id, self.said, self.outcome, self.rule = str(said["id"]), said, said["outcome"], str(said["rule"])
        self.place, self.kinds = f"contest {self.id}", [choice["kind"] for choice in said["choices"]]
        self.seats, self.audited, self.limit = int(said["seats"]), bool(said["audited"]), fraction(said["risk_limit"])
        self.choices, self.option = range(len(self.kinds)), said["options"].get
        claims = enumerate(said["assertions"])
        self.assertions = [Assertion(a, len(self.kinds), f"{self.place}, assertion {i}") for i, a in claims]
        elected, names = self.outcome["elected"], {choice["name"] for choice in said["choices"]}
        fair = {*elected} <= {*self.choices} and len({*elected}) == len(elected) and 0 < self.limit < 1
        fair = fair and len(self.outcome.get("seats", names)) == len(names) == len(self.kinds)
        must(fair, place, self.outcome, "choices of the contest, none twice, and a limit between 0 and 1")
        allowed, points = int(said["votes_allowed"]), int(self.option("most", "5"))
        caps = [allowed if kind == "write-in" or self.rule not in ONE_EACH else 1 for kind in self.kinds]
        self.most: tuple[list[int], int] | None = caps, allowed  # votes to each choice (write-ins are several), in all
        if self.rule in {"score", "star"} or said["ranks"] or self.rule in {"borda", "dowdall"}:
            self.most = ([points] * len(caps), points * len(caps)) if self.rule in {"score", "star"} else None

    def ballot(self, value: Any, place: str) -> Ballot:
        """Return a ballot, held against its form and what the rule lets a card say."""
        full = {"ranking": [], "votes": []} | value
        must(fits(full, {"ranking": [int], "votes": [(int, frozenset({int, FRACTION}))]}), place, value, "a ballot")
        votes = tuple((c, Fraction(n) if isinstance(n, int) else fraction(n)) for c, n in full["votes"])
        named, ranked = [c for c, _ in votes], full["ranking"]
        good = named == sorted({*named}) and len({*ranked}) == len(ranked) and {*named, *ranked} <= {*self.choices}
        good = good and all(n > 0 for _, n in votes) and (not ranked or self.said["ranks"])
        must(good, place, value, "choices of the contest, in order, each once, none with 0")
        return self._possible(Tally(1, [(Ballot(votes, tuple(ranked)), 1)]), place).ballots[0][0]

    def tally(self, value: Any, place: str) -> Tally:
        """Return `{"cards", "ballots"}` as a tally."""
        must(fits(value, {"ballots": [(dict, int)], "cards": int}), place, value, "cards and counted ballots")
        return self._possible(Tally(value["cards"], [(self.ballot(b, place), n) for b, n in value["ballots"]]), place)

    def _possible(self, tally: Tally, place: str) -> Tally:
        votes, (caps, whole) = self._votes(tally), self.most or ([2**53] * len(self.kinds), 2**60)
        found = [*votes, sum(votes), sum(count for ballot, count in tally.ballots if ballot.ranking)]
        good = all(n <= cap * tally.cards for n, cap in zip(found, [*caps, whole, 1], strict=True))
        must(good, place, [*map(str, votes)], f"votes that {tally.cards} cards can hold")
        return tally

    def _votes(self, tally: Tally) -> list[Fraction]:
        each = [(choice, n * count) for ballot, count in tally.ballots for choice, n in ballot.votes]
        return [sum((n for choice, n in each if choice == c), ZERO) for c in self.choices]

    def _conditions(self, outcome: dict[str, Any], voted: int) -> list[list[Fraction]]:
        """Return what must be above 0 where so many choices have votes: by pairs, parts, and quotients crosswise."""
        elected, verdict, seats, place = outcome["elected"], outcome["verdict"], outcome.get("seats", []), self.place
        pairs, option = [(w, c, ONE) for w in elected for c in self.choices if c not in elected], self.option
        count, wanted, cards, parts = min(self.seats, voted), "elected", False, list[tuple[int, Fraction]]()
        if self.rule == "highest-averages":
            plain = {"choices": "lists", "threshold": "none", "threshold_votes": "none", "exempt": "none"}
            known(seats and verdict != "tie" and all(option(*p) == p[1] for p in plain.items()), place, "other lists")
            fair = sum(seats) == self.seats and {*elected} == {c for c, n in enumerate(seats) if n}
            must(fair, place, outcome, f"{self.seats} seats, of those elected")
            both = [(a, b) for a, b in permutations(self.choices, 2) if seats[a] and self.kinds[b] != "write-in"]
            known(all(self._divisor(seats[b] + 1) for _, b in both), place, "a divisor of 0")
            pairs = [(a, b, self._divisor(seats[a]) / self._divisor(seats[b] + 1)) for a, b in both]
            count = len(elected)
        elif self.rule == "majority-or-runoff" and self.most and self.most[1] == 1 == self.seats:
            wanted, count = ("runoff", 2) if verdict == "runoff" else ("elected", 1)
            pairs, parts = pairs if verdict == "runoff" else [], [(w, Fraction(1, 2)) for w in elected]
        elif self.rule == "threshold" and option("quorum", "none") == "none" and option("base", "votes") != "stated":
            name, names = option("yes", "first-on-ballot"), [choice["name"] for choice in self.said["choices"]]
            yes, cards = 0 if name == "first-on-ballot" else names.index(name), option("base", "votes") == "ballots"
            wanted, count = ("passed", 1) if verdict == "passed" else ("not passed", 0)
            fair = elected in ([], [yes]) and fits(option("threshold", "1/2"), FRACTION)
            must(fair, place, outcome, f"only choice {yes} passes, by a part such as 3/5")
            pairs, parts = [], [(yes, Fraction(option("threshold", "1/2")))]
        else:
            known(self.rule in POINTS and not NOBODY & {*self.kinds}, place, f"this verifier counts no {self.rule}")
        must(len(elected) == count and verdict == wanted, place, outcome, f"{count} {wanted}")
        sign = -1 if wanted in {"runoff", "not passed"} else 1
        found = [[Fraction(c == w) - ratio * (c == low) for c in self.choices] + [ZERO] for w, low, ratio in pairs]
        for w, part in parts:
            found.append([sign * ((c == w) - part * (not cards)) for c in self.choices] + [-sign * part * cards])
        return found

    def check_outcome(self, tally: Tally, outcome: dict[str, Any]) -> None:
        """Hold an outcome against what the rule gives; one that hangs on a tie is NOT CHECKED."""
        votes, elected, verdict, place = self._votes(tally), {*outcome["elected"]}, outcome["verdict"], self.place
        if self.rule == "instant-runoff":
            winners = self._runoff_winners(tally)
            right = elected <= winners and len(elected) == (verdict == "elected") and len(elected) >= 2 - len(winners)
            must(right or verdict == "tie", place, outcome, sorted(winners))
            known(len(winners) == 1 and verdict != "tie", place, "the outcome hangs on how a tie was decided")
            return
        kinds = {k for c, k in enumerate(self.kinds) if votes[c] and (k != "write-in" or c in elected)}
        odd = kinds & {"withdrawn", "write-in"} or (len({*votes}) < len(votes) and verdict in {"tie", "stopped"})
        voted = sum(map(bool, votes))
        known(not odd and voted, place, "withdrawn choices, an elected pool, equal votes, or none")
        sums = [sum(map(operator.mul, one, [*votes, tally.cards]), ZERO) for one in self._conditions(outcome, voted)]
        must(min(sums, default=1) >= 0, place, outcome, f"what {shown([*map(str, votes)])} give")
        if self.rule == "threshold" and min(sums) == 0:
            passes = "passed" if self.option("reach", "more-than") == "at-least" else "not passed"
            must(verdict == passes, place, outcome, passes)
        else:
            known(min(sums, default=1) > 0, place, "the outcome hangs on how a tie was decided")
        known(all(votes[c] for c in elected), place, "a place for somebody without a vote")

    def _divisor(self, seat: int) -> Fraction:
        odd, s, name = Fraction(2 * seat - 1), Fraction(seat), self.option("divisor", "dhondt")
        divisors = {"dhondt": s, "sainte-lague": odd, "adams": s - 1, "danish": 3 * s - 2, "imperiali": (s + 1) / 2}
        divisors |= {"dean": 2 * s * (s - 1) / odd, "modified-sainte-lague": odd if seat > 1 else Fraction(7, 5)}
        divisors |= {"modified-sainte-lague-1.2": odd if seat > 1 else Fraction(6, 5)}
        known(name in divisors, self.place, f"divisors {name}")
        return divisors[name]

    def _runoff_winners(self, tally: Tally) -> set[int]:
        """Return who may win by instant runoff, however ties are decided; each state is counted anew."""
        # Whom several exclusions at once take out, single ones do as well; a majority of a round is never lost later.
        usual = {"minimum": ["0"], "stop_after": ["never"], "without_votes": ["stop"], "overvote": ["exhaust", "skip"]}
        odd = [name for name in usual if self.option(name, usual[name][0]) not in usual[name]]
        odd += ["write_ins"] if "write-in" in self.kinds and self.option("write_ins", "count") != "count" else []
        fair = not odd and self.seats == 1 and all(b.ranking or not b.votes for b, _ in tally.ballots)
        known(fair, self.place, f"an instant runoff with {shown(odd)}, with several seats, or of totals")
        start = frozenset(c for c, kind in enumerate(self.kinds) if kind != "withdrawn")
        waiting, seen, winners = [start], {start}, set[int]()
        while waiting:
            standing = waiting.pop()
            votes = dict.fromkeys(sorted(standing), 0)
            for ballot, count in tally.ballots:
                if (head := next((c for c in ballot.ranking if c in standing), None)) is not None:
                    votes[head] += count
            most, least, whole = max(votes.values()), min(votes.values()), sum(votes.values())
            known(most and len(seen) < MOST_STATES, self.place, "nobody has a vote, or there are too many ties")
            last = [c for c, n in votes.items() if n == least]
            winners |= {c for c, n in votes.items() if 2 * n > whole}
            after = {standing - {*last}} if least == 0 else {standing - {c} for c in last}
            fresh = after - seen if 2 * most <= whole else set()
            seen, waiting = seen | fresh, [*waiting, *fresh]
        return winners

    def read(self, marks: list[list[Any]]) -> list[Ballot]:
        """Return what the law may read from marks `[choice, rank, score or null]`; a ranking with or without votes."""
        marked, ranking = sorted({m[0] for m in marks}), list[int]()
        odd = any(self.kinds[c] == "withdrawn" for c in marked) or self.option("choices", "lists") != "lists"
        known(not odd and self.rule in {"instant-runoff", *ONE_EACH}, self.place, f"how {self.rule} reads these marks")
        if self.rule != "instant-runoff":
            many = Counter(m[0] for m in marks if self.kinds[m[0]] == "write-in") | Counter(marked)
            votes = tuple((c, Fraction(many[c])) for c in marked)
            return [Ballot(votes if self.most and many.total() <= self.most[1] else ())]
        overvote, repeated = self.option("overvote", "exhaust"), self.option("repeated", "skip")
        fair = overvote in {"exhaust", "skip"} and self.option("skipped", "unlimited") == "unlimited"
        known(fair and all(m[1] for m in marks), self.place, "overvotes divided, a limit of empty ranks, or no ranks")
        for here in ({m[0] for m in marks if m[1] == rank} for rank in sorted({m[1] for m in marks})):
            if (len(here) > 1 and overvote == "exhaust") or (here & {*ranking} and repeated == "exhaust"):
                break
            ranking += here - {*ranking} if len(here) == 1 else ()
        return [Ballot(votes, tuple(ranking)) for votes in ((), tuple((c, ONE) for c in ranking[:1]))]

    def check_implied(self) -> None:
        """Hold the assertions, by their data, against the outcome: if all are true, must it be so?"""
        if self.rule == "instant-runoff":
            must(len(self.outcome["elected"]) == 1, self.place, self.outcome, "one elected")
            left = self._unrefuted(self.outcome["elected"][0])
        else:
            wanted = self._conditions(self.outcome, len(self.kinds))
            left = [shown([*map(str, one)]) for one in wanted if not any(a.implies(one) for a in self.assertions)]
        readable = not left or all(a.vector or a.claim for a in self.assertions)
        known(readable, self.place, f"assertions of a form not known here; without them open: {shown(left)}")
        must(not left, self.place, f"open: {shown(left)}", "assertions that imply the outcome")

    def _unrefuted(self, winner: int) -> list[str]:
        """Return an order of exclusion that elects somebody else and that no assertion contradicts; else nothing."""
        # From the last standing backwards; what can still be said of the last k depends only on who they are.
        self._runoff_winners(Tally(1, [(Ballot((), (winner,)), 1)]))  # refuses what it cannot count
        claims = [a.claim for a in self.assertions if a.claim]
        everybody = {c for c in self.choices if self.kinds[c] != "withdrawn"}
        waiting = [[c] for c in sorted(everybody - {winner})]
        seen = {frozenset(tail) for tail in waiting}
        while waiting:
            tail = waiting.pop()
            if len(tail) == len(everybody):
                return [*map(str, tail)]
            for first in sorted(everybody - {*tail}):
                after = frozenset([first, *tail])
                refuted = any(w == first and low in tail and (not s or s == after) for w, low, s in claims)
                if not refuted and after not in seen:
                    seen.add(after)
                    waiting.append([first, *tail])
            known(len(seen) < MOST_STATES, self.place, "more orders of exclusion than this verifier follows")
        return []
