"""Each planted fault: seen in the files where it belongs, and nowhere else."""

import functools
import json
from collections import Counter

import pytest
from simulate.rereading import OVER, UNDER, members, recount, rows, summary

from faircount.simulate import FAULTS, SIZES, Plan, exports, simulate

ZIP, MANIFEST, SUMMARY, PRECINCTS, TURNOUT, COMPARISON = (
    "CVR_Export.zip", "manifest.csv", "summary.xml", "precinct.csv", "turnout.csv", "batch_count_comparison.csv"
)  # fmt: skip

CHANGED = {
    "manifest-card-extra": {MANIFEST, COMPARISON},
    "batch-not-in-manifest": {MANIFEST, COMPARISON},
    "card-lost": {ZIP, SUMMARY, PRECINCTS, TURNOUT},
    "sheet-twice": {ZIP, MANIFEST, SUMMARY, PRECINCTS, COMPARISON},
    "ballots-cast-misreported": {SUMMARY, PRECINCTS, TURNOUT},
    "card-twice": {ZIP, MANIFEST, SUMMARY, PRECINCTS, TURNOUT, COMPARISON},
    "batch-scanned-twice": {ZIP, MANIFEST, SUMMARY, PRECINCTS, TURNOUT, COMPARISON},
    "manifest-lists-batch-twice": {MANIFEST},
    "file-twice": {ZIP, MANIFEST, SUMMARY, PRECINCTS, TURNOUT, COMPARISON},
    "position-gap": {ZIP},
    "contest-missing-from-card": {ZIP, SUMMARY, PRECINCTS},
    "contest-foreign-to-style": {ZIP, SUMMARY, PRECINCTS},
    "vote-moved": {SUMMARY, PRECINCTS},
    "precincts-swapped": {PRECINCTS},
    "groups-swapped": {SUMMARY, PRECINCTS},
    "undervotes-misreported": {SUMMARY, PRECINCTS},
    "ballots-exceed-registered": {SUMMARY, PRECINCTS, TURNOUT},
    "checked-in-short": {TURNOUT},
    "total-not-sum": {PRECINCTS},
    "sources-disagree": {SUMMARY},
    "name-respelled": {PRECINCTS},
    "negative-registered": {SUMMARY, PRECINCTS, TURNOUT},
    "marks-unbalanced": {ZIP},
    "row-unreadable": {TURNOUT},
    "export-filtered": {ZIP},
    "claims-differ": {COMPARISON},
    "results-unbalanced": {SUMMARY},
    "contest-unreported": {SUMMARY, PRECINCTS},
}
PLANS = {"town": SIZES["town"], "one sheet": Plan(seed=3, precincts=6, ballots=700, sheets=1, jurisdiction="Sorrel")}
RESULTS_FOLLOW = [name for name, files in CHANGED.items() if ZIP in files or name == "manifest-card-extra"]


@pytest.fixture(scope="module", params=PLANS)
def clean(request):
    return simulate(PLANS[request.param])


@pytest.fixture(scope="module")
def clean_files(clean):
    return clean_exports(clean.plan)


@functools.cache
def clean_exports(plan):
    return renamed(exports(simulate(plan)))


def renamed(files):
    return {PRECINCTS if name.endswith(PRECINCTS) else name: data for name, data in files.items()}


def planted(clean, name):
    return _planted(clean.plan, name)


@functools.cache
def _planted(plan, name):
    return renamed(exports(FAULTS[name].plant(simulate(plan))))


def test_every_check_has_a_fault_and_every_fault_one_check():
    assert {fault.check for fault in FAULTS.values()} == {f"R{n:02}" for n in range(1, 21)}
    assert set(CHANGED) == set(FAULTS)
    assert all(fault.sentence.endswith(".") for fault in FAULTS.values())


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_changes_the_files_it_should_and_no_others(clean, clean_files, name):
    files = planted(clean, name)
    assert {n for n in files if files[n] != clean_files[n]} == CHANGED[name]
    if ZIP in CHANGED[name]:
        before, after = members(clean_files[ZIP]), members(files[ZIP])
        assert sum(before.get(n) != data for n, data in after.items()) == 1


def test_planting_leaves_the_clean_election_alone(clean, clean_files):
    for fault in FAULTS.values():
        fault.plant(clean)
    assert renamed(exports(clean)) == clean_files


@pytest.mark.parametrize("name", RESULTS_FOLLOW)
def test_results_and_turnout_follow_the_cards(clean, name):
    """After a fault among the cards every report is still the count of the cards as they then are."""
    files = planted(clean, name)
    found, read = recount(files[ZIP]), summary(files[SUMMARY])
    seen = Counter()
    for row in rows(files[PRECINCTS]):
        if row["precinct"] != "Total" and row["candidate"]:
            for group, column in (
                ("Election Day", "election_day"),
                ("Vote by Mail", "mail"),
                ("Provisional", "provisional"),
            ):
                seen[row["office"], row["candidate"], row["precinct"], group] += int(row[column])
    votes = found.votes
    if name == "marks-unbalanced":  # the vendor's own figure is what is wrong; the marks are not
        assert sum((votes - seen).values()) == 1
    else:
        assert +seen == +votes
    assert read.ballots == sum(found.ballots.values())
    assert read.cards == sum(found.cards.values())
    units = {(r["precinct"], r["measure"]): int(r["count"]) for r in rows(files[TURNOUT])}
    ballots = Counter()
    for (precinct, _), n in found.ballots.items():
        ballots[precinct] += n
    assert all(
        units[p, "ballots_cast"] == n <= units[p, "checked_in"] <= units[p, "registered"] for p, n in ballots.items()
    )
    for title, figures in read.contests.items():
        assert figures["ballots"][0] == sum(n for (contest, *_), n in found.held.items() if contest == title)


def manifest(files):
    out = Counter()
    for row in rows(files[MANIFEST]):
        out[int(row["Tabulator ID"]), int(row["Batch"])] += int(row["# of Ballot Cards"])
    return out


@pytest.mark.parametrize("name", [n for n in CHANGED if FAULTS[n].check not in ("R01", "R04")])
def test_manifest_still_agrees_with_the_cards(clean, name):
    files = planted(clean, name)
    assert manifest(files) == recount(files[ZIP]).cards


def test_manifest_faults(clean):
    def difference(name):
        files = planted(clean, name)
        listed, cards = manifest(files), recount(files[ZIP]).cards
        return sorted(listed[k] - cards[k] for k in listed | cards if listed[k] != cards[k])

    assert difference("manifest-card-extra") == [1]
    assert difference("card-lost") == [clean.plan.sheets]
    (missing,) = difference("batch-not-in-manifest")
    assert missing < -20
    (again,) = difference("manifest-lists-batch-twice")
    assert again > 20
    assert difference("batch-scanned-twice") == []


@pytest.mark.parametrize(
    "name", ["manifest-card-extra", "batch-not-in-manifest", "card-lost", "manifest-lists-batch-twice"]
)
def test_the_states_comparison_never_contradicts_the_manifest(clean, name):
    """A batch that differs between manifest and records is one fault, not two: the state counted as the manifest."""
    files = planted(clean, name)
    listed = {(int(r["scanner_id"]), int(r["batch_id"])): r for r in rows(files[COMPARISON])}
    manifest = {(int(r["Tabulator ID"]), int(r["Batch"])): int(r["# of Ballot Cards"]) for r in rows(files[MANIFEST])}
    assert {key: int(r["count_per_manifest"]) for key, r in listed.items()} == manifest
    assert {key: int(r["count_per_cvr_file"]) for key, r in listed.items()} == manifest


def test_positions(clean):
    def oddities(name):
        positions = recount(planted(clean, name)[ZIP]).positions
        return [b for b in positions.values() if sorted(b) != list(range(1, len(b) + 1))]

    (gap,) = oddities("position-gap")
    assert len(set(gap)) == len(gap) == max(gap) - 1
    (double,) = oddities("card-twice")
    assert [n for n, times in Counter(double).items() if times > 1] and len(set(double)) == len(double) - 1
    (twice,) = oddities("file-twice")
    assert set(Counter(twice).values()) == {2}
    assert not oddities("card-lost") and not oddities("batch-scanned-twice")


def test_a_file_twice_is_byte_identical_and_a_batch_twice_is_not(clean):
    for name, identical in (("file-twice", True), ("batch-scanned-twice", False)):
        contents = Counter(members(planted(clean, name)[ZIP]).values())
        assert (max(contents.values()) == 2) is identical
    sessions = {}
    for s in recount(planted(clean, "batch-scanned-twice")[ZIP]).sessions:
        said = json.dumps([s[k] for k in ("RecordId", "CountingGroupId", "Original")])
        sessions.setdefault((s["TabulatorId"], s["BatchId"]), []).append(said)
    assert sorted(Counter(map(tuple, sessions.values())).values())[-2:] == [1, 2]


def test_sheets_and_styles(clean):
    doubled = [
        s for s in recount(planted(clean, "sheet-twice")[ZIP]).sessions
        if len({c["PaperIndex"] for c in s["Original"]["Cards"]}) < len(s["Original"]["Cards"])
    ]  # fmt: skip
    assert len(doubled) == 1
    for name, by in (("contest-missing-from-card", -1), ("contest-foreign-to-style", 1)):
        before, after = recount(clean_exports(clean.plan)[ZIP]), recount(planted(clean, name)[ZIP])
        moved = {k: after.held[k] - before.held[k] for k in after.held | before.held if after.held[k] != before.held[k]}
        assert list(moved.values()) == [by]


def figures(files):
    """Every figure of the precinct file, and every one of the summary."""
    out = {}
    for row in rows(files[PRECINCTS]):
        for column in ("votes", "election_day", "mail", "provisional"):
            out[row["office"], row["candidate"], row["precinct"], column] = int(row[column] or 0)
    read = summary(files[SUMMARY])
    out["summary registered"], out["summary ballots"] = read.registered, read.ballots
    for title, contest in read.contests.items():
        for what, (total, by_group) in contest.items():
            out["summary", title, what, None] = total
            out.update({("summary", title, what, group): n for group, n in by_group.items()})
    return out


def moved(clean, name):
    before, after = figures(clean_exports(clean.plan)), figures(planted(clean, name))
    return {k: after.get(k, 0) - n for k, n in before.items() if after.get(k, 0) != n}


def test_reports_move_by_one_vote(clean):
    for name in ("vote-moved", "undervotes-misreported", "total-not-sum", "results-unbalanced"):
        assert set(map(abs, moved(clean, name).values())) == {1}, name
    assert sum(moved(clean, "vote-moved").values()) == 0
    assert {k[1] if k[0] != "summary" else k[2] for k in moved(clean, "undervotes-misreported")} == {UNDER, OVER}
    assert all(k[2] == "Total" for k in moved(clean, "total-not-sum"))
    assert {k[2] for k in moved(clean, "results-unbalanced")} == {"ballots"}
    assert {k[3] is None for k in moved(clean, "results-unbalanced")} == {True, False}


def test_swaps_leave_every_total_of_their_kind(clean):
    swapped = moved(clean, "precincts-swapped")
    assert len({k[2] for k in swapped}) == 2 and "Total" not in {k[2] for k in swapped}
    for column in ("votes", "election_day", "mail", "provisional"):
        assert sum(n for k, n in swapped.items() if k[3] == column) == 0
    groups = moved(clean, "groups-swapped")
    assert groups and all(k[3] not in ("votes", None) for k in groups), "only the split by group moves"
    by_column = Counter()
    for key, n in groups.items():
        by_column[key[0] == "summary", key[2] if key[0] != "summary" else "", key[3]] += n
    assert not any(by_column.values()), "as many votes go one way as the other"


def test_voters(clean):
    for name, relation in (("ballots-exceed-registered", "registered"), ("checked-in-short", "checked_in")):
        units = {(r["precinct"], r["measure"]): int(r["count"]) for r in rows(planted(clean, name)[TURNOUT])}
        short = [p for p, m in units if m == relation and units[p, m] < units[p, "ballots_cast"]]
        assert len(short) == 1 and short[0]
        assert units["", relation] == sum(n for (p, m), n in units.items() if p and m == relation)
    files = planted(clean, "negative-registered")
    units = {r["precinct"]: int(r["count"]) for r in rows(files[TURNOUT]) if r["measure"] == "registered"}
    assert [n for n in units.values() if n < 0] == [-1]
    read = summary(files[SUMMARY])
    assert read.registered == units[""] > read.ballots
    assert all(c["registered"][0] >= c["ballots"][0] for c in read.contests.values())
    assert {
        (r["precinct"], r["count"])
        for r in rows(planted(clean, "row-unreadable")[TURNOUT])
        if not r["count"].lstrip("-").isdigit()
    } == {("Mobile unit", "n/a")}


def test_ballots_cast_and_registration_differ_where_they_should(clean):
    files = planted(clean, "ballots-cast-misreported")
    short = {k: n for k, n in moved(clean, "ballots-cast-misreported").items()}
    assert set(short.values()) == {-1} and short["summary ballots"] == -1
    assert sum(recount(files[ZIP]).ballots.values()) == summary(files[SUMMARY]).ballots + 1
    assert {k: n for k, n in moved(clean, "sources-disagree").items() if k == "summary registered"} == {
        "summary registered": 7
    }


def test_names_contests_and_filters(clean):
    names = {r["candidate"] for r in rows(planted(clean, "name-respelled")[PRECINCTS])}
    known = {r["candidate"] for r in rows(clean_exports(clean.plan)[PRECINCTS])}
    assert names - known == {"Inaki Penaflor / Ruth Abara"}
    files = planted(clean, "contest-unreported")
    left = {q.title for q in clean.design.questions} - set(summary(files[SUMMARY]).contests)
    assert len(left) == 1 and not left & {r["office"] for r in rows(files[PRECINCTS])}
    said = json.loads(members(planted(clean, "export-filtered")[ZIP])["Configuration.json"].decode("utf-8-sig"))
    assert said["IncludePrecinctPortionFilter"] is True
    plain = json.loads(members(clean_exports(clean.plan)[ZIP])["Configuration.json"].decode("utf-8-sig"))
    assert not any(v for k, v in plain.items() if k.startswith("Include"))
    (row,) = [r for r in rows(planted(clean, "claims-differ")[COMPARISON]) if r["difference"] != "0"]
    assert int(row["count_per_manifest"]) - int(row["count_per_cvr_file"]) == int(row["difference"]) == 1
