"""Random elections for second opinions: few ballots, many ties, and whatever a reader may emit."""

import json
import random
from collections.abc import Mapping

from count import random_elections

from faircount.count import RULES, Option
from faircount.count.rule import CHOICE, FRACTION, NAMES, TEXT, WHOLE_NUMBER
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank, Weight

EARLIER = ("previous-rounds", "previous-rounds-all-differ", "first-rounds")
KINDS = ("regular",) * 6 + ("write-in", "qualified-write-in", "withdrawn")
NAMES_OF_CHOICES = ("Ada", "bo", "Çem", "Dee-Dee", "é", "\U0001f600", "Ｚoë")


def choices(chance: random.Random, most: int) -> tuple[Choice, ...]:
    """Return 1 to `most` choices of any kind."""
    names = chance.sample(NAMES_OF_CHOICES, chance.randint(1, most))
    return tuple(Choice(name, kind=chance.choice(KINDS)) for name in names)


def options(
    chance: random.Random, rule: str, offered: tuple[Choice, ...], fixed: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, str], ...]:
    """Return random values for the options of a rule; `fixed` limits some of them to these words."""
    found = []
    for option in RULES[rule].options:
        values = fixed.get(option.name) or tuple(words(chance, option, [choice.name for choice in offered]))
        if chance.random() < 0.6 or option.name in fixed:
            found.append((option.name, chance.choice(values)))
    return tuple(sorted(found))


def words(chance: random.Random, option: Option, names: list[str]) -> list[str]:
    """Return a few values that the option takes."""
    found = []
    for value in option.values:
        if value == WHOLE_NUMBER:
            found += [str(chance.randint(0, 3))] * 2
        elif value == FRACTION:
            found += ["1/100", "1/4", "1/3", "1/2", "1/1"]
        elif value == CHOICE:
            found += names
        elif value == TEXT:
            found += ["7", "123456789", "0"]
        elif value == NAMES and option.name == "tie_order":
            found += [json.dumps(chance.sample(names, len(names)))] * 2
        elif value == NAMES:
            found += [json.dumps(chance.choices(names, k=chance.randint(0, 4)))] * 3
        else:
            found += [value] * (2 if value in EARLIER else 1)
    return found


def ranked(
    chance: random.Random, rule: str, fixed: Mapping[str, tuple[str, ...]], seats: int = 1, most: int = 5
) -> tuple[Contest, Profile]:
    """A ranked contest of a rule under random decisions, and its cards."""
    offered, ranks = choices(chance, most), chance.choice([1, 2, 3, 4, 5, 5, 5, 5])
    decided = options(chance, rule, offered, fixed)
    contest = Contest("tésť", offered, chance.randint(1, seats), ranks=ranks, rule=rule, options=decided)
    if chance.random() < 0.6:
        default = next((option.default for option in RULES[rule].options if option.name == "overvote"), "exhaust")
        names_needed = contest.option("overvote", default) not in ("exhaust", "skip")
        profile = orderly(chance, len(offered), ranks, 0 if names_needed else 0.05)
    else:
        profile = random_elections.profile(chance, len(offered), ranks, 1)
    return contest, weighted(chance, profile) if not RULES[rule].rounds_off else profile


def orderly(chance: random.Random, size: int, ranks: int, nameless_part: float) -> Profile:
    """Ballots of people who know what they do, and a few who do not."""
    counts: dict[Pattern, int] = {}
    circle = chance.random() < 0.4
    for _ in range(chance.choice([1, 2, 3, 5, 8, 13])):
        order = chance.sample(range(size), chance.randint(1, size))[:ranks]
        if circle:
            # Majorities in a circle, and tallies that stay close from round to round.
            start = chance.randrange(size)
            order = [c % size for c in range(start, start + size)][:ranks]
        marks = {(rank, choice) for rank, choice in enumerate(order, 1)}
        if chance.random() < 0.15:
            marks.add((chance.randint(1, ranks), chance.randrange(size)))
        named = tuple(Mark(CandidateIndex(c), Rank(r)) for r, c in sorted(marks))
        nameless = (Rank(chance.randint(1, ranks)),) if chance.random() < nameless_part else ()
        one = Pattern(named, overvoted_ranks=nameless)
        counts[one] = counts.get(one, 0) + chance.choice([1, 1, 2, 3, 5])
    return Profile.of(counts)


def weighted(chance: random.Random, profile: Profile) -> Profile:
    """Now and then give cards weights: all the same, or any, none among them."""
    how = chance.random()
    cards = dict(zip(profile.patterns, profile.cards, strict=True))
    if how < 0.8:
        return profile
    same = chance.randint(2, 5)
    weights: dict[Pattern, Weight] = {p: n * same if how < 0.9 else chance.randint(0, 4) for p, n in cards.items()}
    return Profile.of(dict(cards), weights)


def marked(chance: random.Random, rule: str, fixed: Mapping[str, tuple[str, ...]]) -> tuple[Contest, Profile]:
    """A contest of one mark under random decisions, and its cards."""
    offered = random_elections.choices(chance, 5)
    decided = options(chance, rule, offered, fixed)
    contest = Contest("tésť", offered, rule=rule, options=decided)
    return contest, weighted(chance, random_elections.profile(chance, len(offered), 0, 1))
