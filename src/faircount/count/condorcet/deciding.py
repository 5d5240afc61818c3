"""One round of first preferences, decided by the pairwise votes: what the rules that need only these have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from faircount.count.condorcet.orders import (
    ORDER_OPTIONS,
    Choices,
    Orders,
    first_reading,
    order_settings,
    running,
)
from faircount.count.condorcet.pairs import (
    UNRANKED,
    Matrix,
    closest_pair,
    condorcet_winner,
    pairwise,
    pairwise_exhibit,
    smith_exhibit,
    smith_set,
)
from faircount.count.rule import Option, Reading, Rule
from faircount.count.ties import MARKS_TIES, Ties
from faircount.model import Contest, Exhibit, Pattern, Profile, Round, Tie, Transcript


@dataclass(frozen=True, slots=True)
class Pairs:
    """What a rule judges by."""

    contest: Contest
    decided: Mapping[str, str]
    among: Choices
    """The choices that take part, in the order of the ballot."""
    matrix: Matrix
    ties: Ties

    def names(self, choices: Choices) -> str:
        """Return names for a sentence."""
        return ", ".join(self.contest.name_of(c) for c in choices)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whom a rule puts first: several are tied. None are where a tie on the way there stopped it."""

    best: Choices
    exhibits: tuple[Exhibit, ...] = ()
    ties: tuple[Tie, ...] = ()
    note: str = ""


Judge = Callable[[Pairs], Judgement]


def rule_of_pairs(name: str, law: str, judge: Judge, options: tuple[Option, ...], threshold: str) -> Rule:
    """Make the rule that elects whom `judge` puts first, for one seat; `threshold` says what elects, in words."""
    every = (*ORDER_OPTIONS, UNRANKED, *options, *MARKS_TIES)

    def count(contest: Contest, profile: Profile) -> Transcript:
        """Compare all choices two at a time and elect whom the rule puts first; the round shows first preferences."""
        decided = order_settings(rule, contest)
        return _count(name, threshold, judge, contest, profile, decided)

    def read(contest: Contest, pattern: Pattern) -> Reading:
        """Read one pattern: its first preference. What it says of every pair counts, not only this."""
        return first_reading(contest, pattern, order_settings(rule, contest))

    def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
        """Count the first preferences of a part of the ballots; who is elected is decided by the whole."""
        orders, one = Orders.of(contest, profile, order_settings(rule, contest)), whole.rounds[0]
        inactive = orders.dealt.inactive_now()
        return (Round(orders.first_preferences(), inactive, one.elected, ties=one.ties, note=one.note),)

    rule = Rule(
        name=name,
        law=law,
        count=count,
        read=read,
        margin=closest_pair,
        options=every,
        ballot="ranks",
        many_seats=False,
        follow=follow,
    )
    return rule


def _count(
    name: str, threshold: str, judge: Judge, contest: Contest, profile: Profile, decided: Mapping[str, str]
) -> Transcript:  # fmt: skip
    orders, among = Orders.of(contest, profile, decided), running(contest, decided)
    votes, inactive = orders.first_preferences(), orders.dealt.inactive_now()
    pairs = Pairs(contest, decided, among, pairwise(orders, among, decided["unranked"]), Ties(contest, decided))
    exhibits: tuple[Exhibit, ...] = (
        pairwise_exhibit(contest, pairs.matrix),
        smith_exhibit(contest, pairs.matrix, among),
    )
    elected: Choices = ()
    verdict, note = "no votes", ""
    met: tuple[Tie, ...] = ()
    if sum(votes):
        judged = judge(pairs)
        elected, met, exhibits = judged.best, judged.ties, (*exhibits, *judged.exhibits)
        note = " ".join(filter(None, (who_beats_all(pairs), judged.note)))
        if len(elected) > 1:
            tie = pairs.ties.pick(elected, "elected")
            elected, met = (() if tie.chosen is None else (tie.chosen,)), (*met, tie)
        verdict = "elected" if elected else "tie"
    return Transcript(
        rule=name,
        total=profile.total_weight,
        rounds=(Round(votes, inactive, elected, ties=met, note=note),),
        verdict=verdict,
        decisions=tuple(decided.items()),
        threshold=threshold,
        exhibits=exhibits,
    )


def who_beats_all(pairs: Pairs) -> str:
    """Say whether there is a Condorcet winner, as a sentence; empty where there is only one choice."""
    if len(pairs.among) < 2:
        return ""
    winner = condorcet_winner(pairs.matrix, pairs.among)
    if winner is not None:
        name = pairs.contest.name_of(winner)
        return f"{name} is the Condorcet winner: against each of the others, more ballots prefer {name}."
    top = smith_set(pairs.matrix, pairs.among)
    return f"There is no Condorcet winner: nobody beats every other. Smith set: {pairs.names(top)}."
