"""A clean election: one seed, one election; all its files agree with what voters meant and with one another."""

import dataclasses
import inspect
import itertools
import json
from collections import Counter

import pytest
from simulate.rereading import OVER, UNDER, listing, members, recount, rows, summary

from faircount.model import BadInputError
from faircount.simulate import SIZES, Plan, design, dominion_folder, electorate, exports, scanning, simulate
from faircount.simulate.ballots import fill

SMALL = Plan(seed=7, precincts=5, ballots=900, sheets=1, jurisdiction="Sorrel")
COLUMN = {"Election Day": "election_day", "Vote by Mail": "mail", "Provisional": "provisional"}


@pytest.fixture(scope="module", params=["town", "small"])
def election(request):
    return simulate(SIZES["town"] if request.param == "town" else SMALL)


@pytest.fixture(scope="module")
def files(election):
    return exports(election)


@pytest.fixture(scope="module")
def found(files):
    return recount(files["CVR_Export.zip"])


def precinct_rows(files):
    return rows(next(data for name, data in files.items() if name.endswith("__precinct.csv")))


def test_same_seed_same_bytes_other_seed_other_bytes():
    first, again = exports(simulate(SMALL)), exports(simulate(dataclasses.replace(SMALL)))
    assert first == again
    other = exports(simulate(dataclasses.replace(SMALL, seed=8)))
    assert all(first[name] != other[name] for name in first)


@pytest.mark.parametrize("change", [{"precincts": 2}, {"ballots": 100}, {"sheets": 3}, {"seed": -1}])
def test_plans_that_cannot_hold_every_fault_are_refused(change):
    with pytest.raises(BadInputError):
        dataclasses.replace(SMALL, **change)


def test_cards_read_again_give_the_truth(election, found):
    for title, truth in election.truth.contests.items():
        wanted = {**truth.votes, UNDER: truth.undervotes, OVER: truth.overvotes}
        assert found.contest(title) == {choice: n for choice, n in wanted.items() if n}
        assert sum(n for (contest, *_), n in found.held.items() if contest == title) == truth.cards
    assert found.adjudicated == election.truth.adjudicated_ballots > 0
    assert sum(found.ballots.values()) == election.truth.ballots == election.plan.ballots
    assert sum(found.cards.values()) == election.truth.cards
    assert len(found.cards) == election.truth.batches


def test_every_votes_allowed_is_a_vote_an_undervote_or_an_overvote(election):
    for question in election.design.questions:
        truth = election.truth.contests[question.title]
        whole = sum(truth.votes.values()) + truth.undervotes + truth.overvotes
        assert whole == truth.cards * (1 if question.ranks else question.vote_for)


def test_vendor_figures_balance_on_every_unranked_contest_of_every_card(found, files):
    inside = members(files["CVR_Export.zip"])
    votes, ranks = listing(inside, "ContestManifest", "VoteFor"), listing(inside, "ContestManifest", "NumOfRanks")
    looked_at = 0
    for session in found.sessions:
        for version in ("Original", "Modified"):
            for card in session.get(version, {"Cards": []})["Cards"]:
                for contest in card["Contests"]:
                    if not ranks[contest["Id"]]:
                        made = sum(m["IsVote"] for m in contest["Marks"])
                        assert made + contest["Undervotes"] + contest["Overvotes"] == votes[contest["Id"]]
                        looked_at += 1
                    assert all(m["IsVote"] != m["IsAmbiguous"] or contest["Overvotes"] for m in contest["Marks"])
    assert looked_at > 3000


def test_positions_are_without_gaps_and_every_card_keeps_to_its_style(election, found, files):
    for numbers in found.positions.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    inside = members(files["CVR_Export.zip"])
    styles = {}
    for row in json.loads(inside["BallotTypeContestManifest.json"].decode("utf-8-sig"))["List"]:
        styles.setdefault(row["BallotTypeId"], set()).add(row["ContestId"])
    for session in found.sessions:
        cards = session["Original"]["Cards"]
        held = [c["Id"] for card in cards for c in card["Contests"]]
        assert len(held) == len(set(held))
        assert set(held) <= styles[session["Original"]["BallotTypeId"]]
        if len(cards) == election.plan.sheets:
            assert set(held) == styles[session["Original"]["BallotTypeId"]]


def test_manifest_and_comparison_agree_with_the_cards(files, found):
    listed = {
        (int(r["Tabulator ID"]), int(r["Batch"])): int(r["# of Ballot Cards"]) for r in rows(files["manifest.csv"])
    }
    assert listed == dict(found.cards)
    compared = rows(files["batch_count_comparison.csv"])
    assert {(int(r["scanner_id"]), int(r["batch_id"])) for r in compared} == set(listed)
    for row in compared:
        key = (int(row["scanner_id"]), int(row["batch_id"]))
        assert int(row["count_per_manifest"]) == int(row["count_per_cvr_file"]) == listed[key]
        assert row["difference"] == "0"
    central = [n for (tabulator, _), n in listed.items() if tabulator < 1000]
    assert min(central) >= 30 and max(central) <= 160


def test_precinct_file_agrees_with_the_cards_at_every_unit(files, found):
    seen = Counter()
    for row in precinct_rows(files):
        assert (
            int(row["votes"]) == sum(int(row[c] or 0) for c in COLUMN.values()) or row["office"] == "Registered Voters"
        )
        if row["precinct"] != "Total" and row["candidate"]:
            for group, column in COLUMN.items():
                seen[row["office"], row["candidate"], row["precinct"], group] += int(row[column])
    assert +seen == +found.votes


def test_total_rows_are_the_sums_of_their_precincts(files):
    sums, totals = Counter(), {}
    for row in precinct_rows(files):
        for column in ("votes", *COLUMN.values()):
            key = (row["office"], row["candidate"], column)
            if row["precinct"] == "Total":
                totals[key] = int(row[column] or 0)
            else:
                sums[key] += int(row[column] or 0)
    assert totals == dict(sums)


def test_summary_agrees_with_the_cards_in_every_group(election, files, found):
    read = summary(files["summary.xml"])
    assert (read.ballots, read.cards) == (election.truth.ballots, election.truth.cards)
    for group, ballots in read.ballots_by_group.items():
        assert ballots == sum(n for (_, g), n in found.ballots.items() if g == group)
    assert sum(read.cards_by_group.values()) == read.cards
    assert set(read.contests) == set(election.truth.contests)
    for title, figures in read.contests.items():
        for choice, (total, by_group) in figures.items():
            if choice == "registered":
                continue
            source = found.held if choice == "ballots" else found.votes
            for group, n in by_group.items():
                keys = [
                    k for k in source if k[0] == title and k[-1] == group and (choice == "ballots" or k[1] == choice)
                ]
                assert n == sum(source[k] for k in keys), (title, choice, group)
            assert total == sum(by_group.values())


def test_turnout_agrees_everywhere_and_is_possible(election, files, found):
    units = {(r["precinct"], r["measure"]): int(r["count"]) for r in rows(files["turnout.csv"])}
    named = {p for p, _ in units if p}
    for measure in ("registered", "checked_in", "ballots_cast"):
        assert units["", measure] == sum(units[p, measure] for p in named)
    for precinct in named:
        ballots = sum(n for (p, _), n in found.ballots.items() if p == precinct)
        assert units[precinct, "ballots_cast"] == ballots == election.truth.ballots_by_precinct[precinct]
        assert ballots <= units[precinct, "checked_in"] < units[precinct, "registered"]
    read = summary(files["summary.xml"])
    assert (read.registered, read.ballots) == (units["", "registered"], units["", "ballots_cast"])
    for row in precinct_rows(files):
        place = "" if row["precinct"] == "Total" else row["precinct"]
        if row["office"] == "Registered Voters":
            assert int(row["votes"]) == units[place, "registered"]
        if row["office"] == "Ballots Cast":
            assert int(row["votes"]) == units[place, "ballots_cast"]


def test_what_real_ballots_hold_is_there():
    """Every oddity that rules must face occurs, with the vendor's own word for it."""
    made = recount(exports(simulate(dataclasses.replace(SMALL, ballots=6000, precincts=6, sheets=2)))["CVR_Export.zip"])
    on_marks, on_contests, changed, kinds = Counter(), Counter(), 0, Counter()
    for session in made.sessions:
        kinds[len(session["Original"]["Cards"])] += 1
        if "Modified" in session:
            pair = [
                [m for k in c["Contests"] for m in k["Marks"]]
                for v in ("Original", "Modified")
                for c in session[v]["Cards"]
            ]
            changed += pair[: len(pair) // 2] != pair[len(pair) // 2 :]
        for card in session["Original"]["Cards"]:
            for contest in card["Contests"]:
                on_contests.update(contest["OutstackConditionIds"])
                for mark in contest["Marks"]:
                    on_marks.update(mark["OutstackConditionIds"])
                    assert ("PartyId" in mark) != ("WriteinIndex" in mark)
    assert set(on_marks) == {0, 1, 5, 9, 10, 12}
    assert set(on_contests) == {4, 5, 6, 11, 13, 14}
    assert changed > 10
    assert set(kinds) == {1, 2}
    assert kinds[2] > 40 * kinds[1]


@pytest.fixture(scope="module")
def county():
    return simulate(SIZES["county"])


def test_the_close_contest_is_close(county):
    election = county
    index, question = next((i, q) for i, q in enumerate(election.design.questions) if q.close)
    ballots = Counter()
    for stack in election.stacks:
        for record in stack.records:
            for reading in (r for s in record.sheets for r in s.readings if r.question == index):
                ranks = {}
                for mark in reading.marks:
                    if not mark.ambiguous:
                        ranks.setdefault(mark.rank, []).append(mark.choice)
                ballots[tuple(c[0] for _, c in sorted(ranks.items()) if len(c) == 1)] += 1
    left = set(range(len(question.entries)))
    while True:
        tops = Counter({c: 0 for c in left})
        for order, n in ballots.items():
            top = next((c for c in order if c in left), None)
            if top is not None:
                tops[top] += n
        if len(left) == 2:
            break
        left.remove(min(tops, key=lambda c: (tops[c], c)))
    (_, first), (_, second) = tops.most_common(2)
    assert first - second < 0.03 * (first + second)


def test_votes_hang_together_and_places_lean(county):
    """A voter's choices in two contests are not independent, and precincts differ."""
    election = county
    pairs, places = Counter(), {}
    for stack in election.stacks:
        for record in stack.records:
            first = record.sheets[0].readings
            governor = next((r for r in first if r.question == 0 and len(r.votes) == 1), None)
            measure = next((r for s in record.sheets for r in s.readings if r.question == 5 and r.votes), None)
            if governor and measure:
                pairs[governor.votes[0], measure.votes[0]] += 1
                places.setdefault(record.precinct, Counter())[governor.votes[0]] += 1
    n = sum(pairs.values())
    rows_, columns = Counter(), Counter()
    for (a, b), k in pairs.items():
        rows_[a] += k
        columns[b] += k
    chi = sum(
        (pairs[a, b] - rows_[a] * columns[b] / n) ** 2 / (rows_[a] * columns[b] / n) for a in rows_ for b in columns
    )
    assert chi > 100
    leader = rows_.most_common(1)[0][0]
    shares = [c[leader] / c.total() for c in places.values()]
    assert max(shares) - min(shares) > 0.1


def test_names_and_parties_are_labels(monkeypatch):
    """Give every choice another's name and party: the marks stay where they were."""
    plain = simulate(SMALL)
    turned = tuple(dataclasses.replace(q, entries=q.entries[1:] + q.entries[:1]) for q in design.QUESTIONS)
    monkeypatch.setattr(design, "QUESTIONS", turned)
    other = simulate(SMALL)
    for a, b in zip(plain.design.questions, other.design.questions, strict=True):
        one, two = plain.truth.contests[a.title].votes, other.truth.contests[b.title].votes
        assert [one[name] for name in a.choices] == [two[name] for name in b.choices]
        assert a.choices != b.choices
    for source in map(inspect.getsource, (electorate, scanning, inspect.getmodule(fill))):
        for name in itertools.chain(design.PARTIES, *(q.choices for q in design.QUESTIONS)):
            assert name == "Write-in" or name in ("Yes", "No") or name not in source


def test_no_slot_wins_by_its_place_on_the_ballot():
    """Over many seeds each place on the ballot wins about equally often."""
    wins = Counter()
    for seed in range(60):
        truth = simulate(dataclasses.replace(SMALL, seed=seed, ballots=200)).truth.contests["Governor"]
        names = list(truth.votes)
        wins[names.index(max(truth.votes, key=truth.votes.__getitem__))] += 1
    assert all(5 <= wins[slot] <= 27 for slot in range(4)), wins


def test_folder_and_zip_hold_the_same_files(election, files):
    folder = dominion_folder(election)
    assert folder == members(files["CVR_Export.zip"])
    assert all(data.startswith(b"\xef\xbb\xbf{") for data in folder.values())
    numbers = sorted(int(n[10:-5]) for n in folder if n.startswith("CvrExport_"))
    assert len(numbers) == len(election.stacks) < numbers[-1] - numbers[0]
    manifests = {n for n in folder if not n.startswith("CvrExport_")}
    assert len(manifests) == 15 and "Configuration.json" in manifests


def test_names_that_trip_programs_are_on_the_ballot(election):
    text = " ".join(c for q in election.design.questions for c in q.choices)
    assert all(part in text for part in ("ñ", "É" if "É" in text else "é", "'", '"', ",")) and not text.isascii()
    assert any(ord(c) > 0x2E80 for c in text)
