"""Samples of NIST SP 1500-103: RCTab's inputs and outputs, Unisyn's export, NIST's example."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from elections.reading import Totals
from elections.samples.sample import Sample
from elections.shared import DATA
from faircount.count.ranked.preferences import Piles

RCTAB = "cvr/rctab"
OVERVOTE = {
    "exhaustImmediately": "exhaust", "alwaysSkipToNextRank": "skip",
    "exhaustIfMultipleContinuing": "exhaust-if-multiple-continuing",
}  # fmt: skip
INACTIVE = {
    "exhausted": "exhaustedChoices", "overvote": "overvotes", "repeated choice": "repeatedRankings",
    "skipped rank": "skippedRankings",
}  # fmt: skip
UNDECLARED = "Undeclared Write-ins"


def _json(*names: str) -> Any:
    return json.loads(DATA.joinpath(RCTAB, *names).read_text("utf-8"))


def _aliases(config: Any) -> dict[str, str]:
    """Every name, and every id that RCTab makes of one, → the candidate's name of the report."""
    found = {"Write-in": UNDECLARED}
    for candidate in config["candidates"]:
        for name in (candidate["name"], *candidate["aliases"]):
            found[name] = found["cs-" + name.lower().replace(" ", "_")] = candidate["name"]
    return found


def first_round(case: str, title: str = "") -> Callable[[Totals], None]:
    """Hold the first round, inactive ballots included, against the report that RCTab made of this case."""

    def check(totals: Totals) -> None:
        config, report = _json(case, f"{case}_config.json"), _json(case, f"{case}_expected_detailed_report.json")
        rules, names = config["rules"], _aliases(config)
        decided = {
            "overvote": OVERVOTE[rules["overvoteRule"]], "skipped": rules["maxSkippedRanksAllowed"],
            "repeated": "exhaust" if rules["exhaustOnDuplicateCandidate"] else "skip",
        }  # fmt: skip
        votes: Counter[str] = Counter()
        inactive: Counter[str] = Counter()
        for contest_title in [title] if title else [c["contest"] for c in totals.tables["contests"]]:
            contest, profile = totals.profile(contest_title)
            piles = Piles.of(contest, profile, decided)
            for choice, count in zip(contest.choices, piles.votes, strict=True):
                votes[names.get(choice.name, choice.name)] += int(count)
            inactive.update({cause: int(n) for cause, n in piles.inactive_now()})
        first = report["results"][0]
        assert {n: v for n, v in votes.items() if v} == {n: int(v) for n, v in first["tally"].items() if int(v)}
        assert inactive.pop("undervote", 0) == report["summary"]["undervotes"]
        assert {INACTIVE[c]: n for c, n in inactive.items()} == {
            cause: int(n) for cause, n in first["inactiveBallots"].items() if int(n)
        }
        assert not totals.tables["rejected"]

    return check


def _rankings(totals: Totals, names: dict[str, str]) -> Counter[Any]:
    """Rankings over all contests: (choices at rank 1, at rank 2, …) → cards."""
    found: Counter[Any] = Counter()
    for ways in totals.ways.values():
        for (marks, *_), cards in ways.items():
            ranks: dict[int, set[str]] = {}
            for mark in marks:
                ranks.setdefault(mark[1], set()).add(names.get(mark[0], mark[0]))
            found[tuple(frozenset(ranks.get(at, ())) for at in range(1, max(ranks, default=0) + 1))] += cards
    return found


def converted(case: str) -> Callable[[Totals], None]:
    """Hold every ranking against RCTab's own conversion of the same ballots to CSV."""

    def check(totals: Totals) -> None:
        names = _aliases(_json(case, f"{case}_config.json"))
        expected: Counter[Any] = Counter()
        overvoted: Counter[int] = Counter()
        with DATA.joinpath(RCTAB, case, f"{case}_expected.csv").open(newline="") as stream:
            for row in csv.DictReader(stream):
                cells = [row[c] for c in row if c and c.startswith("Rank ")]
                overvoted.update(at for at, c in enumerate(cells) if c == "overvote")
                places = [frozenset(() if c in ("undervote", "overvote") else (c,)) for c in cells]
                while places and not places[-1]:
                    places.pop()
                expected[tuple(places)] += 1
        assert not overvoted
        assert _rankings(totals, names) == expected
        assert not totals.tables["rejected"]

    return check


def _records(path: str) -> Iterator[Any]:
    yield from etree.parse(str(DATA / path)).getroot().iterfind("{*}CVR")


def unisyn(totals: Totals) -> None:
    """Hold three contests against RCTab's reports, and every mark of all eight against the elements themselves."""
    first_round("unisyn_xml_cdf_city_coroner", "For City C Coroner (1/3)")(totals)
    first_round("unisyn_xml_cdf_city_mayor", "For City C Mayor (1/3)")(totals)
    first_round("unisyn_xml_cdf_county_sheriff", "For County Sheriff (1/3)")(totals)
    root = etree.parse(str(DATA / RCTAB / UNISYN)).getroot()
    titles = {c.get("ObjectId"): c.findtext("{*}Name") for c in root.iter("{*}Contest")}
    expected: Counter[Any] = Counter()
    blank: Counter[str] = Counter()
    for contest in root.iter("{*}CVRContest"):
        title = titles[contest.findtext("{*}ContestId")]
        blank[title] += contest.find("{*}CVRContestSelection") is None
        for selection in contest.iterfind("{*}CVRContestSelection"):
            expected[title, int(selection.findtext(".//{*}Rank") or 1)] += 1
    found: Counter[Any] = Counter()
    for title, ways in totals.ways.items():
        assert sum(n for (marks, *_), n in ways.items() if not marks) == blank[title]
        for (marks, *_), cards in ways.items():
            for mark in marks:
                found[title, mark[1]] += cards
    assert found == expected and sum(found.values()) == 607
    assert [c["ranks"] for c in totals.tables["contests"]] == [3, 3, 3, 2, 3, 3, 3, 0]


UNISYN = "unisyn_cvrs/101-RCV-CVT_TEST_3_UNIOVS2103-2.xml"


def nist(totals: Totals) -> None:
    """Hold NIST's example against its elements, and its write-in that waits against RCTab's report (no vote)."""
    records = list(_records(f"{RCTAB}/nist_xml_cdf_2/nist_xml_cdf_2.xml"))
    current = [
        s
        for r in records
        for s in r.iterfind("{*}CVRSnapshot")
        if s.get("ObjectId") == r.findtext("{*}CurrentSnapshotId")
    ]
    assert (
        sum(sum(w.values()) for w in totals.ways.values())
        == sum(len(s.findall("{*}CVRContest")) for s in current)
        == 26
    )
    report = _json("nist_xml_cdf_2", "nist_xml_cdf_2_expected_detailed_report.json")
    governor = "For Governor and Lieutenant Governor"
    (marks, under, *_), cards = next(iter(totals.ways[governor].items()))
    assert [(m[0], m[3]) for m in marks] == [("Write-in", False)] and under == 0
    assert cards == int(report["summary"]["totalNumBallots"]) == report["summary"]["undervotes"]
    (marks, _, over, _, _), _ = next(iter(totals.ways["For Treasurer of State"].items()))
    assert [m[3] for m in marks] == [False, False] and over == 1
    assert len(totals.tables["contests"]) == 25 and len({c["contest"] for c in totals.tables["contests"]}) == 25
    assert not totals.tables["rejected"]


def _cases() -> Iterator[Sample]:
    words = "first round and inactive ballots of RCTab's report"
    of = "RCTab's report of the same ballots"
    for case, cards in (
        ("test_set_0_skipped_first_choice", 12), ("test_set_1_exhaust_at_overvote", 15),
        ("test_set_3_skipped_choice_exhaust", 15), ("test_set_4_skipped_choice_next", 15),
        ("test_set_6_duplicate_exhaust", 15), ("test_set_multi_winner_whole_threshold", 30),
    ):  # fmt: skip
        yield _sample(f"{case}/{case}_cvr.json", cards, words, first_round(case))
        yield _sample(f"{case}/{case}_expected_cdf_cvr.json", cards, f"first round of {of}", first_round(case))
    for case, cards in (("batch_example", 100), ("precinct_example", 100), ("test_set_8_multi_cdf", 24)):
        yield _sample(f"{case}/{case}_expected_cdf_cvr.json", cards, f"first round of {of}", first_round(case))
    twice = "test_set_8_multi_cdf/test_set_8_multi_cdf_cvr_"
    for number in (1, 2):
        yield _sample(f"{twice}{number}.json", 12, "half of the first round that RCTab reports of both", _half)


def _half(totals: Totals) -> None:
    totals.ways = {title: Counter({way: 2 * n for way, n in ways.items()}) for title, ways in totals.ways.items()}  # type: ignore[assignment]
    first_round("test_set_8_multi_cdf")(totals)


def _sample(path: str, cards: int, words: str, check: Callable[[Totals], None]) -> Sample:
    return Sample(f"{RCTAB}/{path}", "cdf-cvr", "1.0.0", cards, words, check)


def _aliased(totals: Totals) -> None:
    first_round("aliases_cdf_json")(totals)
    assert [n for n in totals.fact("note") if "does not define" in n], "RCTab leaves ids undefined here"


SAMPLES: tuple[Sample, ...] = (
    *_cases(),
    _sample("_shared/cdf_json", 30, "every ranking of RCTab's conversion to CSV", converted("conversions_from_cdf")),
    _sample(
        "conversions_from_cdf/conversions_from_cdf_expected_cdf_cvr.json", 30,
        "every ranking of RCTab's conversion to CSV", converted("conversions_from_cdf"),
    ),
    _sample(
        "conversions_from_ess/conversions_from_ess_expected_cdf_cvr.json", 10,
        "every ranking of RCTab's conversion to CSV", converted("conversions_from_ess"),
    ),
    _sample(
        "aliases_cdf_json/aliases_cdf_json_expected_cdf_cvr.json", 30,
        "first round of RCTab's report; ids it leaves undefined", _aliased,
    ),
    _sample(UNISYN, 35, "first rounds of three contests in RCTab's reports; all 607 marks by lxml", unisyn),
    _sample("nist_xml_cdf_2/nist_xml_cdf_2.xml", 2, "all contests by lxml; RCTab's report for governor", nist),
)  # fmt: skip
"""RCTab's test data, its commit in SOURCE.txt beside it."""
