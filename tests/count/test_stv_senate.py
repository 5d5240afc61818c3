"""The Senate scrutiny of s 273, against counts worked by hand from its words and an election of the Northern Territory.

No worked example stands in the Act; the figures here were worked out on paper, subsection by subsection.
"""

import json
import random
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from stv_ballots import elected, in_letters, paper, votes

from faircount.count import RULES
from faircount.count.stv.senate_exclusion import bulk
from faircount.model import (
    CandidateIndex,
    Choice,
    Contest,
    Mark,
    Pattern,
    Profile,
    Rank,
    Transcript,
    UsageError,
)

RULE = RULES["senate-stv"]


def scrutiny(
    names: str, seats: int, papers: dict[str, int], **options: str
) -> tuple[Contest, Profile, Transcript]:  # fmt: skip
    contest, profile = in_letters("Senate", RULE.name, names, seats, papers, **options)
    return contest, profile, RULE.count(contest, profile)


def test_cards_without_weight_are_no_papers() -> None:
    contest, profile = in_letters("Senate", RULE.name, "ABCD", 2, {"ABD": 17, "AC": 13, "B": 13, "C": 12, "DC": 5})
    one = paper(3, 0, 2)
    weighed = Profile.of(
        {**dict(zip(profile.patterns, profile.cards, strict=True)), one: 2},
        {**dict(zip(profile.patterns, profile.weights, strict=True)), one: 0},
    )
    assert RULE.count(contest, weighed).rounds == RULE.count(contest, profile).rounds
    contest, profile = in_letters("Senate", RULE.name, "ABCD", 1, {"A": 4, "B": 3, "DA": 1})
    weighed = Profile.of(
        {**dict(zip(profile.patterns, profile.cards, strict=True)), paper(2, 3): 1},
        {**dict(zip(profile.patterns, profile.weights, strict=True)), paper(2, 3): 0},
    )
    assert RULE.count(contest, weighed).rounds == RULE.count(contest, profile).rounds


def test_fractions_of_a_total_are_disregarded() -> None:
    """Surplus 9 on 30 papers, 3/10: 17 papers are 5.1 votes, counted 5; 13 are 3.9, counted 3; one vote is lost."""
    contest, _, transcript = scrutiny("ABCD", 2, {"ABD": 17, "AC": 13, "B": 13, "C": 12, "DC": 5})
    assert [one.threshold for one in transcript.rounds] == [21, 21, 21]
    assert votes(transcript) == [[30, 13, 12, 5], [21, 18, 15, 5], [21, 18, 20, 0]]
    assert transcript.rounds[1].inactive == (("lost to rounding", 1),)
    assert [one.excluded for one in transcript.rounds] == [(), (3,), ()]
    assert elected(contest, transcript) == "AC", "20 are fewer than the quota of 21: s 273(17)"
    assert transcript.exhibits[0].rows == (
        (1, "A", "B", 17, Fraction(3, 10), 5), (1, "A", "C", 13, Fraction(3, 10), 3), (2, "D", "C", 5, 1, 5),
    )  # fmt: skip


def test_a_later_surplus_moves_every_paper_at_one_value() -> None:
    """B is elected on 46 papers of A worth 10/23 and 10 of its own; all 56 go on at 4/56."""
    contest, _, transcript = scrutiny("ABCD", 3, {"ABC": 46, "BD": 10, "C": 24, "D": 20})
    assert votes(transcript) == [[46, 10, 24, 20], [26, 30, 24, 20], [26, 26, 27, 20]]
    assert elected(contest, transcript) == "ABC"
    assert [row[3:] for row in transcript.exhibits[0].rows if row[0] == 2] == [
        (46, Fraction(1, 14), 3), (10, Fraction(1, 14), 0),
    ]  # fmt: skip
    assert transcript.rounds[2].inactive == (("lost to rounding", 1),)


def test_who_reaches_the_quota_between_two_transfer_values_gets_no_more() -> None:
    """X leaves 5 papers at 1 and 40 at 9/40, all for B and then D: the 5 elect B, so the 40 go to D."""
    contest, _, transcript = scrutiny("ABCDEX", 4, {"AXBD": 40, "B": 26, "C": 31, "D": 24, "E": 24, "XBD": 5})
    assert votes(transcript)[1:] == [
        [31, 26, 31, 24, 24, 14], [31, 31, 31, 24, 24, 9], [31, 31, 31, 33, 24, 0],
    ]  # fmt: skip
    assert [one.elected for one in transcript.rounds] == [(0, 2), (), (1,), (3,)]
    assert elected(contest, transcript) == "ACBD"


def test_parcels_cut_apart_can_be_counted_together_again() -> None:
    """P and Q each give X 3 papers at 1/2, 1 vote and 1 vote; X gives Y all 6, 3 votes: what was lost comes back."""
    papers = {"APXY": 3, "AQXY": 3, "A": 34, "QXY": 1, "XY": 3, "Y": 8, "Z": 7}
    contest, _, transcript = scrutiny("APQXYZ", 2, papers)
    assert votes(transcript) == [
        [40, 0, 1, 3, 8, 7], [20, 1, 2, 3, 8, 7], [20, 0, 2, 4, 8, 7], [20, 0, 1, 5, 8, 7], [20, 0, 0, 6, 8, 7],
        [20, 0, 0, 2, 12, 7], [20, 0, 0, 0, 15, 7],
    ]  # fmt: skip
    assert [dict(one.inactive).get("lost to rounding", 0) for one in transcript.rounds] == [0, 1, 1, 1, 1, 1, 0]
    assert transcript.rounds[5].transfers[-1].votes == -1
    assert elected(contest, transcript) == "AY"


def test_ties_of_the_lowest_under_either_law() -> None:
    """X, Y and Z have 5 each; before, X had 4. Since 2021 any difference parts two; before, all had to differ."""
    papers = {"A": 12, "Y": 5, "Z": 5, "X": 4, "WX": 1}
    _, _, transcript = scrutiny("AWXYZ", 1, papers)
    assert (transcript.rounds[1].excluded, transcript.rounds[1].tie_decided_by) == ((2,), "votes in round 1")
    _, _, older = scrutiny("AWXYZ", 1, papers, law="2016")
    assert (older.verdict, older.rounds[-1].tied) == ("tie", (2, 3, 4))
    _, _, practice = scrutiny("AWXYZ", 1, papers, law="2016", tie="previous-rounds")
    assert practice.rounds[1].excluded == (2,)
    _, _, by_lot = scrutiny("AWXYZ", 1, papers, law="2016", tie_then="recorded", tie_record='["Z"]')
    assert (by_lot.rounds[1].excluded, by_lot.rounds[1].tie_decided_by) == ((4,), "recorded decision")


def test_no_earlier_count_parts_the_last_two() -> None:
    """B and C have 15 each for the last vacancy; s 273(17) looks at no earlier count, though B led by 3."""
    papers = {"A": 20, "B": 14, "C": 11, "DC": 4, "DB": 1}
    _, _, transcript = scrutiny("ABCD", 2, papers)
    assert (transcript.verdict, transcript.rounds[-1].tied) == ("tie", (1, 2))
    contest, _, by_count = scrutiny("ABCD", 2, papers, tie="previous-rounds")
    assert elected(contest, by_count) == "AB"
    contest, _, by_lot = scrutiny("ABCD", 2, papers, tie_then="recorded", tie_record='["C"]')
    assert elected(contest, by_lot) == "AC"


def test_equal_surpluses_are_parted_by_lot_where_no_count_does() -> None:
    papers = {"AC": 15, "BD": 15, "C": 4, "D": 3, "E": 3}
    _, _, transcript = scrutiny("ABCDE", 3, papers)
    assert (transcript.verdict, transcript.rounds[0].tied) == ("tie", (0, 1))
    assert transcript.rounds[0].ties[0].about == "first to be transferred"
    for first, second in ("AB", "BA"):
        _, _, decided = scrutiny("ABCDE", 3, papers, tie_then="recorded", tie_record=json.dumps([first]))
        assert [one.transfers[0].source for one in decided.rounds[:2]] == ["AB".index(first), "AB".index(second)]


def test_a_tie_of_surpluses_that_nothing_follows_is_none() -> None:
    contest, _, transcript = scrutiny("ABC", 2, {"A": 15, "B": 15, "C": 3})
    assert (transcript.verdict, elected(contest, transcript)) == ("elected", "AB")


def test_when_as_many_are_left_as_vacancies() -> None:
    """C's exclusion leaves A and B for two seats: elected at once, A first, or after C's papers make B first."""
    papers = {"A": 30, "B": 29, "CB": 21, "D": 20}
    contest, _, at_once = scrutiny("ABCD", 2, papers)
    assert (elected(contest, at_once), len(at_once.rounds), at_once.rounds[-1].excluded) == ("AB", 2, (2,))
    contest, _, after = scrutiny("ABCD", 2, papers, last_vacancies="after-transfers")
    assert (elected(contest, after), votes(after)[-1]) == ("BA", [30, 34, 0, 0])


@pytest.mark.parametrize(
    ("poll", "quota", "vacancies", "size"),
    [
        ((1, 2, 10, 14, 15), 20, 2, 2),  # B has 3 notional votes, below the leading shortfall of 5: (c)
        ((2, 3, 9, 15, 16), 20, 2, 1),  # B has 5, the leading shortfall is 4; C has 2: (d)
        ((5, 6, 12, 14, 15), 20, 2, 0),  # B is the lowest, 5; the leading shortfall is 5 as well, so nobody is C
        ((1, 1, 17), 20, 2, 1),  # two would leave one for two vacancies: (13B)
        ((1, 2, 2, 9, 15), 20, 1, 1),  # 5 notional votes are not below the vacancy shortfall of 5: B is the lowest
        ((3, 4, 5, 6), 20, 1, 1),  # 3 are below 4; 7 are not below 5, nor 12 below 6
    ],
)
def test_bulk_exclusion_by_the_words_of_13a(poll: Sequence[int], quota: int, vacancies: int, size: int) -> None:
    assert bulk(poll, quota, vacancies) == size


def test_bulk_exclusion_in_a_scrutiny() -> None:
    """Under the Act of 2016 the two lowest go together; since 2021, where a computer counts, one by one."""
    papers = {"A": 15, "B": 14, "C": 10, "DC": 2, "EC": 1}
    rounds = {}
    for law in ("2016", "2021"):
        for batch in ("as-law", "yes", "no"):
            contest, _, transcript = scrutiny("ABCDE", 1, papers, law=law, batch=batch)
            rounds[law, batch] = [one.excluded for one in transcript.rounds]
            assert elected(contest, transcript) == "A"
    together, apart = [(3, 4), (2,), ()], [(4,), (3,), (2,), ()]
    assert rounds == {
        ("2016", "as-law"): together, ("2016", "yes"): together, ("2016", "no"): apart,
        ("2021", "as-law"): apart, ("2021", "yes"): together, ("2021", "no"): apart,
    }  # fmt: skip


GROUPS = (
    *(Choice(f"Group {p}", p, "group") for p in "PQR"),
    *(Choice(f"{p}{n}", p) for p in "PQR" for n in (1, 2, 3)),
    Choice("U"),
)
"""Three groups of three and one candidate without a group: squares 0 to 2 are above the line, 3 to 12 below it."""


def marks(above: Sequence[int], below: Sequence[int]) -> Pattern:
    """Numbers written in the squares, 0 for none."""
    found = [Mark(CandidateIndex(c), Rank(n)) for c, n in enumerate(above) if n]
    found += [Mark(CandidateIndex(3 + c), Rank(n)) for c, n in enumerate(below) if n]
    return Pattern(tuple(sorted(found, key=Mark.sort_key)))


@pytest.mark.parametrize(
    ("above", "below", "order"),
    [
        ((2, 1, 0), (), "Q1 Q2 Q3 P1 P2 P3"),  # candidates of each group in the order of the ballot
        ((1, 2, 4), (), "P1 P2 P3 Q1 Q2 Q3"),  # a missed number: s 269(1A)(b)(ii)
        ((1, 2, 2), (), "P1 P2 P3"),  # a repeated number: s 269(1A)(b)(i)
        ((1, 1, 2), (), "overvote"),  # the Act's own example: no square has been numbered
        ((0, 2, 3), (), "invalid"),
        ((), (1, 2, 3, 4, 5, 6), "P1 P2 P3 Q1 Q2 Q3"),
        ((), (1, 2, 3, 4, 5), "invalid"),  # five are fewer than six: s 268A(1)(b)
        ((), (1, 2, 3, 3, 4, 5, 6), "invalid"),  # the Act's own example: only 2 squares have been numbered
        ((), (1, 2, 3, 4, 5, 6, 8, 9), "P1 P2 P3 Q1 Q2 Q3"),
        ((0, 1, 0), (1, 2, 3, 4, 5), "Q1 Q2 Q3"),  # informal below, formal above
        ((0, 1, 0), (6, 5, 4, 3, 2, 1), "Q3 Q2 Q1 P3 P2 P1"),  # formal both: below prevails, s 269(2)
        ((), (), "undervote"),
    ],
)
def test_formality(above: Sequence[int], below: Sequence[int], order: str) -> None:
    contest = Contest("Senate", GROUPS, seats=2, ranks=13, rule=RULE.name)
    pattern = marks(above, below)
    reading = RULE.read(contest, pattern)
    assert reading.votes_allowed == 1
    if order in ("overvote", "invalid", "undervote"):
        assert (reading.overvotes, reading.invalid, reading.undervotes) == tuple(
            int(order == word) for word in ("overvote", "invalid", "undervote")
        )
        assert RULE.count(contest, Profile.of({pattern: 5})).rounds[0].inactive == ((order, 5),)
        return
    # Whoever is first is elected with 3 of 3 papers; the surplus of 1 vote goes along the order, seat by seat.
    names = order.split()
    for seats in range(1, len(names)):
        many = Contest("Senate", GROUPS, seats=seats, ranks=13, rule=RULE.name)
        transcript = RULE.count(many, Profile.of({pattern: 10**9}))
        assert [many.name_of(c) for c in transcript.elected] == names[:seats]


def test_formality_can_be_decided_otherwise() -> None:
    pattern = marks((0, 1, 0), (1, 2, 3))
    for formality, first in (("lined", "Q1"), ("always", "Q1"), ("never", "P1")):
        contest = Contest("S", GROUPS, ranks=13, rule=RULE.name, options=(("formality", formality),))
        assert contest.name_of(RULE.read(contest, pattern).votes[0][0]) == first
    plain = Contest("S", GROUPS[3:], ranks=13, rule=RULE.name)
    strict = Contest("S", GROUPS[3:], ranks=13, rule=RULE.name, options=(("formality", "always"),))
    assert RULE.read(plain, paper(4, 0)).votes == ((4, 1),)
    assert RULE.read(strict, paper(4, 0)).invalid == 1
    assert RULE.read(strict, paper(4, 0, 1, 2, 3, 5)).votes == ((4, 1),)


def test_a_candidate_who_died_is_passed_over() -> None:
    dead = tuple(Choice(c.name, c.party, "withdrawn" if c.name == "P1" else c.kind) for c in GROUPS)
    contest = Contest("S", dead, ranks=13, rule=RULE.name)
    assert contest.name_of(RULE.read(contest, marks((1, 0, 0), ())).votes[0][0]) == "P2"
    assert contest.name_of(RULE.read(contest, marks((), (1, 2, 3, 4, 5, 6))).votes[0][0]) == "P2"
    alone = Contest("S", (Choice("A", kind="withdrawn"), Choice("B")), ranks=2, rule=RULE.name)
    transcript = RULE.count(alone, Profile.of({paper(0, 1): 3, paper(0): 2}))
    assert (transcript.elected, transcript.rounds[0].inactive) == ((1,), (("exhausted", 2),))


def test_a_group_whose_candidates_cannot_be_told_is_refused() -> None:
    for choices in (
        (Choice("Group A", "P", "group"), Choice("x", "Q")),
        (Choice("Group A", "", "group"), Choice("x", "")),
        (Choice("Group A", "P", "group"), Choice("Group B", "P", "group"), Choice("x", "P")),
    ):
        with pytest.raises(UsageError, match="above the line"):
            RULE.count(Contest("S", choices, ranks=3, rule=RULE.name), Profile.of({}))


def some_papers(chance: random.Random, size: int, cards: int) -> dict[Pattern, int]:
    found: dict[Pattern, int] = {}
    for _ in range(cards):
        order = sorted(range(size), key=lambda c: chance.random() * (c + 1) ** 2)[: chance.randint(0, size)]
        found[paper(*order)] = found.get(paper(*order), 0) + chance.choice((1, 1, 3))
    return found


@pytest.mark.parametrize("law", ["2016", "2021"])
def test_scrutinies_of_many_seats(law: str) -> None:
    """Quota, whole votes, a loss that is never below 0, as many elected as there can be; parts sum to the whole."""
    bulks = 0
    for seed in range(60):
        chance = random.Random(seed)
        size, seats = chance.randint(3, 14), chance.randint(2, 4)
        options = (("law", law), ("tie_seed", "s"), ("tie_then", "draw"))
        contest = Contest(
            "Senate", tuple(Choice(f"c{c}") for c in range(size)), seats=seats, ranks=size, rule=RULE.name,
            options=options,
        )  # fmt: skip
        found = some_papers(chance, size, 150)
        transcript = RULE.count(contest, Profile.of(found))
        assert transcript.verdict == "elected"
        assert len(transcript.elected) == min(seats, size)
        bulks += any(len(one.excluded) > 1 for one in transcript.rounds)
        for one in transcript.rounds:
            assert all(isinstance(n, int) and n >= 0 for n in one.votes)
            assert all(n > 0 for _, n in one.inactive)
        sides: list[dict[Pattern, int]] = [{}, {}, {}]
        for pattern, cards in found.items():
            for _ in range(cards):
                side = chance.choice(sides)
                side[pattern] = side.get(pattern, 0) + 1
        assert RULE.follow is not None
        parts = [RULE.follow(contest, Profile.of(side), transcript) for side in sides]
        for number, one in enumerate(transcript.rounds):
            here = [part[number] for part in parts]
            assert [sum(column) for column in zip(*(r.votes for r in here), strict=True)] == list(one.votes)
            for cause in {cause for r in (*here, one) for cause, _ in r.inactive}:
                assert sum(dict(r.inactive).get(cause, 0) for r in here) == dict(one.inactive).get(cause, 0)
            for each in one.transfers:
                same = [t.votes for r in here for t in r.transfers
                        if (t.source, t.target, t.cause) == (each.source, each.target, each.cause)]  # fmt: skip
                assert sum(same) == each.votes
    assert bulks > 5 if law == "2016" else not bulks


def test_the_northern_territory_in_2019(shared_data: Path) -> None:
    """Order of election as it was: McCarthy, then McMahon; nobody is excluded. 105,027 formal papers, quota 35,010."""
    folder = shared_data / "rcv" / "aus-senate"
    if not folder.is_dir():
        pytest.skip("needs rcv/aus-senate in the shared data")
    content = json.loads((folder / "FederalSenate2019NT.json").read_text("utf-8"))
    order, fates = (folder / "federal_2019_NT.otc").read_text("utf-8").split()
    about = content["metadata"]
    groups = [Choice(f"Group {p['column_id']}", p["name"] or p["column_id"], "group") for p in about["parties"]]
    named = [Choice(c["name"], groups[c["party"]].party) for c in about["candidates"]]
    found: dict[Pattern, int] = {}
    for kind, field, first in (("atl", "parties", 0), ("btl", "candidates", len(groups))):
        for entry in content[kind]:
            pattern = paper(*(first + c for c in entry[field]))
            found[pattern] = found.get(pattern, 0) + entry["n"]
    contest = Contest("NT", (*groups, *named), seats=about["vacancies"], ranks=len(named), rule=RULE.name)
    transcript = RULE.count(contest, Profile.of(found))
    assert (transcript.total, transcript.rounds[0].threshold) == (105_027, 35_010)
    expected = [int(c) for c, fate in zip(order.split(","), fates.split(","), strict=True) if fate == "1"]
    assert [c - len(groups) for c in transcript.elected] == expected == about["results"]
    assert [contest.name_of(c) for c in transcript.elected] == ["McCARTHY, Malarndirri", "McMAHON, Sam"]
    assert [one.excluded for one in transcript.rounds] == [()], "two quotas in the first count fill both seats"
