"""Official results as their programs exchange them: NIST reports, Clarity's files, statements of votes. Their traps."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faircount.model import BadInputError
from faircount.read.export import Export
from faircount.read.results import clarity_detail, clarity_summary, nist_results, statement_of_votes
from faircount.read.results.clarity_words import date_of, title_of
from faircount.read.results.nist_results_records import text
from read.reading import FIXTURES, facts, read_all

Tables = dict[str, list[dict[str, Any]]]
NIST = FIXTURES / "nist-results"


def cells(tables: Tables, name: str, **where: object) -> list[int]:
    return [row["count"] for row in tables[name] if all(row[k] == v for k, v in where.items())]


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, "utf-8")
    return path


def changed_json(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    report = json.loads((NIST / "json/export.json").read_text("utf-8"))
    change(report)
    return written(folder, "report.json", json.dumps(report))


def changed_xml(folder: Path, *changes: tuple[str, str]) -> Path:
    report = (NIST / "xml/export.xml").read_text("utf-8")
    for old, new in changes:
        assert old in report
        report = report.replace(old, new)
    return written(folder, "report.xml", report)


# ---- NIST SP 1500-100 ------------------------------------------------------------------------------------------------
def test_json_and_xml_of_one_report_say_the_same() -> None:
    def bare(path: Path) -> Tables:
        tables = read_all(nist_results.READER, path)
        del tables["files"]
        return {n: [{k: v for k, v in r.items() if k not in ("row", "file")} for r in t] for n, t in tables.items()}

    assert bare(NIST / "json/export.json") == bare(NIST / "xml/export.xml")


def test_a_row_of_xml_is_its_line() -> None:
    lines = (NIST / "xml/export.xml").read_text("utf-8").splitlines()
    for row in read_all(nist_results.READER, NIST / "xml/export.xml")["reported"]:
        assert "Counts>" in lines[row["row"] - 1]


def test_units_become_one_level_of_jurisdictions_and_one_of_precincts(tmp_path: Path) -> None:
    """A city between a county and its precinct is neither; a city without precincts stands where precincts stand."""
    governor = {"contest": "Governor", "choice": "Ada Lark", "counting_group": None}
    tables = read_all(nist_results.READER, NIST / "json/export.json")
    assert cells(tables, "reported", **governor, jurisdiction="Alder County", precinct="Precinct 2") == [19]

    def add(report: dict[str, Any], parts: list[str]) -> None:
        [elm] = [u for u in report["GpUnit"] if u["@id"] == "elm"]
        elm["ComposingGpUnitIds"] = parts
        votes = report["Election"][0]["Contest"][0]["ContestSelection"][1]["VoteCounts"]
        votes.append({"@type": "ElectionResults.VoteCounts", "GpUnitId": "elm", "Type": "total", "Count": 18})

    between = read_all(nist_results.READER, changed_json(tmp_path, lambda report: add(report, ["p2"])))
    assert not cells(between, "reported", **governor, precinct="Elm City")
    assert any("figures by city, a part of Alder County" in note for note in facts(between, "note"))
    leaf = read_all(nist_results.READER, changed_json(tmp_path, lambda report: add(report, [])))
    assert cells(leaf, "reported", **governor, jurisdiction="Alder County", precinct="Elm City") == [18]


def test_what_is_withheld_is_no_zero() -> None:
    tables = read_all(nist_results.READER, NIST / "xml/export.xml")
    assert cells(tables, "reported", contest="Mayor", choice="Bo Finch", precinct="Precinct 2") == []
    assert facts(tables, "partial") == ["1 figure is withheld for privacy"]


def test_later_rounds_and_classes_of_device_do_not_count_twice(tmp_path: Path) -> None:
    tables = read_all(nist_results.READER, NIST / "json/export.json")
    mayor = {"contest": "Mayor", "choice": "Cy Wren", "jurisdiction": None}
    assert cells(tables, "reported", **mayor, measure="votes") == [12]
    assert cells(tables, "reported", **mayor, measure="votes, round 2") == [18]

    def by_device_only(report: dict[str, Any]) -> None:
        votes = report["Election"][0]["Contest"][3]["ContestSelection"][0]
        kind = "ElectionResults.VoteCounts"
        votes["VoteCounts"] = [
            {"@type": kind, "GpUnitId": "birch", "Type": "total", "Count": n, "DeviceClass": {"Type": device}}
            for device, n in (("bmd", 8), ("opscan-precinct", 13))
        ]

    read = read_all(nist_results.READER, changed_json(tmp_path, by_device_only))
    ours = [r for r in read["reported"] if r["contest"] == "Question 1 (Birch County)" and r["choice"] == "Yes"]
    assert [(r["counting_group"], r["count"]) for r in ours] == [("bmd", 8), ("opscan-precinct", 13)]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ([("http://itl.nist.gov/ns/voting/1500-100/v2", "NIST_V1_election_results.xsd")], "version 1"),
        ([("</ElectionReport>", "")], "well-formed"),
        ([("<ElectionReport", "<!DOCTYPE a [<!ENTITY b 'c'>]><ElectionReport")], "document type"),
        ([('ObjectId="p2"', 'ObjectId="p1"')], "'p1' twice"),
        ([("<StartDate>", "<StartDate>2031-01-01</StartDate><StartDate>")], "2 elections"),
        ([("<VoteCounts>", "<VoteCounts>5</VoteCounts><VoteCounts>")], "VoteCounts holds objects"),
    ],
    ids=["version 1", "cut", "bomb", "one id for two", "two elections", "no object"],
)
def test_a_report_of_another_shape_is_refused(changes: list[tuple[str, str]], says: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=says) as refused:
        read_all(nist_results.READER, changed_xml(tmp_path, *changes))
    assert "report.xml" in str(refused.value)


@pytest.mark.parametrize("part", ["Election", "GpUnit", "Party"])
@pytest.mark.parametrize("value", [5, "text", [1], [["a"]], [None], {"@id": "x"}])
def test_json_of_another_shape_is_refused_or_read(part: str, value: Any, tmp_path: Path) -> None:
    def put(report: dict[str, Any]) -> None:
        report[part] = value

    path = changed_json(tmp_path, put)
    try:
        assert read_all(nist_results.READER, path)["files"]
    except BadInputError as error:
        assert "report.json" in str(error)


def test_partial_and_newer_reports_say_so(tmp_path: Path) -> None:
    partial = changed_xml(tmp_path, ("unofficial-complete", "unofficial-partial"), ("<SequenceEnd>1", "<SequenceEnd>3"))
    told = facts(read_all(nist_results.READER, partial), "partial")
    assert "the report is unofficial and partial" in told and "report 1 of 3 of a series" in told
    newer = changed_xml(tmp_path, ("1500-100/v2", "1500-100/v3"))
    assert nist_results.READER.recognise(Export(newer)).version == "3"  # type: ignore[union-attr]
    assert facts(read_all(nist_results.READER, newer), "version") == ["3"]


def test_contests_of_one_name_in_one_district_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    def same(report: dict[str, Any]) -> None:
        governor, mayor, first, second = report["Election"][0]["Contest"]
        second["ElectionDistrictId"] = first["ElectionDistrictId"]
        governor["Name"] = mayor["Name"]

    want = ["Mayor (Amity)", "Mayor (Elm City)", "Question 1 (q1a)", "Question 1 (q1b)"]
    json_tables = read_all(nist_results.READER, changed_json(tmp_path, same))
    assert [c["contest"] for c in json_tables["contests"]] == want
    changes = (("<Name>Governor</Name>", "<Name>Mayor</Name>"), (">birch</ElectionD", ">alder</ElectionD"))
    xml_tables = read_all(nist_results.READER, changed_xml(tmp_path, *changes))
    assert [c["contest"] for c in xml_tables["contests"]] == want


def test_texts_in_several_languages() -> None:
    both = {"Text": [{"Content": "Elección", "Language": "es"}, {"Content": " The  election ", "Language": "en-US"}]}
    assert (text(both), text({"Text": both["Text"][:1]}), text(None), text("plain")) == (
        "The election", "Elección", "", "plain",
    )  # fmt: skip


# ---- Clarity ---------------------------------------------------------------------------------------------------------
def clarity_xml() -> str:
    return (FIXTURES / "clarity-detail-xml/export.xml").read_text("utf-8")


def test_titles_and_dates() -> None:
    assert title_of("Town Council (Vote For 2)") == ("Town Council", 2)
    assert title_of("Council (vote for up to 3) ") == ("Council", 3)
    assert title_of("Question 1 (Statutory)") == ("Question 1 (Statutory)", None)
    assert (date_of("11/5/2024"), date_of("May 2024")) == ("2024-11-05", "May 2024")


def test_detail_in_its_zip_and_alone_read_alike(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "detailxml.zip", "w") as archive:
        archive.writestr("detail.xml", clarity_xml())
    alone = read_all(clarity_detail.READER, FIXTURES / "clarity-detail-xml/export.xml")
    packed = read_all(clarity_detail.READER, tmp_path / "detailxml.zip")
    assert packed["reported"] == alone["reported"] and packed["files"][0]["records"] == 30


def test_counties_of_a_state_are_jurisdictions(tmp_path: Path) -> None:
    states = clarity_xml().replace("<Precinct ", "<County ").replace("Precincts>", "Counties>")
    tables = read_all(clarity_detail.READER, written(tmp_path, "detail.xml", states))
    assert cells(tables, "reported", jurisdiction=None, choice="Ada Lark (I)", counting_group=None) == [28]
    assert cells(tables, "reported", jurisdiction="Alder 01", choice="Ada Lark (I)") == [6, 12]
    assert cells(tables, "turnout", jurisdiction=None, measure="ballots_cast") == [52]
    assert {row["precinct"] for row in tables["reported"]} == {None}


def test_registered_voters_of_nought_are_not_stated() -> None:
    tables = read_all(clarity_detail.READER, FIXTURES / "clarity-detail-xml/export.xml")
    assert cells(tables, "turnout", precinct="Provisional", measure="registered") == []
    assert cells(tables, "turnout", precinct="Provisional", measure="ballots_cast") == [1]


def test_undervotes_among_the_choices_of_a_detail_are_no_choice(tmp_path: Path) -> None:
    as_choice = clarity_xml().replace('text="Write-in" party=""', 'text="Under Votes" party=""')
    tables = read_all(clarity_detail.READER, written(tmp_path, "detail.xml", as_choice))
    assert "Under Votes" not in {row["choice"] for row in tables["choices"]}
    of_units = cells(tables, "reported", contest="Mayor", measure="undervotes", precinct="Alder 01")
    assert of_units == [2], "what the contest itself says"
    assert any("which the contest also states" in row["value"] for row in tables["facts"])

    alone = as_choice.replace('<VoteType name="Undervotes"', '<VoteType name="Spare"').replace(
        '"Ada Lark (I)"', '"Total"'
    )
    tables = read_all(clarity_detail.READER, written(tmp_path, "detail.xml", alone))
    assert {row["choice"] for row in tables["choices"] if row["contest"] == "Mayor"} == set()
    assert cells(tables, "reported", contest="Mayor", measure="undervotes", precinct="Alder 01") == [5, 6]
    assert cells(tables, "reported", contest="Mayor", measure="undervotes", precinct=None, counting_group=None) == [20]
    assert any("a total of the contest's candidates" in row["value"] for row in tables["facts"])


def test_two_contests_of_one_name_stay_two() -> None:
    titles = [
        r["contest"] for r in read_all(clarity_detail.READER, FIXTURES / "clarity-detail-xml/export.xml")["contests"]
    ]
    assert titles == ["Mayor", "Precinct Committee", "Precinct Committee (0105)"]


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x[: len(x) // 2],
        lambda x: x.replace("<ElectionResult>", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><ElectionResult>'),
        lambda x: x[: x.index("<Contest")] + "</ElectionResult>",
    ],
    ids=["cut", "document type", "no contest"],
)
def test_a_detail_that_is_not_whole_is_refused(change: Callable[[str], str], tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"detail\.xml"):
        read_all(clarity_detail.READER, written(tmp_path, "detail.xml", change(clarity_xml())))


def test_summary_does_not_depend_on_the_order_of_its_lines(tmp_path: Path) -> None:
    lines = (FIXTURES / "clarity-summary-csv/export.csv").read_text("utf-8").splitlines()
    del lines[4:]  # the lines that contradict or cannot be read
    tables = [
        read_all(clarity_summary.READER, written(tmp_path, f"{n}.csv", "\n".join([lines[0], *order]) + "\n"))
        for n, order in enumerate((lines[1:], lines[:0:-1]))
    ]
    assert tables[0]["contests"] == tables[1]["contests"] and tables[0]["choices"] == tables[1]["choices"]
    assert [r["contest"] for r in tables[0]["contests"]] == ["Governor", "Town Council"]


def test_zeros_beside_stated_voters_are_figures(tmp_path: Path) -> None:
    summary = (FIXTURES / "clarity-summary-csv/export.csv").read_text("utf-8").replace("57.60,0,0", "57.60,9000,3034")
    summary = summary.replace("42.40,0,0", "42.40,9000,3034").replace("4,0,", "4,3,")
    tables = read_all(clarity_summary.READER, written(tmp_path, "summary.csv", summary))
    assert cells(tables, "reported", measure="registered") == [9000, 0]
    assert cells(tables, "reported", measure="ballots_cast") == [3034, 0]
    assert facts(tables, "partial") == ["not all areas had reported"]


# ---- statements of votes ---------------------------------------------------------------------------------------------
SOV = "Precinct,Contest,Choice,Active Voters,Total Ballots,Total Votes,Undervotes,Overvotes"


@pytest.mark.parametrize(
    "header",
    [SOV, SOV.replace("Precinct,", "Precinct Code,"), SOV.replace("Undervotes", "Total Undervotes").upper(),
     SOV.replace("Active Voters", "Registered Voters").replace("Choice", "Candidate Name")],
)  # fmt: skip
def test_columns_of_a_statement_go_by_several_names(header: str, tmp_path: Path) -> None:
    path = written(
        tmp_path, "sov.csv", f'{header}\n001,Mayor,Ada,"1,000",600,400,150,50\n001,Mayor,Bo,"1,000",600,0,150,50\n'
    )
    assert statement_of_votes.READER.recognise(Export(path)) is not None
    tables = read_all(statement_of_votes.READER, path)
    assert tables["rejected"] == []
    assert [(r["measure"], r["choice"], r["count"]) for r in tables["reported"]] == [
        ("votes", "Ada", 400), ("registered", None, 1000), ("ballots_cast", None, 600), ("undervotes", None, 150),
        ("overvotes", None, 50), ("votes", "Bo", 0),
    ]  # fmt: skip


def test_a_summary_of_votes_has_no_precincts_and_further_columns_are_named(tmp_path: Path) -> None:
    head = SOV.replace("Precinct,", "") + ",Precinct Count"
    tables = read_all(statement_of_votes.READER, written(tmp_path, "s.csv", f"{head}\nMayor,Ada,9,8,7,1,0,3\n"))
    assert cells(tables, "reported", precinct=None, measure="votes") == [7]
    assert any("columns not read: precinct_count" in note for note in facts(tables, "note"))


def test_a_third_contest_of_one_title_is_told_where_its_key_is_not_its_own(tmp_path: Path) -> None:
    contest = '<Contest key="{}" text="Warden" voteFor="1"><Choice key="1" text="Ada Lark" totalVotes="{}"/></Contest>'
    found = [contest.format(key, votes) for key, votes in (("7", 11), ("8", 12), ("8", 13), ("9", 14))]
    whole = clarity_xml().replace("</ElectionResult>", "".join(found) + "</ElectionResult>")
    tables = read_all(clarity_detail.READER, written(tmp_path, "detail.xml", whole))
    wardens = {row["contest"]: row["count"] for row in tables["reported"] if row["contest"].startswith("Warden")}
    assert wardens == {"Warden": 11, "Warden (8)": 12, "Warden (9)": 14}
    assert [row["value"] for row in tables["rejected"] if row["column"] == "key"] == ["Warden (8)"]
    places = [row["place"] for row in tables["contests"]]
    assert places == list(range(len(places)))
