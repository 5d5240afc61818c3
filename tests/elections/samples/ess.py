"""ES&S exports and tables of rankings: real votes of three cities, and the test decks of a public tabulator.

The first round is held against reports that another program wrote (RCTab) or a city published, by the few lines of
`round_one`, which read the rules from that program's own configuration.
"""

import csv
import json
from collections import Counter
from typing import Any

from elections.reading import Totals
from elections.samples.sample import Sample
from elections.shared import DATA

RCTAB = "cvr/rctab"
JEFFERSON = "cvr/jefferson-co-2015-ess"
MINNEAPOLIS = "rcv/minneapolis-2017/minneapolis2017_cvr.zip"
POOL = "Undeclared Write-ins"


def round_one(
    found: Totals, title: str, *, overvotes: str = "alwaysSkipToNextRank", skips: int = 99, out: tuple[str, ...] = ()
) -> Counter[str]:
    """Return choice → cards that it gets first; `-overvotes` and `-skipped` are cards that leave before any."""
    write_ins = {c["choice"] for c in found.tables["choices"] if c["contest"] == title and c["kind"] == "write-in"}
    tally: Counter[str] = Counter()
    for (marks, _, _, overvoted, _), cards in found.ways[title].items():
        places: dict[int, set[str]] = {rank: set() for rank in overvoted}
        for choice, rank, *_ in marks:
            places.setdefault(rank, set()).add(POOL if choice in write_ins else choice)
        last = 0
        for rank in sorted(places):
            if rank - last - 1 > skips:
                tally["-skipped"] += cards
                break
            last = rank
            left = places[rank] - set(out)
            if len(places[rank]) == 1 and left:
                tally[min(left)] += cards
                break
            if overvotes == "exhaustIfMultipleContinuing" and len(left) == 1:
                tally[min(left)] += cards
                break
            if len(places[rank]) != 1 and overvotes.startswith("exhaust"):
                tally["-overvotes"] += cards
                break
    return tally


def _report(case: str, number: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
    folder = DATA / RCTAB / case
    config = json.loads((folder / f"{case}_config.json").read_text("utf-8"))
    name = f"{case}{number}_expected_detailed_report.json"
    return config, json.loads((folder / name).read_text("utf-8"))


def _holds(title: str, *cases: str, phantoms: int = 0) -> Any:
    """Return a check against the first round of the reports of these cases.

    `phantoms`: empty rows that RCTab counts as ballots and that are none.
    """

    def check(found: Totals) -> None:
        assert found.tables["rejected"] == []
        for case in cases:
            config, report = _report(case, "_1" if case == "sequential_with_batch" else "")
            rules = config["rules"]
            most = str(rules["maxSkippedRanksAllowed"])
            tally = round_one(
                found, title, overvotes=rules["overvoteRule"], skips=int(most) if most.isdecimal() else 99,
                out=tuple(c["name"] for c in config["candidates"] if c.get("excluded")),
            )  # fmt: skip
            first = report["results"][0]
            expected = {_short(name): int(votes) for name, votes in first["tally"].items()}
            assert {name: tally[name] for name in expected} == expected, case
            left = {"-overvotes": "overvotes", "-skipped": "skippedRankings"}
            for ours, theirs in left.items():
                assert tally[ours] == int(first["inactiveBallots"][theirs]), (case, theirs)
            assert found.cards + phantoms == int(report["summary"]["totalNumBallots"]), case

    return check


def _short(name: str) -> str:
    """Return the name in the input: these reports spell `A` as `Candidate A Name`."""
    return name.removeprefix("Candidate ").removesuffix(" Name") if name.startswith("Candidate ") else name


def _at(place: str, format_: str, cards: int, title: str, *cases: str, phantoms: int = 0) -> Sample:
    names = " and ".join(cases)
    return Sample(
        f"{RCTAB}/{place}", format_, "", cards,
        f"ballots, first round and inactive ballots = RCTab's expected report of {names}"
        + (f" (which counts {phantoms} empty rows as ballots)" if phantoms else ""),
        _holds(title, *cases, phantoms=phantoms),
    )  # fmt: skip


def _case(case: str, format_: str, cards: int, title: str = "", phantoms: int = 0) -> Sample:
    ending = "csv" if case in ("generic_csv_test", "csv_missing_header_test") else "xlsx"
    return _at(f"{case}/{case}_cvr.{ending}", format_, cards, title or f"{case}_cvr", case, phantoms=phantoms)


def _five_ballots(found: Totals) -> None:
    """Four lines of a table that anybody can read: all rank A, B, C, and one of five D after them."""
    assert dict(found.ways["max_ranking_enforcement_cvr"]) == {
        (tuple((f"Candidate {c}", n, None, None, False, ()) for n, c in enumerate(said, 1)), None, None, (), ()): cards
        for said, cards in (("ABCD", 1), ("ABC", 4))
    }


def _jefferson(found: Totals) -> None:
    """Every cell of the file, column by column, by the standard library."""
    with (DATA / JEFFERSON / "ess-test.cvr").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    titles = [name for name in rows[0] if name.isupper() or "2A" in name]
    merged = "OFFICE CITY COUNCILLOR WESTMINSTER"
    for title in titles:
        if title.startswith(merged):
            continue
        cells = Counter(row[title] for row in rows if row[title])
        assert found.cards_of(title) == cells.total(), title
        cells.pop("undervote", None)
        assert found.firsts(title) == dict(cells), title
    together = Counter(row[f"{merged} {n}"] for row in rows for n in (1, 2, 3) if row[f"{merged} {n}"])
    under = together.pop("undervote", 0)
    assert found.firsts(merged) == dict(together)
    assert sum(way[1] * cards for way, cards in found.ways[merged].items()) == under
    assert len(found.tables["contests"]) == len(titles) - 2
    assert found.tables["rejected"] == []


def _minneapolis(found: Totals) -> None:
    """The published rounds of the mayor's contest, and the rows of every contest."""
    with (DATA / "rcv/minneapolis-2017/Minneapolis_2017_Mayor_tab1.csv").open(newline="", encoding="utf-8") as lines:
        published = {row["candidate"]: round(float(row["r1_count"])) for row in csv.DictReader(lines)}
    title = "2017-mayor-cvr"
    tally = round_one(found, title)
    tally["writein"] = tally.pop(POOL)
    names = published.keys() - {"exhaust", "colsum"}
    assert {name: tally[name] for name in names} == {name: published[name] for name in names}
    blank = sum(
        cards for (marks, _, _, overvoted, _), cards in found.ways[title].items() if not marks and not overvoted
    )
    assert found.cards_of(title) - blank == published["colsum"] == 104_559
    rows = {"boe": 105_928, "mayor": 105_928, "park-at-large": 105_928, "park-district-4": 18_167}
    rows |= {"park-district-5": 20_615, "ward-9": 5_650}
    assert {f"2017-{name}-cvr": n for name, n in rows.items()} == {t: found.cards_of(t) for t in found.ways}
    assert found.tables["rejected"] == []


def _real(place: str, cards: int, title: str, *cases: str) -> Sample:
    return _at(place, "ess", cards, title, *cases)


_PARK = "PARK AND RECREATION COMMISSIONER AT LARGE MINNEAPOLIS"
SAMPLES: tuple[Sample, ...] = (
    _real("2013_minneapolis_mayor/2013_minneapolis_mayor_cvr.xlsx", 80_101, "MAYOR MINNEAPOLIS",
          "2013_minneapolis_mayor"),
    _real("_shared/2013_minneapolis_park_cvr.xlsx", 80_101, _PARK, "2013_minneapolis_park"),
    _real("2015_portland_mayor/2015_portland_mayor_cvr.xlsx", 99, "For Mayor", "2015_portland_mayor"),
    _case("continue_tabulation_test", "ess", 18, "For Mayor"),
    _case("first_round_determines_threshold_test", "ess", 16, "For Mayor", phantoms=3),
    _case("duplicate_test", "ess", 11),
    _case("tiebreak_generate_permutation_test", "ess", 8),
    _at("_shared/simple_ess_cvr.xlsx", "ess", 10, "simple_ess_cvr", "tiebreak_use_permutation_in_config_test"),
    _at("_shared/tiebreak_cvr.xlsx", "ess", 9, "tiebreak_cvr", "tiebreak_seed_test", "stop_tabulation_early_test"),
    _at("_shared/simple_sequential_cvr.xlsx", "rank-matrix", 9, "simple_sequential_cvr", "sequential_with_batch"),
    _at("_shared/bottoms_up_cvr.xlsx", "rank-matrix", 27, "bottoms_up_cvr",
        "multi_seat_bottoms_up_with_dynamic_threshold", "multi_seat_bottoms_up_with_cutoff_eliminate"),
    _case("batch_example", "rank-matrix", 100),
    _case("precinct_example", "rank-matrix", 100),
    _case("missing_precinct_example", "rank-matrix", 4),
    _case("continue_until_two_with_batch_elimination_test", "rank-matrix", 100),
    _case("csv_missing_header_test", "rank-matrix", 26),
    _case("generic_csv_test", "rank-matrix", 26),
    _case("exhaust_if_multiple_continuing", "rank-matrix", 9),
    _case("test_set_overvote_delimiter", "rank-matrix", 9),
    _case("minneapolis_multi_seat_threshold", "rank-matrix", 30),
    _case("multi_seat_uwi_test", "rank-matrix", 15),
    _case("skip_to_next_test", "rank-matrix", 15),
    _case("test_set_0_skipped_first_choice", "rank-matrix", 12),
    _case("test_set_1_exhaust_at_overvote", "rank-matrix", 15),
    _case("test_set_3_skipped_choice_exhaust", "rank-matrix", 15),
    _case("test_set_4_skipped_choice_next", "rank-matrix", 15),
    _case("test_set_6_duplicate_exhaust", "rank-matrix", 15),
    _case("test_set_multi_winner_whole_threshold", "rank-matrix", 30),
    Sample(f"{RCTAB}/max_ranking_enforcement/max_ranking_enforcement_cvr.csv", "rank-matrix", "", 5,
           "the five ballots, by eye", _five_ballots),
    Sample(JEFFERSON, "ess", "", 100, "all cells by contest, summed by the standard library", _jefferson),
    Sample(MINNEAPOLIS, "rank-matrix", "", 362_216, "first round of the mayor = the city's; rows of all six contests",
           _minneapolis),
)  # fmt: skip
