"""Each claim's words, read and checked card by card another way, against the mean of its assorter."""

import itertools
import random
import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from assertion.family import MOST_CARDS, Case, case_of, every_rule, is_true, padded, papers, profile_of, ways

from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.count.lists.divisors import DIVISORS
from faircount.model import Assertion, Ballot, Ballots, CandidateIndex, VoteCount

Cards = list[Ballot]
NAME = r"([A-Z][a-z]+(?: non-vote)?)"


class Words:
    """Reads claims of one case over single cards."""

    def __init__(self, case: Case, cards: Cards) -> None:
        self.case, self.cards = case, cards
        self.contest = case.contest
        self.decided = dict(case.transcript.decisions)

    def choice(self, name: str) -> CandidateIndex:
        return CandidateIndex([choice.name for choice in self.contest.choices].index(name))

    def votes(self, name: str) -> VoteCount:
        """Votes of a choice, or of a list by the name of its party."""
        members = {c for c, one in enumerate(self.contest.choices) if one.name == name}
        if self.decided.get("choices") == "candidates" and not members:
            members = {
                c for c, one in enumerate(self.contest.choices)
                if one.party == name and one.kind not in ("write-in", "withdrawn")
            }  # fmt: skip
        shares = [Fraction(self.contest.votes_allowed, max(len(b.votes), 1)) for b in self.cards]
        even = self.decided.get("split") == "evenly"
        return sum(
            share if even else n
            for b, share in zip(self.cards, shares, strict=True)
            for c, n in b.votes
            if c in members
        )

    def all_votes(self) -> VoteCount:
        return sum(n for b in self.cards for _, n in b.votes)

    def firsts(self, *names: str) -> int:
        return sum(1 for b in self.cards if b.ranking and (not names or b.ranking[0] == self.choice(names[0])))

    def prefer(self, one: str, other: str) -> int:
        first, second, found = self.choice(one), self.choice(other), 0
        for ballot in self.cards:
            ranked = list(ballot.ranking)
            both = first in ranked and second in ranked
            if both and ranked.index(first) < ranked.index(second):
                found += 1
            if first in ranked and second not in ranked and self.decided["unranked"] == "below":
                found += 1
        return found

    def score_higher(self, one: str, other: str) -> int:
        first, second = self.choice(one), self.choice(other)
        return sum(1 for b in self.cards if b.given(first) > b.given(second))

    def agrees(self, order: str) -> int:
        return sum(self.prefer(a, b) for a, b in itertools.combinations(order.split(" → "), 2))


def beats(w: Words, one: str, other: str) -> bool:
    return w.votes(one) > w.votes(other)


def any_at_all(w: Words, name: str, unit: str) -> bool:
    del unit
    return w.votes(name) > 0


def ranks(w: Words, name: str) -> bool:
    if name == "somebody":
        gone = {"withdrawn", "write-in"} if w.decided.get("write_ins") == "cannot-win" else {"withdrawn"}
        return any(w.contest.choices[c].kind not in gone for b in w.cards for c in b.ranking)
    return any(w.choice(name) in b.ranking for b in w.cards)


def part(w: Words, name: str, compare: str, share: str, of: str) -> bool:
    """Of a base of blank votes that no card shows, the claim is harder than its words: see `weaker`."""
    whole = w.contest.votes_allowed * len(w.cards)
    above = compare == "more"
    named = [c.name for c in w.contest.choices]
    cast = [n for n in named if n not in ("Abstain", "Broker non-vote")]
    bases: dict[str, VoteCount] = {
        "valid votes": w.all_votes(), "first preferences": w.firsts(), "cards": len(w.cards),
        "valid and blank votes": whole if above else w.all_votes(), "votes that ballots allow": whole,
        "votes cast": sum(w.votes(n) for n in cast),
        "votes present": len(w.cards) - w.votes("Broker non-vote") if above
                         else sum(w.votes(n) for n in named if n != "Broker non-vote"),
        "votes represented": len(w.cards) if above else w.all_votes(),
    }  # fmt: skip
    base = next(base for words, base in bases.items() if of.startswith(words))
    had = w.firsts(name) if of.startswith("first") else w.votes(name)
    needed = (Fraction(1, 2) if share == "half" else Fraction(share)) * base
    return had > needed if above else had < needed


def figure(w: Words, name: str, compare: str, share: str, base: str) -> bool:
    needed = Fraction(share) * int(base.replace(",", ""))
    return w.votes(name) > needed if compare == "more" else w.votes(name) < needed


def number(w: Words, name: str, compare: str, votes: str) -> bool:
    return w.votes(name) > Fraction(votes) if compare == "more" else w.votes(name) < Fraction(votes)


def stronger(w: Words, a: str, b: str, c: str, d: str) -> bool:
    return w.prefer(a, b) > w.prefer(c, d)


def greater_lead(w: Words, a: str, b: str, c: str, d: str) -> bool:
    return w.prefer(a, b) - w.prefer(b, a) > w.prefer(c, d) - w.prefer(d, c)


def seat(w: Words, won: str, one: str, lost: str, other: str) -> bool:
    rule = DIVISORS[w.decided["divisor"]]
    if not rule.term(int(lost) - 1):
        return w.votes(one) > w.votes(other)
    ahead, behind = rule.quotient(w.votes(one), int(won) - 1), rule.quotient(w.votes(other), int(lost) - 1)
    assert ahead is not None and behind is not None
    return ahead > behind


def shares(w: Words, one: str, other: str, apart: str) -> bool:
    """Shares are of the lists that take part, as reported."""
    told = next((e.rows for e in w.case.transcript.exhibits if e.title == "Threshold"), ())
    lists = next(e.rows for e in w.case.transcript.exhibits if e.title == "Seats")
    out = {row[0] for row in told if row[3] == "no"}
    total = sum(w.votes(str(row[0])) for row in lists if row[0] not in out)
    return w.votes(one) - w.votes(other) > Fraction(apart) * total


def above(w: Words, one: str, other: str, bounds: str | None) -> bool:
    """First preferences against what the other can ever be worth."""
    values = {w.choice(n): Fraction(t) for n, t in re.findall(r"([A-Z][a-z]+) below ([0-9/]+)", bounds or "")}
    most = Fraction(0)
    first, second = w.choice(one), w.choice(other)
    for ballot in w.cards:
        ranked = list(ballot.ranking)
        if second in ranked and first not in ranked[: ranked.index(second)]:
            most += values.get(ranked[0], Fraction(1))
    return w.firsts(one) > most


READ: list[tuple[str, Callable[..., bool]]] = [
    (f"{NAME} beats {NAME}", beats),
    (f"{NAME} got at least one (vote|point)", any_at_all),
    (f"at least one card ranks {NAME}", ranks),
    ("at least one card ranks (somebody)", ranks),
    (rf"{NAME} has (more|less) than (half|[0-9/]+) of the ([a-z ]+)(?: \(.*\))?", part),
    (rf"{NAME} has (more|less) than ([0-9/]+) of (valid votes|cards|votes \w+)", part),
    (rf"{NAME} has (more|less) than ([0-9/]+) of ([0-9,]+) .*", figure),
    (rf"{NAME} has (more|less) than ([0-9/]+) votes", number),
    (f"more voters score {NAME} above {NAME}", lambda w, a, b: w.score_higher(a, b) > w.score_higher(b, a)),
    (f"more voters prefer {NAME} to {NAME}", lambda w, a, b: w.prefer(a, b) > w.prefer(b, a)),
    (f"more voters prefer {NAME} to {NAME} than {NAME} to {NAME}", stronger),
    (f"the lead of {NAME} over {NAME} is more than that of {NAME} over {NAME}", greater_lead),
    ("(.*) agrees with more preferences than (.*)", lambda w, a, b: w.agrees(a) > w.agrees(b)),
    (f"seat ([0-9]+) of {NAME} comes before seat ([0-9]+) of {NAME}", seat),
    (f"the share of {NAME} less that of {NAME} is more than (.*)", shares),
    (f"{NAME} has more first preferences than {NAME}", lambda w, a, b: w.firsts(a) > w.firsts(b)),
    (f"{NAME} is always above {NAME}(, with .*)?", above),
]


def truth(words: Words, claim: str) -> bool | None:
    """Whether the words are true of the cards; None for the claims of instant runoff, which have their own test."""
    for shape, check in READ:
        match = re.fullmatch(shape, claim)
        if match:
            return check(words, *match.groups())
    assert re.search("is not excluded before|has more votes than .* when only", claim), claim
    return None


def irrational(case: Case, one: Assertion) -> bool:
    """Whether the claim is a little harder than its words, as its divisors are roots."""
    return one.kind == "highest-averages" and DIVISORS[dict(case.transcript.decisions)["divisor"]].power > 1


def test_the_mean_is_above_one_half_if_and_only_if_the_words_are_true() -> None:
    """Of the reported cards and of papers of all kinds, for every rule and every value of its options."""
    seen: dict[str, Counter[bool]] = {}
    for name in every_rule():
        for stated in ways(RULES[name]):
            for seed in range(3):
                case = case_of(RULES[name], seed, stated)
                for one, words, ballots in [] if case is None else every_pair(case, seed):
                    said, found = truth(words, one.claim), is_true(one, ballots)
                    if said is None:
                        continue
                    assert said == found or (said and irrational(words.case, one)), (one.claim, words.case, found)
                    seen.setdefault(one.kind, Counter())[found] += 1
    kinds = {"plurality", "above-part", "below-part", "above-figure", "below-figure", "scored-higher", "preferred",
             "highest-averages", "largest-remainder", "first-preferences", "always-above", "points"}  # fmt: skip
    assert kinds <= seen.keys()
    assert all(seen[kind][True] and seen[kind][False] for kind in kinds)


def every_pair(case: Case, seed: int) -> list[tuple[Assertion, Words, Ballots]]:
    found = []
    for cards in papers(case.rule, case.contest, random.Random(seed), case.cards):
        ballots = ballots_of(case.rule, case.contest, profile_of(cards))
        if not ballots.total_cards:
            continue
        single = [b for b, n in zip(ballots.ballots, ballots.cards, strict=True) for _ in range(n)]
        found += [(one, Words(case, single), ballots) for one in case.claims.assertions]
    return found


def test_phantoms_count_for_nobody() -> None:
    """They fill up to the bound and change no vote."""
    case = case_of(RULES["threshold"], 1, (("base", "stated"),))
    assert case is not None
    assert padded(case.ballots).total_cards == MOST_CARDS
