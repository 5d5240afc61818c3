"""Faults among the reports: figures that say something else than the records, which stay as they are."""

import unicodedata
from dataclasses import replace
from typing import Any

import numpy as np

from faircount.model import BadInputError
from faircount.simulate.election import Election, Shift, Stack
from faircount.simulate.tally import Tally, tally

GOVERNOR = 0
"""Index of the contest in which single figures are moved."""


def manifest_card_extra(election: Election) -> Election:
    """List one card more than there is for one batch."""
    stack = _a_batch(election)
    return _changed(election, manifest={stack.key: 1}, claimed={stack.key: 1})


def batch_not_in_manifest(election: Election) -> Election:
    """Leave one batch out of the manifest."""
    stack = _a_batch(election)
    return _changed(election, manifest_left_out=frozenset({stack.key}), unclaimed=frozenset({stack.key}))


def manifest_lists_batch_twice(election: Election) -> Election:
    """Repeat one row of the manifest."""
    stack = _a_batch(election)
    return _changed(election, manifest_again=frozenset({stack.key}))


def claims_differ(election: Election) -> Election:
    """Let the state count one card fewer in one batch's records."""
    return _changed(election, claimed={_a_batch(election).key: -1})


def ballots_cast_misreported(election: Election) -> Election:
    """Report one ballot fewer in one precinct and counting group, and in every total.

    A place is taken where no contest of every ballot has as many votes as ballots: no figure becomes impossible.
    """
    counts = tally(election)
    everywhere = [i for i, q in enumerate(election.design.questions) if not q.district]
    spare = np.minimum.reduce([counts.undervotes[i] + counts.overvotes[i] for i in everywhere])
    at = int(np.where(spare > 0, counts.ballots, 0).argmax())
    return _changed(election, ballots_cast={divmod(at, spare.shape[1]): -1})


def vote_moved(election: Election) -> Election:
    """Move one vote of the leading choice of one precinct to the next choice, in every report."""
    counts = tally(election)
    place = _fullest(counts)
    here = counts.votes[GOVERNOR][:, place[0], place[1]]
    first, second = (int(c) for c in (-here).argsort(kind="stable")[:2])
    return _changed(election, shifts=(Shift(GOVERNOR, first, *place, -1), Shift(GOVERNOR, second, *place, 1)))


def precincts_swapped(election: Election) -> Election:
    """Exchange the votes of two precincts in one contest, in the precinct file; by group, so that groups keep theirs.

    Undervotes and overvotes stay where they are. The two precincts are as alike in size as can be, and each cast as
    many ballots as the other has votes for, so that no figure becomes impossible. Where no two are so alike, the votes
    of one counting group change places.

    Raises `BadInputError` when even that would make a figure impossible.
    """
    counts = tally(election)
    question, one, other, groups = _alike(election, counts)
    votes = counts.votes[question]
    shifts = []
    for choice in range(votes.shape[0]):
        for group in groups:
            by = int(votes[choice, other, group] - votes[choice, one, group])
            shifts.append(Shift(question, choice, one, group, by, precinct_file_only=True))
            shifts.append(Shift(question, choice, other, group, -by, precinct_file_only=True))
    return _changed(election, shifts=tuple(s for s in shifts if s.by))


def _alike(election: Election, counts: Tally) -> tuple[int, int, int, tuple[int, ...]]:
    """Return a question, two precincts and the counting groups whose votes in it can change places."""
    n, each = counts.ballots.shape
    for groups in (tuple(range(each)), *((group,) for group in range(each))):
        ballots = counts.ballots[:, groups].sum(axis=1)
        pairs = sorted((abs(int(ballots[a] - ballots[b])), a, b) for a in range(n) for b in range(a + 1, n))
        for _, a, b in pairs:
            for index, question in enumerate(election.design.questions):
                here = counts.votes[index][:, :, groups]
                votes = here.sum(axis=(0, 2))
                room = (1 if question.ranks else question.vote_for) * int(min(ballots[a], ballots[b]))
                fits = int(max(votes[a], votes[b])) <= room
                if fits and not question.district and (here[:, a] != here[:, b]).any():
                    return index, a, b, groups
    raise BadInputError("planting precincts-swapped", "two precincts are alike in size", "none", "take another seed")


def groups_swapped(election: Election) -> Election:
    """Exchange votes of two choices of one precinct between two counting groups, in every report.

    As many go one way as the other, so that each group's ballots still balance.
    """
    counts = tally(election)
    precinct = _fullest(counts)[0]
    here = counts.votes[GOVERNOR][:, precinct]
    first, second = (int(c) for c in (-here.sum(axis=1)).argsort(kind="stable")[:2])
    one, other = (int(g) for g in (-here.sum(axis=0)).argsort(kind="stable")[:2])
    by = int(min(here[first, one], here[second, other]))
    return _changed(
        election,
        shifts=(
            Shift(GOVERNOR, first, precinct, one, -by), Shift(GOVERNOR, first, precinct, other, by),
            Shift(GOVERNOR, second, precinct, one, by), Shift(GOVERNOR, second, precinct, other, -by),
        ),
    )  # fmt: skip


def undervotes_misreported(election: Election) -> Election:
    """Report one undervote of one precinct as an overvote, in every report."""
    under = tally(election).undervotes[GOVERNOR]
    precinct, group = divmod(int(under.argmax()), under.shape[1])
    shifts = (
        Shift(GOVERNOR, "undervotes", precinct, group, -1),
        Shift(GOVERNOR, "overvotes", precinct, group, 1),
    )
    return _changed(election, shifts=shifts)


def ballots_exceed_registered(election: Election) -> Election:
    """Report one registered voter fewer than ballots cast in one precinct, in every report."""
    precinct = _smallest_outside(election, counts := tally(election))
    return _changed(election, registered={precinct: int(counts.ballots[precinct].sum()) - 1})


def checked_in_short(election: Election) -> Election:
    """Report one voter checked in fewer than ballots cast in one precinct."""
    precinct = _smallest_outside(election, counts := tally(election))
    return _changed(election, checked_in={precinct: int(counts.ballots[precinct].sum()) - 1})


def negative_registered(election: Election) -> Election:
    """Report -1 registered voters in one precinct, in every report."""
    return _changed(election, registered={_smallest_outside(election, tally(election)): -1})


def total_not_sum(election: Election) -> Election:
    """Add one vote to the total row of one choice in the precinct file."""
    return _changed(election, total_row={(GOVERNOR, 0): 1})


def sources_disagree(election: Election) -> Election:
    """Add seven registered voters to the summary alone."""
    return _changed(election, summary_registered=7)


def name_respelled(election: Election) -> Election:
    """Write one name without its accents in the precinct file."""
    names = election.design.questions[GOVERNOR].choices
    plain = ["".join(c for c in unicodedata.normalize("NFKD", n) if not unicodedata.combining(c)) for n in names]
    choice = next(i for i, name in enumerate(names) if plain[i] != name)
    return _changed(election, spelling={(GOVERNOR, choice): plain[choice]})


def row_unreadable(election: Election) -> Election:
    """Add a row for a unit without precinct results whose count is no number."""
    row = (election.plan.jurisdiction, "Mobile unit", "", "registered", "n/a")
    return _changed(election, turnout_rows=(row,))


def results_unbalanced(election: Election) -> Election:
    """Report one ballot cast fewer in one contest of the summary, in its total and its largest counting group."""
    group = int(tally(election).held[GOVERNOR].sum(axis=0).argmax())
    return _changed(election, summary_ballots={(GOVERNOR, group): -1})


def contest_unreported(election: Election) -> Election:
    """Leave the last contest of the ballot out of both reports of results."""
    return _changed(election, unreported=frozenset({len(election.design.questions) - 1}))


def _changed(election: Election, **changes: Any) -> Election:
    return replace(election, changes=replace(election.changes, **changes))


def _a_batch(election: Election) -> Stack:
    """Return a batch from the middle, where nobody looks first."""
    return election.stacks[len(election.stacks) // 2]


def _fullest(counts: Tally) -> tuple[int, int]:
    """Return the (precinct, group) with the most ballots."""
    groups = int(counts.ballots.shape[1])
    return divmod(int(counts.ballots.argmax()), groups)


def _smallest_outside(election: Election, counts: Tally) -> int:
    """Return the smallest precinct outside the district, whose voters weigh least in any sum."""
    outside = [i for i, p in enumerate(election.design.precincts) if not p.in_district]
    return min(outside, key=lambda i: (int(counts.ballots[i].sum()), i))
