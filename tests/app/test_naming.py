"""Names that mean the same: proposed with reasons, decided by a person, read as one after that and not before."""

from pathlib import Path

import pytest
from cli.running import Here

from faircount.app.ingest import ingest
from faircount.app.naming import decide_names, propose
from faircount.app.opened import Opened
from faircount.app.recounting import recount
from faircount.model import BadInputError, NameDecision, UsageError
from faircount.store import Workspace, keep_names, names_of

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


def pairs(made: tuple[NameDecision, ...], kind: str) -> dict[str, str]:
    return {one.name: one.means for one in made if one.kind == kind}


def test_contests_are_proposed_by_number_and_by_choices(space: Workspace) -> None:
    made = propose(space.root)
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
    made = propose(space.root)
    decide_names(space.root, [(one, "same") for one in made])
    made = propose(space.root)
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
    assert propose(space.root) == names_of(space)


def test_a_map_over_the_names_on_cards_changes_the_patterns(space: Workspace) -> None:
    line = NameDecision("choice", "City Council, District 1", "BO NG", "ADA LOVELACE", "same")
    with pytest.raises(UsageError, match="knows them apart"):
        keep_names(space, (line,))
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
        (["contest,,A,B,same,1,,", "contest,,A,C,same,1,,"], "a name means one thing"),
        (["contest,,A,B,same,1,,", "contest,,B,C,same,1,,"], "means nothing else"),
        (["contest,,A,B,perhaps,1,,"], "status is"),
        (["contest,,A"], "8 cells"),
        (["choice,,A,B,same,1,,"], "a choice stands in a contest"),
        (["contest,,A,B,same,much,,"], "from 0 to 100"),
        (['contest,,"A,B,same,1,,'], "a CSV file"),
    ],
)
def test_a_map_that_cannot_be_read_stops_with_its_line(space: Workspace, lines: list[str], said: str) -> None:
    head = "kind,contest,name,means,status,confidence,why,sources"
    (space.root / "names.csv").write_text("\n".join([head, *lines]) + "\n")
    with pytest.raises(BadInputError, match=said):
        Opened(space.root)


def test_the_command(space: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    here = Here(capsys)
    first = here("-w", space.root, "names", "--json")
    assert first.code == 1 and len(first.document) == 3
    decided = here("-w", space.root, "names", "--same", 2, "--different", 3)
    assert decided.code == 1 and "same" in decided.out and "different" in decided.out
    assert here("-w", space.root, "names", "--same", 99).code == 2
    assert here("-w", space.root, "names", "--same-from", 60).code == 1  # choices of what was just decided
    assert here("-w", space.root, "names", "--same-from", 60).code == 0
