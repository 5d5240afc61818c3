"""recount and decide: what a person says of a contest holds, and what cannot be counted says why."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from cli.running import Here

from faircount.app.ingest import ingest
from faircount.app.opened import Opened, RuleChange
from faircount.app.recounting import recount
from faircount.app.reporting import gather
from faircount.count import RULES
from faircount.model import BadInputError, Contest
from faircount.store import Workspace


def one(here: Here, root: Path, *arguments: str) -> dict[str, object]:
    [contest] = here("-w", root, "recount", *arguments, "--json").document["contests"]
    assert isinstance(contest, dict)
    return contest


def test_a_tie_is_told_and_not_broken(here: Here, small: Path) -> None:
    shown = here("-w", small, "recount", "Tie")
    assert shown.code == 0 and "tie: Ada, Bo" in shown.out
    found = one(here, small, "Tie")
    assert (found["verdict"], found["elected"], found["tied"]) == ("tie", [], ["Ada", "Bo"])
    margin = found["margin"]
    assert margin is None or (isinstance(margin, dict) and margin["votes"] == 0)


def test_a_contest_is_found_by_its_title_or_a_part_of_it(here: Here, town: Path) -> None:
    assert [c["contest"] for c in here("-w", town, "recount", "mayor", "--json").document["contests"]] == ["Mayor"]
    assert len(here("-w", town, "recount", "MEASURE", "Mayor", "measure a", "--json").document["contests"]) == 4


def test_a_title_typed_in_another_case_is_that_title_alone(here: Here, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("card,contest,choices\na,Mayor,Ada\na,Vice Mayor,Bo\n")
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / "c.csv"])
    assert one(here, space.root, "mayor")["contest"] == "Mayor"
    assert here("-w", space.root, "decide", "mayor", "--seats", "1").code == 0
    assert list(space.election().decisions) == ["Mayor"]


# ---- a rule that does not fit ----------------------------------------------
def test_rankings_are_not_counted_where_nobody_ranked(here: Here, small: Path) -> None:
    found = here("-w", small, "recount", "Tie", "--rule", "instant-runoff")
    assert (found.code, found.out) == (2, "")
    assert found.err.count("\n") == 1 and "NOT COUNTED: Tie" in found.err and "is not ranked" in found.err
    as_json = here("-w", small, "recount", "Tie", "--rule", "instant-runoff", "--json")
    assert as_json.code == 2
    assert as_json.document["contests"] == [] and "is not ranked" in as_json.document["not_counted"][0]["reason"]


def test_what_fits_some_contests_is_counted_there_and_told_for_the_rest(here: Here, town: Path) -> None:
    found = here("-w", town, "recount", "--rule", "instant-runoff")
    assert found.code == 0
    assert "Mayor" in found.out and "NOT COUNTED: Measure A" in found.err


def test_a_contest_that_sources_contradict_is_named_and_can_be_decided(here: Here, tmp_path: Path) -> None:
    for number in (1, 2):
        folder = tmp_path / f"in{number}"
        folder.mkdir()
        (folder / "cards.csv").write_text(f"card,contest,choices\n{number},Board,Ada\n")
        (folder / "contests.csv").write_text(f"contest,votes_allowed\nBoard,{number}\n")
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / "in1", tmp_path / "in2"])
    found = here("-w", space.root, "recount", "board")
    assert found.code == 2 and "NOT COUNTED: Board: sources disagree on votes allowed (1 and 2)" in found.err
    assert here("-w", space.root, "decide", "Board", "--votes-allowed", "2", "--seats", "2").code == 0
    assert one(here, space.root, "Board")["votes_allowed"] == 2


def test_a_contest_refused_half_way_leaves_no_half_recount(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of a contest's patterns in `recounted` would be compared with the whole official result."""
    opened = Opened(town)
    rule = RULES["plurality"]
    titles = [title for title, contest in opened.contests.items() if contest.rule == "plurality"]
    seen: list[str] = []

    def refuse_the_third(contest: Contest, pattern: object) -> object:
        seen.append(contest.title)
        if seen.count(titles[0]) == 3 and contest.title == titles[0]:
            raise BadInputError(contest.title, "a mark is known")
        return rule.read(contest, pattern)  # type: ignore[arg-type]

    monkeypatch.setitem(RULES._entries, "plurality", replace(rule, read=refuse_the_third))  # type: ignore[arg-type]
    assert len(opened.interpreted) == 1
    assert seen.count(titles[0]) == 3
    for table in ("interpreted", "residue", "recounted"):
        rows = opened.engine.ask(f"select distinct contest from {table} order by 1").rows
        assert [title for (title,) in rows] == sorted(set(opened.contests) - {titles[0]}), table


# ---- decisions -------------------------------------------------------------
def test_a_decision_is_followed_by_every_later_count(here: Here, mine: Path) -> None:
    before = one(here, mine, "Measure A")
    assert (before["rule"], before["decisions"]["threshold"]) == ("threshold", "1/2")  # type: ignore[index]
    assert here("-w", mine, "decide", "Measure A", "--rule", "threshold", "-O", "threshold=99/100").code == 0
    assert here("-w", mine, "decide", "Measure A", "-O", "reach=at-least").code == 0
    after = one(here, mine, "Measure A")
    assert (after["decisions"]["threshold"], after["decisions"]["reach"]) == ("99/100", "at-least")  # type: ignore[index]
    assert after["verdict"] == "not passed"
    assert (before["rounds"], before["cards"]) == (after["rounds"], after["cards"]) or before["verdict"] == "passed"
    page = gather(Opened(mine))
    told = next(words for words in page.not_checked if words.startswith("The rules: NOT CHECKED"))
    assert f"For {len(page.results) - 1} of {len(page.results)} contests" in told
    assert here("-w", mine, "decide", "Measure A", "--rule", "plurality").code == 0
    assert one(here, mine, "Measure A")["rule"] == "plurality"


def test_a_change_for_one_run_is_not_recorded(here: Here, mine: Path) -> None:
    assert one(here, mine, "Measure A", "--rule", "plurality")["rule"] == "plurality"
    assert one(here, mine, "Measure A")["rule"] == "threshold"
    assert Workspace(mine).election().decisions == {}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("Measure A", "-O", "threshold=two thirds"), "option threshold is one of"),
        (("Measure A", "-O", "thresold=2/3"), "options are those of the rule"),
        (("Measure A", "--rule", "instant-runoff"), "is not ranked"),
        (("Water Board", "--rule", "plurality", "-O", "threshold=2/3"), "options are those of the rule"),
    ],
)
def test_a_decision_that_no_count_could_follow_is_refused(
    here: Here, mine: Path, arguments: tuple[str, ...], words: str
) -> None:
    found = here("-w", mine, "decide", *arguments)
    assert (found.code, found.out) == (2, "") and words in found.err
    assert Workspace(mine).election().decisions == {}


def test_every_rule_and_every_decision_of_it_is_listed(here: Here, town: Path) -> None:
    rows = here("-w", town, "recount", "--rules", "--json").document
    assert {(r["rule"], r["decision"]) for r in rows} == {
        (rule.name, name) for rule in RULES.values() for name in ("", *(o.name for o in rule.options))
    }


def test_a_rule_that_is_none_is_refused_before_anything_is_counted(town: Path) -> None:
    with pytest.raises(LookupError, match="no counting rule named 'x'"):
        recount(Opened(town), (), RuleChange("x"))


def test_the_commands_of_a_report_are_safe_to_paste(tmp_path: Path) -> None:
    name = "$(touch owned) `id`; it's.csv"
    (tmp_path / name).write_text("card,contest,choices\na,Mayor,Ada\n")
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / name])
    [command] = [c for c in gather(Opened(space.root)).commands if " ingest " in c]
    assert shlex.split(command)[-1] == name
    assert '"$(' not in command


@pytest.mark.parametrize(("yes", "no"), [("Yes", "No"), ("For", "Against")])
def test_a_measure_passes_by_its_yes_whatever_the_order(here: Here, tmp_path: Path, yes: str, no: str) -> None:
    """Records without an order of the ballot have the choices by the alphabet, `No` first."""
    rows = "".join(f"{n},Bond,{yes if n < 3 else no}\n" for n in range(4))
    (tmp_path / "cards.csv").write_text("card,contest,choices\n" + rows)
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / "cards.csv"])
    for options in ((), ("--rule", "threshold", "-O", "threshold=3/5"), ("-O", "threshold=2/3")):
        [found] = here("-w", space.root, "recount", "Bond", "--json", *options).document["contests"]
        assert (found["verdict"], found["elected"]) == ("passed", [yes])
    against = here("-w", space.root, "recount", "Bond", "--json", "-O", f"yes={no}").document["contests"][0]
    assert (against["verdict"], against["elected"]) == ("not passed", []), "a person may say otherwise"


def test_a_measure_that_says_no_first_in_other_words_asks(here: Here, tmp_path: Path) -> None:
    (tmp_path / "cards.csv").write_text("card,contest,choices\n1,Bond,Yes to the bond\n2,Bond,No to the bond\n")
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / "cards.csv"])
    found = here("-w", space.root, "recount", "Bond", "--rule", "threshold")
    assert found.code == 2 and "its first choice is 'No to the bond'" in found.err and "-O yes=NAME" in found.err
    decided = ("decide", "Bond", "--rule", "threshold", "-O", "threshold=1/3", "-O", "yes=Yes to the bond")
    assert here("-w", space.root, *decided).code == 0
    assert one(here, space.root, "Bond")["verdict"] == "passed"


def test_a_decision_beside_an_audit_says_what_the_audit_keeps(here: Here, tmp_path: Path) -> None:
    (tmp_path / "cards.csv").write_text("card,contest,choices\n1,Board,Ada\n")
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / "cards.csv"])
    assert "audit" not in here("-w", space.root, "decide", "Board", "--seats", "1").err
    (space.root / "log").mkdir()
    assert "keeps the rule that it was committed with" in here("-w", space.root, "decide", "Board", "--seats", "1").err
