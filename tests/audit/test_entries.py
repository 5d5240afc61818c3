"""What may be entered of a unit, by whom, and what settles it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from audit.small_audits import Fold, batches, comparison, picture, polling, question, subject

from faircount.audit.entries import impossible, too_many
from faircount.model import (
    BadInputError,
    Ballot,
    CandidateIndex,
    CardCount,
    Choice,
    Contest,
    Counted,
    FaircountError,
    UsageError,
)

A, B, C = (CandidateIndex(at) for at in range(3))
CARDS = comparison([("", {"c1": "A", "c2": "A"})] * 4 + [("", {"c1": "A"})] * 2, phantoms=1)
BOTH: dict[str, str | None] = {"c1": "A", "c2": "A"}


def opened(double: bool = False) -> tuple[Fold, list[str]]:
    """Return an audit with every card drawn, and those that hold both contests."""
    fold = Fold(CARDS, double)
    fold.seeded()
    fold.draw(c1=7)
    return fold, [unit for unit in fold.audit.waiting if "c2" in CARDS.contests_of[unit]]


def refused(
    fold: Fold, words: str, unit: str, says: Mapping[str, str | None] | None,
    kind: type[FaircountError] = UsageError, **more: Any,
) -> None:  # fmt: skip
    before = picture(fold.audit)
    with pytest.raises(kind) as error:
        fold.enter(unit, says, **more)
    assert words in str(error.value)
    assert picture(fold.audit) == before


# ---- one entry -------------------------------------------------------------
def test_one_entry_settles_a_unit() -> None:
    fold, (one, *_) = opened()
    assert one in fold.audit.waiting
    fold.enter(one, BOTH)
    assert one not in fold.audit.waiting and set(fold.audit.entries.seen) == {one}
    refused(fold, "is settled by act 7; a correction says why", one, BOTH, by="Cy")


def test_units_that_nobody_may_enter() -> None:
    fold = Fold(comparison([("", {"c1": "A"})] * 8, phantoms=2))
    fold.seeded()
    waiting = fold.draw(c1=4)
    left = next(card.unit for card in fold.commitment.listed if card.unit not in fold.audit.drawn.units)
    refused(fold, "was not drawn; only cards on the list of the draw are entered", left, {"c1": "A"})
    refused(fold, "was not drawn", "b, 99", {"c1": "A"})
    refused(fold, "is a phantom: there is no such card", "phantom-1", None)
    assert not any(unit.startswith("phantom-") for unit in waiting)


def test_a_card_says_something_of_every_contest_listed_for_it() -> None:
    fold, (one, two, three, *_) = opened()
    refused(fold, "it says something of every contest of the card", one, {"c1": "A"}, BadInputError)
    refused(fold, "a contest is one of c1, c2", one, {**BOTH, "c9": "A"}, BadInputError)
    fold.enter(one, {"c1": "-", "c2": None})
    fold.enter(two, None)
    assert not fold.audit.entries.seen[two].found
    # A contest that nobody listed for this card may be on it all the same: it is written down, and counts nowhere.
    other = next(unit for unit in fold.audit.waiting if "c2" not in CARDS.contests_of[unit])
    fold.enter(other, BOTH)
    assert three in fold.audit.waiting


def test_a_poll_asks_for_every_audited_contest() -> None:
    fold = Fold(polling({"x": 4}, {"c1": "AA", "c2": "A"}, audited=["c1"]))
    one, two, *_ = fold.seeded().draw(every=4)
    refused(fold, "it says something of every contest of the card", one, {"c2": "A"}, BadInputError)
    fold.enter(one, {"c1": None})
    fold.enter(two, {"c1": "A", "c2": "B"})


def test_an_entry_of_another_round() -> None:
    fold, (one, *_) = opened()
    for number in (0, 2):
        with pytest.raises(UsageError, match=f"round 1 is open, not {number}: ask for the list again"):
            fold.do("entry", round=number, unit=one, found=False, contests={})


# ---- impossible votes ------------------------------------------------------
def test_a_vote_that_cannot_be() -> None:
    fold, (one, *_) = opened()
    for ballot in ({"votes": [[0, 1], [1, 1]]}, {"votes": [[0, 2]]}, {"ranking": [0]}, {"votes": [[2, 1]]}):
        before = picture(fold.audit)
        with pytest.raises(BadInputError):
            fold.do("entry", round=1, unit=one, found=True, contests={"c1": ballot, "c2": {}})
        assert picture(fold.audit) == before


def contest(rule: str = "plurality", votes: int = 2, ranks: int = 0) -> Contest:
    choices = (Choice("Ada"), Choice("Bo"), Choice("Write-in", kind="write-in"))
    return Contest("Office", choices, 2, votes, ranks, rule)


@pytest.mark.parametrize(
    ("held", "ballot", "words"),
    [
        (contest(), Ballot(((A, 1), (B, 1))), None),
        (contest(), Ballot(((A, 1), (B, 1), (C, 1))), "3 votes, allowed are 2"),
        (contest(), Ballot(((A, 2),)), "2 votes for Ada"),
        (contest(), Ballot(((C, 2),)), None),
        (contest(), Ballot((), (A,)), "a ranking, where voters do not rank"),
        (contest("score", 1), Ballot(((A, 5), (B, 3))), None),
        (contest("cumulative", 3), Ballot(((A, 3),)), None),
        (contest("instant-runoff", 1, 3), Ballot(((A, 1),), (A, B)), None),
    ],
)
def test_what_one_card_can_say(held: Contest, ballot: Ballot, words: str | None) -> None:
    plain = replace(subject("c1", 9, 1), contest=held, assertions=(), margins=())
    assert impossible(plain, ballot) == words


def test_a_claim_bounds_what_a_card_can_say() -> None:
    assert impossible(subject("c1", 9, 1), Ballot(((A, 1),))) is None
    points = Contest("Points", question("c1", 9).choices, rule="score")
    said = impossible(replace(subject("c1", 9, 1), contest=points), Ballot(((A, 2),)))
    assert said == "more than one card can say of the claim 'A of c1 beats B of c1'"


def test_what_so_many_cards_can_hold() -> None:
    plain = replace(subject("c1", 9, 1), contest=contest(), assertions=(), margins=())
    ranked = replace(plain, contest=contest("instant-runoff", 1, 3))

    def said(one: Any, cards: int, *pairs: tuple[Ballot, int]) -> str | None:
        return too_many(one, Counted(CardCount(cards), pairs))

    assert said(plain, 3, (Ballot(((A, 1),)), 3), (Ballot(((B, 1),)), 3)) is None
    assert said(plain, 3, (Ballot(((A, 1),)), 4)) == "4 votes for Ada"
    three = ((Ballot(((A, 1),)), 3), (Ballot(((B, 1),)), 3), (Ballot(((C, 1),)), 1))
    assert said(plain, 3, *three) == "7 votes, 2 a card at most"
    assert said(plain, 3, (Ballot(((C, 1),)), 6)) is None
    assert said(ranked, 3, (Ballot((), (A, B)), 2), (Ballot((), (B,)), 2)) == "4 rankings"


def test_a_batch_holds_no_more_than_its_cards() -> None:
    fold = Fold(batches({"x": {"c1": "AAAB"}, "y": {"c1": "AAB"}}))
    fold.seeded()
    one, *_ = fold.draw(every=6)
    ballots = [[{"votes": [[0, 1]]}, 5]]
    with pytest.raises(BadInputError, match="4 cards hold what was counted"):
        fold.do("entry", round=1, unit=one, found=True, contests={"c1": {"ballots": ballots, "cards": 4}})
    refused(fold, "it says something of every contest", one, {}, BadInputError)
    fold.enter(one, {"c1": "AAB"})


# ---- two entries -----------------------------------------------------------
def test_two_people_who_agree_settle_a_unit() -> None:
    fold, (one, *_) = opened(double=True)
    fold.enter(one, BOTH, "Bo")
    assert one in fold.audit.waiting
    refused(fold, "Bo has entered 'b, ", one, BOTH, by="Bo")
    fold.enter(one, BOTH, "Cy")
    assert one not in fold.audit.waiting and fold.audit.entries.disagreements == (0, 1)


def test_two_people_who_disagree_look_again_together() -> None:
    fold, (one, *_) = opened(double=True)
    fold.enter(one, BOTH, "Bo")
    refused(fold, "no two entries that disagree", one, BOTH, act="resolve", people=["Bo", "Cy"])
    fold.enter(one, {**BOTH, "c1": "B"}, "Cy")
    assert fold.audit.entries.disagrees(one) and one in fold.audit.waiting
    refused(fold, "resolve it with both people at the card", one, BOTH, by="Di")
    refused(fold, "two different people", one, BOTH, act="resolve", people=["Bo", "Bo "])
    refused(fold, "two different people", one, BOTH, act="resolve", people=["Bo"])
    refused(fold, "is not settled", one, BOTH, act="correct", of=7, reason="why", approved_by="Cy")
    fold.enter(one, {**BOTH, "c1": "-"}, act="resolve", people=["Bo", "Cy"])
    assert not fold.audit.entries.disagrees(one) and one not in fold.audit.waiting
    assert fold.audit.entries.disagreements == (1, 1) and len(fold.audit.entries.versions[one]) == 3
    refused(fold, "is settled by act 9", one, BOTH, act="resolve", people=["Bo", "Cy"])


def test_not_found_by_one_and_found_by_the_other() -> None:
    fold, (one, *_) = opened(double=True)
    fold.enter(one, None, "Bo")
    fold.enter(one, BOTH, "Cy")
    assert fold.audit.entries.disagrees(one)


# ---- corrections -----------------------------------------------------------
def test_a_correction_says_what_it_replaces_and_why() -> None:
    fold, (one, two, *_) = opened()
    fold.enter(one, {**BOTH, "c1": "B"})
    good: dict[str, Any] = {"of": 7, "reason": "read upside down", "approved_by": "Ada"}
    refused(fold, "it is some words", one, BOTH, BadInputError, act="correct", **{**good, "reason": " "})
    refused(fold, "it is a line of text", one, BOTH, BadInputError, act="correct", **{**good, "approved_by": ""})
    refused(fold, "somebody else approves a correction", one, BOTH, act="correct", **{**good, "approved_by": "Bo"})
    refused(fold, "somebody else approves a correction", one, BOTH, act="correct", **{**good, "approved_by": " Bo"})
    refused(fold, "act 7 settled it", one, BOTH, act="correct", **{**good, "of": 6})
    refused(fold, "it is not settled", two, BOTH, act="correct", **good)
    fold.enter(one, BOTH, act="correct", **good)
    refused(fold, "act 8 settled it", one, BOTH, act="correct", **good)
    assert [version.act for version in fold.audit.entries.versions[one]] == ["entry", "correct"]
