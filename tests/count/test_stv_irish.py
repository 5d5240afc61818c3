"""Irish counts worked by hand from §§ 120–124 of the Electoral Act 1992, and what the drawn order of papers decides."""

import hashlib
import json
import random
from fractions import Fraction

import pytest
from stv_ballots import elected, in_letters, paper, some_papers, votes

from faircount.count import RULES
from faircount.count.stv.whole_papers import Papers
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

RULE = RULES["irish-stv"]


def counted(names: str, seats: int, papers: dict[str, int], **options: str) -> tuple[Contest, Transcript]:
    contest, profile = in_letters("Dáil", RULE.name, names, seats, papers, **options)
    return contest, RULE.count(contest, profile)


def test_the_largest_fractions_are_made_up_to_one() -> None:
    """Surplus 8 of 17 transferable papers: B 7 × 8/17 = 3 5/17, C 2 14/17, D 1 15/17; D and C get one more."""
    papers = {"AB": 7, "AC": 6, "AD": 4, "A": 3, "B": 5, "C": 6, "DB": 4}
    contest, transcript = counted("ABCD", 2, papers)
    assert transcript.rounds[0].threshold == 12
    assert votes(transcript) == [[20, 5, 6, 4], [12, 8, 9, 6], [12, 12, 9, 0]]
    assert transcript.rounds[2].inactive == (("exhausted", 2),), "the two papers that D had of A"
    assert elected(contest, transcript) == "AB"


def test_too_few_transferable_papers() -> None:
    """Of a surplus of 8 only 3 papers are transferable: 5 others go as not effective, and A keeps the quota."""
    contest, transcript = counted("ABC", 2, {"AB": 3, "A": 17, "B": 8, "C": 7})
    assert votes(transcript) == [[20, 8, 7], [12, 11, 7]]
    assert transcript.rounds[1].inactive == (("exhausted", 5),)
    assert elected(contest, transcript) == "AB", "11 exceed the 7 of all others: § 124(2)"


def test_only_the_parcel_received_last_is_looked_at() -> None:
    """B has 10 of its own, all for D, and gets 6 of C: four for E, two for D. Surplus 4: E 2 2/3 and D 1 1/3."""
    papers = {"BD": 10, "CBE": 4, "CBD": 2, "D": 9, "E": 8, "F": 11}
    contest, transcript = counted("BCDEF", 3, papers)
    assert votes(transcript) == [[10, 6, 9, 8, 11], [16, 0, 9, 8, 11], [12, 0, 10, 11, 11]]
    assert elected(contest, transcript) == "BEF", "D, with 10, is one too many and below 11: § 124(1A)"
    contest, longer = counted("BCDEF", 3, papers, early_end="no")
    assert (elected(contest, longer), len(longer.rounds)) == ("BEF", 4)


def test_a_surplus_waits_while_it_cannot_matter() -> None:
    """Surplus 1: it elects nobody, brings D's 5 not to 8, and D is above a quarter of 12 already."""
    papers = {"AD": 13, "B": 9, "C": 8, "DC": 5}
    _, waits = counted("ABCD", 2, papers)
    assert (waits.rounds[0].excluded, waits.rounds[0].elected) == ((3,), (0,))
    _, at_once = counted("ABCD", 2, papers, defer="no")
    assert (at_once.rounds[0].excluded, votes(at_once)[1]) == ((), [12, 9, 8, 6])


def test_a_surplus_that_could_save_expenses_goes_first() -> None:
    """D has 3, a quarter of the quota of 12 and not above it; 1 more would be. It matters to nothing else."""
    _, transcript = counted("ABCD", 2, {"AD": 13, "B": 10, "C": 8, "DC": 3})
    assert transcript.rounds[0].excluded == ()
    _, without = counted("ABCD", 2, {"AD": 13, "B": 10, "C": 8, "DC": 4})
    assert without.rounds[0].excluded == (3,)


def test_several_lowest_go_together_unless_expenses_hang_on_it() -> None:
    """2 + 4 + 5 are fewer than 38 and cannot exceed a quarter of 45; with 6 for C they could."""
    _, together = counted("ABCDE", 1, {"A": 40, "B": 38, "CA": 5, "DA": 4, "EA": 2})
    assert together.rounds[0].excluded == (2, 3, 4)
    _, one = counted("ABCDE", 1, {"A": 40, "B": 38, "CA": 6, "DA": 4, "EA": 2})
    assert one.rounds[0].excluded == (4,)
    _, never = counted("ABCDE", 1, {"A": 40, "B": 38, "CA": 5, "DA": 4, "EA": 2}, batch="no")
    assert [r.excluded for r in never.rounds] == [(4,), (3,), ()]


def test_equal_fractions_go_to_the_larger_sub_parcel_then_to_original_votes() -> None:
    _, by_votes = counted("ABCD", 3, {"AB": 2, "AC": 2, "A": 1, "B": 3, "C": 2, "D": 3})
    assert votes(by_votes)[1] == [4, 4, 2, 3]
    assert (by_votes.rounds[0].ties[0].about, by_votes.rounds[0].tie_decided_by) == (
        "place in the order", "votes in round 1",
    )  # fmt: skip
    papers = {"AB": 2, "AC": 2, "A": 1, "B": 2, "C": 2, "D": 4}
    _, stopped = counted("ABCD", 3, papers)
    assert (stopped.verdict, stopped.rounds[-1].tied) == ("tie", (1, 2))
    _, by_lot = counted("ABCD", 3, papers, tie_then="recorded", tie_record='["C"]')
    assert votes(by_lot)[1] == [4, 2, 3, 4]
    # 3 of 9 papers: B 5 × 3/9 = 1 2/3, C and D 2 × 3/9 = 2/3 each: B first, C and D for the other.
    _, larger = counted("ABCDE", 2, {"AB": 5, "AC": 2, "AD": 2, "B": 1, "C": 2, "D": 1, "E": 4}, defer="no")
    assert votes(larger)[1] == [6, 3, 3, 1, 4]


def test_ties_of_the_lowest_look_at_original_votes_first() -> None:
    """C and D have 5 each; D had 4 originally."""
    _, transcript = counted("ABCDE", 1, {"A": 8, "B": 7, "C": 5, "D": 4, "ED": 1}, batch="no")
    assert (transcript.rounds[1].excluded, transcript.rounds[1].tie_decided_by) == ((3,), "votes in round 1")


@pytest.mark.parametrize(
    ("order", "ranks", "cause"),
    [((0, 1), (1, 3), "skipped rank"), ((0, 1, 2), (1, 2, 2), "overvote"), ((0, 0), (1, 2), "repeated choice")],
)
def test_a_paper_goes_no_further_than_it_is_clear(order: tuple[int, ...], ranks: tuple[int, ...], cause: str) -> None:
    unclear = Pattern(tuple(Mark(CandidateIndex(c), Rank(r)) for c, r in zip(order, ranks, strict=True)))
    contest = Contest("D", tuple(map(Choice, "ABC")), ranks=3, rule=RULE.name)
    transcript = RULE.count(contest, Profile.of({unclear: 2, paper(1): 3, paper(2): 4}))
    assert RULE.read(contest, unclear).votes == ((0, 1),)
    assert transcript.rounds[1].inactive == ((cause, 2),)


def test_the_order_of_papers_is_the_one_described() -> None:
    """Tickets computed here once more: SHA-256 of a JSON list, lowest first."""
    contest = Contest("Dáil", tuple(map(Choice, ("Áine", "Bo", "C"))), ranks=3, rule=RULE.name)
    profile = Profile.of({paper(0, 1): 3, paper(2): 2, paper(): 4})
    decided = {o.name: o.default for o in RULE.options} | {"papers_seed": "2024-11-29"}
    tickets = sorted(
        (hashlib.sha256(json.dumps(t, ensure_ascii=False, separators=(",", ":")).encode()).digest(), t[2])
        for names, n in ((["Áine", "Bo"], 3), (["C"], 2))
        for t in (["2024-11-29", "Dáil", names, "exhausted", copy + 1] for copy in range(n))
    )
    lying = Papers.of(contest, profile, decided)
    assert [[contest.name_of(c) for c in steps] for steps, _ in lying.ways] == [names for _, names in tickets]
    assert dict(lying.inactive_now()) == {"undervote": 4}


def test_another_order_moves_other_papers_and_the_transcript_says_so() -> None:
    """B gets 4 of A's 12 papers, whichever; when B is excluded they make C win, or D, or neither."""
    papers = {"ABC": 6, "ABD": 6, "B": 1, "C": 5, "D": 5}
    found = set()
    for seed in range(40):
        contest, transcript = counted("ABCD", 2, papers, papers_seed=f"seed {seed}")
        assert transcript == counted("ABCD", 2, papers, papers_seed=f"seed {seed}")[1]
        assert transcript.rounds[0].note.endswith("decided by the order drawn.")
        assert votes(transcript)[1] == [8, 5, 5, 5]
        assert sum(votes(transcript)[2][2:]) == 14
        found.add(elected(contest, transcript))
    assert found == {"A", "AC", "AD"}
    _, nothing_drawn = counted("ABCD", 2, {"ABC": 12, "B": 1, "C": 5, "D": 5})
    assert nothing_drawn.rounds[0].note.endswith("12 of them transferable.")


def test_papers_are_whole() -> None:
    contest = Contest("D", tuple(map(Choice, "AB")), ranks=2, rule=RULE.name)
    pattern = paper(0, 1)
    assert RULE.count(contest, Profile((pattern,), Profile.of({pattern: 1}).cards, (5,))).total == 5
    for weight in (Fraction(1, 2), 10**9):
        with pytest.raises(UsageError, match="weight"):
            RULE.count(contest, Profile((pattern,), Profile.of({pattern: 1}).cards, (weight,)))


@pytest.mark.parametrize("options", [{}, {"defer": "no", "batch": "no", "early_end": "no"}])
def test_counts_of_many_seats(options: dict[str, str]) -> None:
    """Whole papers, nobody above the quota once its surplus has gone, all seats filled."""
    for seed in range(60):
        chance = random.Random(seed)
        size, seats = chance.randint(3, 9), chance.randint(2, 4)
        stated = {"tie_seed": "s", "tie_then": "draw"} | options
        contest = Contest(
            "D", tuple(Choice(f"c{c}") for c in range(size)), seats=seats, ranks=size, rule=RULE.name,
            options=tuple(sorted(stated.items())),
        )  # fmt: skip
        transcript = RULE.count(contest, Profile.of(some_papers(chance, size, 120)))
        assert transcript.verdict == "elected"
        assert len(transcript.elected) == min(seats, size)
        quota = transcript.rounds[0].threshold
        assert quota == sum(transcript.rounds[0].votes) // (seats + 1) + 1
        moved = {t.source for one in transcript.rounds for t in one.transfers}
        for choice in transcript.elected:
            assert choice not in moved or transcript.rounds[-1].votes[choice] == quota
        assert all(isinstance(n, int) for one in transcript.rounds for n in one.votes)
