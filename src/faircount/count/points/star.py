"""STAR: score, then automatic runoff. The two with most points meet; who is scored higher by more voters wins."""

from collections.abc import Sequence

from faircount.count.marks.tally import voted_for
from faircount.count.points.score import MOST
from faircount.count.points.scores import as_points, read_points, readings_of, refuse_ranks, sum_points
from faircount.count.rule import Option, Reading, Rule, settings
from faircount.count.ties import MARKS_TIES, Ties, leading
from faircount.model import (
    CandidateIndex,
    Contest,
    Margin,
    Pattern,
    Profile,
    Round,
    Tie,
    Transcript,
    UsageError,
    VoteCount,
)

TIE_SCORE = Option(
    "tie_in_scores",
    ("preferred", "lot"),
    "preferred",
    "A tie for a place in the runoff. preferred: of two tied, the one whom more voters score above the other; else, "
    "and where there are more than two, tie decides. lot: tie decides at once.",
)
TIE_RUNOFF = Option(
    "tie_in_runoff",
    ("points", "lot"),
    "points",
    "Two finalists preferred by as many voters. points: the one with more points; where these are equal too, tie "
    "decides. lot: tie decides at once.",
)
Readings = list[tuple[Reading, VoteCount]]


def count(contest: Contest, profile: Profile) -> Transcript:
    """Sum points, send the two highest to the runoff, and elect whom more voters score higher.

    Round 1 is in points. Round 2 is in votes: a card counts for the finalist that it scores higher; `equal
    preference` where it scores both alike, a card without points for either included. One choice with points needs
    no runoff. Source: Equal Vote Coalition, STAR Voting rules; ties: its "official tiebreaking protocol" as far as
    the option words say.
    """
    decided, most = _decisions(contest)
    readings = readings_of(contest, profile, most)
    points = sum_points(contest, readings)
    standing = voted_for(contest, points.votes)
    ties = Ties(contest, decided)
    finalists, met = _finalists(standing, points.votes, readings, decided, ties)
    first = Round(points.votes, points.inactive, ties=met, unit="points")
    rounds = [first]
    if len(standing) < 2 or len(finalists) == 2:
        rounds.append(_runoff(contest, profile, readings, finalists))
    verdict = "tie"
    elected: tuple[CandidateIndex, ...] = ()
    if not standing:
        verdict = "no votes"
    elif len(rounds) == 2:
        elected, final = _winner(finalists, rounds[1].votes, points.votes, decided, ties)
        verdict = "elected" if elected else "tie"
        one = rounds[1]
        rounds[1] = Round(one.votes, one.inactive, elected, ties=final, note=one.note)
    return Transcript(
        rule=RULE.name,
        total=profile.total_weight,
        rounds=tuple(rounds),
        verdict=verdict,
        decisions=tuple(decided.items()),
        threshold="scored higher than the other finalist by more voters",
    )


def _finalists(
    standing: Sequence[CandidateIndex],
    points: Sequence[VoteCount],
    readings: Readings,
    decided: dict[str, str],
    ties: Ties,
) -> tuple[tuple[CandidateIndex, ...], tuple[Tie, ...]]:
    if len(standing) > 2 and decided["tie_in_scores"] == "preferred":
        last = points[standing[1]]
        level = [c for c in standing if points[c] == last]
        above = [c for c in standing if points[c] > last]
        if len(level) == 2 and len(above) == 1:
            one, other = _preferences(readings, level[0], level[1])
            if one != other:
                chosen = level[0] if one > other else level[1]
                tie = Tie(tuple(sorted(level)), "place in the runoff", chosen, "preference between the tied")
                return (above[0], chosen), (tie,)
    return leading(standing, points, 2, ties, "place in the runoff")


def _winner(
    finalists: tuple[CandidateIndex, ...],
    votes: Sequence[VoteCount],
    points: Sequence[VoteCount],
    decided: dict[str, str],
    ties: Ties,
) -> tuple[tuple[CandidateIndex, ...], tuple[Tie, ...]]:
    if len(finalists) < 2:
        return finalists, ()
    one, other = finalists
    if votes[one] != votes[other]:
        return (one if votes[one] > votes[other] else other,), ()
    if decided["tie_in_runoff"] == "points" and points[one] != points[other]:
        chosen = one if points[one] > points[other] else other
        return (chosen,), (Tie(tuple(sorted(finalists)), "elected", chosen, "points in round 1"),)
    tie = ties.pick(finalists, "elected")
    return ((tie.chosen,) if tie.chosen is not None else ()), (tie,)


def _preferences(
    readings: Readings, one: CandidateIndex, other: CandidateIndex
) -> tuple[VoteCount, VoteCount]:  # fmt: skip
    """Return the weight of cards that score `one` higher, and that of those that score `other` higher."""
    ahead: VoteCount = 0
    behind: VoteCount = 0
    for reading, weight in readings:
        given = dict(reading.votes)
        difference = given.get(one, 0) - given.get(other, 0)
        if difference > 0:
            ahead += weight
        elif difference < 0:
            behind += weight
    return ahead, behind


def _runoff(contest: Contest, profile: Profile, readings: Readings, finalists: Sequence[CandidateIndex]) -> Round:
    votes: list[VoteCount] = [0] * len(contest.choices)
    if len(finalists) == 2:
        votes[finalists[0]], votes[finalists[1]] = _preferences(readings, finalists[0], finalists[1])
    elif finalists:
        votes[finalists[0]] = sum(weight for reading, weight in readings if dict(reading.votes).get(finalists[0]))
    invalid = sum(weight for reading, weight in readings if reading.invalid)
    rest = profile.total_weight - sum(votes) - invalid
    inactive = tuple((cause, n) for cause, n in (("invalid", invalid), ("equal preference", rest)) if n)
    return Round(tuple(votes), inactive, note="The two with the most points, each card for the one it scores higher.")


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: the points it gives, out of the most × choices that it could."""
    return read_points(contest, pattern, _decisions(contest)[1])


def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Count a part of the ballots between the finalists of the whole."""
    readings = readings_of(contest, profile, _decisions(contest)[1])
    points, first = sum_points(contest, readings), whole.rounds[0]
    rounds = [Round(points.votes, points.inactive, ties=first.ties, unit="points")]
    if len(whole.rounds) == 2:
        finalists, second = _finalists_of(contest, whole), whole.rounds[1]
        one = _runoff(contest, profile, readings, finalists)
        rounds.append(Round(one.votes, one.inactive, second.elected, ties=second.ties, note=one.note))
    return tuple(rounds)


def _finalists_of(contest: Contest, whole: Transcript) -> tuple[CandidateIndex, ...]:
    """Return who met in the runoff: the two with most points, or whom the decided ties picked."""
    points = whole.rounds[0].votes
    standing = voted_for(contest, points)
    ties = whole.rounds[0].ties
    if not ties:
        return tuple(standing[:2])
    # All who are tied for a place have as many points; whoever has fewer was never near the runoff.
    clear = [c for c in standing if points[c] > points[ties[0].tied[0]]]
    return tuple(clear + [tie.chosen for tie in ties if tie.chosen is not None])


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return the difference in the runoff. It says nothing of how close the third was to being in it."""
    if transcript.verdict != "elected" or len(transcript.rounds) < 2:
        return None
    finalists, votes = _finalists_of(contest, transcript), transcript.rounds[1].votes
    if len(finalists) < 2:
        return None
    winner = transcript.elected[0]
    loser = next(c for c in finalists if c != winner)
    return Margin(winner, loser, votes[winner] - votes[loser], "runoff")


def _decisions(contest: Contest) -> tuple[dict[str, str], int]:
    refuse_ranks(contest, RULE.name)
    if contest.seats != 1:
        raise UsageError(f"rule {RULE.name} fills one seat; contest {contest.title!r} has {contest.seats} seats")
    decided = settings(RULE.name, RULE.options, contest)
    return decided, as_points(decided["most"], contest)


RULE = Rule(
    name="star",
    law=(
        "Equal Vote Coalition, STAR Voting rules § Counting; enacted by political parties and private bodies only, "
        "for example the Independent Party of Oregon's 2020 primary"
    ),
    count=count,
    read=read,
    margin=margin,
    options=(MOST, *MARKS_TIES, TIE_RUNOFF, TIE_SCORE),
    ballot="scores",
    many_seats=False,
    follow=follow,
)
