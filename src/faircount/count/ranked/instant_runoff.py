"""Instant runoff: the lowest are excluded and their ballots move on, until one choice has a majority."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import cast

from faircount.count.marks.tally import by_votes
from faircount.count.ranked.ballot_options import (
    OVERVOTE_OR_SPLIT,
    REPEATED,
    SKIPPED,
    SPLIT,
    WITHDRAWN,
    WRITE_INS,
    of_kind,
    ranked_settings,
    with_default,
)
from faircount.count.ranked.exclusion import Decision, Now, count_rounds, follow_rounds, hopeless, lowest
from faircount.count.ranked.fast import ArrayPiles, Dealt, Ranks, Weights, deal
from faircount.count.ranked.preferences import plain, resting_places, walk
from faircount.count.rule import WHOLE_NUMBER, Option, Reading, Rule
from faircount.count.ties import ROUNDS_TIES, Ties
from faircount.model import (
    BadInputError,
    CandidateIndex,
    Contest,
    Margin,
    Pattern,
    Profile,
    Round,
    Transcript,
    VoteCount,
)

UNTIL_TWO = Option(
    "until_two",
    ("no", "yes", "unless-in-round-1", "elected-before"),
    "no",
    "no: the count ends with a majority of the votes of continuing ballots. yes: it goes on until two choices remain. "
    "unless-in-round-1: a majority in round 1 ends it (or in the next, if only write-ins went out in it); then it "
    "goes on until two remain. elected-before: whoever "
    "has a majority is elected in that round, in which nobody is excluded, and the count goes on until two remain.",
)
THRESHOLD = Option(
    "threshold",
    ("each-round", "first-round"),
    "each-round",
    "What a majority is more than half of. each-round: the votes of ballots that continue in that round. first-round: "
    "those of round 1, in every round; with two choices left, the one with more votes is elected without it.",
)
BATCH = Option(
    "batch",
    ("yes", "no", "zero-votes", "not-above-next"),
    "yes",
    "yes: the largest group of two or more lowest choices whose votes together are fewer than those of the next choice "
    "is excluded at once; where two must remain, the largest that leaves two. no: one choice a round. zero-votes: one "
    "choice a round, but all without any vote at once. not-above-next: as yes, but also where their votes together "
    "are as many as those of the next choice, and each has fewer (Maine, 21-A M.R.S. § 723-A(1)(G) until 2024).",
)
MINIMUM = Option(
    "minimum",
    (WHOLE_NUMBER,),
    "0",
    "Fewest votes with which a choice may be elected, or stay once nobody is: all below it are excluded together, "
    "before any others. Where all are below it the count stops and nobody is elected. 0: there is no such number.",
)
STOP_AFTER = Option(
    "stop_after",
    (WHOLE_NUMBER, "never"),
    "never",
    "The round in which the count stops, whoever then leads; 1 is the first. never: it goes on to its end.",
)
WITHOUT_VOTES = Option(
    "without_votes",
    ("stop", "go-on"),
    "stop",
    "What happens where no ballot counts for anybody. stop: the count ends and nobody is elected. go-on: it goes on, "
    "and ties alone decide who is excluded and who is elected, as in RCTab.",
)
OPTIONS = (
    with_default(BATCH, "yes", "Charter § 13.102(e)."),
    with_default(MINIMUM, "0", "the Charter has none."),
    with_default(OVERVOTE_OR_SPLIT, "exhaust", "Charter § 13.102(a)."),
    with_default(REPEATED, "skip", "the Charter does not say."),
    with_default(SKIPPED, "unlimited", "Charter § 13.102(a), the vote goes to the next ranked choice."),
    with_default(STOP_AFTER, "never", "Charter § 13.102(d)."),
    with_default(THRESHOLD, "each-round", "Charter § 13.102(c)."),
    *ROUNDS_TIES,
    with_default(UNTIL_TWO, "no", "Charter § 13.102(c) and (d)."),
    with_default(WITHDRAWN, "skip", "the Charter does not say."),
    with_default(WITHOUT_VOTES, "stop", "the Charter does not say."),
    with_default(WRITE_INS, "count", "the Charter does not say."),
)


def count(contest: Contest, profile: Profile) -> Transcript:
    """Count `profile` round by round; every ballot is in one place in every round.

    A majority is more than half of the votes of the round, inactive ballots not among them. With two standing and
    equal, or several lowest, the option `tie` decides. Choices without any vote whose tie nothing breaks are
    excluded together: no vote moves, so their order cannot matter. Source: San Francisco Charter § 13.102(a)–(f).
    """
    decided = _decisions(contest)
    return _counted(contest, deal(contest, profile, decided), decided, profile.total_weight)


def count_arrays(contest: Contest, ranks: Ranks, weights: Weights) -> Transcript:
    """Count ballots given as arrays (`fast.ArrayPiles.of`); the same transcript as `count`, without any pattern."""
    decided = _decisions(contest)
    dealt = ArrayPiles.of(contest, ranks, weights, decided, ())
    return _counted(contest, dealt, decided, int(weights.sum()))


def _counted(contest: Contest, dealt: Dealt, decided: Mapping[str, str], total: VoteCount) -> Transcript:
    rounds, verdict = majority_rounds(contest, dealt, (), decided, Ties(contest, decided))
    base = "in the round" if decided["threshold"] == "each-round" else "in round 1"
    return Transcript(
        rule=RULE.name,
        total=total,
        rounds=rounds,
        verdict=verdict,
        decisions=tuple(decided.items()),
        threshold=f"more than half of the votes for continuing choices {base}",
    )


def majority_rounds(
    contest: Contest, dealt: Dealt, out: tuple[CandidateIndex, ...], decided: Mapping[str, str], ties: Ties
) -> tuple[tuple[Round, ...], str]:
    """Count until one choice has a majority, as `decided` says; `out` are choices that do not take part."""

    def decide(now: Now) -> Decision:
        return elect_by_majority(now, decided) or exclude_from_below(now, decided)

    def threshold(now: Now) -> VoteCount | None:
        return majority_figure(now, decided)

    return count_rounds(contest, dealt, out, decided, ties, decide, threshold)


def majority_figure(now: Now, decided: Mapping[str, str]) -> VoteCount | None:
    """Return the fewest whole votes that elect; None where votes are not whole and no such figure exists."""
    if any(one.elected for one in now.rounds):
        return now.rounds[-1].threshold
    base = _base(now, decided)
    if not all(isinstance(votes, int) for votes in (base, *now.votes)):
        return None
    return max(base // 2 + 1, int(decided.get("minimum", "0")))


def _base(now: Now, decided: Mapping[str, str]) -> VoteCount:
    return sum(now.rounds[0].votes) if now.rounds and decided["threshold"] == "first-round" else sum(now.votes)


def elect_by_majority(now: Now, decided: Mapping[str, str]) -> Decision | None:
    """Return who is elected, or that nobody can be; None where somebody must go out first: § 13.102(c)."""
    if not now.standing or (not now.active and decided.get("without_votes", "stop") == "stop"):
        return Decision("no votes")
    final, on = len(now.standing) <= 2, decided["until_two"]
    if any(one.elected for one in now.rounds):
        return Decision("elected") if final else None
    leader = now.leader
    if now.votes[leader] < int(decided.get("minimum", "0")):
        return None
    if 2 * now.votes[leader] > _base(now, decided):
        if final or on == "no" or (on == "unless-in-round-1" and now.first):
            return Decision("elected", elected=(leader,))
        return Decision(elected=(leader,)) if on == "elected-before" else None
    if not final:
        return None
    level = now.together(now.votes[leader])
    if len(level) == 1:
        alone = decided["threshold"] == "first-round" or len(now.standing) == 1
        return Decision("elected", elected=level) if alone else None
    tie = now.ties.pick(level, "elected", now.rounds)
    if tie.chosen is None:
        return Decision("tie", ties=(tie,))
    return Decision("elected", elected=(tie.chosen,), ties=(tie,))


def exclude_from_below(now: Now, decided: Mapping[str, str], remain: int = 0) -> Decision:
    """Return who goes out: San Francisco Charter § 13.102(d) and (e), and what options put in their place.

    At least `remain` stay where several go out at once; 0 stands for as many as `until_two` demands.
    """
    below = tuple(c for c in now.standing if now.votes[c] < int(decided.get("minimum", "0")))
    if below and len(below) == len(now.standing):
        note = f"Nobody has {decided['minimum']} votes, the fewest with which a choice may be elected (minimum)."
        return Decision("stopped", note=note)
    if below:
        return Decision(excluded=below)
    # Without votes, and so without transfers, all but one may go: a majority of that one ends the count.
    at_most = len(now.standing) - (remain or 1)
    remain = remain or (1 if decided["until_two"] == "no" else 2)
    unvoted = now.together(0)
    if decided["batch"] == "zero-votes" and 2 <= len(unvoted) <= len(now.standing) - remain:
        return Decision(excluded=unvoted)
    together, level = decided["batch"] in ("yes", "not-above-next"), decided["batch"] == "not-above-next"
    batch = hopeless(now, remain, level) if together else ()
    return Decision(excluded=batch) if batch else lowest(now, at_most)


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: the choice it counts for in the first round; several share it where `overvote` is split.

    A ballot without one is invalid (also if it ranks only withdrawn choices), overvoted (an overvoted rank stands in
    the way, whether it exhausts the ballot or is skipped and nothing usable follows), or undervoted (no ranking, or
    too many empty ranks before the first).
    """
    return first_reading(contest, pattern, _decisions(contest))


def first_reading(contest: Contest, pattern: Pattern, decided: Mapping[str, str]) -> Reading:
    """Return what any rule reads that starts from first preferences, under its own decisions."""
    steps, end = walk(contest, pattern, decided)
    out = set(of_kind(contest, "withdrawn"))
    choices, _, cause = resting_places(steps, 0, end, out, decided["overvote"] == SPLIT)
    if choices:
        # A share of a split rank is the one figure of a reading that is not whole.
        return Reading(tuple((choice, cast("int", plain(Fraction(1, len(choices))))) for choice in choices))
    if cause == "invalid" or (steps and cause == "exhausted"):
        return Reading((), invalid=1)
    return Reading((), undervotes=1) if cause in ("undervote", "skipped rank") else Reading((), overvotes=1)


def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Count a part of the ballots under the exclusions of the whole; parts sum to it in every round."""
    return follow_rounds(deal(contest, profile, _decisions(contest)), whole.rounds)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return winner less second in the final round; None unless elected, or where nobody could lose.

    **It is not the number of ballots that would change the outcome**, which may be smaller: an earlier exclusion may
    have been closer.
    """
    return final_round_margin(contest, transcript, transcript.rounds)


def final_round_margin(contest: Contest, transcript: Transcript, rounds: Sequence[Round]) -> Margin | None:
    """Return the last winner less the second in the last of `rounds`; None after a tie, or where nobody could lose."""
    if transcript.verdict != "elected":
        return None
    final, winner = rounds[-1].votes, transcript.elected[-1]
    out = {c for one in rounds for c in one.excluded}
    absent = {*transcript.elected, *of_kind(contest, "withdrawn")}
    losers = sorted((c for c in by_votes(final) if c not in absent), key=lambda c: (-final[c], c in out))
    if not losers:
        return None
    return Margin(winner, losers[0], final[winner] - final[losers[0]], "final round")


def _decisions(contest: Contest) -> dict[str, str]:
    decided = ranked_settings(RULE, contest)
    if decided["stop_after"] != "never" and not int(decided["stop_after"]):
        raise BadInputError(f"contest {contest.title!r}, option stop_after", "the first round is 1", "0")
    return decided


RULE = Rule(
    name="instant-runoff",
    law=(
        "San Francisco Charter § 13.102(a)–(f), Instant Runoff Elections; other laws through the options, each of "
        "which says what the Charter leaves open"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    ballot="ranks",
    many_seats=False,
    follow=follow,
)
