"""Patterns to ballots: what marks say under a contest's law, which is all that an audit needs of a counting rule."""

from fractions import Fraction

from faircount.count.ranked.ballot_options import BALLOT_OPTIONS
from faircount.count.ranked.preferences import walk
from faircount.count.rule import Rule, settings
from faircount.model import Ballot, Ballots, CandidateIndex, CardCount, Contest, Pattern, Profile, UsageError, Weight


def ballot_of(rule: Rule, contest: Contest, pattern: Pattern) -> Ballot:
    """Return the ballot that cards with this pattern are, under `rule` and the contest's named decisions.

    A ranking ends where the law ends it (an overvoted rank, too many empty ones, a repeated choice) and passes over
    withdrawn choices. Raises `UsageError` for a rule whose ballots are no rankings of one choice a rank: who counts at
    an overvoted rank depends on who still stands (`exhaust-if-multiple-continuing`, `split`), or squares above a line
    stand for others.
    """
    votes = rule.read(contest, pattern).votes
    if rule.ballot != "ranks":
        return Ballot(votes)
    decided = settings(rule.name, rule.options, contest)
    if not {option.name for option in BALLOT_OPTIONS} <= decided.keys():
        raise UsageError(f"rule {rule.name} reads its ballots in a way of its own; no ranking can be told from them")
    gone = {CandidateIndex(at) for at, choice in enumerate(contest.choices) if choice.kind == "withdrawn"}
    ranking: list[CandidateIndex] = []
    for step in walk(contest, pattern, decided)[0]:
        if isinstance(step, tuple):
            raise UsageError(
                f"contest {contest.title!r}: under overvote={decided['overvote']} a rank with several choices counts "
                "for whoever still stands, so the ballot is no ranking"
            )
        if step not in gone:
            ranking.append(step)
    return Ballot(votes if rule.places_are_points else (), tuple(ranking))


def ballots_of(rule: Rule, contest: Contest, profile: Profile) -> Ballots:
    """Return the distinct ballots of a profile with their cards and weights, sorted by ranking and votes."""
    cards: dict[Ballot, int] = {}
    weights: dict[Ballot, Weight] = {}
    for pattern, n, weight in zip(profile.patterns, profile.cards, profile.weights, strict=True):
        ballot = ballot_of(rule, contest, pattern)
        cards[ballot] = cards.get(ballot, 0) + n
        weights[ballot] = weights.get(ballot, 0) + weight
    order = sorted(cards, key=lambda b: (b.ranking, tuple((c, Fraction(v)) for c, v in b.votes)))
    return Ballots(
        tuple(order), tuple(CardCount(cards[b]) for b in order), tuple(weights[b] for b in order)
    )  # fmt: skip
