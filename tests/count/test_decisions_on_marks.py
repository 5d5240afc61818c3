"""Each decision about marks, worked by hand. The comment beside a ballot is what a person reads on the paper."""

from fractions import Fraction

import pytest

from faircount.count import RULES, Reading
from faircount.count.interpretation import read_marks
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

A, B, C, D = (CandidateIndex(i) for i in range(4))


def marks(*chosen: int, **flags: object) -> Pattern:
    """Marks of a contest that is not ranked."""
    return Pattern(tuple(Mark(CandidateIndex(c)) for c in chosen), **flags)  # type: ignore[arg-type]


def vote_for(allowed: int, seats: int = 1, size: int = 4, **options: str) -> Contest:
    chosen = tuple(options.items())
    return Contest("T", tuple(Choice(n) for n in "ABCDE"[:size]), seats, allowed, options=chosen)


def count(contest: Contest, cards: dict[Pattern, int], rule: str) -> Transcript:
    return RULES[rule].count(contest, Profile.of(cards))


# ---- marks -------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "reading"),
    [
        (marks(), Reading((), undervotes=2)),
        (marks(1), Reading(((B, 1),), undervotes=1)),
        (marks(2, 1), Reading(((B, 1), (C, 1)))),
        (marks(0, 1, 2), Reading((), overvotes=2)),  # three marked where two are allowed: none counts
        (marks(0, 1, 2, conditions=("invalid-contest",)), Reading((), invalid=2)),
        (marks(conditions=("invalid-contest",)), Reading((), invalid=2)),
        (Pattern((Mark(A, is_vote=True), Mark(B, is_vote=False))), Reading(((A, 1),), undervotes=1)),
        (Pattern((Mark(A, is_vote=None), Mark(B, is_vote=True, is_ambiguous=True))), Reading(((A, 1),), undervotes=1)),
        # the same choice marked twice is one vote, and no overvote
        (Pattern((Mark(A), Mark(A, is_vote=True), Mark(B))), Reading(((A, 1), (B, 1)))),
        (Pattern((Mark(A, is_vote=False), Mark(A, is_vote=True))), Reading(((A, 1),), undervotes=1)),
        # as Dominion exports an overvote: marks that are no votes, all room in Overvotes
        (Pattern(tuple(Mark(c, is_vote=False) for c in (A, B, C)), 0, 2, ("overvote",)), Reading((), overvotes=2)),
        (Pattern(tuple(Mark(c, is_vote=False) for c in (A, B, C)), conditions=("overvote",)), Reading((), overvotes=2)),
        (Pattern((Mark(A, is_vote=False, conditions=("overvote",)),)), Reading((), overvotes=2)),
        # a figure of 0 is newer than the remark on a mark
        (Pattern((Mark(A, is_vote=False, conditions=("overvote",)),), 2, 0), Reading((), undervotes=2)),
        # as Hart exports one: the options are listed, and nothing says that they are no votes
        (marks(0, conditions=("overvote",)), Reading((), overvotes=2)),
        (marks(0, 1, overvotes=2), Reading((), overvotes=2)),
        # what the export itself calls a vote stands; the rest of the room is overvotes, or as the export says
        (Pattern((Mark(A, is_vote=True),), overvotes=1), Reading(((A, 1),), overvotes=1)),
        (Pattern((Mark(A, is_vote=True), Mark(B, is_vote=True)), overvotes=2), Reading(((A, 1), (B, 1)))),
        (Pattern((), 1, 1), Reading((), undervotes=1, overvotes=1)),
        (Pattern((), None, 1), Reading((), overvotes=2)),
        (Pattern((), 0, 1), Reading((), overvotes=2)),
        (Pattern((), -1, 3), Reading((), overvotes=2)),
        # exported undervotes alone decide nothing: the marks do
        (marks(0, 1, undervotes=2, overvotes=0), Reading(((A, 1), (B, 1)))),
    ],
)
def test_marks(pattern: Pattern, reading: Reading) -> None:
    assert RULES["plurality"].read(vote_for(2), pattern) == reading
    assert reading.votes_allowed == 2


# ---- plurality ---------------------------------------------------------


def plurality(contest: Contest, *votes: int) -> Transcript:
    return count(contest, {marks(c): n for c, n in enumerate(votes) if n}, "plurality")


def test_plurality_and_its_margin() -> None:
    contest = vote_for(1)
    transcript = plurality(contest, 3, 9, 7, 1)
    assert (transcript.verdict, transcript.elected) == ("elected", (B,))
    margin = RULES["plurality"].margin(contest, transcript)
    assert margin and (margin.winner, margin.loser, margin.votes, margin.basis) == (B, C, 2, "first and second choice")


def test_plurality_for_two_seats() -> None:
    contest = vote_for(1, seats=2)
    transcript = plurality(contest, 3, 9, 7, 1)
    assert transcript.elected == (B, C)
    margin = RULES["plurality"].margin(contest, transcript)
    assert margin and (margin.winner, margin.loser, margin.votes) == (C, A, 4)


def test_a_tie_for_the_last_seat_elects_only_those_above_it() -> None:
    contest = vote_for(1, seats=2)
    transcript = plurality(contest, 5, 9, 5, 1)
    assert (transcript.verdict, transcript.elected, transcript.rounds[0].tied) == ("tie", (B,), (A, C))
    assert RULES["plurality"].margin(contest, transcript) is None


def test_a_tie_within_the_seats_is_none() -> None:
    assert plurality(vote_for(1, seats=2), 5, 0, 5, 1).elected == (A, C)
    assert plurality(vote_for(1, seats=2), 5, 0, 5, 1).verdict == "elected"


def test_nobody_is_elected_without_a_vote_and_seats_may_stay_empty() -> None:
    contest = vote_for(1, seats=3)
    transcript = plurality(contest, 5, 0, 2, 0)
    assert (transcript.verdict, transcript.elected) == ("elected", (A, C))
    assert RULES["plurality"].margin(contest, transcript) is None
    fewer = vote_for(2, seats=5, size=2)
    assert plurality(fewer, 1, 1).elected == (A, B)
    assert RULES["plurality"].margin(fewer, plurality(fewer, 1, 1)) is None


def test_total_counts_every_vote_allowed() -> None:
    transcript = count(vote_for(3), {marks(0): 4, marks(0, 1, 2, 3): 2, marks(): 1}, "plurality")
    assert transcript.total == 21
    assert transcript.rounds[0].votes == (4, 0, 0, 0)
    assert transcript.rounds[0].inactive == (("undervote", 11), ("overvote", 6))


# ---- majority or runoff ------------------------------------------------


def majority(*votes: int) -> Transcript:
    return count(vote_for(1), {marks(c): n for c, n in enumerate(votes) if n}, "majority-or-runoff")


def test_more_than_half_elects_and_half_does_not() -> None:
    assert majority(51, 30, 19).elected == (A,)
    assert (majority(50, 30, 20).verdict, majority(50, 30, 20).advancing) == ("runoff", (A, B))
    assert (majority(50, 50).verdict, majority(50, 50).advancing) == ("runoff", (A, B))


def test_ties_for_a_place_in_the_runoff_stop() -> None:
    second = majority(40, 20, 20, 20)
    assert (second.verdict, second.advancing, second.rounds[0].tied) == ("tie", (A,), (B, C, D))
    first = majority(30, 30, 30, 10)
    assert (first.verdict, first.advancing, first.rounds[0].tied) == ("tie", (), (A, B, C))


def test_blank_and_overvoted_cards_are_no_part_of_the_majority() -> None:
    transcript = count(vote_for(1), {marks(0): 3, marks(1): 2, marks(): 50, marks(0, 1): 50}, "majority-or-runoff")
    assert transcript.elected == (A,)
    assert transcript.threshold == "more than half of 5 valid votes"


def test_majority_margins() -> None:
    margin = RULES["majority-or-runoff"].margin
    won, runoff = margin(vote_for(1), majority(60, 30, 10)), margin(vote_for(1), majority(40, 35, 25))
    assert won and (won.winner, won.loser, won.votes) == (A, B, 20)
    assert runoff and (runoff.winner, runoff.loser, runoff.votes) == (B, C, 10)


# ---- threshold ---------------------------------------------------------


def measure(ayes: int, noes: int, blank: int = 0, **options: str) -> Transcript:
    contest = vote_for(1, size=2, **options)
    return count(contest, {p: n for p, n in ((marks(0), ayes), (marks(1), noes), (marks(), blank)) if n}, "threshold")


def test_exactly_the_threshold() -> None:
    assert measure(50, 50).verdict == "not passed"
    assert measure(50, 50, reach="at-least").verdict == "passed"
    assert measure(200, 100, threshold="2/3", reach="at-least").verdict == "passed"
    assert measure(200, 101, threshold="2/3", reach="at-least").verdict == "not passed"
    assert measure(200, 100, threshold="2/3").verdict == "not passed"


def test_base_ballots_counts_the_blank_ones() -> None:
    assert measure(51, 40, 20).verdict == "passed"
    assert measure(51, 40, 20, base="ballots").verdict == "not passed"
    assert measure(56, 35, 20, base="ballots").threshold == "more than 1/2 of 111 ballots for A"
    assert measure(56, 35, 20, base="ballots").verdict == "passed"


def test_the_choice_that_must_reach_it_can_be_named() -> None:
    assert measure(40, 60, yes="B").verdict == "passed"
    assert measure(40, 60, yes="B").elected == (B,)
    with pytest.raises(BadInputError, match="option yes"):
        measure(40, 60, yes="Z")


def test_threshold_margins_are_fractions_where_they_must_be() -> None:
    contest = vote_for(1, size=2, threshold="2/3", reach="at-least")
    margin = RULES["threshold"].margin(contest, measure(201, 100, threshold="2/3", reach="at-least"))
    assert margin and (margin.winner, margin.loser, margin.votes) == (A, B, Fraction(1, 3))
    margin = RULES["threshold"].margin(contest, measure(190, 110, threshold="2/3", reach="at-least"))
    assert margin and (margin.winner, margin.loser, margin.votes, type(margin.votes)) == (B, A, 10, int)


def test_one_vote_rules_refuse_many_seats() -> None:
    for rule in ("threshold", "majority-or-runoff"):
        for contest in (vote_for(2), vote_for(1, seats=2)):
            with pytest.raises(UsageError, match="plurality"):
                RULES[rule].count(contest, Profile.of({}))


def test_each_write_in_of_the_pool_is_a_vote_of_its_own() -> None:
    """Two people written in on one card are two votes of the pool; a regular choice marked twice is one."""
    pool = Contest("T", (Choice("A"), Choice("Write-in", kind="write-in")), votes_allowed=3)
    assert read_marks(pool, marks(1, 1)).votes == ((1, 2),)
    assert read_marks(pool, marks(0, 0)).votes == ((0, 1),)
    assert read_marks(pool, marks(0, 1, 1, 1)).overvotes == 3


def test_a_score_is_not_counted_as_one_vote() -> None:
    """Hart exports the votes that a voter gives one choice of a cumulative contest as a score."""
    three_for_one = Pattern((Mark(A, score=3),))
    with pytest.raises(BadInputError, match="counts marks, not scores"):
        read_marks(vote_for(3), three_for_one)
