"""VotingWorks' exports: the hash over all records in every known way, and what happens when something was changed."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faircount.app.sniffing import sniff
from faircount.model import BadInputError
from faircount.read.export import Export
from faircount.read.vxsuite import reading
from faircount.read.vxsuite.hashes import REPORT, RootHash
from faircount.read.vxsuite.reading import READER
from read.reading import FIXTURES, facts, read_all
from read.vxsuite_export import BALLOTS, BATCH, SCANNER, digest, identifiers, write

Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture(autouse=True, params=[1_000, 1])
def folders_in_a_part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FOLDERS_PER_PART", request.param)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write(tmp_path / "machine", BALLOTS, refused=2)


@pytest.fixture(scope="module")
def fixture() -> Tables:
    return read_all(READER, FIXTURES / "vxsuite" / "export")


def ways(tables: Tables, contest: str) -> dict[str, Any]:
    """Return id of the record → pattern of its vote in the contest."""
    patterns = {p["pattern"]: p for p in tables["patterns"] if p["contest"] == contest}
    return {
        tables["cards"][v["card"]]["imprinted_id"]: patterns[v["pattern"]]
        for v in tables["votes"]
        if v["pattern"] in patterns
    }


def test_records_are_cards(fixture: Tables) -> None:
    assert {c["imprinted_id"] for c in fixture["cards"]} == set(identifiers(5))
    assert {c["batch"] for c in fixture["cards"]} == {BATCH} and {c["tabulator"] for c in fixture["cards"]} == {SCANNER}
    assert sorted(c["counting_group"] for c in fixture["cards"]) == ["absentee", *["precinct"] * 4]
    assert not any(c["adjudicated"] for c in fixture["cards"]), "the scanner's rules are nobody's adjudication"
    assert {c["precinct"] for c in fixture["cards"]} == {"North Ward"}


def test_marks_and_their_flags(fixture: Tables) -> None:
    council, ids = ways(fixture, "Town Council"), identifiers(5)
    marks = [[(m["choice"], m["is_vote"], m["is_ambiguous"]) for m in council[i]["marks"]] for i in ids]
    assert marks == [
        [("Aster", True, False), ("Birch", True, False)],
        [("Aster", True, False)],
        [("Aster", False, False), ("Birch", False, False), ("Cedar", False, False)],
        [("Cedar", True, False), ("Write-in", None, False)],
        [("Aster", True, False), ("Write-in", False, True)],
    ]
    assert [(council[i]["undervotes"], council[i]["overvotes"]) for i in ids] == [
        (0, 0),
        (1, 0),
        (0, 2),
        (0, 0),
        (1, 0),
    ]
    assert council[ids[2]]["conditions"] == ["invalidated-rules", "overvote"]


def test_every_oval_is_kept_as_superseded_with_its_density(fixture: Tables) -> None:
    assert [s["version"] for s in fixture["superseded"]] == ["original"]
    densities = [m["density"] for m in fixture["marks"] if m["pattern"] == fixture["superseded"][0]["pattern"]]
    assert densities == [31, 12, 3]  # and no row for the ovals with nothing in them


def test_batches_and_what_was_checked(fixture: Tables) -> None:
    assert [(m["batch"], m["tabulator"], m["cards"], m["claim"]) for m in fixture["manifest"]] == [
        (BATCH, SCANNER, 5, "count by the scanner")
    ]
    assert facts(fixture, "root_hash") == ["holds: 5 records, over the report of a record"]
    assert facts(fixture, "image_hashes") == ["20 images and layouts have the hashes that their records state"]
    assert facts(fixture, "signature")[0].startswith("NOT CHECKED")
    assert facts(fixture, "partial") == [f"the export of one scanner ({SCANNER})"]
    assert len(fixture["files"]) == 5 * 5 + 1 + 1 and sum(f["records"] for f in fixture["files"]) == 5


def test_the_older_way_is_over_all_files(tmp_path: Path) -> None:
    tables = read_all(READER, write(tmp_path / "x", BALLOTS, older=True, refused=1))
    assert facts(tables, "root_hash") == ["holds: 5 records, over all files of a record, images included"]
    assert [m["cards"] for m in tables["manifest"]] == [5]


def root_hash(leaves: dict[str, str], lower: int, upper: int) -> str:
    found = RootHash(lower, upper)
    for record in sorted(leaves):
        found.add(record, leaves[record])
    return found.finish()


def test_a_hash_by_hand() -> None:
    leaves = {"abcd-1": "11", "abcd-2": "22", "abzz-3": "33", "b": "44"}
    inner = digest(digest("1122") + digest("33"))
    assert root_hash(leaves, 4, 2) == digest(inner + digest(digest("44")))
    assert root_hash({}, 4, 2) == ""


def joined_by(hashes: dict[str, str], letters: int) -> dict[str, str]:
    """Return the hash over the hashes of each group of ids that begin alike, from all of them at once."""
    groups: dict[str, str] = {}
    for key in sorted(hashes):
        groups[key[:letters]] = groups.get(key[:letters], "") + hashes[key]
    return {key: digest(joined) for key, joined in groups.items()}


@given(st.dictionaries(st.text("ab-", min_size=1, max_size=5), st.text("01", min_size=1, max_size=3), min_size=1))
def test_a_hash_made_record_by_record_is_that_of_all_at_once(leaves: dict[str, str]) -> None:
    for lower, upper in ((4, 2), (2, 1)):
        assert root_hash(leaves, lower, upper) == joined_by(joined_by(joined_by(leaves, lower), upper), 0)[""]


def test_a_folder_whose_name_begins_another(export: Path) -> None:
    """`a-b/` comes before `a/` in the list of files, and after it among the records."""
    names = ("a", "a-b")
    report = json.loads((sorted(export.glob("*/" + REPORT))[0]).read_text())
    for folder in sorted(path for path in export.iterdir() if path.is_dir()):
        shutil.rmtree(folder)
    leaves = {}
    for name in names:
        (export / name).mkdir()
        report["CVR"][0]["UniqueId"] = name
        report["CVR"][0].pop("BallotImage", None)
        text = json.dumps(report)
        (export / name / REPORT).write_text(text)
        leaves[name] = digest(f"{digest(text)}  {name}/{REPORT}\n")
    metadata = json.loads((export / "metadata.json").read_text())
    metadata["castVoteRecordRootHash"] = joined_by(joined_by(joined_by(leaves, 2), 1), 0)[""]
    (export / "metadata.json").write_text(json.dumps(metadata))
    tables = read_all(READER, export)
    assert facts(tables, "root_hash") == ["holds: 2 records, over the report of a record"]
    assert [Export(export).names[card["file"]] for card in tables["cards"]] == [f"{name}/{REPORT}" for name in names]


def test_without_images_the_newer_way_still_holds(export: Path) -> None:
    for picture in export.glob("*/*.jpg"):
        picture.unlink()
    tables = read_all(READER, export)
    assert facts(tables, "root_hash")[0].startswith("holds: 5 records")
    assert "NOT CHECKED: 10 that are not here" in facts(tables, "image_hashes")[0]


def test_without_images_the_older_way_cannot_be_checked_and_says_so(tmp_path: Path) -> None:
    folder = write(tmp_path / "x", BALLOTS, older=True)
    for picture in folder.glob("*/*.jpg"):
        picture.unlink()
    assert facts(read_all(READER, folder), "root_hash")[0].startswith("NOT CHECKED: 10 images")


def test_a_changed_image_is_named(export: Path) -> None:
    name = identifiers(5)[2]
    (export / name / "back.jpg").write_bytes(b"another picture")
    with pytest.raises(BadInputError, match=f"machine: {name}/back.jpg: a file has the SHA-256"):
        read_all(READER, export)


@pytest.mark.parametrize("older", [False, True])
def test_a_changed_removed_or_added_record_is_refused(tmp_path: Path, older: bool) -> None:
    changed = write(tmp_path / "changed", BALLOTS, older=older)
    path = changed / identifiers(5)[0] / REPORT
    path.write_text(path.read_text().replace('"aster"', '"cedar"'))
    removed = write(tmp_path / "removed", BALLOTS, older=older)
    shutil.rmtree(removed / identifiers(5)[1])
    added = write(tmp_path / "added", BALLOTS[:4], older=older)
    shutil.copytree(changed / identifiers(5)[4], added / identifiers(5)[4])
    for folder in (changed, removed, added):
        with pytest.raises(BadInputError, match="castVoteRecordRootHash is the hash over all records"):
            read_all(READER, folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: {"CVR": []}, "holds one record; found 0"),
        (lambda r: {"CVR": [r["CVR"][0]] * 2}, "holds one record; found 2"),
        (lambda r: {"CVR": [{**r["CVR"][0], "UniqueId": "another"}]}, "named as its record's UniqueId"),
        (lambda r: {"CVR": [{**r["CVR"][0], "CVRSnapshot": 7}]}, "fields of NIST SP 1500-103"),
    ],
)
def test_a_report_that_is_not_its_folders(export: Path, change: Any, words: str) -> None:
    name = identifiers(5)[3]
    path = export / name / REPORT
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(BadInputError, match=rf"{name}/{REPORT}: .*{words}"):
        read_all(READER, export)


@pytest.mark.parametrize(
    ("text", "words"),
    [('{"CVR":[', "valid JSON"), ('{"CVR":[],"CVR":[]}', "stands once"), ("", "not empty"), ("{" * 70, "64 levels")],
)
def test_a_report_that_is_no_json(export: Path, text: str, words: str) -> None:
    (export / identifiers(5)[3] / REPORT).write_text(text)
    with pytest.raises(BadInputError, match=words):
        read_all(READER, export)


def test_a_folder_without_its_report_is_refused(export: Path) -> None:
    (export / identifiers(5)[0] / REPORT).unlink()
    with pytest.raises(BadInputError, match=f"{identifiers(5)[0]}: the folder of a record holds {REPORT}"):
        read_all(READER, export)


def test_what_the_metadata_says(tmp_path: Path) -> None:
    tables = read_all(READER, write(tmp_path / "x", BALLOTS, test=True, closed=False, refused=2))
    assert "written before the polls were closed" in facts(tables, "partial")
    words = " | ".join(facts(tables, "note"))
    assert "a test" in words and "images of 2 sheets that the scanner gave back" in words


def test_a_batch_with_fewer_records_than_the_scanner_counted(export: Path) -> None:
    path = export / "metadata.json"
    path.write_text(path.read_text().replace('"sheetCount": 5', '"sheetCount": 6'))
    assert facts(read_all(READER, export), "note")[-1] == f"batch {BATCH}: the scanner counted 6 sheets, 5 are here"


def test_metadata_without_its_hash_is_refused(export: Path) -> None:
    path = export / "metadata.json"
    path.write_text(path.read_text().replace("castVoteRecordRootHash", "castVoteRecordHash"))
    with pytest.raises(BadInputError, match=r"fields of VxSuite's metadata.*castVoteRecordRootHash"):
        read_all(READER, export)


def test_an_export_without_records(tmp_path: Path) -> None:
    tables = read_all(READER, write(tmp_path / "x", ()))
    assert not tables["cards"] and facts(tables, "root_hash") == ["holds: no records"]


def test_a_zip_with_the_folder_and_its_signature(export: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for path in sorted(p for p in export.rglob("*") if p.is_file()):
            archive.write(path, f"machine/{path.relative_to(export).as_posix()}")
        archive.writestr("machine.vxsig", "signature")
    found = sniff(tmp_path / "export.zip")
    assert found.reader is READER
    tables = read_all(READER, tmp_path / "export.zip")
    assert len(tables["cards"]) == 5 and "machine.vxsig" in {f["name"] for f in tables["files"]}


def test_recognised_by_its_metadata(export: Path, tmp_path: Path) -> None:
    found = READER.recognise(Export(export))
    assert found is not None and found.version == "1.0.0" and "5 records" in found.why
    for name in ("two", "other"):
        (tmp_path / name / "in").mkdir(parents=True)
    shutil.copy(export / "metadata.json", tmp_path / "two")
    shutil.copy(export / "metadata.json", tmp_path / "two" / "in")
    (tmp_path / "other" / "metadata.json").write_text('{"title": "holiday pictures"}')
    for foreign in (tmp_path / "two", tmp_path / "other", export / "metadata.json"):
        assert READER.recognise(Export(foreign)) is None
    assert sniff(export / "metadata.json").reader is None
