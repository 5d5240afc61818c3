"""One disagreement planted among results, turnout and names: the check sees it, counts it and names it."""

import copy
from typing import Any

import pytest
from reconcile.small_world import CHOICES, COUNCIL, CVR, MAYOR, PRECINCTS, SUMMARY, Row, World, clean_world
from reconcile.test_planted_in_cards import found, passes

from faircount.model import Status
from faircount.reconcile import CHECKS

FIRST, SECOND, WRITE_IN = CHOICES[MAYOR]


@pytest.fixture
def world() -> World:
    return clean_world()


def told(world: World, choice: str | None, measure: str, by: int, **where: Any) -> list[Row]:
    """Change by `by` every reported row of the mayor's contest with these values."""
    wanted = {"contest": MAYOR, "choice": choice, "measure": measure} | where
    hit = [r for r in world["reported"] if all(r.get(k) == v for k, v in wanted.items())]
    for row in hit:
        row["count"] += by
    assert hit
    return hit


def in_every_report(world: World, choice: str | None, measure: str, by: int) -> None:
    """Change a figure of Precinct 1's mail ballots, and all that include it."""
    told(world, choice, measure, by, source=PRECINCTS, precinct="Precinct 1", counting_group="Mail")
    for source in (PRECINCTS, SUMMARY):
        told(world, choice, measure, by, source=source, precinct=None, counting_group=None)
    told(world, choice, measure, by, source=SUMMARY, counting_group="Mail")


# ---- R08, R09 ------------------------------------------------------------------
def test_a_vote_moved_in_every_report(world: World) -> None:
    in_every_report(world, FIRST, "votes", -1)
    in_every_report(world, SECOND, "votes", 1)
    rows = found(world, "recount-v-reported", 12)
    seen = {(r["level"], r["source"]) for r in rows}
    assert seen == {
        ("total", SUMMARY), ("counting group", SUMMARY), ("total", PRECINCTS), ("counting group", PRECINCTS),
        ("precinct", PRECINCTS), ("precinct and counting group", PRECINCTS),
    }  # fmt: skip
    finest = [r for r in rows if r["level"] == "precinct and counting group"]
    assert [(r["choice"], r["precinct"], r["counting_group"], r["difference"]) for r in finest] == [
        (SECOND, "Precinct 1", "Mail", -1), (FIRST, "Precinct 1", "Mail", 1),
    ]  # fmt: skip
    assert all(r["recounted"] - r["reported"] == r["difference"] and r["contest"] == MAYOR for r in rows)
    for name in ("parts-v-total", "source-v-source", "results-balance", "undervotes-overvotes"):
        passes(world, name)


def test_groups_swapped_in_one_precinct_of_the_precinct_file(world: World) -> None:
    for choice in CHOICES[MAYOR]:
        cells = {g: told(world, choice, "votes", 0, source=PRECINCTS, precinct="Precinct 1", counting_group=g)[0]
                 for g in ("Election Day", "Mail")}  # fmt: skip
        a, b = cells.values()
        a["count"], b["count"] = b["count"] + 1, a["count"] - 1
    rows = found(world, "recount-v-reported", 12)
    assert {r["level"] for r in rows} == {"precinct and counting group", "counting group"}


def test_names_differ_in_case_and_precincts_in_a_leading_word(world: World) -> None:
    for row in world["reported"]:
        row["contest"] = row["contest"].upper()
        row["choice"] = row["choice"] and row["choice"].upper().replace("Á", "A")
        row["precinct"] = row["precinct"] and row["precinct"].replace("Precinct ", "Pct. ")
        row["counting_group"] = {"Mail": "Vote by mail"}.get(row["counting_group"], row["counting_group"])
    assert passes(world, "recount-v-reported") == "All 72 reported numbers of votes agree with the recount."


def test_write_ins_on_one_side_are_left_out_and_said_so(world: World) -> None:
    world.drop("reported", choice=WRITE_IN)
    passes(world, "recount-v-reported")
    for row in list(world["reported"]):
        if row["choice"] == SECOND:
            world["reported"].append(row | {"choice": "Write-in: Zoë Zed", "count": 3})
    assert "have no counterpart by name" in passes(world, "recount-v-reported")


def test_a_choice_that_only_the_cards_have_counts_as_none(world: World) -> None:
    world.drop("reported", choice=SECOND, source=SUMMARY)
    rows = found(world, "recount-v-reported", 3)
    assert {(r["choice"], r["reported"]) for r in rows} == {(SECOND, 0)}


def test_names_that_neither_side_shares_are_not_paired(world: World) -> None:
    for row in world["reported"]:
        if row["choice"] == SECOND:
            row["choice"] = "Robert Lind"
        if row["precinct"] == "Precinct 2":
            row["precinct"] = "Town Hall"
    assert "have no counterpart by name, place" in passes(world, "recount-v-reported")


def test_precincts_are_compared_only_where_every_card_states_one(world: World) -> None:
    world["cards"][0]["precinct"] = None
    found_sentence = passes(world, "recount-v-reported")
    assert "36 reported figures have no counterpart" in found_sentence
    assert found_sentence.startswith("All 36 reported numbers")


def test_a_part_may_not_exceed_what_was_reported(world: World) -> None:
    world["facts"].append({"source": CVR, "name": "partial", "value": "some batches only"})
    for row in world["reported"]:
        row["count"] += 1
    assert "asked only not to exceed" in passes(world, "recount-v-reported")
    for row in world["reported"]:
        row["count"] -= 2
    assert world.ask(CHECKS["recount-v-reported"]).status is Status.FAIL


def test_results_of_a_county_without_cards_are_not_compared(world: World) -> None:
    for row in list(world["reported"]):
        world["reported"].append(row | {"jurisdiction": "Boulder", "count": row["count"] + 5})
    assert passes(world, "recount-v-reported").startswith("All 72 reported numbers of votes agree")


def test_a_total_that_contradicts_its_parts_is_not_blamed_on_the_recount(world: World) -> None:
    told(world, FIRST, "votes", 1, source=PRECINCTS, precinct=None, counting_group=None)
    for name in ("recount-v-reported", "source-v-source", "results-balance", "cards-v-ballots", "possible-numbers"):
        passes(world, name)
    [row] = found(world, "parts-v-total", 1)
    assert (row["source"], row["contest"], row["choice"], row["difference"]) == (PRECINCTS, MAYOR, FIRST, -1)
    assert (row["parts_by"], row["parts"], row["parts_sum"]) == ("precinct and counting group", 4, row["total"] - 1)


def test_an_undervote_reported_as_an_overvote(world: World) -> None:
    in_every_report(world, None, "undervotes", -1)
    in_every_report(world, None, "overvotes", 1)
    rows = found(world, "undervotes-overvotes", 12)
    assert {(r["measure"], r["difference"]) for r in rows} == {("undervotes", 1), ("overvotes", -1)}
    for name in ("recount-v-reported", "results-balance", "source-v-source"):
        passes(world, name)


# ---- R10 -----------------------------------------------------------------------
def test_more_ballots_than_voters_checked_in(world: World) -> None:
    world.find("turnout", source=PRECINCTS, measure="checked_in", precinct="Precinct 1")["count"] -= 1
    rows = found(world, "ballots-v-voters", 2)
    assert [(r["level"], r["precinct"], r["smaller"], r["larger"], r["excess"]) for r in rows] == [
        ("total", None, "ballots cast", "checked in", 1),
        ("precinct", "Precinct 1", "ballots cast", "checked in", 1),
    ]


def test_more_ballots_than_voters_registered_in_another_source(world: World) -> None:
    world.drop("turnout", source=PRECINCTS, measure="checked_in")
    world.drop("turnout", source=PRECINCTS, measure="registered")
    world.drop("turnout", source=SUMMARY, measure="ballots_cast")
    for row in world["turnout"]:
        if row["source"] == SUMMARY and row["measure"] == "registered" and row["precinct"] == "Precinct 2":
            row["count"] = 23
    [row] = found(world, "ballots-v-voters", 1)
    assert (row["precinct"], row["source"], row["larger_source"], row["excess"]) == (
        "Precinct 2",
        PRECINCTS,
        SUMMARY,
        1,
    )


def test_negative_registration_is_the_business_of_another_check(world: World) -> None:
    for row in world["turnout"]:
        if row["measure"] == "registered" and row["precinct"] == "Precinct 1" and row["source"] == PRECINCTS:
            row["count"] = -1
    for name in ("ballots-v-voters", "parts-v-total", "source-v-source"):
        passes(world, name)
    [row] = found(world, "possible-numbers", 1)
    assert (row["table"], row["measure"], row["stated"], row["precinct"]) == ("turnout", "registered", -1, "Precinct 1")


# ---- R11, R12 --------------------------------------------------------------------
def test_totals_over_groups_and_over_jurisdictions(world: World) -> None:
    world["turnout"].clear()
    base = {"source": "t", "claim": "reported", "measure": "ballots_cast", "row": 1, "precinct": None}
    for jurisdiction, group, count in (
        ("Adams", "Mail", 5), ("Adams", "Early", 6), ("Adams", None, 11), ("Boulder", None, 4), (None, None, 16),
    ):  # fmt: skip
        world["turnout"].append(base | {"jurisdiction": jurisdiction, "counting_group": group, "count": count})
    [row] = found(world, "parts-v-total", 1)
    assert (row["table"], row["parts_by"], row["total"], row["parts_sum"]) == ("turnout", "jurisdiction", 16, 15)


def test_parts_are_never_added_to_parts_of_another_kind(world: World) -> None:
    """A source may state precincts, groups, and precincts by group: each kind sums by itself."""
    for row in list(world["reported"]):
        if row["source"] == PRECINCTS and row["counting_group"] == "Mail":
            again = copy.copy(row) | {"counting_group": None}
            other = told_one(world, again | {"counting_group": "Election Day"})
            world["reported"].append(again | {"count": row["count"] + other["count"]})
    passes(world, "parts-v-total")
    passes(world, "recount-v-reported")


def test_a_part_that_differs_is_said_of_the_total_next_to_it_alone(world: World) -> None:
    base = {"source": "t", "claim": "reported", "measure": "ballots_cast", "row": 1, "jurisdiction": None}
    world["turnout"].clear()
    for precinct, group, count in ((None, None, 9), ("1", None, 5), ("2", None, 4), ("1", "Mail", 5), ("2", "Mail", 3)):
        world["turnout"].append(base | {"precinct": precinct, "counting_group": group, "count": count})
    [row] = found(world, "parts-v-total", 1)
    assert (row["precinct"], row["parts_by"], row["difference"]) == ("2", "counting group", -1)


def told_one(world: World, like: Row) -> Row:
    keys = ("source", "contest", "choice", "measure", "precinct", "counting_group")
    return world.find("reported", **{key: like[key] for key in keys})


def test_two_sources_state_other_registrations(world: World) -> None:
    for row in world["turnout"]:
        if row["source"] == SUMMARY and row["measure"] == "registered" and row["precinct"] == "Precinct 1":
            row["count"] += 7
    rows = found(world, "source-v-source", 2)
    assert {(r["level"], r["precinct"], r["measure"], r["difference"]) for r in rows} == {
        ("total", None, "registered", 7), ("precinct", "Precinct 1", "registered", 7)
    }  # fmt: skip
    assert rows[1]["figures_said"] == f"{PRECINCTS} reported: 200; {SUMMARY} reported: 207"


def test_two_sides_in_one_source(world: World) -> None:
    again = [r | {"claim": "state"} for r in world["reported"] if r["source"] == SUMMARY and r["choice"] == FIRST]
    again[0]["count"] += 1
    world["reported"].extend(again)
    assert world.ask(CHECKS["source-v-source"]).status is Status.FAIL


def test_one_source_alone_has_nobody_to_disagree_with(world: World) -> None:
    world.drop("reported", source=SUMMARY)
    world.drop("turnout", source=SUMMARY)
    assert world.ask(CHECKS["source-v-source"]).status is Status.NOT_CHECKED


# ---- R13, R14 ---------------------------------------------------------------------
def test_a_name_spelt_in_two_ways(world: World) -> None:
    hit = told(world, FIRST, "votes", 0, source=PRECINCTS, precinct="Precinct 1", counting_group="Mail")
    hit[0]["choice"] = "Ana Prøve"
    rows = found(world, "spelling", 1)
    assert [(r["kind"], r["contest"], r["name"]) for r in rows] == [
        ("choice", "mayor", "Ana Prøve"), ("choice", "mayor", FIRST)
    ]  # fmt: skip
    for name in ("recount-v-reported", "parts-v-total", "source-v-source", "results-balance"):
        passes(world, name)


def test_a_precinct_and_a_contest_spelt_in_two_ways(world: World) -> None:
    world["turnout"][0]["precinct"] = "PRECINCT 1"
    world["contests"].append({"source": SUMMARY, "contest": "Town  Council", "votes_allowed": 2, "place": 1})
    assert {(r["kind"], r["name"]) for r in found(world, "spelling", 2)} == {
        ("precinct", "PRECINCT 1"), ("precinct", "Precinct 1"), ("contest", COUNCIL), ("contest", "Town  Council")
    }  # fmt: skip


def test_more_votes_than_ballots_could_give(world: World) -> None:
    hit = told(world, FIRST, "votes", 40, source=PRECINCTS, precinct="Precinct 1", counting_group="Mail")
    [row] = found(world, "possible-numbers", 1)
    assert (row["row"], row["choice"], row["bound"], row["stated"]) == (hit[0]["row"], FIRST, 12, hit[0]["count"])


def test_more_people_than_there_are(world: World) -> None:
    world["turnout"][0]["count"] = 1_000_000_001
    world["manifest"][0]["cards"] = -12
    assert {(r["table"], r["stated"]) for r in found(world, "possible-numbers", 2)} == {
        ("turnout", 1_000_000_001), ("manifest", -12)
    }  # fmt: skip


# ---- R19, R20 ----------------------------------------------------------------------
def test_results_that_do_not_add_up(world: World) -> None:
    told(world, None, "ballots_cast", 1, source=SUMMARY, counting_group="Mail")
    [row] = found(world, "results-balance", 1)
    assert (row["contest"], row["counting_group"], row["accounted"], row["expected"]) == (MAYOR, "Mail", 24, 25)


def test_contests_of_unknown_votes_allowed_are_not_added_up(world: World) -> None:
    world.find("contests", contest=MAYOR)["votes_allowed"] = None
    assert "The votes allowed in 1 contest are not known" in passes(world, "results-balance")


def test_a_contest_that_nobody_reported(world: World) -> None:
    world.drop("reported", contest=COUNCIL)
    [row] = found(world, "contests-covered", 1)
    assert (row["contest"], row["found"], row["cards"]) == (COUNCIL, "on the cards, not in the results", 48)
    assert "1 contest is in the results or on the cards but not in both" in passes(world, "recount-v-reported")


def test_a_reported_contest_that_no_card_holds(world: World) -> None:
    world["reported"].append(world["reported"][0] | {"contest": "Sheriff", "count": 0, "choice": "Flo Orr"})
    passes(world, "contests-covered")
    world["reported"][-1]["count"] = 1
    assert found(world, "contests-covered", 1)[0]["contest"] == "Sheriff"
    world["facts"].append({"source": CVR, "name": "partial", "value": "two contests only"})
    passes(world, "contests-covered")
