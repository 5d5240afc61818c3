"""Cambridge counts worked by hand from M.G.L. c. 54A § 9 and the city's words for the Cincinnati method."""

import itertools
import random

import pytest
from stv_ballots import elected, in_letters, paper, some_papers, votes

from faircount.count import RULES
from faircount.count.stv.cambridge import nearest, places
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank, Transcript

RULE = RULES["cambridge-stv"]


def counted(names: str, seats: int, ballots: dict[str, int], **options: str) -> tuple[Contest, Transcript]:
    contest, profile = in_letters("Council", RULE.name, names, seats, ballots, **options)
    return contest, RULE.count(contest, profile)


def test_every_nth_ballot() -> None:
    """n, 2n, 3n, …, then n+1, 2n+1, … and so on; the first n-1 come last. Counted from 1 in the city's words."""
    assert [nearest(total, surplus) for total, surplus in ((80, 42), (7, 3), (5, 2), (7, 2), (9, 9), (9, 1))] == [
        2, 2, 3, 4, 1, 9,
    ]  # fmt: skip
    assert [place + 1 for place in places(10, 3)] == [3, 6, 9, 4, 7, 10, 5, 8, 1, 2]
    assert [place + 1 for place in places(4, 4)] == [4, 1, 2, 3]
    for total, nth in itertools.product(range(1, 20), repeat=2):
        assert sorted(places(total, nth)) == list(range(total)) or nth > total


def test_a_candidate_gets_no_more_than_the_quota_and_the_rest_of_a_surplus_stays() -> None:
    """A's surplus is 42 and all of it wants B, who lacks 28: A keeps 14 more than the quota of 38."""
    contest, transcript = counted("ABCD", 3, {"AB": 80, "B": 10, "C": 60, "D": 1})
    assert transcript.rounds[0].threshold == 38
    assert votes(transcript) == [[80, 10, 60, 1], [52, 38, 60, 1]]
    assert elected(contest, transcript) == "ACB"


def test_ballots_that_name_nobody_else_remain() -> None:
    """Of A's 60 ballots 50 name nobody else; the surplus of 26 moves the 10 that name B, and no more."""
    contest, transcript = counted("ABC", 2, {"A": 50, "AB": 10, "B": 20, "CB": 21}, minimum="0")
    assert transcript.rounds[0].threshold == 34
    assert votes(transcript) == [[60, 20, 21], [50, 30, 21], [50, 34, 0]]
    assert transcript.rounds[2].inactive == (("exhausted", 17),), "B was full after 4 of C's ballots"
    assert elected(contest, transcript) == "AB"


def test_those_below_the_minimum_go_together_fewest_first() -> None:
    """E's 30 go before D's 40: B takes 11 of E's and is full at 161; 19 are exhausted, and D's go past B to C."""
    ballots = {"AC": 200, "B": 150, "C": 60, "DBC": 40, "EB": 30}
    contest, transcript = counted("ABCDE", 2, ballots)
    assert votes(transcript) == [[200, 150, 60, 40, 30], [161, 150, 99, 40, 30], [161, 161, 139, 0, 0]]
    assert (transcript.rounds[1].excluded, transcript.rounds[2].inactive) == ((3, 4), (("exhausted", 19),))
    assert transcript.rounds[1].note == "Candidates with fewer than 50 ballots are defeated together."
    assert elected(contest, transcript) == "AB"
    _, one_by_one = counted("ABCDE", 2, ballots, minimum="0")
    assert [one.excluded for one in one_by_one.rounds] == [(), (4,), ()]


def test_a_minimum_that_nobody_reaches_is_not_applied() -> None:
    contest, transcript = counted("ABC", 1, {"A": 5, "B": 4, "CB": 3})
    assert "too many to be defeated together" in transcript.rounds[0].note
    assert ([one.excluded for one in transcript.rounds], elected(contest, transcript)) == ([(2,), ()], "B")


def test_ties_look_back_transfer_by_transfer() -> None:
    """B and C have 60 each; immediately before the last transfer C had 59: § 9(k)."""
    ballots = {"A": 100, "B": 60, "C": 59, "DC": 1}
    _, transcript = counted("ABCD", 1, ballots)
    assert (transcript.rounds[1].excluded, transcript.rounds[1].tie_decided_by) == ((2,), "votes in round 1")
    _, by_lot = counted("ABCD", 1, ballots, tie="recorded", tie_record='["B"]')
    assert by_lot.rounds[1].excluded == (1,)


def test_what_a_ballot_says() -> None:
    """§ 9(a): figures left out do not matter; a rank with two choices does not count, nor a choice named twice."""
    contest = Contest("C", tuple(map(Choice, "ABCD")), ranks=4, rule=RULE.name)

    def first(*pairs: tuple[int, int]) -> object:
        reading = RULE.read(contest, Pattern(tuple(Mark(CandidateIndex(c), Rank(r)) for c, r in pairs)))
        return reading.votes[0][0] if reading.votes else ("overvote" if reading.overvotes else "undervote")

    assert first((2, 3)) == 2
    assert first((0, 1), (1, 1), (3, 2)) == 3
    assert first((0, 1), (1, 1)) == "overvote"
    assert first() == "undervote"
    gone = Contest("C", (Choice("A", kind="withdrawn"), *map(Choice, "BC")), ranks=3, rule=RULE.name)
    assert RULE.read(gone, paper(0, 2)).votes == ((2, 1),)


def test_another_order_can_elect_another() -> None:
    ballots = {"ABC": 60, "ABD": 60, "AC": 2, "B": 1, "C": 58, "D": 58}
    found = set()
    for seed in range(30):
        contest, transcript = counted("ABCD", 2, ballots, papers_seed=f"seed {seed}")
        assert transcript == counted("ABCD", 2, ballots, papers_seed=f"seed {seed}")[1]
        assert "order drawn" in transcript.rounds[0].note
        found.add(elected(contest, transcript))
    assert {"AC", "AD"} <= found


@pytest.mark.parametrize("minimum", ["0", "20"])
def test_counts_of_many_seats(minimum: str) -> None:
    """Nobody gets above the quota by a transfer, all seats are filled, and ballots are whole."""
    for seed in range(60):
        chance = random.Random(seed)
        size, seats = chance.randint(3, 9), chance.randint(2, 4)
        contest = Contest(
            "C", tuple(Choice(f"c{c}") for c in range(size)), seats=seats, ranks=size, rule=RULE.name,
            options=(("minimum", minimum), ("tie_seed", "s"), ("tie_then", "draw")),
        )  # fmt: skip
        transcript = RULE.count(contest, Profile.of(some_papers(chance, size, 150)))
        assert transcript.verdict == "elected"
        assert len(transcript.elected) == min(seats, size)
        quota = transcript.rounds[0].threshold
        assert quota is not None
        for before, after in itertools.pairwise(transcript.rounds):
            for one, two in zip(before.votes, after.votes, strict=True):
                assert two <= max(one, quota) and isinstance(two, int)
