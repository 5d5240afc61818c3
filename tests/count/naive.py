"""A second opinion: slow counters, written apart from `faircount.count`, that walk every single ballot every time.

They share no code with the rules, only the nouns, and are allowed to be stupid.
"""

from collections import Counter
from fractions import Fraction

from faircount.model import Contest, Pattern, Profile


def ballots(profile: Profile) -> list[Pattern]:
    """One entry for every single card."""
    return [pattern for pattern, cards in zip(profile.patterns, profile.cards, strict=True) for _ in range(cards)]


def option(contest: Contest, name: str, default: str) -> str:
    for key, value in contest.options:
        if key == name:
            return value
    return default


def marks_of_card(contest: Contest, pattern: Pattern) -> tuple[list[str], int, int, int]:
    """Names voted for, undervotes, overvotes, invalid."""
    n = contest.votes_allowed
    if any(c == "invalid-contest" for c in pattern.conditions):
        return [], 0, 0, n
    flag = says_overvoted(pattern)
    names = []
    for i, choice in enumerate(contest.choices):
        for m in pattern.marks:
            if m.choice != i or m.is_ambiguous or m.is_vote is False:
                continue
            if m.is_vote is None and flag:
                continue
            names.append(choice.name)
            if choice.kind != "write-in":
                break
    if len(names) > n:
        return [], 0, n, 0
    left = n - len(names)
    if not flag:
        return names, left, 0, 0
    if pattern.overvotes and pattern.undervotes is not None and pattern.overvotes + pattern.undervotes == left:
        return names, pattern.undervotes, pattern.overvotes, 0
    return names, 0, left, 0


def says_overvoted(pattern: Pattern) -> bool:
    if pattern.overvotes is not None and pattern.overvotes != 0:
        return True
    if pattern.conditions.count("overvote") > 0:
        return True
    return pattern.overvotes is None and "overvote" in [c for m in pattern.marks for c in m.conditions]


def tally(contest: Contest, profile: Profile) -> tuple[Counter[str], Counter[str]]:
    votes: Counter[str] = Counter()
    residue: Counter[str] = Counter()
    for card in ballots(profile):
        names, under, over, invalid = marks_of_card(contest, card)
        votes.update(names)
        residue.update({"undervote": under, "overvote": over, "invalid": invalid})
    return votes, +residue


def plurality(contest: Contest, profile: Profile) -> tuple[str, set[str], set[str]]:
    """Verdict, elected, tied. A choice is in if fewer than `seats` others are at least as good as it."""
    votes, _ = tally(contest, profile)
    with_votes = [n for n in votes if votes[n] > 0]
    elected = {n for n in with_votes if sum(votes[m] >= votes[n] for m in with_votes) <= contest.seats}
    hopeful = {n for n in with_votes if sum(votes[m] > votes[n] for m in with_votes) < contest.seats}
    tied = hopeful - elected
    return ("tie" if tied else "elected" if elected else "no votes"), elected, tied


def majority(contest: Contest, profile: Profile) -> tuple[str, set[str], set[str], set[str]]:
    """Verdict, elected, advancing, tied."""
    votes, _ = tally(contest, profile)
    with_votes = {n for n in votes if votes[n] > 0}
    if not with_votes:
        return "no votes", set(), set(), set()
    for n in with_votes:
        if Fraction(votes[n], sum(votes.values())) > Fraction(1, 2):
            return "elected", {n}, set(), set()
    sure = {n for n in with_votes if sum(votes[m] >= votes[n] for m in with_votes) <= 2}
    perhaps = {n for n in with_votes if sum(votes[m] > votes[n] for m in with_votes) < 2} - sure
    return ("tie" if perhaps else "runoff"), set(), sure, perhaps


def threshold(contest: Contest, profile: Profile) -> str:
    votes, _ = tally(contest, profile)
    total = sum(votes.values())
    if total == 0:
        return "no votes"
    yes = option(contest, "yes", "first-on-ballot")
    if yes == "first-on-ballot":
        yes = contest.choices[0].name
    p, q = map(int, option(contest, "threshold", "1/2").split("/"))
    base = total if option(contest, "base", "votes") == "votes" else len(ballots(profile))
    difference = votes[yes] * q - p * base
    enough = difference >= 0 if option(contest, "reach", "more-than") == "at-least" else difference > 0
    return "passed" if enough else "not passed"


class RankedCard:
    """A piece of paper that is read again from the top whenever its choice is gone."""

    def __init__(self, contest: Contest, pattern: Pattern) -> None:
        self.contest, self.pattern = contest, pattern
        self.rows: list[set[str]] = [set() for _ in range(contest.ranks)]
        for m in pattern.marks:
            if not m.is_ambiguous:
                self.rows[m.rank - 1].add(contest.choices[m.choice].name)
        self.at = ""
        self.why = ""

    def settle(self, standing: set[str]) -> None:
        if self.why or self.at in standing:
            return
        self.at, self.why = self.look(standing)

    def look(self, standing: set[str]) -> tuple[str, str]:
        if "invalid-contest" in self.pattern.conditions:
            return "", "invalid"
        if not any(self.rows):
            said = {"overvote", "overvoted-ranking"} & set(self.pattern.conditions) or self.pattern.overvotes
            return "", "overvote" if said else "undervote"
        limit = option(self.contest, "skipped", "unlimited")
        empty = 0
        earlier: list[str] = []
        for row in self.rows:
            if not row:
                empty += 1
                continue
            if limit != "unlimited" and empty > int(limit):
                return "", "skipped rank"
            empty = 0
            if option(self.contest, "repeated", "skip") == "exhaust" and any(n in earlier for n in row):
                return "", "repeated choice"
            earlier += row
            if len(row) > 1:
                how = option(self.contest, "overvote", "exhaust")
                alive = row & standing
                if how == "exhaust" or (how == "exhaust-if-multiple-continuing" and len(alive) >= 2):
                    return "", "overvote"
                if how == "skip" or not alive:
                    continue
                return next(iter(alive)), ""
            (name,) = row
            if name in standing:
                return name, ""
        return "", "exhausted"


def instant_runoff(contest: Contest, profile: Profile) -> tuple[str, set[str], list[tuple[Counter[str], Counter[str]]]]:
    """Verdict, elected, and votes and inactive of every round."""
    cards = [RankedCard(contest, p) for p in ballots(profile)]
    names = [c.name for c in contest.choices]
    pool = {c.name for c in contest.choices if c.kind == "write-in"}
    if option(contest, "write_ins", "count") == "count":
        pool = set()
    standing = set(names)
    history: list[tuple[Counter[str], Counter[str]]] = []
    while True:
        for card in cards:
            card.settle(standing)
        votes = Counter(card.at for card in cards if not card.why)
        history.append((votes, Counter(card.why for card in cards if card.why)))
        if any(votes[w] for w in pool):
            standing -= pool
            pool = set()
            continue
        standing -= pool
        pool = set()
        verdict, winner, gone = one_round(contest, names, standing, votes, history)
        if verdict:
            return verdict, {winner} if winner else set(), history
        standing -= gone


def one_round(contest, names, standing, votes, history):  # type: ignore[no-untyped-def]
    active = sum(votes.values())
    until_two = option(contest, "until_two", "no") == "yes"
    if active == 0:
        return "no votes", "", set()
    for n in standing:
        if votes[n] > active - votes[n] and not (until_two and len(standing) > 2):
            return "elected", n, set()
    below = hopeless(contest, standing, votes, 2 if until_two else 1)
    if below:
        return "", "", below
    low = min(votes[n] for n in standing)
    losers = {n for n in standing if votes[n] == low}
    tie = option(contest, "tie", "stop")
    if len(losers) > 1 and tie == "order":
        losers = {sorted(losers, key=names.index)[-1]}
    if len(losers) > 1 and tie == "previous-rounds":
        for earlier, _ in history[-2::-1]:
            losers = {n for n in losers if earlier[n] == min(earlier[m] for m in losers)}
            if len(losers) == 1:
                break
        else:
            losers = {n for n in standing if votes[n] == low}
    if len(losers) > 1 and low > 0:
        return "tie", "", set()
    if len(standing) == 2:
        return "elected", next(iter(standing - losers)), set()
    return "", "", losers


def hopeless(contest: Contest, standing: set[str], votes: Counter[str], remain: int) -> set[str]:
    """Try every cut of the tallies from the top: all below it go if together they cannot reach it."""
    if option(contest, "batch", "yes") == "no" or len(standing) <= 2:
        return set()
    for level in sorted({votes[n] for n in standing}, reverse=True):
        below = {n for n in standing if votes[n] < level}
        if len(below) >= 2 and len(standing) - len(below) >= remain and sum(votes[n] for n in below) < level:
            return below
    return set()
