"""RAIRE text: rankings as exported, blank ones too, and lines that are kept as rejected."""

import json
from collections import Counter
from pathlib import Path

import pytest

from faircount.model import BadInputError
from faircount.read import reader as shape
from faircount.read.export import Export
from faircount.read.rankings import raire
from faircount.read.rankings.raire import READER
from faircount.read.syntax import in_order
from read.reading import FIXTURES, SHARED, facts, read_all, summary

SAN_FRANCISCO = SHARED / "rla" / "sf-da-2019-irv" / "SFDA2019_PrelimReport12VBMJustDASheets.raire"


def file(tmp_path: Path, content: str | bytes, name: str = "x.raire") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture(scope="module")
def two_contests():
    return read_all(READER, FIXTURES / "raire" / "export.raire")


def test_fixture_reads_as_expected(two_contests):
    assert summary(two_contests) == json.loads((FIXTURES / "raire" / "expected.json").read_text())


def test_lines_of_one_ballot_are_one_card(two_contests):
    first = two_contests["cards"][0]
    assert (first["tabulator"], first["batch"], first["position"], first["record"]) == ("5", "1", 1, 4)
    assert Counter(v["card"] for v in two_contests["votes"])[first["card"]] == 2
    late = next(c for c in two_contests["cards"] if c["imprinted_id"] == "late-4")
    assert (late["tabulator"], late["batch"], late["position"]) == (None, None, None)


def test_rankings_are_marks_with_ranks(two_contests):
    ways = [[(m["choice"], m["rank"]) for m in p["marks"]] for p in two_contests["patterns"]]
    assert [("101", 1), ("102", 2)] in ways
    assert [] in ways  # `12,5_1_3,` is a blank ballot, not a missing one


def test_contests_facts_and_rejections(two_contests):
    terms = [(c["contest"], c["key"], c["votes_allowed"], c["ranks"], c["seats"]) for c in two_contests["contests"]]
    assert terms == [("Contest 12", "12", 1, 3, 1), ("Contest 13", "13", 1, 2, 1)]
    assert facts(two_contests, "winner") == ["contest 12: 101"]
    assert facts(two_contests, "informal") == ["contest 12: 1"]
    assert facts(two_contests, "partial") == ["cards with these contests only"]
    assert sorted((r["row"], r["column"]) for r in two_contests["rejected"]) == [(8, "999"), (12, None), (13, None)]


def test_a_ballot_twice_is_two_records(tmp_path):
    tables = read_all(READER, file(tmp_path, "1\nContest,1,2,7,8\n1,1_1_1,7\n1,1_1_1,7\n"))
    assert [c["record"] for c in tables["cards"]] == [3, 4]
    text = "2\nContest,1,2,7,8\nContest,2,1,9\n1,1_1_1,7\n1,1_1_1,7\n2,1_1_1,9\n"
    tables = read_all(READER, file(tmp_path, text))
    assert [c["record"] for c in tables["cards"]] == [4, 5] and len(tables["votes"]) == 3


def test_a_card_is_of_its_first_line_whatever_the_contest(tmp_path):
    tables = read_all(READER, file(tmp_path, "2\nContest,1,2,7,8\nContest,2,1,9\n2,x,9\n1,y,7\n1,x,7\n"))
    assert [(c["record"], c["imprinted_id"]) for c in tables["cards"]] == [(4, "x"), (5, "y")]


def test_cards_stand_in_the_order_of_their_first_lines_on_disk_too(tmp_path, monkeypatch):
    ballots = [f"{n // 7}_{n % 7}_{n}" for n in range(200)]
    first, second = ballots[::-1], [*ballots[3:], "late"]
    lines = [f"1,{ballot},7" for ballot in first] + [f"2,{ballot},9" for ballot in second] + ["1,0_0_0,8"]
    path = file(tmp_path, "2\nContest,1,2,7,8\nContest,2,1,9\n" + "\n".join(lines) + "\n")
    held = read_all(READER, path)
    assert [c["imprinted_id"] for c in held["cards"]] == [*first, "late", "0_0_0"], "a second line is a second card"
    assert Counter(Counter(v["card"] for v in held["votes"]).values()) == {2: 197, 1: 5}
    monkeypatch.setattr(in_order, "BYTES_IN_MEMORY", 2_000)
    assert read_all(READER, path) == held
    for few in (1, 2, 3):
        monkeypatch.setattr(raire, "FEW_LINES", few)
        assert read_all(READER, path) == held, "a ballot of many lines is put in the same order"


def test_files_of_an_export_are_parts_and_agree_on_their_contests(tmp_path, monkeypatch):
    monkeypatch.setattr(shape, "FILES_PER_PART", 1)
    for name, ballots in (("a", "1,x,7\n"), ("b", "1,y,8\n")):
        file(tmp_path, f"1\nContest,1,2,7,8\n{ballots}", f"{name}.raire")
    tables = read_all(READER, tmp_path)
    assert len(READER.plan(Export(tmp_path))) == 2
    assert [c["imprinted_id"] for c in tables["cards"]] == ["x", "y"] and len(tables["contests"]) == 1
    assert facts(tables, "partial") == ["cards with this contest only"]
    file(tmp_path, "1\nContest,1,2,8,7\n1,z,8\n", "c.raire")
    with pytest.raises(BadInputError, match=r"c\.raire.*same candidates in every file"):
        read_all(READER, tmp_path)


def test_a_gap_keeps_its_place(tmp_path):
    tables = read_all(READER, file(tmp_path, "1\nContest,1,2,7,8\n1,1_1_1,,8\n"))
    assert [(m["choice"], m["rank"]) for m in tables["patterns"][0]["marks"]] == [("8", 2)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "number of contests"),
        ("0\n", "number of contests"),
        ("99999999999999999999\nContest,1,2,7,8\n", "number of contests"),
        ("2\nContest,1,2,7,8\n1,1_1_1,7\n", "a contest is"),
        ("1\nContest,1,3,7,8\n", "a contest is"),
        ("1\nContest,1,2,7,7\n", "distinct"),
        ("1\nContest,1,2,7,8,victor,7\n", "a contest is"),
        ("2\nContest,1,2,7,8\nContest,1,2,7,8\n", "distinct ids"),
        ("1\nContest,1,2,7,8\n1,1_1_1,7\0\n", "NUL"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
    ],
)
def test_refused_with_words_that_help(tmp_path, content, words):
    with pytest.raises(BadInputError, match=words):
        read_all(READER, file(tmp_path, content))


def test_absurdly_long_ranking_is_rejected(tmp_path):
    tables = read_all(READER, file(tmp_path, "1\nContest,1,2,7,8\n1,1_1_1" + ",7" * 40_000 + "\n"))
    assert not tables["cards"] and tables["rejected"][0]["row"] == 3


def test_recognised_by_content(tmp_path):
    found = READER.recognise(Export(file(tmp_path, "1\nContest,1,2,7,8\n", "x.csv")))
    assert found is not None and found.confidence == 96
    for other in ("1\n", "1\n\n\n", "Contest,1,2\n", "1\nContest\n", "2\n1,2,3,4\n"):
        assert READER.recognise(Export(file(tmp_path, other))) is None


@pytest.mark.skipif(not SAN_FRANCISCO.is_file(), reason="no ../shared/data/rla/sf-da-2019-irv")
def test_district_attorney_of_san_francisco_2019():
    tables = read_all(READER, SAN_FRANCISCO)
    assert len(tables["cards"]) == len(tables["votes"]) == 146_662 and not tables["rejected"]
    assert facts(tables, "partial") == ["cards with this contest only"]
    ways = {p["pattern"]: tuple(m["choice"] for m in p["marks"]) for p in tables["patterns"]}
    rankings = Counter(ways[v["pattern"]] for v in tables["votes"])
    assert rankings[()] == 10_263
    from read.test_dominion_csv import instant_runoff

    final = instant_runoff(rankings)
    assert sum(final.values()) < 146_662 - 10_263
    assert max(final, key=final.__getitem__) == "15"
