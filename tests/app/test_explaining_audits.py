"""What is said of an audit: each figure multiplied up again, each planted error found and named, nothing guessed."""

import csv
import io
import shutil
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from app.explained_audits import BO, CHOSEN, CY, blank, committed, entered, is_chosen

from faircount.app.auditing import acting, explaining
from faircount.app.auditing.explaining import Explanations
from faircount.app.auditing.explaining_units import is_unit, unit_told
from faircount.app.auditing.history import corrected, history, seed_words
from faircount.app.auditing.nearness import near_of
from faircount.app.auditing.planning import claim_rows
from faircount.app.auditing.preparing import Wish, prepare
from faircount.app.auditing.publishing import page_of, publish, rows_csv, site
from faircount.app.demonstrating import make_exports
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.audit.measuring import measure
from faircount.audit.wagers import BETS, population_of, wagers
from faircount.model import Design, Seen, UsageError
from faircount.risk import RISKS
from faircount.store import Workspace


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explained")
    space = Workspace.create(folder / "e", "Alder Town", "2030-11-05")
    ingest(space, [make_exports(folder / "in", "town", 5)], jobs=1)
    return space.root


def a_copy(town, tmp_path_factory):
    return shutil.copytree(town, tmp_path_factory.mktemp("audit") / "e")


@pytest.fixture(scope="module")
def compared(town, tmp_path_factory):
    """A comparison, closed: one card in 25 blank on paper, one in 40 not found, one entry corrected."""
    held, truth = committed(a_copy(town, tmp_path_factory), Design.COMPARISON)
    acting.draw(held, BO, {one.id: 60 for one in held.audit.commitment.audited})
    first = held.audit.waiting[0]
    for unit in held.audit.waiting:
        truth[unit] = Seen(False, {}) if is_chosen(unit, 40) else truth[unit]
        truth[unit] = blank(truth[unit]) if is_chosen(unit, 25) else truth[unit]
    acting.enter(held, BO, first, Seen(False, {}))
    acting.correct(held, BO, first, truth[first], "found in the next box", "Cy Marsh")
    entered(held, truth)
    acting.close(held, BO)
    yield held, truth
    held.close()


@pytest.fixture(scope="module")
def contests(compared):
    held, _ = compared
    found = Explanations.of_audit(held)
    return {one.id: (one, found.contest(one)) for one in found.subjects}


def test_wealth_can_be_multiplied_up_with_pencil_and_paper(contests):
    seen = 0
    for _, told in contests.values():
        for claim in told.claims:
            wealth, least = 1.0, 1.0
            for row in claim.rows:
                wealth *= 1 + row.bet * (float(row.value) - row.mean)
                assert row.wealth == pytest.approx(wealth, rel=1e-9)
                assert row.risk == pytest.approx(min(1, 1 / wealth), rel=1e-9)
                least = min(least, row.risk)
                assert row.least == least
                seen += 1
            assert float(claim.risk) == pytest.approx(least, abs=1e-10)
    assert seen > 500


@pytest.mark.parametrize("name", BETS)
def test_bets_are_those_of_the_risk_function(compared, name):
    held, _ = compared
    found = Explanations.of_audit(held)
    subject = replace(found.subjects[0], risk_function=name, settings=())
    one = measure(found.urn, subject, found.sample, found.seen)[0]
    made = wagers(found.urn, subject, one)
    population, given = population_of(found.urn, subject, 0)
    values = np.array([float(step.value) for step in one.steps])
    risks = RISKS[name].p_values(values, population, given)
    assert [min(1.0, 1 / bet.wealth) for bet in made] == pytest.approx(list(risks), rel=1e-9)
    assert len(made) == len(one.steps) > 50 and risks.min() < 1


def test_planted_errors_are_the_discrepancies_and_nothing_else(compared, contests):
    held, truth = compared
    found = Explanations.of_audit(held)
    told_apart = 0
    for subject, told in contests.values():
        planted = []
        for draw in told.draws:
            record = dict(found.listed[draw.unit].record)[subject.id]
            on_record = held.audit.commitment.reads[subject.id][record].ballot
            on_paper = truth[draw.unit]
            if not on_paper.found or on_paper.contests[subject.id] != on_record:
                planted.append(draw.unit)
        assert [draw.unit for draw in told.discrepancies] == planted
        told_apart += len(planted)
    assert told_apart >= 4


def test_each_discrepancy_is_judged_in_words(contests):
    heard = set()
    for subject, told in contests.values():
        for claim in told.claims:
            before = 1.0
            for draw, row in zip(told.draws, claim.rows, strict=True):
                over = row.recorded - row.found
                upper = subject.assertions[claim.number - 1].assorter.upper
                effect = "none" if over == 0 else "better" if over < 0 else "worst" if over == upper else "worse"
                assert row.effect == effect
                if draw.differs:
                    assert row.sentence.startswith(f"On record: {draw.on_record}; on paper: {draw.on_paper}: ")
                    heard.add(effect)
                else:
                    assert row.sentence.startswith(f"Record and paper agree: {draw.on_paper}; the risk ")
                if f"{before:.3g}" != f"{row.risk:.3g}" and min(before, row.risk) > 1e-4:
                    assert row.sentence.endswith(f"the risk went from {before:.3g} to {row.risk:.3g}.")
                before = row.risk
    assert heard >= {"worse", "better", "none"}


def test_a_ballot_is_said_by_the_names_of_its_choices(contests):
    mayor = next(told for _, told in contests.values() if told.title == "Mayor")
    assert any(" > " in draw.on_record for draw in mayor.draws)
    assert {draw.on_paper for draw in mayor.discrepancies} <= {"not found", "nobody (blank, overvoted or invalid)"}


def test_so_many_more_cards_without_error_confirm_and_one_fewer_does_not(town, tmp_path_factory):
    held, truth = committed(a_copy(town, tmp_path_factory), Design.COMPARISON, limit=Fraction(1, 50))
    governor = next(one for one in held.audit.commitment.audited if one.contest.title == "Governor")
    acting.draw(held, BO, {governor.id: 20})
    entered(held, truth)
    told = Explanations.of_audit(held).contest(governor)
    assert told.hardest is not None and told.decision == "NOT CHECKED"
    hardest = told.claims[told.hardest - 1]
    assert hardest.risk == max(one.risk for one in told.claims) and not hardest.is_confirmed
    assert f"{hardest.more} more cards without error would confirm it" in told.outlook
    acting.close(held, BO)
    for more, confirmed in ((hardest.more - 1, False), (hardest.more, True)):
        acting.draw(held, BO, {governor.id: 20 + more})
        entered(held, truth)
        acting.close(held, BO)
        again = Explanations.of_audit(held).contest(governor)
        assert len(again.draws) == 20 + more
        assert again.claims[told.hardest - 1].is_confirmed is confirmed
    assert again.hardest is None and again.outlook.startswith("Every claim is confirmed")
    held.close()


def test_a_look_in_the_middle_of_a_round_uses_what_is_settled_and_no_more(town, tmp_path_factory):
    held, truth = committed(a_copy(town, tmp_path_factory), Design.COMPARISON, double=True)
    acting.draw(held, BO, {one.id: 30 for one in held.audit.commitment.audited})
    waiting = held.audit.waiting
    entered(held, truth, (BO, CY), waiting[:10])
    read_once, unread = waiting[10], waiting[11]
    acting.enter(held, BO, read_once, truth[read_once])
    found = Explanations.of_audit(held)
    looked = {draw.unit for one in found.subjects for draw in found.contest(one).draws}
    assert looked and looked <= set(waiting[:10])
    told = unit_told(held, found, read_once)
    assert told.readings == () and all(on_paper == "not looked at yet" for _, _, on_paper in told.contests)
    assert "shown when both have" in told.state
    assert unit_told(held, found, unread).state == "It waits to be looked at."
    assert len(unit_told(held, found, waiting[0]).readings) == 2
    held.close()


def test_a_card_shows_every_version_with_its_act(compared):
    held, _ = compared
    act = next(one for one in held.acts if one.act == "correct")
    unit = act.body["unit"]
    told = unit_told(held, Explanations.of_audit(held), unit)
    assert [(one.kind, one.act, one.counts) for one in told.readings] == [
        ("entry", act.body["of"], False), ("correct", act.n, True),
    ]  # fmt: skip
    assert (told.readings[1].reason, told.readings[1].approved_by) == ("found in the next box", "Cy Marsh")
    assert told.readings[0].found is False and told.readings[1].contests
    assert told.drawn_in == 1 and told.state == f"It is settled by act {act.n}." and len(told.ticket) == 64
    assert {title for title, _, _ in told.effects} <= {title for title, _, _ in told.contests}
    assert is_unit(held, unit) and not is_unit(held, "no such card")
    [line] = [one for one in corrected(held) if one.kind == "correct"]
    assert (line.unit, line.before, bool(line.after)) == (unit, ("not found",), True)


def test_history_folds_entries_and_says_how_the_seed_was_made(compared):
    held, _ = compared
    lines = history(held)
    assert [one.first for one in lines[1:]] == [one.last + 1 for one in lines[:-1]]
    assert (lines[0].first, lines[-1].last) == (0, len(held.acts) - 1)
    entries = [one for one in lines if one.act == "entry"]
    assert len(entries) == 2, "the correction stands between them"
    said = " ".join(seed_words(held))
    assert "Ada Vale and Bo Winter: 31415926535897932384" in said and "The seed is the digits." in said


def test_before_an_audit_the_sizes_are_those_of_the_plan(town):
    opened, wish = Opened(town), Wish(design=Design.COMPARISON, contests=CHOSEN, risk_limit=Fraction(1, 20))
    found = Explanations.before(opened, wish, near=False)
    rows = {(row.contest, row.assertion.claim): row.cards for row in claim_rows(prepare(opened, wish))}
    told = [found.contest(one) for one in found.subjects]
    assert {(one.title, claim.claim): claim.alone for one in told for claim in one.claims} == rows
    assert all(one.decision in ("NOT CHECKED", "measured only") and not one.draws for one in told)
    mayor = next(one for one in told if one.title == "Mayor")
    assert mayor.tree is not None and mayor.tree.open == () and mayor.near == explaining.UNASKED
    with pytest.raises(UsageError, match="no contest's title holds 'Dogcatcher'"):
        found.named("Dogcatcher")


def test_a_poll_has_no_records_and_forecasts_by_simulation(town, tmp_path_factory):
    held, truth = committed(a_copy(town, tmp_path_factory), Design.POLLING)
    acting.draw(held, BO, {"*": 25})
    lost = held.audit.waiting[3]
    truth[lost] = Seen(False, {})
    entered(held, truth)
    found = Explanations.of_audit(held)
    told = found.contest(found.named("Governor"))
    assert {draw.on_record for draw in told.draws} == {"cards speak for themselves"}
    assert [draw.unit for draw in told.discrepancies] == [lost]
    row = told.claims[0].rows[3]
    assert (row.effect, row.recorded, row.found) == ("worst", None, 0)
    assert told.hardest and "(simulated)" in told.outlook and told.claims[told.hardest - 1].more is None
    said = {row.sentence.split("; that speaks ")[1].split(" the claim")[0] for row in told.claims[0].rows
            if "that speaks" in row.sentence}  # fmt: skip
    assert said == {"for", "against", "neither for nor against"}
    held.close()


def test_batches_are_compared_by_their_counts(town, tmp_path_factory):
    held, truth = committed(a_copy(town, tmp_path_factory), Design.BATCH)
    acting.draw(held, BO, {"*": 6})
    entered(held, truth)
    found = Explanations.of_audit(held)
    told = found.contest(found.named("Governor"))
    assert len(told.draws) == 6 and not told.discrepancies
    assert all(row.bet is None and row.effect == "none" for one in told.claims for row in one.rows)
    hardest = told.claims[told.hardest - 1]
    assert hardest.alone == 6 + hardest.more, "draws without error all count alike"
    assert "draws without error would confirm it" in told.outlook
    assert told.draws[0].on_record.endswith(" cards") and told.draws[0].on_paper == told.draws[0].on_record
    held.close()


def test_how_near_it_was_is_told_or_not_checked(town, tmp_path):
    opened = Opened(town)
    assert near_of(opened, "Governor").status == "KNOWN"
    assert "fewer cannot do it" in near_of(opened, "Governor").words and near_of(opened, "Governor").examples
    (tmp_path / "cards.csv").write_text("card,contest,choices\na,Odd,Ada\nb,Odd,Bo\n", "utf-8")
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / "cards.csv"], jobs=1)
    assert near_of(Opened(space.root), "Odd").words.startswith("The outcome hangs on a tie")
    space.decide("Odd", rule="threshold", options={"yes": "Dee"})
    assert near_of(Opened(space.root), "Odd").status == "NOT CHECKED"
    assert near_of(opened, "Dogcatcher").status == "NOT CHECKED"


def test_a_site_is_the_same_bytes_twice_and_holds_every_draw(compared, contests, tmp_path):
    held, _ = compared
    parts = site(held)
    assert parts == site(held)
    ids = [one.id for one, _ in contests.values()]
    pages = {f"contest-{name}.{end}" for name in ids for end in ("html", "csv")}
    assert pages | {"index.html", "bundle.zip", "verify.html", "verify.py"} <= parts.keys()
    for _, told in contests.values():
        rows = list(csv.DictReader(io.StringIO(parts[f"contest-{told.id}.csv"].decode())))
        assert len(rows) == len(told.draws) * len(told.claims) and parts[f"contest-{told.id}.csv"] == rows_csv(told)
        assert {row["unit"] for row in rows if row["differs"] == "yes"} == {d.unit for d in told.discrepancies}
    written = publish(held, tmp_path / "site")
    assert {path: (tmp_path / "site" / path).stat().st_size for path in parts} == written
    with pytest.raises(UsageError, match="holds something already"):
        publish(held, tmp_path / "site")


def test_a_page_says_what_was_not_checked(compared):
    held, _ = compared
    page = page_of(held)
    said = "\n".join(page.not_checked)
    assert "No witness cosigns this log" in said and "Who voted: NOT CHECKED" in said
    for name in ("Water Board, District 2", "Harbor Commissioner"):
        assert f"{name}: NOT CHECKED" in said
    assert page.name == "Alder Town" and page.state[0] == "Round 1 is closed."
    assert [one.is_audited for one in page.contests] == sorted((o.is_audited for o in page.contests), reverse=True)
