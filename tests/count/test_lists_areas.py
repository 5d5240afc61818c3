"""Sums over areas, and seats where districts have elected members already."""

from fractions import Fraction

import pytest

from faircount.count import RULES
from faircount.count.areas.area import Area, differences, seats_over_districts, summed
from faircount.count.areas.mixed_member import (
    DistrictWinner,
    additional_members,
    covered_by_list_votes,
    levelled,
    mixed_member,
    qualified,
)
from faircount.count.lists.divisors import DIVISORS
from faircount.count.lists.reported_totals import profile_of_totals
from faircount.model import BadInputError, Choice, Contest

LAND = Area("Land", (Area("North", (Area("N1"), Area("N2"))), Area("South")))


def test_parts_sum_to_the_whole() -> None:
    found = summed(LAND, {"N1": (1, 2), "N2": (3, 4), "South": (10, Fraction(1, 2))})
    assert [(one.area, one.votes) for one in found] == [
        ("Land", (14, Fraction(13, 2))), ("North", (4, 6)), ("N1", (1, 2)), ("N2", (3, 4)),
        ("South", (10, Fraction(1, 2))),
    ]  # fmt: skip
    assert differences(found, {"North": (4, 6)}) == ()
    assert differences(found, {"North": (4, 7), "South": (10, Fraction(1, 2))}) == (("North", (4, 6), (4, 7)),)


@pytest.mark.parametrize(
    "votes",
    [{"N1": (1,), "South": (1,)}, {"N1": (1,), "N2": (1,), "South": (1,), "North": (2,)},
     {"N1": (1,), "N2": (1, 2), "South": (1,)}],
)  # fmt: skip
def test_a_missing_or_foreign_area_is_refused(votes: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(BadInputError, match="Land"):
        summed(LAND, votes)


def test_areas_have_names_of_their_own() -> None:
    with pytest.raises(BadInputError, match="names of their own"):
        Area("Land", (Area("North"), Area("North")))


def test_lists_over_districts_under_several_names() -> None:
    counted = []
    for title, votes in (("East", {"Red oak": 30, "Elm": 20}), ("West", {"Oak": 11, "Elm": 30})):
        contest = Contest(title, tuple(map(Choice, votes)), seats=3, rule="highest-averages")
        counted.append((contest, RULES[contest.rule].count(contest, profile_of_totals(contest, votes))))
    found = seats_over_districts(counted, {"Red oak": "Oak"})
    # East: 30, 20 and 15; West: 30, 15 and 11.
    assert [(one.name, one.votes, one.seats, one.by_district) for one in found] == [
        ("Elm", 50, 3, (("East", 1), ("West", 2))),
        ("Oak", 41, 3, (("East", 2), ("West", 1))),
    ]
    assert sum(one.seats for one in found) == 6
    assert len(seats_over_districts(counted)) == 3


def test_new_zealand_2023() -> None:
    """Electoral Commission, official count of 2023 (lists that take part): 120 seats and two of overhang."""
    votes = (1_085_851, 767_540, 330_907, 246_473, 173_553, 87_844)
    won = (43, 17, 3, 2, 0, 6)
    part = qualified(votes, won, base=2_851_211)
    assert part == (True,) * 6  # the last has 3 % and districts
    found = mixed_member(votes, won, 120, part)
    assert found.entitled == (48, 34, 15, 11, 8, 4)
    assert (found.seats, found.overhang) == ((48, 34, 15, 11, 8, 6), (0, 0, 0, 0, 0, 2))
    assert qualified(votes, (43, 17, 3, 2, 0, 0), base=2_851_211)[5] is False


def test_districts_won_by_independents_lessen_the_seats_shared_out() -> None:
    found = mixed_member((60, 40, 1), (3, 2, 1), 11, (True, True, False))
    assert found.entitled == (6, 4, 0) and found.seats == (6, 4, 1)


def test_glasgow_2021() -> None:
    """Scottish Parliament, Glasgow region: nine constituencies and seven regional seats (Scotland Act 1998 s 8)."""
    votes, won = (133_917, 74_088, 37_027, 36_114), (9, 0, 0, 0)
    found = additional_members(votes, won, 7)
    assert found.seats == (9, 4, 2, 1)
    assert [(award.place, award.votes, award.divisor) for award in found.shares.awards[:2]] == [
        (1, 74_088, 1), (1, 74_088, 2),
    ]  # fmt: skip
    assert found.entitled == (8, 4, 2, 2) and found.overhang == (1, 0, 0, 0)


def test_levelling_leaves_out_who_won_more_and_does_it_again() -> None:
    # 10 seats for 50, 30 and 20 votes would be 5, 3 and 2; the last won 4 already, and keeps them.
    found = levelled((50, 30, 20), (2, 1, 4), 10, DIVISORS["sainte-lague"], (True, True, True))
    assert found.seats == (4, 2, 4) and found.overhang == (0, 0, 2)
    assert levelled((50, 30, 20), (2, 1, 1), 10, DIVISORS["sainte-lague"], (True,) * 3).seats == (5, 3, 2)
    # Sweden since 2018 returns fixed seats above the share (Lag 2014:1384): the seats are then those of the sharing.
    assert found.entitled == (5, 3, 2)
    assert "Not Sweden since 2018" in (levelled.__doc__ or "")


def test_bundestag_2025_by_party() -> None:
    """Federal Returning Officer, final result of 23 February 2025: 630 seats among those that take part."""
    votes = {
        "CDU": 11_196_374, "AfD": 10_328_780, "SPD": 8_149_124, "GRÜNE": 5_762_380, "Die Linke": 4_356_532,
        "CSU": 2_964_028, "SSW": 76_138,
    }  # fmt: skip
    everybody = list(votes.values())
    part = qualified(everybody, [0] * 7, base=49_649_512, districts=3, exempt=(6,))
    assert part == (True,) * 7 and not qualified([76_138], [0], base=49_649_512, districts=3)[0]
    found = covered_by_list_votes({p: {"all lands": n} for p, n in votes.items()}, (), takes_part=list(votes))
    assert dict(found.parties) == {
        "CDU": 164, "AfD": 152, "SPD": 120, "GRÜNE": 85, "Die Linke": 64, "CSU": 44, "SSW": 1,
    }  # fmt: skip


def winner(district: str, land: str, party: str, votes: int) -> DistrictWinner:
    return DistrictWinner(district, land, party, votes, 1_000)


def test_list_votes_cover_the_strongest_winners_of_each_land() -> None:
    """BWahlG § 6(1): by falling part of first votes, as far as the seats of the land's list reach."""
    votes = {"Oak": {"Hill": 300, "Dale": 300}, "Elm": {"Hill": 200, "Dale": 200}, "Moss": {"Hill": 20}}
    winners = (
        winner("1", "Hill", "Oak", 300), winner("2", "Hill", "Oak", 400), winner("3", "Hill", "Oak", 350),
        winner("4", "Hill", "Oak", 290), winner("5", "Dale", "Elm", 200), winner("6", "Dale", "", 500),
        winner("7", "Hill", "Moss", 280),
    )  # fmt: skip
    found = covered_by_list_votes(votes, winners, house=11, takes_part=["Oak", "Elm"])
    assert found.parties == (("Oak", 6), ("Elm", 4)) and found.independent == ("6",)
    lands = {(one.party, one.land): one for one in found.lands}
    assert lands["Oak", "Hill"].seats == 3 and lands["Oak", "Hill"].covered == ("2", "3", "1")
    assert lands["Oak", "Hill"].uncovered == ("4",) and lands["Oak", "Hill"].from_list == 0
    assert lands["Elm", "Dale"].covered == ("5",) and lands["Elm", "Dale"].from_list == 1
    assert lands["Moss", "Hill"].uncovered == ("7",)  # a winner whose party takes no part has no seat


def test_equal_winners_at_the_edge_are_stated_and_not_drawn() -> None:
    votes = {"Oak": {"Hill": 100}, "Elm": {"Hill": 100}}
    winners = (winner("1", "Hill", "Oak", 300), winner("2", "Hill", "Oak", 300))
    found = covered_by_list_votes(votes, winners, house=2, takes_part=list(votes))
    assert (found.lands[0].covered, found.lands[0].level, found.lands[0].from_list) == ((), ("1", "2"), 0)
    level = covered_by_list_votes(votes, (), house=1, takes_part=list(votes))
    assert level.upper.level == (0, 1) and level.upper.unfilled == 1


def test_what_no_law_was_written_for_here_is_refused() -> None:
    # 51 of 100 votes and 2 of 4 seats: BWahlG § 4(4) gives more seats, and this does not compute them.
    with pytest.raises(BadInputError, match=r"§ 4\(4\)"):
        covered_by_list_votes({"Oak": {"Hill": 51}, "Elm": {"Hill": 49}}, (), house=4, takes_part=["Oak", "Elm"])
    with pytest.raises(BadInputError, match="one figure for each list"):
        additional_members((1, 2), (0,), 3)
