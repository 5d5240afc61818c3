"""Rules of lists: worked examples of others, and every decision by the smallest ballots that tell its values apart."""

import json
from fractions import Fraction
from itertools import pairwise

import pytest

from faircount.count import RULES
from faircount.count.lists.divisors import DIVISORS, share
from faircount.count.lists.persons import devolve, rounded_up
from faircount.count.lists.reported_totals import profile_of_totals
from faircount.model import (
    BadInputError,
    CandidateIndex,
    Choice,
    Contest,
    Mark,
    Pattern,
    Profile,
    Transcript,
    UsageError,
)

HIGHEST, LARGEST = "highest-averages", "largest-remainder"


def counted(
    rule: str, seats: int, votes: dict[str, int], blank: int = 0, invalid: int = 0, **options: str
) -> Transcript:
    contest = Contest(
        "Council", tuple(map(Choice, votes)), seats=seats, rule=rule, options=tuple(sorted(options.items()))
    )
    return RULES[rule].count(contest, profile_of_totals(contest, votes, blank=blank, invalid=invalid))


def named(*votes: int) -> dict[str, int]:
    return dict(zip("ABCDEFGH", votes, strict=False))


FOUR = named(100_000, 80_000, 30_000, 20_000)


@pytest.mark.parametrize(
    ("divisor", "seats"),
    [("dhondt", (4, 3, 1, 0)), ("sainte-lague", (3, 3, 1, 1)), ("huntington-hill", (3, 3, 1, 1))],
)
def test_the_textbook_example(divisor: str, seats: tuple[int, ...]) -> None:
    """100,000, 80,000, 30,000 and 20,000 votes for 8 seats, as encyclopaedias show D'Hondt and Sainte-Laguë."""
    assert counted(HIGHEST, 8, FOUR, divisor=divisor).seats_won == seats


@pytest.mark.parametrize(
    ("divisor", "seats"),
    [
        ("adams", (9, 7, 5, 3, 2)),
        ("dean", (9, 7, 5, 4, 1)),
        ("huntington-hill", (9, 7, 6, 3, 1)),
        ("sainte-lague", (9, 8, 5, 3, 1)),
        ("dhondt", (10, 7, 5, 3, 1)),
    ],
)
def test_five_methods_five_results(divisor: str, seats: tuple[int, ...]) -> None:
    """Balinski and Young, Fair Representation (1982): 26 seats on which the five classical divisor methods differ."""
    assert counted(HIGHEST, 26, named(9_061, 7_179, 5_259, 3_319, 1_182), divisor=divisor).seats_won == seats


def test_imperiali_as_brussels_explains_it() -> None:
    """Brussels Region, municipal elections of 2012: 13 seats among 480, 310, 940 and 270 votes."""
    assert counted(HIGHEST, 13, named(480, 310, 940, 270), divisor="imperiali").seats_won == (3, 1, 8, 1)


def test_first_divisors_differ_for_a_small_list() -> None:
    # A's second quotient is 120 ÷ 3 = 40: B needs more than 40, 48 or 56 votes for a seat.
    for divisor, enough in (("sainte-lague", 41), ("modified-sainte-lague-1.2", 49), ("modified-sainte-lague", 57)):
        assert counted(HIGHEST, 2, named(120, enough), divisor=divisor).seats_won == (1, 1)
        assert counted(HIGHEST, 2, named(120, enough - 1), divisor=divisor).verdict == "tie"
        assert counted(HIGHEST, 2, named(120, enough - 2), divisor=divisor).seats_won == (2, 0)


def test_divisor_sequences_are_those_of_their_sources() -> None:
    first = {one.name: [one.term(s) for s in range(4)] for one in DIVISORS.values()}
    assert first["danish"] == [1, 4, 7, 10]
    assert first["imperiali"] == [1, Fraction(3, 2), 2, Fraction(5, 2)]
    assert first["huntington-hill"] == [0, 2, 6, 12]
    assert first["dean"] == [0, Fraction(4, 3), Fraction(12, 5), Fraction(24, 7)]
    assert first["modified-sainte-lague"] == [Fraction(7, 5), 3, 5, 7]
    assert first["estonian"] == [1, 2**9, 3**9, 4**9] and DIVISORS["estonian"].power == 10


def test_estonia_needs_no_roots() -> None:
    # 2^0.9 is 1.8660659…: 186,606 votes are not quite enough for a second seat against 100,000, and 186,607 are.
    assert counted(HIGHEST, 2, named(186_606, 100_000), divisor="estonian").seats_won == (1, 1)
    assert counted(HIGHEST, 2, named(186_607, 100_000), divisor="estonian").seats_won == (2, 0)
    assert counted(HIGHEST, 2, named(186_607, 100_000), divisor="dhondt").seats_won == (1, 1)


def test_square_roots_are_compared_as_squares() -> None:
    # Second seats: 3·10^9+1 over √6 against 3·10^9 over √6; as floats both are the same.
    big = 3 * 10**17
    found = counted(HIGHEST, 3, named(big, big + 1), divisor="huntington-hill")
    assert (found.verdict, found.seats_won) == ("elected", (1, 2))


def test_the_table_says_who_got_which_seat_and_who_came_next() -> None:
    found = counted(HIGHEST, 8, FOUR)
    chart, table = found.exhibits
    assert chart.rows == (("A", 100_000, 4), ("B", 80_000, 3), ("C", 30_000, 1), ("D", 20_000, 0))
    assert table.columns[-1] == "Quotient" and [row[0] for row in table.rows] == [*range(1, 9), None, None, None]
    assert [row[1] for row in table.rows] == ["A", "B", "A", "B", "A", "C", "B", "A", "A", "B", "D"]
    assert table.rows[6][2:] == (3, 80_000, 3, Fraction(80_000, 3))
    assert table.rows[-1][2:] == (1, 20_000, 1, 20_000)
    quotients = [row[-1] for row in table.rows]
    assert all(a >= b for a, b in pairwise(quotients))  # type: ignore[operator]
    assert [c for c in found.elected] == [0, 1, 0, 1, 0, 2, 1, 0]


def test_margin_is_what_the_next_list_lacks() -> None:
    contest = Contest("Council", tuple(map(Choice, FOUR)), seats=8, rule=HIGHEST)
    margin = RULES[HIGHEST].margin(contest, RULES[HIGHEST].count(contest, profile_of_totals(contest, FOUR)))
    # A's fourth quotient is 25,000: D lacks 5,000, C 20,000 and B 20,000.
    assert margin is not None and (margin.winner, margin.loser, margin.votes) == (0, 3, 5_000)
    assert counted(HIGHEST, 8, {**FOUR, "D": 24_999}).seats_won == (4, 3, 1, 0)
    assert counted(HIGHEST, 8, {**FOUR, "D": 25_000}).verdict == "tie"


def test_margins_under_roots_are_whole_votes_that_suffice() -> None:
    for rivals in ((70, 30, 9), (500, 321, 77), (90, 81, 75)):
        votes, options = named(*rivals), (("divisor", "huntington-hill"),)
        contest = Contest("Council", tuple(map(Choice, votes)), seats=7, rule=HIGHEST, options=options)
        rule = RULES[HIGHEST]
        before = rule.count(contest, profile_of_totals(contest, votes))
        margin = rule.margin(contest, before)
        assert margin is not None
        name = contest.name_of(margin.loser)
        more, less = ({**votes, name: votes[name] + int(margin.votes) + n} for n in (1, -1))
        assert rule.count(contest, profile_of_totals(contest, more)).seats_won != before.seats_won
        assert rule.count(contest, profile_of_totals(contest, less)).seats_won == before.seats_won


SIX = named(47_000, 16_000, 15_900, 12_000, 6_000, 3_100)


@pytest.mark.parametrize(
    ("quota", "figure", "seats"),
    [
        ("hare", 10_000, (5, 2, 1, 1, 1, 0)),
        ("droop", 9_091, (5, 2, 2, 1, 0, 0)),
        ("hagenbach-bischoff", Fraction(100_000, 11), (5, 2, 2, 1, 0, 0)),
        ("imperiali", Fraction(100_000, 12), (5, 2, 2, 1, 0, 0)),
    ],
)
def test_the_textbook_example_of_largest_remainders(quota: str, figure: int, seats: tuple[int, ...]) -> None:
    """100,000 votes for 10 seats, as encyclopaedias show the quotas of Hare and Droop."""
    found = counted(LARGEST, 10, SIX, quota=quota)
    assert (found.rounds[0].threshold, found.seats_won) == (figure, seats)


def test_a_quota_that_gives_too_many_seats_is_made_larger() -> None:
    # Imperiali: 20 ÷ (2 + 2) = 5 gives 2 and 2 of 2 seats; 20 ÷ 3 gives 1 and 1.
    found = counted(LARGEST, 2, named(10, 10), quota="imperiali")
    assert (found.rounds[0].threshold, found.seats_won) == (Fraction(20, 3), (1, 1))


def test_remainders_and_their_margin() -> None:
    found = counted(LARGEST, 10, SIX)
    table = next(one for one in found.exhibits if one.title == "Quotas and remainders")
    assert table.rows[0] == ("A", 47_000, 10_000, 4, 7_000, 1, 5)
    contest = Contest("Council", tuple(map(Choice, SIX)), seats=10, rule=LARGEST)
    margin = RULES[LARGEST].margin(contest, found)
    # B and E have 6,000 left over each, C has 5,900.
    assert margin is not None and (margin.winner, margin.loser, margin.votes) == (4, 2, 100)


# ---- thresholds ------------------------------------------------------------
def test_exactly_the_threshold() -> None:
    votes = named(80, 15, 5)
    assert counted(HIGHEST, 20, votes, threshold="1/20").seats_won[2] == 1
    assert counted(HIGHEST, 20, votes, threshold="1/20", tie="order", threshold_reach="more-than").seats_won[2] == 0


@pytest.mark.parametrize(("base", "seats"), [("valid-votes", 1), ("valid-and-blank", 1), ("ballots", 0)])
def test_what_the_threshold_is_a_part_of(base: str, seats: int) -> None:
    # 6 of 100 valid, of 120 with the blank, of 121 in all.
    found = counted(HIGHEST, 20, named(80, 14, 6), 20, 1, threshold="1/20", threshold_base=base)
    assert found.seats_won[2] == seats
    assert next(one for one in found.exhibits if one.title == "Threshold").rows[2][3] == ("yes" if seats else "no")


def test_a_number_of_votes_and_those_it_does_not_bind() -> None:
    votes = named(80, 14, 6)
    assert counted(HIGHEST, 20, votes, threshold_votes="15").seats_won == (20, 0, 0)
    assert counted(HIGHEST, 20, votes, threshold_votes="15", exempt='["C"]').seats_won == (19, 0, 1)


def test_where_nobody_reaches_the_threshold() -> None:
    votes = named(14, 14, 13, 12, 11, 10, 10, 16)
    vacant = counted(LARGEST, 5, votes, threshold="1/5")
    assert (vacant.verdict, vacant.elected) == ("stopped", ()) and "vacant" in vacant.rounds[0].note
    found = counted(LARGEST, 5, {**votes, "A": 7}, threshold="1/5", nobody_reaches="half-of-first")
    assert found.verdict == "elected" and found.seats_won[0] == 0  # 7 of a first list's 16 is less than half


def test_delegates_are_shared_among_those_above_fifteen_percent() -> None:
    """Delegate Selection Rules 14: shares are taken anew of the votes above the threshold."""
    found = counted(LARGEST, 10, named(450, 320, 149, 81), threshold="15/100")
    assert found.seats_won == (6, 4, 0, 0)  # 10 × 450/770 = 5.84, 10 × 320/770 = 4.16
    assert counted(LARGEST, 10, named(450, 320, 150, 80), threshold="15/100").seats_won == (5, 3, 2, 0)


# ---- ties --------------------------------------------------------------------
def test_equal_quotients_that_all_get_a_seat_are_no_tie() -> None:
    found = counted(HIGHEST, 3, named(40, 20))  # quotients 40, 20 and 20
    assert (found.verdict, found.seats_won, found.rounds[0].ties) == ("elected", (2, 1), ())


def test_a_tie_for_the_last_seat_stops_and_names_them() -> None:
    found = counted(HIGHEST, 2, named(40, 20))
    assert (found.verdict, found.elected, found.rounds[0].tied) == ("tie", (0,), (0, 1))
    assert [row[:2] for row in found.exhibits[1].rows] == [(1, "A"), (None, "A"), (None, "B")]


def test_more_votes_take_the_seat_where_the_law_says_so() -> None:
    """Belgium, Code électoral art. 167; Spain, LOREG art. 163."""
    found = counted(HIGHEST, 2, named(40, 20), equal="more-votes")
    assert (found.verdict, found.seats_won) == ("elected", (2, 0))
    assert found.rounds[0].tie_decided_by == "more votes for the list"
    assert counted(HIGHEST, 1, named(20, 20), equal="more-votes").verdict == "tie"
    # 20 votes for 2 seats: one for a full 10, and remainders of 5 and 5.
    assert counted(LARGEST, 2, named(15, 5), equal="more-votes").seats_won == (2, 0)
    assert counted(LARGEST, 2, named(15, 5)).verdict == "tie"


def test_ties_are_decided_as_recorded() -> None:
    found = counted(HIGHEST, 2, named(40, 20), tie="recorded", tie_record='["B"]')
    assert (found.seats_won, found.rounds[0].tie_decided_by) == ((1, 1), "recorded decision")


# ---- candidates of lists -----------------------------------------------------
PEOPLE = (
    Choice("Ash"),
    Choice("Birch list", "Birch", "group"),
    Choice("Bo", "Birch"),
    Choice("Bea", "Birch"),
    Choice("Ben", "Birch"),
    Choice("Cy", "Cedar"),
    Choice("Cleo", "Cedar"),
    Choice("Write-in", kind="write-in"),
    Choice("Gone", "Cedar", "withdrawn"),
)


def people(seats: int, votes: dict[str, int], rule: str = HIGHEST, **options: str) -> tuple[list[str], Transcript]:
    contest = Contest(
        "Council", PEOPLE, seats=seats, rule=rule,
        options=tuple(sorted({"choices": "candidates", **options}.items())),
    )  # fmt: skip
    found = RULES[rule].count(contest, profile_of_totals(contest, votes))
    return [contest.name_of(c) for c in found.elected], found


def test_votes_for_candidates_and_groups_are_votes_for_the_list() -> None:
    elected, found = people(3, {"Birch list": 30, "Bo": 5, "Ben": 9, "Cy": 10, "Cleo": 11, "Ash": 12, "Write-in": 90})
    # 44, 22, 14.7 for Birch, 21 for Cedar, 12 for Ash; write-ins stand on no list.
    assert elected == ["Ben", "Bo", "Cleo"]
    assert found.exhibits[0].rows == (("Ash", 12, 0), ("Birch", 44, 2), ("Cedar", 21, 1))
    assert found.seats_won == (0, 0, 1, 0, 1, 0, 1, 0, 0)


def test_a_person_alone_takes_one_seat_and_a_short_list_leaves_seats_to_others() -> None:
    elected, _ = people(4, {"Ash": 1_000, "Cy": 9, "Cleo": 8, "Bo": 4})
    assert sorted(elected) == ["Ash", "Bo", "Cleo", "Cy"]
    elected, found = people(6, {"Ash": 1_000, "Cy": 9, "Cleo": 8})
    assert elected == ["Ash", "Cy", "Cleo"] and found.rounds[0].note.startswith("3 seats stay vacant")


def test_votes_for_somebody_withdrawn_are_invalid() -> None:
    _, found = people(1, {"Bo": 3, "Gone": 9})
    assert found.rounds[0].inactive == (("invalid", 9),) and found.elected == (2,)


ORDER = {"Birch list": 60, "Bo": 2, "Bea": 20, "Ben": 30}


@pytest.mark.parametrize(
    ("options", "elected"),
    [
        ({}, ["Ben", "Bea"]),
        ({"persons": "list-order"}, ["Bo", "Bea"]),
        # 112 votes ÷ 2 seats: a half is 28, reached by Ben only; a quarter is 14, reached by Bea too.
        ({"persons": "personal-threshold", "personal_part": "1/2"}, ["Ben", "Bo"]),
        ({"persons": "personal-threshold"}, ["Ben", "Bea"]),
        ({"persons": "personal-threshold", "personal_base": "list-votes", "personal_part": "1/2"}, ["Bo", "Bea"]),
        ({"persons": "personal-threshold", "personal_base": "list-votes-per-seat", "personal_part": "1/2"},
         ["Ben", "Bo"]),
        # Eligible with 112 ÷ 3, rounded up: 38. Half of 60 goes to Bo first, who then has 32: not enough for more.
        ({"persons": "devolution"}, ["Bo", "Ben"]),
    ],
)  # fmt: skip
def test_who_takes_the_seats_of_a_list(options: dict[str, str], elected: list[str]) -> None:
    assert people(2, ORDER, **options)[0] == elected
    assert people(2, ORDER, LARGEST, **options)[0] == elected


def test_a_tie_inside_a_list() -> None:
    elected, found = people(1, {"Bo": 5, "Bea": 5})
    assert (elected, found.verdict, found.rounds[0].tied) == ([], "tie", (2, 3))
    elected, found = people(1, {"Bo": 5, "Bea": 5}, tie="recorded", tie_record='["Bea"]')
    assert (elected, found.verdict) == (["Bea"], "elected")


def test_a_tie_between_lists_names_groups_or_candidates() -> None:
    elected, found = people(2, {"Birch list": 5, "Cy": 5, "Ash": 6})
    assert (elected, found.verdict, found.rounds[0].tied) == (["Ash"], "tie", (1, 5))
    elected, _ = people(2, {"Birch list": 5, "Cy": 5, "Ash": 6}, tie="recorded", tie_record='["Cy"]')
    assert elected == ["Ash", "Cy"]


def test_eligibility_as_belgium_explains_it() -> None:
    """60,000 votes and 5 seats: 10,000 make eligible. The pot is passed on in the order of the list."""
    eligible = rounded_up(Fraction(60_000, 6))
    assert eligible == 10_000
    assert devolve((9_000, 12_000, 4_000, 100), 4_500, eligible) == (10_000, 12_000, 7_500, 100)


def test_two_groups_of_one_list_are_refused() -> None:
    choices = (Choice("one", "Birch", "group"), Choice("two", "Birch", "group"))
    contest = Contest("Council", choices, rule=HIGHEST, options=(("choices", "candidates"),))
    with pytest.raises(BadInputError, match="one choice of kind group"):
        RULES[HIGHEST].count(contest, Profile.of({}))


def test_several_votes_each_count_for_lists() -> None:
    """Switzerland, BPR arts. 39–40: each vote for a candidate is a vote for the list."""
    contest = Contest("Council", PEOPLE, seats=2, votes_allowed=2, rule=HIGHEST, options=(("choices", "candidates"),))
    both = Pattern((Mark(CandidateIndex(2)), Mark(CandidateIndex(5))))
    one = Pattern((Mark(CandidateIndex(6)),))
    found = RULES[HIGHEST].count(contest, Profile.of({both: 10, one: 3}))
    assert found.total == 26 and found.exhibits[0].rows[1:] == (("Birch", 10, 1), ("Cedar", 13, 1))
    assert found.elected == (5, 2)


# ---- totals --------------------------------------------------------------------
def test_totals_become_a_profile_and_wrong_ones_are_refused() -> None:
    contest = Contest("Council", (Choice("A"), Choice("B")), rule=HIGHEST)
    profile = profile_of_totals(contest, {"A": 5, "B": 0}, blank=2, invalid=1)
    found = RULES[HIGHEST].count(contest, profile)
    assert (profile.total_cards, found.rounds[0].votes) == (8, (5, 0))
    assert found.rounds[0].inactive == (("undervote", 2), ("invalid", 1))
    with pytest.raises(BadInputError, match="choice of the contest"):
        profile_of_totals(contest, {"C": 1})
    with pytest.raises(BadInputError, match="not negative"):
        profile_of_totals(contest, {"A": -1})
    with pytest.raises(UsageError, match="more than one mark"):
        profile_of_totals(Contest("Board", contest.choices, votes_allowed=2), {"A": 1})


def test_six_hundred_seats_are_quick_and_in_order() -> None:
    votes = [11_196_374, 10_328_780, 8_149_124, 5_762_380, 4_356_532, 2_964_028, 76_138]
    found = share(votes, 630, DIVISORS["sainte-lague"])
    assert sum(found.seats) == len(found.awards) == 630
    quotients = [award.quotient for award in found.awards if award.quotient]
    assert all(a >= b for a, b in pairwise(quotients)) and found.without[0].quotient <= quotients[-1]  # type: ignore[operator]


def test_names_of_exempt_lists_must_be_on_the_ballot() -> None:
    with pytest.raises(BadInputError, match="exempt"):
        counted(HIGHEST, 1, named(1), exempt=json.dumps(["nobody"]))
