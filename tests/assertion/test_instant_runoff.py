"""RAIRE: published difficulties, the best set by another way, and claims that are true exactly when they should be."""

import csv
import itertools
import json
import random
from fractions import Fraction
from pathlib import Path

import pytest
from assertion.orders import excluded

from faircount.assertion import ASSERTIONS
from faircount.assertion.irv.claim import Claim, as_assertion, bits
from faircount.assertion.irv.proof import tree, uncut
from faircount.assertion.irv.rankings import Rankings
from faircount.assertion.irv.search import Found, Impossible, Search, difficulty
from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.model import Ballot, Ballots, CandidateIndex, CardCount, Choice, Contest, Mark, Pattern, Profile, Rank


def ballots(**counts: int) -> Ballots:
    """`ballots(ABC=3, B=1)`: three cards rank A, B, C; one ranks B alone."""
    made = [Ballot((), tuple(CandidateIndex("ABCDEFG".index(c)) for c in text)) for text in counts]
    cards = tuple(CardCount(n) for n in counts.values())
    return Ballots(tuple(made), cards, cards)


def searched(held: Ballots, size: int) -> tuple[Rankings, int, Found | Impossible]:
    rankings = Rankings.of(held, size)
    order = excluded(rankings)
    return rankings, order[-1], Search(rankings, order[-1], order).run()


def expected_nsw() -> list[str]:
    return [
        "Ballina Mayoral", "Burwood Mayoral", "Canada Bay Mayoral", "City of Cessnock Mayoral",
        "City of Griffith Mayoral", "City of Lismore Mayoral", "City of Maitland Mayoral", "City of Orange Mayoral",
        "City of Shoalhaven Mayoral", "City of Willoughby Mayoral", "Eurobodalla Mayoral", "Hunter's Hill Mayoral",
        "Mosman Mayoral", "Port Macquarie-Hastings Mayoral", "Richmond Valley Mayoral", "The Hills Shire Mayoral",
        "Wollondilly Mayoral",
    ]  # fmt: skip


@pytest.mark.parametrize("name", expected_nsw())
def test_new_south_wales_2021(shared_data: Path, name: str) -> None:
    """17 mayoral contests: difficulty to 1e-9, margin and winner as raire-rs gives them; never more assertions."""
    with (shared_data / "rla" / "nsw2021_raire_expected_dev.csv").open(encoding="utf-8", newline="") as stream:
        wanted = next(row for row in csv.DictReader(stream) if row["contest"] == name)
    file = shared_data / "rla" / "nsw-2021-irv-raire" / f"{name.replace(' ', '_')}.json"
    if not file.exists():
        file = next(f for f in file.parent.glob("*.json") if f.stem.split("_")[0][:6] == name.split()[0][:6])
    told = json.loads(file.read_text("utf-8"))
    counts: dict[Ballot, int] = {}
    for vote in told["votes"]:
        ballot = Ballot((), tuple(map(CandidateIndex, vote["prefs"])))
        counts[ballot] = counts.get(ballot, 0) + vote["n"]
    cards = tuple(map(CardCount, counts.values()))
    rankings, winner, found = searched(Ballots(tuple(counts), cards, cards), told["num_candidates"])
    assert isinstance(found, Found)
    assert winner == int(wanted["winner_index"]) and found.margin == int(wanted["margin"])
    total = int(wanted["total_auditable_ballots"])
    assert float(difficulty(total, found.margin)) == pytest.approx(float(wanted["difficulty"]), abs=1e-9)
    assert len(found.claims) <= int(wanted["n_assertions"])
    assert uncut([claim for claim, _ in found.claims], rankings.choices, winner) is None


def all_claims(rankings: Rankings) -> list[tuple[Claim, int]]:
    """Every claim with its margin: n² NEBs, and NENs for every set of those standing."""
    size = rankings.choices
    found = [
        (Claim(c, o), int(rankings.first[c] - rankings.over[c, o])) for c, o in itertools.permutations(range(size), 2)
    ]
    for count in range(2, size + 1):
        for standing in itertools.combinations(range(size), count):
            tally = rankings.tally(bits(standing))
            found += [
                (Claim(c, o, bits(standing)), int(tally[c] - tally[o])) for c, o in itertools.permutations(standing, 2)
            ]
    return found


def some_ballots(chance: random.Random, size: int) -> Ballots:
    counts: dict[Ballot, int] = {}
    for _ in range(chance.choice([3, 8, 30])):
        order = chance.sample(range(size), chance.randint(0, size))
        ballot = Ballot((), tuple(map(CandidateIndex, order)))
        counts[ballot] = counts.get(ballot, 0) + chance.randint(1, 9)
    cards = tuple(map(CardCount, counts.values()))
    return Ballots(tuple(counts), cards, cards)


def test_no_other_set_has_a_larger_smallest_margin() -> None:
    """The best margin is found another way: the largest m for which all claims of margin m or more suffice."""
    for seed in range(400):
        chance = random.Random(seed)
        size = chance.randint(2, 6)
        rankings, winner, found = searched(some_ballots(chance, size), size)
        claims = [(claim, margin) for claim, margin in all_claims(rankings) if margin > 0]
        levels = sorted({margin for _, margin in claims})
        enough = [m for m in levels if uncut([c for c, n in claims if n >= m], size, winner) is None]
        if isinstance(found, Impossible):
            assert not enough, seed
            assert found.order[-1] != winner
        else:
            assert found.margin == enough[-1], seed
            assert uncut([claim for claim, _ in found.claims], size, winner) is None


def test_the_quick_proof_is_the_slow_one() -> None:
    """Sets of those left against every single order of exclusion."""
    for seed in range(300):
        chance = random.Random(seed)
        size = chance.randint(2, 5)
        claims = []
        for _ in range(chance.randint(0, 8)):
            winner, loser = chance.sample(range(size), 2)
            others = [c for c in range(size) if c not in (winner, loser) and chance.random() < 0.5]
            standing = bits((winner, loser, *others)) if chance.random() < 0.5 else 0
            claims.append(Claim(winner, loser, standing))
        won = chance.randrange(size)
        slow = [
            order for order in itertools.permutations(range(size))
            if order[-1] != won
            and not any(claim.contradicts(order[at:]) for claim in claims for at in range(size))
        ]  # fmt: skip
        left = uncut(claims, size, won)
        assert (left in slow) if slow else left is None
        assert {order for order, cut in tree(claims, size, won) if cut is None} == set(slow)


def test_claims_are_true_if_and_only_if_their_mean_is_above_one_half() -> None:
    """Margins from tallies are 2 × cards × (mean − ½) of the assorter, exactly."""
    for seed in range(60):
        chance = random.Random(seed)
        size = chance.randint(2, 5)
        held = some_ballots(chance, size)
        contest = Contest("T", tuple(Choice(n) for n in "ABCDE"[:size]), ranks=size, rule="instant-runoff")
        rankings = Rankings.of(held, size)
        cards = held.total_cards
        for claim, margin in all_claims(rankings):
            mean = as_assertion(contest, claim).assorter.mean(held, cards + 3)
            assert 2 * (cards + 3) * (mean - Fraction(1, 2)) == margin


def test_a_wrong_winner_is_never_implied() -> None:
    """If all claims hold of the paper, the paper's own count ends with the reported winner: over random pairs."""
    held_true = 0
    for seed in range(600):
        chance = random.Random(seed)
        size = chance.randint(2, 4)
        reported, paper = some_ballots(chance, size), some_ballots(chance, size)
        _, winner, found = searched(reported, size)
        if isinstance(found, Impossible):
            continue
        on_paper = Rankings.of(paper, size)
        margins = dict(all_claims(on_paper))
        if all(margins[claim] > 0 for claim, _ in found.claims):
            held_true += 1
            assert excluded(on_paper)[-1] == winner
    assert held_true > 30


def test_a_worked_example() -> None:
    """VECTORS I2: order B, D, A, C; NEB(C, B) is 3.375; difficulty 27, five claims: the figures of raire-rs's example.

    The ballots are ours, made to give them: C 5,000; BCD 1,000; DA 1,500; AD 4,000; D 2,000.

    **The entry's "other NEBs ∞" does not hold here.** That B goes out before A and before D is as sure as that it goes
    out before C: A's 4,000 first preferences, and D's 3,500, exceed the 1,000 that B could ever have beside them, by
    3,000 and 2,500 (difficulties 4.5 and 5.4). The other nine are ∞, those of the winner among them.
    """
    held = ballots(C=5000, BCD=1000, DA=1500, AD=4000, D=2000)
    rankings, winner, found = searched(held, 4)
    assert isinstance(found, Found) and (winner, excluded(rankings)) == (2, (1, 3, 0, 2))
    assert difficulty(13_500, found.margin) == 27 and len(found.claims) == 5
    nebs = {(one.winner, one.loser): margin for one, margin in all_claims(rankings) if not one.standing}
    possible = {pair: (margin, float(difficulty(13_500, margin))) for pair, margin in nebs.items() if margin > 0}
    assert len(nebs) == 12 and possible == {(2, 1): (4000, 3.375), (0, 1): (3000, 4.5), (3, 1): (2500, 5.4)}


@pytest.mark.parametrize("size", [1, 2, 101])
def test_few_and_many_choices(size: int) -> None:
    contest = Contest("T", tuple(Choice(str(n)) for n in range(size)), ranks=3, rule="instant-runoff")
    cards: dict[Pattern, int] = {Pattern((Mark(CandidateIndex(size - 1), Rank(1)),)): 60}
    for c in range(size - 1):
        cards[Pattern((Mark(CandidateIndex(c), Rank(1)),))] = 1
    profile = Profile.of(cards)
    rule = RULES["instant-runoff"]
    transcript = rule.count(contest, profile)
    claims = ASSERTIONS["instant-runoff"].claims(contest, transcript, ballots_of(rule, contest, profile))
    if size == 101:
        # 60 of 160 votes are no majority at first; last exclusions leave the winner with all the rest exhausted
        assert claims.implies in ("outcome", "nothing")
    else:
        assert claims.implies == "outcome" and len(claims.assertions) == max(size - 1, 1)


@pytest.mark.parametrize("options", [{"stop_after": "1"}, {"minimum": "3"}, {"write_ins": "excluded-first"}])
def test_a_law_that_takes_out_or_stops_for_another_reason_claims_nothing(options: dict[str, str]) -> None:
    """Write-ins that go out first, or a count cut short, can elect others while every claim of RAIRE still holds."""
    choices = (Choice("W", kind="write-in"), Choice("A"), Choice("B"), Choice("C"))
    contest = Contest("T", choices, 1, 1, 4, "instant-runoff", tuple(options.items()))
    cards = {(0, 2): 24, (0, 3): 21, (1,): 30, (2, 1): 158}
    profile = Profile.of(
        {
            Pattern(tuple(Mark(CandidateIndex(c), Rank(r)) for r, c in enumerate(ranks, 1))): n
            for ranks, n in cards.items()
        }
    )
    rule = RULES["instant-runoff"]
    transcript = rule.count(contest, profile)
    assert transcript.elected
    found = ASSERTIONS["instant-runoff"].claims(contest, transcript, ballots_of(rule, contest, profile))
    assert (found.implies, found.assertions) == ("nothing", ())


def test_nothing_is_claimed_where_nobody_was_elected_or_all_are_level() -> None:
    contest = Contest("T", (Choice("A"), Choice("B")), ranks=2, rule="instant-runoff")
    rule, generator = RULES["instant-runoff"], ASSERTIONS["instant-runoff"]
    tie = Profile.of({Pattern((Mark(CandidateIndex(c), Rank(1)),)): 5 for c in (0, 1)})
    found = generator.claims(contest, rule.count(contest, tie), ballots_of(rule, contest, tie))
    assert (found.implies, found.assertions) == ("nothing", ())
    decided = Contest("T", contest.choices, 1, 1, 2, "instant-runoff", (("tie", "order"),))
    found = generator.claims(decided, rule.count(decided, tie), ballots_of(rule, decided, tie))
    assert found.implies == "nothing" and "by hand" in found.words
