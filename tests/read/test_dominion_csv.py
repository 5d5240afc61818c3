"""Dominion's CSV export: what becomes a card, what is kept as rejected, what is refused."""

import json
from collections import Counter
from pathlib import Path

import pytest

from faircount.model import BadInputError
from faircount.read.dominion.csv_export import READER
from faircount.read.export import Export
from read.reading import FIXTURES, SHARED, facts, read_all, summary

IDS = "CvrNumber,TabulatorNum,BatchId,RecordId,ImprintedId,PrecinctPortion,BallotType"
ONE_CONTEST = (
    "Lantern,5.2.16.1\n"
    ",,,,,,,Mayor (Vote For=1),Mayor (Vote For=1)\n"
    ",,,,,,,Ada,Bo\n" + IDS + ",,\n"
)  # fmt: skip
MAYORS = SHARED / "rla" / "nsw-2021-irv-mayors"


def file(tmp_path: Path, content: str | bytes, name: str = "CVR_Export.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def marks(tables, contest):
    """Return (cards' record, marks as choice and rank) of a contest, by record."""
    ways = {p["pattern"]: p for p in tables["patterns"]}
    record = {c["card"]: c["record"] for c in tables["cards"]}
    return {
        record[v["card"]]: [(m["choice"], m["rank"]) for m in ways[v["pattern"]]["marks"]]
        for v in tables["votes"]
        if ways[v["pattern"]]["contest"] == contest
    }


@pytest.fixture(scope="module")
def town():
    return read_all(READER, FIXTURES / "dominion-csv" / "export.csv")


def test_fixture_reads_as_expected(town):
    assert summary(town) == json.loads((FIXTURES / "dominion-csv" / "expected.json").read_text())


def test_contests_and_choices_come_from_the_headers(town):
    terms = [(c["contest"], c["votes_allowed"], c["seats"], c["ranks"], c["place"]) for c in town["contests"]]
    assert terms == [("Town Council, At Large", 2, None, 0, 0), ("Mayor", 1, 1, 3, 1), ("Sheriff", 1, None, 0, 2)]
    council = [(c["choice"], c["party"], c["kind"]) for c in town["choices"] if c["contest"].startswith("Town")]
    assert council == [
        ("Dee Fox (LAN)", "LAN", "regular"),
        ("Dee Fox (TOR)", "TOR", "regular"),
        ("Eli Gray", "LAN", "regular"),
        ("Write-in", None, "write-in"),
    ]
    assert [c["choice"] for c in town["choices"] if c["contest"] == "Mayor"] == ["Ana García", "Bo Li", "Cy Ode"]


def test_marks_are_as_exported(town):
    council = marks(town, "Town Council, At Large")
    assert [m for m, _ in council[6]] == ["Dee Fox (LAN)", "Dee Fox (TOR)", "Eli Gray"]  # an overvote, not resolved
    assert council[7] == [("Dee Fox (LAN)", 1), ("Eli Gray", 1)]  # ="1"
    mayor = marks(town, "Mayor")
    assert mayor[8] == [("Ana García", 1), ("Bo Li", 1)]
    assert mayor[9] == []  # blank, but on the card
    assert mayor[10] == [("Cy Ode", 1), ("Ana García", 3)]  # a gap stays a gap
    assert 8 not in council and 10 not in marks(town, "Sheriff")  # empty cells: contest not on the card
    assert {m["is_vote"] for p in town["patterns"] for m in p["marks"]} == {None}


def test_id_columns(town):
    card = next(c for c in town["cards"] if c["record"] == 7)
    assert (card["tabulator"], card["batch"], card["position"], card["imprinted_id"]) == ("7", "1", 3, "7-1-3")
    assert (card["counting_group"], card["portion"], card["style"]) == ("Mail", "Mill Ward (1)", "A")
    assert card["precinct"] is None and card["jurisdiction"] is None and card["weight"] == 1
    assert [c["position"] for c in town["cards"] if c["batch"] == "2"] == [None, None]  # RecordId "X" is withheld


def test_no_row_is_dropped(town):
    rows = {c["record"] for c in town["cards"]} | {r["row"] for r in town["rejected"]}
    assert rows == set(range(5, 17))
    by_row = {r["row"]: r for r in town["rejected"]}
    assert (by_row[12]["column"], by_row[12]["value"]) == ("Town Council, At Large: Eli Gray", "2")
    assert by_row[14]["rule"] == "a contest is on the card with all its choices or with none"
    assert by_row[16]["rule"] == "an aggregated row is not a card"
    assert by_row[16]["value"].startswith("Redacted and Aggregated,,,,,,,C,12,3,9,1")
    assert facts(town, "partial") == [
        "1 aggregated (redacted) row stands for at least 15 ballots whose records were withheld"
    ]
    assert facts(town, "withheld") == [
        "export.csv: Town Council, At Large: Dee Fox (LAN): 12, Dee Fox (TOR): 3, Eli Gray: 9, Write-in: 1",
        "export.csv: Mayor: Ana García (rank 1): 4, Bo Li (rank 1): 5, Cy Ode (rank 1): 6, Ana García (rank 2): 2, "
        "Bo Li (rank 2): 2, Cy Ode (rank 2): 2, Ana García (rank 3): 0, Bo Li (rank 3): 1, Cy Ode (rank 3): 0",
        "export.csv: Sheriff: Flo Hart: 7, Gus Ito: 6, Write-in: 0",
    ]
    assert facts(town, "election_name") == ["Lantern Town Election 2025"]
    assert facts(town, "version") == ["5.17.17.1"]


def test_file_is_recorded_with_its_hash(town):
    export = Export(FIXTURES / "dominion-csv" / "export.csv")
    (row,) = town["files"]
    assert (row["sha256"], row["bytes"], row["records"]) == (export.sha256("export.csv"), export.size("export.csv"), 7)


def test_recognised_by_content_whatever_its_name(tmp_path):
    found = READER.recognise(Export(file(tmp_path, ONE_CONTEST, "photo.png")))
    assert found is not None and (found.confidence, found.version) == (95, "5.2.16.1")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters(tmp_path, delimiter):
    text = ONE_CONTEST + "1,1,1,1,1-1-1,P,B,1,0\n"
    tables = read_all(READER, file(tmp_path, text.replace(",", delimiter)))
    assert marks(tables, "Mayor") == {5: [("Ada", 1)]}


def test_latin_1_line_is_read_and_noted(tmp_path):
    text = ONE_CONTEST.replace("Bo\n", "José\n").encode("cp1252") + "1,1,1,1,1-1-1,Müll,B,0,1\n".encode()
    tables = read_all(READER, file(tmp_path, text))
    assert marks(tables, "Mayor") == {5: [("José", 1)]}
    assert [c["choice"] for c in tables["choices"]] == ["Ada", "José"]
    assert tables["cards"][0]["portion"] == "Müll"  # this line was UTF-8 and stays it
    assert facts(tables, "encoding") == ["CVR_Export.csv: 1 line not in UTF-8, read as Windows-1252"]


def test_empty_lines_at_the_end_are_nothing_commas_are_rows(tmp_path):
    tables = read_all(READER, file(tmp_path, ONE_CONTEST + "1,1,1,1,1-1-1,P,B,1,0\n\n\n"))
    assert len(tables["cards"]) == 1 and not tables["rejected"]
    tables = read_all(READER, file(tmp_path, ONE_CONTEST + ",,,,,,,,\n1,1,1,1,1-1-1,P,B,1,0,,\n"))
    assert len(tables["cards"]) == 1 and [r["row"] for r in tables["rejected"]] == [5]


def test_header_only_gives_contests_and_no_cards(tmp_path):
    tables = read_all(READER, file(tmp_path, ONE_CONTEST))
    assert summary(tables) == {"contests": {"Mayor": {"cards": 0, "patterns": 0}}, "rejected": 0}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "begins with the election and version"),
        (ONE_CONTEST[:60], "cut short"),
        (ONE_CONTEST.replace("Ada,Bo", "Ada,Ada"), "differ in name or party"),
        (ONE_CONTEST.replace("Ada,Bo", "Ada,"), "a choice stands below each"),
        (ONE_CONTEST.replace("BatchId", "RecordId"), "every column has its own name"),
        (ONE_CONTEST.replace(IDS, "A,B,C,D,E,F,G"), "begins with"),
        (ONE_CONTEST.replace("Mayor (Vote For=1)", '"M (Number of positions=1, Number of ranks=2)"'), "its rank"),
        (ONE_CONTEST + "1,1,1,1,1-1-1,\0,B,1,0\n", "NUL"),
        (ONE_CONTEST + '1,1,1,1,"1-1-1,P,B,1,0\n' + "0,0\n" * 60_000, "quotes are closed"),
        (ONE_CONTEST + "0," * 1_000_000 + "\n", "at most 50,000 columns"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "an old Excel"),
        (ONE_CONTEST.encode("utf-16"), "UTF-16"),
    ],
)
def test_refused_with_words_that_help(tmp_path, content, words):
    with pytest.raises(BadInputError, match=words):
        read_all(READER, file(tmp_path, content))


def test_contest_name_that_comes_twice_is_refused(tmp_path):
    text = (
        "Lantern,5.2.16.1\n,,,,,,,Mayor (Vote For=1),Clerk (Vote For=1),Mayor (Vote For=1)\n,,,,,,,Ada,Bo,Cy\n"
        + IDS + "\n"
    )  # fmt: skip
    with pytest.raises(BadInputError, match="own name and adjoining columns"):
        read_all(READER, file(tmp_path, text))


def test_folder_of_files_names_counties_and_merges_contests(tmp_path):
    for county, choices in (("Adams", "Ada,Bo"), ("Boulder", "Bo,Cy")):
        folder = tmp_path / "state" / county
        folder.mkdir(parents=True)
        text = ONE_CONTEST.replace("Ada,Bo", choices) + "1,1,1,1,1-1-1,P,B,0,1\n"
        file(folder, text)
        file(folder, "0" * 64, "CVR_Export.csv.sha256")
    tables = read_all(READER, tmp_path / "state")
    assert [c["jurisdiction"] for c in tables["cards"]] == ["Adams", "Boulder"]
    assert [(c["choice"], c["place"]) for c in tables["choices"]] == [("Ada", 0), ("Bo", 1), ("Cy", 2)]
    assert len(tables["contests"]) == 1 and len({c["card"] for c in tables["cards"]}) == 2
    assert sorted((f["file"], f["records"]) for f in tables["files"]) == [(0, 1), (1, 0), (2, 1), (3, 0)]
    assert [c["file"] for c in tables["cards"]] == [0, 2]


def test_folder_whose_files_contradict_is_refused(tmp_path):
    for name, text in (("a.csv", ONE_CONTEST), ("b.csv", ONE_CONTEST.replace("For=1", "For=2"))):
        file(tmp_path, text, name)
    with pytest.raises(BadInputError, match=r"b\.csv: a contest has the same terms"):
        read_all(READER, tmp_path)


def test_batches_stay_small_and_their_ids_local(tmp_path):
    rows = "".join(f"{n},1,{n // 50},{n % 50},,P,B,{n % 2},0\n" for n in range(45_000))
    export = Export(file(tmp_path, ONE_CONTEST + rows))
    (part,) = READER.plan(export)
    batches = list(READER.read(export, part))
    assert [b.table("cards").num_rows for b in batches] == [20_000, 20_000, 5_000]
    assert [b.table("contests").num_rows for b in batches] == [1, 0, 0]
    for batch in batches:
        assert batch.table("cards")["card"].to_pylist() == list(range(batch.table("cards").num_rows))
        assert batch.table("patterns").num_rows == 2


def instant_runoff(rankings: Counter[tuple[str, ...]]) -> dict[str, int]:
    """Return the votes of the last two: the least in the tally is struck until two are left (no ties in these)."""
    alive = {choice for ranking in rankings for choice in ranking}
    while True:
        tally = dict.fromkeys(sorted(alive), 0)
        for ranking, n in rankings.items():
            if top := next((c for c in ranking if c in alive), None):
                tally[top] += n
        if len(alive) == 2:
            return tally
        alive.remove(min(tally, key=tally.__getitem__))


@pytest.mark.skipif(not MAYORS.is_dir(), reason="no ../shared/data/rla/nsw-2021-irv-mayors")
@pytest.mark.parametrize(
    ("town", "ballots"),
    [("Bellingen", 8374), ("City_of_Broken_Hill", 10812), ("City_of_Griffith", 14179), ("Uralla", 3781)],
)
def test_mayors_of_new_south_wales(town, ballots):
    tables = read_all(READER, MAYORS / f"{town}_Mayoral.csv")
    assert len(tables["cards"]) == len(tables["votes"]) == ballots and not tables["rejected"]
    if town == "City_of_Griffith":
        rankings = Counter(
            tuple(c for c, _ in sorted(m, key=lambda x: x[1]))
            for m in marks(tables, "City of Griffith Mayoral").values()
        )
        final = instant_runoff(rankings)
        assert {name.split()[0]: votes for name, votes in final.items()} == {"CURRAN": 7062, "NAPOLI": 3456}


def test_names_that_were_misread_once_are_kept_and_noted(tmp_path):
    text = ONE_CONTEST.replace("Bo\n", "GarcÃ­a\n") + "1,1,1,1,1-1-1,P,B,0,1\n"
    tables = read_all(READER, file(tmp_path, text))
    assert [c["choice"] for c in tables["choices"]] == ["Ada", "GarcÃ­a"]
    assert facts(tables, "note") == [
        "CVR_Export.csv: the name 'GarcÃ\\xada' is kept as it stands; it may have been 'García' before it was misread"
    ]
    right = read_all(READER, file(tmp_path, ONE_CONTEST.replace("Bo\n", "García\n")))
    assert not facts(right, "note")


def test_a_counting_group_is_read_and_noted(tmp_path):
    text = ONE_CONTEST.replace("PrecinctPortion", "CountingGroup") + "1,1,1,1,1-1-1,Mail,B,0,1\n"
    tables = read_all(READER, file(tmp_path, text))
    assert tables["cards"][0]["counting_group"] == "Mail"
    assert "which Colorado does not admit" in facts(tables, "note")[0]
    assert not any("Colorado" in note for note in facts(read_all(READER, file(tmp_path, ONE_CONTEST)), "note"))


def test_aggregated_rows_state_how_many_ballots_they_stand_for(tmp_path):
    head = ONE_CONTEST.replace("For=1", "For=2")
    rows = "Redacted and Aggregated,,,,,,B,7,6\nRedacted and Aggregated,,,,,,C,x,4\n1,1,1,1,1-1-1,P,B,0,1\n"
    tables = read_all(READER, file(tmp_path, head + rows))
    assert len(tables["cards"]) == 1 and [r["row"] for r in tables["rejected"]] == [5, 6]
    assert facts(tables, "partial") == [
        "2 aggregated (redacted) rows stand for at least 9 ballots whose records were withheld"
    ]
    assert facts(tables, "withheld") == ["CVR_Export.csv: Mayor: Ada: 7, Bo: 10"]


def test_cards_whose_cells_are_all_blank_are_cards_and_are_noted(tmp_path):
    rows = "1,1,1,1,1-1-1,P,B,,\n2,1,1,2,REDACTED,P,B,1,0\n"
    tables = read_all(READER, file(tmp_path, ONE_CONTEST + rows))
    assert len(tables["cards"]) == 2 and len(tables["votes"]) == 1 and not tables["rejected"]
    assert facts(tables, "note")[0].startswith("CVR_Export.csv: 1 card has no cell filled in any contest")


def test_all_cells_quoted_and_wrapped(tmp_path):
    rows = '="1",="1",="1",="1",="1-1-1",="P",="B",="0",="1"\n'.replace('="', '"=""').replace('",', '""",')
    rows = rows.replace('"\n', '"""\n')
    tables = read_all(READER, file(tmp_path, ONE_CONTEST + rows))
    assert marks(tables, "Mayor") == {5: [("Bo", 1)]} and tables["cards"][0]["imprinted_id"] == "1-1-1"
