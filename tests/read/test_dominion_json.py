"""Dominion's JSON export: layouts of its versions, what is kept beside the votes, what is said, what is refused."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from faircount.app.sniffing import exports_in
from faircount.model import BadInputError
from faircount.read.dominion.configuration import left_out, remarks
from faircount.read.dominion.json_export import READER
from faircount.read.export import Export
from read.reading import FIXTURES, facts, read_all

NEW, OLD = (FIXTURES / "dominion-json" / f"version-{v}" / "export" for v in ("5.17", "5.2"))


def copied(tmp_path: Path, source: Path = NEW, name: str = "export") -> Path:
    return Path(shutil.copytree(source, tmp_path / name))


def change(path: Path, **members: Any) -> None:
    document = json.loads(path.read_text("utf-8-sig"))
    document.update(members)
    path.write_text(json.dumps(document), "utf-8")


def by_record(tables: dict[str, list[dict[str, Any]]], table: str = "votes") -> dict[tuple[int, str], list[Any]]:
    """Return (batch, contest, position or None) → rows of patterns, as one key (file and record) and contest."""
    ways = {p["pattern"]: p for p in tables["patterns"]}
    cards = {c["card"]: (c["file"], c["record"]) for c in tables["cards"]}
    found: dict[Any, list[Any]] = {}
    for vote in tables[table]:
        way = ways[vote["pattern"]]
        found.setdefault((*cards[vote["card"]], way["contest"]), []).append(way)
    return found


def choices(way: dict[str, Any]) -> list[tuple[str, int, bool]]:
    return [(m["choice"], m["rank"], m["is_vote"]) for m in way["marks"]]


def test_marks_conditions_and_readings_of_5_17() -> None:
    tables = read_all(READER, NEW)
    names = [f["name"] for f in sorted(tables["files"], key=lambda f: f["file"])]
    first, second = names.index("CvrExport_3.json"), names.index("CvrExport_17.json")
    votes = by_record(tables)
    [ranked] = votes[first, 1, "Harbour Master"]
    assert choices(ranked) == [("Ada Quill", 1, True), ("Bo Tarn", 2, True)]
    [invalid] = votes[second, 1, "Harbour Master"]
    assert invalid["conditions"] == ["invalid-contest"]
    assert choices(invalid) == [("Ada Quill", 1, True), ("Write-in", 3, True)], "kept; the rule leaves them out"
    [current] = votes[first, 2, "Measure A"]
    assert choices(current) == [("No", 1, True)]
    other = by_record(tables, "superseded")
    assert choices(other[first, 2, "Measure A"][0]) == [("Yes", 1, False), ("No", 1, False)]
    assert {row["version"] for row in tables["superseded"]} == {"original"} and len(tables["superseded"]) == 3
    [[marked]] = [[m for m in tables["marks"] if m["write_in"]]]
    assert (marked["write_in"], marked["write_in_density"]) == ("image 4", 30)


def test_cards_of_5_17() -> None:
    cards = read_all(READER, NEW)["cards"]
    withheld = next(c for c in cards if c["imprinted_id"])
    assert (withheld["imprinted_id"], withheld["position"]) == ("00101_00002_000003", 3), "RecordId is X"
    pair = [c for c in cards if c["adjudicated"]]
    assert len(pair) == 2 and len({c["ballot"] for c in pair}) == 1 and [c["sheet"] for c in pair] == [0, 1]
    assert {(c["precinct"], c["portion"], c["style"], c["counting_group"]) for c in cards} == {
        ("Quay 1", "Quay 1 (a)", "Style Q", "Absentee")
    }


def test_manifests_of_5_17() -> None:
    tables = read_all(READER, NEW)
    assert [(c["choice"], c["party"], c["kind"]) for c in tables["choices"]] == [
        ("Ada Quill", "Gulls", "regular"), ("Bo Tarn", "Gulls; Terns", "regular"), ("Write-in", None, "write-in"),
        ("Yes", None, "regular"), ("No", None, "regular"), ("Cy Vane", "party 4", "regular"),
        ("Dee Wick", None, "qualified-write-in"),
    ]  # fmt: skip
    assert [(c["contest"], c["district"], c["ranks"], c["votes_allowed"]) for c in tables["contests"]] == [
        ("Harbour Master", "Whole harbour", 3, 1), ("Measure A", "Whole harbour", 0, 1), ("Pilots' Council", "6", 0, 2),
    ]  # fmt: skip
    assert facts(tables, "partial") == [
        "Configuration.json: filtered by Contest 1, 2, 3",
        "Configuration.json: records were suppressed below a turnout of 10 (CvrSuppressionType 2)",
    ]
    assert facts(tables, "note") == [
        "ContestManifest.json: disabled contests: Pilots' Council",
        "CandidateManifest.json: disabled choices: Cy Vane in Pilots' Council",
    ]


def test_the_layout_without_cards() -> None:
    tables = read_all(READER, OLD)
    votes = {record: choices(way) for (_, record, _), [way] in by_record(tables).items()}
    assert votes == {1: [("Flo Hart", 1, True)], 2: [("Gus Ito", 1, True)], 3: [],
                     4: [("Flo Hart", 1, False), ("Gus Ito", 1, False)]}  # fmt: skip
    assert {p["undervotes"] for p in tables["patterns"]} == {None}
    assert {c["sheet"] for c in tables["cards"]} == {None} and {c["precinct"] for c in tables["cards"]} == {"P"}


@pytest.mark.parametrize("version", ["5.18.1.2", "5.30.0.1"])
def test_a_version_no_sample_shows_is_read_and_said(tmp_path: Path, version: str) -> None:
    path = copied(tmp_path)
    for file in path.iterdir():
        if file.name != "Configuration.json":
            change(file, Version=version)
    tables = read_all(READER, path)
    assert len(tables["cards"]) == 4
    assert facts(tables, "note")[0].startswith(f"version {version} is not among the samples")


def test_a_version_whose_records_do_not_fit_is_refused_by_name(tmp_path: Path) -> None:
    path = copied(tmp_path)
    for file in path.iterdir():
        if file.name != "Configuration.json":
            change(file, Version="5.40.0.0")
    sessions = json.loads((path / "CvrExport_3.json").read_text())["Sessions"]
    del sessions[0]["Original"]["BallotTypeId"]
    change(path / "CvrExport_3.json", Sessions=sessions)
    with pytest.raises(BadInputError, match=r"BallotTypeId.*version 5\.40\.0\.0"):
        read_all(READER, path)


@pytest.mark.parametrize("version", ["", "latest", "5", "5.x.1", "6.0.0.1", "4.19.7"])
def test_another_generation_and_what_is_no_version_are_refused(tmp_path: Path, version: str) -> None:
    path = copied(tmp_path)
    change(path / "ContestManifest.json", Version=version)
    with pytest.raises(BadInputError, match=r"versions 4\.21 to 5\.x"):
        read_all(READER, path)


def test_records_of_another_version_than_the_manifests_are_refused(tmp_path: Path) -> None:
    path = copied(tmp_path)
    change(path / "CvrExport_17.json", Version="5.10.50.85")
    with pytest.raises(BadInputError, match=r"CvrExport_17\.json: records and manifests are of one version"):
        read_all(READER, path)


@pytest.mark.parametrize("rank", [0, -1, 4])
def test_a_rank_that_the_contest_has_not_is_rejected_with_its_session(rank: int, tmp_path: Path) -> None:
    """The contest has three. A contest that nobody ranks may state what it likes."""
    folder = copied(tmp_path)
    whole, record = read_all(READER, folder), folder / "CvrExport_3.json"
    document = json.loads(record.read_text("utf-8-sig"))
    of_contest = {
        contest["Id"]: (number, contest)
        for number, session in enumerate(document["Sessions"], 1)
        if "Modified" not in session
        for card in session["Original"]["Cards"]
        for contest in card["Contests"]
        if contest["Marks"]
    }
    of_contest[2][1]["Marks"][0]["Rank"] = rank
    number, ranked = of_contest[1]
    ranked["Marks"][0]["Rank"] = rank
    change(record, Sessions=document["Sessions"])
    tables = read_all(READER, folder)
    (rejected,) = [row for row in tables["rejected"] if row not in whole["rejected"]]
    assert rejected["row"] == number and rejected["column"] == "Rank"
    assert rejected["value"].endswith(f"Harbour Master, rank {rank}")
    left = {(c["file"], c["record"]) for c in whole["cards"]} - {(c["file"], c["record"]) for c in tables["cards"]}
    assert {record for _, record in left} == {number}


def test_a_mark_for_another_contest_s_choice_is_rejected_with_its_session(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    whole, record = read_all(READER, folder), folder / "CvrExport_3.json"
    document = json.loads(record.read_text("utf-8-sig"))
    of_other = next(c for c in json.loads((folder / "CandidateManifest.json").read_text("utf-8-sig"))["List"]
                    if c["ContestId"] == 3)  # fmt: skip
    number, contest = next(
        (number, contest)
        for number, session in enumerate(document["Sessions"], 1)
        if "Modified" not in session
        for card in session["Original"]["Cards"]
        for contest in card["Contests"]
        if contest["Id"] == 2 and contest["Marks"]
    )
    contest["Marks"][0]["CandidateId"] = of_other["Id"]
    change(record, Sessions=document["Sessions"])
    tables = read_all(READER, folder)
    (rejected,) = [row for row in tables["rejected"] if row not in whole["rejected"]]
    assert (rejected["row"], rejected["column"]) == (number, "CandidateId")
    assert rejected["value"].endswith(f"Measure A, {of_other['Description']} ({of_other['Id']})")
    assert len(whole["cards"]) > len(tables["cards"])


def test_an_export_in_several_folders_is_one(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    for number, name in enumerate(("CvrExport_17.json", "CvrExport_3.json")):
        copied(whole, name=f"part{number}")
        (whole / f"part{number}" / name).unlink()
    assert READER.recognise(Export(whole)) is not None
    tables = read_all(READER, whole)
    assert len(tables["cards"]) == 4 and len(tables["contests"]) == 3
    archive = tmp_path / "whole.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for file in sorted(whole.rglob("*.json")):
            made.write(file, file.relative_to(whole).as_posix())
    assert len(read_all(READER, archive)["cards"]) == 4


def test_folders_of_different_exports_are_read_one_by_one(tmp_path: Path) -> None:
    copied(tmp_path / "both", NEW, "new")
    copied(tmp_path / "both", OLD, "old")
    assert READER.recognise(Export(tmp_path / "both")) is None
    found, unread = exports_in(tmp_path / "both")
    assert [one.path.name for one in found] == ["new", "old"] and not unread
    archive = tmp_path / "both.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for file in sorted((tmp_path / "both").rglob("*.json")):
            made.write(file, file.relative_to(tmp_path / "both").as_posix())
    with pytest.raises(BadInputError, match="give each export by itself"):
        read_all(READER, archive)


def test_records_without_manifests(tmp_path: Path) -> None:
    one = read_all(READER, NEW / "CvrExport_3.json")
    assert {c["contest"] for c in one["contests"]} == {f"contest {n} (not in the manifest)" for n in (1, 2, 3)}
    assert facts(one, "partial")[0].startswith("one CvrExport file without its manifests")
    archive = tmp_path / "records.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for name in ("CvrExport_3.json", "CvrExport_17.json"):
            made.write(NEW / name, name)
    both = read_all(READER, archive)
    assert len(both["cards"]) == 4 and facts(both, "version") == ["5.17.18.1"]
    assert [p.split(":")[0] for p in facts(both, "partial")] == ["CvrExport files without manifests"]


@pytest.mark.parametrize("missing", ["Contest", "Candidate", "PrecinctPortion"])
def test_some_manifests_without_the_others_are_refused(tmp_path: Path, missing: str) -> None:
    path = copied(tmp_path)
    (path / f"{missing}Manifest.json").unlink()
    with pytest.raises(BadInputError, match=f"{missing}Manifest.json: an export holds this file"):
        read_all(READER, path)


def test_a_file_cut_short_is_refused_not_read_in_part(tmp_path: Path) -> None:
    path = copied(tmp_path)
    data = (path / "CvrExport_3.json").read_bytes()
    (path / "CvrExport_3.json").write_bytes(data[: len(data) // 2])
    with pytest.raises(BadInputError, match="valid JSON"):
        read_all(READER, path)


def test_configurations_of_all_versions() -> None:
    whole = {
        "IncludeTabulatorFilter": False, "TabulatorFilterValue": 0, "ContestFilter": [], "PrecinctPortionFilter": [],
        "IncludeOnlyPublishedResultContainers": True, "CvrType": 0, "CvrTurnoutTest": 0, "CvrSuppressionType": 0,
        "TurnoutThreshold": 0, "OutstackConditions": [],
    }  # fmt: skip
    assert left_out(whole) == [] == remarks(whole)
    assert left_out({**whole, "CvrSuppressionType": "None", "TurnoutThreshold": 10}) == []
    cases = {
        "IncludeTabulatorFilter": (True, "filtered by Tabulator 0"),
        "IncludeVotingLocationFilter": (True, "filtered by VotingLocation None"),
        "ContestFilter": ([3, 4], "filtered by Contest 3, 4"),
        "PrecinctPortionFilter": (["P"], "filtered by PrecinctPortion P"),
        "OutstackConditions": ([5], "filtered by outstack conditions 5"),
        "CvrSuppressionType": (1, "records were suppressed (CvrSuppressionType 1)"),
    }
    for key, (value, said) in cases.items():
        assert left_out({**whole, key: value}) == [f"Configuration.json: {said}"]
    assert left_out({"TurnoutThreshold": 10}) == ["Configuration.json: records may be suppressed below a turnout of 10"]
    assert remarks({"IncludeOnlyPublishedResultContainers": False, "CvrTurnoutTest": 1, "CvrType": 2}) == [
        "Configuration.json: results that were not published are among the records",
        "Configuration.json: a test of turnout was on (CvrTurnoutTest 1)",
        "Configuration.json: another kind of record than in the samples (CvrType 2)",
    ]
