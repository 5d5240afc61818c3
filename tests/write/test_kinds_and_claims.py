"""Tables of words that a format does not have: left out with a word, never written where no reader takes them."""

import json
from pathlib import Path

import pytest
from write.rereading import reread

from faircount.app.converting import Wanted, convert
from faircount.model import UsageError

COMPARISON = """county_name,scanner_id,batch_id,count_per_manifest,count_per_cvr_file,difference
Lantern,1,1,25,25,0
Lantern,1,2,30,29,1
"""
WITHDRAWN = '3 1\n-2\n2 1 2 0\n1 2 0\n1 3 0\n0\n"Ada"\n"Bo"\n"Cy"\n"Garden Club"\n'
RCV_REPORT = {
    "config": {"contest": "Harbour Mayor", "date": "2030-11-05"},
    "jsonFormatVersion": "1",
    "results": [
        {"inactiveBallots": {"exhaustedChoices": "0", "overvotes": "0", "repeatedRankings": "0",
                             "skippedRankings": "1"},
         "round": 1, "tally": {"Ada": "5", "Bo": "4"}, "tallyResults": [{"elected": "Ada", "transfers": {}}],
         "threshold": "5"},
    ],
    "summary": {"finalThreshold": "5", "numCandidates": 2, "numWinners": 1, "totalNumBallots": "10",
                "undervotes": 0},
}  # fmt: skip


@pytest.mark.parametrize("form", ["arlo-manifest", "colorado-manifest"])
def test_counts_that_others_claim_are_no_manifest(tmp_path: Path, form: str) -> None:
    """A file of a header alone would say that there is no batch."""
    path = tmp_path / "batchCountComparison.csv"
    path.write_text(COMPARISON, "utf-8")
    with pytest.raises(UsageError, match=r"claims of others .*restated by the state"):
        convert([path], Wanted(form), tmp_path / "m.csv")
    assert not (tmp_path / "m.csv").exists()


@pytest.mark.parametrize(
    ("form", "target", "reader", "kind"),
    [("plain-csv", "out", "plain-csv", "withdrawn"), ("cdf-json", "cvr.json", "cdf-cvr", "regular")],
)
def test_a_withdrawn_choice_stays_or_is_told(tmp_path: Path, form: str, target: str, reader: str, kind: str) -> None:
    path = tmp_path / "club.blt"
    path.write_text(WITHDRAWN, "utf-8")
    done = convert([path], Wanted(form, date="2030-11-05", allow_loss=True), tmp_path / target)
    told = [loss.count for loss in done.losses if "which choices were withdrawn" in loss.what]
    assert told == ([1] if kind == "regular" else [])
    again = reread(tmp_path / target, tmp_path / "again", reader)
    kinds = again.engine.ask("select choice, kind from choices order by choice").rows
    assert list(kinds) == [("Ada", "regular"), ("Bo", kind), ("Cy", "regular")]


def test_figures_of_other_measures_are_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    path.write_text(json.dumps(RCV_REPORT), "utf-8")
    done = convert([path], Wanted("plain-csv"), tmp_path / "out")
    [(what, count)] = [(one.what, one.count) for one in done.losses if "no place for" in one.what]
    again = reread(tmp_path / "out", tmp_path / "a", "plain-csv")
    measures = {m for (m,) in again.engine.ask("select distinct measure from reported").rows}
    assert count == 5 and "threshold, round 1" in what
    assert measures <= {"votes", "undervotes", "overvotes", "ballots_cast"}


def test_a_manifest_alone_becomes_plain_csv(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text("Batch Name,Number of Ballots\nB1,20\nB2,30\n", "utf-8")
    convert([path], Wanted("plain-csv"), tmp_path / "out")
    again = reread(tmp_path / "out", tmp_path / "a", "plain-csv")
    assert list(again.engine.ask("select batch, cards from manifest order by row").rows) == [("B1", 20), ("B2", 30)]
