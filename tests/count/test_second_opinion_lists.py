"""Rules of lists, seats over areas and the order of papers against another hand, and more of what is proved."""

import itertools
import random
from collections.abc import Callable
from fractions import Fraction

import pytest
from count.second_opinion_marks import lying, nasty, over_areas, shared_out
from count.second_opinion_marks.compare import ELECTIONS, Hand, agree, disagreement

from faircount.count import RULES
from faircount.count.areas.electoral_college import as_recorded, electoral_college, winner_takes_all
from faircount.count.areas.mixed_member import (
    DistrictWinner,
    additional_members,
    covered_by_list_votes,
    levelled,
    mixed_member,
    qualified,
)
from faircount.count.lists.divisors import DIVISORS, Shares, share
from faircount.count.lists.quotas import QUOTAS, share_by_quota
from faircount.count.lists.reported_totals import profile_of_totals
from faircount.count.rule import settings
from faircount.count.stv.whole_papers import Papers
from faircount.model import BadInputError, CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank

HANDS: dict[str, Hand] = {
    "highest-averages": shared_out.highest_averages,
    "largest-remainder": shared_out.largest_remainder,
}


@pytest.mark.parametrize("rule", HANDS)
def test_another_hand_counts_the_same(rule: str) -> None:
    met = agree(rule, HANDS[rule], lambda chance: nasty.lists(chance, rule))
    assert {"elected", "tie", "no votes", "stopped", "refused"} <= set(met), met


@pytest.mark.parametrize("rule", HANDS)
def test_exactly_half_of_the_first_is_not_more_than_it(rule: str) -> None:
    options = (("nobody_reaches", "half-of-first"), ("threshold", "2/3"), ("threshold_reach", "more-than"))
    contest = Contest("t", (Choice("Ash"), Choice("Oak")), seats=3, rule=rule, options=options)
    assert disagreement(rule, HANDS[rule], contest, profile_of_totals(contest, {"Ash": 1, "Oak": 2}))[1] == []


def figures(found: Shares) -> over_areas.Seats:
    return list(found.seats), set(found.level), found.unfilled


def members(chance: random.Random) -> tuple[list[Fraction], list[int], list[bool], int]:
    """Votes, districts won, who takes part, and how many seats."""
    size = chance.randint(1, 5)
    votes = [Fraction(chance.choice([0, 1, 2, 3, 6, 12, 30, chance.randint(1, 99)])) for _ in range(size)]
    won = [chance.choice([0, 0, 1, 2, 5]) for _ in range(size)]
    return votes, won, [chance.random() < 0.8 for _ in range(size)], sum(won) + chance.randint(0, 9)


def test_another_hand_adds_and_levels_the_same() -> None:
    ties = 0
    for seed in range(ELECTIONS):
        chance = random.Random(f"members {seed}")
        votes, won, part, house = members(chance)
        found = additional_members(votes, won, house)
        assert (list(found.seats), *figures(found.shares)[1:]) == over_areas.additional(votes, won, house), seed
        found = mixed_member(votes, won, house, part)
        assert (list(found.seats), *figures(found.shares)[1:]) == over_areas.new_zealand(votes, won, house, part), seed
        name = chance.choice(["dhondt", "sainte-lague", "modified-sainte-lague", "modified-sainte-lague-1.2"])
        found = levelled(votes, won, house, DIVISORS[name], part)
        assert (list(found.seats), *figures(found.shares)[1:]) == over_areas.levelling(votes, won, house, name, part), (
            seed
        )
        ties += bool(found.shares.level)
    assert ties > ELECTIONS // 100


def bundestag(chance: random.Random) -> tuple[dict[str, dict[str, Fraction]], list[DistrictWinner], list[str], int]:
    """Second votes by party and land, winners of districts, parties that take part, and seats."""
    parties, lands = ["A", "B", "C"][: chance.randint(1, 3)], ["Nord", "Ost", "Süd"][: chance.randint(1, 3)]
    votes = {p: {land: Fraction(chance.choice([1, 2, 3, 5, 8, 20])) for land in lands} for p in parties}
    winners = [
        DistrictWinner(f"district {at}", chance.choice(lands), chance.choice([*parties, *parties, ""]), won, 20)
        for at, won in enumerate(chance.choices(range(5, 12), k=chance.randint(0, 7)))
    ]
    return votes, winners, [p for p in parties if chance.random() < 0.85], chance.randint(8, 16)


def test_another_hand_covers_the_same_winners() -> None:
    met = {"agreed": 0, "refused": 0, "tie": 0}
    for seed in range(ELECTIONS):
        votes, winners, part, house = bundestag(random.Random(f"covered {seed}"))
        mine = over_areas.covered(votes, [(w.district, w.land, w.party, w.votes) for w in winners], part, house)
        try:
            found = covered_by_list_votes(votes, winners, house=house, takes_part=part)
        except BadInputError:
            assert mine.absolute_majority_without_seats, seed
            met["refused"] += 1
            continue
        assert not mine.absolute_majority_without_seats, seed
        if mine.tie:
            assert found.upper.level or any(lower.level for _, lower in found.lower), seed
            met["tie"] += 1
            continue
        assert ({p: n for p, n in found.parties if n}, set(found.independent)) == (mine.parties, mine.independent), seed
        for one in found.lands:
            told = (one.seats, set(one.covered), set(one.level))
            assert told == mine.lands.get((one.party, one.land), (0, set(), set())), seed
        met["agreed"] += 1
    assert min(met["agreed"], met["tie"]) > ELECTIONS // 20, met


def test_another_hand_says_the_same_of_who_takes_part() -> None:
    for seed in range(ELECTIONS):
        chance = random.Random(f"qualified {seed}")
        votes, won, _, _ = members(chance)
        votes = [number + 1 for number in votes]  # of a list without any vote the text does not say
        base = chance.choice([None, Fraction(200)])
        districts, part = chance.choice([None, 1, 3]), chance.choice([Fraction(1, 20), Fraction(1, 4)])
        exempt = chance.sample(range(len(votes)), chance.randint(0, 1))
        found = qualified(votes, won, part=part, base=base, districts=districts, exempt=exempt)
        assert list(found) == over_areas.takes_part(votes, won, part, base, districts, exempt), seed


def test_another_hand_sums_the_same_college() -> None:
    met = set()
    for seed in range(ELECTIONS):
        chance = random.Random(f"college {seed}")
        size = chance.randint(1, 4)
        told = [
            (chance.randint(1, 9), [chance.choice([0, 0, 1, 2, 3]) for _ in range(size)])
            for _ in range(chance.randint(1, 6))
        ]
        areas = [winner_takes_all(f"area {at}", electors, votes) for at, (electors, votes) in enumerate(told)]
        for area, (_, votes) in zip(areas, told, strict=True):
            assert area.basis == over_areas.winner(votes)[1]
        names = [f"choice {at}" for at in range(size)]
        found, mine = electoral_college(names, areas), over_areas.college(told, size)
        winner = "" if mine[3] is None else names[mine[3]]
        assert (list(found.by_choice), found.unassigned, found.verdict, found.winner) == (*mine[:3], winner), seed
        met.add(found.verdict)
    assert met == {"elected", "not decided", "no majority"}


def ranked(chance: random.Random, rule: str) -> tuple[Contest, Profile]:
    """Papers that are in order, and some that are not."""
    offered, ranks = nasty.choices(chance), chance.randint(1, 5)
    counts: dict[Pattern, int] = {}
    for _ in range(chance.choice([0, 1, 2, 4, 8])):
        marks = set(enumerate(chance.sample(range(len(offered)), chance.randint(0, len(offered)))[:ranks], 1))
        if chance.random() < 0.3:
            marks.add((chance.randint(1, ranks), chance.randrange(len(offered))))
        invalid = ("invalid-contest",) if chance.random() < 0.05 else ()
        one = Pattern(tuple(Mark(CandidateIndex(c), Rank(r)) for r, c in sorted(marks)), conditions=invalid)
        counts[one] = counts.get(one, 0) + chance.randint(1, 4)
    options = (("papers_seed", chance.choice(["7", 'sø"t'])),) if chance.random() < 0.7 else ()
    return Contest(nasty.TITLE, offered, chance.randint(1, 3), ranks=ranks, rule=rule, options=options), Profile.of(
        counts
    )


@pytest.mark.parametrize("rule", ["irish-stv", "cambridge-stv"])
def test_another_hand_draws_the_same_order_of_papers(rule: str) -> None:
    drawn = 0
    for seed in range(ELECTIONS):
        contest, profile = ranked(random.Random(f"{rule} {seed}"), rule)
        mine = lying.order(contest, profile, strict=rule == "irish-stv")
        papers = Papers.of(contest, profile, settings(rule, RULES[rule].options, contest))
        told = [(tuple(contest.choices[one].name for one in names), cause) for names, cause in papers.ways]
        assert told == mine, seed
        piles = [[at for at, (names, _) in enumerate(mine) if names[0] == choice.name] for choice in contest.choices]
        assert papers.piles == piles, seed
        drawn += len(mine) > 1
    assert drawn > ELECTIONS // 2


PROPORTIONAL: list[tuple[str, Callable[[list[int], tuple[int, ...]], Fraction]]] = [
    ("dhondt", lambda votes, seats: max(Fraction(won, cast) for won, cast in zip(seats, votes, strict=True))),
    ("adams", lambda votes, seats: -min(Fraction(won, cast) for won, cast in zip(seats, votes, strict=True))),
    (
        "sainte-lague",
        lambda votes, seats: sum((Fraction(s * s, v) for s, v in zip(seats, votes, strict=True)), Fraction(0)),
    ),
    (
        "huntington-hill",
        lambda votes, seats: sum((Fraction(v * v, s) for s, v in zip(seats, votes, strict=True)), Fraction(0)),
    ),
]
"""What each method makes as small as it can be."""


def small_houses(seed: int, number: int) -> list[list[int]]:
    chance = random.Random(seed)
    return [[chance.randint(1, 60) for _ in range(chance.randint(2, 4))] for _ in range(number)]


def all_ways(size: int, seats: int) -> list[tuple[int, ...]]:
    return [way for way in itertools.product(range(seats + 1), repeat=size) if sum(way) == seats]


@pytest.mark.parametrize(("name", "badness"), PROPORTIONAL, ids=[name for name, _ in PROPORTIONAL])
def test_no_other_way_to_share_is_better_by_the_measure_of_the_method(
    name: str, badness: Callable[[list[int], tuple[int, ...]], Fraction]
) -> None:
    """Most seats per vote (D'Hondt), fewest (Adams), Σ s²/v (Sainte-Laguë), Σ v²/s (Hill): Balinski and Young 1982."""
    shown = 0
    for votes in small_houses(11, 60):
        found = share(votes, 7, DIVISORS[name])
        if found.level:
            continue
        floor = 1 if name in ("adams", "huntington-hill") else 0
        ways = [way for way in all_ways(len(votes), 7) if min(way) >= floor]
        assert badness(votes, found.seats) == min(badness(votes, way) for way in ways)
        shown += 1
    assert shown > 30


def test_hamilton_is_nearest_to_the_exact_shares() -> None:
    """Largest remainders under Hare make Σ |seats - exact share| as small as it can be (Birkhoff 1976)."""
    for votes in small_houses(12, 60):
        exact = [Fraction(cast * 7, sum(votes)) for cast in votes]
        found = share_by_quota(votes, 7, QUOTAS["hare"], settle=lambda level, _: level[0]).seats

        def far(way: tuple[int, ...], exact: list[Fraction] = exact) -> Fraction:
            return sum((abs(won - due) for won, due in zip(way, exact, strict=True)), Fraction(0))

        assert far(found) == min(map(far, all_ways(len(votes), 7)))


@pytest.mark.parametrize("name", list(DIVISORS))
def test_some_lists_share_their_seats_as_in_the_whole_house(name: str) -> None:
    """Uniformity of every divisor method: any part of a fair division is fair (Balinski and Young 1982)."""
    shown = 0
    for votes in small_houses(13, 80):
        whole = share(votes, 9, DIVISORS[name])
        if whole.level or len(votes) < 3:
            continue
        again = share(votes[:2], sum(whole.seats[:2]), DIVISORS[name])
        assert again.level or again.seats == whole.seats[:2]
        shown += not again.level
    assert shown > 15


def test_a_new_list_can_move_a_seat_between_others_under_hamilton_only() -> None:
    """The new-states paradox (Oklahoma 1907): largest remainders are not uniform."""
    moved = 0
    for votes in small_houses(14, 400):
        whole = share_by_quota(votes, 9, QUOTAS["hare"])
        if sum(whole.seats[:2]) and not whole.level:
            again = share_by_quota(votes[:2], sum(whole.seats[:2]), QUOTAS["hare"])
            moved += not again.level and again.seats != whole.seats[:2]
    assert moved


@pytest.mark.parametrize("name", list(DIVISORS))
def test_every_vote_counted_thrice_changes_nothing(name: str) -> None:
    """Homogeneity."""
    for votes in small_houses(15, 60):
        thrice = [3 * cast for cast in votes]
        one, three = share(votes, 8, DIVISORS[name]), share(thrice, 8, DIVISORS[name])
        assert (one.seats, one.level, one.unfilled) == (three.seats, three.level, three.unfilled)


def test_more_votes_for_one_and_fewer_for_another_never_move_a_seat_to_the_other() -> None:
    """Population monotonicity of divisor methods (Balinski and Young 1982); largest remainders do not have it."""
    chance, against = random.Random(16), 0
    for votes in small_houses(16, 400):
        later = [cast + chance.randint(0, 9) for cast in votes]
        rising, falling = later[0] + 20, max(1, votes[1] - 2)
        later[:2] = [rising, falling]
        for name in ("dhondt", "sainte-lague", "huntington-hill"):
            old, new = share(votes, 8, DIVISORS[name]), share(later, 8, DIVISORS[name])
            if not old.level and not new.level:
                assert not (new.seats[0] < old.seats[0] and new.seats[1] > old.seats[1])
        old_hare, new_hare = share_by_quota(votes, 8, QUOTAS["hare"]), share_by_quota(later, 8, QUOTAS["hare"])
        pairs = itertools.permutations(range(len(votes)), 2)
        against += not old_hare.level and not new_hare.level and any(
            Fraction(later[a], votes[a]) > Fraction(later[b], votes[b])
            and new_hare.seats[a] < old_hare.seats[a]
            and new_hare.seats[b] > old_hare.seats[b]
            for a, b in pairs
        )  # fmt: skip
    assert against


def test_without_overhang_additional_seats_are_those_of_the_whole() -> None:
    """Where nobody won more districts than are due, districts and additional seats together are D'Hondt's."""
    chance, shown = random.Random(17), 0
    for votes in small_houses(17, 200):
        whole = share(votes, 10, DIVISORS["dhondt"])
        won = [chance.randint(0, seats) for seats in whole.seats]
        if not whole.level:
            assert additional_members(votes, won, 10 - sum(won)).seats == whole.seats
            assert levelled(votes, won, 10, DIVISORS["dhondt"], [True] * len(votes)).seats == whole.seats
            shown += 1
    assert shown > 100


def test_electors_of_areas_in_any_order_make_the_same_college() -> None:
    """A sum has no order; and a majority of electors can have fewer votes than the loser."""
    areas = [winner_takes_all("A", 3, [5, 4]), winner_takes_all("B", 2, [0, 9]), as_recorded("C", [1, 0])]
    found = [electoral_college(("Ada", "Bo"), list(order)) for order in itertools.permutations(areas)]
    assert {(one.by_choice, one.verdict, one.winner) for one in found} == {((4, 2), "elected", "Ada")}
