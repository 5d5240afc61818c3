"""Every case of the reference tabulator, from its configuration as it lies there to every figure of every report."""

import csv
import json
import shutil
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from elections.shared import DATA, real
from faircount.app.rctab.ballots import read_ballots
from faircount.app.rctab.config import read_config
from faircount.app.rctab.tabulating import Tabulated, tabulate
from faircount.model import BadInputError

ROOT = DATA / "cvr" / "rctab"
CASES = sorted(path.parent.name for path in ROOT.glob("*/*_config.json"))
MUST_FAIL = {
    "invalid_params_test": "cvrFileSources names at least one file",
    "max_ranking_enforcement": "a ballot has at most 3 ranks",
}


def figures(found: Any, key: str = "") -> Any:
    """A report with numbers as numbers, results of a round as a set, and without who wrote it."""
    if key == "config":
        return {name: text for name, text in found.items() if name != "generatedBy"}
    if key == "tallyResults":
        return {
            next((how, one[how]) for how in ("elected", "eliminated") if how in one): figures(one["transfers"])
            for one in found
        }
    if isinstance(found, dict):
        return {name: figures(value, name) for name, value in found.items()}
    if isinstance(found, list):
        return [figures(value) for value in found]
    return Fraction(found) if isinstance(found, str | int) else found


def of_csv(path: Path) -> dict[str, Any]:
    """What a report in CSV says: ballots, undervotes, and for each round votes and inactive ballots by name."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    heads = {row[0]: row[1] for row in rows if len(row) == 2}
    start = next(at for at, row in enumerate(rows) if row and row[0] == "Rounds")
    table = {row[0]: row[1::3] for row in rows[start:] if len(row) > 3}
    rounds = len(table.pop("Rounds"))
    for name in [name for name in table if name.startswith(("Eliminated", "Elected", "Active", "Current"))]:
        del table[name]
    return {
        "ballots": heads["Total Number of Ballots"],
        "undervotes": heads["Number of Undervotes (No Rankings)"],
        "rounds": [{name: Fraction(cells[n]) for name, cells in table.items() if cells[n]} for n in range(rounds)],
    }


INACTIVE = {
    "Inactive Ballots by Overvotes": "overvotes", "Inactive Ballots by Skipped Rankings": "skippedRankings",
    "Inactive Ballots by Exhausted Choices": "exhaustedChoices",
    "Inactive Ballots by Repeated Rankings": "repeatedRankings", "Final Round Surplus": "finalRoundSurplus",
}  # fmt: skip


def same_as_csv(report: dict[str, Any], expected: dict[str, Any]) -> None:
    assert report["summary"]["totalNumBallots"] == expected["ballots"]
    assert report["summary"]["undervotes"] == int(expected["undervotes"])
    assert len(report["results"]) == len(expected["rounds"])
    for ours, theirs in zip(report["results"], expected["rounds"], strict=True):
        total = theirs.pop("Inactive Ballots Total")
        inactive = {name: Fraction(n) for name, n in ours["inactiveBallots"].items()}
        named = {INACTIVE[name]: n for name, n in theirs.items() if name in INACTIVE}
        assert named.items() <= inactive.items()
        assert total == sum(n for name, n in inactive.items() if name != "finalRoundSurplus")
        votes = {name: n for name, n in theirs.items() if name not in INACTIVE and not name.startswith("Residual")}
        assert {n: v for n, v in votes.items() if v} == {
            n: Fraction(v) for n, v in ours["tally"].items() if Fraction(v)
        }


def counted(case: str) -> tuple[Path, Tabulated]:
    folder = real("cvr", "rctab", case)
    return folder, tabulate(folder / f"{case}_config.json")


@pytest.mark.parametrize("case", [case for case in CASES if case not in MUST_FAIL])
def test_a_case_is_matched_in_every_figure(case: str) -> None:
    folder, done = counted(case)
    paths = sorted(folder.glob(f"{case}*_expected_detailed_report.json"))
    assert bool(paths) == (not case.startswith("conversions"))
    for path, ours in zip(paths, done.summaries, strict=bool(paths)):
        assert figures(ours) == figures(json.loads(path.read_text("utf-8")))
    for path in folder.glob("Tabulate by */*"):
        stem = path.stem.removeprefix(f"{case}_expected_").removesuffix("_detailed_report")
        ours = done.files[f"{path.parent.name}/{stem}_summary.json"]
        if path.suffix == ".json":
            assert figures(ours) == figures(json.loads(path.read_text("utf-8")))
        else:
            same_as_csv(ours, of_csv(path))


@pytest.mark.parametrize("case", [case for case in CASES if case.startswith("conversions")])
def test_ballots_are_read_as_the_reference_converts_them(case: str) -> None:
    folder = real("cvr", "rctab", case)
    with (folder / f"{case}_expected.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    config = read_config(folder / f"{case}_config.json")
    named = {alias: one.name for one in config.candidates for alias in one.aliases}
    expected: Counter[Any] = Counter()
    for row in rows:
        cells = [(int(head.removeprefix("Rank ")), cell) for head, cell in row.items() if head.startswith("Rank ")]
        over = tuple(rank for rank, cell in cells if cell == "overvote")
        marks = tuple((named.get(cell, cell), rank) for rank, cell in cells if cell not in ("overvote", "undervote"))
        expected[marks, over] += 1
    assert expected.total() > 0
    assert sum(read_ballots(config).counts.values(), Counter()) == expected


@pytest.mark.parametrize("case", MUST_FAIL)
def test_a_case_that_must_fail_says_why(case: str) -> None:
    with pytest.raises(BadInputError, match=MUST_FAIL[case]):
        counted(case)


def test_ballots_declared_invalid_are_left_out_and_told_and_ambiguous_marks_are_none(tmp_path: Path) -> None:
    case = "dominion_multi_file"
    folder = Path(shutil.copytree(real("cvr", "rctab", case), tmp_path / case))
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    export = folder / f"{case}_input_data" / "CvrExport_1.json"
    made = json.loads(export.read_text("utf-8-sig"))
    held = [
        contest
        for session in made["Sessions"]
        for card in session["Original"].get("Cards", [session["Original"]])
        for contest in card["Contests"]
        if contest["Id"] == 13
    ]
    held[0]["OutstackConditionIds"] = [7]
    for mark in next(contest for contest in held[1:] if contest["Marks"])["Marks"]:
        mark["IsAmbiguous"] = True
    export.write_text(json.dumps(made), encoding="utf-8")
    done = tabulate(folder / f"{case}_config.json")
    before = tabulate(real("cvr", "rctab", case) / f"{case}_config.json").summaries[0]["summary"]["undervotes"]
    assert done.summaries[0]["summary"]["totalNumBallots"] == "24"
    assert done.summaries[0]["summary"]["undervotes"] == before + 1 - (not held[0]["Marks"])
    assert done.notes == ("ballots left out, which the voting system declares invalid, as RCTab does: 1",)


def test_every_case_is_here() -> None:
    real("cvr", "rctab")
    assert len(CASES) == 46
