"""What every check promises, over the catalog."""

import re

import pytest
from reconcile.small_world import World, clean_world

from faircount.model import Answer, Check, Status
from faircount.reconcile import CHECKS

NUMBERS = [f"R{n:02}" for n in range(1, 21)]
VERDICTS = ("fraud", "suspicious", "rigged", "stolen", "anomaly", "anomalous", "cheat", "illegal")
every_check = pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.number)


@pytest.fixture(scope="module")
def clean() -> World:
    return clean_world()


def test_numbers_are_unique_and_in_order() -> None:
    assert [check.number for check in CHECKS.values()] == NUMBERS


@every_check
def test_it_says_what_it_asks_why_and_what_else_looks_like_it(check: Check) -> None:
    assert re.fullmatch(r"[A-Z][^\n]+\.", check.statement)
    assert len(check.source) > 20
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", check.name)
    assert len(set(check.innocent_explanations)) >= 2
    assert all(re.fullmatch(r"[A-Z][^\n]+\.", text) for text in check.innocent_explanations)


@every_check
def test_it_passes_no_verdict_on_people(check: Check) -> None:
    words = " ".join((check.statement, check.source, check.query, *check.innocent_explanations)).casefold()
    assert not [word for word in VERDICTS if word in words]


@every_check
def test_its_question_is_one_ordered_read_only_select(check: Check) -> None:
    text = check.query
    assert text.startswith("with ") and ";" not in re.sub(r"'[^']*'", "", text) and "$MEASURES" not in text
    last = text.rsplit("\nselect totals.*, shown.* from totals left join shown on true", 1)
    assert len(last) == 2 and last[1].strip().startswith("order by ")
    assert not re.search(r"\b(insert|update|delete|drop|copy|attach|install|load|read_parquet|read_csv)\b", text)
    assert "limit 1000" in text, "evidence has its bound"


@every_check
def test_nothing_to_look_at_is_not_a_pass(check: Check) -> None:
    for finding in (World().ask(check), check.judge(Answer((), ()))):
        assert finding.status is Status.NOT_CHECKED
        assert finding.evidence.rows == () and finding.disagreements == 0
        assert re.fullmatch(r"(No|Nothing|Neither|Only) [^\n]+\.", finding.found)


@every_check
def test_a_clean_election_passes(check: Check, clean: World) -> None:
    finding = clean.ask(check)
    assert finding.status is Status.PASS, finding
    assert (finding.number, finding.check, finding.statement) == (check.number, check.name, check.statement)
    assert re.match(r"(All [\d,]+|Both) ", finding.found), "the denominator comes first"
    assert finding.innocent_explanations == check.innocent_explanations


@every_check
def test_the_answer_does_not_depend_on_the_order_of_rows(check: Check) -> None:
    world = clean_world()
    for row in (*world["manifest"], *world["reported"], *world["turnout"]):
        key = "cards" if "cards" in row else "count"
        row[key] += row["row"] % 3
    there = world.ask(check)
    for rows in world.rows.values():
        rows.reverse()
    assert world.ask(check) == there
