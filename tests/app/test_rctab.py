"""Configurations of RCTab: what they may say, what they may not, and each quirk by the smallest file that shows it."""

import copy
import io
import json
import random
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from cli.running import Here
from xlsxwriter import Workbook as Written

from faircount.app.rctab.tabulating import Tabulated, tabulate, write_reports
from faircount.count.ranked.rctab_random import JavaRandom
from faircount.model import BadInputError, FaircountError, UsageError

RULES: dict[str, Any] = {
    "tiebreakMode": "useCandidateOrder", "overvoteRule": "exhaustImmediately",
    "winnerElectionMode": "singleWinnerMajority", "randomSeed": "", "numberOfWinners": "1",
    "decimalPlacesForVoteArithmetic": "4", "minimumVoteThreshold": "0", "maxSkippedRanksAllowed": "1",
    "maxRankingsAllowed": "max",
}  # fmt: skip
SOURCE: dict[str, Any] = {
    "provider": "ess", "filePath": "cvr.xlsx", "firstVoteColumnIndex": "2", "firstVoteRowIndex": "2",
    "precinctColumnIndex": "1", "overvoteLabel": "overvote", "skippedRankLabel": "undervote",
}  # fmt: skip


def sheet(folder: Path, ballots: Sequence[Sequence[str]], name: str = "cvr.xlsx") -> Path:
    """Write ballots, each a precinct and then names by rank, as a workbook; an empty ballot is a row without cells."""
    path = folder / name
    with Written(path) as book:
        made = book.add_worksheet()
        made.write_row(0, 0, ["Precinct", "1st", "2nd", "3rd"])
        for at, cells in enumerate(ballots, 1):
            made.set_row(at, 15)
            for column, cell in enumerate(cells):
                if cell:
                    made.write_string(at, column, cell)
    return path


def config(
    folder: Path, names: str = "Ada Bo Cy", source: dict[str, Any] | None = None, output: dict[str, Any] | None = None,
    **rules: Any,
) -> Path:  # fmt: skip
    made = {
        "tabulatorVersion": "2.0.1",
        "outputSettings": {"contestName": "Mayor", **(output or {})},
        "cvrFileSources": [{**SOURCE, **(source or {})}],
        "candidates": [{"name": name, "excluded": False, "aliases": []} for name in names.split()],
        "rules": {**RULES, **rules},
    }
    path = folder / "config.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    return path


def rounds(done: Tabulated) -> list[dict[str, str]]:
    return [one["tally"] for one in done.summaries[0]["results"]]


def outcome(done: Tabulated) -> list[list[str]]:
    """By round: who was elected (+) and who went out (-)."""
    mark = {"elected": "+", "eliminated": "-"}
    return [
        [mark[how] + one[how] for one in stage["tallyResults"] for how in mark if how in one]
        for stage in done.summaries[0]["results"]
    ]


BALLOTS = [("North", "Ada", "Bo"), ("North", "Ada"), ("South", "Bo", "Ada"), ("", "Cy", "Bo"), ("South", "Bo")]


# ---- the report -------------------------------------------------------------------
def test_a_report_and_its_slices(tmp_path: Path) -> None:
    sheet(tmp_path, BALLOTS)
    done = tabulate(config(tmp_path, output={"tabulateByPrecinct": True, "contestDate": "2026-11-03"}))
    (report,) = done.summaries
    assert report["config"]["contest"] == "Mayor" and report["config"]["date"] == "2026-11-03"
    assert report["summary"] == {
        "finalThreshold": "3", "numCandidates": 3, "numWinners": 1, "totalNumBallots": "5", "undervotes": 0,
    }  # fmt: skip
    assert rounds(done) == [{"Ada": "2", "Bo": "2", "Cy": "1"}, {"Ada": "2", "Bo": "3"}]
    assert report["results"][0]["tallyResults"] == [{"eliminated": "Cy", "transfers": {"Bo": "1"}}]
    by_precinct = "Tabulate by Precinct/{}_precinct_summary.json"
    names = ["North", "South", "missing_precinct_id"]
    assert set(done.files) == {"summary.json", *(by_precinct.format(name) for name in names)}
    parts = [done.files[by_precinct.format(name)] for name in names]
    for at, whole in enumerate(report["results"]):
        for name, votes in whole["tally"].items():
            assert sum(int(part["results"][at]["tally"][name]) for part in parts) == int(votes)
    assert [part["config"]["precinct"] for part in parts] == names


def test_reports_are_written_and_names_that_become_one_are_numbered(tmp_path: Path) -> None:
    sheet(tmp_path, [("A/B", "Ada"), ("A B", "Ada"), ("a_b", "Bo")])
    done = tabulate(config(tmp_path, output={"tabulateByPrecinct": True}))
    paths = write_reports(done, tmp_path / "out")
    assert len(paths) == len({str(path).lower() for path in paths}) == 4
    assert json.loads((tmp_path / "out" / "summary.json").read_text("utf-8")) == done.summaries[0]


def test_a_seat_a_pass(tmp_path: Path) -> None:
    sheet(tmp_path, [("", "Ada", "Bo")] * 3 + [("", "Cy")] * 2)
    done = tabulate(config(tmp_path, winnerElectionMode="multiPassIrv", numberOfWinners="2"))
    assert list(done.files) == ["summary_1.json", "summary_2.json"]
    assert [one["results"][-1]["tallyResults"][0]["elected"] for one in done.summaries] == ["Ada", "Bo"]
    assert done.summaries[1]["results"][0]["tally"] == {"Bo": "3", "Cy": "2"}


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = Here(capsys)
    sheet(tmp_path, BALLOTS)
    path = config(tmp_path)
    told = here("recount", "--rctab", path, "--rctab-out", tmp_path / "out")
    assert told.code == 0 and "1 file written" in told.err
    assert told.document == json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert here("recount", "mayor", "--rctab", path).code == 2
    assert here("recount", "--rctab-out", tmp_path).code == 2
    assert here("recount", "--rctab", tmp_path / "none.json").code == 3
    (tmp_path / "file").write_text("")
    assert here("recount", "--rctab", path, "--rctab-out", tmp_path / "file").code == 2


# ---- modes and ties ---------------------------------------------------------------
LEVEL = [("", "Ada"), ("", "Bo"), ("", "Cy")]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"tiebreakMode": "useCandidateOrder"}, [["-Cy"], ["+Ada"]]),
        # java.util.Random(1): nextDouble() is 0.7308…, then 0.4100…
        ({"tiebreakMode": "random", "randomSeed": "1"}, [["-Cy"], ["+Ada"]]),
        ({"tiebreakMode": "Previous round counts (then random)", "randomSeed": 1}, [["-Cy"], ["+Ada"]]),
    ],
)
def test_ties(tmp_path: Path, rules: dict[str, Any], expected: list[list[str]]) -> None:
    sheet(tmp_path, LEVEL)
    assert outcome(tabulate(config(tmp_path, **rules))) == expected


def test_a_tie_for_somebody_to_decide(tmp_path: Path) -> None:
    sheet(tmp_path, LEVEL)
    path = config(tmp_path, tiebreakMode="stopCountingAndAsk")
    with pytest.raises(UsageError, match=r"round 1 has a tie that nobody has decided \(Ada, Bo, Cy\)"):
        tabulate(path)
    done = tabulate(path, {"tie": "recorded", "tie_record": '["Ada", "Cy"]'})
    assert outcome(done) == [["-Ada"], ["+Cy"]]


def test_java_numbers() -> None:
    # Published everywhere: new Random(42).nextInt(10), ten times; new Random(0).nextDouble() is 0.730967787376657.
    drawn = JavaRandom(42)
    assert [drawn.below(10) for _ in range(10)] == [0, 3, 8, 4, 0, 5, 5, 8, 9, 3]
    assert JavaRandom(0).place(10**12) == 730967787376
    assert {JavaRandom(seed << 40).shuffled("ab") for seed in range(9)} == {("a", "b"), ("b", "a")}
    assert sorted(JavaRandom(7).shuffled("abcdefgh")) == list("abcdefgh") != list(JavaRandom(7).shuffled("abcdefgh"))


def test_several_seats_with_a_residual_surplus_in_a_slice(tmp_path: Path) -> None:
    # Ada has 7, the quota of 10 ballots for 2 seats is 4: each ballot moves on at 3/7, cut to 0.4.
    ballots = [("North", "Ada", "Bo")] * 4 + [("South", "Ada", "Cy")] * 3 + [("South", "Bo")] * 2 + [("South", "Cy")]
    sheet(tmp_path, ballots)
    done = tabulate(config(
        tmp_path, output={"tabulateByPrecinct": True}, winnerElectionMode="multiWinnerAllowMultipleWinnersPerRound",
        numberOfWinners="2", decimalPlacesForVoteArithmetic="1",
    ))  # fmt: skip
    first, second = done.summaries[0]["results"][:2]
    moved = {"Bo": "1.6", "Cy": "1.2", "residual surplus": "0.2"}
    assert first["tallyResults"] == [{"elected": "Ada", "transfers": moved}]
    assert second["tally"] == {"Ada": "4", "Bo": "3.6", "Cy": "2.2"}
    north, south = (
        done.files[f"Tabulate by Precinct/{n}_precinct_summary.json"]["results"] for n in ("North", "South")
    )
    # In a part each ballot keeps 0.6, what was cut off with it: 4 × 0.6 and 3 × 0.6 are 0.2 more than the whole's 4.
    assert north[1]["tally"]["Ada"] == "2.4" and south[1]["tally"]["Ada"] == "1.8"
    assert north[0]["tallyResults"] == [{"elected": "Ada", "transfers": {"Bo": "1.6"}}]


# ---- quirks, each by its smallest file ---------------------------------------------
def test_a_row_without_cells_is_a_ballot(tmp_path: Path) -> None:
    sheet(tmp_path, [("", "Ada"), ()])
    assert tabulate(config(tmp_path)).summaries[0]["summary"]["totalNumBallots"] == "2"
    assert tabulate(config(tmp_path)).summaries[0]["summary"]["undervotes"] == 1


def test_a_sheet_is_read_as_far_as_the_ranks_allowed(tmp_path: Path) -> None:
    sheet(tmp_path, [("", "Cy", "Ada"), ("", "Ada"), ("", "Bo"), ("", "Bo")])
    assert outcome(tabulate(config(tmp_path, maxRankingsAllowed="1"))) == [["-Cy"], ["+Bo"]]
    assert outcome(tabulate(config(tmp_path, maxRankingsAllowed="2"))) == [["-Cy"], ["+Ada"]]


def test_an_overvote_at_the_last_rank_is_exhausted_where_overvotes_are_skipped(tmp_path: Path) -> None:
    sheet(tmp_path, [("", "overvote"), ("", "Ada")])
    for rule, key in (("alwaysSkipToNextRank", "exhaustedChoices"), ("exhaustImmediately", "overvotes")):
        (one,) = tabulate(config(tmp_path, overvoteRule=rule)).summaries[0]["results"]
        assert {name for name, n in one["inactiveBallots"].items() if n != "0"} == {key}


def test_blank_cells_as_write_ins(tmp_path: Path) -> None:
    sheet(tmp_path, [("", "", "Ada"), ("", "Ada"), ("", "Bo")])
    source = {"undeclaredWriteInLabel": "UWI", "treatBlankAsUndeclaredWriteIn": True}
    done = tabulate(config(tmp_path, source=source, maxRankingsAllowed="2"))
    assert rounds(done)[0] == {"Ada": "1", "Bo": "1", "Cy": "0", "Undeclared Write-ins": "1"}
    assert outcome(done)[0] == ["-Undeclared Write-ins"]


def test_write_ins_are_in_no_order_of_ties(tmp_path: Path) -> None:
    sheet(tmp_path, [("", "Ada"), ("", "Cy")])
    done = tabulate(config(tmp_path, source={"undeclaredWriteInLabel": "UWI"}))
    assert outcome(done)[:2] == [["-Bo"], ["-Undeclared Write-ins"]]


def test_nobody_has_a_vote_and_lots_decide(tmp_path: Path) -> None:
    sheet(tmp_path, [("North",)])
    assert outcome(tabulate(config(tmp_path))) == [["-Cy"], ["+Ada"]]
    with pytest.raises(UsageError, match="nobody is elected"):
        tabulate(config(tmp_path), {"without_votes": "stop"})


@pytest.mark.parametrize(
    "mode",
    [{}, {"winnerElectionMode": "bottomsUp", "numberOfWinners": "2"}],
    ids=["one seat", "bottoms up"],
)
def test_a_minimum_is_not_applied_as_rctab_never_reads_it(tmp_path: Path, mode: dict[str, Any]) -> None:
    sheet(tmp_path, [("", "Ada")])
    path = config(tmp_path, minimumVoteThreshold="2", **mode)
    done = tabulate(path)
    assert "+Ada" in outcome(done)[-1]
    assert len(done.notes) == 1 and "minimumVoteThreshold 2 is not applied" in done.notes[0]
    assert ("-O minimum=2" in done.notes[0]) == (not mode)
    assert not tabulate(config(tmp_path, **mode)).notes


def test_a_minimum_is_applied_where_somebody_says_so(tmp_path: Path) -> None:
    sheet(tmp_path, [("", "Ada")])
    path = config(tmp_path, minimumVoteThreshold="2")
    assert outcome(tabulate(path, {"minimum": "1"})) == [["+Ada"]]
    with pytest.raises(UsageError, match="Nobody has 2 votes"):
        tabulate(path, {"minimum": "2"})


def test_a_percentage_is_cut_to_the_decimals(tmp_path: Path) -> None:
    sheet(tmp_path, [("", "Ada")] * 6 + [("", "Bo")])
    said: dict[str, Any] = {
        "winnerElectionMode": "bottomsUpUsingPercentageThreshold", "numberOfWinners": "0",
        "multiSeatBottomsUpPercentageThreshold": "15",
    }  # fmt: skip
    assert outcome(tabulate(config(tmp_path, "Ada Bo", **said))) == [["-Bo"], ["+Ada"]]
    said["decimalPlacesForVoteArithmetic"] = "1"
    assert outcome(tabulate(config(tmp_path, "Ada Bo", **said))) == [["+Ada", "+Bo"]]


def test_one_candidate_under_two_names_is_one(tmp_path: Path) -> None:
    sheet(tmp_path, [("", "Ada", "A. L.", "Bo")])
    path = config(tmp_path, exhaustOnDuplicateCandidate=True)
    made = json.loads(path.read_text("utf-8"))
    made["candidates"][0]["aliases"] = ["A. L."]
    path.write_text(json.dumps(made))
    assert rounds(tabulate(path))[0]["Ada"] == "1"
    made["candidates"][0]["excluded"] = True
    path.write_text(json.dumps(made))
    assert tabulate(path).summaries[0]["results"][0]["inactiveBallots"]["repeatedRankings"] == "1"


# ---- what is refused ----------------------------------------------------------------
Change = Callable[[dict[str, Any]], object]
REFUSED: list[tuple[Change, str]] = [
    (lambda c: c["rules"].update(numberOfWiners="1"), "rules: every key .* did you mean numberOfWinners"),
    (lambda c: c["rules"].update(numberOfWinners=[1]), "numberOfWinners is a text or a whole number; found a list"),
    (lambda c: c["rules"].update(numberOfWinners=1.5), "numberOfWinners is a text or a whole number; found 1.5"),
    (lambda c: c["rules"].update(numberOfWinners=True), "numberOfWinners is a text or a whole number; found True"),
    (lambda c: c["rules"].update(numberOfWinners="10" * 30), "numberOfWinners is a whole number from 0 to 3"),
    (lambda c: c["rules"].update(numberOfWinners="2"), "numberOfWinners is 1 where winnerElectionMode is single"),
    (lambda c: c["rules"].update(maxSkippedRanksAllowed="-3"), "maxSkippedRanksAllowed is a whole number"),
    (lambda c: c["rules"].update(maxRankingsAllowed=""), "maxRankingsAllowed is stated"),
    (lambda c: c["rules"].update(decimalPlacesForVoteArithmetic="21"), "from 1 to 20"),
    (lambda c: c["rules"].update(batchElimination="maybe"), "batchElimination is true or false"),
    (lambda c: c["rules"].update(tiebreakMode="whatever"), "tiebreakMode is one of random"),
    (lambda c: c["rules"].update(tiebreakMode="random"), "randomSeed is stated"),
    (lambda c: c["rules"].update(overvoteRule="exhaustIfMultipleContinuing"), "overvoteRule is another"),
    (lambda c: c["rules"].update(hareQuota=True), "hareQuota is not true where"),
    (lambda c: c["rules"].update(multiSeatBottomsUpPercentageThreshold="15"), "only where, winnerElectionMode"),
    (lambda c: c.pop("rules"), "rules is stated"),
    (lambda c: c.update(rules=[]), "a JSON object is here; found a list"),
    (lambda c: c["outputSettings"].update(contestName=" "), "contestName is stated"),
    (lambda c: c["cvrFileSources"].clear(), "names at least one file"),
    (lambda c: c["cvrFileSources"].append(c["cvrFileSources"][0]), "names each file once"),
    (lambda c: c["cvrFileSources"][0].update(filePath="none.xlsx"), "filePath names a file or folder that is there"),
    (lambda c: c["cvrFileSources"][0].update(filePath="a\0b"), "filePath names a file or folder that is there"),
    (lambda c: c["cvrFileSources"][0].update(filePath="x" * 2000), "filePath has at most 1,000"),
    (lambda c: c["cvrFileSources"][0].update(provider="Diebold"), "provider is one of cdf"),
    (lambda c: c["cvrFileSources"][0].update(provider="cdf"), "contestId is stated"),
    (lambda c: c["cvrFileSources"][0].update(provider="cdf", contestId="M"), "a source of provider cdf is a"),
    (lambda c: c["cvrFileSources"][0].update(firstVoteColumnIndex=""), "firstVoteColumnIndex is stated"),
    (lambda c: c["cvrFileSources"][0].update(treatBlankAsUndeclaredWriteIn=True), "undeclaredWriteInLabel is stated"),
    (lambda c: c["cvrFileSources"][0].update(overvoteDelimiter="|"), "are not stated together"),
    (lambda c: c["cvrFileSources"][0].update(idColumnIndex="9"), "every ballot has its own id in column 9"),
    (lambda c: c.update(candidates={}), "candidates is a list"),
    (lambda c: c.update(candidates=[]), "candidates names one who is not excluded"),
    (lambda c: c["candidates"][0].update(aliases=["Bo"]), "belong to one candidate; found 'Bo'"),
    (lambda c: c["candidates"][0].update(name="overvote"), "is no word that the report uses otherwise"),
    (lambda c: c["candidates"].pop(), "every name on a ballot is a candidate .*; found 'Cy'"),
    (lambda c: c["outputSettings"].update(tabulateByBatch=True), "tabulateByBatch is true only where"),
]


@pytest.mark.parametrize(("change", "said"), REFUSED, ids=range(len(REFUSED)))
def test_one_clear_refusal(tmp_path: Path, change: Change, said: str) -> None:
    sheet(tmp_path, BALLOTS)
    path = config(tmp_path)
    made = json.loads(path.read_text("utf-8"))
    change(made)
    path.write_text(json.dumps(made), encoding="utf-8")
    with pytest.raises(BadInputError, match=said):
        tabulate(path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 9999, "\x00", '{"a": 1e999}'])
def test_no_configuration_at_all(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(BadInputError, match=r"config\.json"):
        tabulate(path)


def test_a_file_of_the_wrong_kind(tmp_path: Path) -> None:
    path = config(tmp_path)
    (tmp_path / "cvr.xlsx").write_text("Precinct,1st\nNorth,Ada\n")
    with pytest.raises(BadInputError, match=r"an Excel workbook"):
        tabulate(path)
    csv = config(tmp_path, source={"provider": "genericCsv", "filePath": "cvr.csv", "overvoteLabel": ""})
    for text, said in (
        ("id,Ada,Bo,Cy\n1,1,x,\n", "a cell is a rank"), ("id,Ada,,Cy\n", "names its own candidate"),
        ("", "names the candidates"), ("id,Ada,Bo\n1,1,2,3\n", "under the name of a candidate"),
    ):  # fmt: skip
        (tmp_path / "cvr.csv").write_text(text)
        with pytest.raises(BadInputError, match=said):
            tabulate(csv)


def test_whatever_is_broken_is_told_in_one_error(tmp_path: Path) -> None:
    """Seeded changes of a good configuration: counted, or refused in one of our own errors."""
    sheet(tmp_path, BALLOTS)
    good = json.loads(config(tmp_path, output={"tabulateByPrecinct": True}).read_text("utf-8"))
    odd = [None, True, -1, 0, 3, 1.5, 10**40, "", "  ", "2", "x", "max", "\u202e", [], ["a"], {}, {"a": 1}, "Ada"]
    counted = refused = 0
    for seed in range(400):
        chance, made = random.Random(seed), copy.deepcopy(good)
        for _ in range(chance.choice([1, 1, 2, 3])):
            part = chance.choice([made, made.get("rules"), made.get("outputSettings"), made.get("cvrFileSources")])
            if isinstance(part, list) and part:
                part = part[0]
            if isinstance(part, dict) and part:
                part[chance.choice(sorted(part))] = chance.choice(odd)
        path = tmp_path / "broken.json"
        path.write_text(json.dumps(made))
        try:
            tabulate(path)
            counted += 1
        except FaircountError:
            refused += 1
    assert counted > 40 and refused > 150, (counted, refused)


def test_a_row_that_the_file_leaves_out_is_no_ballot(tmp_path: Path) -> None:
    path = sheet(tmp_path, [("", "Ada"), (), ("", "Bo"), ("", "Bo")])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = next(name for name in parts if name.endswith("sheet1.xml"))
    start = parts[name].index(b'<row r="3"')
    parts[name] = parts[name][:start] + parts[name][parts[name].index(b'<row r="4"') :]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    path.write_bytes(out.getvalue())
    assert tabulate(config(tmp_path)).summaries[0]["summary"]["totalNumBallots"] == "3"
