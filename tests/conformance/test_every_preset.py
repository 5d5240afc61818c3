"""What every preset owes: a rule that takes its decisions, a law with its section, and a count to the end."""

import random
import re

import pytest

from faircount.count import RULES
from faircount.count.presets import NOT_COVERED, PRESETS, Preset
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank

every_preset = pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))


def some_contest(preset: Preset, size: int = 6) -> Contest:
    ranked = RULES[preset.rule].ballot == "ranks"
    choices = tuple(Choice(f"choice {c}", party=f"party {c % 3}") for c in range(size))
    seats = 1 if ranked and not RULES[preset.rule].many_seats else 2 if RULES[preset.rule].many_seats else 1
    return preset.applied(Contest("A question", choices, seats=seats, ranks=5 if ranked else 0))


def some_profile(contest: Contest, chance: random.Random, cards: int = 200) -> Profile:
    counts: dict[Pattern, int] = {}
    for _ in range(cards):
        most = contest.ranks or 1
        order = chance.sample(range(len(contest.choices)), chance.randint(0, most))
        marks = [Mark(CandidateIndex(c), Rank(r if contest.ranks else 1)) for r, c in enumerate(order, 1)]
        one = Pattern(tuple(sorted(marks, key=Mark.sort_key)))
        counts[one] = counts.get(one, 0) + 1
    return Profile.of(counts)


@every_preset
def test_its_rule_counts_by_its_decisions(preset: Preset) -> None:
    rule, contest = RULES[preset.rule], some_contest(preset)
    known = {option.name: option for option in rule.options}
    for name, value in preset.options:
        assert known[name].accepts(value, contest), (name, value)
    for seed in range(5):
        transcript = rule.count(contest, some_profile(contest, random.Random(seed)))
        # `auto` is told as what it comes to: three parties for six choices, so these are persons.
        stated = {name: "candidates" if value == "auto" else value for name, value in preset.options}
        assert stated.items() <= dict(transcript.decisions).items()
        assert transcript.verdict in ("elected", "runoff", "tie")
        assert transcript.rounds and transcript.rounds[0].total == transcript.total


@every_preset
def test_its_law_is_cited_with_a_section(preset: Preset) -> None:
    assert re.search(r"§§? ?\w*\d|\barts?\. (P )?\w*\d", preset.law), preset.law
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", preset.name)
    assert len(preset.title) > 10 and preset.title[0].isupper()
    assert not preset.note or preset.note.endswith(".")
    assert list(preset.options) == sorted(set(preset.options))
    assert not preset.years or re.search(r"\d{4}", preset.years)


def test_no_two_presets_are_the_same_law_twice() -> None:
    told = [(one.title, one.years, one.law) for one in PRESETS.values()]
    assert len(set(told)) == len(told)


def test_laws_that_have_no_preset_say_why() -> None:
    assert NOT_COVERED and all(law and len(why) > 20 for law, why in NOT_COVERED)


def test_a_preset_drops_what_was_decided_before() -> None:
    contest = Contest("A question", (Choice("a"), Choice("b")), ranks=3, rule="stv", options=(("decimals", "3"),))
    assert PRESETS["maine"].applied(contest).options == PRESETS["maine"].options
    assert PRESETS["maine"].applied(contest).seats == 1 and PRESETS["portland-or-council"].applied(contest).seats == 3
