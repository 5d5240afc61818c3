"""Arlo's batch tallies, its audit report, and bundles: a zip that holds one zip."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from faircount.app.sniffing import sniff
from faircount.model import BadInputError
from faircount.read.audits.arlo_audit_report import READER as REPORT
from faircount.read.audits.arlo_batch_tallies import READER as TALLIES
from faircount.read.audits.arlo_batch_tallies import UNNAMED
from faircount.read.export import Export
from faircount.read.manifests.manifest_csv import READER as MANIFEST
from read.reading import FIXTURES, facts, read_all

COUNTIES = FIXTURES / "arlo-batch-tallies" / "export"
AUDIT = FIXTURES / "arlo-audit-report" / "export.csv"


def file(tmp_path: Path, content: str, name: str = "tallies.csv") -> Path:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    return path


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def bundle(path: Path, files: dict[str, bytes], beside: dict[str, bytes] | None = None) -> Path:
    path.write_bytes(zipped({"inner.zip": zipped(files), **(beside or {})}))
    return path


def figures(tables: dict[str, list[dict[str, Any]]]) -> list[tuple[Any, ...]]:
    return [(r["jurisdiction"], r["precinct"], r["choice"], r["count"]) for r in tables["reported"]]


def test_tallies_of_counties() -> None:
    tables = read_all(TALLIES, COUNTIES)
    ada, bo = "Ada Quill (Gulls)", "Bo Tarn (Terns)"
    assert figures(tables) == [
        ("LANTERN", "Mill Hall ICP 1 - 0", ada, 120), ("LANTERN", "Mill Hall ICP 1 - 0", bo, 80),
        ("LANTERN", "Mail 1", ada, 1030), ("LANTERN", "Mail 1", bo, 7),
        ("LANTERN", "Mail 2", ada, 0), ("LANTERN", "Mail 2", bo, 0),
        ("TORCH", "Mail 1", ada, 5), ("TORCH", "Mail 1", bo, 6),
    ]  # fmt: skip
    assert {(r["contest"], r["measure"], r["claim"]) for r in tables["reported"]} == {
        (UNNAMED, "votes", "batch tallies")
    }
    assert [(r["row"], r["rule"]) for r in tables["rejected"]] == [
        (5, "a total is not a batch"),
        (4, "a row has 3 cells, as many as the header"),
        (5, "a number of votes is a whole number, 0 or more"),
    ]
    assert any("holds the name of a batch" in note for note in facts(tables, "note"))


def test_several_contests_are_named_by_the_header(tmp_path: Path) -> None:
    text = "Batch Name,Clerk - Ward 1 - Ada,Clerk - Ward 1 - Bo,Measure A - Yes,Measure A - No\nB1,1,2,3,4\n"
    tables = read_all(TALLIES, file(tmp_path, text))
    assert [(r["contest"], r["choice"], r["count"]) for r in tables["reported"]] == [
        ("Clerk - Ward 1", "Ada", 1), ("Clerk - Ward 1", "Bo", 2), ("Measure A", "Yes", 3), ("Measure A", "No", 4),
    ]  # fmt: skip
    assert [c["contest"] for c in tables["contests"]] == ["Clerk - Ward 1", "Measure A"]


@pytest.mark.parametrize(
    "text",
    [
        "Batch Name,Number of Ballots\nB1,3\n",
        "Batch Name,Container,Number of Ballots\nB1,x,3\n",
        "Batch Name,Candidate,Votes\nB1,Ada,3\n",
        "Batch Name,Ada\n",
        "Batch Name,Ada\nB1,many\n",
        "Precinct,Ada\nB1,3\n",
        "Batch Name\nB1\n",
    ],
)
def test_other_tables_are_not_batch_tallies(tmp_path: Path, text: str) -> None:
    assert TALLIES.recognise(Export(file(tmp_path, text))) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "batch tallies begin with a header"), ("Batch,Ada\nB,1\n", "the columns Batch Name"),
     ("Batch Name,Ada,Ada\nB,1,2\n", "every column has its own name")],
)  # fmt: skip
def test_broken_tallies_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        read_all(TALLIES, file(tmp_path, text))


def test_a_report_becomes_totals_and_sampled_batches() -> None:
    tables = read_all(REPORT, AUDIT)
    [contest] = tables["contests"]
    assert (contest["contest"], contest["seats"], contest["votes_allowed"]) == ("Harbour Master", 1, 1)
    rows = [(r["choice"], r["precinct"], r["measure"], r["count"], r["claim"]) for r in tables["reported"]]
    ada, bo = "Ada Quill (I) (Gulls)", "Bo Tarn (Terns)"
    told, found = "reported, of the sampled batches", "audit boards, of the sampled batches"
    assert rows == [
        (ada, None, "votes", 210, "reported"), (bo, None, "votes", 180, "reported"),
        (None, None, "ballots_cast", 400, "reported"),
        (ada, "Mail 1", "sampled_votes", 5, told), (bo, "Mail 1", "sampled_votes", 6, told),
        (None, "Mail 1", "sampled_ballots", 12, told),
        (ada, "Mail 1", "sampled_votes", 4, found), (bo, "Mail 1", "sampled_votes", 7, found),
        (ada, "Mail 2", "sampled_votes", 1, told), (bo, "Mail 2", "sampled_votes", 1, told),
        (None, "Mail 2", "sampled_ballots", 3, told),
    ]  # fmt: skip
    assert facts(tables, "election_name") == ["Harbour Election, 2025"]
    assert "Random Seed: 012345" in facts(tables, "audit settings")[0]
    assert [(r["row"], r["column"]) for r in tables["rejected"]] == [(18, "Audit Results: Harbour Master"), (22, None)]


@pytest.mark.parametrize(
    ("cell", "votes"),
    [("Ada: 1,204; Bo: 7", {"Ada": 1204, "Bo": 7}), ("A: B (Rep): 3", {"A: B (Rep)": 3}), ("Ada: 1; Ada: 2", {}),
     ("Ada: 1 and more", {}), ("Ada 1", {})],
)  # fmt: skip
def test_cells_of_votes(tmp_path: Path, cell: str, votes: dict[str, int]) -> None:
    text = AUDIT.read_text("utf-8").replace("Ada Quill (I) (Gulls): 210; Bo Tarn (Terns): 180", '"' + cell + '"')
    tables = read_all(REPORT, file(tmp_path, text))
    assert {r["choice"]: r["count"] for r in tables["reported"] if r["measure"] == "votes"} == votes
    assert len(tables["rejected"]) == (2 if votes else 3)


def test_a_report_that_begins_otherwise_is_refused(tmp_path: Path) -> None:
    path = file(tmp_path, "Contest Name,Votes\nClerk,3\n")
    assert REPORT.recognise(Export(path)) is None
    with pytest.raises(BadInputError, match="begins with ######## ELECTION INFO"):
        read_all(REPORT, path)
    with pytest.raises(BadInputError, match="an empty file"):
        read_all(REPORT, file(tmp_path, "\n\n"))


MANIFESTS = {
    "ADAIR/m.csv": b"Container,Batch Name,Number of Ballots\nBox 1,B1,3\n",
    "BELL/m.csv": b"Container,Batch Name,Number of Ballots\nBox 1,B1,0\n",
}


def test_a_bundle_is_read_as_its_inner_zip(tmp_path: Path) -> None:
    inner = zipped(MANIFESTS)
    stated = hashlib.sha256(inner).hexdigest().encode()
    path = tmp_path / "bundle.zip"
    path.write_bytes(zipped({"inner.zip": inner, "inner.zip.sha256sum": stated + b"  inner.zip\n"}))
    assert sniff(path).reader is MANIFEST
    tables = read_all(MANIFEST, path)
    assert [(r["jurisdiction"], r["batch"], r["cards"]) for r in tables["manifest"]] == [
        ("ADAIR", "B1", 3), ("BELL", "B1", 0),
    ]  # fmt: skip
    names = [(f["file"], f["name"], f["records"]) for f in tables["files"]]
    assert names == [(0, "inner.zip", 0), (1, "inner.zip.sha256sum", 0), (2, "ADAIR/m.csv", 1), (3, "BELL/m.csv", 1)]
    assert tables["files"][0]["sha256"] == stated.decode()
    assert "inner.zip has the SHA-256 that inner.zip.sha256sum states" in facts(tables, "note")


def test_a_checksum_that_does_not_fit_is_kept_as_rejected(tmp_path: Path) -> None:
    path = bundle(tmp_path / "b.zip", MANIFESTS, {"inner.zip.sha256sum": b"0" * 64})
    tables = read_all(MANIFEST, path)
    assert len(tables["manifest"]) == 2
    [row] = tables["rejected"]
    assert (row["file"], row["value"]) == ("inner.zip.sha256sum", "0" * 64)


def test_tallies_in_a_bundle(tmp_path: Path) -> None:
    files = {f"{p.parent.name}/{p.name}": p.read_bytes() for p in sorted(COUNTIES.rglob("*.csv"))}
    path = bundle(tmp_path / "b.zip", files)
    assert sniff(path).reader is TALLIES
    assert figures(read_all(TALLIES, path)) == figures(read_all(TALLIES, COUNTIES))


@pytest.mark.parametrize(
    ("inner", "words"),
    [(b"PK\x03\x04 not a zip", "a zip ends with its table"), (zipped({"../m.csv": b"x"}), "a path that leads out")],
)
def test_hostile_bundles_are_refused(tmp_path: Path, inner: bytes, words: str) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(zipped({"inner.zip": inner}))
    for reader in (MANIFEST, TALLIES):
        assert reader.recognise(Export(path)) is None
        with pytest.raises(BadInputError, match=words):
            read_all(reader, path)


def test_a_bundle_that_holds_more_or_other_zips_is_nobodys(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(zipped({"a.zip": zipped(MANIFESTS), "b.zip": zipped(MANIFESTS)}))
    assert MANIFEST.recognise(Export(path)) is None
    twice = bundle(tmp_path / "c.zip", {"deeper.zip": zipped(MANIFESTS)})
    assert MANIFEST.recognise(Export(twice)) is None


def test_hybrid_manifests_say_which_batches_have_no_records(tmp_path: Path) -> None:
    text = "Container,Tabulator,Batch Name,Number of Ballots,CVR\nA,1,B1,3,Yes\nA,1,B2,0,No\nA,2,B1,4,\n"
    tables = read_all(MANIFEST, file(tmp_path, text, "manifest.csv"))
    assert [(r["container"], r["tabulator"], r["batch"], r["cards"]) for r in tables["manifest"]] == [
        ("A", "1", "B1", 3), ("A", "1", "B2", 0), ("A", "2", "B1", 4),
    ]  # fmt: skip
    assert facts(tables, "note") == [
        "manifest.csv: CVR is '' for 1 of 3 batches: B1",
        "manifest.csv: CVR is 'No' for 1 of 3 batches: B2",
    ]
