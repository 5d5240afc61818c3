"""Traps that changed who won without a word: a contest twice on a card, two people of one name, rows all rejected."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from faircount.app.converting import Wanted, convert
from faircount.app.ingest import ingest
from faircount.model import BadInputError
from faircount.read import READERS
from faircount.read.cdf.definitions import FileNames
from faircount.read.cdf.shapes import Definitions, Device, OtherName, Unit
from faircount.store import Workspace
from read.reading import read_all

Tables = dict[str, list[dict[str, Any]]]


def read(reader: str, path: Path) -> Tables:
    return read_all(READERS[reader], path)


def choices(found: Tables) -> set[str]:
    """Names stated, and names marked or reported: they must be the same, or a vote belongs to nobody."""
    stated = {row["choice"] for row in found["choices"]}
    marked = {mark["choice"] for row in found["patterns"] for mark in row["marks"]}
    assert marked <= stated and {row["choice"] for row in found["reported"]} - {None} <= stated
    return stated


def hart(folder: Path, *sheets: list[tuple[str, str]]) -> Path:
    """Make an export of sheets, each a list of (name, id) of the option marked in a contest of one title."""
    folder.mkdir()
    for number, marked in enumerate(sheets, 1):
        guid = f"{number:08x}-1111-4222-8333-{number:012x}"
        contests = "".join(
            f"<Contest><Name>Sheriff</Name><Id>s</Id><Options><Option><Name>{name}</Name><Id>{key}</Id>"
            f"<Value>1</Value></Option></Options></Contest>" for name, key in marked
        )  # fmt: skip
        (folder / f"1_{guid}.xml").write_text(
            f'<Cvr xmlns="http://tempuri.org/CVRDesign.xsd"><Contests>{contests}</Contests>'
            f"<BatchNumber>1</BatchNumber><CvrGuid>{guid}</CvrGuid></Cvr>"
        )
    return folder


def test_a_sheet_with_a_contest_twice_is_rejected(tmp_path: Path) -> None:
    found = read("hart", hart(tmp_path / "e", [("Ada", "a"), ("Ada", "a")], [("Bo", "b")]))
    (vote,) = found["votes"]
    assert vote["card"] == 0 and len(found["cards"]) == 1
    (rejected,) = found["rejected"]
    assert rejected["rule"] == "a contest stands once on a sheet" and rejected["value"] == "Sheriff"
    assert rejected["file"].startswith("1_00000001") and rejected["fix"]


@pytest.mark.parametrize(
    ("ids", "ends"),
    [
        (("0000001f-1", "00000020-2"), {"0000001f", "00000020"}),
        (("0000001f-1", "0000001f-2"), {"0000001f-1", "0000001f-2"}),
    ],
)
def test_two_options_of_one_name_are_two_people(tmp_path: Path, ids: tuple[str, str], ends: set[str]) -> None:
    sheets = [[("Jon Wren", key)] for key in ids]
    found = read("hart", hart(tmp_path / "e", *sheets, [("Jo", "j")]))
    assert choices(found) == {"Jo", *(f"Jon Wren ({end})" for end in ends)}
    assert {row["key"] for row in found["choices"]} == {"j", *ids}


def reading(*cards: list[tuple[int, int]], current: bool = True) -> dict[str, Any]:
    """Make a reading of cards, each a list of (contest, candidate marked)."""
    return {
        "PrecinctPortionId": 1, "BallotTypeId": 1, "IsCurrent": current,
        "Cards": [
            {"PaperIndex": sheet, "Contests": [
                {"Id": contest, "Undervotes": 0, "Overvotes": 0, "OutstackConditionIds": [], "Marks": [
                    {"CandidateId": who, "Rank": 1, "IsAmbiguous": False, "IsVote": True, "MarkDensity": 90}]}
                for contest, who in card]}
            for sheet, card in enumerate(cards)],
    }  # fmt: skip


def dominion(path: Path, *readings: dict[str, Any]) -> Path:
    sessions = [
        {"TabulatorId": 7, "BatchId": 1, "RecordId": number, "CountingGroupId": 1, **one}
        for number, one in enumerate(readings, 1)
    ]
    path.write_text(json.dumps({"Version": "5.10.50.85", "ElectionId": "E", "Sessions": sessions}))
    return path


def test_a_session_with_a_contest_twice_on_a_card_is_rejected(tmp_path: Path) -> None:
    """Those around it stay, with adjudication and sheets; the same contest on another card of a session is no fault."""
    path = dominion(
        tmp_path / "CvrExport_1.json",
        {"Original": reading([(1, 11), (2, 21)])},
        {"Original": reading([(1, 11)], [(2, 21), (1, 11), (2, 22)])},
        {"Original": reading([(1, 11)], current=False), "Modified": reading([(1, 12)], [(1, 12)])},
        {"Original": reading([(-2, 22), (-2, 22)])},
        {"Original": reading([(1, 12)])},
    )
    found = read("dominion-json", path)
    assert [(row["record"], row["position"], row["sheet"]) for row in found["cards"]] == [
        (1, 1, 0), (3, 3, 0), (3, 3, 1), (5, 5, 0),
    ]  # fmt: skip
    contest = {row["pattern"]: (row["contest"], row["marks"][0]["choice"]) for row in found["patterns"]}
    named = [(vote["card"], *contest[vote["pattern"]]) for vote in found["votes"]]
    assert [(card, *re.findall(r"\d+", f"{title} {who}")) for card, title, who in named] == [
        (0, "1", "11"), (0, "2", "21"), (1, "1", "12"), (2, "1", "12"), (3, "1", "12"),
    ]  # fmt: skip
    assert [(row["card"], row["version"]) for row in found["superseded"]] == [(1, "original")]
    assert [row["row"] for row in found["rejected"]] == [2, 4]
    assert {row["rule"] for row in found["rejected"]} == {"a contest stands once on a card"}
    assert all(row["fix"] and re.search(r"-?2", row["value"].partition(": ")[2]) for row in found["rejected"])
    assert [row["records"] for row in found["files"]] == [4]


def test_a_rank_below_1_in_a_file_alone_is_rejected(tmp_path: Path) -> None:
    ranked = reading([(1, 11), (2, 21)])
    ranked["Cards"][0]["Contests"][1]["Marks"][0]["Rank"] = 0
    path = dominion(tmp_path / "CvrExport_1.json", {"Original": reading([(1, 11)])}, {"Original": ranked})
    found = read("dominion-json", path)
    assert [(row["row"], row["column"]) for row in found["rejected"]] == [(2, "Rank")]
    assert [row["record"] for row in found["cards"]] == [1]


def test_two_candidates_of_one_name_in_a_ballot_image(tmp_path: Path) -> None:
    lookup = [("Candidate", 11, "ADA", 1), ("Candidate", 12, "ADA", 1), ("Candidate", 13, "BO", 1),
              ("Candidate", 21, "BO", 2), ("Contest", 1, "Mayor", 0), ("Contest", 2, "Clerk", 0)]  # fmt: skip
    lines = [f"{kind:10}{key:07}{name:50}{1:07}{contest:07}00" for kind, key, name, contest in lookup]
    votes = [(1, 66, 11), (1, 67, 12), (1, 68, 13), (2, 66, 21)]
    image = [f"{contest:07}{voter:09}{3:07}002{41:07}001{who:07}00" for contest, voter, who in votes]
    (tmp_path / "master_lookup.txt").write_text("\n".join(lines) + "\n")
    (tmp_path / "ballot_image.txt").write_text("\n".join(sorted(image)) + "\n")
    found = read("sf-ballot-image", tmp_path)
    assert choices(found) == {"ADA (candidate 11)", "ADA (candidate 12)", "BO"}
    assert not found["rejected"] and len(found["choices"]) == 4


def nist(path: Path, *selections: tuple[str, str]) -> Path:
    """Make a report of selections (candidate, its name), 5 votes the first, 6 the second and so on."""

    def text(content: str) -> dict[str, Any]:
        return {"Text": [{"Language": "en", "Content": content}]}

    report = {
        "@type": "ElectionResults.ElectionReport", "Format": "summary-contest", "Issuer": "X",
        "GeneratedDate": "2024-11-06T00:00:00Z", "Status": "certified", "VendorApplicationId": "v",
        "GpUnit": [{"@id": "g", "@type": "ElectionResults.ReportingUnit", "Type": "county", "Name": text("Lantern")}],
        "Election": [{
            "@type": "ElectionResults.Election", "ElectionScopeId": "g", "Name": text("Gen"), "Type": "general",
            "StartDate": "2024-11-05", "EndDate": "2024-11-05",
            "Candidate": [{"@id": key, "@type": "ElectionResults.Candidate", "BallotName": text(name)}
                          for key, name in dict(selections).items()],
            "Contest": [{
                "@id": "k", "@type": "ElectionResults.CandidateContest", "Name": "Mayor", "ElectionDistrictId": "g",
                "VotesAllowed": 1, "NumberElected": 1, "ContestSelection": [
                    {"@id": f"s{at}", "@type": "ElectionResults.CandidateSelection", "CandidateIds": [key],
                     "VoteCounts": [{"GpUnitId": "g", "Type": "total", "Count": at}]}
                    for at, (key, _) in enumerate(selections, 5)]}]}],
    }  # fmt: skip
    path.write_text(json.dumps(report))
    return path


def test_two_candidates_of_one_name_in_a_results_report(tmp_path: Path) -> None:
    """Two lines of one candidate, of two parties, are still one choice."""
    people = [("c1", "Jon Wren"), ("c2", "Jon Wren"), ("c3", "Bo"), ("c3", "Bo")]
    found = read("nist-results", nist(tmp_path / "a.json", *people))
    assert choices(found) == {"Jon Wren (c1)", "Jon Wren (c2)", "Bo"}
    assert [(row["choice"], row["count"]) for row in found["reported"]] == [
        ("Jon Wren (c1)", 5), ("Jon Wren (c2)", 6), ("Bo", 7), ("Bo", 8),
    ]  # fmt: skip


LINES = [("Jon Wren", "LAR", 10), ("Jon Wren", "OWL", 11), ("Ada", "", 3), ("Bo", "", 4), ("Bo", "", 5)]
"""(choice, party, votes): two told apart by party, two only by number."""


def test_two_choices_of_one_name_in_clarity_detail(tmp_path: Path) -> None:
    rows = [f'<Choice key="{key}" text="{name}" party="{party}" totalVotes="{votes}"/>'
            for key, (name, party, votes) in enumerate(LINES, 1)]  # fmt: skip
    path = tmp_path / "detail.xml"
    path.write_text(
        f'<ElectionResult><Region>Lantern</Region><Contest key="9" text="Sheriff">{"".join(rows)}</Contest>'
        "</ElectionResult>"
    )
    found = read("clarity-detail-xml", path)
    assert choices(found) == {"Jon Wren (LAR)", "Jon Wren (OWL)", "Ada", "Bo (4)", "Bo (5)"}
    assert any("several parties" in row["value"] for row in found["facts"])


def test_two_choices_of_one_name_in_clarity_summary(tmp_path: Path) -> None:
    """Wherever the lines stand; the same name in another contest is nobody's double, nor is a line for write-ins."""
    path = tmp_path / "summary.csv"
    rows = [f"{at},Sheriff,{name},{party},{votes}" for at, (name, party, votes) in enumerate(LINES, 1)]
    rows.insert(1, "8,Clerk,Ada,,7")
    rows += ["9,Clerk,Write-in,,1", "10,Clerk,Write-in,,2"]
    path.write_text("\n".join(["line number,contest name,choice name,party name,total votes", *rows]) + "\n")
    found = read("clarity-summary-csv", path)
    assert choices(found) == {"Jon Wren (LAR)", "Jon Wren (OWL)", "Ada", "Bo (line 4)", "Bo (line 5)", "Write-in"}
    assert [row["count"] for row in found["reported"]] == [10, 7, 11, 3, 4, 5, 1, 2]
    assert any("several parties" in row["value"] for row in found["facts"])


def test_where_every_row_is_rejected_the_rule_is_named(tmp_path: Path) -> None:
    path = tmp_path / "meeting.csv"
    path.write_text("ACCOUNT;SHARES;PROPOSAL;CHOICE\nA;1.000,5;Ratify;For\nB;1,5;Ratify;For\n")
    with pytest.raises(BadInputError, match=r"row 2, column shares: shares are a number.*all 2 rows") as refused:
        ingest(Workspace.create(tmp_path / "w"), [path])
    assert [row[1] for row in getattr(refused.value, "rows", ())] == [2, 3]
    assert "--max-errors" not in str(refused.value)


def test_votes_are_written_before_a_rule_is_decided(tmp_path: Path) -> None:
    path = tmp_path / "meeting.csv"
    path.write_text("account,shares,proposal,choice\nA,100.5,Ratify,Against\nB,3,Ratify,Abstain\n")
    convert([path], Wanted("plain-csv"), tmp_path / "out")
    cards = (tmp_path / "out" / "cards.csv").read_text()
    assert "100.5" in cards and "AGAINST" in cards and "ABSTAIN" in cards


@pytest.mark.parametrize("form", ["cdf-json", "cdf-xml"])
def test_cdf_is_read_back_with_ballots_portions_and_tabulators(tmp_path: Path, form: str) -> None:
    """Ballots of one card, of two and of three sheets, and one of two cards without numbers."""
    ada = [(1, 11)]
    unnumbered = reading([(1, 12)], [(2, 21)])
    for card in unnumbered["Cards"]:
        del card["PaperIndex"]
    readings = [reading(ada), reading(ada, [(2, 22)]), reading(ada, [(2, 21)], [(3, 31)]), unnumbered, reading(ada)]
    source = dominion(tmp_path / "CvrExport_1.json", *({"Original": one} for one in readings))
    target = tmp_path / f"out{form[-4:].replace('-', '.')}"
    convert([source], Wanted(form, date="2024-11-05"), target)
    (written,) = [path for path in [target, *target.glob("*")] if path.is_file()]
    before, after = read("dominion-json", source)["cards"], read("cdf-cvr", written)["cards"]
    keep = ("tabulator", "sheet", "precinct", "portion")
    assert sorted(str([row[name] for name in keep]) for row in after) == sorted(
        str([row[name] for name in keep]) for row in before
    )
    assert after[0]["tabulator"] == "7" and after[0]["portion"] == "1"
    together = [sorted(Counter(row["ballot"] for row in rows).values()) for rows in (before, after)]
    assert together == [[1, 1, 2, 2, 3]] * 2


def test_a_split_precinct_of_its_own_is_a_portion() -> None:
    units = (
        Unit("u1", "Mill Ward", "split-precinct"),
        Unit("u2", "Pell 7", "split-precinct", (OtherName("other", "portion", "Mill"),)),
        Unit("u3", "Pell 8", "precinct", (OtherName("other", "jurisdiction", "Lantern"),)),
    )
    names = FileNames(Definitions(GpUnit=units))
    assert [names.place(key) for key in ("u1", "u2", "u3", "u4", "")] == [
        (None, None, "Mill Ward"), (None, "Pell 7", "Mill"), ("Lantern", "Pell 8", None), (None, "u4", None),
        (None, None, None),
    ]  # fmt: skip


def test_devices_that_share_a_serial_number_keep_their_ids() -> None:
    devices = (Device("_7", SerialNumber="7"), Device("a", SerialNumber="9"), Device("b", SerialNumber="9"))
    names = FileNames(Definitions(ReportingDevice=devices))
    assert [names.device(key) for key in ("_7", "a", "b", "c", "")] == ["7", "a", "b", "c", None]
