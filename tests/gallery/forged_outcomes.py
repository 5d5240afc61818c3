"""Forgeries of what was committed: outcomes, the reading of marks, margins, claims, assorters (steps 7 and 8).

Those that change what follows are played again to their end over the changed records, so that all else is right.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gallery.catalog import forgery
from gallery.good import replayed
from gallery.resealing import Case, Files, Json

from faircount.audit.reports import margin_of, recorded
from faircount.model import Ballot, CandidateIndex, Commitment, Subject
from faircount.model.assertion import Feature

UNCOUNTED = "the page knows plurality and instant runoffs only, and says NOT CHECKED of others"
A, B = CandidateIndex(0), CandidateIndex(1)


def with_first(held: Commitment, **changes: Any) -> Commitment:
    """Return the commitment with another first contest."""
    return replace(held, subjects=(replace(held.subjects[0], **changes), *held.subjects[1:]))


def with_margins(held: Commitment) -> Commitment:
    """Return the commitment with the margins that its records and claims give now."""
    return replace(held, subjects=tuple(
        replace(one, margins=tuple(margin_of(a, recorded(held, one), one.cards) for a in one.assertions))
        for one in held.subjects
    ))  # fmt: skip


def _assorter(held: Commitment, **changes: Any) -> Commitment:
    """Return the commitment with another assorter in the first claim of the first contest."""
    first, *rest = held.subjects[0].assertions
    return with_first(held, assertions=(replace(first, assorter=replace(first.assorter, **changes)), *rest))


def _claim(held: Commitment, **changes: Any) -> Commitment:
    first, *rest = held.subjects[0].assertions
    return with_first(held, assertions=(replace(first, **changes), *rest))


def _other(held: Commitment) -> CandidateIndex:
    """Return somebody who did not win the first contest."""
    one: Subject = held.subjects[0]
    return next(CandidateIndex(c) for c in range(len(one.contest.choices)) if c not in one.elected)


def _contests(change: Callable[[Json], object]) -> Callable[[Case], None]:
    return lambda case: case.json("contests.json", change)


# ---- outcomes -------------------------------------------------------------------------------------------------------
@forgery("small", "7.1")
def the_loser_won(case: Case) -> Files:
    """The reported outcome names somebody with fewer votes."""
    return replayed("small", lambda held: with_first(held, elected=(_other(held),)))


@forgery("small", "7.1")
def two_won_one_seat(case: Case) -> Files:
    """Two are reported as elected to one seat."""
    return replayed("small", lambda held: with_first(held, elected=(A, B)))


@forgery("small", "7.1")
def nobody_won(case: Case) -> Files:
    """The reported outcome says that there was a tie, and there was none."""
    return replayed("small", lambda held: with_first(held, elected=(), verdict="tie"))


@forgery("oneaudit", "7.1")
def the_loser_won_with_pools(case: Case) -> Files:
    """The loser is reported as elected where part of the cards are known by totals only."""
    return replayed("oneaudit", lambda held: with_first(held, elected=(_other(held),)))


@forgery("comparison", "7.1")
def another_won_the_runoff(case: Case) -> Files:
    """Somebody else is reported to have won the instant runoff."""

    def change(held: Commitment) -> Commitment:
        one = held.subjects[1]
        other = next(CandidateIndex(c) for c in range(len(one.contest.choices)) if c not in one.elected)
        return replace(held, subjects=(held.subjects[0], replace(one, elected=(other,))))

    return replayed("comparison", change)


@forgery("oneaudit", "7.1", unseen=UNCOUNTED)
def a_seat_moved(case: Case) -> Files:
    """A seat goes from one list to another."""

    def change(held: Commitment) -> Commitment:
        one = held.subjects[1]
        most = max(range(len(one.seats_won)), key=one.seats_won.__getitem__)
        least = min(range(len(one.seats_won)), key=one.seats_won.__getitem__)
        seats = [n - (c == most) + (c == least) for c, n in enumerate(one.seats_won)]
        elected = tuple(CandidateIndex(c) for c, n in enumerate(seats) if n)
        return replace(held, subjects=(held.subjects[0], replace(one, seats_won=tuple(seats), elected=elected)))

    return replayed("oneaudit", change)


@forgery("batch", "7.1", unseen=UNCOUNTED)
def a_measure_that_passed(case: Case) -> Files:
    """A measure is reported with the other outcome."""

    def change(held: Commitment) -> Commitment:
        one = held.subjects[1]
        turned = ((), "not passed") if one.verdict == "passed" else ((A,), "passed")
        return replace(held, subjects=(held.subjects[0], replace(one, elected=turned[0], verdict=turned[1])))

    return replayed("batch", change)


@forgery("small", "7.1")
def another_rule_than_the_one_counted_by(case: Case) -> Files:
    """Two seats are to be filled, by what is committed, and one was."""
    return replayed("small", lambda held: with_first(held, contest=replace(held.subjects[0].contest, seats=2)))


@forgery("comparison", "7.2")
def a_mark_read_for_another(case: Case) -> Files:
    """A mark for one candidate is read as a vote for another, and all follows from that."""

    def change(held: Commitment) -> Commitment:
        reads = list(held.reads["c1"])
        at = next(n for n, one in enumerate(reads) if one.ballot.votes == ((_other(held), 1),))
        reads[at] = replace(reads[at], ballot=Ballot(((held.subjects[0].elected[0], 1),)))
        return with_margins(replace(held, reads={**held.reads, "c1": tuple(reads)}))

    return replayed("comparison", change)


@forgery("comparison", "7.2")
def a_ranking_read_backwards(case: Case) -> Files:
    """Marks that rank one before the other are read the other way round."""

    def change(held: Commitment) -> Commitment:
        reads = list(held.reads["c2"])
        at = next(n for n, one in enumerate(reads) if len(one.ballot.ranking) > 1)
        first, second, *rest = reads[at].marks
        reads[at] = replace(reads[at], marks=((second[0], first[1], None), (first[0], second[1], None), *rest))
        return replace(held, reads={**held.reads, "c2": tuple(reads)})

    return replayed("comparison", change)


@forgery("comparison", "7.2")
def an_overvote_read_as_a_vote(case: Case) -> Files:
    """A card with two marks where one is allowed counts for the first."""

    def change(held: Commitment) -> Commitment:
        reads = list(held.reads["c1"])
        at = next(n for n, one in enumerate(reads) if one.ballot.votes)
        choice = reads[at].marks[0][0]
        other = next(c for c in range(2) if c != choice)
        reads[at] = replace(reads[at], marks=tuple(sorted((*reads[at].marks, (other, reads[at].marks[0][1], None)))))
        return replace(held, reads={**held.reads, "c1": tuple(reads)})

    return replayed("comparison", change)


# ---- margins and claims ---------------------------------------------------------------------------------------------
@forgery("small", "8.1")
def a_margin_inflated(case: Case) -> Files:
    """A margin is stated wider than the records have it, so that a smaller sample seems to do."""
    return replayed("small", lambda held: with_first(
        held, margins=tuple((1 + one) / 2 for one in held.subjects[0].margins)))  # fmt: skip


@forgery("comparison", "8.1")
def a_margin_shrunk(case: Case) -> Files:
    """A margin is stated narrower than the records have it."""
    return replayed("comparison", lambda held: with_first(
        held, margins=tuple(one / 2 for one in held.subjects[0].margins)))  # fmt: skip


@forgery("oneaudit", "8.1")
def a_margin_without_the_pool(case: Case) -> Files:
    """A margin leaves out the cards of which only totals are known."""

    def change(held: Commitment) -> Commitment:
        alone = replace(held, pools={})
        one = held.subjects[0]
        return with_first(held, margins=tuple(margin_of(a, recorded(alone, one), one.cards) for a in one.assertions))

    return replayed("oneaudit", change)


@forgery("batch", "8.1")
def a_margin_of_other_totals(case: Case) -> Files:
    """A margin in a batch audit is ten per cent wider than the reports give it."""
    return replayed("batch", lambda held: with_first(
        held, margins=tuple(one * Fraction(11, 10) for one in held.subjects[0].margins)))  # fmt: skip


@forgery("polling", "8.2")
def a_claim_missing(case: Case) -> Files:
    """One of the losers is not claimed to have lost, and the claims are said to imply the outcome."""
    return replayed("polling", lambda held: with_first(
        held, assertions=held.subjects[0].assertions[1:], margins=held.subjects[0].margins[1:]))  # fmt: skip


@forgery("comparison", "8.2")
def an_order_of_exclusion_left_open(case: Case) -> Files:
    """Of the claims about an instant runoff one is missing, so that another order could elect somebody else."""

    def change(held: Commitment) -> Commitment:
        one = held.subjects[1]
        return replace(held, subjects=(
            held.subjects[0], replace(one, assertions=one.assertions[1:], margins=one.margins[1:])))  # fmt: skip

    return replayed("comparison", change)


@forgery("polling", "8.2", unseen=UNCOUNTED)
def a_majority_that_nobody_claims(case: Case) -> Files:
    """By the rule an outright win takes more than half; the claims are those of a plurality."""

    def change(held: Commitment) -> Commitment:
        one = held.subjects[0]
        decided = replace(one.contest, rule="majority-or-runoff", options=())
        return with_first(held, contest=decided)

    return replayed("polling", change)


@forgery("small", "8.2", "13.1")
def no_claim_at_all(case: Case) -> None:
    """There is no claim, and the outcome is called implied."""
    case.json("contests.json", lambda value: value[0].update(assertions=[]))
    for nth in range(2):
        case.body("close", nth)["measured"] = []
        case.body("close", nth)["decisions"] = {"c1": "CONFIRMED"}


@forgery("polling", "8.3", "11.2")
def an_upper_bound_too_low(case: Case) -> None:
    """A claim's values are said to end below what a vote for the winner gives, so that errors seem smaller."""
    case.json("contests.json", lambda value: value[0]["assertions"][0]["assorter"].update(upper="3/4"))


@forgery("polling", "8.3", "11.2")
def a_lower_bound_too_high(case: Case) -> None:
    """A claim's sum is said not to reach as low as it can."""

    def change(value: Json) -> None:
        one = value[0]["assertions"][0]
        one["assorter"]["least"] = "-1/2"
        one["margin"] = str(Fraction(one["margin"]) * 2)

    case.json("contests.json", change)


@forgery("small", "8.3")
def a_claim_named_for_another(case: Case) -> Files:
    """A claim says that it is of winner and loser, and its numbers are of others."""
    return replayed("small", lambda held: _claim(
        held, winner=held.subjects[0].assertions[0].loser, loser=held.subjects[0].assertions[0].winner))  # fmt: skip


@forgery("small", "8.2")
def a_claim_that_counts_blank_cards(case: Case) -> Files:
    """A claim counts every card a little for the winner, blank ones too."""

    def change(held: Commitment) -> Commitment:
        terms = held.subjects[0].assertions[0].assorter.terms
        return with_margins(
            _assorter(held, terms=(*terms, (Fraction(1, 10), Feature("cards", ()))), upper=Fraction(21, 20))
        )

    return replayed("small", change)


@forgery("comparison", "8.3")
def a_claim_of_another_stage(case: Case) -> Files:
    """A claim about a runoff names other candidates left than its numbers take."""

    def change(held: Commitment) -> Commitment:
        one = held.subjects[1]
        at = next(n for n, a in enumerate(one.assertions) if a.standing)
        claims = list(one.assertions)
        claims[at] = replace(claims[at], standing=())
        return replace(held, subjects=(held.subjects[0], replace(one, assertions=tuple(claims))))

    return replayed("comparison", change)
