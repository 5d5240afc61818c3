"""A seeded family of small contests and cards for every counting rule, with papers that differ a little or a lot."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

from faircount.assertion import ASSERTIONS, Claims, generator_for
from faircount.assertion.linear import with_phantoms
from faircount.count import RULES, Rule
from faircount.count.ballots import ballots_of
from faircount.count.rule import CHOICE, FRACTION, NAMES, TEXT, WHOLE_NUMBER
from faircount.model import (
    Assertion,
    BadInputError,
    Ballots,
    CandidateIndex,
    CardCount,
    Choice,
    Contest,
    Mark,
    Pattern,
    Profile,
    Rank,
    Transcript,
    UsageError,
)

NAMED = ("Ada", "Bo", "Cy", "Di", "Ed")
PARTIES = ("Plum", "Plum", "Quince", "Quince", "Rowan")
TIES = {"tie", "tie_order", "tie_record", "tie_seed", "tie_then"}
FIGURES = ("outstanding", "stated_base")
MOST_CARDS = 40
"""The bound on cards of every contest here; papers are filled up to it with blank cards, as phantoms are."""


def ways(rule: Rule) -> Iterator[tuple[tuple[str, str], ...]]:
    """Every value of every option but those about ties, one at a time; all by default first."""
    yield ()
    for option in rule.options:
        samples = {CHOICE: ("Bo",), FRACTION: ("1/2", "1/4", "2/3"), WHOLE_NUMBER: ("2", "20"), TEXT: ("seed",),
                   NAMES: ('["Ada", "Di"]',)}  # fmt: skip
        if option.name in TIES:
            continue
        for value in option.values:
            for word in samples.get(value, (value,)):
                if word != option.default:
                    yield ((option.name, word),)


def contest_of(rule: Rule, chance: random.Random, stated: tuple[tuple[str, str], ...]) -> Contest:
    """A contest of 1 to 5 choices with ties in the order of the ballot; now and then with write-ins or withdrawn."""
    size = chance.choice((1, 2, 3, 3, 4, 4, 5, 5))
    options = dict(stated)
    known = {option.name for option in rule.options}
    options |= {name: "30" for name in FIGURES if name in known and name not in options}
    if "threshold" in known and "threshold_base" in known and "threshold" not in options and chance.random() < 0.6:
        options["threshold"] = "1/5"
    if "tie" in known:
        options["tie"] = "order"
    if options.get("yes", options.get("for")) == "Bo" or "exempt" in options:
        size = max(size, 4)
    kinds = ["regular"] * size
    if chance.random() < 0.25:
        kinds[-1] = chance.choice(("write-in", "withdrawn", "group"))
    names = ("For", "Against", "Abstain", "Broker non-vote", "Withhold") if rule.name == "proposal" else NAMED
    if options.get("for") == "Bo":
        options["for"] = "Against"
    made = zip(names[:size], PARTIES, kinds, strict=False)
    choices = tuple(Choice(name, party, kind) for name, party, kind in made)
    votes = chance.choice((1, 1, 2, 3)) if rule.many_votes else 1
    seats = chance.choice((1, 2, 3)) if rule.many_seats else 1
    ranks = 4 if rule.ballot == "ranks" else 0
    pairs = tuple(sorted(options.items()))
    return Contest("T", choices, seats, votes, ranks, rule.name, pairs, CardCount(MOST_CARDS))


def card_of(rule: Rule, contest: Contest, chance: random.Random, favourite: int) -> Pattern:
    """One card, more often than not for those near `favourite` on the ballot; now and then blank or overvoted."""
    size = len(contest.choices)
    order = sorted(range(size), key=lambda c: (abs(c - favourite) * chance.random(), c))
    if rule.ballot == "scores":
        most = min(int(dict(contest.options).get("most", "5")), 20)
        marks = [
            Mark(CandidateIndex(c), score=chance.choice((0, most // 2, most))) for c in order if chance.random() < 0.8
        ]
    elif rule.name == "cumulative":
        room, marks = contest.votes_allowed, []
        for c in order:
            given = chance.randint(0, room)
            room -= given
            marks += [Mark(CandidateIndex(c), score=given)] if given else []
    elif contest.ranks:
        ranks = sorted(chance.sample(range(1, contest.ranks + 1), chance.randint(1, contest.ranks)))
        if chance.random() < 0.8:
            ranks = list(range(1, len(ranks) + 1))
        marks = [Mark(CandidateIndex(c), Rank(r)) for c, r in zip(order, ranks, strict=False)]
    else:
        marks = [Mark(CandidateIndex(c)) for c in order[: chance.randint(1, contest.votes_allowed)]]
        if chance.random() < 0.05:
            marks = [Mark(CandidateIndex(c)) for c in order]
    if chance.random() < 0.05:
        marks = []
    return Pattern(tuple(sorted(marks, key=Mark.sort_key)))


def profile_of(cards: list[Pattern]) -> Profile:
    return Profile.of({pattern: cards.count(pattern) for pattern in cards})


def cards_of(rule: Rule, contest: Contest, chance: random.Random, number: int) -> list[Pattern]:
    first = chance.randrange(len(contest.choices))
    sure = chance.choice((0.3, 0.6, 0.9))
    return [
        card_of(rule, contest, chance, first if chance.random() < sure else chance.randrange(len(contest.choices)))
        for _ in range(number)
    ]  # fmt: skip


def papers(rule: Rule, contest: Contest, chance: random.Random, reported: list[Pattern]) -> Iterator[list[Pattern]]:
    """What might lie in the boxes: the same, a few cards changed, cards missing, or something else altogether."""
    yield reported
    yield [p for p in reported if chance.random() < 0.8]
    for changed in (1, 3, 8):
        yield reported[changed:] + cards_of(rule, contest, chance, changed)
    yield cards_of(rule, contest, chance, len(reported))
    yield []


def padded(ballots: Ballots) -> Ballots:
    """The ballots with phantoms up to the bound of every contest here."""
    return with_phantoms(ballots, MOST_CARDS)


def is_true(one: Assertion, ballots: Ballots) -> bool:
    """Whether the mean is above ½; of claims about figures over the bound on cards, phantoms added."""
    full = padded(ballots) if one.kind.endswith("figure") else ballots
    return 2 * one.assorter.mean(full, max(full.total_cards, 1)) > 1


@dataclass(frozen=True)
class Case:
    """A reported outcome with its claims."""

    rule: Rule
    contest: Contest
    cards: list[Pattern]
    transcript: Transcript
    ballots: Ballots
    claims: Claims

    def hold_of(self, ballots: Ballots) -> bool:
        """Whether every claim is true of these ballots, phantoms added."""
        return all(map(lambda one: is_true(one, ballots), self.claims.assertions))


def case_of(rule: Rule, seed: int, stated: tuple[tuple[str, str], ...] = ()) -> Case | None:
    """One reported outcome; None where its ballots are no plain rankings."""
    chance = random.Random(f"{rule.name} {seed} {stated}")
    contest = contest_of(rule, chance, stated)
    cards = cards_of(rule, contest, chance, chance.choice((3, 12, 30, 36)))
    try:
        profile = profile_of(cards)
        transcript, ballots = rule.count(contest, profile), ballots_of(rule, contest, profile)
    except (BadInputError, UsageError):
        return None
    generator = generator_for(rule.name)
    if generator is None:
        return None
    return Case(rule, contest, cards, transcript, ballots, generator.claims(contest, transcript, ballots))


def other_ties(contest: Contest) -> Contest:
    """The same contest with its ties decided the other way round."""
    if "tie" not in dict(contest.options):
        return contest
    names = json.dumps([choice.name for choice in contest.choices][::-1])
    options = tuple(sorted({**dict(contest.options), "tie_order": names}.items()))
    return Contest(contest.title, contest.choices, contest.seats, contest.votes_allowed, contest.ranks, contest.rule,
                   options, contest.cards_bound)  # fmt: skip


def outcome(transcript: Transcript) -> tuple[tuple[int, ...], tuple[int, ...], bool]:
    """Who is elected, seat by seat in no order; who goes on; whether a measure passed."""
    return tuple(sorted(transcript.elected)), tuple(sorted(transcript.advancing)), transcript.verdict == "passed"


def every_rule() -> list[str]:
    return [name for name in RULES if any(name in one.rules for one in ASSERTIONS.values())]
