"""abcvoting gets the ballots as they are: what the literature works out by hand comes back, and no tie is hidden."""

import ast
import itertools
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faircount.app import committees as use
from faircount.app.committees import COMMITTEE_RULES, Committees, approvals, count
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.model import (
    CandidateIndex,
    Choice,
    Contest,
    Mark,
    MissingToolError,
    Pattern,
    Profile,
    Rank,
    UnknownNameError,
    UsageError,
    Weight,
)  # fmt: skip
from faircount.store import Workspace

BOOK = "ab ab ab ac ac ac ad ad bcf e f g"
"""Lackner and Skowron 2023, Multi-Winner Voting with Approval Preferences, example 2.1: 12 voters, 4 seats."""
LOADED = "cd cd cd ab ab ac ac bd"
"""The book's example in which Phragmén's rule and equal shares part: 8 voters, 3 seats."""
GREEDY = "ab " * 3 + "ad " * 6 + "b " * 4 + "c " * 5 + "cd " * 5
"""The book's example in which the best pair does not hold the best single: 23 voters, 2 seats."""
STOCKHOLM = "ABC " * 1034 + "PQR " * 519 + "ABQ " * 90 + "APQ " * 47
"""Phragmén 1894, as in S. Janson 2016, Phragmén's and Thiele's election methods: 3 seats."""
WELFARE = "1237 1238 1239 abc def ghi"
"""Peters and Skowron 2020, Proportionality and the Limits of Welfarism, figure 1: 12 seats."""


def contest_of(voters: Sequence[str], seats: int = 1, names: str = "") -> Contest:
    names = names or "".join(sorted(set("".join(voters))))
    return Contest("Board", tuple(map(Choice, names)), seats=seats, votes_allowed=len(names))


def profile_of(contest: Contest, voters: Sequence[str]) -> Profile:
    at = {choice.name: CandidateIndex(n) for n, choice in enumerate(contest.choices)}
    patterns = [Pattern(tuple(Mark(at[name]) for name in sorted(voter))) for voter in voters]
    return Profile.of({pattern: patterns.count(pattern) for pattern in set(patterns)})


def won(rule: str, text: str, seats: int) -> list[str]:
    contest = contest_of(text.split())
    return named(count(contest, approvals(contest, profile_of(contest, text.split())), COMMITTEE_RULES[rule], seats))


def named(found: Committees) -> list[str]:
    assert found.complete
    return ["".join(found.contest.name_of(choice) for choice in one) for one in found.winning]


# ---- what the literature works out by hand ---------------------------------
@pytest.mark.parametrize(
    ("rule", "text", "seats", "expected"),
    [
        # a 8, b 4, c 4; d and f have 2 each
        ("av", BOOK, 4, ["abcd", "abcf"]),
        # a 4, b and c 1 5/6, f 1 1/3, d, e and g 1
        ("sav", BOOK, 4, ["abcf"]),
        # 3 × 1 1/2 + 3 × 1 1/2 + 2 + 1 5/6 + 1 = 13 5/6; with d or e in place of f 13 1/2
        ("pav", BOOK, 4, ["abcf"]),
        ("seqpav", BOOK, 4, ["abcf"]),
        # a 8 voters, f 2, e 1, g 1: all twelve
        ("cc", BOOK, 4, ["aefg"]),
        # loads: a 1/8; b or c 11/32; the other 55/128; d 5/8
        ("seqphragmen", BOOK, 4, ["abcd"]),
        # each has 1/3; a costs 1/8 each; nobody else is affordable, and Phragmén's rule goes on: b, c, d
        ("equal-shares", BOOK, 4, ["abcd"]),
        # c 1/5, b 1/3, d 29/60
        ("seqphragmen", LOADED, 3, ["bcd"]),
        # c for 1/5 each, a for 13/40; then d by loads
        ("equal-shares", LOADED, 3, ["acd"]),
        # a and c: 9 + 10 = 19; with d, who is first alone with 11, 18 1/2 at most
        ("pav", GREEDY, 2, ["ac"]),
        ("seqpav", GREEDY, 2, ["cd"]),
        # A 1/1171; then Q 1308/(1171 × 656) is lighter than B 2295/(1171 × 1124); then B
        ("seqphragmen", STOCKHOLM, 3, ["ABQ"]),
        # most approvals: A 1171, B 1124, C 1034
        ("av", STOCKHOLM, 3, ["ABC"]),
        # of 7, 8, 9 none: a voter's third of their own adds 1/3 and a fourth 1/4
        ("pav", WELFARE, 12, ["123abcdefghi"]),
        # each has 1: the first two buy 1 and 2 for a half each, the third one of two
        ("equal-shares", "12 12 ab", 3, ["12a", "12b"]),
    ],
)  # fmt: skip
def test_worked_examples_come_back(rule: str, text: str, seats: int, expected: list[str]) -> None:
    assert won(rule, text, seats) == expected


def test_voters_of_parties_get_the_seats_of_jefferson() -> None:
    """Brill, Laslier and Skowron 2018, Multiwinner approval rules as apportionment methods: PAV is D'Hondt's method."""
    parties = "abcd " * 53 + "efgh " * 24 + "ijkl " * 23
    seats = {tuple(sum(name in party for name in one) for party in ("abcd", "efgh", "ijkl"))
             for one in won("pav", parties, 5)}  # fmt: skip
    assert seats == {(3, 1, 1)}, "53, 26 1/2, 24, 23, 17 2/3; the next quotient is 13 1/4"


# ---- a second opinion ------------------------------------------------------
def best(voters: Sequence[str], names: str, seats: int) -> list[str]:
    """Return the committees with the most PAV points: all are tried."""
    points = {
        committee: sum(
            Fraction(1, n) for voter in voters for n in range(1, 1 + len(set(voter) & set(committee)))
        )
        for committee in itertools.combinations(names, seats)
    }  # fmt: skip
    return ["".join(one) for one, most in points.items() if most == max(points.values())]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sets(st.sampled_from("abcdef"), min_size=1), min_size=1, max_size=9), st.integers(1, 6))
def test_pav_is_what_trying_all_committees_says(voters: list[set[str]], seats: int) -> None:
    ballots = ["".join(sorted(voter)) for voter in voters]
    contest = contest_of(ballots, names="abcdef")
    given_ = approvals(contest, profile_of(contest, ballots))
    assert named(count(contest, given_, COMMITTEE_RULES["pav"], seats)) == best(ballots, "abcdef", seats)


@pytest.mark.parametrize("rule", COMMITTEE_RULES)
def test_every_rule_counts_and_weights_are_votes(rule: str) -> None:
    """A card that weighs 3 is three cards, and parts of a vote change nothing but the scale."""
    once = contest_of(BOOK.split())
    cards = profile_of(once, BOOK.split())
    thirds: tuple[Weight, ...] = tuple(Fraction(n, 30) for n in cards.cards)
    for profile in (cards, Profile(cards.patterns, tuple(type(n)(1) for n in cards.cards), cards.cards),
                    Profile(cards.patterns, cards.cards, thirds)):  # fmt: skip
        found = count(once, approvals(once, profile), COMMITTEE_RULES[rule], 4)
        assert named(found) == won(rule, BOOK, 4) and {len(one) for one in found.winning} == {4}


# ---- which marks approve ---------------------------------------------------
def test_cards_are_read_as_by_plurality() -> None:
    contest = Contest(
        "Board", (Choice("a"), Choice("b"), Choice("c"), Choice("w", kind="write-in"), Choice("x", kind="withdrawn")),
        votes_allowed=2,
    )  # fmt: skip
    a, b, c, w, x = (Mark(CandidateIndex(n)) for n in range(5))
    ways = {
        Pattern((a, b)): 5, Pattern((a, b, c)): 7, Pattern(()): 11, Pattern((a, w)): 13, Pattern((w,)): 17,
        Pattern((x,)): 19, Pattern((b, x)): 23, Pattern((a,), conditions=("invalid-contest",)): 29,
        Pattern((Mark(CandidateIndex(2), is_vote=False), b)): 31, Pattern((a, a)): 37,
    }  # fmt: skip
    found = approvals(contest, Profile.of(ways))
    assert found.sets == (((0,), 13 + 37), ((0, 1), 5), ((1,), 23 + 31))
    assert (found.blank, found.void, found.weight) == (11 + 17, 7 + 19 + 29, 109)


def test_what_is_no_approval_contest_is_refused_with_the_reason() -> None:
    a, b = Choice("a"), Choice("b")
    one = Profile.of({Pattern((Mark(CandidateIndex(0)),)): 1})
    scored = Profile.of({Pattern((Mark(CandidateIndex(0), score=2),)): 1})
    for contest, profile, words in (
        (Contest("C", (a, b), ranks=2), Profile.of({Pattern((Mark(CandidateIndex(0), Rank(2)),)): 1}), "voters rank"),
        (Contest("C", (a, b)), one, "--votes-allowed 2"),
        (Contest("C", (a, b), votes_allowed=2), scored, "give points"),
    ):
        with pytest.raises(UsageError, match=words):
            approvals(contest, profile)
    contest = Contest("C", (a, b, Choice("w", kind="write-in")), votes_allowed=2)
    with pytest.raises(UsageError, match="3 seats, and 2 who could be elected"):
        count(contest, approvals(contest, one), COMMITTEE_RULES["pav"], 3)
    with pytest.raises(UsageError, match="no card approves anybody"):
        count(contest, approvals(contest, Profile.of({Pattern(): 3})), COMMITTEE_RULES["pav"], 1)


def test_what_would_take_days_is_refused_and_long_ties_say_that_they_are_cut() -> None:
    names = "".join(chr(ord("A") + n) for n in range(50))
    contest = contest_of([names], names=names)
    everybody = approvals(contest, profile_of(contest, [names]))
    with pytest.raises(UsageError, match="rule pav compares 10,272,278,170 committees over 1 distinct ballots"):
        count(contest, everybody, COMMITTEE_RULES["pav"], 10)
    found = count(contest, everybody, COMMITTEE_RULES["seqphragmen"], 3)
    assert (len(found.winning), found.complete) == (1_000, False)


# ---- in an election's folder -----------------------------------------------
@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    export = tmp_path / "board.abc.yaml"
    rows = ", ".join(f"[{', '.join(str(ord(name) - ord('a')) for name in voter)}]" for voter in BOOK.split())
    export.write_text(f"num_cand: 7\ncommitteesize: 4\nprofile: [{rows}]\n", "utf-8")
    cards = tmp_path / "cards.csv"
    cards.write_text("card,contest,choices\n1,Mayor,Ada\n2,Mayor,Bo\n", "utf-8")
    space = Workspace.create(tmp_path / "e")
    ingest(space, [export, cards], jobs=1)
    return Opened(space.root)


def test_contests_of_a_folder_are_counted_or_named_with_the_reason(opened: Opened) -> None:
    found, missing = use.committees(opened, (), ("pav", "av", "pav"))
    assert [(one.contest.title, one.rule.name, one.seats) for one in found] == [("board", "pav", 4), ("board", "av", 4)]
    assert [len(one.winning) for one in found] == [1, 2]
    assert [one.title for one in missing] == ["Mayor"] and "--votes-allowed 2" in missing[0].reason
    [fewer] = use.committees(opened, ("board",), seats=1)[0]
    assert named(fewer) == ["Candidate 0"]
    with pytest.raises(UnknownNameError, match="did you mean 'seqpav'"):
        use.committees(opened, (), ("seqpaw",))


def test_without_the_library_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "abcvoting", None)
    with pytest.raises(MissingToolError, match=r"abcvoting is not installed; pip install 'faircount\[committees\]'"):
        use.library()


def test_nothing_else_needs_the_library() -> None:
    source = Path(use.__file__).parent.parent
    importing = [
        path.name for path in source.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom | ast.Import) and "abcvoting" in ast.unparse(node)
    ]  # fmt: skip
    assert importing == ["committees.py"]
    assert use.library() >= "2.19"
