"""Condorcet's rules and points by place by hand: every ballot is asked about every pair, every path and order tried."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import groupby, pairwise, permutations, product

from count.second_opinion.lots import Lots
from count.second_opinion.opinion import Opinion, Sheet
from count.second_opinion.paper import Paper, papers_of

from faircount.model import Contest, Profile

Decided = Mapping[str, str]
Strength = tuple[Fraction, Fraction]


def taking_part(contest: Contest, decided: Decided) -> list[int]:
    """Return the choices for whom votes count."""
    gone = {"withdrawn", "write-in"} if decided["write_ins"] == "cannot-win" else {"withdrawn"}
    return [at for at, choice in enumerate(contest.choices) if choice.kind not in gone]


def levels_of(paper: Paper, part: set[int]) -> tuple[list[set[int]], str]:
    """Return what a paper prefers, level by level, and why it ends where it does."""
    levels: list[set[int]] = []
    left = set(part)
    while True:
        found, why = paper.look(left)
        if not found:
            return ([], "overvote") if levels == [part] and len(part) > 1 else (levels, why)
        levels.append(set(found))
        left -= set(found)


class Ballots:
    """All papers of a contest as levels, and what they say of pairs."""

    def __init__(self, contest: Contest, profile: Profile, decided: Decided) -> None:
        split = {**decided, "overvote": {"equal": "split"}.get(decided["overvote"], decided["overvote"])}
        self.part = taking_part(contest, decided)
        self.papers = papers_of(contest, profile, split)
        self.orders = [(p.weight, *levels_of(p, set(self.part))) for p in self.papers]
        self.below = decided.get("unranked", "below") == "below"
        self.size = len(contest.choices)

    def prefer(self, one: int, other: int) -> Fraction:
        """Return the weight of ballots that prefer `one` to `other`."""
        total = Fraction(0)
        for weight, levels, _ in self.orders:
            place = {c: at for at, level in enumerate(levels) for c in level}
            if one in place and (place[one] < place[other] if other in place else self.below):
                total += weight
        return total

    def sheet(self, standing: set[int]) -> Sheet:
        """First preferences among those standing."""
        votes = [Fraction(0)] * self.size
        inactive: dict[str, Fraction] = {}
        for weight, levels, why in self.orders:
            first = next((level & standing for level in levels if level & standing), set())
            for c in first:
                votes[c] += weight / len(first)
            if not first:
                inactive[why] = inactive.get(why, Fraction(0)) + weight
        return Sheet(votes, inactive)


class Pairs:
    """The matrix, and the questions that rules ask of it."""

    def __init__(self, ballots: Ballots, decided: Decided) -> None:
        self.part, self.decided = ballots.part, decided
        self.n = {(a, b): ballots.prefer(a, b) for a, b in product(self.part, self.part) if a != b}

    def beats(self, a: int, b: int) -> bool:
        return self.n[a, b] > self.n[b, a]

    def strength(self, a: int, b: int) -> Strength:
        """How strong the majority for `a` is."""
        if self.decided["strength"] == "margins":
            return self.n[a, b] - self.n[b, a], Fraction(0)
        return self.n[a, b], -self.n[b, a]

    def smith(self, among: set[int]) -> set[int]:
        """Try every size: the fewest who each beat everybody else."""
        wins = {c: sum(self.beats(c, o) for o in among if o != c) for c in among}
        order = sorted(among, key=lambda c: -wins[c])
        for size in range(1, len(order) + 1):
            inside, outside = order[:size], order[size:]
            if all(self.beats(a, b) for a in inside for b in outside):
                return set(inside)
        return set(among)


def schulze(pairs: Pairs) -> set[int]:
    """Walk every path that visits nobody twice. Schulze 2011, section 2.2."""
    best: dict[tuple[int, int], Strength] = {}
    for length in range(2, len(pairs.part) + 1):
        for path in permutations(pairs.part, length):
            links = list(pairwise(path))
            if all(pairs.beats(a, b) for a, b in links):
                weakest, ends = min(pairs.strength(a, b) for a, b in links), (path[0], path[-1])
                best[ends] = max(best.get(ends, weakest), weakest)

    def wins(a: int) -> bool:
        """Whether no way back is stronger."""
        return all((a, b) in best and best[a, b] >= best[b, a] for b in pairs.part if (b, a) in best)

    return {a for a in pairs.part if wins(a)}


def ranked_pairs(pairs: Pairs) -> set[int]:
    """Lock majorities in every order that strength allows; whoever is unbeaten after one of them may win."""
    found = [(pairs.strength(a, b), a, b) for a, b in pairs.n if pairs.beats(a, b)]
    found.sort(key=lambda pair: pair[0], reverse=True)
    equal = [[(a, b) for _, a, b in group] for _, group in groupby(found, key=lambda pair: pair[0])]
    states: set[frozenset[tuple[int, int]]] = {frozenset()}
    for group in equal:
        states = {lock(state, order) for state in states for order in permutations(group)}
    return {c for state in states for c in pairs.part if not any(b == c for _, b in state)}


def lock(state: frozenset[tuple[int, int]], order: tuple[tuple[int, int], ...]) -> frozenset[tuple[int, int]]:
    """Lock pairs one by one, each unless it closes a circle."""
    locked = set(state)
    for a, b in order:
        reached, fresh = {b}, {b}
        while fresh:
            fresh = {y for x, y in locked if x in fresh} - reached
            reached |= fresh
        if a not in reached:
            locked.add((a, b))
    return frozenset(locked)


def minimax(pairs: Pairs) -> set[int]:
    """The least bad worst defeat."""

    def against(a: int, b: int) -> Fraction:
        if pairs.decided["defeat"] == "margins":
            return pairs.n[b, a] - pairs.n[a, b]
        return pairs.n[b, a] if pairs.decided["defeat"] == "opposition" or pairs.beats(b, a) else Fraction(0)

    worst = {a: max((against(a, b) for b in pairs.part if b != a), default=Fraction(0)) for a in pairs.part}
    return {a for a in pairs.part if worst[a] == min(worst.values())}


def copeland(pairs: Pairs) -> set[int]:
    """Most wins; what a level pair is worth, `level` says."""
    level = {"half": Fraction(1, 2), "one": Fraction(1), "none": Fraction(0)}[pairs.decided["level"]]
    score = dict.fromkeys(pairs.part, Fraction(0))
    for a, b in pairs.n:
        score[a] += 1 if pairs.beats(a, b) else level if not pairs.beats(b, a) else 0
    return {a for a in pairs.part if score[a] == max(score.values())}


def kemeny(pairs: Pairs) -> set[int]:
    """Try every order of all choices."""
    agreement = {
        order: sum(pairs.n[a, b] for at, a in enumerate(order) for b in order[at + 1 :])
        for order in permutations(pairs.part)
    }
    return {order[0] for order, figure in agreement.items() if figure == max(agreement.values())}


def by_pairs(judge: Callable[[Pairs], set[int]]) -> Callable[[Contest, Profile, Decided], Opinion]:
    """Make the second opinion on a rule that elects whom `judge` puts first."""

    def count(contest: Contest, profile: Profile, decided: Decided) -> Opinion:
        ballots, lots = Ballots(contest, profile, decided), Lots(contest, decided)
        sheet = ballots.sheet(set(ballots.part))
        if not sum(sheet.votes):
            return Opinion("no votes", [sheet])
        winners = judge(Pairs(ballots, decided))
        if judge is ranked_pairs and len(winners) > 1:
            return Opinion("tie" if decided["tie"] == "stop" else "elected", [sheet], possible=winners)
        chosen = next(iter(winners)) if len(winners) == 1 else lots.pick(winners, "elected", [])
        if chosen is None:
            return Opinion("tie", [sheet], winners)
        sheet.elected = [chosen]
        return Opinion("elected", [sheet])

    return count


def smith_runoff(contest: Contest, profile: Profile, decided: Decided) -> Opinion:
    """Green-Armytage 2011: instant runoff, where pairs say who may win."""
    ballots, lots = Ballots(contest, profile, decided), Lots(contest, decided)
    pairs, standing, how = Pairs(ballots, decided), set(ballots.part), decided["smith"]
    whole, sheets = pairs.smith(set(standing)), []
    while True:
        sheets.append(ballots.sheet(standing))
        sheet = sheets[-1]
        if not sum(sheet.votes):
            return Opinion("no votes", sheets)
        winner = smith_winner(pairs, standing, whole, sheet, how)
        if winner is not None:
            sheet.elected = [winner]
            return Opinion("elected", sheets)
        outside = standing - (pairs.smith(standing) if how == "each-round" else whole if how == "once" else standing)
        if outside:
            sheet.excluded = outside
            standing = standing - outside
            continue
        low = min(sheet.votes[c] for c in standing)
        lowest = {c for c in standing if sheet.votes[c] == low}
        about = "elected" if len(standing) == 2 else "excluded"
        if len(lowest) > 1:
            chosen = lots.pick(lowest, about, sheets[:-1])
            # Pairs with those who have no votes still count, so among the Smith set it matters who of them goes first.
            matters = how != "once" and bool(lowest & whole)
            if chosen is None and (low or about == "elected" or matters):
                return Opinion("tie", sheets, lots.left)
            lowest = lowest if chosen is None else {chosen}
        elif len(standing) == 2:
            lowest = standing - lowest
        if about == "elected":
            sheet.elected = sorted(lowest)
            return Opinion("elected", sheets)
        sheet.excluded = lowest
        standing = standing - lowest


def smith_winner(pairs: Pairs, standing: set[int], whole: set[int], sheet: Sheet, how: str) -> int | None:
    """Say who wins in this round, in the way that `smith` names."""
    for c in sorted(standing):
        others = standing - {c}
        most = sheet.votes[c] * 2 > sum(sheet.votes)
        if (
            not others
            or (how == "once" and (whole == {c} or (most and standing <= whole)))
            or (how == "woodall" and standing & whole == {c})
            or (how == "benham" and all(pairs.beats(c, o) for o in others))
            or (how == "each-round" and pairs.smith(standing) == {c})
        ):
            return c
    return None


def points(contest: Contest, profile: Profile, decided: Decided) -> Opinion:
    """Sum points by place; several at one place share those of the places they take."""
    ballots, lots = Ballots(contest, profile, decided), Lots(contest, decided)
    size, total = len(ballots.part), [Fraction(0)] * len(contest.choices)
    rest = set(ballots.part)
    for weight, levels, _ in ballots.orders:
        worth = [place_worth(contest.rule, decided, at, size, sum(map(len, levels))) for at in range(size)]
        unranked = rest - {c for level in levels for c in level}
        averaged = levels and decided.get("unranked") == "averaged"
        at = 0
        for level in [*levels, unranked] if averaged else levels:
            for c in level:
                total[c] += weight * sum(worth[at : at + len(level)]) / len(level)
            at += len(level)
    sheet = Sheet(total, {})
    if not any(levels and weight for weight, levels, _ in ballots.orders):
        return Opinion("no votes", [sheet], without_inactive=True)
    able = sorted(ballots.part, key=lambda c: (-total[c], c))
    while able and len(sheet.elected) < contest.seats:
        equal = [c for c in able if total[c] == total[able[0]]]
        chosen: int | None = equal[0]
        if len(sheet.elected) + len(equal) > contest.seats:
            chosen = lots.pick(equal, "elected", [])
        if chosen is None:
            return Opinion("tie", [sheet], set(equal), without_inactive=True)
        sheet.elected.append(chosen)
        able.remove(chosen)
    return Opinion("elected", [sheet], without_inactive=True)


def place_worth(rule: str, decided: Decided, at: int, size: int, ranked: int) -> Fraction:
    """Return the points of a place, 0 the first, on a ballot that ranks `ranked` of `size` choices."""
    if rule == "dowdall":
        return Fraction(1, at + 1)
    if decided["unranked"] == "modified":
        return Fraction(ranked - at)
    return Fraction((size if decided["first_place"] == "n" else size - 1) - at)
