"""meeting as people use it: from a table of instructions to a decision, with everything that stays open said."""

import csv
import json
from pathlib import Path

import pytest
from cli.running import Here
from elections.shared import real

HEAD = "account,shares,proposal,choice\n"


@pytest.fixture
def folder(here: Here, tmp_path: Path) -> Path:
    """A meeting of two proposals; B instructs more than it holds, and one row is unreadable."""
    (tmp_path / "in").mkdir()
    rows = "A,60,Merge,For\nB,30,Merge,Against\nC,10,Merge,Abstain\nD,20,Merge,Broker non-vote\nE,many,Merge,For\n"
    (tmp_path / "in" / "votes.csv").write_text(HEAD + rows + "A,60,Elect Ada,For\nB,70,Elect Ada,Withhold\n", "utf-8")
    (tmp_path / "in" / "positions.csv").write_text("account,shares\nA,60\nB,30\nC,10\nD,20\n", "utf-8")
    assert here("init", tmp_path / "e").code == 0
    here("-w", tmp_path / "e", "ingest", tmp_path / "in")
    return tmp_path / "e"


def test_from_nothing_decided_to_an_outcome(here: Here, folder: Path) -> None:
    ran = here("-w", folder, "meeting", "Merge")
    assert ran.code == 1, "an account instructs more than it holds, and a row was rejected"
    assert "Merge: NOT DECIDED; quorum NOT CHECKED" in ran.out and "--rule proposal -O standard=" in ran.err
    assert "MORE INSTRUCTED THAN HELD: B: 70 shares instructed, 30 held" in ran.err
    assert "1 rows were rejected" in ran.err
    counted = here("-w", folder, "recount")
    assert "NOT COUNTED: Merge" in counted.err and "--rule proposal" in counted.err
    decide = ("decide", "Merge", "--rule", "proposal", "-O", "standard=present", "-O", "outstanding=200")
    assert here("-w", folder, *decide).code == 0
    ran = here("-w", folder, "meeting", "Merge", "--exit-zero")
    assert ran.code == 0 and "Merge: passed; quorum reached" in ran.out and "its own" in ran.out
    assert here("-w", folder, "recount", "Merge", "--json").document["contests"][0]["verdict"] == "passed"


def test_json_says_each_standard(here: Here, folder: Path) -> None:
    found = here("-w", folder, "meeting", "--json", "--outstanding", "200", "--directors", "Elect").document
    [merge] = found["proposals"]
    assert merge["votes"] == {"FOR": 60, "AGAINST": 30, "ABSTAIN": 10} and merge["broker_non_votes"] == 20
    assert (merge["decided"], merge["counted"], merge["quorum"]) == (False, None, "reached")
    assert [(s["standard"], s["part_of"], s["share"]) for s in merge["standards"]] == [
        ("votes-cast", 90, "66.66 %"), ("present", 100, "60.00 %"), ("represented", 120, "50.00 %"),
        ("outstanding", 200, "30.00 %"),
    ]  # fmt: skip
    [ada] = found["directors"]
    assert (ada["outcome"], ada["policy_triggered"], ada["share"]) == ("elected", "yes", "46.15 %")


def test_csv_holds_every_figure(here: Here, folder: Path) -> None:
    rows = list(
        csv.DictReader(here("-w", folder, "meeting", "--format", "csv", "--directors", "Elect").out.splitlines())
    )
    assert {"proposal": "Merge", "of": "all", "what": "AGAINST", "votes": "30", "share": ""} in rows
    assert [row["what"] for row in rows if row["of"] == "outcome"] == ["NOT DECIDED", "elected"]


def test_accounts_left_out_and_how_to_record_them(here: Here, folder: Path, tmp_path: Path) -> None:
    here("-w", folder, "decide", "Merge", "--rule", "proposal", "-O", "standard=votes-cast", "-O", "quorum=none")
    (tmp_path / "i.csv").write_text("account\nA\nNobody\n", "utf-8")
    ran = here("-w", folder, "meeting", "Merge", "--without", tmp_path / "i.csv")
    assert "Merge: not passed" in ran.out and "(left out)" in ran.out
    assert "to be left out: Nobody: no instruction of this account is here" in ran.err
    assert "decide PROPOSAL -O interested_abstain=0 -O interested_against=0 -O interested_for=60" in ran.err
    options = ("-O", "interested_abstain=0", "-O", "interested_against=0", "-O", "interested_for=60")
    assert here("-w", folder, "decide", "Merge", *options).code == 0
    [recorded] = here("-w", folder, "recount", "Merge", "--json").document["contests"]
    [shown] = here("-w", folder, "meeting", "Merge", "--without", tmp_path / "i.csv", "--json").document["proposals"]
    assert shown["counted"] == recorded and recorded["verdict"] == "not passed"


def test_tesla_2024_proposal_4(here: Here, tmp_path: Path) -> None:
    """The filing's totals as rows: 77 % of votes cast, 76 % present, 72 % without the interested shares."""
    file = real("corporate", "tesla-2024-06-13-proposal-4.json")
    told = json.loads(file.read_text("utf-8"))["tallies"]
    whole, apart = told["bylaws_standard"], told["disinterested_standard"]
    rows = [
        ("others", apart["for"], "For"), ("interested", whole["for"] - apart["for"], "For"),
        ("against", whole["against"], "Against"), ("abstaining", whole["abstain"], "Abstain"),
        ("brokers", whole["broker_non_votes"], "Broker non-vote"),
    ]  # fmt: skip
    (tmp_path / "votes.csv").write_text(HEAD + "".join(f"{a},{n},Proposal 4,{c}\n" for a, n, c in rows), "utf-8")
    (tmp_path / "i.csv").write_text("account\ninterested\n", "utf-8")
    here("init", tmp_path / "e")
    here("-w", tmp_path / "e", "ingest", tmp_path / "votes.csv")
    here("-w", tmp_path / "e", "decide", "Proposal 4", "--rule", "proposal", "-O", "standard=votes-cast")

    def shares(*arguments: object) -> dict[str, int]:
        [found] = here("-w", tmp_path / "e", "meeting", *arguments, "--json").document["proposals"]
        assert (found["verdict"], found["quorum"]) == ("passed", "NOT CHECKED")
        told = {one["standard"]: one["share"].removesuffix(" %") for one in found["standards"][:3]}
        return {name: round(float(share)) for name, share in told.items()}

    assert shares()["votes-cast"] == told["nasdaq_standard"]["stated_percent"] == 77
    assert shares()["present"] == whole["stated_percent"] == 76
    assert shares("--without", tmp_path / "i.csv")["votes-cast"] == apart["stated_percent"] == 72


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("Nothing",), "no contest's title holds 'Nothing'"),
        (("--without", "nowhere.csv"), "is not a file"),
        (("--directors", "Chair"), "no proposal's title holds 'Chair'"),
        (("--outstanding", "0"), "not in the range"),
        (("--outstanding", "half"), "not a valid integer"),
    ],
)
def test_what_is_refused_has_one_message(here: Here, folder: Path, arguments: tuple[str, ...], words: str) -> None:
    ran = here("-w", folder, "meeting", *arguments)
    assert ran.code == 2 and words in ran.err and not ran.out and "Traceback" not in ran.err


def test_a_town_has_no_meeting(here: Here, town: Path) -> None:
    ran = here("-w", town, "meeting")
    assert ran.code == 2 and "no instructions of shareholders are here" in ran.err
