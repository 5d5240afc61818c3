"""Who votes, where, how, and how they lean. Leanings are drawn for places and slots, never for names."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faircount.simulate.design import ELECTION_DAY, MAIL, PROVISIONAL, Question
from faircount.simulate.plan import Plan

Ints = NDArray[np.int64]
Reals = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Electorate:
    """One row a ballot: precinct and counting group (indexes), leaning in two dimensions, care, and pen.

    `care` is how likely a voter is to go on down the ballot, 0 to 1. `pen` is how dark the voter marks, 60 to 100.
    `registered` is by precinct, never below the ballots of the precinct; `waiting` is by precinct too: voters who
    checked in and left without casting a ballot.
    """

    precinct: Ints
    group: Ints
    leaning: Reals
    care: Reals
    pen: Ints
    registered: tuple[int, ...]
    waiting: tuple[int, ...]


def electorate(plan: Plan, rng: np.random.Generator) -> Electorate:
    """Draw the voters of `plan`: precincts differ in size, turnout, leaning and how many vote by mail."""
    n, k = plan.ballots, plan.precincts
    weight = rng.gamma(12.0, 1.0, k)
    precinct = np.sort(rng.choice(k, n, p=weight / weight.sum()))
    by_mail = rng.normal(0.60, 0.06, k).clip(0.40, 0.80)
    draw = rng.random(n)
    group = np.where(draw < by_mail[precinct], MAIL, np.where(draw > 0.96, PROVISIONAL, ELECTION_DAY))
    # Places lean, and those who vote by mail may lean otherwise: both in directions that the seed decides.
    places = rng.normal(0.0, 0.55, (k, 2))
    manners = rng.normal(0.0, 0.25, (3, 2))
    leaning = places[precinct] + manners[group] + rng.normal(0.0, 1.0, (n, 2))
    ballots = np.bincount(precinct, minlength=k)
    registered = np.ceil(ballots / rng.uniform(0.58, 0.70, k)).astype(np.int64) + 5
    return Electorate(
        precinct=precinct.astype(np.int64),
        group=group.astype(np.int64),
        leaning=leaning,
        care=rng.beta(8.0, 1.2, n),
        pen=rng.integers(60, 101, n),
        registered=tuple(registered.tolist()),
        waiting=tuple(rng.choice(3, k, p=(0.7, 0.2, 0.1)).tolist()),
    )


def preferences(question: Question, voters: Electorate, rng: np.random.Generator) -> Ints:
    """Return each voter's order of the named choices, best first: one row a voter, columns are choice indexes.

    A choice is a place on the same map as the voters; near is liked. So the contests of one ballot hang together,
    as with straight tickets, and nothing here knows a choice's name or party.
    """
    k, n = len(question.entries), len(voters.precinct)
    place = rng.normal(0.0, 0.5 if question.close else 0.9, (k, 2))
    appeal: Reals = rng.normal(0.0, 0.35, k)
    if question.close:
        appeal = rng.permutation(np.r_[1.0, 1.0, np.zeros(k - 2)])
    distance = ((voters.leaning[:, None, :] - place[None, :, :]) ** 2).sum(axis=2)
    liking = appeal - 0.5 * distance + rng.gumbel(0.0, 0.7, (n, k))
    if question.close:
        first, second = np.argsort(-appeal)[:2].tolist()
        # Level the two front-runners between themselves: a few voters in a thousand decide.
        liking[:, first] -= np.quantile(liking[:, first] - liking[:, second], 0.498)
    return np.argsort(-liking, axis=1).astype(np.int64)
