"""Names that mean the same: proposed with reasons, decided by a person, read as one after that and not before."""

import re
from pathlib import Path

import pytest
from cli.running import Here

from faircount.app.ingest import ingest
from faircount.app.naming import decide_names, propose
from faircount.app.opened import Opened
from faircount.app.recounting import recount
from faircount.model import BadInputError, NameDecision, UsageError
from faircount.store import Workspace, keep_names, names_of

HEAD = "kind,contest,name,means,status,confidence,why,sources"
CARDS = [
    "card,contest,choices", 'a,"City Council, District 1",ADA LOVELACE', 'b,"City Council, District 1",BO NG',
    'c,"City Council, District 1",ADA LOVELACE', 'd,"City Council, District 2",CY O’BRIEN', "e,Measure A,Yes",
]  # fmt: skip
RESULTS = [
    "contest,choice,count", 'Council Dist 1,"Lovelace, Ada",2', 'Council Dist 1,"Ng, Bo",1',
    "Council Dist 2,Cy O'Brien,1", "MEASURE A,YES,1", "MEASURE B,YES,9", "Council Dist 1,=1+1,0",
]  # fmt: skip


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    for name, rows in (("cards.csv", CARDS), ("reported.csv", RESULTS)):
        (tmp_path / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    made = Workspace.create(tmp_path / "w")
    ingest(made, [tmp_path / "cards.csv", tmp_path / "reported.csv"], jobs=1)
    return made


def write_map(space: Workspace, *lines: str) -> None:
    (space.root / "names.csv").write_text("\n".join((HEAD, *lines)) + "\n", encoding="utf-8")


def pairs(made: tuple[NameDecision, ...], kind: str) -> dict[str, str]:
    return {one.name: one.means for one in made if one.kind == kind}


def test_contests_are_proposed_by_number_and_by_choices(space: Workspace) -> None:
    made = propose(space.root).lines
    assert pairs(made, "contest") == {
        "Council Dist 1": "City Council, District 1", "Council Dist 2": "City Council, District 2",
        "MEASURE A": "Measure A",
    }  # fmt: skip
    assert all(one.status == "proposed" and one.why and one.sources == "reported.csv" for one in made)


def test_nothing_merges_before_a_person_says_so(space: Workspace) -> None:
    propose(space.root)
    opened = Opened(space.root)
    assert {"Council Dist 1", "City Council, District 1"} <= {
        row[0] for row in opened.engine.ask("select contest from contests union select contest from reported "
                                            "union select contest from patterns").rows
    }  # fmt: skip
    results, _ = recount(opened)
    assert all(vote is None for one in results if "Council" in one.title for vote in one.reported)


def test_what_is_decided_is_read_everywhere_as_what_it_means(space: Workspace) -> None:
    made = propose(space.root).lines
    decide_names(space.root, [(one, "same") for one in made])
    made = propose(space.root).lines
    choices = [one for one in made if one.kind == "choice"]
    assert pairs(tuple(choices), "choice") == {
        "Lovelace, Ada": "ADA LOVELACE", "Ng, Bo": "BO NG", "Cy O'Brien": "CY O’BRIEN", "YES": "Yes",
    }  # fmt: skip
    decide_names(space.root, [(one, "same") for one in choices])
    results, _ = recount(Opened(space.root))
    council = next(one for one in results if one.title == "City Council, District 1")
    found = {c.name: (v, r) for c, v, r in zip(council.contest.choices, council.transcript.rounds[0].votes,
                                              council.reported, strict=True)}  # fmt: skip
    assert found["ADA LOVELACE"] == (2, 2) and found["BO NG"] == (1, 1)
    opened = Opened(space.root)
    assert opened.engine.ask("select count(*) from reported where contest = 'MEASURE B'").rows == ((1,),)
    assert propose(space.root).lines == names_of(space)


def test_a_map_over_the_names_on_cards_changes_the_patterns(space: Workspace) -> None:
    line = NameDecision("choice", "City Council, District 1", "BO NG", "ADA LOVELACE", "same")
    keep_names(space, (line,))
    with pytest.raises(UsageError, match=r"nothing is recorded: .* tells apart"):
        decide_names(space.root, [])
    renamed = NameDecision("choice", "City Council, District 1", "BO NG", "Robert Ng", "same")
    keep_names(space, (renamed,))
    results, _ = recount(Opened(space.root))
    council = next(one for one in results if one.title == "City Council, District 1")
    assert sorted(c.name for c in council.contest.choices) == ["ADA LOVELACE", "Robert Ng"]
    assert sum(council.transcript.rounds[0].votes) == 3


def test_the_file_gives_back_what_was_written(space: Workspace) -> None:
    odd = (
        NameDecision("contest", "", "=1+1", "'=x", "same", 70, 'why, "so"', "a\nb"),
        NameDecision("choice", "'=x", "+Ω", " blanks ", "different", 0),
        NameDecision("choice", "a\rb", "\r\nx", '="y"', "different", 0),
    )
    keep_names(space, odd)
    back = names_of(space)
    assert {(o.name, o.means, o.status, o.contest) for o in back} == {
        (o.name, o.means, o.status, o.contest) for o in odd
    }
    raw = (space.root / "names.csv").read_text(encoding="utf-8")
    assert ",=1+1" not in raw and ",+Ω" not in raw


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ["contest,,A,B,same,1,,", "contest,,A,C,same,1,,"],
            "row 3: a name means one thing; found 'A' means 'B' and 'C'",
        ),
        (["contest,,A,B,same,1,,", "contest,,B,C,same,1,,"], "row 2: .* means nothing else"),
        (
            ["contest,,a,b,same,1,,", "contest,,c,d,same,1,,", "contest,,b,a,same,1,,"],
            "row 4: a pair of names .* row 2 too",
        ),
        (["contest,,a,b,same,1,,", "contest,,b,c,same,1,,", "contest,,c,a,same,1,,"], "row 2: .* nothing else"),
        (["contest,,A,A,same,1,,"], "row 2: what a name means is another name"),
        (["contest,,A,B,same,1,,", ",,,,,,,", "contest,,A,B,same,1,,"], "row 4: a pair of names has one row"),
        (["contest,,A,B,same,1,,", "contest,,A,B,different,1,,"], "row 3: a pair of names .* in row 2 too"),
        (
            ["contest,,A,C,same,1,,", "contest,,B,C,same,1,,", "contest,,A,B,different,1,,"],
            "row 4: names that are diff",
        ),
        (["contest,,A,B,same,1,,", "choice,A,x,y,same,1,,"], "row 3: .*'x' in 'A', which means 'B'"),
        (["contest,,A,B,perhaps,1,,"], "row 2: .*status is"),
        (["contest,,A"], "row 2: .*8 cells; found 3"),
        (["choice,,A,B,same,1,,"], "row 2: a choice stands in a contest"),
        (["contest,,A,B,same,much,,"], "from 0 to 100"),
        (["contest,,A,B,same,1,,", 'contest,,"A,B,same,1,,'], "line 3: .*a CSV file"),
    ],
)
def test_a_map_that_cannot_be_read_stops_with_its_row(space: Workspace, lines: list[str], said: str) -> None:
    write_map(space, *lines)
    with pytest.raises(BadInputError, match=f"names.csv, {said}" if "row" in said or "line" in said else said) as error:
        Opened(space.root)
    assert re.search("; (correct the line, or move the file away|remove one of the two rows)", str(error.value))


@pytest.mark.parametrize("text", ["", "kind,name\ncontest,A\n", HEAD.replace(",", ";") + "\n", "\n" + HEAD + "\n"])
def test_a_map_with_other_columns_says_what_they_are(space: Workspace, text: str) -> None:
    (space.root / "names.csv").write_text(text)
    with pytest.raises(BadInputError, match=f"row 1: the map's columns are {HEAD}; found"):
        Opened(space.root)


@pytest.mark.parametrize("raw", [HEAD.encode("utf-16"), HEAD.encode() + b"\ncontest,,\xe9,B,same,1,,\n"])
def test_a_map_in_another_encoding_says_so(space: Workspace, raw: bytes) -> None:
    (space.root / "names.csv").write_bytes(raw)
    with pytest.raises(BadInputError, match="the map of names is a CSV file in UTF-8"):
        Opened(space.root)


def test_what_spreadsheets_do_to_the_file_is_read(space: Workspace) -> None:
    rows = [HEAD.upper(), 'contest,,"=""=1+1""","=""MEASURE """"B""""""",same,0,,', "", "contest,,'=2,=3,different,0,,"]
    (space.root / "names.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode() + b"\r\n")
    assert [(one.name, one.means) for one in names_of(space)] == [("=1+1", 'MEASURE "B"'), ("=2", "=3")]
    Opened(space.root)


@pytest.mark.parametrize(
    ("lines", "row", "found"),
    [
        (["choice,Measure A,x,y,same,0,,", "contest,,Council Dist 1,Council Dist 2,same,0,,"], 3,
         "'Council Dist 1' and 'Council Dist 2' in reported.csv, which would mean 'Council Dist 2'"),
        (["contest,,Council Dist 1,Council,same,0,,", "contest,,Council Dist 2,Council,same,0,,"], 3,
         "'Council Dist 1' and 'Council Dist 2' in reported.csv, which would mean 'Council'"),
        (["", "contest,,MEASURE B,Measure A,same,0,,", "contest,,MEASURE A,Measure A,same,0,,"], 4,
         "'MEASURE A' and 'MEASURE B' in reported.csv"),
        (['choice,"City Council, District 1",BO NG,ADA LOVELACE,same,0,,'], 2,
         "'ADA LOVELACE' and 'BO NG' in cards.csv"),
        (['contest,,Council Dist 1,"City Council, District 1",same,0,,',
          'choice,"City Council, District 1","Ng, Bo","Lovelace, Ada",same,0,,'], 3,
         "'Lovelace, Ada' and 'Ng, Bo' in reported.csv"),
    ],
)  # fmt: skip
def test_an_edited_map_never_makes_one_what_a_source_tells_apart(
    space: Workspace, capsys: pytest.CaptureFixture[str], lines: list[str], row: int, found: str
) -> None:
    write_map(space, *lines)
    with pytest.raises(BadInputError) as error:
        Opened(space.root)
    said = str(error.value)
    assert f"names.csv, row {row}: two contests, or two choices of a contest, that one source tells apart" in said
    assert found in said and "remove the row, set its status to different, or reopen its line: faircount names" in said
    assert Here(capsys)("-w", space.root, "recount").code == 3
    seen = Here(capsys)("-w", space.root, "names")
    assert seen.code == 3 and "tells apart" in seen.err and "status" in seen.out


def test_two_sources_of_one_name_are_two_sources(space: Workspace, tmp_path: Path) -> None:
    (tmp_path / "county").mkdir()
    (tmp_path / "county" / "reported.csv").write_text("contest,choice,count\nDistrict One,Ada Lovelace,2\n")
    ingest(space, [tmp_path / "county" / "reported.csv"], jobs=1)
    write_map(space, "contest,,District One,Council Dist 1,same,0,,")
    assert Opened(space.root).engine.ask("select 1 from reported where contest = 'District One'").rows == ()


def test_a_merger_that_a_later_source_makes_is_reopened_by_command(
    space: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_map(space, "contest,,MEASURE A,Measure A,same,0,,")
    (tmp_path / "both.csv").write_text("contest,choice,count\nMEASURE A,YES,1\nMeasure A,YES,1\n")
    ingest(space, [tmp_path / "both.csv"], jobs=1)
    here = Here(capsys)
    assert "'MEASURE A' and 'Measure A' in both.csv" in here("-w", space.root, "recount").err
    rows = {one.name: at for at, one in enumerate(propose(space.root).lines, 2)}
    assert here("-w", space.root, "names", "--reopen", rows["MEASURE A"]).code == 1
    Opened(space.root)


# ---- what is proposed no more, and what is decided and not there -----------------------------------------------------
def test_proposals_that_hold_no_more_leave_the_file(space: Workspace, tmp_path: Path) -> None:
    assert len(propose(space.root).lines) == 3
    rows = ["contest,choice,count", *(f'"{title}",{choice},1' for title, choice in (
        ("City Council, District 1", "x"), ("Council Dist 1", "x"), ("City Council, District 2", "y"),
        ("Council Dist 2", "y"), ("Measure A", "Yes"), ("MEASURE A", "YES")))]  # fmt: skip
    (tmp_path / "all.csv").write_text("\n".join(rows) + "\n")
    ingest(space, [tmp_path / "all.csv"], jobs=1)  # it tells all of them apart: no two may be one
    assert propose(space.root).lines == names_of(space) == ()
    assert (space.root / "names.csv").read_text() == HEAD + "\n"


def test_no_file_begins_where_there_is_nothing_to_say(tmp_path: Path) -> None:
    empty = Workspace.create(tmp_path / "e")
    assert propose(empty.root).lines == () and not (empty.root / "names.csv").exists()


def test_decisions_on_names_that_no_source_holds_are_kept_and_said(
    space: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = {
        "Gone": "contest,,Gone,Measure A,same,0,seen in May,may.csv",
        "Lost": "contest,,Measure A,Lost,different,0,,",
        "Nobody": "choice,Measure A,Nobody,Yes,same,0,,",
        "MEASURE B": "contest,,MEASURE B,Ballot Measure B,same,0,,nothing-of-ours.csv",
    }
    write_map(space, *kept.values())
    found = propose(space.root)
    by_row = dict(enumerate(found.lines, 2))
    assert {by_row[row].name for row in found.unheld} == {"Gone", "Measure A", "Nobody"}
    assert {one.name for one in found.lines if one.status != "proposed"} == {"Gone", "Measure A", "Nobody", "MEASURE B"}
    [gone], [there] = ([one for one in found.lines if one.name == name] for name in ("Gone", "MEASURE B"))
    assert (gone.why, gone.sources, there.sources) == ("seen in May", "may.csv", "reported.csv")
    seen = Here(capsys)("-w", space.root, "names")
    assert f"lines {', '.join(map(str, found.unheld))}: no file holds such a name" in seen.err
    assert propose(space.root) == found


def test_lines_of_contests_that_become_one_become_one(space: Workspace) -> None:
    lines = [
        NameDecision("contest", "", "MEASURE A", "Measure A", "proposed"),
        NameDecision("choice", "MEASURE A", "YES", "Yes", "same"),
        NameDecision("choice", "Measure A", "YES", "Yes", "proposed"),
    ]
    keep_names(space, tuple(lines))
    made = decide_names(space.root, [(lines[0], "same")])
    assert [(one.kind, one.contest, one.status) for one in made] == [
        ("contest", "", "same"), ("choice", "Measure A", "same")
    ]  # fmt: skip
    keep_names(space, (*lines[:2], NameDecision("choice", "Measure A", "YES", "Yes", "different")))
    with pytest.raises(UsageError, match="nothing is recorded: in 'Measure A', 'YES' and 'Yes' would be the same"):
        decide_names(space.root, [(lines[0], "same")])
    assert names_of(space)[0].status == "proposed"


def test_the_command(space: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    here = Here(capsys)
    first = here("-w", space.root, "names", "--json")
    assert first.code == 1 and len(first.document) == 3
    decided = here("-w", space.root, "names", "--same", 2, "--different", 3)
    assert decided.code == 1 and "same" in decided.out and "different" in decided.out
    assert here("-w", space.root, "names", "--same", 99).code == 2
    assert here("-w", space.root, "names", "--same-from", 60).code == 1  # choices of what was just decided
    assert here("-w", space.root, "names", "--same-from", 60).code == 0
