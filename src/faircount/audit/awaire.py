"""AWAIRE: polling audit of an instant runoff without any record of single ballots, only the name of the winner.

Were the outcome wrong, the true order of exclusion would be one that ends with somebody else. Each such order requires
that, of those standing at a stage, whoever goes has no more votes than each of the others (the paper's DB), and that
nobody who goes before another has more first preferences than that one can ever have votes (DND). A requirement is
tested by an ALPHA martingale M_r, and an order by one gambler who divides his money over its requirements before every
draw: T(t) = T(t − 1)·Σ_r w_r M_r(t)/M_r(t − 1) / Σ_r w_r, weights w_r known before the draw. If the order is the true
one all its requirements hold, T is a nonnegative supermartingale, and P(T ever ≥ 1/α) ≤ α. **The outcome is confirmed
once every order with another winner was ruled out.**

Orders are kept as a tree of their ends. A node stands for all orders that end like it and bets on DB of its own stages,
and on DND of those who are out by then; where these say nothing it is divided into its children, which take over its
money and bet on more. A whole order bets on DB alone. When a node is divided hangs on earlier draws alone, so T stays
what it was. Source: Ek, Stark, Stuckey and Vukcevic 2023, "Adaptively Weighted Audits of Instant-Runoff Voting
Elections: AWAIRE", arXiv:2307.10972; when nodes are divided is ours.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from faircount.assertion.irv.claim import Order, bits
from faircount.assertion.irv.rankings import Rankings
from faircount.model import BadInputError, Ballot, Ballots, CardCount
from faircount.risk import Floats, Population
from faircount.risk.alpha import shrink_truncate
from faircount.risk.martingale import Past, wealth
from faircount.risk.risk_function import checked_risk_limit

MOST_CHOICES = 20
WEIGHTS = {"linear": 1.0, "quadratic": 2.0, "largest": math.inf}
"""The power of a requirement's martingale that its weight is; the largest alone gets everything (shared if equal)."""
_START_NODES = 2_000
_CELLS = 2_000_000
"""Numbers (nodes × requirements × draws) worked on at a time."""


@dataclass(frozen=True, slots=True)
class Design:
    """What is fixed before the first draw."""

    choices: int
    winner: int
    """The reported one."""
    cards: int
    """N: cards that could be drawn, those without the contest included."""
    risk_limit: float
    replacement: bool = False
    weights: str = "linear"
    """A name in `WEIGHTS`."""
    window: int | None = None
    """Weigh requirements by what they won in so many last draws; None: in all."""
    eta0: float = 0.52
    """ALPHA's first opinion of a requirement that fails; the paper's, as is `d`."""
    d: float = 50
    """How many draws the first opinion weighs."""
    start: int | None = None
    """Stages that the first nodes have; None: all, or as many as give no more than 2,000 nodes."""
    patience: int = 50
    """After every so many draws, nodes that won nothing in them are divided."""
    most_nodes: int = 20_000
    """Beyond so many no node is divided: the audit stays valid and needs more cards."""

    def __post_init__(self) -> None:
        checked_risk_limit(self.risk_limit)
        for rule, good in (
            (f"an instant runoff has 1 to {MOST_CHOICES} choices", 1 <= self.choices <= MOST_CHOICES),
            ("the winner is one of the choices", 0 <= self.winner < self.choices),
            ("there are cards", self.cards >= 1),
            (f"weights are one of {', '.join(WEIGHTS)}", self.weights in WEIGHTS),
            ("η₀ is above ½ and below 1, d at least 1", 0.5 < self.eta0 < 1 <= self.d),
            ("window, start, patience and nodes are at least 1",
             min(self.window or 1, self.patience, self.most_nodes, 1 if self.start is None else self.start) >= 1),
        ):  # fmt: skip
            if not good:
                raise BadInputError("AWAIRE", rule, str(self))


@dataclass(frozen=True, slots=True)
class Trail:
    """What is known after each draw."""

    p: Floats
    """The risk measured: the largest over orders of the least 1/T so far. **Once at or below the risk limit it is only
    known to be so**: orders ruled out are followed no further. After all cards it is exactly 0 or 1."""
    orders: Mapping[int, NDArray[np.int64]]
    """Other winner → orders of exclusion that end so and are not ruled out, after each draw."""
    possible: tuple[Order, ...]
    """Ends of orders that are not ruled out after the last draw: first the one who goes first, last the winner."""


def follow(design: Design, drawn: Sequence[Ballot | None]) -> Trail:
    """Return what an audit knows after each of the cards, in the order drawn.

    None: the card could not be found, which counts against every order's refutation. A card that lacks the contest, or
    ranks nobody, is an empty ballot. The answer to the first draws does not depend on later ones. Raises
    `BadInputError` for more draws than cards, or a choice that there is not.
    """
    _checked(design, drawn)
    requirements = _Requirements(design, drawn)
    nodes = [_Node(end) for end in _first_ends(design)]
    p, at, done = np.zeros(len(drawn)), 0, 0.0
    orders = {c: np.zeros(len(drawn), np.int64) for c in range(design.choices) if c != design.winner}
    while at < len(drawn) and nodes:
        whole = all(len(node.end) == design.choices for node in nodes)
        stop = len(drawn) if whole else min(len(drawn), at + design.patience)
        part = slice(at, stop)
        p[part] = done
        for some, risks in _played(nodes, requirements, part):
            np.maximum(p[part], risks.max(axis=0), out=p[part])
            for node, risk in zip(some, risks, strict=True):
                alike = math.factorial(design.choices - len(node.end))
                orders[node.end[-1]][part] += alike * (risk > design.risk_limit)
        left = [node for node in nodes if node.risk > design.risk_limit]
        done = max([done, *(node.risk for node in nodes if node.risk <= design.risk_limit)])
        nodes, at = _divided(design, left) if stop < len(drawn) else left, stop
    p[at:] = done
    if not design.replacement and len(drawn) == design.cards:
        p[-1:] = float(_others_can_win(design, drawn))
    return Trail(p, orders, tuple(node.end for node in nodes))


@dataclass(slots=True)
class _Node:
    """All orders with one end: ln T now, some draws before, and its highest."""

    end: Order
    money: float = 0.0
    before: float = 0.0
    best: float = 0.0

    @property
    def risk(self) -> float:
        return math.exp(-self.best)


def _first_ends(design: Design) -> Iterator[Order]:
    """Yield the ends of orders to begin with, other winners in turn."""
    k = design.choices
    stages = design.start
    if stages is None:
        stages = max(m for m in range(1, k + 1) if m == 1 or (k - 1) * math.perm(k - 1, m - 1) <= _START_NODES)
    for end in permutations(range(k), min(stages, k)):
        if end[-1] != design.winner:
            yield end


def _divided(design: Design, nodes: list[_Node]) -> list[_Node]:
    """Return the nodes, those that have won nothing of late replaced by their children while there is room."""
    found: list[_Node] = []
    room = design.most_nodes - len(nodes)
    for node in nodes:
        more = design.choices - len(node.end)
        if node.money > node.before or not more or room < more - 1:
            found.append(node)
            continue
        room -= more - 1
        found += [
            _Node((choice, *node.end), node.money, node.money, node.best)
            for choice in range(design.choices) if choice not in node.end
        ]  # fmt: skip
    return found


def _played(nodes: list[_Node], requirements: "_Requirements", part: slice) -> Iterator[tuple[list[_Node], Floats]]:
    """Play some draws for all nodes; yield nodes with their least 1/T so far, a row each."""
    sets = [_required(node.end, requirements.choices) for node in nodes]
    width = max(1, *(len(keys) for keys in sets))
    height = max(1, _CELLS // (width * (part.stop - part.start)))
    for at in range(0, len(nodes), height):
        some = nodes[at : at + height]
        rows = requirements.rows(sets[at : at + height], width)
        money = requirements.won(rows, part)
        money += np.array([[node.money] for node in some])
        best = np.maximum.accumulate(np.maximum(money, np.array([[node.best] for node in some])), axis=1)
        for node, now, highest in zip(some, money[:, -1], best[:, -1], strict=True):
            node.money, node.before, node.best = float(now), node.money, float(highest)
        yield some, np.exp(-best)


_Key = tuple[int, int, int]
"""(who goes, who stays, those standing as a bit set) of DB; of DND the set is 0."""


def _required(end: Order, choices: int) -> list[_Key]:
    """Return what every order with this end requires, as far as a node bets on it."""
    stages = ((gone, other, bits(end[at:])) for at, gone in enumerate(end) for other in end[at + 1 :])
    out = (gone for gone in range(choices) if gone not in end)
    return [*stages, *((gone, other, 0) for gone in out for other in end)]


class _Requirements:
    """The requirements looked at so far, a row each, with what a bet against them won; row 0 is none at all."""

    def __init__(self, design: Design, drawn: Sequence[Ballot | None]) -> None:
        self._design = design
        self.choices = design.choices
        self._places = _places(design, drawn)
        self._found = np.array([ballot is not None for ballot in drawn], bool)
        self._population = Population(design.cards, 1.0, replacement=design.replacement)
        self._at: dict[_Key, int] = {}
        self._tops: dict[int, NDArray[np.intp]] = {}
        draws = len(drawn)
        self._gains = np.zeros((1, draws))
        """ln M(t)/M(t − 1)."""
        self._weights = np.full((1, draws), -np.inf)
        """ln w before the draw."""
        self._refuted = np.zeros((1, draws), bool)
        """Whether the cards drawn so far leave no doubt that it fails."""

    def rows(self, sets: list[list[_Key]], width: int) -> NDArray[np.intp]:
        """Return the rows of sets of requirements, filled up with 0."""
        if new := dict.fromkeys(key for keys in sets for key in keys if key not in self._at):
            self._add(list(new))
        found = np.zeros((len(sets), width), np.intp)
        for row, keys in zip(found, sets, strict=True):
            row[: len(keys)] = [self._at[key] for key in keys]
        return found

    def won(self, rows: NDArray[np.intp], part: slice) -> Floats:
        """Return ln T(t)/T(start) for sets of requirements (a row each), ∞ from where one is refuted."""
        weights, power = self._weights[:, part][rows], WEIGHTS[self._design.weights]
        if math.isinf(power):
            top = weights.max(axis=1, keepdims=True)
            weights = np.where((weights == top) & (top > -np.inf), 0.0, -np.inf)
        else:
            weights = power * weights
        gains = _log_sum(weights + self._gains[:, part][rows]) - _log_sum(weights)
        # Where no requirement has a weight nothing is staked.
        money: Floats = np.cumsum(np.where(np.isnan(gains), 0.0, gains), axis=1)
        money[np.logical_or.accumulate(self._refuted[:, part][rows].any(axis=1), axis=1)] = np.inf
        return money

    def _add(self, keys: list[_Key]) -> None:
        """Test requirements: the value of a card is 1 where it is for the one who is said to go, 0 for the other."""
        values = np.full((len(keys), len(self._found)), 0.5)
        for row, key in zip(values, keys, strict=True):
            gone, other = self._for(*key)
            row[gone], row[other] = 1.0, 0.0
        values[:, ~self._found] = 0.0
        past = Past(values, (self._population,))
        known = {"eta0": self._design.eta0, "d": self._design.d, "c": (self._design.eta0 - 0.5) / 2, "f": 0.0}
        logs = wealth(values, past, shrink_truncate(past, {name: np.array([[v]]) for name, v in known.items()}))
        before = np.hstack([np.zeros((len(keys), 1)), logs[:, :-1]])
        weights = before
        if (window := self._design.window) is not None and window < before.shape[1]:
            weights = before.copy()
            with np.errstate(invalid="ignore"):
                weights[:, window:] -= before[:, :-window]
        refuted = np.zeros(values.shape, bool)
        if not self._design.replacement:
            room = (past.size - past.drawn - 1) / 2 - (past.excess + (values - 0.5))
            refuted = room < -past.slack
        self._at |= {key: place for place, key in enumerate(keys, len(self._gains))}
        lost = np.isneginf(before)
        with np.errstate(invalid="ignore"):
            self._gains = np.vstack([self._gains, np.where(lost, 0.0, logs - before)])
            self._weights = np.vstack([self._weights, np.where(lost, -np.inf, weights)])
        self._refuted = np.vstack([self._refuted, refuted])

    def _for(self, gone: int, other: int, standing: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which cards are for the one who is said to go, and which for the other."""
        if standing:
            top = self._top(standing)
            return top == gone, top == other
        one, two = self._places[:, gone], self._places[:, other]
        return one == 0, two < one

    def _top(self, standing: int) -> NDArray[np.intp]:
        """Return for whom each card is with those of a bit set standing; −1 for nobody."""
        if standing not in self._tops:
            members = np.array([c for c in range(self._design.choices) if standing >> c & 1])
            some = self._places[:, members]
            best = some.argmin(axis=1)
            rests = some[np.arange(len(some)), best] < self._design.choices
            self._tops[standing] = np.where(rests, members[best], -1)
        return self._tops[standing]


def _log_sum(logs: Floats) -> Floats:
    """Return ln Σ exp over the middle axis; −∞ for nothing."""
    top = logs.max(axis=1, keepdims=True)
    safe = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.log(np.exp(logs - safe).sum(axis=1)) + safe[:, 0]
    return found


def _places(design: Design, drawn: Sequence[Ballot | None]) -> NDArray[np.int64]:
    """Return the place of each choice on each card, 0 first; where it has none, the number of choices."""
    places = np.full((len(drawn), design.choices), design.choices)
    for row, ballot in zip(places, drawn, strict=True):
        if ballot is not None:
            row[list(ballot.ranking)] = range(len(ballot.ranking))
    return places


def _others_can_win(design: Design, drawn: Sequence[Ballot | None]) -> bool:
    """Say whether a count of these cards, ties decided in any way, can end with another winner.

    Cards that could not be found may hold anything: whoever is no more than their number ahead of the last may go.
    """
    missing = sum(ballot is None for ballot in drawn)
    ballots = tuple(ballot for ballot in drawn if ballot is not None)
    rankings = Rankings.of(Ballots(ballots, (CardCount(1),) * len(ballots), (1,) * len(ballots)), design.choices)
    waiting = [(1 << design.choices) - 1]
    seen = set(waiting)
    while waiting:
        standing = waiting.pop()
        left = [c for c in range(design.choices) if standing >> c & 1]
        if len(left) == 1:
            if left[0] != design.winner:
                return True
            continue
        tally = rankings.tally(standing)
        least = min(tally[c] for c in left)
        for choice in left:
            if tally[choice] <= least + missing and (less := standing & ~(1 << choice)) not in seen:
                seen.add(less)
                waiting.append(less)
    return False


def _checked(design: Design, drawn: Sequence[Ballot | None]) -> None:
    if not design.replacement and len(drawn) > design.cards:
        raise BadInputError("AWAIRE", "no more draws than cards", f"{len(drawn):,} of {design.cards:,}")
    for number, ballot in enumerate(drawn, 1):
        ranking = () if ballot is None else ballot.ranking
        if len(set(ranking)) != len(ranking) or not all(0 <= choice < design.choices for choice in ranking):
            rule = f"a ranking names choices from 0 to {design.choices - 1}, each once"
            raise BadInputError(f"draw {number}", rule, str(ranking))
