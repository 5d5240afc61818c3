"""Records of governments held against one another: what is known to agree agrees, what is known to differ is shown."""

from pathlib import Path

import pytest

from elections.shared import real
from faircount.app.ingest import ingest
from faircount.app.opened import Opened, RuleChange
from faircount.app.reconciling import reconcile
from faircount.app.recounting import recount
from faircount.model import Finding, Status
from faircount.store import Workspace

ROOT = Path(__file__).resolve().parents[2]


def opened(folder: Path, *exports: Path) -> Opened:
    space = Workspace.create(folder / "election")
    ingest(space, list(exports), jobs=1)
    return Opened(space.root)


def finding(of: Opened, number: str) -> Finding:
    [found] = reconcile(of, (number,)).report.findings
    return found


def rows(found: Finding) -> list[dict[str, object]]:
    return [dict(zip(found.evidence.columns, row, strict=True)) for row in found.evidence.rows]


def test_colorado_2020_manifests_against_the_states_comparison(tmp_path: Path) -> None:
    """63 county manifests; six batches stand on one side only, and Gunnison is not in the comparison at all."""
    folder = real("rla", "colorado-2020-general")
    manifests, comparison = folder / "manifests", folder / "batch_count_comparison.csv"
    of = opened(tmp_path, manifests, comparison)
    [source] = [s for s in of.election.sources if s.format == "manifest-csv"]
    assert source.files == 63
    assert of.engine.ask("select count(*), sum(cards) from manifest where claim = 'manifest'").rows == (
        (49_767, 4_125_823),
    )
    found = finding(of, "R18")
    assert found.status is Status.FAIL
    assert "6 of 49,541" in found.found
    assert "230 batches are of places that one side leaves out" in found.found
    places = [(r["jurisdiction"], r["batch"]) for r in rows(found)]
    assert places == [("Douglas", "GEn-2045"), ("Douglas", "Gen-2026"), *(("Teller", str(n)) for n in range(682, 686))]
    assert all(r["difference"] == 0 for r in rows(found))  # where both sides count, they agree
    assert finding(of, "R04").status is Status.PASS


def test_bulgaria_july_2021_protocols_against_machines(tmp_path: Path) -> None:
    """Exactly 6 sections, 47 cells, 415 votes differ; sections without machine data are not compared."""
    found = finding(opened(tmp_path, real("reconcile", "bulgaria-2021-07-11")), "R12")
    assert found.status is Status.FAIL
    differing = rows(found)
    assert found.disagreements == len(differing) == 47
    assert len({(r["jurisdiction"], r["precinct"]) for r in differing}) == 6
    assert sum(int(str(r["difference"])) for r in differing) == 415


@pytest.mark.slow
def test_medsl_2018_sums_are_the_official_ones(tmp_path: Path) -> None:
    of = opened(
        tmp_path,
        real("results", "medsl-2018", "2018-ga-precinct-general.zip"),
        real("results", "medsl-2018", "2018-wi-precinct-general.zip"),
    )
    query = "select sum(count)::bigint from reported where contest = ? and choice = ? and measure = 'votes'"
    assert of.engine.ask(query, ["GOVERNOR", "BRIAN KEMP"]).rows == ((1_978_408,),)
    assert of.engine.ask(query, ["US Senate", "Tammy Baldwin"]).rows == ((1_472_914,),)


def test_the_county_table_of_2020_differs_from_the_official_in_maine_only(tmp_path: Path) -> None:
    table = real("results", "us-county-president", "2020_US_County_Level_Presidential_Results.csv")
    found = finding(opened(tmp_path, table, ROOT / "examples" / "president-2020-official.csv"), "R12")
    assert found.status is Status.FAIL
    assert "2 of 6 figures" in found.found
    differing = {(r["jurisdiction"], r["choice"]): (r["lowest"], r["highest"]) for r in rows(found)}
    assert differing == {("Maine", "DEM"): (430_473, 435_072), ("Maine", "GOP"): (359_899, 360_737)}


def test_clear_creek_2016_and_single_batches(tmp_path: Path) -> None:
    """The oldest layout, without cards; and lone files, whose contests are known only by number."""
    of = opened(tmp_path / "a", real("cvr", "clear-creek-co-2016-primary", "CVR_Export_20160713143950.zip"))
    assert of.engine.ask("select count(*) from cards").rows == ((1_344,),)
    counted, missing = recount(of)
    assert (len(counted), [m.title for m in missing]) == (14, ["State Representative - District 13 - REP"])
    assert "no source lists its choices" in missing[0].reason
    for number, (name, ballots, cards) in enumerate(
        (("CvrExport_AZ-999.json", 198, 198), ("CvrExport_42.json", 118, 118), ("CvrExport_24940.json", 5, 19))
    ):
        of = opened(tmp_path / f"b{number}", real("cvr", "dominion-single-batches", name))
        assert of.engine.ask("select count(distinct ballot), count(*) from cards").rows == ((ballots, cards),)
        [reason] = [r[0] for r in of.engine.ask("select value from facts where name = 'partial'").rows]
        assert "without its manifests" in reason
        assert finding(of, "R17").status is Status.FAIL
        assert recount(of)[0]


def test_new_south_wales_2021_griffith(tmp_path: Path) -> None:
    """14,179 ballots; the last two are Curran with 7,062 and Napoli with 3,456."""
    folder = real("rla", "nsw-2021-irv-mayors")
    of = opened(tmp_path, folder / "City_of_Griffith_Mayoral.csv", folder / "City_of_Griffith_Mayoral.manifest.csv")
    [result] = recount(of, change=RuleChange(options=(("until_two", "yes"),)))[0]
    assert result.cards == 14_179
    last = result.transcript.rounds[-1]
    standing = {c.name.split()[0]: v for c, v in zip(result.contest.choices, last.votes, strict=True) if v}
    assert {name.title(): votes for name, votes in standing.items()} == {"Curran": 7_062, "Napoli": 3_456}
    assert finding(of, "R01").status is Status.PASS
