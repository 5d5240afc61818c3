"""Official results: MEDSL, OpenElections, counties, San Francisco, Bulgaria, against published totals."""

import csv
import json
import lzma
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from elections.reading import Totals
from elections.samples.sample import Sample
from elections.shared import real
from faircount.read.results import bulgaria


def clean(read: Totals) -> None:
    assert read.tables["rejected"] == []


def votes(read: Totals, contest: str, choice: str, **where: Any) -> int:
    return read.reported(contest=contest, choice=choice, measure="votes", **where)


# ---- MEDSL 2018 ------------------------------------------------------------------------------------------------------
def medsl(
    rows: int, total: int, precincts: int, state: str, truth: dict[tuple[str, str], int]
) -> Callable[[Totals], None]:
    """Rows, votes of all rows and distinct (county, precinct) were counted with the `csv` module alone."""

    def check(read: Totals) -> None:
        clean(read)
        assert read.tables["files"][0]["records"] == len(read.tables["reported"]) == rows
        assert read.reported() == total
        places = {(r["jurisdiction"], r["precinct"].rpartition(" · ")[2]) for r in read.tables["reported"]}
        assert len(places) == precincts and read.fact("jurisdiction") == [state]
        assert {key: votes(read, *key) for key in truth} == truth

    return check


# ---- OpenElections ---------------------------------------------------------------------------------------------------
def georgia_runoff(read: Totals) -> None:
    clean(read)
    plain: Counter[str] = Counter()
    with real("results", "georgia-2021-runoff", "20210105__ga__runoff.csv").open(encoding="utf-8", newline="") as file:
        for cells in csv.DictReader(file):
            plain[cells["candidate"]] += sum(int(cells[c] or 0) for c in cells if c.endswith("_votes"))
    found: Counter[str] = Counter()
    for row in read.tables["reported"]:
        found[row["choice"]] += row["count"]
    assert found == plain and sum(found.values()) > 13_000_000
    assert read.tables["files"][0]["records"] == 15_666
    assert "Public Service Commissioner District 4" in {row["contest"] for row in read.tables["reported"]}
    groups = {row["counting_group"] for row in read.tables["reported"]}
    assert groups == {"Election Day", "Advanced", "Absentee By Mail", "Provisional"}


def antrim_certified(read: Totals) -> None:
    clean(read)
    with real("incidents", "antrim-2020", "antrim.json").open(encoding="utf-8") as file:
        [certified] = [stage for stage in json.load(file)["stages"] if stage["status"] == "certified"]
    found: Counter[str] = Counter()
    for row in read.tables["reported"]:
        if row["contest"] == "President and Vice President" and row["measure"] == "votes":
            for name in certified["votes"]:
                found[name] += row["count"] * (f"{name} /" in row["choice"])
    assert found == certified["votes"] == {"Trump": 9748, "Biden": 5960, "Jorgensen": 189}
    turnout = {row["measure"] for row in read.tables["turnout"]}
    assert turnout == {"registered", "ballots_cast"} and len(read.tables["turnout"]) == 44


# ---- the county table ------------------------------------------------------------------------------------------------
def counties_2020(read: Totals) -> None:
    clean(read)
    sums = Counter[tuple[str, str]]()
    for row in read.tables["reported"]:
        sums[row["jurisdiction"], row["choice"]] += row["count"]
    # Georgia and Nebraska equal the official totals; Maine's late ballots are missing from this table.
    assert sums["Georgia", "DEM"] == 2_473_633 and sums["Georgia", "GOP"] == 2_461_854
    assert sums["Nebraska", "DEM"] == 374_583
    assert sums["Maine", "DEM"] < 435_072
    assert len(read.tables["reported"]) == 3 * 3152


def counties_2016(read: Totals) -> None:
    """Alaska, known only as a whole, stands there once for each of its 29 codes."""
    clean(read)
    alaska = [(r["choice"], r["count"]) for r in read.tables["reported"] if r["jurisdiction"] == "AK"]
    assert alaska == [("GOP", 130_413), ("DEM", 93_003), ("OTHER", 23_172)]
    assert any(note.startswith("28 rows left out") for note in read.fact("note"))


# ---- San Francisco ---------------------------------------------------------------------------------------------------
def san_francisco(read: Totals) -> None:
    clean(read)
    turnout, reported = read.tables["turnout"], read.tables["reported"]
    stated = {(row["measure"], row["counting_group"]): row["count"] for row in turnout}
    assert stated["registered", None] == 522_265 and stated["ballots_cast", None] == 412_231
    assert stated["cards_cast", None] == 1_641_744 and stated["ballots_cast", "Vote by Mail"] == 353_543
    assert votes(read, "MAYOR", "DANIEL LURIE", counting_group=None) == 102_547
    assert votes(read, "MAYOR", "MARC ROTH", counting_group="Vote by Mail") == 3
    assert len({row["contest"] for row in reported}) == 53
    assert all(row["contest"] == row["contest"].strip() and row["choice"] != "" for row in reported)
    # The report balances: groups add up to totals, and votes, undervotes and overvotes to ballots × votes allowed.
    balance: Counter[Any] = Counter()
    sums: dict[str, Counter[str]] = {}
    for row in reported:
        if row["measure"] != "registered":
            balance[row["contest"], row["choice"], row["measure"]] += row["count"] * (
                1 if row["counting_group"] else -1
            )
        if row["counting_group"] is None:
            sums.setdefault(row["contest"], Counter())[row["measure"]] += row["count"]
    assert not any(balance.values())
    each = {
        Fraction(s["votes"] + s["undervotes"] + s["overvotes"], s["ballots_cast"])
        for s in sums.values() if s["ballots_cast"]
    }  # fmt: skip
    assert each == {1, 4}
    assert read.fact("precincts_reported") == ["514 of 514 (1)"] and not read.fact("partial")


# ---- Bulgaria --------------------------------------------------------------------------------------------------------
def bulgaria_2021(read: Totals) -> None:
    clean(read)
    claims: dict[str, Counter[tuple[str, str]]] = {"protocol": Counter(), "machine data": Counter()}
    for row in read.tables["reported"]:
        if row["contest"] == bulgaria.MACHINE and row["measure"] == "votes":
            claims[row["claim"]][row["precinct"], row["choice"]] += row["count"]
    protocol, machine = claims.values()
    both = {section for section, _ in protocol} & {section for section, _ in machine}
    differ = {cell: abs(protocol[cell] - machine[cell]) for cell in {*protocol, *machine} if cell[0] in both}
    differ = {cell: votes for cell, votes in differ.items() if votes}
    assert (len({section for section, _ in differ}), len(differ), sum(differ.values())) == (6, 47, 415)
    assert Counter((row["contest"], row["claim"], row["measure"]) for row in read.tables["reported"]) == {
        (bulgaria.MACHINE, "protocol", "votes"): 232_660,
        (bulgaria.MACHINE, "protocol", "ballots_cast"): 13_005,
        (bulgaria.MACHINE, "machine data", "votes"): 226_597,
        (bulgaria.PAPER, "protocol", "votes"): 81_523,
        (bulgaria.PAPER, "protocol", "ballots_cast"): 13_005,
    }
    name = "50_votes_machine.csv.xz"
    data = lzma.decompress(real("reconcile", "bulgaria-2021-07-11", name).read_bytes())
    assert [row["bytes"] for row in read.tables["files"] if row["name"] == name] == [len(data)]
    assert any(note.startswith("not read: 30_sections_with_failed_machine.csv, LICENSE") for note in read.fact("note"))
    registered = {
        row["precinct"]: row["count"] for row in read.tables["turnout"]
        if row["measure"] == "registered" and row["counting_group"] is None
    }  # fmt: skip
    voted = [(row["precinct"], row["count"]) for row in read.tables["turnout"] if row["measure"] == "checked_in"]
    assert sum(count > registered[section] for section, count in voted) == 14


_MEDSL = "results/medsl-2018/2018-{}-precinct-general.zip"
_COUNTIES = "results/us-county-president/{}_US_County_Level_Presidential_Results.csv"
SAMPLES: tuple[Sample, ...] = (
    Sample(
        _MEDSL.format("co"), "medsl-csv", "county_name layout", 0,
        "246,653 rows, 3,136 precincts; governor: Polis 1,348,888, Stapleton 1,080,801 as certified",
        medsl(246_653, 78_407_644, 3_136, "CO", {
            ("GOVERNOR", "JARED POLIS / DIANNE PRIMAVERA"): 1_348_888,
            ("GOVERNOR", "WALKER STAPLETON / LANG SIAS"): 1_080_801,
        }),
    ),
    Sample(
        _MEDSL.format("ga"), "medsl-csv", "county_name layout", 0,
        "523,803 rows, 2,634 precincts by county; Kemp 1,978,408 as certified, over four ways of voting",
        medsl(523_803, 75_395_971, 2_634, "GA", {("GOVERNOR", "BRIAN KEMP"): 1_978_408}),
    ),
    Sample(
        _MEDSL.format("pa"), "medsl-csv", "county_name layout", 0,
        "114,200 rows, 9,184 precincts and the sum of all their votes, by another count of the file",
        medsl(114_200, 22_048_543, 9_184, "PA", {}),
    ),
    Sample(
        _MEDSL.format("wi"), "medsl-csv", "county layout", 0,
        "121,343 rows, 3,681 wards by county; Baldwin 1,472,914 as certified",
        medsl(121_343, 19_480_254, 3_681, "WI", {("US Senate", "Tammy Baldwin"): 1_472_914}),
    ),
    Sample(
        "results/georgia-2021-runoff", "openelections-csv", "", 0,
        "15,666 rows; every candidate's votes over four ways of voting, by another count of the file", georgia_runoff,
    ),
    Sample(
        "incidents/antrim-2020/20201103__mi__general__antrim__precinct.csv", "openelections-csv", "", 0,
        "Antrim County as certified on 21 November 2020: Trump 9,748, Biden 5,960, Jorgensen 189", antrim_certified,
    ),
    Sample(
        _COUNTIES.format(2020), "county-table", "state_name layout", 0,
        "3,152 counties; Georgia and Nebraska equal the official totals, Maine is short of its late ballots",
        counties_2020,
    ),
    Sample(
        _COUNTIES.format(2016), "county-table", "state_abbr layout", 0,
        "Alaska once, not once for each of its 29 codes", counties_2016,
    ),
    Sample(
        "cvr/sf2024-general-partial/summary.xml", "sf-summary-xml", "", 0,
        "412,231 ballots, Lurie 102,547; all 53 contests balance: votes, undervotes and overvotes are ballots × votes",
        san_francisco,
    ),
    Sample(
        "reconcile/bulgaria-2021-07-11", "bulgaria-opendata", "", 0,
        "protocols and machines differ in 6 sections, 47 cells and 415 votes, as published", bulgaria_2021,
    ),
)  # fmt: skip
