"""What the law gives, against counts so naive that they can be read: small elections, all of them or many at random."""

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, permutations, product
from typing import Any

import pytest

from faircount_verifier.forms import StepError
from faircount_verifier.law import Assertion, Ballot, Contest, Tally
from verifier.bundle_by_hand import assertion, contest, pair


def made(rule: str, choices: int, elected: list[int], verdict: str = "elected", **other: Any) -> Contest:
    outcome = {"elected": elected, "verdict": verdict}
    if "seated" in other:
        outcome["seats"] = other.pop("seated")
    return Contest(
        contest("c", 100, choices, elected, other.pop("assertions", []), rule=rule, outcome=outcome, **other), "here"
    )


def totals(votes: list[int], cards: int | None = None) -> Tally:
    ballots = [(Ballot(((c, Fraction(1)),)), n) for c, n in enumerate(votes)]
    return Tally(sum(votes) if cards is None else cards, ballots)


def status(one: Contest, tally: Tally) -> str:
    try:
        one.check_outcome(tally, one.outcome)
    except StepError as error:
        return str(error.args[0])
    return "PASS"


def implied(one: Contest) -> str:
    try:
        one.check_implied()
    except StepError as error:
        return str(error.args[0])
    return "PASS"


@pytest.mark.parametrize("seats", [1, 2])
def test_plurality(seats: int) -> None:
    for votes in product(range(1, 5), repeat=3):
        for elected in combinations(range(3), seats):
            rest = [votes[c] for c in range(3) if c not in elected]
            least = min(votes[c] for c in elected)
            expected = "PASS" if least > max(rest) else "NOT CHECKED" if least == max(rest) else "FAIL"
            assert status(made("plurality", 3, list(elected), seats=seats), totals(list(votes))) == expected


def test_nobody_may_be_left_out_or_added() -> None:
    assert status(made("plurality", 3, [0], seats=2), totals([5, 3, 1])) == "FAIL"
    assert status(made("plurality", 3, [0, 1]), totals([5, 3, 1])) == "FAIL"
    assert status(made("plurality", 3, [], "tie"), totals([5, 3, 1])) == "FAIL"
    assert status(made("plurality", 3, [], "tie"), totals([5, 5, 1])) == "NOT CHECKED"
    assert status(made("plurality", 2, [0], seats=1), totals([0, 0])) == "NOT CHECKED"


@pytest.mark.parametrize("reach", ["more-than", "at-least"])
def test_threshold(reach: str) -> None:
    for yes, no, blank in product(range(1, 6), range(5), range(3)):
        for base, whole in (("votes", yes + no), ("ballots", yes + no + blank)):
            options = {"threshold": "3/5", "reach": reach, "base": base}
            reached = 5 * yes > 3 * whole or (reach == "at-least" and 5 * yes == 3 * whole)
            for verdict, elected in (("passed", [0]), ("not passed", [])):
                one = made("threshold", 2, elected, verdict, options=options)
                expected = "PASS" if reached == (verdict == "passed") else "FAIL"
                assert status(one, totals([yes, no], yes + no + blank)) == expected


def test_majority_or_runoff() -> None:
    for votes in product(range(1, 5), repeat=3):
        order = sorted(range(3), key=lambda c: -votes[c])
        outright = 2 * votes[order[0]] > sum(votes)
        tie = votes[order[1]] == votes[order[2]] and not outright
        assert status(made("majority-or-runoff", 3, order[:1]), totals(list(votes))) == (
            "PASS" if outright else "FAIL" if 2 * max(votes) < sum(votes) else "NOT CHECKED"
        )
        assert status(made("majority-or-runoff", 3, sorted(order[:2]), "runoff"), totals(list(votes))) in (
            {"FAIL"} if outright else {"NOT CHECKED"} if tie or 2 * max(votes) == sum(votes) else {"PASS"}
        )


def sequence(name: str, seat: int) -> Fraction:
    first = {"modified-sainte-lague": Fraction(7, 5), "modified-sainte-lague-1.2": Fraction(6, 5)}
    if seat == 0 and name in first:
        return first[name]
    return (
        Fraction(1 + seat)
        if name == "dhondt"
        else Fraction(1) + Fraction(seat, 2)
        if name == "imperiali"
        else Fraction(2 * seat + 1)
    )


@pytest.mark.parametrize(
    "name", ["dhondt", "sainte-lague", "modified-sainte-lague", "modified-sainte-lague-1.2", "imperiali"]
)
def test_highest_averages_seat_by_seat(name: str) -> None:
    chance = random.Random(name)
    for _ in range(60):
        votes, seats = [chance.randint(1, 60) for _ in range(4)], [0] * 4
        tie = False
        for _ in range(5):
            quotients = [Fraction(v) / sequence(name, s) for v, s in zip(votes, seats, strict=True)]
            tie = quotients.count(max(quotients)) > 1
            seats[quotients.index(max(quotients))] += 1
        right = made(
            "highest-averages", 4, [c for c in range(4) if seats[c]], seated=seats, seats=5, options={"divisor": name}
        )
        assert status(right, totals(votes)) == ("NOT CHECKED" if tie else "PASS")
        a, b = chance.sample(range(4), 2)
        if seats[a]:
            moved = [n - (c == a) + (c == b) for c, n in enumerate(seats)]
            wrong = made(
                "highest-averages",
                4,
                [c for c in range(4) if moved[c]],
                seated=moved,
                seats=5,
                options={"divisor": name},
            )
            assert status(wrong, totals(votes)) in ({"FAIL", "NOT CHECKED"} if tie else {"FAIL"})


def winners_naively(ballots: list[tuple[Ballot, int]], standing: tuple[int, ...]) -> set[int]:
    if len(standing) == 1:
        return {*standing}
    votes = {
        c: sum(n for b, n in ballots if next((x for x in b.ranking if x in standing), None) == c) for c in standing
    }
    lowest = [c for c in standing if votes[c] == min(votes.values())]
    return set().union(*(winners_naively(ballots, tuple(x for x in standing if x != c)) for c in lowest))


def rankings(choices: int) -> list[Ballot]:
    return [Ballot((), order) for size in range(1, choices + 1) for order in permutations(range(choices), size)]


def test_instant_runoff_with_every_way_to_decide_ties() -> None:
    chance = random.Random(3)
    for _ in range(150):
        ballots = [(ballot, chance.randint(1, 4)) for ballot in chance.sample(rankings(4), 5)]
        winners = winners_naively(ballots, (0, 1, 2, 3))
        for c in range(4):
            one = made("instant-runoff", 4, [c], ranks=4)
            expected = "FAIL" if c not in winners else "PASS" if len(winners) == 1 else "NOT CHECKED"
            assert status(one, Tally(40, ballots)) == expected


def claims(choices: int, winner: int) -> Iterator[tuple[int, int, frozenset[int], Any]]:
    for a, b in permutations(range(choices), 2):
        yield (
            a,
            b,
            frozenset(),
            assertion("NEB", a, b, [], [["-1", "prefers", [b, a, True]], ["1", "first", [a]]], "1/2"),
        )
        for size in range(choices - 1):
            for more in combinations([c for c in range(choices) if c not in (a, b)], size):
                standing = sorted([a, b, *more])
                terms = [["-1", "head", [b, standing]], ["1", "head", [a, standing]]]
                yield a, b, frozenset(standing), assertion("NEN", a, b, standing, terms, "1/2")


def test_what_elimination_claims_imply_is_found_by_trying_every_order() -> None:
    chance, known, said = random.Random(5), list(claims(4, 0)), set()
    for _ in range(300):
        chosen = chance.sample(known, chance.randint(3, 14))
        open_orders = []
        for order in permutations(range(4)):
            stands = [frozenset(order[i:]) for i in range(4)]
            broken = any(
                w == order[i] and low in order[i + 1 :] and (not s or s == stands[i])
                for i in range(3)
                for w, low, s, _ in chosen
            )
            if order[-1] != 0 and not broken:
                open_orders.append(order)
        found = implied(made("instant-runoff", 4, [0], ranks=4, assertions=[one for *_, one in chosen]))
        assert found == ("FAIL" if open_orders else "PASS")
        said.add(found)
    assert said == {"PASS", "FAIL"}


def test_pairs_left_out_are_open() -> None:
    both = [pair(0, 2, "1/2"), pair(1, 2, "1/2")]
    assert implied(made("plurality", 3, [0, 1], seats=2, assertions=both)) == "PASS"
    assert implied(made("plurality", 3, [0, 1], seats=2, assertions=both[:1])) == "FAIL"
    assert implied(made("plurality", 3, [0, 1], seats=2, assertions=[both[0], pair(2, 1, "1/2")])) == "FAIL"
    odd = assertion("odd", 0, 2, [], [["1", "higher", [0, 2]]], "1/2")
    assert implied(made("plurality", 3, [0, 1], seats=2, assertions=[odd])) == "NOT CHECKED"
    assert implied(made("plurality", 3, [0, 1, 2], seats=3)) == "PASS"


def test_a_lead_is_no_majority() -> None:
    half = assertion("share", 0, None, [], [["1/2", "votes", [0]], ["-1/2", "votes", [1, 2]]], "1/2")
    less = [
        assertion("share", None, None, [], [["1/2", "votes", [0, 1, 2]], ["-1", "votes", [c]]], "1/2") for c in (0, 1)
    ]
    runoff = [pair(0, 2, "1/2"), pair(1, 2, "1/2"), *less]
    assert implied(made("majority-or-runoff", 3, [0], assertions=[half])) == "PASS"
    assert implied(made("majority-or-runoff", 3, [0], assertions=[pair(0, 1, "1/2"), pair(0, 2, "1/2")])) == "FAIL"
    assert implied(made("majority-or-runoff", 3, [0, 1], "runoff", assertions=runoff)) == "PASS"
    for gone in range(4):
        some = [one for n, one in enumerate(runoff) if n != gone]
        assert implied(made("majority-or-runoff", 3, [0, 1], "runoff", assertions=some)) == "FAIL"


def test_a_threshold_is_claimed_of_its_own_part_and_base() -> None:
    options = {"threshold": "2/3"}
    of_votes = assertion("share", 0, None, [], [["1/3", "votes", [0]], ["-2/3", "votes", [1]]], "1/2")
    of_cards = assertion("share", 0, None, [], [["1", "votes", [0]], ["-2/3", "cards", []]], "1/2")
    lower = assertion("share", 0, None, [], [["1/2", "votes", [0]], ["-1/2", "votes", [1]]], "1/2")
    assert implied(made("threshold", 2, [0], "passed", options=options, assertions=[of_votes])) == "PASS"
    assert implied(made("threshold", 2, [0], "passed", options=options, assertions=[lower])) == "FAIL"
    ballots = {**options, "base": "ballots"}
    assert implied(made("threshold", 2, [0], "passed", options=ballots, assertions=[of_cards])) == "PASS"
    assert implied(made("threshold", 2, [0], "passed", options=ballots, assertions=[of_votes])) == "FAIL"


def test_quotients_crosswise_imply_the_seats() -> None:
    seats, assertions = [3, 1, 0], []
    for a, b in permutations(range(3), 2):
        if seats[a]:
            terms = [[str(Fraction(1, seats[a])), "votes", [a]], [str(Fraction(-1, seats[b] + 1)), "votes", [b]]]
            assertions.append(assertion("quotient", a, b, [], terms, "1/2"))
    given: dict[str, Any] = {"seated": seats, "seats": 4}
    assert implied(made("highest-averages", 3, [0, 1], assertions=assertions, **given)) == "PASS"
    for gone in range(len(assertions)):
        some = [one for n, one in enumerate(assertions) if n != gone]
        assert implied(made("highest-averages", 3, [0, 1], assertions=some, **given)) == "FAIL"


def test_features() -> None:
    ballot = Ballot(((0, Fraction(2)), (2, Fraction(1, 2))), (2, 0))
    expected = [
        ("votes", [0, 1, 2], "5/2"),
        ("cards", [], "1"),
        ("first", [2], "1"),
        ("first", [0, 1], "0"),
        ("ranks", [1, 0], "1"),
        ("ranks", [1], "0"),
        ("head", [0, [0, 1]], "1"),
        ("head", [0, [0, 2]], "0"),
        ("prefers", [2, 0, False], "1"),
        ("prefers", [0, 2, True], "0"),
        ("prefers", [0, 1, True], "1"),
        ("prefers", [0, 1, False], "0"),
        ("prefers", [1, 0, True], "0"),
        ("evenly", [2], "1/2"),
        ("evenly", [1], "0"),
        ("passed", [2, 0, 1], "1"),
        ("passed", [2, 2, 0], "1"),
        ("passed", [0, 0, 1], "0"),
        ("passed", [2, 1, 0], "0"),
        ("higher", [0, 2], "1"),
        ("higher", [2, 0], "0"),
    ]
    for name, arguments, value in expected:
        one = Assertion(assertion("x", None, None, [], [["1", name, arguments]], "1/2"), 3, "here")
        assert one.gain(ballot) == Fraction(value), (name, arguments)
    with pytest.raises(StepError, match="NOT CHECKED"):
        Assertion(assertion("x", None, None, [], [["1", "unheard-of", [0]]], "1/2"), 3, "here").gain(ballot)


@pytest.mark.parametrize(
    ("options", "marks", "ranking"),
    [
        ({}, [[1, 1, None], [0, 3, None]], (1, 0)),
        ({}, [[1, 1, None], [0, 2, None], [2, 2, None], [3, 3, None]], (1,)),
        ({"overvote": "skip"}, [[1, 1, None], [0, 2, None], [2, 2, None], [3, 3, None]], (1, 3)),
        ({}, [[1, 1, None], [1, 2, None], [2, 3, None]], (1, 2)),
        ({"repeated": "exhaust"}, [[1, 1, None], [1, 2, None], [2, 3, None]], (1,)),
        ({}, [], ()),
    ],
)
def test_how_marks_become_a_ranking(options: dict[str, str], marks: Any, ranking: tuple[int, ...]) -> None:
    assert made("instant-runoff", 4, [0], ranks=4, options=options).read(marks)[0] == Ballot((), ranking)


def test_a_ranking_may_carry_the_vote_of_its_first_preference() -> None:
    read = made("instant-runoff", 4, [0], ranks=4).read([[1, 1, None], [0, 2, None]])
    assert read == [Ballot((), (1, 0)), Ballot(((1, Fraction(1)),), (1, 0))]


@pytest.mark.parametrize(
    "value", [{"ranking": [0, 0]}, {"ranking": [3]}, {"votes": [[0, 0]]}, {"votes": [[1, 1], [0, 1]]}]
)
def test_impossible_ballots(value: Any) -> None:
    with pytest.raises(StepError, match="FAIL"):
        made("instant-runoff", 3, [0], ranks=3).ballot(value, "here")
    with pytest.raises(StepError, match="FAIL"):
        made("plurality", 3, [0]).ballot({"ranking": [0]}, "here")
    with pytest.raises(StepError, match="FAIL"):
        made("limited", 3, [0], votes_allowed=2).ballot({"votes": [[0, 2], [1, 1]]}, "here")


def test_what_is_not_supported_is_said() -> None:
    for options in ({"overvote": "split"}, {"skipped": "1"}):
        with pytest.raises(StepError, match="NOT CHECKED"):
            made("instant-runoff", 4, [0], ranks=4, options=options).read([[1, 1, None]])
    assert status(made("meek", 3, [0]), totals([3, 2, 1])) == "NOT CHECKED"
    assert (
        status(made("instant-runoff", 3, [0], options={"minimum": "5"}), Tally(3, [(Ballot((), (0,)), 3)]))
        == "NOT CHECKED"
    )
    assert (
        status(made("highest-averages", 2, [0], seated=[1, 0], options={"threshold": "1/20"}), totals([3, 2]))
        == "NOT CHECKED"
    )


def test_bounds_are_those_of_every_ballot() -> None:
    for allowed in (1, 2):
        one = made("plurality", 3, [0], votes_allowed=allowed, assertions=[pair(0, 1, "1/2")])
        wide = assertion("x", None, None, [], [["1", "votes", [0, 2]], ["-1", "votes", [1]]], "1/2")
        wide["assorter"]["upper"] = "3/2" if allowed == 2 else "1"
        one.assertions[0].check(one.most)
        found = Assertion(wide, 3, "here")
        found.check(one.most)
        marked = [
            Ballot(tuple((c, Fraction(1)) for c in some))
            for k in range(allowed + 1)
            for some in combinations(range(3), k)
        ]
        values = [found.value(found.gain(ballot)) for ballot in marked]
        assert min(values) == 0 and max(values) == found.upper


def test_a_pool_of_write_ins_may_have_several_votes_of_a_card() -> None:
    said = contest("c", 100, 3, [0], [pair(0, 2, "1/2")], votes_allowed=3)
    said["choices"][2]["kind"] = "write-in"
    one = Contest(said, "here")
    assert one.ballot({"votes": [[0, 1], [2, 2]]}, "here") in one.read([[2, 1, None], [0, 1, None], [2, 1, None]])
    assert one.read([[2, 1, None]] * 4) == [Ballot()]
    assert one.read([[0, 1, None]] * 4) == [Ballot(((0, Fraction(1)),))]
    for votes in ([[1, 2]], [[2, 4]], [[0, 1], [2, 3]]):
        with pytest.raises(StepError, match="FAIL"):
            one.ballot({"votes": votes}, "here")
    with pytest.raises(StepError, match="FAIL"):
        one.assertions[0].check(one.most)
    wide = pair(0, 2, "1/2")
    wide["assorter"]["least"] = "-3"
    wide["assorter"]["upper"] = "2/3"
    Assertion(wide, 3, "here").check(one.most)
    narrow = {**wide, "assorter": {**wide["assorter"], "upper": "1/2"}}
    with pytest.raises(StepError, match="FAIL"):
        Assertion(narrow, 3, "here").check(one.most)


def test_seats_stay_empty_where_too_few_have_votes() -> None:
    assert status(made("plurality", 3, [0], seats=2), totals([5, 0, 0])) == "PASS"
    assert status(made("plurality", 3, [0, 1], seats=2), totals([5, 0, 0])) == "FAIL"
    assert status(made("plurality", 3, [0], seats=2), totals([5, 1, 0])) == "FAIL"
    assert implied(made("plurality", 3, [0], seats=2, assertions=[pair(0, 1, "1/2"), pair(0, 2, "1/2")])) == "FAIL"


@pytest.mark.parametrize("text", ["1e9", "0.6", " 3/5", "+3/5"])
def test_a_threshold_is_a_plain_fraction(text: str) -> None:
    assert status(made("threshold", 2, [], "not passed", options={"threshold": "3/5"}), totals([1, 9])) == "PASS"
    assert status(made("threshold", 2, [], "not passed", options={"threshold": text}), totals([1, 9])) == "FAIL"
