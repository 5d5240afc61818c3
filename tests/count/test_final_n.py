"""All but the leading ones out at once, on ranked ballots; and the primary by one mark that does it before."""

from collections import Counter

import pytest
from count.test_decisions_on_rankings import A, B, C, D, E, ranked, ranks

from faircount.count import RULES
from faircount.model import BadInputError, CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Transcript

RULE, PRIMARY = RULES["final-n-instant-runoff"], RULES["top-n"]


def final(size: int = 4, **options: str) -> Contest:
    return Contest("T", ranked(size).choices, ranks=5, rule=RULE.name, options=tuple(options.items()))


def counted(contest: Contest, **cards: int) -> Transcript:
    return RULE.count(contest, Profile.of({ranks(text): n for text, n in cards.items()}))


def test_the_contingent_vote_by_hand() -> None:
    """9 A, 8 B, 7 C>B, 3 D>C>A: instant runoff elects C or B after D; here C and D go out together."""
    cards = {"A": 9, "B": 8, "CB": 7, "DCA": 3}
    transcript = counted(final(), **cards)
    assert [r.votes for r in transcript.rounds] == [(9, 8, 7, 3), (12, 15, 0, 0)]
    assert (transcript.rounds[0].excluded, transcript.elected) == ((C, D), (B,))
    assert transcript.rounds[0].note == "All but the 2 with most first preferences are excluded at once."
    runoff = RULES["instant-runoff"].count(ranked(batch="no"), Profile.of({ranks(t): n for t, n in cards.items()}))
    assert runoff.rounds[1].votes == (9, 8, 10, 0)  # there D's ballots count for C, and B is next to go


def test_a_majority_at_first_ends_it() -> None:
    assert [r.elected for r in counted(final(), A=9, B=3, C=3).rounds] == [(A,)]


def test_second_preferences_for_those_who_are_out_count_for_nobody() -> None:
    transcript = counted(final(), A=9, B=8, CD=5, DC=4)
    assert transcript.rounds[1].inactive == (("exhausted", 9),)


def test_equal_for_the_last_place() -> None:
    """Sri Lanka draws a lot; in London all of them stayed, and whoever then had most was elected."""
    cards = {"A": 9, "BC": 5, "CB": 5, "DC": 3}
    stop = counted(final(), **cards)
    assert (stop.verdict, stop.rounds[0].tied, stop.rounds[0].ties[0].about) == ("tie", (B, C), "place in the runoff")
    lot = counted(final(tie="recorded", tie_record='["C"]'), **cards)
    assert (lot.rounds[0].excluded, lot.elected, lot.rounds[1].votes) == ((B, D), (C,), (9, 0, 13, 0))
    stay = counted(final(last_place="all-stay", final="most-votes"), **cards)
    assert [r.votes for r in stay.rounds] == [(9, 5, 5, 3), (9, 5, 8, 0)]
    assert (stay.rounds[0].ties, stay.elected) == ((), (A,))
    on = counted(final(last_place="all-stay"), **cards)
    assert on.elected == (C,)  # instant runoff goes on: B out, and C has 13


def test_four_finalists() -> None:
    cards = {"A": 9, "B": 8, "CB": 7, "DB": 4, "EA": 3}
    transcript = counted(final(5, finalists="4"), **cards)
    assert [r.excluded for r in transcript.rounds] == [(E,), (D,), (C,), ()]
    everybody = RULES["instant-runoff"].count(
        ranked(5, batch="no"), Profile.of({ranks(t): n for t, n in cards.items()})
    )
    assert transcript.elected == everybody.elected == (B,)
    assert counted(final(5, finalists="1"), **cards).elected == (A,)
    with pytest.raises(BadInputError, match="at least one choice stays"):
        counted(final(finalists="0"), A=1)


# ---- The primary ---------------------------------------------------------------------------------
def primary(size: int = 5, **options: str) -> Contest:
    return Contest("T", ranked(size).choices, rule=PRIMARY.name, options=tuple(options.items()))


def marked(contest: Contest, *votes: int) -> Transcript:
    cards = {Pattern((Mark(CandidateIndex(c)),)): n for c, n in enumerate(votes) if n}
    return PRIMARY.count(contest, Profile.of(cards))


def test_the_leading_go_on() -> None:
    two = marked(primary(), 5, 9, 3, 1, 0)
    assert (two.verdict, two.elected, two.advancing) == ("runoff", (), (B, A))
    margin = PRIMARY.margin(primary(), two)
    assert margin and (margin.winner, margin.loser, margin.votes) == (A, C, 2)
    assert marked(primary(advance="4"), 5, 9, 3, 1, 0).advancing == (B, A, C, D)
    assert marked(primary(advance="4"), 5, 9, 0, 0, 0).advancing == (B, A)  # nobody goes on without a vote
    with pytest.raises(BadInputError, match="at least one goes on"):
        marked(primary(advance="0"), 1)


def test_a_tie_for_the_last_place_is_named() -> None:
    tie = marked(primary(), 5, 3, 3, 1)
    assert (tie.verdict, tie.advancing, tie.rounds[0].tied) == ("tie", (A,), (B, C))
    assert marked(primary(tie="order"), 5, 3, 3, 1).advancing == (A, B)


@pytest.mark.parametrize(
    ("votes", "advancing"),
    [
        ((5, 3, 3, 1), (A, B, C)),  # § 8142(b)(3): all who are equal second
        ((5, 5, 5, 3), (A, B, C)),  # (b)(1): all who are equal first
        ((5, 5, 3, 3), (A, B)),  # (b)(2): then nobody with fewer
    ],
)
def test_california_draws_no_lots(votes: tuple[int, ...], advancing: tuple[int, ...]) -> None:
    transcript = marked(primary(last_place="all-advance"), *votes)
    assert (transcript.verdict, transcript.advancing, transcript.rounds[0].ties) == ("runoff", advancing, ())


def test_one_percent_in_washington() -> None:
    assert marked(primary(least="1/100"), 199, 1, 0).advancing == (A,)
    assert marked(primary(least="1/100"), 99, 1, 0).advancing == (A, B)  # at least one percent is enough


def test_a_majority_elects_where_the_law_says_so() -> None:
    assert marked(primary(majority="elected"), 6, 3, 2).elected == (A,)
    assert marked(primary(majority="elected"), 5, 3, 2).advancing == (A, B)
    assert marked(primary(), 6, 3, 2).elected == ()


def test_final_n_is_top_n_and_then_instant_runoff_where_one_ballot_stands_for_both() -> None:
    """Cards that rank: their first choices make the primary; the rest of the count is that of the finalists alone."""
    cards = {"ABC": 7, "BA": 6, "CDB": 5, "DE": 4, "EDC": 3}
    firsts: Counter[Pattern] = Counter()
    for text, n in cards.items():
        firsts[Pattern(ranks(text).marks[:1])] += n
    through = PRIMARY.count(primary(advance="3"), Profile.of(dict(firsts))).advancing
    whole = counted(final(5, finalists="3", until_two="yes"), **cards)
    kinds = tuple(
        Choice(c.name, kind="regular" if at in through else "withdrawn") for at, c in enumerate(ranked(5).choices)
    )
    alone = Contest("T", kinds, ranks=5, rule="instant-runoff", options=(("until_two", "yes"), ("batch", "no")))
    again = RULES["instant-runoff"].count(alone, Profile.of({ranks(t): n for t, n in cards.items()}))
    assert again.rounds[0].votes == whole.rounds[1].votes
    assert again.elected == whole.elected
