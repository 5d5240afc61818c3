"""Fractional transfers: the Scottish law by hand, each decision by the fewest ballots that show it, and theorems."""

from fractions import Fraction
from typing import Any

import pytest
from stv_ballots import STV, Ballots, election

from faircount.count.stv.parcels import Arithmetic, Ballot, Parcels, Units
from faircount.count.stv.quotas import quota_of
from faircount.model import (
    BadInputError,
    CandidateIndex,
    Mark,
    Pattern,
    Profile,
    Rank,
    Transcript,
    UsageError,
)


def counted(ballots: Ballots, seats: int, kinds: dict[str, str] | None = None, **decided: str) -> Transcript:
    contest, profile = election(ballots, seats, kinds, **decided)
    return STV.count(contest, profile)


def letters(choices: tuple[CandidateIndex, ...]) -> str:
    """Indices as letters, where the choices are A, B, C …"""
    return "".join("ABCDEFGHIJ"[c] for c in choices)


def votes(transcript: Transcript, number: int) -> list[Any]:
    """Votes at the beginning of a round, 1 first, as decimals' texts or fractions compare equal to them."""
    return list(transcript.rounds[number - 1].votes)


def d(text: str) -> Fraction:
    return Fraction(text)


# ---- the Scottish law, by hand ------------------------------------------------------
WORKED = {"A>C": 60, "A>B": 20, "A": 10, "B": 40, "C": 25, "D>B": 15}


def test_scottish_count_by_hand() -> None:
    """170 papers, 2 seats: quota 170 / 3 without its fraction, and 1, is 57. A's 33 more than that move at 33 / 90."""
    transcript = counted(WORKED, 2)
    assert [one.threshold for one in transcript.rounds] == [57, 57, 57]
    assert votes(transcript, 1) == [90, 40, 25, 15]
    # 0.36666 each: 20 papers to B, 60 to C, 10 without a next preference, 0.00006 × 10 lost.
    assert votes(transcript, 2) == [57, d("47.3332"), d("46.9996"), 15]
    assert dict(transcript.rounds[1].inactive) == {"exhausted": d("3.6666"), "lost to rounding": d("0.0006")}
    assert votes(transcript, 3) == [57, d("62.3332"), d("46.9996"), 0]
    assert [letters(one.elected) for one in transcript.rounds] == ["A", "", "B"]
    assert [letters(one.excluded) for one in transcript.rounds] == ["", "D", ""]
    (table,) = transcript.exhibits
    assert table.rows[0] == (1, "A", "surplus", 90, 33, 90, d("0.36666"), None)
    contest, _ = election(WORKED, 2)
    margin = STV.margin(contest, transcript)
    assert margin is not None and (margin.winner, margin.loser, margin.votes) == (1, 2, d("15.3336"))


def test_no_transfer_once_the_last_vacancies_are_filled() -> None:
    """Rule 52: as many continuing candidates as vacancies are elected at once, though a surplus is in hand."""
    transcript = counted({"A>B": 9, "B": 2, "C": 3}, 3)
    assert len(transcript.rounds) == 1 and letters(transcript.elected) == "ACB"
    assert "without the quota" in transcript.rounds[0].note


def test_ties_are_decided_by_the_stage_before_and_then_by_nobody() -> None:
    """Rules 49(2) and 51(2): the most recent stage at which they were unequal; else the lot, which is to be drawn."""
    ballots = {"A": 30, "B": 15, "C": 6, "D": 5, "E>D": 1}
    transcript = counted(ballots, 2)
    (tie,) = (t for one in transcript.rounds for t in one.ties)
    assert (letters(tie.tied), tie.chosen, tie.decided_by) == ("CD", 3, "votes in round 2")
    even = {"A": 10, "B": 10, "C": 10}
    stopped = counted(even, 2)
    assert stopped.verdict == "tie" and letters(stopped.rounds[-1].tied) == "ABC"
    assert counted({"A": 5, "B": 4, "C": 1, "D": 1}, 1).rounds[0].excluded == ()
    drawn = counted(even, 2, tie="recorded", tie_record='["C"]')
    assert letters(drawn.elected) == "AB" and drawn.rounds[0].ties[0].decided_by == "recorded decision"
    with pytest.raises(BadInputError, match="decision 1"):
        counted(ballots, 2, tie="recorded", tie_record='["A"]')


def test_equal_surpluses_go_in_the_order_of_the_stage_before() -> None:
    """97 papers, 3 seats: quota 25. B and C reach 27 together; B had 22 in round 1, C 21: B goes first."""
    ballots = {"B": 22, "C": 21, "D>B": 5, "D>C": 6, "E": 20, "F": 23}
    (tie,) = counted(ballots, 3, {"A": "regular"}).rounds[2].ties
    assert (letters(tie.tied), tie.about, tie.chosen) == ("BC", "first to be transferred", 1)
    assert tie.decided_by == "votes in round 2"
    even = {"A>C": 10, "B>D": 10, "C": 3, "D": 3}
    assert counted(even, 3).verdict == "tie" and counted(even, 3).rounds[0].ties[0].about == "first to be transferred"
    assert counted(even, 3, surpluses="together").rounds[0].ties == ()


def test_scottish_papers_that_are_not_clear_go_no_further() -> None:
    """Article 2: a next preference that skips a number or repeats a candidate is none."""
    ballots = {"A>>B": 4, "A>A>B": 3, "A>B": 2, "B": 4, "C>A": 4, "D": 1}
    strict = counted(ballots, 2)
    assert {"skipped rank", "repeated choice"} <= dict(strict.rounds[-1].inactive).keys()
    loose = counted(ballots, 2, skipped="unlimited", repeated="skip")
    assert not {"skipped rank", "repeated choice"} & dict(loose.rounds[-1].inactive).keys()


# ---- quotas ---------------------------------------------------------------------------
def test_quotas_of_a_hundred_votes_for_three_seats_and_of_a_hundred_and_one() -> None:
    assert [quota_of(k, 100, 3, 4) for k in ("droop", "hagenbach-bischoff", "droop-fractional")] == [
        26,
        25,
        d("25.0001"),
    ]
    assert quota_of("droop-fractional", 101, 3, 1) == d("25.3") and quota_of("hagenbach-bischoff", 101, 3, 1) == d(
        "25.25"
    )
    assert [quota_of(k, 100, 3, 4) for k in ("hare", "hare-up", "hare-down")] == [d("100/3"), 34, 33]
    with pytest.raises(UsageError, match="decimals"):
        quota_of("droop-fractional", 100, 3, None)


def test_exactly_a_hagenbach_bischoff_quota_elects_only_where_stated() -> None:
    """10 of 20 for one seat: B may get as much, so 10 elects nobody unless at least is said."""
    ballots = {"A": 10, "B": 9, "C>B": 1}
    assert counted(ballots, 1, quota="hagenbach-bischoff", tie="stop").verdict == "tie"
    assert letters(counted(ballots, 1, quota="hagenbach-bischoff", reach="at-least").rounds[0].elected) == "A"
    assert counted(ballots, 1, quota="droop").rounds[0].threshold == 11
    assert letters(counted({"A": 11, "B": 9}, 1, reach="more-than").rounds[0].elected) == ""
    assert letters(counted({"A": 11, "B": 9}, 1).rounds[0].elected) == "A"


def test_a_quota_of_each_round_falls_with_exhausted_ballots() -> None:
    ballots = {"A": 9, "B": 7, "C": 4, "D": 3}
    fixed, falling = counted(ballots, 1), counted(ballots, 1, quota_from="each-round")
    assert [one.threshold for one in fixed.rounds] == [12, 12, 12, 12]
    assert [one.threshold for one in falling.rounds] == [12, 11, 9]
    assert fixed.elected == falling.elected


# ---- arithmetic ------------------------------------------------------------------------
def test_what_is_cut() -> None:
    """A ballot worth 0.36666, a surplus of 5.3332 of 62.3332: by hand 0.031371…; the fraction alone is 0.0855…."""
    assert Arithmetic(10**5, "value").value(36_666, 533_320, 6_233_320) == 3_137
    assert Arithmetic(10**5, "fraction").value(36_666, 533_320, 6_233_320) == 3_136  # 0.36666 × 0.08555
    assert Arithmetic(1, "nowhere").value(Fraction(1, 3), 2, 7) == Fraction(2, 21)
    assert Arithmetic(10**5, "parcel").parcel(Fraction(7, 3)) == 2


def test_exact_fractions_lose_nothing_and_sums_cut_lose_less_than_ballots_cut() -> None:
    exact = counted(WORKED, 2, decimals="exact")
    assert votes(exact, 2) == [57, d("142/3"), 47, 15] and dict(exact.rounds[1].inactive) == {"exhausted": d("11/3")}
    parcel = counted(WORKED, 2, cut="parcel", decimals="1")
    assert votes(parcel, 2) == [57, d("47.3"), 47, 15]  # 7.333… and 22 exactly
    assert dict(parcel.rounds[1].inactive) == {"exhausted": d("3.6"), "lost to rounding": d("0.1")}
    each = counted(WORKED, 2, cut="value", decimals="1")
    assert votes(each, 2) == [57, 46, 43, 15]  # 0.3 each
    assert dict(each.rounds[1].inactive)["lost to rounding"] == 6


LATE = {"A>B": 20, "C>A>D": 12, "B": 15, "D": 14, "E>D": 1}
"""A has its quota only once C is out: the parcel it gets last goes on to D."""


def test_last_parcel_and_all_ballots() -> None:
    """62 papers, 2 seats: quota 21. E, then C goes: A has 32, 11 too many; all 32 share them, or C's 12 alone."""
    everyone = counted(LATE, 2, decimals="exact")
    assert votes(everyone, 4) == [21, 15 + d("20") * 11 / 32, 0, 15 + d("12") * 11 / 32, 0]
    last = counted(LATE, 2, decimals="exact", surplus="last-parcel")
    assert votes(last, 4) == [21, 15, 0, 15 + 11, 0]
    assert (letters(everyone.elected), letters(last.elected)) == ("AB", "AD")
    assert last.exhibits[0].rows[-1][-1] == 2  # brought at the end of round 2


def test_transferable_papers_alone_carry_the_surplus_but_never_more_than_they_had() -> None:
    """Northern Ireland: 2 decimals. 90 papers, a surplus of 33: 80 have a next preference; or only 20."""
    some = counted(WORKED, 2, surplus="last-parcel", share="transferable", decimals="2")
    assert votes(some, 2) == [57, 40 + 20 * d("0.41"), 25 + 60 * d("0.41"), 15]  # 33 / 80 = 0.4125
    assert dict(some.rounds[1].inactive) == {"lost to rounding": d("0.2")}
    other = {"A": 70, "A>B": 20, "B": 40, "C": 25, "D>B": 15}
    few = counted(other, 2, surplus="last-parcel", share="transferable", decimals="2")
    assert votes(few, 2) == [57, 60, 25, 15]
    assert dict(few.rounds[1].inactive) == {"surplus not transferred": 13}
    decided = {"surplus": "last-parcel", "share": "transferable", "decimals": "2"}
    contest, all_of_them = election(other, 2, None, **decided)
    moving = [Mark(CandidateIndex(0), Rank(1)), Mark(CandidateIndex(1), Rank(2))]
    assert STV.follow is not None and Pattern(tuple(moving)) in all_of_them.patterns
    part = STV.follow(contest, Profile.of({Pattern(tuple(moving)): 20}), few)
    assert list(part[1].votes) == [0, 20, 0, 0] and part[1].inactive == ()  # they carry all they had


def test_an_overvoted_rank_counts_for_the_one_who_still_continues() -> None:
    """A is elected and continues no more when D is excluded: D's ballots go on to B alone."""
    ballots = {"A": 20, "B": 8, "C": 9, "D>A=B": 4}
    continuing = counted(ballots, 2, overvote="exhaust-if-multiple-continuing", surpluses="together")
    assert votes(continuing, 3)[1] == 12 and "overvote" not in dict(continuing.rounds[2].inactive)
    assert dict(counted(ballots, 2).rounds[2].inactive)["overvote"] == 4


# ---- what happens in which order --------------------------------------------------------
THREE = {"A>D": 30, "B>D": 26, "C>D": 2, "D": 5, "E": 3}
"""66 papers, 3 seats: quota 17; A is 13 above it, B 9."""


def test_order_of_surpluses() -> None:
    one = counted(THREE, 3)
    assert [row[1] for row in one.exhibits[0].rows] == ["A"]  # with 13 more D is elected: no further transfer
    assert [letters(r.elected) for r in one.rounds] == ["AB", "D"]
    both = counted(THREE, 3, surpluses="together", decimals="exact")
    assert votes(both, 2) == [17, 17, 2, 5 + 13 + 9, 3]


def test_in_order_takes_the_older_surplus_before_the_larger() -> None:
    """A and B are elected in round 1; A's transfer lifts C far above the quota: B's small surplus is older."""
    ballots = {"A>C": 60, "B>D": 26, "C": 19, "D": 5, "E": 5, "F": 4}
    order = [
        [row[1] for row in counted(ballots, 4, surpluses=how).exhibits[0].rows][:2] for how in ("largest", "in-order")
    ]
    assert order == [["A", "C"], ["A", "B"]]


def test_together_is_a_round_of_its_own_even_without_a_surplus() -> None:
    """11 of 31 elect exactly: by the Scottish law an exclusion follows at once."""
    ballots = {"A": 11, "B": 8, "C": 7, "D": 5}
    assert [letters(r.excluded) for r in counted(ballots, 2).rounds] == ["D", "C", ""]
    assert letters(counted(ballots, 2, surpluses="together").rounds[0].excluded) == ""


def test_one_a_round() -> None:
    """A and B have the quota at once; if only A is elected, B still gets A's surplus."""
    ballots = {"A>B>C": 40, "B>C": 30, "C": 10, "D": 19}
    assert letters(counted(ballots, 3).rounds[0].elected) == "AB"
    single = counted(ballots, 3, elect="one-a-round", decimals="exact")
    assert [letters(r.elected) for r in single.rounds][:2] == ["A", "B"]
    assert votes(single, 2)[1] == 30 + 15
    enough = {"A>C": 40, "B>C": 30, "C": 28, "D": 1}
    assert letters(counted(enough, 3, elect="one-until-enough").rounds[0].elected) == "ABC"
    assert letters(counted(enough, 3, elect="one-a-round").rounds[0].elected) == "A"
    filled = counted({"A>C": 40, "B": 30, "C": 5}, 3, elect="one-a-round")
    assert [letters(r.elected) for r in filled.rounds] == ["A", "B", "C"] and not any(r.excluded for r in filled.rounds)


def test_a_surplus_that_saves_nobody_waits_where_the_law_lets_it() -> None:
    """A has 3 above the quota of 31; the lowest, E, lacks 3 to equal D."""
    ballots = {"A>E": 34, "B": 22, "C": 21, "D": 9, "E>C": 6}
    assert counted(ballots, 2).rounds[0].transfers[0].source == 0
    assert letters(counted(ballots, 2, defer="below-the-gap").rounds[0].excluded) == ""
    waits = counted(ballots, 2, defer="up-to-the-gap")
    assert letters(waits.rounds[0].elected) == "A" and letters(waits.rounds[0].excluded) == "E"
    assert waits.rounds[1].votes[0] == 34


def test_batches_count_the_surplus_in_hand() -> None:
    """F, E and D have 13 together, and with A's 4 in hand 17: fewer than C's 20. 95 papers, 2 seats: quota 32."""
    ballots = {"A": 36, "B": 26, "C": 20, "D": 6, "E": 4, "F": 3}
    excluded = {
        how: [letters(one.excluded) for one in counted(ballots, 2, batch=how).rounds]
        for how in ("no", "after-surpluses", "before-surpluses")
    }
    assert excluded == {
        "no": ["", "F", "E", "D", "C", ""],
        "after-surpluses": ["", "DEF", "C", ""],
        "before-surpluses": ["DEF", "C", ""],  # C has 20, and 4 more are fewer than 26
    }
    equal = {**ballots, "A": 35, "C": 17}  # 13 and 4 in hand
    assert letters(counted(equal, 2, batch="before-surpluses").rounds[0].excluded) == ""
    ballots["C"] = 16  # might be passed with A's surplus, and not once that is gone
    assert letters(counted(ballots, 2, batch="before-surpluses").rounds[0].excluded) == ""
    together = counted(ballots, 2, batch="after-surpluses").rounds[1]
    assert letters(together.excluded) == "DEF" and "Excluded together" in together.note


def test_an_excluded_choice_may_go_in_parts() -> None:
    """64 papers, 2 seats: quota 22. C has 6 ballots of its own, and from A 30 at 0.26."""
    ballots = {"A>C>B": 30, "B": 14, "C>D": 6, "D": 14}
    for how, keys in (("by-value", [1, d("0.26")]), ("by-parcel", [0, 1])):
        parts = counted(ballots, 2, decimals="2", exclusion=how)
        rows = [row for row in parts.exhibits[0].rows if row[1] == "C"]
        assert [(row[0], row[3], row[7]) for row in rows] == [(2, 6, keys[0]), (3, d("7.8"), keys[1])]
        assert votes(parts, 3) == [22, 14, d("7.8"), 20] and votes(parts, 4) == [22, d("21.8"), 0, 20]
        between = counted({**ballots, "D": 18}, 2, decimals="2", exclusion=how)
        assert letters(between.elected) == "AD" and votes(between, 3)[2:] == [d("6.9"), 24]
    assert [letters(r.excluded) for r in counted(ballots, 2, decimals="2").rounds] == ["", "C", "D", ""]
    leader = counted(ballots, 2, decimals="2", exclusion="by-value", last_seats="equal-or-leader")
    assert [letters(r.elected) for r in leader.rounds] == [
        "A",
        "",
        "",
        "B",
    ]  # D leads in round 3, and C's 7.8 are to come


def test_sums_cut_when_an_exclusion_goes_in_parts_leave_nobody_below_nothing() -> None:
    """Two ballots worth a half came apart and gave nothing each; together they are worth 1, which nobody had lost."""
    ballot: Ballot = ((CandidateIndex(1),), 0, "exhausted", 1)
    half, quarter = Fraction(1, 2), Fraction(1, 4)
    held: dict[tuple[int, Units], list[Ballot]] = {(1, half): [ballot], (2, half): [ballot], (3, quarter): [ballot]}
    parcels = Parcels([held, {}], [0, 0], {"lost to rounding": 1}, {CandidateIndex(0)}, Arithmetic(1, "parcel"))
    moved = parcels.exclude(CandidateIndex(0), 4, half, "by-value")
    assert parcels.votes == [0, 1] and parcels.inactive == {"lost to rounding": 0}
    assert moved == {(0, 1, ""): 1, (0, -1, "lost to rounding"): -1}


def test_one_seat_left_may_go_to_a_leader_whom_nobody_can_catch() -> None:
    ballots = {"A": 30, "B": 16, "C": 5, "D": 4}
    assert len(counted(ballots, 2).rounds) == 4
    quick = counted(ballots, 2, last_seats="equal-or-leader")
    level = counted({**ballots, "B": 9}, 2, last_seats="equal-or-leader")
    assert level.rounds[1].elected == ()  # 9 are not more than 5 and 4
    assert letters(quick.elected) == "AB" and len(quick.rounds) == 2  # in round 1 A's 11 might still go to C
    assert "catch up" in quick.rounds[-1].note


def test_last_exclusion_kept_or_transferred() -> None:
    """Minneapolis § 167.70(c)(1)e: those defeated in the final round retain their votes."""
    ballots = {"A": 5, "B": 4, "C>B": 3}
    kept = counted(ballots, 2, quota="hare-up", last_exclusion="kept")
    assert len(kept.rounds) == 1 and letters(kept.elected) == "AB" and votes(kept, 1) == [5, 4, 3]
    assert votes(counted(ballots, 2, quota="hare-up"), 2) == [5, 7, 0]


def test_final_surplus_taken_shows_in_a_last_round() -> None:
    taken = counted(WORKED, 2, final_surplus="taken")
    assert votes(taken, 4) == [57, 57, d("46.9996"), 0] and len(taken.rounds) == 4
    assert dict(taken.rounds[3].inactive)["surplus not transferred"] > 5
    assert taken.elected == counted(WORKED, 2).elected


def test_stop_after_a_round() -> None:
    stopped = counted(WORKED, 2, stop_after="2")
    assert stopped.verdict == "stopped" and len(stopped.rounds) == 2 and letters(stopped.elected) == "A"
    assert letters(stopped.rounds[1].excluded) == "D" and not stopped.rounds[1].transfers
    assert counted(WORKED, 2, stop_after="0").rounds == counted(WORKED, 2).rounds


def test_stop_after_the_round_that_fills_the_seats_takes_no_last_surplus() -> None:
    whole = counted({"A": 9, "B": 6, "C": 1}, 2, final_surplus="taken")
    stopped = counted({"A": 9, "B": 6, "C": 1}, 2, final_surplus="taken", stop_after="1")
    assert len(whole.rounds) == 2 and whole.rounds[0].transfers
    assert len(stopped.rounds) == 1 and not stopped.rounds[0].transfers
    assert stopped.verdict == "elected" and stopped.elected == whole.elected


def test_a_record_need_not_speak_of_choices_without_votes() -> None:
    ballots, kinds = {"A": 5, "B": 3, "C": 3}, {"D": "regular", "E": "regular"}
    law = {"tie": "recorded", "tie_record": '["C"]'}
    recorded = counted(ballots, 1, kinds, **law)
    assert [letters(one.excluded) for one in recorded.rounds][:2] == ["DE", "C"]
    spoken = counted(ballots, 1, kinds, tie="recorded", tie_record='["E", "C"]')
    assert [letters(one.excluded) for one in spoken.rounds][:3] == ["E", "D", "C"]


def test_write_ins_and_withdrawn() -> None:
    kinds = {"W": "write-in", "X": "withdrawn"}
    ballots = {"A": 6, "B": 5, "C": 4, "W>B": 12, "X>C": 2, "X": 1}
    first = counted(ballots, 2, kinds, write_ins="excluded-first")
    assert [first.rounds[0].excluded, first.rounds[0].elected] == [(3,), ()]
    assert votes(first, 1) == [6, 5, 6, 12, 0] and dict(first.rounds[0].inactive) == {"exhausted": 1}
    assert 3 in counted(ballots, 2, kinds).elected
    nobody = counted({"A": 6, "B": 5, "C>W": 4}, 2, {"W": "write-in"}, write_ins="excluded-first")
    assert nobody.rounds[0].excluded == (2, 3) and votes(nobody, 2)[3] == 0  # costs no round, and gets nothing later
    later = counted({"A": 6, "B": 5, "C>W": 4, "D": 5}, 2, {"W": "write-in"}, write_ins="excluded-once-voted")
    assert 4 in {c for one in later.rounds for c in one.excluded}


@pytest.mark.parametrize("surpluses", ["largest", "together"])
def test_write_ins_without_votes_stand_until_they_are_the_lowest(surpluses: str) -> None:
    law = {"write_ins": "excluded-once-voted", "surpluses": surpluses}
    found = counted({"A": 5, "B": 1}, 2, {"W": "write-in"}, **law)
    assert [(letters(one.elected), one.excluded) for one in found.rounds] == [("A", ()), ("", (2,)), ("B", ())]
    assert found.verdict == "elected" and letters(found.elected) == "AB"
    fewer = counted({"A": 5}, 2, {"W": "write-in"}, **law)
    assert letters(fewer.elected) == "A" and fewer.verdict == "elected"
    level = counted({"A": 5}, 2, {"B": "regular", "W": "write-in"}, tie="order", **law)
    assert letters(level.elected) == "AB", "nobody takes a seat from a choice for write-ins that nobody voted for"


def test_fewer_choices_than_seats_and_seats_without_votes() -> None:
    assert letters(counted({"A": 3, "B": 1}, 5).elected) == "AB"
    assert letters(counted({"A": 3}, 2, {"B": "regular"}).elected) == "AB"
    assert counted({"A": 9}, 2, {"B": "regular", "C": "regular"}).verdict == "tie"  # two without votes, one seat
