"""Each decision about rankings, worked by hand. The comment beside a ballot is what a person reads on the paper."""

import pytest

from faircount.count import RULES, Reading
from faircount.model import (
    CandidateIndex,
    Choice,
    Contest,
    Mark,
    Pattern,
    Profile,
    Rank,
    Transcript,
    UsageError,
)

A, B, C, D, E = (CandidateIndex(i) for i in range(5))


def ranks(text: str, **flags: object) -> Pattern:
    """A ranked ballot: `A-B` is A first, nothing second, B third; `(AB)` is both at one rank."""
    found, rank, together = [], 0, False
    for letter in text:
        if letter in "()":
            rank, together = rank + (letter == "("), letter == "("
            continue
        rank += not together
        if letter != "-":
            found.append(Mark(CandidateIndex("ABCDE".index(letter)), Rank(rank)))
    return Pattern(tuple(found), **flags)  # type: ignore[arg-type]


def ranked(size: int = 4, write_in: int | None = None, **options: str) -> Contest:
    choices = tuple(Choice(n, kind="write-in" if i == write_in else "regular") for i, n in enumerate("ABCDE"[:size]))
    return Contest("T", choices, ranks=5, rule="instant-runoff", options=tuple(options.items()))


def count(contest: Contest, cards: dict[Pattern, int]) -> Transcript:
    return RULES["instant-runoff"].count(contest, Profile.of(cards))


def irv(contest: Contest, **cards: int) -> Transcript:
    return count(contest, {ranks(text): n for text, n in cards.items()})


def test_a_count_by_hand() -> None:
    """9 A>B, 6 B, 4 C>B, 2 D>C, 1 blank: D out, C out (2 + 4 is not fewer than 6), B wins 12 to 9."""
    transcript = irv(ranked(), AB=9, B=6, CB=4, DCB=2, **{"": 1})
    assert [r.votes for r in transcript.rounds] == [
        (9, 6, 4, 2),
        (9, 6, 6, 0),
    ]
    assert (transcript.verdict, transcript.rounds[1].tied) == ("tie", (B, C))
    transcript = irv(ranked(), AB=9, B=7, CB=4, DCB=2, **{"": 1})
    assert [r.votes for r in transcript.rounds] == [(9, 7, 4, 2), (9, 13, 0, 0)]
    assert transcript.rounds[0].excluded == (C, D)  # 4 + 2 < 7: together
    assert [(t.source, t.target, t.votes) for t in transcript.rounds[0].transfers] == [(C, B, 4), (D, B, 2)]
    assert transcript.rounds[1].inactive == (("undervote", 1),)
    assert transcript.elected == (B,)
    margin = RULES["instant-runoff"].margin(ranked(), transcript)
    assert margin and (margin.winner, margin.loser, margin.votes, margin.basis) == (B, A, 4, "final round")


def test_one_at_a_time_without_batches() -> None:
    transcript = irv(ranked(batch="no"), AB=9, B=7, CB=4, DCB=2)
    assert [r.excluded for r in transcript.rounds] == [(D,), (C,), ()]
    assert [r.votes for r in transcript.rounds] == [(9, 7, 4, 2), (9, 7, 6, 0), (9, 13, 0, 0)]


def test_is_vote_is_ignored_where_voters_rank_and_ambiguous_marks_are_not() -> None:
    later = Pattern((Mark(A, Rank(1), is_vote=True), Mark(B, Rank(2), is_vote=False)))
    transcript = count(ranked(3), {ranks("B"): 3, ranks("C"): 4, later: 2})
    assert transcript.rounds[1].votes == (0, 5, 4)
    unclear = Pattern((Mark(A, Rank(1), is_ambiguous=True), Mark(B, Rank(2))))
    assert RULES["instant-runoff"].read(ranked(), unclear) == Reading(((B, 1),))
    # one clear and one ambiguous mark at a rank: no overvote
    half = Pattern((Mark(A, Rank(1)), Mark(B, Rank(1), is_ambiguous=True)))
    assert RULES["instant-runoff"].read(ranked(), half) == Reading(((A, 1),))


def test_invalid_contests_count_for_nothing() -> None:
    transcript = count(ranked(), {ranks("AB"): 1, ranks("BA", conditions=("invalid-contest",)): 5})
    assert transcript.elected == (A,)
    assert transcript.rounds[0].inactive == (("invalid", 5),)


def final(contest: Contest, text: str) -> tuple[str, int]:
    """Where one ballot ends when A is excluded at once and B, C and D stand: (cause or letter, round-2 votes)."""
    others = {"B": 10, "C": 11, "D": 12, text: 1}
    transcript = count(contest, {ranks(t): n for t, n in others.items()})
    second = transcript.rounds[1]
    assert transcript.rounds[0].excluded == (A,)
    moved = {"B": second.votes[B] - 10, "C": second.votes[C] - 11, "D": second.votes[D] - 12, **dict(second.inactive)}
    ((where, votes),) = {k: v for k, v in moved.items() if v}.items()
    return where, votes


@pytest.mark.parametrize(
    ("text", "options", "where"),
    [
        ("AB", {}, "B"),
        ("A", {}, "exhausted"),
        # overvote
        ("A(BC)D", {}, "overvote"),
        ("A(BC)D", {"overvote": "skip"}, "D"),
        ("A(BC)", {"overvote": "skip"}, "exhausted"),  # as RCTab: nothing after the skipped overvote
        ("A(BC)D", {"overvote": "exhaust-if-multiple-continuing"}, "overvote"),
        ("A(AC)D", {"overvote": "exhaust-if-multiple-continuing"}, "C"),
        ("A(AC)D", {"overvote": "exhaust"}, "overvote"),
        # skipped ranks
        ("A---B", {}, "B"),
        ("A-B", {"skipped": "0"}, "skipped rank"),
        ("A-B", {"skipped": "1"}, "B"),
        ("A--B", {"skipped": "1"}, "skipped rank"),
        ("A-(BC)-D", {"overvote": "skip", "skipped": "1"}, "D"),  # an overvoted rank is no empty rank
        ("-AB", {"skipped": "1"}, "B"),
        ("A----", {"skipped": "0"}, "exhausted"),  # empty ranks at the end are no skipped ones
        # repeated choices
        ("AAB", {}, "B"),
        ("AAB", {"repeated": "exhaust"}, "repeated choice"),
        ("A(AB)C", {"repeated": "exhaust"}, "repeated choice"),  # before the overvote
        ("A--AB", {"repeated": "exhaust", "skipped": "1"}, "skipped rank"),  # before the repetition
        ("ABA", {"repeated": "exhaust"}, "B"),  # only ranks reached so far are looked at
    ],
)
def test_ballot_by_ballot(text: str, options: dict[str, str], where: str) -> None:
    assert final(ranked(batch="no", **options), text) == (where, 1)


@pytest.mark.parametrize(
    ("text", "options", "reading"),
    [
        ("", {}, Reading((), undervotes=1)),
        ("--B", {}, Reading(((B, 1),))),
        ("--B", {"skipped": "1"}, Reading((), undervotes=1)),  # leading empty ranks count
        ("(AB)C", {}, Reading((), overvotes=1)),
        ("(AB)C", {"overvote": "skip"}, Reading(((C, 1),))),
        ("(AB)", {"overvote": "skip"}, Reading((), overvotes=1)),
        ("(AB)C", {"overvote": "exhaust-if-multiple-continuing"}, Reading((), overvotes=1)),
        ("(AB)A", {"overvote": "skip", "repeated": "exhaust"}, Reading((), overvotes=1)),
    ],
)
def test_first_round_readings(text: str, options: dict[str, str], reading: Reading) -> None:
    assert RULES["instant-runoff"].read(ranked(**options), ranks(text)) == reading


def test_an_overvote_exported_without_marks() -> None:
    """ES&S writes the word `overvote` and no names: no ranking, but not a blank ballot."""
    read = RULES["instant-runoff"].read
    assert read(ranked(), Pattern(conditions=("overvoted-ranking",))) == Reading((), overvotes=1)
    assert read(ranked(), Pattern(overvotes=1)) == Reading((), overvotes=1)
    assert read(ranked(), ranks("A", conditions=("overvoted-ranking",))) == Reading(((A, 1),))


def test_until_two() -> None:
    plain, on = irv(ranked(3), A=10, BA=5, CB=3), irv(ranked(3, until_two="yes"), A=10, BA=5, CB=3)
    assert [r.votes for r in plain.rounds] == [(10, 5, 3)]
    assert [r.votes for r in on.rounds] == [(10, 5, 3), (10, 8, 0)]
    assert plain.elected == on.elected == (A,)
    batches = irv(ranked(4, until_two="yes"), A=100, B=5, C=3, D=1)
    assert [r.excluded for r in batches.rounds] == [(C, D), ()]  # B too would be hopeless, but two remain


def test_ties_at_the_bottom() -> None:
    tied = {"A": 9, "BA": 7, "CB": 4, "DC": 4}
    stop = irv(ranked(), **tied)
    assert (stop.verdict, stop.elected, stop.rounds[-1].tied) == ("tie", (), (C, D))
    order = irv(ranked(tie="order"), **tied)
    assert (order.rounds[0].tied, order.rounds[0].excluded) == ((C, D), (D,))
    assert order.rounds[0].tie_decided_by == "order of the ballot"
    first = irv(ranked(tie="previous-rounds"), **tied)
    assert (first.verdict, len(first.rounds)) == ("tie", 1)


def test_a_tie_broken_by_an_earlier_round() -> None:
    contest = ranked(tie="previous-rounds", batch="no")
    transcript = irv(contest, A=9, BA=6, CA=4, DC=2)  # D out: C 6, level with B, and had fewer in round 1
    assert [r.votes for r in transcript.rounds] == [(9, 6, 4, 2), (9, 6, 6, 0), (13, 6, 0, 0)]
    second = transcript.rounds[1]
    assert (second.tied, second.excluded, second.tie_decided_by) == ((B, C), (C,), "votes in round 1")


def test_going_back_only_those_still_level_are_compared() -> None:
    """A had as few votes as B in round 1, but was ahead in round 2: the tie is then between B and C alone."""
    contest = ranked(5, tie="previous-rounds", batch="no")
    transcript = irv(contest, A=12, B=12, C=13, DA=3, DB=2, DC=1, EA=1, EB=2, EC=2, E=3)
    assert [r.votes for r in transcript.rounds][:3] == [(12, 12, 13, 6, 8), (15, 14, 14, 0, 8), (16, 16, 16, 0, 0)]
    third = transcript.rounds[2]
    assert (third.tied, third.excluded, third.tie_decided_by) == ((A, B, C), (B,), "votes in round 1")


def test_two_left_and_level() -> None:
    level = {"A": 5, "B": 5}
    assert irv(ranked(2), **level).verdict == "tie"
    order = irv(ranked(2, tie="order"), **level)
    assert (order.verdict, order.elected, order.rounds[0].tied) == ("elected", (A,), (A, B))
    margin = RULES["instant-runoff"].margin(ranked(2), order)
    assert margin and margin.votes == 0
    earlier = irv(ranked(3, tie="previous-rounds"), A=6, B=5, CB=1)
    assert (earlier.elected, earlier.rounds[1].tie_decided_by) == ((A,), "votes in round 1")


def test_choices_without_any_vote_go_together_and_are_no_tie() -> None:
    transcript = irv(ranked(5, batch="no"), A=5, BC=4, CE=2)
    assert transcript.rounds[0].excluded == (D, E)
    assert transcript.rounds[0].tied == ()
    assert [r.excluded for r in irv(ranked(5, batch="no", tie="order"), A=5, BC=4, CE=2).rounds][:2] == [(E,), (D,)]


def test_pooled_write_ins_go_first_and_cannot_win() -> None:
    cards = {"A": 3, "B": 2, "DB": 9}
    assert irv(ranked(write_in=3), **cards).elected == (D,)
    transcript = irv(ranked(write_in=3, write_ins="excluded-first"), **cards)
    assert transcript.rounds[0].excluded == (D,)
    assert transcript.rounds[0].elected == ()
    assert transcript.elected == (B,)
    assert transcript.rounds[1].votes == (3, 11, 0, 0)


def test_pooled_write_ins_without_votes_cost_no_round() -> None:
    transcript = irv(ranked(write_in=3, write_ins="excluded-first"), A=5, BD=4, CDB=3)
    assert transcript.rounds[0].excluded == (C, D)
    assert transcript.rounds[1].votes == (5, 7, 0, 0)
    won = irv(ranked(write_in=3, write_ins="excluded-first"), A=5, B=1)
    assert (won.rounds[0].elected, won.rounds[0].excluded) == ((A,), (D,))


def test_only_pooled_write_ins_have_votes() -> None:
    transcript = irv(ranked(write_in=3, write_ins="excluded-first"), D=5)
    assert (transcript.verdict, transcript.rounds[-1].inactive) == ("no votes", (("exhausted", 5),))


def test_more_than_one_seat_is_refused() -> None:
    with pytest.raises(UsageError, match="one seat"):
        RULES["instant-runoff"].count(Contest("T", (Choice("A"),), seats=2, ranks=3), Profile.of({}))
