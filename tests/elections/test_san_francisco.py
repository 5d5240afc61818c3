"""San Francisco: the primary of March 2020 (a sample), the district attorney of 2019, two batches of November 2024."""

import json
import zipfile
from pathlib import Path

import pytest

from elections import naive_dominion
from elections.shared import real
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.app.reconciling import reconcile
from faircount.app.recounting import recount
from faircount.model import Status
from faircount.store import Workspace

PRIMARY = ("cvr", "sf2020-primary-sample", "CVR_Export_sample.zip")


@pytest.fixture(scope="module")
def primary(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    export = real(*PRIMARY)
    space = Workspace.create(tmp_path_factory.mktemp("sf") / "primary")
    ingest(space, [export], jobs=1)
    return Opened(space.root)


def manifest(name: str) -> dict[int, dict[str, object]]:
    with zipfile.ZipFile(real(*PRIMARY)) as archive:
        return {row["Id"]: row for row in json.loads(archive.read(name).decode("utf-8-sig"))["List"]}


def test_every_session_is_in(primary: Opened) -> None:
    ballots, cards = primary.engine.ask("select count(distinct ballot), count(*) from cards").rows[0]
    assert ballots == 10_975 == len(naive_dominion.sessions(real(*PRIMARY)))
    assert cards == 11_040


def test_totals_from_sql_equal_the_slow_count(primary: Opened) -> None:
    """Every contest and choice, undervotes and overvotes: our recount beside marks added up one by one."""
    votes, cards, under, over = naive_dominion.totals(real(*PRIMARY))
    titles = {i: row["Description"] for i, row in manifest("ContestManifest.json").items()}
    choices = manifest("CandidateManifest.json")
    _ = primary.interpreted
    query = "select contest, choice, sum(count)::bigint from recounted where measure = 'votes' group by all"
    ours = {(contest, choice): n for contest, choice, n in primary.engine.ask(query).rows}
    theirs = {(titles[c], choices[k]["Description"]): n for (c, k), n in votes.items()}
    assert ours == theirs
    for measure, expected in (("cards", cards), ("undervotes", under), ("overvotes", over)):
        query = f"select contest, sum(count)::bigint from recounted where measure = '{measure}' group by 1"
        assert dict(primary.engine.ask(query).rows) == {titles[c]: n for c, n in expected.items()}, measure


def test_adjudicated_records_are_counted_as_adjudicated(primary: Opened) -> None:
    """A record whose machine reading and adjudicated reading differ: the second is counted, the first is kept."""
    differing = []
    for session in naive_dominion.sessions(real(*PRIMARY)):
        if "Modified" in session:
            marks = [
                sorted((c["Id"], m["CandidateId"]) for c in naive_dominion.contests(session[r]) for m in c["Marks"]
                       if m["IsVote"])
                for r in ("Original", "Modified")
            ]  # fmt: skip
            if marks[0] != marks[1]:
                differing.append((session["TabulatorId"], session["BatchId"], session["RecordId"], *marks))
    assert differing
    keys = {str(i): i for i in manifest("ContestManifest.json")}
    contest_of = {t: keys[k] for t, k in primary.engine.ask("select contest, key from contests").rows}
    choice_of = {(t, c): int(k) for t, c, k in primary.engine.ask("select contest, choice, key from choices").rows}
    query = """select p.contest, unnest(list_transform(list_filter(p.marks, lambda m: m.is_vote), lambda m: m.choice))
      from {table} v join patterns p using (pattern) join cards c using (card)
      where c.tabulator = ? and c.batch = ? and c.position = ?"""
    for tabulator, batch, position, original, modified in differing[:40]:
        place = [str(tabulator), str(batch), position]
        for table, expected in (("votes_by_pattern", modified), ("superseded_by_pattern", original)):
            rows = primary.engine.ask(query.format(table=table), place).rows
            assert sorted((contest_of[t], choice_of[t, c]) for t, c in rows) == expected, (place, table)
    assert primary.engine.ask("select count(distinct ballot), count(*) from cards where adjudicated").rows == (
        (423, 424),
    )


def test_exported_residuals_balance(primary: Opened) -> None:
    """Votes, undervotes and overvotes add up to the votes allowed in all 23 contests that cards hold."""
    report = reconcile(primary, ("R15",)).report
    assert report.status is Status.PASS
    results, missing = recount(primary)
    assert len(results) == 23
    assert [one.title for one in missing] == ["US House of Rep District 13"]


def test_district_attorney_2019(tmp_path: Path) -> None:
    """146,662 cards, instant runoff in three rounds; choice 15 is Chesa Boudin, who was elected."""
    space = Workspace.create(tmp_path / "da")
    ingest(space, [real("rla", "sf-da-2019-irv")])
    opened = Opened(space.root)
    results, _ = recount(opened)
    [result] = results
    assert result.cards == 146_662
    assert [result.contest.name_of(c) for c in result.transcript.elected] == ["15"]
    assert all(one.total == 146_662 for one in result.transcript.rounds)
    assert opened.engine.ask("select count(*), sum(cards) from manifest").rows == ((5_481, 293_555),)
    findings = {f.number: f.status for f in reconcile(opened).report.findings}
    assert findings["R01"] is Status.PASS
    assert findings["R17"] is Status.FAIL  # the file says itself that it is a part: sheets with this contest only


def test_two_batches_of_2024_against_the_official_summary(tmp_path: Path) -> None:
    """A part cannot exceed the whole: nothing in two batches contradicts the totals of 412,231 ballots."""
    space = Workspace.create(tmp_path / "2024")
    ingest(space, [real("cvr", "sf2024-general-partial")], partial="2 of 27,554 CvrExport files")
    ingest(space, [real("cvr", "sf2024-general-partial", "summary.xml")])
    opened = Opened(space.root)
    assert opened.engine.ask("select count(*) from cards").rows == ((169,),)
    assert opened.engine.ask(
        "select max(count) from turnout where measure = 'ballots_cast' and counting_group is null"
    ).rows == ((412_231,),)
    findings = {f.number: f for f in reconcile(opened).report.findings}
    assert findings["R08"].status is Status.PASS, findings["R08"].found
    assert findings["R17"].status is Status.FAIL
