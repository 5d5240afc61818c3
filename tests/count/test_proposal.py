"""Shareholders' proposals: the same votes by each standard, quorum, interested shares; Tesla's three percentages."""

import json
from pathlib import Path

import pytest

from faircount.count import RULES
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

FOR, AGAINST, ABSTAIN = (CandidateIndex(i) for i in range(3))
RULE = RULES["proposal"]
NON_VOTE = Pattern(conditions=("broker-non-vote",))


def contest(**options: str) -> Contest:
    choices = (Choice("For"), Choice("Against"), Choice("Abstain"))
    made = tuple(sorted((name.rstrip("_"), value) for name, value in options.items()))
    return Contest("Proposal 1", choices, rule="proposal", options=made)


def count(question: Contest, votes: int, against: int, abstain: int = 0, non_votes: int = 0) -> Transcript:
    shares = {
        Pattern((Mark(FOR),)): votes, Pattern((Mark(AGAINST),)): against, Pattern((Mark(ABSTAIN),)): abstain,
        NON_VOTE: non_votes,
    }  # fmt: skip
    held = {pattern: n for pattern, n in shares.items() if n}
    return RULE.count(question, Profile.of(dict.fromkeys(held, 1), dict(held)))


@pytest.mark.parametrize(
    ("options", "verdict"),
    [
        ({"standard": "votes-cast"}, "passed"),  # 50 of 90
        ({"standard": "present"}, "not passed"),  # 50 of 100 is not more than half
        ({"standard": "present", "reach": "at-least"}, "passed"),
        ({"standard": "represented"}, "not passed"),  # 50 of 120
        ({"standard": "outstanding", "outstanding": "200"}, "not passed"),
        ({"standard": "outstanding", "outstanding": "200", "threshold": "1/4", "reach": "at-least"}, "passed"),
    ],
)
def test_each_standard(options: dict[str, str], verdict: str) -> None:
    """50 for, 40 against, 10 abstain, 20 broker non-votes."""
    found = count(contest(**options), 50, 40, 10, 20)
    assert (found.verdict, found.rounds[0].votes) == (verdict, (50, 40, 10))
    assert found.rounds[0].inactive == (("broker non-vote", 20),)
    assert found.total == 120


@pytest.mark.parametrize(
    "silent",
    [
        Pattern(),
        Pattern((Mark(FOR), Mark(AGAINST))),
        Pattern((Mark(FOR),), conditions=("invalid-contest",)),
    ],
    ids=["blank", "overvoted", "invalid"],
)
def test_who_is_present_and_says_nothing_that_counts_is_present(silent: Pattern) -> None:
    """8 Delaware Code § 216(2): 50 of the 110 shares present and entitled to vote on it; 30 more their brokers held."""
    cards = {Pattern((Mark(FOR),)): 50, Pattern((Mark(AGAINST),)): 40, silent: 20, NON_VOTE: 30}
    found = RULE.count(contest(outstanding="200"), Profile.of(dict.fromkeys(cards, 1), dict(cards)))
    assert found.verdict == "not passed" and "1/2 of 110 votes present" in found.threshold
    assert [row[2] for row in found.exhibits[0].rows] == [90, 110, 140, 200]
    margin = RULE.margin(contest(outstanding="200"), found)
    assert margin is not None and (margin.winner, margin.votes) == (AGAINST, 5)


def test_nobody_voted_on_it() -> None:
    assert RULE.count(contest(), Profile.of({Pattern(): 5})).verdict == "no votes"


def test_a_word_that_is_on_no_side_is_refused() -> None:
    """A word nobody knows is not taken for a vote against, whether or not anybody used it."""
    for choices, options in (
        (("For", "Against", "REVOKED"), ()), (("Keep", "Change", "Abstain"), (("for", "Keep"),)),
    ):  # fmt: skip
        question = Contest("P", tuple(map(Choice, choices)), rule="proposal", options=options)
        with pytest.raises(BadInputError, match=repr("REVOKED" if "REVOKED" in choices else "Change")):
            RULE.count(question, Profile.of({Pattern((Mark(FOR),)): 1}))
    with pytest.raises(BadInputError, match="'Keep'"):
        RULE.count(Contest("P", (Choice("Keep"), Choice("Against")), rule="proposal"), Profile.of({}))
    with pytest.raises(UsageError, match="For, Yes, or the option for"):
        RULE.count(Contest("P", (Choice("Abstain"), Choice("Against")), rule="proposal"), Profile.of({}))
    kinds = (Choice("Ja"), Choice("Nein", kind="withhold"), Choice("Enthaltung", kind="abstain"))
    question = Contest("P", kinds, rule="proposal", options=(("for", "Ja"),))
    assert count(question, 60, 40, 10).verdict == "passed"


def test_the_quorum_counts_everybody_who_is_represented() -> None:
    """120 represented of 240 is not a majority; of 239 it is. Nothing stated: NOT CHECKED, and said."""
    assert count(contest(standard="votes-cast", outstanding="240"), 60, 30, 10, 20).verdict == "not passed"
    assert "No quorum" in count(contest(standard="votes-cast", outstanding="240"), 60, 30, 10, 20).rounds[0].note
    assert count(contest(standard="votes-cast", outstanding="239"), 60, 30, 10, 20).verdict == "passed"
    assert "NOT CHECKED" in count(contest(standard="votes-cast"), 60, 30).rounds[0].note
    assert count(contest(standard="votes-cast", quorum="none"), 60, 30).rounds[0].note == ""
    third = contest(standard="votes-cast", outstanding="300", quorum="1/3")
    assert count(third, 60, 40).verdict == "passed"


def test_interested_shares_are_left_out_and_shown() -> None:
    question = contest(standard="votes-cast", interested_for="30")
    found = count(question, 60, 40)
    assert (found.verdict, found.rounds[0].votes) == ("not passed", (30, 40, 0))
    assert found.rounds[0].inactive == (("excluded shares", 30),)
    with pytest.raises(BadInputError, match="1 too many"):
        count(contest(interested_for="61"), 60, 40)
    with pytest.raises(UsageError, match="interested shares"):
        assert RULE.follow is not None
        RULE.follow(question, Profile.of({}), found)


def test_a_standard_that_cannot_be_told_is_refused() -> None:
    with pytest.raises(UsageError, match="votes outstanding"):
        count(contest(standard="outstanding"), 1, 0)


def test_margin_is_votes_over_the_threshold() -> None:
    question = contest(standard="present")
    margin = RULE.margin(question, count(question, 60, 20, 20))
    assert margin is not None and (margin.winner, margin.loser, margin.votes) == (FOR, AGAINST, 10)
    margin = RULE.margin(question, count(question, 50, 30, 20))
    assert margin is not None and (margin.winner, margin.votes) == (AGAINST, 0)


def test_tesla_2024_proposal_4(shared_data: Path) -> None:
    """77 %, 76 %, 72 %: one vote, three standards, from the figures of the filing."""
    told = json.loads((shared_data / "corporate" / "tesla-2024-06-13-proposal-4.json").read_text("utf-8"))["tallies"]
    nasdaq, bylaws, apart = (told[f"{name}_standard"] for name in ("nasdaq", "bylaws", "disinterested"))
    whole = (bylaws["for"], bylaws["against"], bylaws["abstain"], bylaws["broker_non_votes"])
    interested = str(nasdaq["for"] - apart["for"])
    for standard, options, stated in (
        ("votes-cast", {}, nasdaq),
        ("present", {}, bylaws),
        ("votes-cast", {"interested_for": interested}, apart),
    ):
        found = count(contest(standard=standard, **options), *whole)
        assert found.verdict == "passed"
        [share] = [row[3] for row in found.exhibits[0].rows if row[0] == standard]
        assert isinstance(share, str)
        assert round(float(share.removesuffix(" %"))) == stated["stated_percent"]
        assert found.rounds[0].votes[FOR] == stated["for"]
