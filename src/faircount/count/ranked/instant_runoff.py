"""Instant runoff: the lowest are excluded and their ballots move on, until one choice has a majority."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from faircount.count.marks.tally import by_votes
from faircount.count.ranked.preferences import Piles, resting_place, walk
from faircount.count.rule import WHOLE_NUMBER, Option, Reading, Rule, settings
from faircount.count.ties import ROUNDS_TIES, Ties
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

OPTIONS = (
    Option(
        "batch",
        ("yes", "no"),
        "yes",
        "yes: the largest group of two or more lowest choices whose votes together are fewer than those of the next "
        "choice is excluded at once. no: one choice a round. Default: Charter § 13.102(e).",
    ),
    Option(
        "overvote",
        ("exhaust", "skip", "exhaust-if-multiple-continuing"),
        "exhaust",
        "A rank with several choices. exhaust: the ballot goes no further. skip: as if the rank were empty (but not "
        "counted as a skipped one). exhaust-if-multiple-continuing: it counts for the one choice of that rank still "
        "standing, goes on if none is, and goes no further if several are. Default: Charter § 13.102(a).",
    ),
    Option(
        "repeated",
        ("skip", "exhaust"),
        "skip",
        "A choice that the ballot has ranked before. skip: the later rank means nothing. exhaust: the ballot goes no "
        "further. The Charter does not say.",
    ),
    Option(
        "skipped",
        (WHOLE_NUMBER, "unlimited"),
        "unlimited",
        "How many empty ranks in a row, also before the first choice, a ballot may have and still go on. Default: "
        "Charter § 13.102(a), the vote goes to the next ranked choice.",
    ),
    *ROUNDS_TIES,
    Option(
        "until_two",
        ("yes", "no"),
        "no",
        "no: the count ends with a majority of the votes of continuing ballots. yes: it goes on until two choices "
        "remain. Default: Charter § 13.102(c) and (d).",
    ),
    Option(
        "write_ins",
        ("count", "excluded-first"),
        "count",
        "Pooled, undeclared write-ins (choices of kind write-in). count: like any choice. excluded-first: they cannot "
        "win and are excluded in round 1; if they have votes, nobody else is elected or excluded in that round. The "
        "Charter does not say.",
    ),
)


@dataclass(frozen=True, slots=True)
class _Decision:
    """What one round decides; `verdict` is empty while the count goes on."""

    verdict: str = ""
    elected: tuple[CandidateIndex, ...] = ()
    excluded: tuple[CandidateIndex, ...] = ()
    ties: tuple[Tie, ...] = ()


def count(contest: Contest, profile: Profile) -> Transcript:
    """Count `profile` round by round; every ballot is in one place in every round.

    A majority is more than half of the votes of the round, inactive ballots not among them. With two standing and
    equal, or several lowest, the option `tie` decides. Choices without any vote whose tie nothing breaks are
    excluded together: no vote moves, so their order cannot matter. Source: San Francisco Charter § 13.102(a)–(f).
    """
    decided = _decisions(contest)
    piles = Piles.of(contest, profile, decided)
    ties = Ties(contest, decided)
    standing = [CandidateIndex(c) for c in range(len(contest.choices))]
    rounds: list[Round] = []
    while True:
        votes, inactive = tuple(piles.votes), piles.inactive_now()
        pool = _pooled_write_ins(contest, decided) if not rounds else ()
        if pool and any(votes[c] for c in pool):
            found = _Decision(excluded=pool)
        else:
            # Without votes the pool goes first all the same, but costs no round.
            standing = [c for c in standing if c not in pool]
            piles.out.update(pool)
            found = _decide(standing, votes, rounds, decided, ties)
            pool_too = tuple(sorted({*pool, *found.excluded}))
            found = _Decision(found.verdict, found.elected, pool_too, found.ties)
        transfers = () if found.verdict else piles.exclude(found.excluded)
        rounds.append(Round(votes, inactive, found.elected, found.excluded, found.ties, transfers))
        if found.verdict:
            return Transcript(
                rule=RULE.name,
                total=profile.total_weight,
                rounds=tuple(rounds),
                verdict=found.verdict,
                decisions=tuple(decided.items()),
                threshold="more than half of the votes for continuing choices in the round",
            )
        standing = [c for c in standing if c not in found.excluded]


def _decide(
    standing: Sequence[CandidateIndex],
    votes: tuple[VoteCount, ...],
    rounds: Sequence[Round],
    decided: Mapping[str, str],
    ties: Ties,
) -> _Decision:
    """Elect, exclude, or stop: § 13.102(c) and (d)."""
    active = sum(votes[c] for c in standing)
    if not active:
        return _Decision("no votes")
    leader = max(standing, key=lambda c: votes[c])
    if 2 * votes[leader] > active and (decided["until_two"] == "no" or len(standing) <= 2):
        return _Decision("elected", elected=(leader,))
    if len(standing) > 2 and decided["batch"] == "yes":
        hopeless = _hopeless(standing, votes, 2 if decided["until_two"] == "yes" else 1)
        if hopeless:
            return _Decision(excluded=hopeless)
    fewest = min(votes[c] for c in standing)
    lowest = tuple(c for c in standing if votes[c] == fewest)
    if len(lowest) == 1:
        return _Decision(excluded=lowest)
    tie = ties.pick(lowest, "excluded", rounds)
    if tie.chosen is None:
        return _Decision("tie", ties=(tie,)) if fewest else _Decision(excluded=lowest)
    if len(standing) == 2:
        winner = next(c for c in standing if c != tie.chosen)
        return _Decision("elected", elected=(winner,), ties=(tie,))
    return _Decision(excluded=(tie.chosen,), ties=(tie,))


def _hopeless(
    standing: Sequence[CandidateIndex], votes: tuple[VoteCount, ...], must_remain: int
) -> tuple[CandidateIndex, ...]:
    """Return the largest group of § 13.102(e): two or more lowest that together have fewer votes than the next."""
    upwards = sorted(standing, key=lambda c: votes[c])
    together: VoteCount = 0
    size = 0
    for number, choice in enumerate(upwards[:-must_remain], 1):
        together += votes[choice]
        if together < votes[upwards[number]]:
            size = number
    return tuple(sorted(upwards[:size])) if size >= 2 else ()


def _pooled_write_ins(contest: Contest, decided: Mapping[str, str]) -> tuple[CandidateIndex, ...]:
    if decided["write_ins"] == "count":
        return ()
    return tuple(CandidateIndex(i) for i, choice in enumerate(contest.choices) if choice.kind == "write-in")


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: the choice it counts for in the first round.

    A ballot without one is invalid, overvoted (an overvoted rank stands in the way, whether it exhausts the ballot or
    is skipped and nothing usable follows), or undervoted (no ranking, or too many empty ranks before the first).
    """
    steps, end = walk(contest, pattern, _decisions(contest))
    choice, _, cause = resting_place(steps, 0, end, set())
    if choice >= 0:
        return Reading(((CandidateIndex(choice), 1),))
    if cause == "invalid":
        return Reading((), invalid=1)
    return Reading((), undervotes=1) if cause in ("undervote", "skipped rank") else Reading((), overvotes=1)


def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Count a part of the ballots under the exclusions of the whole; parts sum to it in every round."""
    piles = Piles.of(contest, profile, _decisions(contest))
    rounds = []
    for one in whole.rounds:
        votes, inactive = tuple(piles.votes), piles.inactive_now()
        moved = piles.exclude(one.excluded) if one is not whole.rounds[-1] else ()
        rounds.append(Round(votes, inactive, one.elected, one.excluded, one.ties, moved))
    return tuple(rounds)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return winner less second in the final round; None unless elected, or where nobody could lose.

    **It is not the number of ballots that would change the outcome**, which may be smaller: an earlier exclusion may
    have been closer.
    """
    if transcript.verdict != "elected":
        return None
    final = transcript.rounds[-1].votes
    winner = transcript.elected[0]
    out = {c for one in transcript.rounds for c in one.excluded}
    losers = sorted((c for c in by_votes(final) if c != winner), key=lambda c: (-final[c], c in out))
    if not losers:
        return None
    return Margin(winner, losers[0], final[winner] - final[losers[0]], "final round")


def _decisions(contest: Contest) -> dict[str, str]:
    if contest.ranks < 1:
        raise UsageError(
            f"contest {contest.title!r} is not ranked and rule {RULE.name} counts rankings; use a rule that counts "
            "marks, such as plurality"
        )
    if contest.seats != 1:
        raise UsageError(f"rule {RULE.name} fills one seat; contest {contest.title!r} has {contest.seats} seats")
    return settings(RULE.name, RULE.options, contest)


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
