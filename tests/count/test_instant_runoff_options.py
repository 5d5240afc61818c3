"""Options of instant runoff beyond the walk along a ballot, each shown by the smallest ballots that part its values."""

from dataclasses import replace
from fractions import Fraction

import pytest
from count.test_decisions_on_rankings import A, B, C, D, count, irv, ranked, ranks

from faircount.count import RULES, Reading
from faircount.count.presets import PRESETS
from faircount.model import BadInputError, Contest, Profile, Transcript


def outline(transcript: Transcript) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """(elected, excluded) by round."""
    return [(one.elected, one.excluded) for one in transcript.rounds]


def withdrawn(contest: Contest, choice: int) -> Contest:
    kinds = [replace(c, kind="withdrawn") if at == choice else c for at, c in enumerate(contest.choices)]
    return replace(contest, choices=tuple(kinds))


# ---- When the count ends ----------------------------------------------------------------------
CARDS = {"A": 6, "B": 3, "CA": 1, "D": 1}
"""A has a majority of 11 in round 1."""


@pytest.mark.parametrize(
    ("value", "rounds"),
    [
        ("no", [((A,), ())]),
        ("yes", [((), (C, D)), ((A,), ())]),
        ("unless-in-round-1", [((A,), ())]),
        ("elected-before", [((A,), ()), ((), (C, D)), ((), ())]),  # as RCTab: the round of election excludes nobody
    ],
)
def test_until_two(value: str, rounds: list[object]) -> None:
    transcript = irv(ranked(until_two=value), **CARDS)
    assert (transcript.verdict, transcript.elected) == ("elected", (A,))
    assert outline(transcript) == rounds


def test_a_majority_after_round_1_does_not_end_it_in_alaska() -> None:
    """AS 15.15.350(d): more than half at first elects; after that, two or fewer continuing candidates end it."""
    cards = {"A": 49, "DA": 5, "BC": 22, "C": 24}  # 49 of 100, then 54, then 54 to 46
    assert len(irv(ranked(batch="no"), **cards).rounds) == 2
    transcript = irv(ranked(until_two="unless-in-round-1", batch="no"), **cards)
    assert [r.votes for r in transcript.rounds] == [(49, 22, 24, 5), (54, 22, 24, 0), (54, 0, 46, 0)]
    assert outline(transcript)[-1] == ((A,), ())


def test_threshold_of_the_first_round() -> None:
    """14 votes in round 1: 8 are needed. After B's ballots are exhausted, 6 of 11 is a majority of that round alone."""
    cards = {"A": 6, "B": 3, "C": 5}
    each, first = irv(ranked(3), **cards), irv(ranked(3, threshold="first-round"), **cards)
    assert [r.threshold for r in each.rounds] == [8, 6]
    assert [r.threshold for r in first.rounds] == [8, 8]
    assert each.elected == first.elected == (A,)  # with two left, more votes are enough
    three = {"A": 6, "B": 2, "C": 3, "D": 3}
    assert len(irv(ranked(batch="no", tie="order"), **three).rounds) == 3
    assert len(irv(ranked(batch="no", tie="order", threshold="first-round"), **three).rounds) == 3
    fixed = irv(ranked(3, threshold="first-round"), A=5, B=2, C=5)
    assert (fixed.verdict, fixed.rounds[-1].tied, fixed.rounds[-1].ties[0].about) == ("tie", (A, C), "elected")


def test_the_figure_that_elects_is_told_where_votes_are_whole() -> None:
    assert irv(ranked(2), A=3, B=1).rounds[0].threshold == 3
    assert irv(ranked(2), A=3, B=2).rounds[0].threshold == 3
    halves = Profile((ranks("A"), ranks("B")), (1, 1), (Fraction(7, 2), Fraction(1)))  # type: ignore[arg-type]
    transcript = RULES["instant-runoff"].count(ranked(2), halves)
    assert (transcript.elected, transcript.rounds[0].threshold) == ((A,), None)


def test_stop_after() -> None:
    cards = {"A": 5, "B": 4, "CB": 3, "D": 1}
    stopped = irv(ranked(batch="no", stop_after="1"), **cards)
    assert (stopped.verdict, stopped.elected, stopped.rounds[0].excluded) == ("stopped", (), (D,))
    assert stopped.rounds[0].transfers == ()
    assert "stop_after" in stopped.rounds[0].note
    assert RULES["instant-runoff"].margin(ranked(), stopped) is None
    assert irv(ranked(batch="no", stop_after="9"), **cards).elected == (B,)
    assert irv(ranked(stop_after="1"), A=9, B=1).elected == (A,)
    before = irv(ranked(stop_after="1", until_two="elected-before"), **CARDS)
    assert (before.verdict, before.elected) == ("elected", (A,))
    write_ins = irv(ranked(write_in=3, stop_after="1", write_ins="excluded-first"), A=1, D=5)
    assert (write_ins.verdict, write_ins.rounds[0].excluded) == ("stopped", (D,))
    with pytest.raises(BadInputError, match="first round is 1"):
        irv(ranked(stop_after="0"), A=1)


# ---- Who goes out ------------------------------------------------------------------------------
def test_batches() -> None:
    cards = {"A": 20, "B": 12, "C": 4, "D": 3}
    assert [r.excluded for r in irv(ranked(), **cards).rounds] == [()]
    close = {"A": 15, "B": 12, "C": 4, "D": 3}
    assert [r.excluded for r in irv(ranked(), **close).rounds] == [(C, D), ()]
    assert [r.excluded for r in irv(ranked(batch="no"), **close).rounds] == [(D,), (C,), ()]
    equal = {"A": 15, "B": 12, "C": 8, "D": 4}  # 8 + 4 is not fewer than 12
    assert irv(ranked(), **equal).rounds[0].excluded == (D,)
    # one alone is no batch: it goes out as the lowest does
    alone = irv(ranked(3), A=5, B=4, C=1)
    assert [r.excluded for r in alone.rounds] == [(C,), ()]


def test_the_last_step_of_a_batch_is_undone_where_two_must_remain() -> None:
    """RCTab's own case has 60, 15, 14, 5, 4, 1, 1; here D and C are hopeless, and so is B, but A would be alone."""
    transcript = irv(ranked(until_two="yes"), A=60, B=15, C=5, D=4)
    assert [r.excluded for r in transcript.rounds] == [(C, D), ()]
    level = irv(ranked(3, until_two="yes", tie="order"), A=60, B=15, C=15)  # no part of a level group goes alone
    assert (level.rounds[0].excluded, level.rounds[0].tied) == ((C,), (B, C))


def test_those_without_votes_at_once() -> None:
    cards = {"A": 4, "B": 3}
    assert outline(irv(ranked(batch="zero-votes", tie="order", until_two="yes"), **cards))[0] == ((), (C, D))
    one_each = {"A": 4, "B": 3, "C": 2, "D": 1}
    assert outline(irv(ranked(batch="zero-votes"), **one_each))[0] == ((), (D,))  # no batch of hopeless ones
    alone = irv(ranked(3, batch="zero-votes", tie="order", until_two="yes"), A=4)
    assert outline(alone)[0] == ((), (C,))  # two must remain


def test_maine_until_2024_let_go_who_could_only_draw_level() -> None:
    """21-A M.R.S. § 723-A(1)(G): out together are those who could not surpass the next one up, as C and D here."""
    law = PRESETS["maine-2018"].applied(ranked())
    found = irv(law, A=40, BA=20, CD=10, DB=10)
    assert [r.excluded for r in found.rounds] == [(C, D), ()] and found.elected == (A,)
    assert found.rounds[1].votes == (40, 30, 0, 0)
    assert irv(ranked(), A=40, BA=20, CD=10, DB=10).verdict == "tie"  # San Francisco: fewer than the next one up
    # Who is level with the next one up is not below it: of B, C and D with 5, 5 and 0, D goes alone.
    assert irv(law, A=6, B=5, C=5).rounds[0].excluded == (D,)


def test_nobody_has_the_minimum() -> None:
    """With valid votes it is not `no votes`: the count stops, and the round says why."""
    found = irv(ranked(3, minimum="100"), A=6, B=4)
    assert (found.verdict, found.elected, found.rounds[0].excluded) == ("stopped", (), ())
    assert "Nobody has 100 votes" in found.rounds[0].note
    assert irv(ranked(3, minimum="100")).verdict == "no votes"


def test_minimum() -> None:
    """As RCTab documents it: whoever has fewer first choices does not remain."""
    cards = {"A": 10, "BA": 9, "CB": 5, "DB": 4}
    assert [r.excluded for r in irv(ranked(batch="no"), **cards).rounds] == [(D,), (C,), ()]
    assert [r.excluded for r in irv(ranked(batch="no", minimum="6"), **cards).rounds] == [(C, D), ()]
    assert irv(ranked(minimum="10"), **cards).elected == (A,)
    assert irv(ranked(2, minimum="3"), A=3, B=1).rounds[0].elected == (A,)
    few = irv(ranked(2, minimum="6"), A=3, B=1)
    assert few.rounds[0].threshold == 6
    assert (few.verdict, few.rounds[0].excluded, len(few.rounds)) == ("stopped", (), 1)


# ---- Choices that are there and do not count ----------------------------------------------------
def test_withdrawn_choices_are_passed_over() -> None:
    contest = withdrawn(ranked(3), A)
    transcript = irv(contest, AB=5, A=1, B=2, CB=4)
    assert transcript.rounds[0].votes == (0, 7, 4)
    assert transcript.rounds[0].inactive == (("exhausted", 1),)
    assert (transcript.elected, transcript.rounds[0].excluded) == ((B,), ())
    read = RULES["instant-runoff"].read
    assert read(contest, ranks("A")) == Reading((), invalid=1)
    assert read(contest, ranks("AC")) == Reading(((C, 1),))
    margin = RULES["instant-runoff"].margin(withdrawn(ranked(2), A), irv(withdrawn(ranked(2), A), AB=5))
    assert margin is None  # a withdrawn choice cannot lose


@pytest.mark.parametrize(
    ("text", "options", "passed_over", "erased"),
    [
        ("AB", {"skipped": "0"}, "B", "skipped rank"),  # erased: an empty first rank
        ("(AB)C", {}, "overvote", "B"),
        ("A", {}, "exhausted", "undervote"),
        ("AAB", {"repeated": "exhaust"}, "repeated choice", "B"),
    ],
)
def test_passed_over_or_erased(text: str, options: dict[str, str], passed_over: str, erased: str) -> None:
    """One ballot, and where it is in round 1 when A has withdrawn."""
    for value, wanted in (("skip", passed_over), ("erase", erased)):
        first = irv(withdrawn(ranked(3, withdrawn=value, **options), A), **{text: 1}).rounds[0]
        assert {**dict(zip("ABC", first.votes, strict=True)), **dict(first.inactive)}[wanted] == 1


def test_an_overvoted_rank_without_names_is_not_erased() -> None:
    one = ranks("-B", overvoted_ranks=(1,))
    assert count(withdrawn(ranked(3, withdrawn="erase"), A), {one: 1}).rounds[0].inactive == (("overvote", 1),)


def test_write_ins_without_votes() -> None:
    """Nobody ranks the pool first: it goes out with others in round 1, or when it is the lowest, as RCTab has it."""
    cards = {"A": 5, "B": 4, "DC": 2}
    first = irv(ranked(write_in=2, write_ins="excluded-first", batch="no"), **cards)
    assert [r.excluded for r in first.rounds] == [(C, D), ()]
    later = irv(ranked(write_in=2, write_ins="excluded-once-voted", batch="no"), **cards)
    assert [r.excluded for r in later.rounds] == [(C,), (D,), ()]
    voted = irv(ranked(write_in=2, write_ins="excluded-once-voted", batch="no"), **cards, C=9)
    assert outline(voted)[0] == ((), (C,))


# ---- Equal ranks ---------------------------------------------------------------------------------
def test_equal_ranks_share_the_vote() -> None:
    """Three cards rank A, B and C level: each gets one vote; when C goes out, A and B get half a vote of it each."""
    transcript = irv(ranked(overvote="split", batch="no"), **{"(ABC)D": 3, "A": 3, "B": 2, "D": 2})
    assert [r.votes for r in transcript.rounds[:2]] == [
        (4, 3, 1, 2),
        (Fraction(9, 2), Fraction(7, 2), 0, 2),
    ]
    assert [(t.source, t.target, t.votes) for t in transcript.rounds[0].transfers] == [
        (C, A, Fraction(1, 2)),
        (C, B, Fraction(1, 2)),
    ]
    assert transcript.rounds[2].votes == (Fraction(9, 2), Fraction(7, 2), 0, 0)
    assert transcript.elected == (A,)
    assert all(type(n) is int for r in transcript.rounds for n in r.votes if n == int(n))


def test_a_share_goes_on_only_when_nobody_is_left_at_its_rank() -> None:
    transcript = irv(ranked(overvote="split"), **{"(CD)B": 2, "A": 7, "B": 6})
    assert transcript.rounds[0].votes == (7, 6, 1, 1)
    assert transcript.rounds[1].votes == (7, 8, 0, 0)
    reading = RULES["instant-runoff"].read(ranked(overvote="split"), ranks("(AB)C"))
    assert [(c, str(n)) for c, n in reading.votes] == [(A, "1/2"), (B, "1/2")]
    assert reading.votes_allowed == 1


def test_split_ballots_sum_exactly() -> None:
    cards = {ranks("(ABC)"): 1, ranks("(ABCD)"): 1, ranks("(BCD)(AE)"): 1, ranks("E"): 1}
    transcript = count(ranked(5, overvote="split", tie="order"), cards)
    assert transcript.verdict == "elected"
    assert all(one.total == 4 for one in transcript.rounds)
    assert transcript.rounds[0].votes == (Fraction(7, 12), Fraction(11, 12), Fraction(11, 12), Fraction(7, 12), 1)


def test_a_tie_of_the_last_two_is_about_who_is_elected() -> None:
    tie = irv(ranked(2), A=5, B=5).rounds[0].ties[0]
    assert (tie.tied, tie.about, tie.chosen) == ((A, B), "elected", None)
    recorded = irv(ranked(2, tie="recorded", tie_record='["B"]'), A=5, B=5)
    assert recorded.elected == (B,)
