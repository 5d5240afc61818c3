"""Audits as states publish them: Colorado's tables of 2020 and 2024, Georgia's batch comparison of 2025."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import python_calamine

from elections.reading import Totals
from elections.samples.sample import Sample
from elections.shared import real
from faircount.read import READERS, Export

GEORGIA, OLD, NEW = "rla/georgia-2025-11-psc", "rla/colorado-2020-general", "rla/colorado-2024-presidential-primary"


def _rows(path: str) -> list[dict[str, str]]:
    with real(path).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _contests(path: str, contests: int) -> Callable[[Totals], None]:
    def check(read: Totals) -> None:
        """Every contest with the cards that hold it; every other figure in words."""
        rows = _rows(path)
        assert len(rows) == contests == len(read.tables["contests"]) and not read.tables["rejected"]
        assert [(r["contest"], r["measure"], r["count"]) for r in read.tables["reported"]] == [
            (row["contest_name"], "ballots_cast", int(row["contest_ballot_card_count"])) for row in rows
        ]
        said = read.fact("audit of a contest")
        assert all(f"min_margin {row['min_margin']}, " in text for row, text in zip(rows, said, strict=True))
        assert all(f"{row['contest_name']}: " in text for row, text in zip(rows, said, strict=True))
        assert len(read.fact("winner")) == sum(row["winners"].count('","') + bool(row["winners"]) for row in rows)

    return check


def _selection(path: str) -> Callable[[Totals], None]:
    def check(read: Totals) -> None:
        """Every drawn record, in order; read again as JSON."""
        drawn = {}
        for row in _rows(path):
            ids = json.loads(row["contest_cvr_ids"])
            drawn[row["contest_name"]] = (len(ids), len(set(ids)), " ".join(map(str, ids)))
        assert read.fact("drawn records") == [
            f"{title}: {n:,} draws of {distinct:,} records: {ids}".rstrip()
            for title, (n, distinct, ids) in drawn.items()
        ]
        assert not read.tables["rejected"]

    return check


def _compared(path: str, differing: list[tuple[str, str, list[str]]]) -> Callable[[Totals], None]:
    def check(read: Totals) -> None:
        """Both readings of every card; the two that differ are Huerfano's and Montezuma's."""
        rows = _rows(path)
        machine = Counter((r["contest_name"], r["choice_per_voting_computer"].strip('"')) for r in rows)
        ours: Counter[tuple[str, str]] = Counter()
        for title, ways in read.ways.items():
            for (marks, *_), n in ways.items():
                ours[title, ",".join(m[0] for m in marks)] += n
        assert ours == machine and read.cards == read.ballots == len(rows)
        assert len(read.fact("record")) == len(rows) and not read.tables["rejected"]
        found = []
        reader, export = READERS["colorado-comparison"], Export(real(path))
        for batch in reader.read(export, reader.plan(export)[0]):
            names = {p["pattern"]: [m["choice"] for m in p["marks"]] for p in batch.table("patterns").to_pylist()}
            cards = batch.table("cards").to_pylist()
            current = {v["card"]: names[v["pattern"]] for v in batch.table("votes").to_pylist()}
            for other in batch.table("superseded").to_pylist():
                if current[other["card"]] != names[other["pattern"]]:
                    card = cards[other["card"]]
                    found.append((card["jurisdiction"], card["imprinted_id"], names[other["pattern"]]))
        assert found == differing

    return check


_TWO = [("Huerfano", "101-84-26", ["Joseph R Biden Jr"]), ("Montezuma", "101-162-4", ["Frankie Lozada"])]


def _report(path: str) -> Callable[[Totals], None]:
    def check(read: Totals) -> None:
        """The summary and the draws, by another parser of workbooks."""
        book = python_calamine.CalamineWorkbook.from_path(str(real(path)))
        summary = book.get_sheet_by_name("Summary").to_python()
        assert len(read.tables["contests"]) == len(summary) - 1 == 64
        drawn = sum(len(book.get_sheet_by_name(s).to_python()) - 1 for s in book.sheet_names[2:])
        assert len(read.fact("drawn card")) == drawn and not read.tables["rejected"]
        margins = [str(row[summary[0].index("min margin")]) for row in summary[1:]]
        said = read.fact("audit of a contest")
        assert all(f"min margin {margin}, " in text for margin, text in zip(margins, said, strict=True))

    return check


def _canonical(read: Totals) -> None:
    rows = _rows(f"{OLD}/canonicalTitleCase.csv")
    assert {c["contest"] for c in read.tables["contests"]} == {r["ContestName"] for r in rows}
    assert len(read.fact("contest in a county")) == len(rows) == 2_099 and not read.tables["rejected"]
    choices = Counter(c["contest"] for c in read.tables["choices"])
    assert choices == Counter({r["ContestName"]: r["ContestChoices"].count(", ") + 1 for r in rows})
    for row in _rows(f"{OLD}/round_1_contest.csv"):
        winners = row["winners"][1:-1].split('","')
        known = {c["choice"] for c in read.tables["choices"] if c["contest"] == row["contest_name"]}
        assert set(winners) <= known, "the audit's winners are choices of the list"


def _by_county(read: Totals) -> None:
    rows = _rows(f"{OLD}/contests_by_county.csv")
    assert len(read.fact("contest in a county")) == len(rows) == 2_041 and not read.tables["rejected"]
    assert {c["contest"] for c in read.tables["contests"]} == {r["contest_name"] for r in rows}
    assert {c["contest"] for c in read.tables["contests"]} == {
        r["contest_name"] for r in _rows(f"{OLD}/round_1_contest.csv")
    }


def _tallies(read: Totals) -> None:
    """159 counties' batches add up to the statewide result: Johnson 980,470, Echols 582,403."""
    sums: Counter[Any] = Counter()
    for row in read.tables["reported"]:
        sums[row["choice"]] += row["count"]
    assert sums == {"Alicia M. Johnson (Dem)": 980_470, "Tim Echols (I) (Rep)": 582_403}
    assert len({r["jurisdiction"] for r in read.tables["reported"]}) == 159 and not read.tables["rejected"]


def _final(read: Totals) -> None:
    """The reported totals, and the sums of the sampled batches against the report's own row of totals."""
    assert not read.tables["rejected"]
    sums = {(choice, claim): read.reported(choice=choice, claim=claim, measure="sampled_votes")
            for choice, claim in {(r["choice"], r["claim"]) for r in read.tables["reported"]
                                  if r["measure"] == "sampled_votes"}}  # fmt: skip
    johnson, echols = "Alicia M. Johnson (Dem)", "Tim Echols (I) (Rep)"
    assert sums == {
        (johnson, "reported, of the sampled batches"): 49_765, (echols, "reported, of the sampled batches"): 49_676,
        (johnson, "audit boards, of the sampled batches"): 49_767,
        (echols, "audit boards, of the sampled batches"): 49_674,
    }  # fmt: skip
    assert read.reported(measure="sampled_ballots") == 100_961
    [totals] = read.fact("sampled batches")
    assert all(str(n) in totals for n in (*sums.values(), 100_961))
    assert read.reported(choice=johnson, measure="votes", claim="reported") == 980_470
    assert read.reported(choice=echols, measure="votes", claim="sum of the reported batches") == 582_403
    assert "Random Seed: 34363370190391208563" in read.fact("audit settings")[0]
    assert "P-Value: 0.034476286" in read.fact("rounds")[0]


def _counts(read: Totals) -> None:
    """Johnson 980,470 as in the audit's report; the image audit counted one more."""
    title = "For Public Service Commission - District 2"
    figures = {claim: read.reported(contest=title, choice="Alicia M. Johnson", claim=claim)
               for claim in ("original count", "audit count")}  # fmt: skip
    assert figures == {"original count": 980_470, "audit count": 980_471}
    for claim in figures:
        parts = [read.reported(contest=title, measure=m, claim=claim) for m in ("votes", "undervotes", "overvotes")]
        cast = read.reported(contest=title, measure="ballots_cast", claim=claim)
        assert cast == 1_581_077 and 0 <= cast - sum(parts) < 2_000, "write-ins are not listed"
    assert len({r["jurisdiction"] for r in read.tables["reported"]}) == 159 and not read.tables["rejected"]


SAMPLES: tuple[Sample, ...] = (
    Sample(f"{GEORGIA}/candidate_totals_bundle.zip", "arlo-batch-tallies", "", 0, "the statewide result", _tallies),
    Sample(f"{GEORGIA}/final_audit_report.csv", "arlo-audit-report", "", 0, "its own totals of the sample", _final),
    Sample(f"{GEORGIA}/contest_results_comparison_with_county_breakout_dqs_removed.zip", "georgia-comparison", "", 0,
           "the statewide result; the balance of the contest", _counts),
    Sample(f"{OLD}/round_1_contest.csv", "colorado-contests", "", 0, "every row by the csv module",
           _contests(f"{OLD}/round_1_contest.csv", 658)),
    Sample(f"{OLD}/round_1_contest_selection.csv", "colorado-selection", "", 0, "every draw read as JSON",
           _selection(f"{OLD}/round_1_contest_selection.csv")),
    Sample(f"{OLD}/canonicalTitleCase.csv", "colorado-contest-list", "", 0, "the winners of the contest table",
           _canonical),
    Sample(f"{OLD}/contests_by_county.csv", "colorado-contest-list", "", 0, "the contests of the contest table",
           _by_county),
    Sample(f"{NEW}/round_1/contest.csv", "colorado-contests", "", 0, "every row by the csv module",
           _contests(f"{NEW}/round_1/contest.csv", 64)),
    Sample(f"{NEW}/contestSelection.csv", "colorado-selection", "", 0, "every draw read as JSON",
           _selection(f"{NEW}/contestSelection.csv")),
    Sample(f"{NEW}/round_1/contestSelection.csv", "colorado-selection", "", 0, "every draw read as JSON",
           _selection(f"{NEW}/round_1/contestSelection.csv")),
    Sample(f"{NEW}/round_1/contestComparison.csv", "colorado-comparison", "", 3_339, "the two known discrepancies",
           _compared(f"{NEW}/round_1/contestComparison.csv", _TWO)),
    Sample(f"{NEW}/round_2/contestComparisonRound2.csv", "colorado-comparison", "", 3_346, "the two discrepancies",
           _compared(f"{NEW}/round_2/contestComparisonRound2.csv", _TWO)),
    Sample(f"{NEW}/round_1/ResultsReport.xlsx", "colorado-report", "", 0, "summary and draws by another parser",
           _report(f"{NEW}/round_1/ResultsReport.xlsx")),
    Sample(f"{NEW}/round_2/ResultsReportRound2.xlsx", "colorado-report", "", 0, "summary and draws by another parser",
           _report(f"{NEW}/round_2/ResultsReportRound2.xlsx")),
)  # fmt: skip
