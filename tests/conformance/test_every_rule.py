"""What every counting rule owes, whatever it does: run over the catalog, so a new rule is tested unasked."""

import itertools
import json
import random
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from faircount.count import RULES, Rule
from faircount.count.rule import CHOICE, FRACTION, KINDS, NAMES, TEXT, WHOLE_NUMBER
from faircount.model import (
    INACTIVE_CAUSES,
    BadInputError,
    CandidateIndex,
    Choice,
    Contest,
    FaircountError,
    Mark,
    Pattern,
    Profile,
    Rank,
    Transcript,
    UsageError,
    VoteCount,
)

pytestmark = pytest.mark.parametrize(
    "rule", RULES.values(), ids=str(list(RULES)).strip("[]").replace("'", "").split(", ")
)


def contest_for(rule: Rule, size: int, options: tuple[tuple[str, str], ...] = (), ranks: int = 4) -> Contest:
    """A contest for one seat that `rule` can count."""
    choices = tuple(Choice(f"choice {c}") for c in range(size))
    return Contest("A question", choices, rule=rule.name, options=options, ranks=ranks if rule.ballot == "ranks" else 0)


def card(contest: Contest, *choices: int) -> Pattern:
    """A card that prefers `choices` in this order, or marks them where voters do not rank."""
    ranks = range(1, len(choices) + 1) if contest.ranks else itertools.repeat(1)
    scored = RULES[contest.rule].ballot == "scores"
    most = int(dict(contest.options).get("most", "5"))
    scores = itertools.chain((most, 2), itertools.repeat(1)) if scored else itertools.repeat(None)
    marks = [Mark(CandidateIndex(c), Rank(r), s) for c, r, s in zip(choices, ranks, scores, strict=False)]
    return Pattern(tuple(sorted(marks, key=Mark.sort_key)))


def some_profile(contest: Contest, chance: random.Random, cards: int = 30) -> Profile:
    counts: dict[Pattern, int] = {}
    for _ in range(cards):
        most = min(len(contest.choices), contest.ranks or 1)
        one = card(contest, *chance.sample(range(len(contest.choices)), chance.randint(0, most)))
        counts[one] = counts.get(one, 0) + 1
    return Profile.of(counts)


def whole(contest: Contest, profile: Profile, transcript: Transcript) -> Transcript:
    """Assert what holds of every transcript, and return it."""
    each = {RULES[contest.rule].read(contest, p).votes_allowed for p in profile.patterns} or {0}
    assert len(each) == 1  # every card may give as much as any other
    points = profile.total_weight * each.pop()
    assert transcript.rounds
    assert transcript.rounds[0].total == points
    for one in transcript.rounds:
        assert one.total == (transcript.total if one.unit == "votes" else points)
        assert len(one.votes) == len(contest.choices)
        assert all(isinstance(n, VoteCount) and n >= 0 for n in one.votes)
        assert all(n > 0 for _, n in one.inactive)
        causes = [cause for cause, _ in one.inactive]
        assert causes == sorted(causes, key=INACTIVE_CAUSES.index)
    out = [c for one in transcript.rounds for c in one.excluded]
    assert len(set(out)) == len(out)
    assert not set(out) & set(transcript.elected)
    if dict(transcript.decisions).get("until") != "part":  # a part of the votes elects, however many have it
        assert len(transcript.elected) <= contest.seats
    for one in transcript.rounds:
        for tie in one.ties:
            assert len(tie.tied) > 1 and list(tie.tied) == sorted(tie.tied) and tie.about
            assert (tie.chosen is None) == (tie.decided_by == "")
            assert tie.chosen is None or tie.chosen in tie.tied
    for exhibit in transcript.exhibits:
        assert exhibit.title and all(len(row) == len(exhibit.columns) for row in exhibit.rows)
    assert (transcript.verdict == "tie") == bool(
        transcript.rounds[-1].tied and not transcript.rounds[-1].tie_decided_by
    )
    return transcript


def test_law_is_cited(rule: Rule) -> None:
    assert len(rule.law) > 30
    assert any(word in rule.law for word in ("§", "default where no other rule is enacted"))
    assert rule.name == rule.name.lower().strip() and " " not in rule.name


def test_options_are_documented_and_have_a_default(rule: Rule) -> None:
    contest = contest_for(rule, 3)
    names = [option.name for option in rule.options]
    assert len(set(names)) == len(names)
    for option in rule.options:
        assert len(option.meaning) > 40
        assert option.accepts(option.default, contest)
        words = [v for v in option.values if v not in KINDS]
        assert all(v in option.meaning or v == "first-on-ballot" for v in words if v not in ("unlimited",))
    transcript = rule.count(contest, some_profile(contest, random.Random(1)))
    assert [name for name, _ in transcript.decisions] == sorted(names)
    assert dict(transcript.decisions) == {option.name: option.default for option in rule.options}


def test_every_value_of_every_option_counts(rule: Rule) -> None:
    everyone = json.dumps([f"choice {c}" for c in (2, 0, 3, 1)])
    samples = {CHOICE: "choice 1", FRACTION: "2/3", WHOLE_NUMBER: "2", NAMES: everyone, TEXT: "a seed"}
    beside = tuple((name, "1000") for name in ("outstanding", "stated_base") if name in {o.name for o in rule.options})
    for option in rule.options:
        # nobody is interested where nobody abstained; a base must be stated before it can be the base
        samples[WHOLE_NUMBER] = "0" if option.name.startswith("interested") else "2"
        for value in option.values:
            others = tuple(pair for pair in beside if pair[0] != option.name)
            contest = contest_for(rule, 4, ((option.name, samples.get(value, value)), *others))
            for seed in range(10):
                profile = some_profile(contest, random.Random(seed))
                transcript = whole(contest, profile, rule.count(contest, profile))
                told = dict(transcript.decisions)[option.name]
                # `auto` is told as what it comes to in this contest: no choice here has a party.
                assert told == ("lists" if value == "auto" else samples.get(value, value))


def test_unknown_options_and_values_are_refused(rule: Rule) -> None:
    ranks = contest_for(rule, 3).ranks
    wrong = [(("no such option", "yes"),)]
    wrong += [
        ((option.name, value),)
        for option in rule.options
        for value in ("perhaps", "", "-1", "7/3", "0/1", "1/0", "<p/q>", '["nobody"]', "[", "<text>")
        if TEXT not in option.values or value in ("", "<text>")
    ]
    wrong += [((option.name, option.default),) * 2 for option in rule.options]
    for options in wrong:
        choices = tuple(Choice(f"choice {c}") for c in range(3))
        contest = Contest("A question", choices, rule=rule.name, options=options, ranks=ranks)
        with pytest.raises(BadInputError, match="A question"):
            rule.count(contest, Profile.of({}))
        with pytest.raises(BadInputError, match=rule.name):
            rule.read(contest, Pattern())


def test_anonymity_and_order_independence(rule: Rule) -> None:
    """Which cards bear which pattern does not matter, nor whether weight comes in one piece or in several."""
    contest = contest_for(rule, 5)
    for seed in range(20):
        profile = some_profile(contest, random.Random(seed))
        cards = [p for p, n in zip(profile.patterns, profile.cards, strict=True) for _ in range(n)]
        random.Random(seed + 1).shuffle(cards)
        again = Profile.of({p: cards.count(p) for p in cards})
        assert rule.count(contest, again) == rule.count(contest, profile)


def test_neutrality(rule: Rule) -> None:
    """Names and places on the ballot decide nothing: permute the choices, and the count is permuted."""
    options = tuple((o.name, o.default) for o in rule.options if o.name not in ("yes", "for"))
    options += tuple((o.name, "choice 2") for o in rule.options if o.name in ("yes", "for"))
    contest = contest_for(rule, 5, options)
    for seed in range(60):
        chance = random.Random(seed)
        profile = some_profile(contest, chance, chance.choice([3, 8, 40]))
        place = chance.sample(range(5), 5)
        moved = [contest.choices[place.index(i)] for i in range(5)]
        other = Contest(contest.title, tuple(moved), rule=rule.name, options=options, ranks=contest.ranks)
        before = rule.count(contest, profile)
        after = rule.count(
            other, Profile.of({renamed(p, place): n for p, n in zip(profile.patterns, profile.cards, strict=True)})
        )
        assert (after.verdict, len(after.rounds)) == (before.verdict, len(before.rounds))
        assert {place[c] for c in before.elected} == set(after.elected)
        assert {place[c] for c in before.advancing} == set(after.advancing)
        for one, two in zip(before.rounds, after.rounds, strict=True):
            assert [one.votes[place.index(i)] for i in range(5)] == list(two.votes)
            assert one.inactive == two.inactive
            assert {place[c] for c in one.excluded} == set(two.excluded)
            assert {place[c] for c in one.tied} == set(two.tied)
            assert {
                (place[t.source], None if t.target is None else place[t.target], t.cause, t.votes)
                for t in one.transfers
            } == {(t.source, t.target, t.cause, t.votes) for t in two.transfers}


def renamed(pattern: Pattern, place: list[int]) -> Pattern:
    marks = [replace(m, choice=CandidateIndex(place[m.choice])) for m in pattern.marks]
    return Pattern(tuple(sorted(marks, key=Mark.sort_key)))


def test_weights_scale(rule: Rule) -> None:
    """A third of a vote for everyone changes every figure by a third and no decision."""
    contest = contest_for(rule, 5)
    for seed in range(10):
        plain = some_profile(contest, random.Random(seed))
        third = Profile(plain.patterns, plain.cards, tuple(Fraction(n, 3) for n in plain.cards))
        try:
            counted = rule.count(contest, third)
        except UsageError as refused:
            # A law that moves whole papers cannot move a third of one, and says so.
            assert rule.rounds_off and "whole" in str(refused) and "weight" in str(refused)
            continue
        one, two = rule.count(contest, plain), whole(contest, third, counted)
        if not rule.rounds_off:
            assert (one.elected, one.verdict, one.advancing) == (two.elected, two.verdict, two.advancing)
        if not rule.rounds_off:
            assert [r.votes for r in one.rounds] == [tuple(3 * n for n in r.votes) for r in two.rounds]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_nobody_came(rule: Rule, size: int) -> None:
    contest = contest_for(rule, size)
    for profile in (
        Profile.of({}),
        Profile.of({Pattern(): 1_000}),
        Profile.of({Pattern(conditions=("invalid-contest",)): 7}),
    ):
        transcript = whole(contest, profile, rule.count(contest, profile))
        assert (transcript.verdict, transcript.elected) == ("no votes", ())
        assert rule.margin(contest, transcript) is None


def test_no_choices_at_all_is_refused_or_has_no_votes(rule: Rule) -> None:
    contest = contest_for(rule, 3)
    empty = Contest("A question", (), rule=rule.name, ranks=contest.ranks)
    try:
        transcript = rule.count(empty, Profile.of({Pattern(): 3}))
    except FaircountError as error:
        assert "A question" in str(error)
    else:
        assert transcript.verdict == "no votes"


def test_all_overvoted(rule: Rule) -> None:
    contest = contest_for(rule, 3)
    everything = Pattern(tuple(Mark(CandidateIndex(c)) for c in range(3)))
    if rule.ballot == "scores":  # every choice may be marked, but not with two numbers of points
        everything = Pattern(tuple(Mark(CandidateIndex(c), score=s) for c in range(3) for s in (1, 2)))
    profile = Profile.of({everything: 9})
    transcript = whole(contest, profile, rule.count(contest, profile))
    assert transcript.verdict == "no votes"
    reading = rule.read(contest, everything)
    assert transcript.rounds[0].inactive == (("overvote", 9 * reading.votes_allowed),)
    assert reading.overvotes == reading.votes_allowed


def test_one_choice(rule: Rule) -> None:
    contest = contest_for(rule, 1)
    profile = Profile.of({card(contest, 0): 6, Pattern(): 5})  # more than half, which a measure may need
    transcript = whole(contest, profile, rule.count(contest, profile))
    assert (transcript.elected or transcript.advancing) == (0,)  # a primary elects nobody
    assert rule.margin(contest, transcript) is None


def test_a_hundred_choices(rule: Rule) -> None:
    contest = contest_for(rule, 100, ranks=10)
    for seed in range(3):
        profile = some_profile(contest, random.Random(seed), 400)
        try:
            whole(contest, profile, rule.count(contest, profile))
        except UsageError as refused:
            # An exact order of so many, none of whom stands apart, takes longer than anybody has: kemeny says so.
            assert rule.name == "kemeny" and "at most 15 choices" in str(refused)
    clear = Profile.of({card(contest, 99): 300, card(contest, 0): 2, **{card(contest, c): 1 for c in range(1, 99)}})
    if rule.name not in ("threshold", "proposal"):
        transcript = whole(contest, clear, rule.count(contest, clear))
        assert (transcript.elected or transcript.advancing[:1]) == (99,)


def test_all_tied_elects_nobody(rule: Rule) -> None:
    contest = contest_for(rule, 4)
    profile = Profile.of({card(contest, c): 5 for c in range(4)})
    transcript = whole(contest, profile, rule.count(contest, profile))
    assert transcript.elected == ()
    assert transcript.verdict in ("tie", "not passed")
    if transcript.verdict == "tie":
        assert transcript.rounds[-1].tied == (0, 1, 2, 3)
        assert rule.margin(contest, transcript) is None


def test_margins_are_exact_and_never_negative(rule: Rule) -> None:
    contest = contest_for(rule, 4)
    seen = 0
    for seed in range(60):
        transcript = rule.count(contest, some_profile(contest, random.Random(seed), 25))
        margin = rule.margin(contest, transcript)
        if margin:
            seen += 1
            assert isinstance(margin.votes, VoteCount) and margin.votes >= 0
            assert margin.winner != margin.loser and margin.basis
            if transcript.elected:
                assert margin.winner == transcript.elected[-1]
    assert seen > 10


def test_the_wrong_kind_of_contest_is_refused(rule: Rule) -> None:
    ranked = rule.ballot == "ranks"
    other = Contest("A question", (Choice("a"), Choice("b"), Choice("c")), rule=rule.name, ranks=0 if ranked else 3)
    with pytest.raises(UsageError, match=r"A question.*rank"):
        rule.count(other, Profile.of({}))
    with pytest.raises(UsageError, match=rule.name):
        rule.read(other, Pattern())


def test_marks_that_point_nowhere_are_refused(rule: Rule) -> None:
    contest = contest_for(rule, 3)
    for mark in (
        Mark(CandidateIndex(3)),
        Mark(CandidateIndex(-1)),
        Mark(CandidateIndex(0), Rank(9)),
        Mark(CandidateIndex(0), Rank(0)),
    ):
        with pytest.raises(BadInputError, match="A question"):
            rule.count(contest, Profile.of({Pattern((mark,)): 1}))


def test_the_rule_changes_nothing_it_was_given(rule: Rule) -> None:
    contest = contest_for(rule, 4)
    profile = some_profile(contest, random.Random(5))
    before = (hash(contest), hash(profile))
    first = rule.count(contest, profile)
    assert rule.count(contest, profile) == first
    assert (hash(contest), hash(profile)) == before


def test_a_part_follows_the_whole(rule: Rule) -> None:
    """Parts of the ballots, counted under the decisions of the whole, sum to it in every round and every transfer."""
    if rule.follow is None:
        pytest.skip(f"rule {rule.name} says that a part cannot be counted by itself")
    contest = contest_for(rule, 5)
    for seed in range(30):
        chance = random.Random(seed)
        profile = some_profile(contest, chance)
        sides: list[dict[Pattern, int]] = [{}, {}, {}]
        for pattern, cards in zip(profile.patterns, profile.cards, strict=True):
            for _ in range(cards):
                side = chance.choice(sides)
                side[pattern] = side.get(pattern, 0) + 1
        whole_count = rule.count(contest, profile)
        parts = [rule.follow(contest, Profile.of(side), whole_count) for side in sides]
        assert {len(part) for part in parts} == {len(whole_count.rounds)}
        for number, one in enumerate(whole_count.rounds):
            here = [part[number] for part in parts]
            assert [sum(column) for column in zip(*(r.votes for r in here), strict=True)] == list(one.votes)
            assert summed(pair for r in here for pair in r.inactive) == dict(one.inactive)
            assert summed(((t.source, t.target, t.cause), t.votes) for r in here for t in r.transfers) == {
                (t.source, t.target, t.cause): t.votes for t in one.transfers
            }
            assert all((r.elected, r.excluded, r.ties) == (one.elected, one.excluded, one.ties) for r in here)


def summed(pairs: Iterable[tuple[Any, VoteCount]]) -> dict[Any, VoteCount]:
    found: dict[Any, VoteCount] = {}
    for key, votes in pairs:
        found[key] = found.get(key, 0) + votes
    return found


def test_stated_decisions_break_every_tie(rule: Rule) -> None:
    """An order, a draw and a record each decide a tie of all, in the open; the draw is the same every time."""
    names = {option.name for option in rule.options}
    if "tie" not in names:
        pytest.skip(f"rule {rule.name} has no ties to decide")
    everyone = [f"choice {c}" for c in range(4)]
    decided: set[tuple[CandidateIndex, ...]] = set()
    for options in (
        (("tie", "order"),),
        (("tie", "order"), ("tie_order", json.dumps(everyone[::-1]))),
        *((("tie", "draw"), ("tie_seed", f"seed {n}")) for n in range(8)),
    ):
        contest = contest_for(rule, 4, options)
        profile = Profile.of({card(contest, c): 5 for c in range(4)})
        transcript = whole(contest, profile, rule.count(contest, profile))
        assert transcript.verdict in ("elected", "runoff"), options
        assert all(t.decided_by for one in transcript.rounds for t in one.ties)
        assert any(one.ties for one in transcript.rounds)
        assert rule.count(contest, profile) == transcript
        decided.add(transcript.elected + transcript.advancing)
        record = [t.chosen for one in transcript.rounds for t in one.ties]
        told = json.dumps([contest.name_of(c) for c in record if c is not None])
        again = contest_for(rule, 4, (("tie", "recorded"), ("tie_record", told)))
        assert rule.count(again, profile).elected == transcript.elected
    assert len(decided) > 2
