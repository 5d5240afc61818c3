"""Hart Verity and Clear Ballot: RCTab's archives with their expected reports, and Bay County, Florida, 2012."""

import csv
import json
from collections import Counter
from typing import Any

from lxml import etree

from elections.reading import Totals
from elections.samples.sample import Sample
from elections.shared import real
from faircount.count.interpretation import read_marks

_NS = "{http://tempuri.org/CVRDesign.xsd}"


def _report(case: str) -> Any:
    name = f"{case}_expected_detailed_report.json"
    return json.loads(real("cvr", "rctab", case, name).read_text("utf-8"))


def _travis(read: Totals) -> None:
    """RCTab's report of a vote-for-3 contest read as a ranking: first ranks; then every contest by lxml."""
    assert not read.tables["rejected"] and len(read.tables["files"]) == 18
    title = "TRAVIS COUNTY OFFICERS"
    report = _report("hart_travis_county_officers")
    (first, *_) = report["results"]
    assert read.cards_of(title) == int(report["summary"]["totalNumBallots"]) == 9
    alone = {marks[0][0]: cards for (marks, *_), cards in read.ways[title].items() if len(marks) == 1}
    assert alone == {name: int(n) for name, n in first["tally"].items() if int(n)} == {"Michael Gottner": 1}
    assert sum(cards for (marks, *_), cards in read.ways[title].items() if not marks) == 2
    assert sum(cards for (marks, *_), cards in read.ways[title].items() if len(marks) > 1) == 6
    contest, profile = read.profile(title)
    assert contest.votes_allowed == 3, "marks and undervotes add up to it on every sheet"
    assert all(not read_marks(contest, pattern).overvotes for pattern in profile.patterns)
    _every_option(read)


def _every_option(read: Totals) -> None:
    """Count marked options, bits and overvoted contests once more, straight from the files."""
    options: Counter[str] = Counter()
    overvoted: Counter[str] = Counter()
    for path in sorted(real("cvr", "rctab", "_shared", "hart_cvr_archive").iterdir()):
        for contest in etree.parse(str(path)).getroot().iter(f"{_NS}Contest"):
            title = " ".join(str(contest.findtext(f"{_NS}Name")).split())
            options[title] += sum(str(v.text).count("1") for v in contest.iter(f"{_NS}Value"))
            overvoted[title] += contest.find(f"{_NS}Overvoted") is not None
    found: Counter[str] = Counter()
    flagged: Counter[str] = Counter()
    for title, ways in read.ways.items():
        for (marks, *_, conditions), cards in ways.items():
            found[title] += cards * sum(mark[2] or 1 for mark in marks)
            flagged[title] += cards * ("overvote" in conditions)
    assert found == options and flagged == overvoted and sum(overvoted.values()) == 5
    terms = {row["contest"]: (row["votes_allowed"], row["ranks"]) for row in read.tables["contests"]}
    assert terms["CEDAR PARK SCHOOL BOARD"] == (1, 6) and terms["PFLUGERVILLE COUNTY OFFICERS"] == (10, 0)
    assert any("PFLUGERVILLE" in note and "cumulative" in note for note in read.fact("note"))


def _kansas(read: Totals) -> None:
    """RCTab's expected report of the first round, and its number of ballots."""
    report = _report("clear_ballot_kansas_primary")
    first = {name: int(votes) for name, votes in report["results"][0]["tally"].items() if int(votes)}
    assert read.firsts("Democratic Primary") == first and first["Amy Klobuchar"] == 20
    assert not read.tables["rejected"]
    (contest,) = read.tables["contests"]
    assert (contest["contest"], contest["ranks"], contest["votes_allowed"]) == ("Democratic Primary", 5, 1)


def _bay(read: Totals) -> None:
    """Every column's sum and cells, by the csv module; the file lies here without its lists of names."""
    with real("cvr", "bay-fl-2012-clearballot", "fl_bay_2012m.cvr.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    for column, name in enumerate(header):
        if name.startswith("Choice_"):
            title = f"choice {name.split('_')[1]} (its contest is not named)"
            marked = sum(row[column] == "1" for row in rows)
            assert read.firsts(title).get("marked", 0) == marked
            assert read.cards_of(title) == sum(row[column] != "" for row in rows)
    assert len(read.tables["contests"]) == 20 and not read.tables["rejected"]
    assert read.adjudicated == 3 and "choices.csv" in read.fact("partial")[0]


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "cvr/rctab/_shared/hart_cvr_archive", "hart", "Verity", 18,
        "RCTab's expected report of one contest; marks, bits and overvotes of all contests counted again with lxml",
        _travis,
    ),
    Sample(
        "cvr/rctab/clear_ballot_kansas_primary/clear_ballot_kansas_primary.cvr.csv", "clear-ballot", "", 50,
        "RCTab's expected first round", _kansas,
    ),
    Sample(
        "cvr/bay-fl-2012-clearballot/fl_bay_2012m.cvr.csv", "clear-ballot", "", 3_562,
        "3,562 ballots as published; the sums of all 20 columns by csv", _bay,
    ),
)  # fmt: skip
