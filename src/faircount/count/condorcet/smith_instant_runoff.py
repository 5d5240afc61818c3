"""Instant runoff among the Smith set, in the four ways in which the literature joins the two."""

from dataclasses import replace

from faircount.count.condorcet.deciding import Pairs, who_beats_all
from faircount.count.condorcet.orders import ORDER_OPTIONS, Orders, first_reading, order_settings, running
from faircount.count.condorcet.pairs import (
    UNRANKED,
    closest_pair,
    condorcet_winner,
    pairwise,
    pairwise_exhibit,
    smith_exhibit,
    smith_set,
)
from faircount.count.ranked.exclusion import Decision, Now, count_rounds, follow_rounds, lowest
from faircount.count.ranked.instant_runoff import elect_by_majority
from faircount.count.rule import Option, Reading, Rule
from faircount.count.ties import ROUNDS_TIES, Ties
from faircount.model import Contest, Pattern, Profile, Round, Transcript

SMITH = Option(
    "smith",
    ("once", "each-round", "woodall", "benham"),
    "once",
    "How the Smith set and exclusion from below are joined. once: all outside the Smith set are excluded in round 1, "
    "then the lowest each round, until one has a majority (Smith with instant runoff). each-round: all outside the "
    "Smith set of those still standing are excluded before each exclusion of the lowest (Tideman's alternative). "
    "woodall: the lowest each round, until one of the Smith set is left. benham: the lowest each round, until one "
    "beats all others still standing.",
)
OPTIONS = (*ORDER_OPTIONS, UNRANKED, SMITH, *ROUNDS_TIES)
_FOR_MAJORITY = {"until_two": "no", "threshold": "each-round", "minimum": "0"}


def count(contest: Contest, profile: Profile) -> Transcript:
    """Exclude until one is left, with whole ballots moving on as in instant runoff; pairwise votes say who may win.

    Source: Green-Armytage 2011, Four Condorcet-Hare hybrid methods for single-winner elections, Voting matters 29.
    """
    decided = order_settings(RULE, contest)
    orders, among = Orders.of(contest, profile, decided), running(contest, decided)
    pairs = Pairs(contest, decided, among, pairwise(orders, among, decided["unranked"]), Ties(contest, decided))

    def decide(now: Now) -> Decision:
        return _decide(pairs, now)

    absent = tuple({*range(len(contest.choices))} - {*among})
    inner = {**decided, "write_ins": "count"}
    rounds, verdict = count_rounds(contest, orders.dealt, absent, inner, pairs.ties, decide, lambda _: None)
    if verdict != "no votes":
        note = " ".join(filter(None, (who_beats_all(pairs), rounds[0].note)))
        rounds = (replace(rounds[0], note=note), *rounds[1:])
    return Transcript(
        rule=RULE.name,
        total=profile.total_weight,
        rounds=rounds,
        verdict=verdict,
        decisions=tuple(decided.items()),
        threshold="a place in the Smith set, and more votes than others in it by exclusion of the lowest",
        exhibits=(pairwise_exhibit(contest, pairs.matrix), smith_exhibit(contest, pairs.matrix, among)),
    )


def _decide(pairs: Pairs, now: Now) -> Decision:
    if not now.active:
        return Decision("no votes")
    how, matrix, last = pairs.decided["smith"], pairs.matrix, len(now.standing) == 2
    if how == "benham":
        winner = condorcet_winner(matrix, now.standing)
        if winner is not None:
            return Decision("elected", elected=(winner,))
    elif how == "woodall":
        left = tuple(c for c in smith_set(matrix, pairs.among) if c in now.standing)
        if len(left) == 1:
            return Decision("elected", elected=left)
    elif how == "each-round" or not now.rounds:
        top = smith_set(matrix, now.standing)
        if len(top) == 1:
            return Decision("elected", elected=top)
        if len(top) < len(now.standing):
            below = tuple(c for c in now.standing if c not in top)
            return Decision(excluded=below, note="All outside the Smith set are excluded.")
    # With three left or more a majority ends only plain instant runoff.
    found = elect_by_majority(now, _FOR_MAJORITY) if how == "once" or last else None
    return found or lowest(now, len(now.standing) - 1 if _together_is_safe(pairs, now) else 0)


def _together_is_safe(pairs: Pairs, now: Now) -> bool:
    """Say whether all without any vote may go out at once where nothing breaks their tie.

    No vote moves, but who is left is asked again after each exclusion, unless smith=once; and whoever is outside the
    Smith set beats nobody inside, so it changes no answer.
    """
    if pairs.decided["smith"] == "once":
        return True
    among = pairs.among if pairs.decided["smith"] == "woodall" else now.standing
    return not set(now.together(0)) & set(smith_set(pairs.matrix, among))


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: its first preference."""
    return first_reading(contest, pattern, order_settings(RULE, contest))


def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Count a part of the ballots under the exclusions of the whole; parts sum to it in every round."""
    return follow_rounds(Orders.of(contest, profile, order_settings(RULE, contest)).dealt, whole.rounds)


RULE = Rule(
    name="smith-instant-runoff",
    law=(
        "No statute, default where no other rule is enacted. Smith 1973, Aggregation of preferences with variable "
        "electorate, Econometrica 41: 1027–1041; Green-Armytage 2011, Four Condorcet-Hare hybrid methods for "
        "single-winner elections, Voting matters 29: 1–14"
    ),
    count=count,
    read=read,
    margin=closest_pair,
    options=OPTIONS,
    ballot="ranks",
    many_seats=False,
    follow=follow,
)
