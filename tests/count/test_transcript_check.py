"""Official tables against the law: lots are read off them, and planted faults are found at their count."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from faircount.count import RULES
from faircount.count.official_table import Official, OfficialRound
from faircount.count.transcript_check import Checked, check, in_figures
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank, Transcript, UsageError


def ballots(rows: dict[str, int], rule: str, seats: int = 1, **options: str) -> tuple[Contest, Profile]:
    names = sorted({sign for row in rows for sign in row})
    counts = {
        Pattern(tuple(Mark(CandidateIndex(names.index(n)), Rank(r)) for r, n in enumerate(row, 1))): cards
        for row, cards in rows.items()
    }
    choices = tuple(Choice(n) for n in names)
    made = Contest("A seat", choices, seats, ranks=5, rule=rule, options=tuple(sorted(options.items())))
    return made, Profile.of(counts)


def table(count: Transcript, says: bool = True) -> Official:
    """The table that an office would publish of `count`; `says`: with who is elected and excluded."""
    return Official(
        tuple(
            OfficialRound(
                tuple((CandidateIndex(c), n) for c, n in enumerate(one.votes) if n),
                one.elected if says else None,
                one.excluded if says else None,
            )
            for one in count.rounds
        )
    )


def changed(official: Official, number: int, choice: int, votes: int | Fraction) -> Official:
    """The table with one figure of round `number` moved by `votes`."""
    one = official.rounds[number - 1]
    told = tuple((c, n + votes if c == choice else n) for c, n in one.votes)
    return replace(
        official, rounds=(*official.rounds[: number - 1], replace(one, votes=told), *official.rounds[number:])
    )


def places(found: Checked) -> list[tuple[int, str]]:
    return [(one.round, one.kind) for one in found.departures]


IRV = {"ABC": 30, "BAC": 28, "CBA": 12, "DCB": 9, "EDC": 5}
WORKED = {"AC": 40, "AD": 20, "BC": 21, "CB": 9, "DC": 8, "EDC": 2}


def test_a_count_agrees_with_itself_with_and_without_its_decisions() -> None:
    for rule, rows, seats in (("instant-runoff", IRV, 1), ("stv", WORKED, 3), ("senate-stv", IRV, 2)):
        contest, profile = ballots(rows, rule, seats)
        law = RULES[rule].count(contest, profile)
        for says in (True, False):
            assert law.verdict == "elected", rule
            found = check(contest, profile, table(law, says))
            assert found.agrees and places(found) == [] and not found.unlisted
            assert found.compared == len(law.rounds) and found.figures == found.agreeing > 5


def test_one_figure_changed_is_found_in_its_round_and_no_other() -> None:
    contest, profile = ballots(WORKED, "stv", 3)
    law = RULES["stv"].count(contest, profile)
    for number, one in enumerate(law.rounds, 1):
        for choice in [c for c, n in enumerate(one.votes) if n]:
            for says in (True, False):
                found = check(contest, profile, changed(table(law, says), number, choice, 1))
                assert places(found) == [(number, "figure")], (number, choice)
                [change] = found.departures[0].changes
                assert (change.choice, change.table) == (choice, one.votes[choice] + 1) and change.law == one.votes[
                    choice
                ]
                assert found.figures - found.agreeing == 1


def test_an_exclusion_swapped_is_found_where_it_was_made() -> None:
    """The office excludes D, who has 9, before E, who has 5; the figures that follow are of that other count."""
    contest, profile = ballots(IRV, "instant-runoff", batch="no", until_two="yes")
    law = RULES["instant-runoff"].count(contest, profile)
    # The same ballots with D out from the start are what the office has after its first round.
    gone = replace(contest, choices=tuple(replace(c, kind="withdrawn" if c.name == "D" else c.kind)
                                          for c in contest.choices))  # fmt: skip
    other = RULES["instant-runoff"].count(gone, profile)
    first = replace(law.rounds[0], excluded=(CandidateIndex(3),))
    for says in (True, False):
        found = check(contest, profile, table(replace(law, rounds=(first, *other.rounds)), says))
        assert places(found)[0] == (1, "excluded")
        assert "D" in found.departures[0].words and "E 5" in found.departures[0].words
        assert found.compared == 1 and found.touched


@pytest.mark.parametrize(("decision", "value"), [("decimals", "1"), ("share", "transferable"), ("decimals", "0")])
def test_another_transfer_value_is_found_where_it_moved_votes(decision: str, value: str) -> None:
    rows = {"AC": 41, "AD": 20, "A": 9, "BC": 21, "CB": 9, "DC": 8}
    contest, profile = ballots(rows, "stv", 3)
    law = RULES["stv"].count(contest, profile)
    theirs = RULES["stv"].count(replace(contest, options=((decision, value),)), profile)
    number = next(n for n, (one, other) in enumerate(zip(law.rounds, theirs.rounds, strict=False), 1)
                  if one.votes != other.votes)  # fmt: skip
    found = check(contest, profile, table(theirs))
    assert places(found)[0] == (number, "transfer")
    moving = contest.name_of(law.rounds[number - 2].transfers[0].source)
    assert f"Votes of {moving} move at the end of round {number - 1}" in found.departures[0].words
    told = {c.choice: (c.table or 0, c.law) for c in found.departures[0].changes}
    pairs = zip(theirs.rounds[number - 1].votes, law.rounds[number - 1].votes, strict=True)
    assert told == {c: (n, m) for c, (n, m) in enumerate(pairs) if n != m}
    if decision == "share":
        assert "in the same proportions" in found.departures[0].words


def test_a_lot_is_read_off_the_table_whichever_way_it_fell() -> None:
    contest, profile = ballots({"A": 9, "BA": 4, "CB": 4, "DA": 4}, "instant-runoff", batch="no", tie="stop")
    for record in (["B"], ["C"], ["D"]):
        own = replace(contest, options=(("batch", "no"), ("tie", "recorded"), ("tie_record", json.dumps(record))))
        law = RULES["instant-runoff"].count(own, profile)
        for says in (True, False):
            found = check(contest, profile, table(law, says))
            if law.verdict == "elected":
                assert found.agrees
            assert contest.name_of(found.record[0]) == record[0]
            assert found.ties[0][0] == 1 and found.ties[0][1].tied == (1, 2, 3)


def test_a_tie_that_the_law_decides_is_not_the_offices_to_decide() -> None:
    """B and C are level in round 2 and B had fewer in round 1: the Scottish law excludes B, the table excluded C."""
    contest, profile = ballots({"A": 10, "B": 4, "CA": 5, "DB": 1}, "stv", tie_then="recorded", decimals="5")
    law = RULES["stv"].count(contest, profile)
    assert [tie.decided_by for one in law.rounds for tie in one.ties] == ["votes in round 1"]
    number = next(n for n, one in enumerate(law.rounds, 1) if one.ties)
    wrong = list(law.rounds)
    wrong[number - 1] = replace(wrong[number - 1], excluded=(CandidateIndex(2),))
    found = check(contest, profile, table(replace(law, rounds=tuple(wrong))))
    assert places(found) == [(number, "excluded")] and found.ties == ()
    assert "votes in round 1" in found.departures[0].words


def test_a_table_that_hides_its_lot_is_told() -> None:
    contest, profile = ballots({"A": 9, "BA": 4, "CB": 4}, "instant-runoff", tie="stop")
    votes = ((CandidateIndex(0), 9), (CandidateIndex(1), 4), (CandidateIndex(2), 4))
    found = check(contest, profile, Official((OfficialRound(votes),)))
    assert found.agrees is (found.transcript.verdict == "elected")
    contest, profile = ballots({"A": 4, "BA": 2, "CB": 2}, "instant-runoff", tie="stop", batch="no")
    found = check(contest, profile, Official((OfficialRound(((CandidateIndex(0), 4),)),)))
    assert (1, "tie") in places(found) and found.unlisted == (1, 2)


def test_a_lot_that_no_column_shows_is_told_from_what_came_of_it() -> None:
    contest, profile = ballots({"A": 10, "B": 4, "C": 4}, "stv", 2, last_exclusion="kept")
    stopped = RULES["stv"].count(contest, profile)
    assert stopped.verdict == "tie" and stopped.rounds[-1].tied == (1, 2)
    for chosen, out in ((1, 2), (2, 1)):
        found = check(
            contest, profile, replace(table(stopped, says=False), elected=(CandidateIndex(0), CandidateIndex(chosen)))
        )
        assert found.agrees and found.record == (out,)
    unsaid = check(contest, profile, table(stopped, says=False))
    assert places(unsaid) == [(2, "tie")]


def test_a_lot_is_only_between_those_whom_earlier_rounds_leave_tied() -> None:
    rows = {"A": 10, "B": 3, "C": 3, "D": 4, "EB": 1, "EC": 1}
    contest, profile = ballots(rows, "instant-runoff", batch="no", tie="previous-rounds")
    stopped = RULES["instant-runoff"].count(contest, profile)
    assert stopped.verdict == "tie" and stopped.rounds[-1].votes[1:4] == (4, 4, 4)
    assert stopped.rounds[-1].tied == (1, 2), "D had more votes in round 1"
    law = replace(contest, options=(*contest.options, ("tie_record", '["C"]'), ("tie_then", "recorded")))
    decided = RULES["instant-runoff"].count(law, profile)
    assert decided.rounds[1].ties[0].tied == (1, 2, 3) and decided.rounds[1].excluded == (2,)
    found = check(contest, profile, table(decided))
    assert found.agrees and found.record == (2,)


def test_at_a_tie_left_open_whom_the_table_names_is_no_departure() -> None:
    """C and D are level and the office excludes both: what is told is the tie, and nothing that follows from it."""
    contest, profile = ballots({"A": 9, "B": 6, "CB": 2, "DB": 2}, "instant-runoff", batch="no", tie="stop")
    law = RULES["instant-runoff"].count(replace(contest, options=(("batch", "yes"),)), profile)
    assert [one.excluded for one in law.rounds] == [(2, 3), ()] and law.elected == (1,)
    assert places(check(contest, profile, table(law))) == [(1, "tie")]
    only_elected = Official(table(law, says=False).rounds, law.elected)
    assert places(check(contest, profile, only_elected)) == [(1, "tie")]
    # A is elected before the tie for the second seat; a table without A departs from that.
    contest, profile = ballots({"A": 10, "B": 1, "C": 1}, "stv", seats=2)
    before = RULES["stv"].count(contest, profile)
    assert (before.verdict, before.elected) == ("tie", (0,))
    other = Official((), (CandidateIndex(1), CandidateIndex(2)))
    assert (0, "elected") in places(check(contest, profile, other))


def test_rounds_left_out_and_nothing_at_all() -> None:
    contest, profile = ballots(IRV, "instant-runoff", batch="no", until_two="yes")
    law = RULES["instant-runoff"].count(contest, profile)
    short = Official(table(law).rounds[:-1])
    assert (len(law.rounds), "rounds") in places(check(contest, profile, short))
    with pytest.raises(UsageError, match="no rounds"):
        check(contest, profile, Official())


def test_sums_of_the_table_are_looked_at_by_themselves() -> None:
    contest, profile = ballots(IRV, "instant-runoff", batch="no", until_two="yes")
    law = RULES["instant-runoff"].count(contest, profile)
    pairs = zip(table(law).rounds, law.rounds, strict=True)
    rounds = [replace(one, inactive=sum(n for _, n in own.inactive)) for one, own in pairs]
    assert not check(contest, profile, Official(tuple(rounds))).sums
    rounds[1] = replace(rounds[1], inactive=3)
    found = check(contest, profile, Official(tuple(rounds)))
    assert found.agrees and [(one.round, one.kind) for one in found.sums] == [(2, "sum")]


def test_figures_are_shown_exactly() -> None:
    assert in_figures(Fraction(-15, 2)) == "-7.5" and in_figures(Fraction(10001, 10000)) == "1.0001"
    assert in_figures(Fraction(1, 3)) == "1/3" and in_figures(12345) == "12,345"


def one(*votes: int, elected: tuple[int, ...] | None = None, excluded: tuple[int, ...] | None = None) -> OfficialRound:
    """A round of a table: votes in the order of the ballot, and whom it names."""
    index = tuple(map(CandidateIndex, range(len(votes))))
    named = [None if who is None else tuple(map(CandidateIndex, who)) for who in (elected, excluded)]
    return OfficialRound(tuple(zip(index, votes, strict=True)), *named)


LEVEL = {"AB": 10, "BA": 9, "CA": 4, "DB": 4}


def test_another_exclusion_is_told_where_the_law_waits_for_a_lot() -> None:
    """C and D are lowest and level; a table that excludes B takes none of them."""
    contest, profile = ballots(LEVEL, "instant-runoff", batch="no")
    found = check(
        contest, profile, Official((one(10, 9, 4, 4, elected=(), excluded=(1,)), one(19, 0, 4, 4, elected=(0,))))
    )
    assert places(found) == [(1, "tie"), (1, "excluded")] and not found.ties
    assert "in the table: B; under the law: one of C, D, by lot." in found.departures[1].words


def test_a_table_may_call_the_last_loser_excluded() -> None:
    contest, profile = ballots({"A": 5, "B": 3, "CA": 1}, "instant-runoff", batch="no")
    rounds = one(5, 3, 1, elected=(), excluded=()), one(5, 3, 1, elected=(0,), excluded=(1, 2))
    assert check(contest, profile, Official(rounds[1:])).agrees
    # Not where it goes on after that: then it is an exclusion, of which the law knows none.
    found = check(contest, profile, Official((rounds[1], one(6, 3, 0))))
    assert places(found) == [(1, "excluded")]


def test_whose_place_among_the_finalists_is_read_off_those_who_stay() -> None:
    """B and C are level for the second place; E, with one vote, goes out with whichever of them loses it."""
    rows = {"A": 5, "B": 3, "C": 3, "EA": 1}
    for picked in "BC":
        contest, profile = ballots(rows, "final-n-instant-runoff", tie="recorded", finalists="2")
        stated = tuple(sorted((*contest.options, ("tie_record", json.dumps([picked])))))
        law = RULES["final-n-instant-runoff"].count(replace(contest, options=stated), profile)
        assert law.rounds[0].ties[0].about == "place in the runoff" and law.verdict == "elected"
        for says in (True, False):
            found = check(contest, profile, table(law, says))
            assert found.agrees and [contest.name_of(c) for c in found.record] == [picked]


def test_two_of_three_who_are_level_for_two_seats() -> None:
    contest, profile = ballots({"A": 2, "B": 2, "C": 2}, "stv", 2, quota="hagenbach-bischoff", reach="at-least")
    law = RULES["stv"].count(contest, profile)
    assert law.verdict == "tie" and law.rounds[0].ties[0].about == "elected" and law.rounds[0].tied == (0, 1, 2)
    found = check(contest, profile, Official((one(2, 2, 2, elected=(2, 0)),)))
    assert found.transcript.elected == (2, 0) and places(found) == []


def test_a_figure_misprinted_after_a_lot_is_a_figure_and_hides_no_lot() -> None:
    contest, profile = ballots({"AC": 7, "BD": 7, "C": 1, "D": 1}, "stv", 2, elect="one-a-round")
    options = (*contest.options, ("tie_record", '["B"]'), ("tie_then", "recorded"))
    law = RULES["stv"].count(replace(contest, options=tuple(sorted(options))), profile)
    assert [one.elected for one in law.rounds] == [(1,), (0,)] and law.rounds[1].votes[3] > 1
    found = check(contest, profile, changed(table(law, says=False), 2, 2, 4))
    assert found.record == (1,) and places(found) == [(2, "figure")]
