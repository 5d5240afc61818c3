"""Cast vote records of NIST SP 1500-103: what counts, what is kept beside it, what is refused and with which words."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from faircount.model import BadInputError
from faircount.read.cdf import READER
from faircount.read.cdf.records import per_cent
from faircount.read.export import Export
from read.cdf_report import (
    DEFINITIONS,
    as_json,
    as_xml,
    contest,
    example,
    one,
    position,
    ranked,
    record,
    report,
    selection,
    snapshot,
)
from read.reading import FIXTURES, SHARED, facts, read_all

Tables = dict[str, list[dict[str, Any]]]
RCTAB = SHARED / "cvr" / "rctab"


def read(path: Path, *records: dict[str, Any], **said: Any) -> Tables:
    return read_all(READER, as_json(path / "x.json", report(*records, **said)))


def ways(tables: Tables, contest_title: str, table: str = "votes") -> list[list[Any]]:
    """Return the marks of each vote in the contest, in order: (choice, rank, is_vote, is_ambiguous, conditions)."""
    patterns = {p["pattern"]: p for p in tables["patterns"]}
    found = [patterns[v["pattern"]] for v in tables[table]]
    return [
        [(m["choice"], m["rank"], m["is_vote"], m["is_ambiguous"], tuple(m["conditions"])) for m in p["marks"]]
        for p in found
        if p["contest"] == contest_title
    ]


@pytest.fixture(scope="module")
def fixture() -> Tables:
    return read_all(READER, FIXTURES / "cdf-cvr" / "json" / "export.json")


def test_cards_have_what_the_records_say(fixture: Tables) -> None:
    first, _, third, _ = fixture["cards"]
    assert [c["imprinted_id"] for c in fixture["cards"]] == ["1", "2", "3", "4"]
    named = {
        k: first[k] for k in ("batch", "position", "precinct", "style", "tabulator", "sheet", "record", "adjudicated")
    }
    assert named == {"batch": "b1", "position": 1, "precinct": "Precinct 7", "style": "s1", "tabulator": "dev-1",
                     "sheet": 1, "record": 1, "adjudicated": False}  # fmt: skip
    assert third["adjudicated"] and third["precinct"] is None


def test_contests_and_choices_have_names_and_places(fixture: Tables) -> None:
    assert [(c["contest"], c["key"], c["votes_allowed"], c["ranks"], c["seats"]) for c in fixture["contests"]] == [
        ("Mayor", "mayor", 1, 3, 1), ("Board", "board", 2, 0, None), ("Question 1", "q1", None, 0, None),
    ]  # fmt: skip
    assert [(c["contest"], c["choice"], c["party"], c["kind"]) for c in fixture["choices"]] == [
        ("Mayor", "Ada Rowan", "Lake", "regular"), ("Mayor", "Ben Alder", "Hill", "regular"),
        ("Mayor", "Cyd Maple", None, "regular"), ("Mayor", "Write-in", None, "write-in"),
        ("Board", "Ada Rowan / Ben Alder", "Lake", "regular"), ("Board", "Ben Alder", "Hill", "regular"),
        ("Board", "Cyd Maple", None, "regular"), ("Question 1", "yes", None, "regular"),
        ("Question 1", "no", None, "regular"),
    ]  # fmt: skip


def test_only_the_current_reading_is_a_vote(fixture: Tables) -> None:
    third = [v for v in fixture["votes"] if v["card"] == 2]
    assert len(third) == 2
    assert ways(fixture, "Mayor")[2] == [("Cyd Maple", 1, None, False, ())]
    assert ways(fixture, "Mayor", "superseded") == [[("Ada Rowan", 1, None, False, ())]]
    assert {s["version"] for s in fixture["superseded"]} == {"original"}


def test_the_current_reading_need_not_be_the_last(tmp_path: Path) -> None:
    snapshots = [snapshot(n, contest("mayor", *ranked(c)), Type=t) for n, c, t in (
        ("a", "c-ada", "original"), ("b", "c-ben", "interpreted"), ("c", "c-cyd", "interpreted"))]  # fmt: skip
    tables = read(tmp_path, record(*snapshots, current="b"))
    assert ways(tables, "Mayor") == [[("Ben Alder", 1, None, False, ())]]
    assert [s["version"] for s in tables["superseded"]] == ["original", "interpreted 2"]
    assert not tables["cards"][0]["adjudicated"]


def test_an_unknown_current_reading_is_rejected_and_nothing_counted(tmp_path: Path) -> None:
    two = [snapshot(n, contest("mayor", *ranked("c-ada"))) for n in ("a", "a")]
    tables = read(tmp_path, record(*two, current="z"), record(*two, current="a"), record(*two, current=""))
    assert not tables["cards"] and not tables["votes"]
    assert [(r["row"], r["column"], r["value"]) for r in tables["rejected"]] == [
        (1, "CurrentSnapshotId", "z"), (2, "CurrentSnapshotId", "a"), (3, "CurrentSnapshotId", ""),
    ]  # fmt: skip
    assert len(read(tmp_path, record(two[0], current=""))["cards"]) == 1


def test_ranks_gaps_and_equal_ranks_are_kept(fixture: Tables) -> None:
    found = ways(fixture, "Mayor")
    assert [(m[0], m[1]) for m in found[1]] == [("Ben Alder", 1), ("Ben Alder", 3)]
    assert [(m[0], m[1]) for m in found[3]] == [("Ada Rowan", 1), ("Write-in", 1), ("Ada Rowan", 2)]
    assert [m["write_in"] for m in fixture["marks"]] == ["Dot Sorrel"]


def test_a_rank_may_stand_at_the_selection(tmp_path: Path) -> None:
    both = [
        selection("m-c-ada", Rank=2),
        selection("m-c-ben", position(Rank=1), Rank=3),
        selection("m-c-cyd", position(HasIndication="no", Rank=0)),
    ]
    tables = read(tmp_path, one(contest("mayor", *both)))
    assert [(m[0], m[1]) for m in ways(tables, "Mayor")[0]] == [("Ben Alder", 1), ("Ada Rowan", 2)]
    assert tables["contests"][0]["ranks"] == 2


def test_rank_0_is_no_rank_among_others(tmp_path: Path) -> None:
    """Read as the first preference it would count before all others."""
    first, second = selection("m-c-ada", position(Rank=0)), selection("m-c-ben", position(Rank=1))
    alone = one(contest("mayor", first))  # the file says that voters rank
    tables = read(tmp_path, one(contest("mayor", first, second)), one(contest("mayor", second)), alone)
    assert [(r["row"], r["column"], r["value"]) for r in tables["rejected"]] == [(1, "Rank", "0"), (3, "Rank", "0")]
    assert len(tables["cards"]) == 3 and [m[0] for m in ways(tables, "Mayor")[0]] == ["Ben Alder"]
    unranked = read(tmp_path, one(contest("q1", selection("q1-yes", position(Rank=0)))))
    assert unranked["rejected"] == [] and {c["ranks"] for c in unranked["contests"] if c["key"] == "q1"} == {0}


@pytest.mark.parametrize(
    ("place", "around", "flags"),
    [
        ({}, {}, (None, False, ())),
        ({"IsAllocable": "unknown"}, {}, (None, False, ())),
        ({"IsAllocable": "yes"}, {}, (True, False, ())),
        ({"IsAllocable": "no"}, {}, (False, False, ())),
        ({"HasIndication": "unknown"}, {}, (None, True, ())),
        ({"HasIndication": "no", "MarkMetricValue": ["14"]}, {}, (False, True, ("not-indicated",))),
        ({}, {"Status": ["needs-adjudication"]}, (None, True, ("needs-adjudication",))),
        ({}, {"Status": ["needs-adjudication"], "TotalNumberVotes": 0}, (False, False, ("needs-adjudication",))),
        ({"NumberVotes": 0}, {}, (False, False, ())),
        ({"NumberVotes": 0, "FractionalVotes": ".25", "IsAllocable": "yes"}, {}, (True, False, ())),
        ({"IsGenerated": "yes"}, {"Status": ["generated-rules"]}, (None, False, ("generated-by-rule",))),
        ({"Status": ["other"], "OtherStatus": "smudge"}, {}, (None, False, ("smudge",))),
    ],
)
def test_what_the_file_says_of_a_mark(
    tmp_path: Path, place: dict[str, Any], around: dict[str, Any], flags: tuple[Any, ...]
) -> None:
    for write in (as_json, as_xml):
        path = write(tmp_path / "x", report(one(contest("board", selection("b-ben", position(**place), **around)))))
        assert ways(read_all(READER, path), "Board") == [[("Ben Alder", 1, *flags)]]


def test_empty_places_of_the_ballot_are_no_marks(tmp_path: Path) -> None:
    blank = [
        selection(f"b-{c}", position(HasIndication="no", MarkMetricValue=[v]))
        for c, v in (("ben", "0"), ("cyd", "0.00"))
    ]
    assert ways(read(tmp_path, one(contest("board", *blank))), "Board") == [[]]


def test_a_write_in_that_waits_is_a_vote_in_the_pool(tmp_path: Path) -> None:
    waits = selection(
        "m-line", position(CVRWriteIn={"WriteInImage": {"Location": "7.png"}}), Status=["needs-adjudication"]
    )
    nameless = selection(None, position(CVRWriteIn={"Text": "Eve Fern"}))
    tables = read(tmp_path, one(contest("mayor", waits), contest("board", nameless)))
    assert ways(tables, "Mayor") == [[("Write-in", 1, None, False, ("needs-adjudication",))]]
    assert ways(tables, "Board") == [[("Write-in", 1, None, False, ())]]
    assert [m["write_in"] for m in tables["marks"]] == ["7.png", "Eve Fern"]
    assert [(c["choice"], c["kind"], c["place"]) for c in tables["choices"] if c["contest"] == "Board"][-1] == (
        "Write-in",
        "write-in",
        3,
    )


def test_what_the_file_says_of_a_contest(fixture: Tables, tmp_path: Path) -> None:
    board = [p for p in fixture["patterns"] if p["contest"] == "Board"]
    assert [(p["undervotes"], p["overvotes"], p["conditions"]) for p in board] == [
        (1, 0, ["undervote"]), (0, 2, ["invalidated-rules", "overvote"]), (2, None, []),
    ]  # fmt: skip
    spoiled = contest("board", selection("b-ben"), Status=["invalidated-rules", "other"], OtherStatus="wrong party")
    tables = read(tmp_path, one(spoiled))
    assert tables["patterns"][0]["conditions"] == ["invalid-contest", "wrong party"]


def test_more_than_one_vote_for_a_mark_is_a_score(tmp_path: Path) -> None:
    tables = read(tmp_path, one(contest("board", selection("b-ben", position(NumberVotes=2)))))
    assert tables["patterns"][0]["marks"][0]["score"] == 2


def test_ids_that_are_not_defined_stand_for_themselves_and_are_told(tmp_path: Path) -> None:
    strange = [one(contest("board", selection(c)), contest("dog-catcher", selection(d)))
               for c, d in (("b-zed", "rex"), ("b-zed", "fido"))]  # fmt: skip
    tables = read(tmp_path, *strange)
    assert not tables["rejected"] and len(tables["votes"]) == 4
    listed = [(c["contest"], c["choice"]) for c in tables["choices"]]
    assert ("Board", "b-zed") in listed and listed[-2:] == [("dog-catcher", "fido"), ("dog-catcher", "rex")]
    assert "4 contests or choices that the file does not define" in facts(tables, "note")[0]


def test_a_contest_that_cannot_be_read_is_rejected_alone(tmp_path: Path) -> None:
    twice = one(contest("q1", selection("q1-yes")), contest("board", selection("b-ben")), contest("board"))
    nobody = one(contest("board", selection(None)), contest("q1", selection("q1-no")))
    tables = read(tmp_path, twice, nobody)
    assert [(r["row"], r["column"], r["rule"].split()[0]) for r in tables["rejected"]] == [
        (1, "ContestId", "a"), (2, "ContestSelectionId", "a"),
    ]  # fmt: skip
    assert len(tables["cards"]) == 2 and len(tables["votes"]) == 3


def test_equal_titles_and_names_are_told_apart(tmp_path: Path) -> None:
    election = json.loads(json.dumps(DEFINITIONS["Election"]))
    election[0]["Contest"][1]["Name"] = "Mayor"
    election[0]["Candidate"][1]["Name"] = "Ada  Rowan"
    tables = read(tmp_path, one(contest("board", selection("b-ben"))), Election=election)
    assert [c["contest"] for c in tables["contests"]][:2] == ["Mayor (mayor)", "Mayor (board)"]
    assert [c["choice"] for c in tables["choices"]][:2] == ["Ada Rowan (m-c-ada)", "Ada Rowan (m-c-ben)"]


def test_xml_says_the_same_as_json(tmp_path: Path) -> None:
    whole = []
    for path in (as_json(tmp_path / "a.json", example()), as_xml(tmp_path / "a.xml", example()),
                 as_xml(tmp_path / "b.xml", example(), "cdf"),
                 as_json(tmp_path / "c.json", {**DEFINITIONS, **example()}, None)):  # fmt: skip
        tables = read_all(READER, path)
        tables.pop("files")
        whole.append(tables)
    assert whole[0] == whole[1] == whole[2] == whole[3]


def test_several_files_are_one_export_with_ids_of_their_own(tmp_path: Path) -> None:
    other = json.loads(
        json.dumps(report(one(contest("mayor", selection("m-c-ada"))))).replace("Ada Rowan", "Flo Sedge")
    )
    as_json(tmp_path / "a.json", report(one(contest("mayor", selection("m-c-ada")))))
    as_json(tmp_path / "b.json", other)
    tables = read_all(READER, tmp_path)
    assert [m[0][0] for m in ways(tables, "Mayor")] == ["Ada Rowan", "Flo Sedge"]
    assert [c["choice"] for c in tables["choices"] if c["contest"] == "Mayor"][-1] == "Flo Sedge"
    assert [(c["file"], c["record"]) for c in tables["cards"]] == [(0, 1), (1, 1)]
    assert [f["records"] for f in tables["files"]] == [1, 1]
    assert len(facts(tables, "election_name")) == 1


def test_what_a_report_says_of_itself(tmp_path: Path) -> None:
    waiting = snapshot("s", contest("q1"), Status=["needs-adjudication"])
    half = contest("board", selection("b-ben", position(FractionalVotes=0.5)))
    tables = read(
        tmp_path, record(waiting), one(half), Version="2.0.0", ReportType=["originating-device-export", "other"],
        OtherReportType="test,l&a",
    )  # fmt: skip
    assert facts(tables, "election_name") == ["General Election of Pondshire"]
    assert facts(tables, "jurisdiction") == ["Pondshire"]
    assert facts(tables, "partial") == ["the export of one device (dev-1)"]
    words = " | ".join(facts(tables, "note"))
    assert all(w in words for w in ("version 2.0.0", "a test", "1 record ", "fractions of votes")), words


def test_votes_and_ranks_of_a_unisyn_title(tmp_path: Path) -> None:
    election = json.loads(json.dumps(DEFINITIONS["Election"]))
    election[0]["Contest"][0]["Name"] = "For Mayor (1/4)"
    ballots = [one(contest("mayor", *ranked("c-ada", "c-ben")))]
    assert read(tmp_path, *ballots, Election=election)["contests"][0]["ranks"] == 4
    election[0]["Contest"][0]["Name"] = "For Mayor (1/1)"
    assert read(tmp_path, *ballots, Election=election)["contests"][0]["ranks"] == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Election": []}, "defines its Election"),
        ({"@type": "ElectionResults.ElectionReport"}, "the file is a CastVoteRecordReport"),
        ({"GpUnit": {}}, "fields of NIST SP 1500-103"),
        ({"CVR": {}}, r"fields of NIST SP 1500-103.*CVR"),
        ({"Version": "7.0", "Party": 3}, "version 7.0"),
    ],
)
def test_refused_with_words_that_help(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    found = {**report(one(contest("q1"))), **change}
    with pytest.raises(BadInputError, match=words):
        read_all(READER, as_json(tmp_path / "x.json", found))


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (one(contest("mayor", selection("m-c-ada", position(Rank="first")))), r"CVR 2: .*\$\.CVRContestSelection"),
        (one(contest("mayor", selection("m-c-ada", position(Rank=99_999)))), "32767"),
        ({**one(contest("q1")), "BatchSequenceId": "b"}, r"CVR 2: .*BatchSequenceId"),
        ({"CurrentSnapshotId": "x"}, "CVR 2: .*CVRSnapshot"),
        (5, "objects with one comma"),
    ],
)
def test_a_field_that_does_not_fit_names_record_and_field(tmp_path: Path, broken: Any, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        read(tmp_path, one(contest("q1")), broken)


def test_xml_that_does_not_fit_names_line_and_field(tmp_path: Path) -> None:
    path = as_xml(tmp_path / "x.xml", report({**one(contest("q1")), "BatchSequenceId": "b"}))
    with pytest.raises(BadInputError, match=r"line \d+: .*BatchSequenceId"):
        read_all(READER, path)
    twice = path.read_text().replace("<ElectionId>", "<ElectionId>e0</ElectionId><ElectionId>", 1)
    path.write_text(twice.replace("<BatchSequenceId>b</BatchSequenceId>", ""))
    with pytest.raises(BadInputError, match="one ElectionId here"):
        read_all(READER, path)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    for write in (as_json, as_xml):
        data = write(tmp_path / "x", report(one(contest("q1", selection("q1-yes"))))).read_bytes()
        for end in range(10, len(data) - 3, 97):
            (tmp_path / "x").write_bytes(data[:end])
            with pytest.raises(BadInputError):
                read_all(READER, tmp_path / "x")


def test_repeated_keys_in_a_record_are_refused(tmp_path: Path) -> None:
    path = as_json(tmp_path / "x.json", report(one(contest("q1", selection("q1-yes")))), None)
    path.write_text(
        path.read_text().replace('"ContestSelectionId"', '"ContestSelectionId": "q1-no", "ContestSelectionId"')
    )
    with pytest.raises(BadInputError, match="stands once"):
        read_all(READER, path)


def test_recognised_by_content(tmp_path: Path) -> None:
    found = READER.recognise(Export(as_json(tmp_path / "a.json", report())))
    assert found is not None and found.version == "1.0.0"
    found = READER.recognise(Export(as_xml(tmp_path / "b.xml", report(), "cdf")))
    assert found is not None and found.version == "1.0.0"
    found = READER.recognise(Export(tmp_path))
    assert found is not None and "2 cast vote record reports" in found.why and "JSON and XML" in found.why
    (tmp_path / "note.json").write_text('{"CVR": []}')
    assert READER.recognise(Export(tmp_path)) is None
    for text in ("{}", '{"Version":"1.0.0","Sessions":[]}', "<CastVoteRecord/>", '["CVR.CVR"]', ""):
        (tmp_path / "note.json").write_text(text)
        assert READER.recognise(Export(tmp_path / "note.json")) is None


@pytest.mark.parametrize(
    ("values", "density"),
    [((), None), (("76",), 76), ((0.5,), 50), (("0.129",), 12), (("1.0",), 100), (("1",), 1), (("2.5",), None),
     (("dark",), None), ((-1,), None), (("NaN",), None), (("1e9",), None)],
)  # fmt: skip
def test_density(values: tuple[Any, ...], density: int | None) -> None:
    assert per_cent(values) == density


@pytest.mark.skipif(not RCTAB.is_dir(), reason="no ../shared/data/cvr/rctab")
def test_two_files_of_rctab_make_twice_one(tmp_path: Path) -> None:
    folder = RCTAB / "test_set_8_multi_cdf"
    for name in ("test_set_8_multi_cdf_cvr_1.json", "test_set_8_multi_cdf_cvr_2.json"):
        shutil.copy(folder / name, tmp_path)
    tables = read_all(READER, tmp_path)
    assert len(tables["cards"]) == 24 and len(tables["contests"]) == 1
    assert [c["choice"] for c in tables["choices"]] == [f"Candidate {x} Name" for x in "ABCD"]


def test_batches_do_not_change_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def two_readings(n: int) -> dict[str, Any]:
        first = snapshot("a", contest("mayor", *ranked("c-ada", *["c-ben"] * (n % 3))))
        return record(first, snapshot("b", contest("mayor", *ranked("c-cyd", *["c-ada"] * (n % 4))), contest("board")))

    def all_ways() -> Any:
        tables = read(tmp_path, *map(two_readings, range(40)))
        return [ways(tables, "Mayor"), ways(tables, "Board"), ways(tables, "Mayor", "superseded"), tables["contests"]]

    whole = all_ways()
    monkeypatch.setattr("faircount.read.batch_builder.CARDS_PER_BATCH", 7)
    monkeypatch.setattr("faircount.read.cdf.LOOK_EVERY", 1)
    assert all_ways() == whole
    monkeypatch.setattr("faircount.read.cdf.records.MAX_KEPT", 2)
    assert all_ways() == whole
