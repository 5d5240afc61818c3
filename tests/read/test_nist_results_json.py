"""NIST reports in JSON: read contest by contest, whatever their shape; the rest is held."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faircount.model import BadInputError
from faircount.read.results import nist_results
from read.held_memory import growth, small_pieces
from read.reading import FIXTURES, read_all

REPORT = FIXTURES / "nist-results/json/export.json"


def changed(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    report = json.loads(REPORT.read_text("utf-8"))
    change(report)
    path = folder / "report.json"
    path.write_text(json.dumps(report), "utf-8")
    return path


def bare(path: Path) -> dict[str, list[dict[str, Any]]]:
    tables = read_all(nist_results.READER, path)
    del tables["files"]
    return {
        name: [{k: v for k, v in row.items() if k != "file"} for row in sorted(rows, key=str)]
        for name, rows in tables.items()
    }


def no_list_of_elections(report: dict[str, Any]) -> None:
    report["Election"] = report["Election"][0]


def definitions_last(report: dict[str, Any]) -> None:
    election = report["Election"][0]
    election["Candidate"] = election.pop("Candidate")
    report["GpUnit"] = report.pop("GpUnit")


def definitions_first(report: dict[str, Any]) -> None:
    report["Election"] = report.pop("Election")
    report["Election"][0]["Contest"] = report["Election"][0].pop("Contest")


@pytest.mark.parametrize("change", [no_list_of_elections, definitions_last, definitions_first])
def test_the_order_of_definitions_and_contests_changes_nothing(
    change: Callable[[dict[str, Any]], None], tmp_path: Path
) -> None:
    assert bare(changed(tmp_path, change)) == bare(REPORT)


def test_small_pieces_are_the_same_report(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = bare(REPORT)
    small_pieces(monkeypatch)
    assert len(whole["contests"]) == 4 and bare(REPORT) == whole


def test_a_lone_contest_may_stand_without_a_list(tmp_path: Path) -> None:
    def lone(report: dict[str, Any]) -> None:
        report["Election"][0]["Contest"] = report["Election"][0]["Contest"][0]

    assert [c["contest"] for c in bare(changed(tmp_path, lone))["contests"]] == ["Governor"]


def two_elections(report: dict[str, Any]) -> None:
    report["Election"] *= 2


def an_election_without_contests(report: dict[str, Any]) -> None:
    report["Election"].append({"Name": "Another"})


def contests_of_a_unit(report: dict[str, Any]) -> None:
    report["GpUnit"][0]["Contest"] = report["Election"][0].pop("Contest")


def contests_of_a_unit_too(report: dict[str, Any]) -> None:
    report["GpUnit"][0]["Contest"] = report["Election"][0]["Contest"]


def a_number(report: dict[str, Any]) -> None:
    report["Election"][0]["Contest"].append(5)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (two_elections, "two lists of contests"), (an_election_without_contests, "2 elections with 4 contests"),
        (contests_of_a_unit, "contests elsewhere"), (contests_of_a_unit_too, "two lists of contests"),
        (a_number, 'Contest 5: the elements of "Contest" are objects'),
    ],
)  # fmt: skip
def test_contests_that_are_not_those_of_one_election_are_refused(
    change: Callable[[dict[str, Any]], None], says: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInputError, match=says) as refused:
        bare(changed(tmp_path, change))
    assert "report.json" in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [('"VotesAllowed"', '"VotesAllowed": 1, "VotesAllowed"', "'VotesAllowed' twice"), ('"GpUnit"', "", "valid JSON"),
     ('"Issuer"', '"Issuer": "A", "Issuer"', "'Issuer' twice")],
)  # fmt: skip
def test_what_is_no_json_is_refused(old: str, new: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(REPORT.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(BadInputError, match=says):
        bare(path)


@pytest.mark.slow
def test_no_contest_is_held_after_it_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_pieces(monkeypatch)
    assert growth(nist_results.READER, "nist-results-json", tmp_path, 1_200_000, 2_400_000) < 0.2
