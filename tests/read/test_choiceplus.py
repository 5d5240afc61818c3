"""ChoicePlus Pro: settings and their files, rankings as marked, final piles, and what is refused."""

import shutil
from pathlib import Path

import pytest
from hostile.outcome import in_time
from hypothesis import given
from hypothesis import strategies as st

from faircount.model import BadInputError
from faircount.read.export import Export
from faircount.read.rankings.choiceplus import READER
from faircount.read.rankings.choiceplus_syntax import marks_of
from read.reading import FIXTURES, facts, read_all

EXPORTS = FIXTURES / "choiceplus"
PRECINCTS = EXPORTS / "precincts" / "export"
SETTINGS = "2031 Council.chp"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PRECINCTS, tmp_path / "export"))


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def ways(path: Path) -> dict[str, list[tuple[int, str]]]:
    """Return the marks of each ballot by its id."""
    tables = read_all(READER, path)
    marks = {row["pattern"]: [(m["rank"], m["choice"]) for m in row["marks"]] for row in tables["patterns"]}
    ids = {row["card"]: row["imprinted_id"] for row in tables["cards"]}
    return {ids[vote["card"]]: marks[vote["pattern"]] for vote in tables["votes"]}


def test_rankings_are_as_marked() -> None:
    ada, bo, cy = "Quill, Ada", "Finch, Bo [C02]", 'Márl, Cy "CJ" J.'
    assert ways(PRECINCTS) == {
        "000101-00-0001": [(1, ada), (2, bo), (3, cy)],
        "000101-00-0002": [(1, bo), (3, ada)],
        "000101-00-0003": [(1, ada), (2, ada)],
        "000101-00-0004": [],
        "000101-00-0005": [(1, bo), (1, cy), (2, ada)],
        "000101-00-0006": [(1, bo), (1, cy), (2, ada)],
        "000102-00-0001": [(1, "Tarn, Jo"), (2, cy)],
        "000102-00-0002": [(1, "C09 (not declared)"), (2, cy)],
        "000201-00-0001": [(1, cy), (3, bo)],
        "000201-00-0002": [(1, cy), (2, ada)],
    }


def test_the_settings_say_who_stands_and_for_what() -> None:
    tables = read_all(READER, PRECINCTS)
    assert [(c["contest"], c["seats"], c["ranks"]) for c in tables["contests"]] == [("City Council", 2, 5)]
    assert [(c["key"], c["kind"]) for c in tables["choices"]] == [
        ("C01", "regular"), ("C02", "regular"), ("C03", "regular"), ("C04", "withdrawn"), ("WI1", "qualified-write-in"),
        ("C09", "regular"),
    ]  # fmt: skip
    assert {c["batch"] for c in tables["cards"]} == {"0101", "0102", "prec 0201"}
    notes = "\n".join(facts(tables, "note"))
    assert "say .SURPLUS RANDOM  EVERY-NTH-CAMBRIDGE" in notes and "C09 is on ballots" in notes
    assert "not read: 2031 Council Detail Report.txt" in notes
    assert [(r["file"], r["row"]) for r in tables["rejected"]] == [("0102.prm", 4), ("0102.prm", 5), ("0102.prm", 6)]


def test_values_are_weights_and_precincts_are_told() -> None:
    tables = read_all(READER, EXPORTS / "one-file" / "export.chp")
    assert [str(c["weight"].normalize()) for c in tables["cards"]] == ["1", "2.5", "1", "1", "1"]
    assert {c["precinct"] for c in tables["cards"]} == {"North", "South"} and tables["cards"][0]["batch"] is None
    assert [(r["row"], r["column"]) for r in tables["rejected"]] == [(12, "BALLOT-VALUE")]


def test_final_piles_are_read_where_nothing_else_has_the_ballots(folder: Path) -> None:
    piles = EXPORTS / "piles" / "export.txt"
    found = read_all(READER, piles)
    assert len(found["cards"]) == 7 and "2 ballots lie among those called invalid" in facts(found, "note")[-1]
    assert {c["kind"] for c in found["choices"]} == {"regular"}, "who is excluded there is elected"
    assert [r["row"] for r in found["rejected"]] == [22], "a ballot in two piles"
    alone = read_all(READER, folder)
    shutil.copy(piles, folder / "Final Piles.txt")
    both = read_all(READER, folder)
    assert both["votes"] == alone["votes"] and any("Final Piles.txt" in note for note in facts(both, "note"))


def test_a_ballot_that_is_split_over_piles_is_refused(tmp_path: Path) -> None:
    path = Path(shutil.copy(EXPORTS / "piles" / "export.txt", tmp_path))
    changed(path, "000001-00-0007, 1)", "000001-00-0007, 0.4286)")
    with pytest.raises(BadInputError, match=r"line 17: each ballot lies in one final pile whole.*files of ballots"):
        read_all(READER, path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (".INCLUDE 0101.PRM", ".INCLUDE 0103.PRM", r"lie with the settings.*0103\.PRM"),
        (".INCLUDE 0101.PRM", ".INCLUDE 0102.PRM", "included once"),
        (".INCLUDE 0101.PRM", '.INCLUDE "2031 Council.chp"', "belongs to one contest"),
        ("IGNORE-FIELD RANKINGS-ALPHA", "PARTY RANKINGS-ALPHA", "fields of a ballot are some of"),
        (".ELECT 2", ".BALLOT-FORMAT-FIELDS BALLOT-ID-ALPHA RANKINGS-ALPHA", "one format"),
        (".ELECT 2", ".ELECT two", "a number from 1"),
        (".CANDIDATE C02,", ".CANDIDATE C01,", "a code stands for one candidate"),
        (".CANDIDATE C02, ", ".CANDIDATE ", "followed by a code and a name"),
    ],
)
def test_settings_that_cannot_be_followed_are_refused(folder: Path, old: str, new: str, told: str) -> None:
    changed(folder / SETTINGS, old, new)
    with pytest.raises(BadInputError, match=told):
        read_all(READER, folder)


def test_settings_without_their_ballots_are_refused(tmp_path: Path) -> None:
    path = Path(shutil.copy(PRECINCTS / SETTINGS, tmp_path))
    with pytest.raises(BadInputError, match=r"3 do not: 0101\.PRM"):
        read_all(READER, path)
    path.write_text('.ELECT 1\n.CANDIDATE C01, "Ada"\n')
    assert READER.recognise(Export(path)), "it is ours, and what it lacks can be said"
    with pytest.raises(BadInputError, match="hold ballots, or name files that do"):
        read_all(READER, path)


def test_a_file_is_the_one_beside_its_settings(folder: Path) -> None:
    """A council's and a school committee's precincts have one name: which is whose is said by where they lie."""
    alone = ways(folder)
    (folder / "council").mkdir()
    (folder / "school").mkdir()
    for path in sorted(folder.glob("*.*")):
        shutil.copy(path, folder / "school")
        path.rename(folder / "council" / path.name)
    (folder / "school" / SETTINGS).unlink()
    (folder / "school" / "0102.prm").write_text("000102-00-0001,00112,001,1) C03[1]\n")
    assert ways(folder) == alone
    (folder / "council" / "0102.prm").unlink()
    assert len(ways(folder)) == 9, "the only one of its name"
    (folder / "0102.PRM").write_text("000102-00-0001,00112,001,1) C03[1]\n")
    with pytest.raises(BadInputError, match=r"1 do not: C:\\STV\\0102\.PRM"):
        read_all(READER, folder)


def test_precincts_of_one_name_are_two_batches(folder: Path) -> None:
    (folder / "absent").mkdir()
    shutil.copy(folder / "0101.PRM", folder / "absent")
    changed(folder / SETTINGS, ".INCLUDE 0101.PRM", ".INCLUDE 0101.PRM\n.INCLUDE absent\\0101.PRM")
    batches = [card["batch"] for card in read_all(READER, folder)["cards"]]
    assert batches.count("0101") == batches.count("absent/0101") > 0


def test_commands_among_ballots_are_never_passed_over(folder: Path) -> None:
    changed(folder / "0101.PRM", "# counted again by hand", ".REMARK counted again by hand")
    assert (5, "commands stand in the settings, ballots in the files that they include") in [
        (r["row"], r["rule"]) for r in read_all(READER, folder)["rejected"]
    ]
    changed(folder / "0101.PRM", ".REMARK counted again by hand", ".INCLUDE 0101b.PRM")
    with pytest.raises(BadInputError, match="line 5: commands stand in the settings"):
        read_all(READER, folder)


def test_two_contests_are_told_apart_by_their_settings(folder: Path) -> None:
    other = EXPORTS / "one-file" / "export.chp"
    shutil.copy(other, folder / "Mayor.in")
    tables = read_all(READER, folder)
    assert {c["contest"] for c in tables["contests"]} == {"City Council (2031 Council)", "Mayor (Mayor)"}
    assert len(tables["cards"]) == 10 + 5


def test_a_last_line_without_an_end_is_told(folder: Path) -> None:
    path = folder / "0101.PRM"
    path.write_bytes(path.read_bytes()[:-10])
    tables = read_all(READER, folder)
    assert any("0101.PRM: its last line has no end" in note for note in facts(tables, "note"))
    assert not any("no end" in note for note in facts(read_all(READER, PRECINCTS), "note"))


RANKED = st.lists(st.lists(st.sampled_from(["C1", "C2", "C3", "W1"]), min_size=1, max_size=3, unique=True), max_size=5)


@given(RANKED, st.booleans(), st.data())
def test_marks_are_those_written(groups: list[list[str]], bracketed: bool, data: st.DataObject) -> None:
    ranks = data.draw(st.lists(st.integers(1, 40), min_size=len(groups), max_size=len(groups), unique=True).map(sorted))
    ranks = ranks if bracketed else list(range(1, len(groups) + 1))
    blank = data.draw(st.sampled_from(["", " ", "  "]))
    text = f",{blank}".join(
        f"{blank}={blank}".join(f"{code}[{blank}{rank}]" if bracketed else code for code in codes)
        for rank, codes in zip(ranks, groups, strict=True)
    )
    assert marks_of(text) == (
        tuple((rank, code) for rank, codes in zip(ranks, groups, strict=True) for code in codes),
        "",
    )


@pytest.mark.parametrize(
    "text", ["C1,", ",C1", "C1=", "C1[0]", "C1[1],C1[1]", "C1[1]=C2[2]", "C1 C2", "C1)", "C1[1]C2"]
)
def test_rankings_that_say_two_things_or_none(text: str) -> None:
    marks, rule = marks_of(text)
    assert not marks and rule


def test_long_lines_of_nothing_are_read_once() -> None:
    """Ten million blanks between a code and a stray sign: by the square of them this test would take weeks."""
    for text in ("C1" + " " * 10**7 + "!", "C" * 10**7 + "!", "C1[1" + " " * 10**7 + "!", "C1," * 10**5 + "!"):
        with in_time():
            assert marks_of(text)[1]
