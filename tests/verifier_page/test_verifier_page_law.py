"""What the page makes of the law: marks as read, assorters as their kind says, claims that imply the outcome."""

import copy
import random
from fractions import Fraction
from itertools import combinations, permutations

import pytest
from verifier_page import bundle_by_hand_js as hand
from verifier_page import more_bundles_by_hand_js as more

pytestmark = pytest.mark.browser

DRAFTS = {"polling": hand.polling(), "comparison": more.comparison()}


def judged(verify, name, change, file="contests.json"):
    """The codes of law that fail, and those that are open, after a change to a committed file."""
    result = verify(hand.edited(DRAFTS[name], lambda draft: draft.rewrite(file, change)))
    law = ("7.2", "8.2", "8.3")
    return [{one["code"] for one in result[kind]} & {*law} for kind in ("failures", "not_checked")]


# ---- 7.2 ---------------------------------------------------------------------
READ = [
    ([[0, 1, None], [1, 2, None]], {}, [0, 1]), ([[1, 3, None], [0, 1, None]], {}, [0, 1]),
    ([[0, 1, None], [1, 1, None], [2, 2, None]], {}, []),
    ([[0, 1, None], [1, 1, None], [2, 2, None]], {"overvote": "skip"}, [2]),
    ([[0, 1, None], [0, 2, None], [1, 3, None]], {}, [0, 1]),
    ([[0, 1, None], [0, 2, None], [1, 3, None]], {"repeated": "exhaust"}, [0]),
]  # fmt: skip


@pytest.mark.parametrize(("marks", "options", "ranking"), READ)
def test_rankings_are_read_as_the_options_say(verify, marks, options, ranking):
    def changed(ballot):
        draft = copy.deepcopy(DRAFTS["comparison"])
        draft.rewrite("ballots.json", lambda ballots: ballots["board"].append({"marks": marks, "ballot": ballot}))
        draft.rewrite("contests.json", lambda contests: contests[0]["options"].update(options))
        return codes_of(verify(hand.bundle(draft.files, draft.sealed())), "7.2")

    right = {"ranking": ranking, "votes": [[ranking[0], 1]]} if ranking else {}
    assert changed(right) == set()
    assert changed({"ranking": ranking}) == set(), "votes for the first preference may be left out"
    assert changed({"ranking": [*ranking, 2] if 2 not in ranking else ranking[:-1]}) == {"7.2"}
    assert changed({"ranking": ranking, "votes": [[1, 1]]}) == {"7.2"}


def codes_of(result, *wanted):
    return {one["code"] for one in result["failures"]} & {*wanted}


def mark_twice(ballots):
    ballots["mayor"].append({"marks": [[0, 1, None], [1, 1, None]], "ballot": hand.one_vote(0)})


def overvote(ballots):
    ballots["mayor"].append({"marks": [[0, 1, None], [1, 1, None]], "ballot": {}})


def two_write_ins(contests):
    contests[-1].update(votes_allowed=2)
    contests[-1]["choices"][1]["kind"] = "write-in"


def test_two_write_ins_are_two_votes(verify):
    """They are pooled: two marks of the pool are two persons, and a card may give it both votes."""

    def codes(ballot, upper="1", least="-2"):
        draft = copy.deepcopy(DRAFTS["comparison"])
        row = {"marks": [[1, 1, None], [1, 1, None]], "ballot": ballot}
        draft.rewrite("ballots.json", lambda ballots: ballots["mayor"].append(row))
        draft.rewrite("contests.json", two_write_ins)
        assorter = {"terms": hand.WINNER_OVER_LOSER["terms"], "least": least, "upper": upper}
        draft.rewrite("contests.json", lambda contests: contests[-1]["assertions"][0].update(assorter=assorter))
        return codes_of(verify(hand.bundle(draft.files, draft.sealed())), "7.2", "8.3")

    assert codes({"votes": [[1, 2]]}) == set()
    assert codes({"votes": [[1, 1]]}) == {"7.2"}
    assert codes({"votes": [[1, 2]]}, least="-1") == {"8.3"}


def stated(ballots):
    ballots["mayor"].append({"marks": [[0, 1, None]], "ballot": {}, "stated": "declared invalid"})


@pytest.mark.parametrize(("change", "wrong"), [(mark_twice, {"7.2"}), (overvote, set()), (stated, set())])
def test_votes_are_read_as_the_contest_allows(verify, change, wrong):
    assert judged(verify, "comparison", change, "ballots.json") == [wrong, set()]


def test_marks_under_other_options_are_not_checked(verify):
    def limited(contests):
        contests[0]["options"]["skipped"] = "1"

    assert judged(verify, "comparison", limited) == [set(), {"7.2"}]


# ---- 8.3 ---------------------------------------------------------------------
def assertion(change, contest=-1):
    return lambda contests: change(contests[contest]["assertions"][0])


CLAIMS = [
    ("polling", assertion(lambda a: a.update(winner=1, loser=0)), {"8.3"}),
    ("polling", assertion(lambda a: a["assorter"].update(upper="3/4")), {"8.3"}),
    ("polling", assertion(lambda a: a["assorter"].update(least="-1/2")), {"8.3"}),
    ("polling", assertion(lambda a: a["assorter"].update(upper="2")), set()),
    ("comparison", assertion(lambda a: a.update(loser=2), 0), {"8.3"}),
    ("comparison", assertion(lambda a: a.update(standing=[0, 1]), 0), {"8.3"}),
    ("comparison", assertion(lambda a: a["assorter"].update(upper="1/2"), 0), {"8.3"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "wrong"), CLAIMS)
def test_assorters_are_what_they_are_said_to_be(verify, name, change, wrong):
    assert judged(verify, name, change)[0] == wrong


def test_bounds_of_several_votes(verify):
    """With two votes a card gives both of those that count, and not three."""

    def two_votes(upper):
        def change(contests):
            terms = [["1", "votes", [0]], ["1", "votes", [1]], ["-1", "cards", []]]
            one = contests[0]["assertions"][0]
            one.update(loser=None, assorter={"terms": terms, "least": "-1", "upper": upper})
            contests[0].update(votes_allowed=2, implies="part")

        return change

    assert judged(verify, "polling", two_votes("1"))[0] == set()
    assert judged(verify, "polling", two_votes("99/100"))[0] == {"8.3"}


def test_other_kinds_are_not_checked(verify):
    def evenly(contests):
        contests[0]["assertions"][0]["assorter"]["terms"][0] = ["1", "evenly", [0]]

    assert judged(verify, "polling", evenly) == [set(), {"8.2", "8.3"}]


# ---- 8.2 ---------------------------------------------------------------------
def third_choice(contests):
    contests[-1]["choices"].append({"kind": "regular", "name": "Zoë Ash", "party": ""})


def uneven(contests):
    """Half a vote against: Σ g may be above 0 where Bo leads."""
    contests[-1]["assertions"][0]["assorter"]["terms"][1][0] = "-1/2"


def no_claim(contests):
    contests[-1]["assertions"].pop(0)


def also_cards(contests):
    contests[-1]["assertions"][0]["assorter"]["terms"].append(["-1/2", "cards", []])


@pytest.mark.parametrize(
    ("change", "wrong"), [(third_choice, {"8.2"}), (uneven, {"8.2"}), (no_claim, {"8.2"}), (also_cards, set())]
)
def test_pairs_of_a_plurality_are_all_claimed(verify, change, wrong):
    assert judged(verify, "polling", change)[0] - {"8.3"} == wrong


def test_what_implies_in_part_is_not_asked(verify):
    def in_part(contests):
        no_claim(contests)
        contests[-1]["implies"] = "part"

    assert judged(verify, "polling", in_part)[0] == set()


def terms_of(claim):
    winner, loser, standing = claim
    if not standing:
        return [["1", "first", [winner]], ["-1", "prefers", [loser, winner, True]]]
    return [["1", "head", [winner, [*standing]]], ["-1", "head", [loser, [*standing]]]]


def contradicted(order, claims):
    """Whether an order of exclusion, first out first, goes against some claim."""
    for at, out in enumerate(order[:-1]):
        left = order[at:]
        if any(w == out and low in left and standing in ((), tuple(sorted(left))) for w, low, standing in claims):
            return True
    return False


def test_an_instant_runoff_against_every_order(tab):
    """Claims at random about four choices: implied exactly where each order with another winner is contradicted."""
    chance = random.Random(7)
    pairs = [*permutations(range(4), 2)]
    every = [(w, low, ()) for w, low in pairs]
    every += [(w, low, s) for k in (2, 3, 4) for s in combinations(range(4), k) for w, low in pairs if {w, low} <= {*s}]
    asked, right = [], []
    for _ in range(300):
        claims = chance.sample(every, chance.randint(4, 18))
        choices = [{"kind": "regular", "name": f"Choice {c}", "party": ""} for c in range(4)]
        assertions = [
            {"assorter": {"terms": terms_of(one), "least": "-1", "upper": "1"}, "kind": "any", "winner": one[0],
             "loser": one[1], "standing": [*one[2]]} for one in claims
        ]  # fmt: skip
        asked.append(hand.contest(id="c", rule="instant-runoff", ranks=4, choices=choices, assertions=assertions))
        right.append(all(contradicted(order, claims) for order in permutations(range(4)) if order[-1] != 0))
    found = tab.evaluate("(all) => all.map((contest) => faircountVerifier.whyNotImplied(contest) === '')", asked)
    assert found == right
    assert {True, False} == {*right}


def test_leads_against_every_small_count(tab):
    """A linear claim implies a lead wherever no count of three choices' votes on some cards says otherwise."""
    chance = random.Random(8)
    asked, right = [], []
    counts = [(*votes, 6) for votes in permutations(range(7), 3)] + [(v, v, w, 6) for v in range(4) for w in range(4)]
    for _ in range(200):
        vector = [Fraction(chance.choice((-2, -1, 0, 1, 1, 2)), chance.choice((1, 2))) for _ in range(3)]
        vector += [Fraction(chance.choice((-1, 0, 0)))]
        asked.append([[str(n) for n in vector]])
        true = [v for v in counts if sum(a * b for a, b in zip(vector, v, strict=True)) > 0]
        right.append((all(v[0] > v[1] for v in true), bool(true)))
    ask = """(all) => all.map(([vector]) => faircountVerifier.impliesLead(
      vector.map((n) => faircountVerifier.Fraction.of(n)), 0, 1))"""
    found = tab.evaluate(ask, asked)
    assert all(is_so for one, (is_so, _) in zip(found, right, strict=True) if one), "never called implied wrongly"
    assert sum(found) > 5
