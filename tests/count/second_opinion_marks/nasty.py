"""Random elections on marks, points and shares: few cards, many ties, and whatever a reader may emit."""

import json
import random
from fractions import Fraction

from faircount.count import RULES, Option
from faircount.count.rule import CHOICE, FRACTION, NAMES, TEXT, WHOLE_NUMBER
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Weight

NAMES_OF_CHOICES = ("Ada", "bo", "Çem", 'Dee "D"', "é\\", "\U0001f600", "Ｚoë", "1 Year")
STANDING = ("regular",) * 6 + ("write-in", "qualified-write-in", "no-preference", "abstain", "withhold")
KINDS = (*STANDING, "withdrawn")
ASIDE = ("write-in", "condition-77", "overvoted-ranking")
SPOILT = ("invalid-contest", "overvote", *ASIDE)


def choices(chance: random.Random, kinds: tuple[str, ...] = KINDS) -> tuple[Choice, ...]:
    names = chance.sample(NAMES_OF_CHOICES, chance.randint(1, 5))
    return tuple(Choice(name, kind=chance.choice(kinds)) for name in names)


def options(chance: random.Random, rule: str, offered: tuple[Choice, ...], **only: list[str]) -> list[tuple[str, str]]:
    """Return random decisions; `only` limits some of them to these words."""
    found = []
    for option in RULES[rule].options:
        if chance.random() < 0.6:
            found.append((option.name, chance.choice(only.get(option.name) or words(chance, option, offered))))
    return sorted(found)


def words(chance: random.Random, option: Option, offered: tuple[Choice, ...]) -> list[str]:
    names = [choice.name for choice in offered]
    found = [value for value in option.values if not value.startswith("<") and value != "rctab-random"]
    if CHOICE in option.values:
        found += names
    if FRACTION in option.values:
        found += ["1/2", "1/3", "2/3", "1/1", "1/9", "3/20"]
    if WHOLE_NUMBER in option.values:
        found += ["0", "1", "2", "3", "4", "6", "12"]
    if TEXT in option.values:
        found += ["7", 'søt "\\', "a\tb", "none at all"]
    if NAMES in option.values and option.name == "tie_order":
        found += [json.dumps(chance.sample(names, len(names)))] * 3
    elif NAMES in option.values:
        found += [json.dumps(chance.choices(names, k=chance.randint(0, 4))) for _ in range(3)]
    return found


def mark(chance: random.Random, size: int, orderly: bool, scores: list[int | None]) -> Mark:
    choice, score = CandidateIndex(chance.randrange(size)), chance.choice(scores)
    if orderly:
        return Mark(choice, score=score, is_vote=chance.choice([None, True]))
    conditions = (chance.choice((*ASIDE, "overvote")),) if chance.random() < 0.1 else ()
    said = chance.choice([None, True, True, False])
    return Mark(choice, score=score, is_vote=said, is_ambiguous=chance.random() < 0.1, conditions=conditions)


def card(chance: random.Random, contest: Contest, scores: list[int | None]) -> Pattern:
    """One way of voting: orderly half of the time, and whatever the other half."""
    orderly, size, allowed = chance.random() < 0.5, len(contest.choices), contest.votes_allowed
    number = chance.randint(0, allowed) if orderly else chance.choice([0, 1, 2, 3, 5])
    found = {one.sort_key(): one for one in (mark(chance, size, orderly, scores) for _ in range(number))}
    marks = tuple(found[key] for key in sorted(found))
    if orderly:
        return Pattern(marks)
    stated = [None, None, 0, *range(allowed + 2)]
    conditions = tuple(sorted(word for word in SPOILT if chance.random() < 0.06))
    return Pattern(marks, chance.choice(stated), chance.choice([0, *stated]), conditions)


def cards(chance: random.Random, contest: Contest, scores: tuple[int | None, ...] = (None,)) -> Profile:
    """A few cards, none now and then, sometimes weighed as shares are: whole, in parts, or as nothing."""
    counts: dict[Pattern, int] = {}
    if chance.random() < 0.4:
        alike, score = chance.randint(1, 3), chance.choice(scores)
        for choice in chance.sample(range(len(contest.choices)), chance.randint(1, len(contest.choices))):
            counts[Pattern((Mark(CandidateIndex(choice), score=score),))] = alike
    for _ in range(chance.choice([0, 0, 1, 2, 3, 5, 8, 16])):
        one = card(chance, contest, list(scores))
        counts[one] = counts.get(one, 0) + chance.choice([1, 1, 1, 2, 3])
    if chance.random() < 0.7:
        return Profile.of(counts)
    weights: dict[Pattern, Weight] = {}
    for one, number in counts.items():
        part = Fraction(chance.randint(0, 6), chance.choice([1, 1, 2, 3]))
        weights[one] = chance.choice([number, number, 2 * number, part if part.denominator > 1 else int(part)])
    return Profile.of(counts, weights)


TITLE = 'Tésť "1"'


def marked(chance: random.Random, rule: str, **only: list[str]) -> tuple[Contest, Profile]:
    """A contest of marks: of several seats and votes where the rule knows them."""
    offered, known = choices(chance, STANDING), RULES[rule]
    seats = chance.randint(1, 4) if known.many_seats else 1
    allowed = chance.randint(1, 3) if known.many_votes else 1
    decided = tuple(options(chance, rule, offered, **only))
    contest = Contest(TITLE, offered, seats, allowed, rule=rule, options=decided)
    scores = (None, None, None, None, None, None, 1) if chance.random() < 0.03 else (None,)
    return contest, cards(chance, contest, scores)


def scored(chance: random.Random, rule: str, **only: list[str]) -> tuple[Contest, Profile]:
    """A contest of points; now and then a card gives more than is allowed, and must be refused."""
    offered = choices(chance)
    seats = chance.randint(1, 4) if RULES[rule].many_seats else 1
    decided = options(chance, rule, offered, **({"most": ["1", "2", "3", "5"]} | only))
    contest = Contest(TITLE, offered, seats, rule=rule, options=tuple(decided))
    if chance.random() < 0.02:
        return contest, cards(chance, contest, (0, 6))
    most = int(contest.option("most", "5"))
    return contest, cards(chance, contest, (None, *range(most + 1)))


def cumulated(chance: random.Random, rule: str, **only: list[str]) -> tuple[Contest, Profile]:
    """A contest of several votes, of which one choice may get several."""
    offered = choices(chance, STANDING)
    decided = tuple(options(chance, rule, offered, **only))
    contest = Contest(TITLE, offered, chance.randint(1, 4), chance.randint(1, 5), rule=rule, options=decided)
    return contest, cards(chance, contest, chance.choice([(None,), (None, 0, 1, 1, 2, 3)]))


BALLOTS_OF_MEETINGS = (("For", "Against"), ("For", "Against", "Abstain"), ("Abstain", "no", "YES"), ("Withhold", "For"),
                       ("For", "Against", "Abstain", "Broker non-vote"), ("For", "Against", "Revoked"))  # fmt: skip


def meeting(chance: random.Random, rule: str, **only: list[str]) -> tuple[Contest, Profile]:
    """A proposal to shareholders, with broker non-votes."""
    kinds = {
        "Abstain": ("regular", "abstain"),
        "Withhold": ("regular", "withhold"),
        "Broker non-vote": ("broker-non-vote",),
    }
    names = chance.choice(BALLOTS_OF_MEETINGS)
    offered = tuple(Choice(name, kind=chance.choice(kinds.get(name, ("regular",)))) for name in names)
    few = {f"interested_{side}": ["0", "0", "0", "1"] for side in ("for", "against", "abstain")}
    few["for"] = ["named-for", *(name for name in names if name not in ("Abstain", "Broker non-vote"))]
    decided = tuple(options(chance, rule, offered, **(few | only)))
    contest = Contest(TITLE, offered, rule=rule, options=decided)
    profile = cards(chance, contest)
    if any(isinstance(weight, Fraction) for weight in profile.weights):
        whole = tuple(one for one in decided if not one[0].startswith("interested"))
        contest = Contest(TITLE, offered, rule=rule, options=whole)
    if chance.random() < 0.5:
        return contest, profile
    brokers = Pattern((), conditions=("broker-non-vote",))
    counts = dict(zip(profile.patterns, profile.cards, strict=True))
    weights = dict(zip(profile.patterns, profile.weights, strict=True))
    return contest, Profile.of({**counts, brokers: 1}, {**weights, brokers: chance.randint(1, 4)})


def lists(chance: random.Random, rule: str, **only: list[str]) -> tuple[Contest, Profile]:
    """Lists, or candidates of lists with and without a choice for the list as a whole."""
    names, large = chance.sample(NAMES_OF_CHOICES, chance.randint(1, 8)), chance.random() < 0.5
    kinds = ("regular",) * 4 + ("group",) if large else (*KINDS, "group", "group", "abstain")
    parties = ("Blue Moon", "Rote") if large else ("", "Blue Moon", "Rote", "Ñandú")
    offered = tuple(Choice(name, chance.choice(parties), chance.choice(kinds)) for name in names)
    decided = options(chance, rule, offered, **({"choices": ["lists", "auto", "candidates", "candidates"]} | only))
    if ("nobody_reaches", "half-of-first") in decided:
        decided = [one for one in decided if one != ("threshold_reach", "more-than")]
    if large:
        decided = [one for one in decided if not one[0].startswith(("threshold", "persons", "choices"))]
        persons = chance.choice(["personal-votes", "personal-threshold", "devolution", "devolution"])
        decided = sorted([*decided, ("choices", chance.choice(["lists", "candidates", "auto"])), ("persons", persons)])
    seats, allowed = chance.randint(1, 12 if large else 6), chance.choice([1, 1, 2])
    contest = Contest(TITLE, offered, seats, allowed, rule=rule, options=tuple(decided))
    if not large:
        return contest, cards(chance, contest)
    most = chance.choice([9, 40, 999])
    held = {Pattern((Mark(CandidateIndex(at)),)): chance.randint(1, most) for at in range(len(offered))}
    return contest, Profile.of(dict.fromkeys(held, 1), dict(held))
