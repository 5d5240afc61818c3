"""A made-up meeting of three classes: every figure equals a count by hand, and nothing is guessed."""

from fractions import Fraction
from pathlib import Path

import pytest

from faircount.app.ingest import ingest
from faircount.app.meeting import Meeting, Proposal, accounts_in, meeting
from faircount.app.opened import Opened
from faircount.model import BadInputError, UsageError
from faircount.store import Workspace

MERGER, ADA, BO = "1. Merge with Birch", "2a. Elect Ada Lark", "2b. Elect Bo Wren"
HEAD = "account,lot,shares,class,votes_per_share,proposal,choice,source,received\n"
ROWS = f"""\
Ash,,600,common,1,{MERGER},For,proxy,2031-05-01T09:00:00Z
Ash,,600,common,1,{MERGER},Against,in person,2031-05-20T10:00:00Z
Ash,,600,common,1,{ADA},For,proxy,2031-05-01T09:00:00Z
Ash,,600,common,1,{BO},Withhold,proxy,2031-05-01T09:00:00Z
Founder,,100,founders,10,{MERGER},For,in person,2031-05-20T10:00:00Z
Founder,,100,founders,10,{ADA},For,in person,2031-05-20T10:00:00Z
Founder,,100,founders,10,{BO},Withhold,in person,2031-05-20T10:00:00Z
Nominee Bank,told,250.5,common,1,{MERGER},For,broker,2031-05-02
Nominee Bank,silent,49.5,common,1,{MERGER},Broker non-vote,broker,2031-05-02
Nominee Bank,told,250.5,common,1,{ADA},For,broker,2031-05-02
Nominee Bank,silent,49.5,common,1,{ADA},Broker non-vote,broker,2031-05-02
Nominee Bank,told,250.5,common,1,{BO},For,broker,2031-05-02
Nominee Bank,silent,49.5,common,1,{BO},Broker non-vote,broker,2031-05-02
Oak,,400,preferred,0.5,{MERGER},Abstain,proxy,2031-05-03T09:00:00Z
Oak,,400,preferred,0.5,{ADA},,proxy,2031-05-03T09:00:00Z
Late,,300,common,1,{MERGER},Against,proxy,2031-05-04T09:00:00Z
Late,,300,common,1,{MERGER},For,proxy,2031-05-19T23:59:59Z
Too Much,,70,common,1,{MERGER},For,proxy,2031-05-05T09:00:00Z
"""
POSITIONS = """\
account,shares,class
Ash,600,common
Founder,100,founders
Nominee Bank,300,common
Oak,400,preferred
Late,300,common
Too Much,50,common
Sleeper,1000,common
"""


def workspace(folder: Path, rows: str = ROWS, head: str = HEAD, positions: str = "") -> Workspace:
    export = folder / "in"
    export.mkdir()
    (export / "votes.csv").write_text(head + rows, "utf-8")
    if positions:
        (export / "positions.csv").write_text(positions, "utf-8")
    space = Workspace.create(folder / "e")
    ingest(space, [export], jobs=1)
    return space


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return workspace(tmp_path, positions=POSITIONS)


def one(found: Meeting, title: str = MERGER) -> Proposal:
    [proposal] = [p for p in found.proposals if p.contest.title == title]
    return proposal


def shares(proposal: Proposal) -> dict[str, object]:
    assert proposal.standards
    return {str(row[0]): row[2] for row in proposal.standards.rows}


# ---- figures ---------------------------------------------------------------
def test_figures_equal_a_count_by_hand(space: Workspace) -> None:
    """For: Founder 100 × 10, the bank 250.5, Late's last 300, Too Much 70. Against: Ash's last. Abstain: 400 × ½."""
    found = meeting(Opened(space.root))
    merger = one(found)
    assert [c.name for c in merger.contest.choices] == ["FOR", "AGAINST", "ABSTAIN"]
    assert merger.figures.votes == (Fraction("1620.5"), 600, 200)
    assert (merger.figures.non_votes, merger.figures.other, merger.figures.represented) == (Fraction("49.5"), 0, 2470)
    assert merger.superseded == 2, "the revoked proxy and the one before the late one"
    assert found.over_voted == ("Too Much: 70 shares instructed, 50 held",)
    assert found.rejected == 0
    assert shares(merger) == {
        "votes-cast": Fraction("2220.5"), "present": Fraction("2420.5"), "represented": 2470, "outstanding": None
    }  # fmt: skip
    ada = one(found, ADA)
    assert (ada.figures.votes, ada.figures.other) == ((Fraction("1850.5"),), 200), "Oak's card is blank there"


def test_classes_sum_to_the_whole(space: Workspace) -> None:
    merger = one(meeting(Opened(space.root)))
    assert {name: f.votes for name, f in merger.classes} == {
        "common": (Fraction("620.5"), 600, 0), "founders": (1000, 0, 0), "preferred": (0, 0, 200)
    }  # fmt: skip
    assert sum(f.represented for _, f in merger.classes) == merger.figures.represented
    assert sum(f.non_votes for _, f in merger.classes) == merger.figures.non_votes


# ---- nothing is guessed ----------------------------------------------------
def test_nobody_decided_so_there_is_no_outcome(space: Workspace) -> None:
    opened = Opened(space.root)
    assert {MERGER, ADA, BO} == {lost.title for lost in opened.without}
    assert all("--rule proposal" in lost.reason for lost in opened.without)
    merger = one(meeting(opened))
    assert (merger.verdict, merger.quorum, merger.decided) == ("NOT DECIDED", "NOT CHECKED", False)


def test_all_against_or_all_for_is_a_proposal_too(tmp_path: Path) -> None:
    """Without a vote for it there is still a choice For; without one against, no most votes are guessed."""
    space = workspace(tmp_path, "A,,5,,,P,Against,,\nB,,5,,,Q,For,,\n")
    opened = Opened(space.root)
    assert {lost.title for lost in opened.without} == {"P", "Q"}
    for title in "PQ":
        space.decide(title, rule="proposal", options={"standard": "votes-cast", "quorum": "none"})
    found = meeting(Opened(space.root))
    assert one(found, "P").figures.votes == (0, 5)
    assert (one(found, "P").verdict, one(found, "Q").verdict) == ("not passed", "passed")


def test_the_quorum_needs_the_votes_outstanding(space: Workspace) -> None:
    space.decide(MERGER, rule="proposal", options={"standard": "votes-cast"})
    opened = Opened(space.root)
    assert one(meeting(opened)).quorum == "NOT CHECKED"
    assert [one(meeting(opened, outstanding=n)).quorum for n in (4939, 4940)] == ["reached", "not reached"]
    assert [one(meeting(opened, outstanding=n)).verdict for n in (4939, 4940)] == ["passed", "not passed"]


def test_what_is_recorded_goes_before_what_is_said_for_the_run(space: Workspace) -> None:
    space.decide(MERGER, rule="proposal", options={"standard": "outstanding", "outstanding": "3450"})
    merger = one(meeting(Opened(space.root), outstanding=2000))
    assert (merger.verdict, shares(merger)["outstanding"]) == ("not passed", 3450)


# ---- interested holders ----------------------------------------------------
def test_interested_accounts_are_summed_from_the_cards(space: Workspace, tmp_path: Path) -> None:
    space.decide(MERGER, rule="proposal", options={"standard": "votes-cast", "outstanding": "3450"})
    opened = Opened(space.root)
    assert one(meeting(opened)).verdict == "passed"
    (tmp_path / "i.csv").write_text("account,why\nFounder,buyer\nOak,\nSleeper,\n", "utf-8")
    found = meeting(opened, without=accounts_in(tmp_path / "i.csv"))
    merger = one(found)
    assert merger.left_out and merger.left_out.votes == (1000, 0, 200)
    assert merger.counted
    decisions = dict(merger.counted.transcript.decisions)
    assert [decisions[f"interested_{side}"] for side in ("for", "against", "abstain")] == ["1000", "0", "200"]
    assert merger.counted.transcript.rounds[0].votes == (Fraction("620.5"), 600, 0)
    assert shares(merger)["outstanding"] == 2250 and merger.quorum == "reached"
    assert found.not_found == ("Sleeper",)
    assert one(meeting(opened, without=["Ash", "Too Much"])).counted.transcript.rounds[0].votes == (  # type: ignore[union-attr]
        Fraction("1550.5"), 0, 200
    )  # fmt: skip


def test_an_account_is_not_taken_for_one_whose_name_begins_alike(tmp_path: Path) -> None:
    space = workspace(tmp_path, "Ash,x,5,,,P,For,,\nAsh,y,2,,,P,Against,,\nAshby,,7,,,P,For,,\n")
    left = one(meeting(Opened(space.root), without=["Ash"]), "P").left_out
    assert left and left.votes == (5, 2)
    both = workspace_of_two(tmp_path)
    with pytest.raises(UsageError, match="cards of 2 accounts answer"):
        meeting(Opened(both.root), without=["Ash"])


def workspace_of_two(folder: Path) -> Workspace:
    (folder / "two").mkdir()
    return workspace(folder / "two", "Ash,,5,,,P,For,,\nAsh · x,,2,,,P,Against,,\n")


def test_parts_of_a_vote_are_not_left_out_in_silence(space: Workspace) -> None:
    space.decide(MERGER, rule="proposal", options={"standard": "votes-cast"})
    merger = one(meeting(Opened(space.root), without=["Nominee Bank"]))
    assert merger.verdict == "NOT DECIDED" and "250.5" in merger.reason
    assert merger.left_out and merger.left_out.non_votes == Fraction("49.5")


# ---- directors -------------------------------------------------------------
def test_directors_by_plurality_and_the_majority_policy(space: Workspace) -> None:
    found = meeting(Opened(space.root), directors="elect")
    assert [(d.title, d.votes, d.against, d.non_votes, d.outcome, d.policy) for d in found.directors] == [
        (ADA, Fraction("1850.5"), 0, Fraction("49.5"), "elected", "no"),
        (BO, Fraction("250.5"), 1600, Fraction("49.5"), "elected", "yes"),
    ]
    assert [p.contest.title for p in found.proposals] == [MERGER]
    [one_seat] = [meeting(Opened(space.root), directors="elect", seats=1)]
    assert [d.outcome for d in one_seat.directors] == ["elected", "not elected"]
    short = meeting(Opened(space.root), directors="elect", outstanding=9999)
    assert {d.outcome for d in short.directors} == {"no quorum"}


def test_equal_votes_at_the_last_seat_are_a_tie(tmp_path: Path) -> None:
    rows = "A,,5,,,Elect Ada,For,,\nA,,5,,,Elect Bo,For,,\nA,,5,,,Elect Cy,Withhold,,\nA,,5,,,Elect Di,For,,\n"
    space = workspace(tmp_path, rows + "B,,5,,,Elect Di,Withhold,,\n")
    found = meeting(Opened(space.root), directors="Elect", seats=2)
    assert [d.outcome for d in found.directors] == ["tie", "tie", "not elected", "tie"]
    assert [d.policy for d in found.directors] == ["no", "no", "yes", "equal votes: as the policy says"]


def test_cumulative_votes_of_lots(tmp_path: Path) -> None:
    """100 shares and 3 seats are 300 votes; a minority of 101 shares of 401 elects one of three."""
    rows = "Big,a,300,,,Board,Ada,,\nBig,b,300,,,Board,Bo,,\nBig,c,300,,,Board,Cy,,\nSmall,,303,,,Board,Di,,\n"
    space = workspace(tmp_path, rows, positions="account,shares\nBig,900\nSmall,300\n")
    space.decide("Board", rule="cumulative", seats=3)
    found = meeting(Opened(space.root))
    assert one(found, "Board").figures.votes == (300, 300, 300, 303)
    assert one(found, "Board").verdict == "Di; tie: Ada, Bo, Cy"
    assert found.over_voted == ("Small: 303 shares instructed, 300 held",)


def test_abstentions_and_votes_withheld_elect_nobody(tmp_path: Path) -> None:
    """§ 216(3): directors are elected by a plurality of the votes for them; 8 Delaware Code § 214 alike."""
    rows = "A,,50,,,Board,Ada,,\nB,,40,,,Board,Bo,,\nC,,60,,,Board,Withhold,,\nD,,70,,,Board,Abstain,,\n"
    space = workspace(tmp_path, rows + "E,,80,,,Board,Broker non-vote,,\n")
    for rule in ("plurality", "cumulative"):
        space.decide("Board", rule=rule, seats=2)
        board = one(meeting(Opened(space.root)), "Board")
        assert board.verdict == "elected: Ada, Bo"
        assert dict(zip((c.name for c in board.contest.choices), board.figures.votes, strict=True)) == {
            "Ada": 50, "Bo": 40, "WITHHOLD": 60, "ABSTAIN": 70,
        }  # fmt: skip


def test_names_say_what_elects_nobody_in_other_forms_too(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("card,contest,choices\na,Chair,Ada\nb,Chair,Abstain\nc,Chair,Abstain\n")
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / "c.csv"], jobs=1)
    space.decide("Chair", rule="plurality")
    chair = one(meeting(Opened(space.root), ("Chair",)), "Chair")
    assert chair.verdict == "elected: Ada"


# ---- revoked, blank, unknown -----------------------------------------------
def test_a_revoked_proxy_is_no_vote_against(tmp_path: Path) -> None:
    rows = "A,,50,,,P,For,,2031-05-01\nB,,40,,,P,Against,,2031-05-01\nC,,20,,,P,Against,,2031-05-01\n"
    space = workspace(tmp_path, rows + "C,,20,,,P,REVOKED,,2031-05-02\n")
    space.decide("P", rule="proposal", options={"outstanding": "120"})
    found = one(meeting(Opened(space.root)), "P")
    assert (found.verdict, found.figures.votes, found.figures.represented) == ("passed", (50, 40), 90)
    assert shares(found)["present"] == 90


def test_a_blank_card_is_present(tmp_path: Path) -> None:
    rows = "A,,50,,,P,For,,\nB,,40,,,P,Against,,\nC,,20,,,P,,,\nD,,30,,,P,Broker non-vote,,\n"
    space = workspace(tmp_path, rows)
    space.decide("P", rule="proposal", options={"outstanding": "200"})
    found = one(meeting(Opened(space.root)), "P")
    assert (found.verdict, found.figures.other, found.figures.represented) == ("not passed", 20, 140)
    assert shares(found) == {"votes-cast": 90, "present": 110, "represented": 140, "outstanding": 200}
    apart = one(meeting(Opened(space.root), without=["C"]), "P")
    assert apart.verdict == "NOT DECIDED" and "20 votes to be left out are blank or void" in apart.reason
    assert apart.left_out and apart.left_out.other == 20


def test_an_unknown_word_is_told_and_decides_nothing(tmp_path: Path) -> None:
    space = workspace(tmp_path, "A,,50,,,P,For,,\nB,,40,,,P,Maybe,,\n")
    space.decide("P", rule="proposal")
    found = one(meeting(Opened(space.root)), "P")
    assert found.verdict == "NOT DECIDED" and "'Maybe'" in found.reason
    assert found.figures.votes == (50, 40)


def test_words_of_no_proxy_card_are_no_proposal_by_their_order(tmp_path: Path) -> None:
    """Neither is for it: the first of them is not taken for that."""
    space = workspace(tmp_path, "A,,50,,,P,Nay,,\nB,,40,,,P,Yea,,\n")
    assert one(meeting(Opened(space.root)), "P").figures.votes == (50, 40)
    space.decide("P", rule="proposal")
    found = one(meeting(Opened(space.root)), "P")
    assert found.verdict == "NOT DECIDED" and "'Nay', 'Yea'" in found.reason


# ---- refusals --------------------------------------------------------------
def test_a_folder_without_a_meeting(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("card,contest,choices\na,Mayor,Ada\n")
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / "c.csv"], jobs=1)
    with pytest.raises(UsageError, match="no instructions of shareholders"):
        meeting(Opened(space.root))


@pytest.mark.parametrize(
    ("text", "words"),
    [("account\n", "names no account"), ("name\nAsh\n", "account"), ("", "account"), ('account\n"Ash\n', "CSV"),
     ("account,x\nAsh\n", "cells"), ("account,x\n,y\n", "no account"), ("account,account\nA,B\n", "once")],
)  # fmt: skip
def test_a_list_of_accounts_that_is_none(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "i.csv").write_text(text, "utf-8")
    with pytest.raises((BadInputError, UsageError), match=words):
        accounts_in(tmp_path / "i.csv")
