"""Rules by pairs, worked by hand, and the mayor of Burlington in 2009 against figures that others published."""

import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from ranked_ballots import best, count, matrix, question, some, table

from faircount.count import RULES
from faircount.model import BadInputError, CandidateIndex, Mark, Pattern, Profile, Rank, Tie, Transcript, UsageError

A, B, C, D, E = (CandidateIndex(c) for c in range(5))
BY_PAIRS = ("schulze", "ranked-pairs", "minimax", "copeland", "kemeny", "smith-instant-runoff")

SCHULZE = {"A>C>B>E>D": 5, "A>D>E>C>B": 5, "B>E>D>A>C": 8, "C>A>B>E>D": 3, "C>A>E>B>D": 7, "C>B>A>D>E": 2,
           "D>C>E>B>A": 7, "E>B>A>D>C": 8}  # fmt: skip
"""45 ballots, Schulze 2011, example 1."""
SCHULZE_PAIRS = [
    [None, 20, 26, 30, 22],
    [25, None, 16, 33, 18],
    [19, 29, None, 17, 24],
    [15, 12, 28, None, 14],
    [23, 27, 21, 31, None],
]


@pytest.mark.parametrize("rule", BY_PAIRS)
def test_pairwise_votes(rule: str) -> None:
    transcript = count(rule, SCHULZE)
    assert matrix(transcript) == SCHULZE_PAIRS
    assert transcript.exhibits[0].kind == "pairwise"
    assert [row[0] for row in table(transcript, "Smith set").rows] == list("ABCDE")
    assert transcript.rounds[0].note.startswith("There is no Condorcet winner")
    assert RULES[rule].margin(question(rule, SCHULZE)[0], transcript) is None


def test_schulze_by_the_paper() -> None:
    transcript = count("schulze", SCHULZE)
    assert best(transcript) == "E"
    assert [row[1:] for row in table(transcript, "Strongest paths").rows] == [
        (None, 28, 28, 30, 24),
        (25, None, 28, 33, 24),
        (25, 29, None, 29, 24),
        (25, 28, 28, None, 24),
        (25, 28, 28, 31, None),
    ]
    assert transcript.rounds[0].votes == (10, 8, 12, 7, 8)


def test_ranked_pairs_lock_and_skip() -> None:
    """D>C, B>A and E>A close circles: B>D and C>B, then A>C>B, then A>C>E stand against them."""
    transcript = count("ranked-pairs", SCHULZE)
    assert best(transcript) == "A"
    rows = table(transcript, "Pairs in order").rows
    assert [f"{row[0]}{row[1]}{row[2]}" for row in rows] == [
        "BD33", "ED31", "AD30", "CB29", "DC28", "EB27", "AC26", "BA25", "CE24", "EA23",
    ]  # fmt: skip
    assert [i for i, row in enumerate(rows) if row[3] != "locked"] == [4, 7, 9]
    assert rows[4][3] == "skipped: stronger pairs, or favoured ones, put C above D"


def test_minimax_and_copeland() -> None:
    defeats = table(count("minimax", SCHULZE), "Greatest defeats").rows
    assert defeats == (("A", 25, "B"), ("B", 29, "C"), ("C", 28, "D"), ("D", 33, "B"), ("E", 24, "C"))
    assert best(count("minimax", SCHULZE)) == "E"
    scores = table(count("copeland", SCHULZE), "Copeland scores").rows
    assert [row[1:] for row in scores] == [(2, 0, 2, 2), (2, 0, 2, 2), (2, 0, 2, 2), (1, 0, 3, 1), (3, 0, 1, 3)]
    assert best(count("copeland", SCHULZE)) == "E"


CIRCLE = {"A>B": 5, "B>A": 4, "B>C": 4, "C>B": 1, "C>A": 3, "A>C": 1}
"""A beats B 5 to 4, B beats C 4 to 1, C beats A 3 to 1, where the unranked are no opinion: each vote is of one pair."""


@pytest.mark.parametrize(
    ("rule", "options", "winners"),
    [
        ("schulze", {"strength": "winning-votes"}, "A"),  # C>A is the weakest with 3
        ("schulze", {"strength": "margins"}, "B"),  # A>B is the weakest with 1
        ("ranked-pairs", {"strength": "winning-votes"}, "A"),
        ("ranked-pairs", {"strength": "margins"}, "B"),
        ("minimax", {"defeat": "winning-votes"}, "A"),  # 3 against A, 5 against B, 4 against C
        ("minimax", {"defeat": "margins"}, "B"),  # 2, 1, 3
        ("minimax", {"defeat": "opposition"}, "AC"),  # 4, 5, 4
        ("copeland", {}, "ABC"),
    ],
)
def test_what_makes_a_majority_strong(rule: str, options: dict[str, str], winners: str) -> None:
    assert best(count(rule, CIRCLE, unranked="no-opinion", **options)) == winners


def test_of_equal_winning_votes_fewer_against_are_stronger() -> None:
    """All three majorities have 5 votes; against them stand 3 (A>B), 1 (B>C) and 4 (C>A), so C>A is the weakest."""
    ballots = {"A>B": 5, "B>A": 3, "B>C": 5, "C>B": 1, "C>A": 5, "A>C": 4}
    assert best(count("schulze", ballots, unranked="no-opinion")) == "A"
    assert best(count("ranked-pairs", ballots, unranked="no-opinion")) == "A"
    assert best(count("minimax", ballots, unranked="no-opinion")) == "ABC"


def test_minimax_by_opposition_may_pass_over_whom_nobody_beats() -> None:
    """A beats B 46 to 45 and C 5 to 0; C is opposed by 5 at most."""
    ballots = {"A>B": 46, "B>A": 45, "A>C": 5, "B>C": 5}
    transcript = count("minimax", ballots, unranked="no-opinion", defeat="opposition")
    assert best(transcript) == "C" and transcript.rounds[0].note.startswith("A is the Condorcet winner")
    assert table(transcript, "Greatest defeats").rows == (("A", 45, "B"), ("B", 46, "A"), ("C", 5, "A"))
    contest, _ = question("minimax", ballots)
    assert RULES["minimax"].margin(contest, transcript) is None
    usual = table(count("minimax", ballots, unranked="no-opinion"), "Greatest defeats").rows
    assert usual == (("A", 0, ""), ("B", 46, "A"), ("C", 5, "A"))


def test_copeland_counts_level_pairs() -> None:
    """A beats B and C and loses to D; all other pairs are level."""
    ballots = {"A>B": 1, "A>C": 1, "D>A": 1}
    found = {how: count("copeland", ballots, unranked="no-opinion", level=how) for how in ("half", "one", "none")}
    assert {how: best(transcript) for how, transcript in found.items()} == {"half": "AD", "one": "D", "none": "A"}
    assert table(found["half"], "Copeland scores").rows == (
        ("A", 2, 0, 1, 2),
        ("B", 0, 2, 1, 1),
        ("C", 0, 2, 1, 1),
        ("D", 1, 2, 0, 2),
    )


# ---- what a ballot says --------------------------------------------------------
def test_equal_and_unranked() -> None:
    """A=B>C says nothing of A and B; who ranks only C prefers it to both, unless the unranked are no opinion."""
    ballots = {"A=B>C": 3, "C": 2}
    transcript = count("schulze", ballots)
    assert matrix(transcript) == [[None, 0, 3], [0, None, 3], [2, 2, None]]
    assert transcript.rounds[0].votes == (Fraction(3, 2), Fraction(3, 2), 2)
    assert transcript.rounds[0].ties == (Tie((A, B), "elected"),) and transcript.verdict == "tie"
    assert matrix(count("schulze", ballots, unranked="no-opinion"))[2] == [0, 0, None]
    stopped = count("schulze", ballots, overvote="exhaust")
    assert stopped.rounds[0].inactive == (("overvote", 3),) and best(stopped) == "C"
    assert matrix(count("schulze", ballots, overvote="skip"))[2] == [5, 5, None]


def test_a_ballot_that_ranks_all_alike_prefers_nobody() -> None:
    transcript = count("schulze", {"A=B=C": 3, "B>A=C": 1})
    assert transcript.rounds[0].inactive == (("overvote", 3),) and best(transcript) == "B"
    assert transcript.rounds[0].votes == (0, 1, 0)


def test_skipped_and_repeated_ranks() -> None:
    assert matrix(count("schulze", {"A>>B>C": 1})) == matrix(count("schulze", {"A>B>C": 1}))
    assert matrix(count("schulze", {"A>>B>C": 1}, skipped="0")) == [[None, 1, 1], [0, None, 0], [0, 0, None]]
    assert matrix(count("schulze", {"A>B>A>C": 1}))[2] == [0, 0, None]
    assert matrix(count("schulze", {"A>B>A>C": 1}, repeated="exhaust")) == matrix(
        count("schulze", {"A>B": 1}, {"C": ""})
    )


def test_the_withdrawn_and_write_ins_that_cannot_win() -> None:
    ballots = {"A>B>C": 5, "B=A>C": 2, "C>B": 4, "A": 1}
    for kinds, options in (({"A": "withdrawn"}, {}), ({"A": "withdrawn"}, {"withdrawn": "erase"}),
                           ({"A": "write-in"}, {"write_ins": "cannot-win"})):  # fmt: skip
        for rule in BY_PAIRS:
            transcript = count(rule, ballots, kinds, **options)
            assert matrix(transcript) == [[None, 0, 0], [0, None, 7], [0, 4, None]]
            assert (best(transcript), transcript.rounds[0].votes) == ("B", (0, 7, 4))
            assert dict(transcript.rounds[0].inactive) == (
                {"undervote": 1} if "withdrawn" in options else {"exhausted": 1}
            )
    assert best(count("schulze", ballots, {"A": "write-in"})) == "A"


def test_rows_and_levels_say_the_same() -> None:
    """Weights that are fractions are counted level by level, whole ones by pairs of ranks."""
    for seed in range(20):
        contest, profile = question(
            "schulze", some(random.Random(seed), 5, 40), unranked=("below", "no-opinion")[seed % 2]
        )
        thirds = Profile(profile.patterns, profile.cards, tuple(Fraction(n, 3) for n in profile.cards))
        huge = Profile(profile.patterns, profile.cards, tuple(Fraction(n * 10**20, 7) for n in profile.cards))
        plain = matrix(RULES["schulze"].count(contest, profile))
        for other, factor in ((thirds, Fraction(1, 3)), (huge, Fraction(10**20, 7))):
            found = matrix(RULES["schulze"].count(contest, other))
            assert found == [[n if n is None else n * factor for n in row] for row in plain]  # type: ignore[operator]
        one = by_hand(profile, dict(contest.options)["unranked"] == "below")
        assert [[n or 0 for n in row] for row in plain] == one


def by_hand(profile: Profile, below: bool) -> list[list[int]]:
    found = [[0] * 5 for _ in range(5)]
    for pattern, cards in zip(profile.patterns, profile.cards, strict=True):
        rank = {mark.choice: mark.rank for mark in pattern.marks}
        if len(rank) == 5 and len(set(rank.values())) == 1:
            continue
        for i in range(5):
            for j in range(5):
                if i in rank and (below or j in rank):
                    found[i][j] += cards * (rank[CandidateIndex(i)] < rank.get(CandidateIndex(j), 99))
    return found


# ---- ties ----------------------------------------------------------------------
def test_ranked_pairs_with_a_tie_among_pairs_that_matters() -> None:
    """A>B, B>C, C>A, all 2 to 1: whichever is locked last is skipped, and anybody can win."""
    ballots = {"A>B>C": 1, "B>C>A": 1, "C>A>B": 1}
    assert count("ranked-pairs", ballots).rounds[0].ties == (Tie((A, B, C), "place in the order"),)
    assert count("ranked-pairs", ballots).verdict == "tie"
    favoured = count("ranked-pairs", ballots, tie="order", tie_order='["B", "A", "C"]')
    # The pair of B comes first, then that of A before that of C, which closes the circle: A stands on top.
    assert best(favoured) == "A"
    assert [(tie.tied, tie.chosen) for tie in favoured.rounds[0].ties] == [((A, B, C), B), ((A, C), A)]
    assert best(count("ranked-pairs", ballots, tie="recorded", tie_record='["B", "C"]')) == "B"


def test_ranked_pairs_with_a_tie_among_pairs_that_does_not_matter() -> None:
    """D beats everybody, less than A, B and C beat each other in a circle of equal strength: D wins in every order."""
    ballots = {"D>A>B>C": 4, "D>B>C>A": 4, "D>C>A>B": 4, "A>B>C>D": 3, "B>C>A>D": 3, "C>A>B>D": 3}
    transcript = count("ranked-pairs", ballots)
    assert (transcript.verdict, best(transcript), transcript.rounds[0].ties) == ("elected", "D", ())
    said = {row[3] for row in table(transcript, "Pairs in order").rows}
    assert said == {"open: D wins in every order"}


def test_a_search_that_takes_too_long_counts_as_a_tie(monkeypatch: pytest.MonkeyPatch) -> None:
    ballots = {"D>A>B>C": 4, "D>B>C>A": 4, "D>C>A>B": 4, "A>B>C>D": 3, "B>C>A>D": 3, "C>A>B>D": 3}
    monkeypatch.setattr("faircount.count.condorcet.ranked_pairs.MOST_STEPS", 2)
    assert count("ranked-pairs", ballots).rounds[0].ties == (Tie((A, B, C), "place in the order"),)


def test_kemeny_orders() -> None:
    """A circle of three: three orders agree with 5 of 9 preferences each."""
    transcript = count("kemeny", {"A>B>C": 1, "B>C>A": 1, "C>A>B": 1})
    assert (transcript.verdict, best(transcript)) == ("tie", "ABC")
    orders = table(transcript, "Best orders")
    assert ["".join(str(row[n]) for row in orders.rows) for n in (1, 2, 3)] == ["ABC", "BCA", "CAB"]
    assert "agrees with 5 preferences" in transcript.rounds[0].note


def circle(size: int) -> tuple[list[str], dict[str, int]]:
    names = [f"{n:02}" for n in range(size)]
    return names, {">".join(names[at:] + names[:at]): 1 for at in range(size)}


def test_kemeny_refuses_a_circle_that_is_too_large_and_only_where_it_decides() -> None:
    _, ballots = circle(16)
    with pytest.raises(UsageError, match="Smith set of at most 15 choices"):
        big("kemeny", ballots)
    below = big("kemeny", {f"{name}>{ballot}": n for name in ("aa",) for ballot, n in ballots.items()})
    assert below.elected == (16,)
    assert table(below, "Best orders").meaning.endswith(
        "16 more choices stand below these, in an order that was not computed."
    )


def big(rule: str, ballots: dict[str, int]) -> Transcript:
    contest, profile = question(rule, ballots)
    return RULES[rule].count(replace(contest, ranks=20), profile)


# ---- instant runoff in the Smith set ---------------------------------------------
@pytest.mark.parametrize(
    ("ballots", "smith", "excluded", "winner"),
    [
        ({"B>C>A>D": 4, "A>B>C>D": 8, "D>C>A>B": 4, "C>D>A>B": 1}, "once", [(D,), (B,), ()], "C"),
        ({"B>C>A>D": 4, "A>B>C>D": 8, "D>C>A>B": 4, "C>D>A>B": 1}, "each-round", [(D,), (B,), ()], "C"),
        # C has fewest first preferences, then B: A alone is left of A, B and C, and D still stands.
        ({"B>C>A>D": 4, "A>B>C>D": 8, "D>C>A>B": 4, "C>D>A>B": 1}, "woodall", [(C,), (B,), ()], "A"),
        # Without C, A beats B and D.
        ({"B>C>A>D": 4, "A>B>C>D": 8, "D>C>A>B": 4, "C>D>A>B": 1}, "benham", [(C,), ()], "A"),
        ({"B>C>A>D": 4, "C>D>B>A": 7, "A>D>B>C": 6, "C>B>A>D": 1}, "once", [(D,), (B,), ()], "C"),
        # All four are in the Smith set; without D, whom nobody puts first, B beats A 12 to 6 and C 10 to 8.
        ({"B>C>A>D": 4, "C>D>B>A": 7, "A>D>B>C": 6, "C>B>A>D": 1}, "each-round", [(D,), ()], "B"),
        ({"B>C>A>D": 4, "C>D>B>A": 7, "A>D>B>C": 6, "C>B>A>D": 1}, "woodall", [(D,), (B,), ()], "C"),
        ({"B>C>A>D": 4, "C>D>B>A": 7, "A>D>B>C": 6, "C>B>A>D": 1}, "benham", [(D,), ()], "B"),
    ],
)  # fmt: skip
def test_four_ways_to_join_the_smith_set_and_exclusion(
    ballots: dict[str, int], smith: str, excluded: list[tuple[CandidateIndex, ...]], winner: str
) -> None:
    transcript = count("smith-instant-runoff", ballots, smith=smith)
    assert ([one.excluded for one in transcript.rounds], best(transcript)) == (excluded, winner)


@pytest.mark.parametrize("smith", ["once", "each-round", "woodall", "benham"])
def test_those_without_a_vote_go_out_together_only_where_their_order_cannot_matter(smith: str) -> None:
    """A, B and C are a circle. D and E, whom nobody ranks, go out together; but not where both are in a circle too."""
    ballots = {"A>B>C": 4, "B>C>A": 3, "C>A>B": 2}
    outside = count("smith-instant-runoff", ballots, {"D": "regular", "E": "regular"}, smith=smith)
    assert outside.rounds[0].excluded == (D, E) and best(outside) == "A"
    # D and E are level with each other and beat C; A and B beat both, and C beats A.
    ballots = {"A>B>D=E>C": 4, "B>D=E>C>A": 3, "C>A>B>D=E": 2}
    inside = count("smith-instant-runoff", ballots, smith=smith)
    assert [row[0] for row in table(inside, "Smith set").rows] == list("ABCDE")
    assert inside.rounds[0].tied == (() if smith == "once" else (D, E))


# ---- Burlington ----------------------------------------------------------------
PUBLISHED = {
    "Montroll": {"Kiss": (4067, 3477), "Smith": (4573, 2998), "Simpson": (6267, 591), "Write-in": (6658, 104),
                 "Wright": (4597, 3668)},
    "Kiss": {"Smith": (3946, 3577), "Simpson": (5517, 845), "Write-in": (6149, 116), "Wright": (4314, 4064)},
}  # fmt: skip
"""electowiki.org/wiki/2009_Burlington_mayoral_election, Copeland method, detailed results."""


@pytest.fixture(scope="module")
def burlington(shared_data: Path) -> Counter[str]:
    file = shared_data / "rcv" / "burlington-2009" / "burl2009.abif"
    if not file.is_file():
        pytest.skip("needs rcv/burlington-2009 in the shared data")
    ballots: Counter[str] = Counter()
    for line in file.read_text("utf-8").splitlines():
        cards, colon, ranking = line.partition(":")
        if colon and cards.isdecimal():
            ballots[ranking] += int(cards)
    return ballots


@pytest.mark.parametrize("rule", BY_PAIRS)
def test_burlington_2009(burlington: Counter[str], rule: str) -> None:
    """Montroll, third by instant runoff, beats each of the others; his closest pair is Kiss, 590 behind."""
    contest, profile = question(rule, burlington)
    transcript = RULES[rule].count(contest, profile)
    names = [choice.name for choice in contest.choices]
    assert [names[c] for c in transcript.elected] == ["Montroll"]
    assert "Montroll is the Condorcet winner" in transcript.rounds[0].note
    found = matrix(transcript)
    for one, others in PUBLISHED.items():
        for other, figures in others.items():
            i, j = names.index(one), names.index(other)
            assert (found[i][j], found[j][i]) == figures, (one, other)
    margin = RULES[rule].margin(contest, transcript)
    assert margin is not None and (names[margin.loser], margin.votes, margin.basis) == ("Kiss", 590, "closest pair")
    assert transcript.total == 8980


def test_nobody_may_be_named_at_an_overvoted_rank() -> None:
    """Where the export says that a rank is overvoted and not by whom, equal preference has nobody to prefer."""
    contest, _ = question("schulze", {"A>B>C": 1})
    unnamed = Pattern((Mark(A, Rank(1)),), overvoted_ranks=(Rank(2),))
    with pytest.raises(BadInputError, match="names nobody"):
        RULES["schulze"].count(contest, Profile.of({unnamed: 1}))
