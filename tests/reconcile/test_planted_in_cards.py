"""One disagreement planted among cards, batches and files: the check sees it, counts it and names it."""

from typing import Any

import pytest
from reconcile.small_world import COUNCIL, COUNTY, CVR, MAYOR, SUMMARY, World, clean_world

from faircount.model import Finding, Status
from faircount.reconcile import CHECKS


@pytest.fixture
def world() -> World:
    return clean_world()


def found(world: World, name: str, disagreements: int) -> list[dict[str, Any]]:
    """Ask one check, which must fail with so many disagreements; return its evidence."""
    finding = world.ask(CHECKS[name])
    assert (finding.status, finding.disagreements) == (Status.FAIL, disagreements), finding
    return rows(finding)


def rows(finding: Finding) -> list[dict[str, Any]]:
    assert not {"compared", "disagreements"} & set(finding.evidence.columns)
    return [dict(zip(finding.evidence.columns, row, strict=True)) for row in finding.evidence.rows]


def passes(world: World, name: str) -> str:
    finding = world.ask(CHECKS[name])
    assert finding.status is Status.PASS, finding
    assert finding.evidence.rows == ()
    return finding.found


# ---- R01 ---------------------------------------------------------------------
def test_a_card_too_many_in_the_manifest(world: World) -> None:
    world.find("manifest", claim="manifest", tabulator="001", batch="2")["cards"] = 13
    [row] = found(world, "manifest-v-cards", 1)
    assert (row["jurisdiction"], row["batch"], row["cards_manifest"], row["cards_read"]) == ("Adams", "2", 13, 12)
    assert row["difference"] == -1


def test_a_batch_in_one_record_only(world: World) -> None:
    world.drop("manifest", claim="manifest", tabulator="001", batch="2")
    [row] = found(world, "manifest-v-cards", 1)
    assert (row["tabulator"], row["cards_manifest"], row["cards_read"]) == ("1", None, 12)


def test_an_empty_batch_of_the_manifest_needs_no_cards(world: World) -> None:
    empty = {"source": COUNTY, "jurisdiction": "Adams", "tabulator": "9", "batch": "1", "cards": 0, "row": 5}
    world["manifest"].append(empty | {"claim": "manifest"})
    assert passes(world, "manifest-v-cards") == "All 5 batches agree with the manifest."
    world["manifest"][-1]["cards"] = 1
    assert found(world, "manifest-v-cards", 1)[0]["cards_read"] == 0


def test_a_manifest_without_jurisdictions_and_tabulators_is_compared_by_what_it_has(world: World) -> None:
    for row in world["manifest"]:
        row["jurisdiction"] = None
    passes(world, "manifest-v-cards")
    for number, row in enumerate(world["manifest"]):
        row["tabulator"], row["batch"] = None, f"{number % 4}"
    for number, card in enumerate(world["cards"]):
        card["batch"] = f"{number // 12}"
    passes(world, "manifest-v-cards")


def test_batches_of_another_county_are_not_compared_and_said_so(world: World) -> None:
    other = {"source": COUNTY, "jurisdiction": "Boulder", "tabulator": "1", "batch": "1", "cards": 7, "row": 5}
    world["manifest"].append(other | {"claim": "manifest"})
    assert "1 batch belongs to a jurisdiction" in passes(world, "manifest-v-cards")


def test_a_part_may_hold_less_but_not_more_than_the_manifest(world: World) -> None:
    world["facts"].append({"source": CVR, "name": "partial", "value": "one precinct only"})
    row = world.find("manifest", claim="manifest", tabulator="001", batch="2")
    row["cards"] = 13
    assert "only a part of the whole" in passes(world, "manifest-v-cards")
    row["cards"] = 11
    assert found(world, "manifest-v-cards", 1)[0]["difference"] == 1


# ---- R02 ---------------------------------------------------------------------
def test_ballots_cast_misreported_in_a_precinct_and_the_total(world: World) -> None:
    for row in world["turnout"]:
        if row["measure"] == "ballots_cast" and row["precinct"] != "Precinct 2":
            row["count"] -= 1
    for row in found(world, "cards-v-ballots", 2):
        assert (row["question"], row["stated"], row["read"], row["difference"]) == ("ballots cast", 47, 48, 1)


def test_a_sheet_twice_in_one_ballot(world: World) -> None:
    world["cards"][7]["ballot"] = 6
    for row in world["turnout"]:
        if row["measure"] == "ballots_cast" and row["precinct"] != "Precinct 1":
            row["count"] -= 1
    [row] = found(world, "cards-v-ballots", 1)
    assert (row["question"], row["ballot"], row["sheet"], row["batch"]) == ("sheet twice in one ballot", 6, 1, "1")


def test_sheets_alone_are_not_a_comparison_with_ballots_cast(world: World) -> None:
    world["turnout"].clear()
    finding = world.ask(CHECKS["cards-v-ballots"])
    assert finding.status is Status.NOT_CHECKED
    assert finding.found.startswith("No number of ballots or cards cast was read")


# ---- R03 ---------------------------------------------------------------------
def test_a_card_twice_is_counted_once_though_place_and_number_both_recur(world: World) -> None:
    world.add_card(48, tabulator="1", batch="1", position=4, imprinted_id="000003", counting_group="Mail", file=0)
    [row] = found(world, "card-once", 1)
    assert (row["tabulator"], row["batch"], row["position"], row["same_position"]) == ("1", "1", 4, 2)
    assert (row["imprinted_id"], row["same_imprinted_id"], row["file"]) == ("000003", 2, "CvrExport_0.json")


def test_the_sheets_of_one_ballot_share_their_place(world: World) -> None:
    world.add_card(48, ballot=3, sheet=2, tabulator="1", batch="1", position=4, imprinted_id="000003")
    passes(world, "card-once")


def test_cards_of_a_copied_file_are_the_business_of_another_check(world: World) -> None:
    world["files"].append(world.find("files", name="CvrExport_0.json") | {"file": 4, "name": "again.json"})
    for number in range(12):
        world.add_card(48 + number, tabulator="1", batch="1", imprinted_id=f"{number:06}", file=4)
    passes(world, "card-once")
    [row] = found(world, "file-once", 1)
    assert (row["name"], row["same_as"]) == ("again.json", "CvrExport_0.json")


def test_cards_without_a_place_are_not_checked(world: World) -> None:
    for card in world["cards"]:
        card["position"] = card["imprinted_id"] = None
    assert world.ask(CHECKS["card-once"]).status is Status.NOT_CHECKED
    assert world.ask(CHECKS["no-gaps"]).status is Status.NOT_CHECKED


# ---- R04 ---------------------------------------------------------------------
def test_a_batch_listed_twice(world: World) -> None:
    world["manifest"].append(world.find("manifest", claim="manifest", tabulator="001", batch="2") | {"row": 5})
    [row] = found(world, "batch-once", 1)
    assert (row["found"], row["batch"], row["times"]) == ("listed more than once in the manifest", "2", 2)
    passes(world, "manifest-v-cards")


def test_a_list_of_two_counties_is_not_counted_as_one(world: World) -> None:
    for table in ("cards", "votes"):
        world[table].clear()
    world["manifest"].extend([row | {"jurisdiction": "Boulder"} for row in world["manifest"]])
    assert passes(world, "batch-once").startswith("All 8 batches occur once. No batch of cards was read")


def test_a_batch_scanned_twice(world: World) -> None:
    votes = list(world["votes"])
    for number in range(12, 24):
        world.add_card(36 + number, tabulator="1", batch="3", position=1 + number % 12, imprinted_id=None, file=9)
        again = [vote | {"card": 36 + number} for vote in votes if vote["card"] == number]
        world["votes"].extend(again)
    [row] = found(world, "batch-once", 1)
    assert (row["tabulator"], row["batch"], row["other_batch"], row["cards"]) == ("1", "3", "2", 12)


def test_the_same_cards_in_another_order_are_another_batch(world: World) -> None:
    votes = list(world["votes"])
    for number in range(12, 24):
        world.add_card(
            36 + number, tabulator="1", batch="3", position=None, imprinted_id=None, file=9, record=30 - number
        )
        world["votes"].extend(vote | {"card": 36 + number} for vote in votes if vote["card"] == number)
    passes(world, "batch-once")


# ---- R05 ---------------------------------------------------------------------
def test_definitions_that_two_exports_share_are_read_twice_without_harm(world: World) -> None:
    for number in (5, 6):
        contests = {"source": CVR, "file": number, "name": f"{number}.json", "sha256": "same", "bytes": 9, "records": 2}
        world["files"].append(contests)
    passes(world, "file-once")


def test_results_read_under_two_names(world: World) -> None:
    world["files"].append(world.find("files", source=SUMMARY) | {"source": "sum9", "name": "summary (1).xml"})
    assert found(world, "file-once", 1)[0]["same_as"] == "summary.xml"


def test_a_batch_in_two_sources(world: World) -> None:
    world["cards"][0]["source"] = "cvr8"
    [row] = found(world, "file-once", 1)
    assert (row["found"], row["tabulator"], row["batch"]) == ("batch in more than one source", "1", "1")


# ---- R06 ---------------------------------------------------------------------
def test_a_gap_in_the_positions(world: World) -> None:
    world["cards"][23]["position"] = 14
    [row] = found(world, "no-gaps", 1)
    assert (row["batch"], row["first_position"], row["last_position"], row["missing"]) == ("2", 1, 14, 2)
    assert row["first_missing"] == 12


def test_numbers_may_start_anywhere_and_parts_may_have_gaps(world: World) -> None:
    for card in world["cards"]:
        card["position"] += 100
    passes(world, "no-gaps")
    world["cards"][5]["position"] = 300
    world["facts"].append({"source": CVR, "name": "partial", "value": "cards of one contest only"})
    finding = world.ask(CHECKS["no-gaps"])
    assert finding.status is Status.NOT_CHECKED and "4 batches come from exports that are only parts" in finding.found


def test_random_numbers_show_no_gaps(world: World) -> None:
    for card in world["cards"][:12]:
        card["position"] = card["position"] * 7919
    assert "1 batch is numbered at random" in passes(world, "no-gaps")


# ---- R07 ---------------------------------------------------------------------
def test_a_contest_missing_from_a_card(world: World) -> None:
    patterns = {p["pattern"]: p["contest"] for p in world["patterns"]}
    world.rows["votes"] = [
        v for v in world["votes"] if not (v["card"] == 30 and patterns[v["pattern"]] == COUNCIL)
    ]  # fmt: skip
    [row] = found(world, "style-v-contests", 1)
    assert (row["card"], row["contest"], row["found"][:5]) == (30, COUNCIL, "lacks")


def test_a_contest_that_the_style_does_not_list(world: World) -> None:
    world["cards"][30]["style"] = "B"
    [row] = found(world, "style-v-contests", 1)
    assert (row["card"], row["contest"], row["found"][:5]) == (30, COUNCIL, "holds")


def test_cards_are_compared_with_their_like_where_no_style_is_listed(world: World) -> None:
    world["styles"].clear()
    assert "No list of each style's contests was read" in passes(world, "style-v-contests")
    world.drop("votes", card=30)
    assert [row["contest"] for row in found(world, "style-v-contests", 1)] == [MAYOR, COUNCIL]


# ---- R15 ---------------------------------------------------------------------
def test_marks_that_do_not_add_up_are_weighed_by_cards(world: World) -> None:
    pattern = next(p for p in world["patterns"] if p["contest"] == MAYOR and not p["marks"])
    bearing = sum(v["pattern"] == pattern["pattern"] for v in world["votes"])
    assert bearing == 12
    pattern["undervotes"] = 2
    [row] = found(world, "marks-balance", 12)
    assert (row["contest"], row["marked"], row["undervotes"], row["total"], row["cards"]) == (MAYOR, 0, 2, 2, 12)


def test_ranked_contests_and_silent_exports_are_not_added_up(world: World) -> None:
    world.find("contests", contest=MAYOR)["ranks"] = 3
    for pattern in world["patterns"]:
        if pattern["contest"] == COUNCIL:
            pattern["overvotes"] = None
    assert world.ask(CHECKS["marks-balance"]).status is Status.NOT_CHECKED


# ---- R16, R17, R18 -------------------------------------------------------------
def test_a_rejected_row(world: World) -> None:
    world["rejected"].append(
        {"source": SUMMARY, "file": "t.csv", "row": 7, "column": "count", "value": "n/a", "rule": "a count is a number"}
    )
    [row] = found(world, "rejected-rows", 1)
    assert (row["file"], row["row"], row["value"]) == ("t.csv", 7, "n/a")
    assert world.ask(CHECKS["rejected-rows"]).found == "1 of 79 rows could not be read."


def test_an_export_that_is_a_part(world: World) -> None:
    world["facts"].append({"source": CVR, "name": "partial", "value": "one precinct only"})
    [row] = found(world, "whole-export", 1)
    assert (row["source"], row["reason"]) == (CVR, "one precinct only")


def test_two_counts_of_one_batch(world: World) -> None:
    row = world.find("manifest", claim="CVR count by the state", tabulator="001", batch="2")
    row["cards"] = 11
    [row] = found(world, "batch-claims", 1)
    assert (row["batch"], row["lowest"], row["highest"], row["difference"]) == ("2", 11, 12, 1)
    assert row["claims"] == "CVR count by the state: 11; manifest: 12"
    passes(world, "manifest-v-cards")


def test_a_batch_that_one_side_of_a_place_leaves_out(world: World) -> None:
    world.drop("manifest", claim="CVR count by the state", tabulator="001", batch="2")
    [row] = found(world, "batch-claims", 1)
    assert (row["batch"], row["not_listed_by"]) == ("2", "CVR count by the state")


def test_batches_of_a_place_that_one_side_leaves_out_altogether_are_not_compared(world: World) -> None:
    elsewhere = dict(world.find("manifest", claim="manifest", tabulator="001", batch="2"))
    world["manifest"].append(elsewhere | {"jurisdiction": "Elsewhere"})
    assert passes(world, "batch-claims").endswith(
        "1 batch is of a place that one side leaves out altogether, and was not compared."
    )
