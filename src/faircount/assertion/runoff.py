"""Majority or runoff, and primaries in which the first n go on."""

from collections.abc import Sequence
from fractions import Fraction

from faircount.assertion.generator import TIED, Claims, Generator, has_tie, nobody, nothing
from faircount.assertion.linear import above_part, all_given, below_part, first_false, given_to
from faircount.assertion.plurality import beats, got_a_vote, most_for, others
from faircount.model import HALF, Assertion, Ballots, CandidateIndex, Contest, Transcript


def has_majority(contest: Contest, choice: CandidateIndex) -> Assertion:
    """Claim that `choice` has more than half of the valid votes: an outright win needs it, a lead is not enough."""
    return above_part(contest, f"{contest.name_of(choice)} has more than half of the valid votes", given_to(choice),
                      all_given(contest), HALF, 1, choice)  # fmt: skip


def has_no_majority(contest: Contest, choice: CandidateIndex) -> Assertion:
    """Claim that `choice` has less than half: g = 1 for another valid vote, −1 for this one."""
    return below_part(contest, f"{contest.name_of(choice)} has less than half of the valid votes", given_to(choice),
                      all_given(contest), HALF, 1, choice)  # fmt: skip


def _majority_or_runoff(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim a majority; or that two beat all others and that neither of the two has a majority.

    That only the reported leader has none would not do: the other of the two could have one on paper.
    """
    if transcript.verdict == "elected":
        return Claims(
            (has_majority(contest, transcript.elected[0]),),
            "outcome",
            "more than half of the valid votes elects at once",
        )
    if transcript.verdict != "runoff":
        return nobody(transcript)
    if has_tie(transcript):
        return nothing(TIED)
    two = transcript.advancing
    found = (*_ahead(contest, two), *(has_no_majority(contest, c) for c in two))
    if not others(contest, two):  # nobody is claimed to be behind them: abstentions keep them from half
        found += tuple(got_a_vote(contest, c, ballots) for c in two)
    elif len(two) < 2:
        return nothing("one goes on alone: that nobody else got a vote cannot be claimed by a mean")
    if first_false(found, ballots) is not None:
        return nothing("somebody has exactly half of the valid votes, which no sample can tell from a majority")
    return Claims(found, "outcome", "the two have more votes than each other choice, and neither has a majority")


def _ahead(contest: Contest, through: Sequence[CandidateIndex]) -> tuple[Assertion, ...]:
    return tuple(
        beats(contest, one, other, most_for(contest, one, other))
        for one in through for other in others(contest, through)
    )  # fmt: skip


def _top_n(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim that those who go on beat all others; and what the law asks beside that: a least part, no majority."""
    decided = dict(transcript.decisions)
    if transcript.verdict == "elected":
        return Claims((has_majority(contest, transcript.elected[0]),), "outcome", "more than half elects at once")
    if transcript.verdict != "runoff":
        return nobody(transcript)
    through, places = transcript.advancing, int(decided["advance"])
    if has_tie(transcript) or len(through) > places:
        return nothing(TIED if has_tie(transcript) else "those equal for the last place all go on, and no sample can "
                       "confirm that votes are equal")  # fmt: skip
    left_out = others(contest, through)
    least = None if decided["least"] == "none" else Fraction(decided["least"])
    found: tuple[Assertion, ...] = ()
    if least is not None and least < 1:
        found += tuple(_part(contest, c, least, above=True) for c in through)
    if left_out and len(through) < places:
        if least is None or least == 1:
            return nothing("fewer go on than could: that nobody else got a vote cannot be claimed by a mean")
        found += tuple(_part(contest, c, least, above=False) for c in left_out)
    elif left_out:
        found += _ahead(contest, through)
    else:
        found += tuple(got_a_vote(contest, c, ballots, most_for(contest, c)) for c in through)
    if least == 1:
        return nothing("who goes on needs all votes, and a mean cannot show that nobody voted otherwise")
    if decided["majority"] == "elected":
        found += tuple(has_no_majority(contest, c) for c in through)
    if first_false(found, ballots) is not None:
        return nothing("somebody has exactly the part that the law asks for, which no sample can tell from less")
    return Claims(found, "outcome", "each who goes on has what the law asks for, and more votes than those who do not")


def _part(contest: Contest, choice: CandidateIndex, least: Fraction, *, above: bool) -> Assertion:
    make = above_part if above else below_part
    claim = f"{contest.name_of(choice)} has {'more' if above else 'less'} than {least} of the valid votes"
    return make(contest, claim, given_to(choice), all_given(contest), least, 1, choice)


SOURCE = "Stark 2020, arXiv:1911.10035, §§ 3.1 and 3.2; Blom et al. 2021, arXiv:2107.11903, § 3"
MAJORITY_OR_RUNOFF = Generator("majority-or-runoff", ("majority-or-runoff",), SOURCE, _majority_or_runoff)
TOP_N = Generator("top-n", ("top-n",), SOURCE, _top_n)
