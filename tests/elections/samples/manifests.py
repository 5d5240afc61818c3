"""Ballot manifests: Colorado's 63 counties, New South Wales, San Francisco's workbook, Georgia's bundle of 159."""

import csv
from collections.abc import Callable

from elections.reading import Totals
from elections.samples.sample import Sample
from elections.shared import real

COLORADO = "rla/colorado-2020-general"


def _colorado(read: Totals) -> None:
    """49,767 batches, 4,125,823 cards; where the state restates a county's batch, it states the same number."""
    rows = read.tables["manifest"]
    assert (len(rows), sum(r["cards"] for r in rows)) == (49_767, 4_125_823)
    assert len(read.tables["files"]) == 63 and not read.tables["rejected"]
    stated = {(r["jurisdiction"].casefold().replace(" ", ""), r["tabulator"], r["batch"]): r["cards"] for r in rows}
    with real(COLORADO, "batch_count_comparison.csv").open(newline="") as stream:
        shared = [
            (stated[key], int(row["count_per_manifest"])) for row in csv.DictReader(stream)
            if (key := (row["county_name"].casefold().replace(" ", ""), row["scanner_id"], row["batch_id"])) in stated
        ]  # fmt: skip
    assert len(shared) > 45_000 and all(ours == theirs for ours, theirs in shared)


def _comparison(read: Totals) -> None:
    """Both counts of the state, added up by the csv module."""
    with real(COLORADO, "batch_count_comparison.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for claim, column in (("manifest as restated by the state", "count_per_manifest"),
                          ("CVR count by the state", "count_per_cvr_file")):  # fmt: skip
        ours = [r["cards"] for r in read.tables["manifest"] if r["claim"] == claim]
        assert ours == [int(row[column]) for row in rows]
    assert len(rows) == 49_539 and not read.tables["rejected"]


def _san_francisco(read: Totals) -> None:
    assert len(read.tables["manifest"]) == 5_481 and not read.tables["rejected"]
    assert sum(r["cards"] for r in read.tables["manifest"]) == 293_555


def _georgia(read: Totals) -> None:
    """159 counties; all batches together hold as many ballots as the final report of the audit says were cast."""
    rows = read.tables["manifest"]
    with real("rla/georgia-2025-11-psc/final_audit_report.csv").open(newline="") as stream:
        cast = next(int(row[4]) for row in csv.reader(stream) if row[:1] == ["PSC - District 2"])
    assert sum(r["cards"] for r in rows) == cast == 1_581_543
    assert len({r["jurisdiction"] for r in rows}) == 159 and not read.tables["rejected"]
    assert any(r["cards"] == 0 for r in rows), "an empty batch stays in the list"
    assert any("has the SHA-256 that" in note for note in read.fact("note"))


def _town(cards: int) -> Callable[[Totals], None]:
    def check(read: Totals) -> None:
        assert sum(r["cards"] for r in read.tables["manifest"]) == cards and not read.tables["rejected"]

    return check


SAMPLES: tuple[Sample, ...] = (
    Sample(f"{COLORADO}/manifests", "manifest-csv", "", 0, "the state's totals, and its own figure of each batch",
           _colorado),
    Sample(f"{COLORADO}/batch_count_comparison.csv", "batch-comparison", "", 0, "both columns by the csv module",
           _comparison),
    Sample("rla/sf-da-2019-irv/N19_ballot_manifest.xlsx", "manifest-xlsx", "", 0, "5,481 batches, 293,555 cards",
           _san_francisco),
    Sample("rla/georgia-2025-11-psc/manifests_bundle.zip", "manifest-csv", "", 0,
           "the ballots cast of the audit's final report", _georgia),
    *(
        Sample(f"rla/nsw-2021-irv-mayors/{town}_Mayoral.manifest.csv", "manifest-csv", "", 0,
               "as many cards as ballots in the town's votes", _town(cards))
        for town, cards in (
            ("Bellingen", 8_374), ("City_of_Broken_Hill", 10_812), ("City_of_Griffith", 14_179), ("Uralla", 3_781),
        )
    ),
)  # fmt: skip
