"""explain-results, recount --official, presets: published figures in a file, and what is said of them."""

import csv
from pathlib import Path
from typing import Any

import pytest
from cli.running import Here

from faircount.count.presets import NOT_COVERED, PRESETS
from faircount.store import Workspace

OPTIONS = ("-O", "batch=no", "-O", "until_two=yes")


def counted(here: Here, root: Path, *arguments: str) -> dict[str, Any]:
    [one] = here("-w", root, "recount", "Mayor", "--json", *arguments).document["contests"]
    return dict(one)


def published(path: Path, rounds: list[dict[str, Any]], final: bool = False) -> Path:
    """Write rounds of a count as an office would publish them."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["round", "choice", "votes"])
        for one in rounds:
            for name, votes in one["votes"].items():
                writer.writerow(["final" if final else one["round"], name.upper(), votes])
            if not final:
                writer.writerow([one["round"], "(inactive)", sum(one["inactive"].values())])
    return path


# ---- explain-results -------------------------------------------------------
def test_every_setting_is_shown_and_those_that_give_the_figures_are_named(
    here: Here, town: Path, tmp_path: Path
) -> None:
    count = counted(here, town, "-O", "skipped=0", "-O", "overvote=exhaust")
    file = published(tmp_path / "p.csv", count["rounds"][-1:], final=True)
    arguments = ("-w", town, "explain-results", "Mayor", "--published", file, "--vary", "skipped=0,unlimited",
                 "--vary", "overvote=exhaust,skip", "-O", "repeated=skip", "-O", "batch=yes",
                 "-O", "until_two=no")  # fmt: skip
    found = here(*arguments, "--json")
    assert found.code == 0
    document = found.document
    tried = document["tried"]
    varying = [(one["options"]["skipped"], one["options"]["overvote"]) for one in tried if "tie" not in one["options"]]
    assert sorted(set(varying)) == [("0", "exhaust"), ("0", "skip"), ("unlimited", "exhaust"), ("unlimited", "skip")]
    assert document["settings_tried"] == len(tried) and document["settings_that_reproduce"] >= 1
    assert any(one["reproduces"] and one["options"]["skipped"] == "0" for one in tried)
    assert all(one["reproduces"] or one["first_difference"] for one in tried)
    shown = here(*arguments)
    assert (
        shown.code == 0
        and f"of {len(tried)} settings tried" in shown.out
        and "How far the settings differ" in shown.out
    )
    assert "wrong" not in shown.out


def test_figures_that_no_setting_gives_exit_1_and_blame_nobody(here: Here, town: Path, tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    name = next(iter(counted(here, town)["rounds"][0]["votes"]))
    file.write_text(f"votes,choice,round\n999999,{name},1\n", "utf-8")
    found = here("-w", town, "explain-results", "Mayor", "--published", file)
    assert found.code == 1 and "0 of " in found.out and "wrong" not in found.out
    assert here("-w", town, "explain-results", "Mayor", "--published", file, "--exit-zero").code == 0


def test_without_a_file_the_results_in_the_folder_are_explained(here: Here, town: Path) -> None:
    document = here("-w", town, "explain-results", "Mayor", "--json").document
    assert {one["round"] for one in document["published"]} == {1}
    assert document["settings_tried"] >= 4 and "in_words" in document


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "the first line is round,choice,votes"),
        ("round,choice,votes\n", "a line for each figure"),
        ("round,choice,votes\nlast,Ada,1\n", "a round is 1, 2, 3, … or final"),
        ("round,choice,votes\n0,Ada,1\n", "a round is 1, 2, 3, … or final"),
        ("round,choice,votes\n1,Ada,many\n", "votes are a number"),
        ("round,choice,votes\n1,Ada,-4\n", "not negative"),
        ("round,choice,votes\n1,Ada,1/0\n", "votes are a number"),
        ("round,choice,votes\n1,Ada\n", "a line has 3 cells"),
        ("round,choice,votes\n1,,4\n", "a line names a choice"),
        ("round,choice,votes\n1,Ada,1\n1,Ada,2\n", "one figure a round"),
        ("round,choice,votes\n1,Nobody Such,4\n", "a choice is one of contest 'Mayor'"),
        ("round,choice,votes,outcome\n1,Ada,4,left\n", "outcome is elected, excluded or empty"),
    ],
)
def test_a_file_that_states_no_figures_is_refused_with_its_line(
    here: Here, town: Path, tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "p.csv").write_text(text, "utf-8")
    found = here("-w", town, "explain-results", "Mayor", "--published", tmp_path / "p.csv")
    assert (found.code, found.out) == (3, "") and words in found.err


def test_what_cannot_be_searched_is_refused(here: Here, town: Path) -> None:
    for arguments, words in (
        (("Mayor", "--vary", "skipt=1"), "has no decision 'skipt'"),
        (("Mayor", "--vary", "skipped"), "name=value"),
        (("Mayor", "--preset", "main"), "no preset named 'main'"),
        (("measure",), "fits 3 contests"),
    ):
        found = here("-w", town, "explain-results", *arguments)
        assert (found.code, found.out) == (2, "") and words in found.err, arguments


# ---- recount --official ----------------------------------------------------
def test_a_table_that_agrees_and_one_with_a_figure_changed(here: Here, town: Path, tmp_path: Path) -> None:
    count = counted(here, town, *OPTIONS)
    file = published(tmp_path / "p.csv", count["rounds"])
    found = here("-w", town, "recount", "Mayor", "--official", file, *OPTIONS)
    assert found.code == 0 and "Nothing in the table departs" in found.out
    name = max(count["rounds"][1]["votes"], key=count["rounds"][1]["votes"].get)
    count["rounds"][1]["votes"][name] += 7
    file = published(tmp_path / "q.csv", count["rounds"])
    found = here("-w", town, "recount", "Mayor", "--official", file, *OPTIONS, "--json")
    assert found.code == 1
    document = found.document
    assert [(one["round"], one["what"]) for one in document["departures"]] == [(2, "figure")]
    assert [one["round"] for one in document["sums"]] == [2]
    assert not document["agrees"] and document["figures_compared"] - document["figures_that_agree"] == 1
    assert "round 2" in here("-w", town, "recount", "Mayor", "--official", file, *OPTIONS).out


def test_a_table_is_of_one_contest_and_of_all_rounds(here: Here, town: Path, tmp_path: Path) -> None:
    file = published(tmp_path / "p.csv", counted(here, town)["rounds"][-1:], final=True)
    found = here("-w", town, "recount", "Mayor", "--official", file)
    assert found.code == 3 and "rounds 1, 2, 3, … without a gap" in found.err
    found = here("-w", town, "recount", "--official", file)
    assert found.code == 2 and "about one contest" in found.err


# ---- presets ---------------------------------------------------------------
def test_presets_are_listed_with_their_law_and_what_has_none(here: Here, town: Path) -> None:
    rows = here("-w", town, "recount", "--presets", "--json").document
    assert [row["preset"] for row in rows] == list(PRESETS) and all(row["law"] for row in rows)
    shown = here("-w", town, "recount", "--presets").out
    assert "maine" in shown and NOT_COVERED[0][0].split(",")[0] in shown


def test_a_preset_counts_once_or_is_recorded_for_good(here: Here, mine: Path) -> None:
    once = counted(here, mine, "--preset", "maine")
    assert (once["rule"], once["decisions"]["until_two"], once["decisions"]["skipped"]) == (
        "instant-runoff",
        "yes",
        "1",
    )
    assert Workspace(mine).election().decisions == {}
    assert counted(here, mine, "--preset", "maine", "-O", "skipped=0")["decisions"]["skipped"] == "0"
    assert here("-w", mine, "decide", "Mayor", "--preset", "maine").code == 0
    assert counted(here, mine)["decisions"] == once["decisions"]
    for arguments in (("--preset", "maine", "--rule", "stv"), ("--preset", "atlantis")):
        assert here("-w", mine, "decide", "Mayor", *arguments).code == 2
        assert here("-w", mine, "recount", "Mayor", *arguments).code == 2
