"""Meek's and Warren's rules: an elected choice keeps only the part of each ballot that it needs, and no more.

All figures are whole numbers of 10^-decimals: keep values are rounded up, what a ballot passes on is what is left of
it, so that nothing is created; what the decimals cannot hold shows as lost to rounding.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from faircount.count.marks.tally import by_votes
from faircount.count.ranked.ballot_options import BALLOT_OPTIONS, of_kind, ranked_settings
from faircount.count.ranked.instant_runoff import first_reading
from faircount.count.ranked.preferences import plain, walk
from faircount.count.rule import WHOLE_NUMBER, Option, Reading, Rule
from faircount.count.ties import ROUNDS_TIES, Ties
from faircount.model import (
    INACTIVE_CAUSES,
    CandidateIndex,
    Contest,
    Exhibit,
    Margin,
    Pattern,
    Profile,
    Round,
    Tie,
    Transcript,
    UsageError,
    VoteCount,
)

KEEP = "Keep values"
"""Title of the exhibit that holds, round by round, what each elected choice keeps of a ballot that reaches it."""
MOST_STEPS = 10_000
"""Steps of one round before the count gives up: the surplus shrinks in each, so no honest count needs so many."""

MEEK_BALLOTS = tuple(
    replace(option, values=("exhaust", "skip"), meaning=option.meaning.split(" exhaust-if-multiple")[0])
    if option.name == "overvote" else option
    for option in BALLOT_OPTIONS
)  # fmt: skip
"""An overvoted rank ends the ballot or is passed over; who still stands there plays no part."""

OPTIONS = (
    Option(
        "decimals",
        (WHOLE_NUMBER,),
        "9",
        "Decimal places of keep values and of parts of votes: 1 to 30. Default: New Zealand, Local Electoral "
        "Regulations 2001, Schedule 1A, nine places.",
    ),
    Option(
        "method",
        ("meek", "warren"),
        "meek",
        "What an elected choice keeps. meek: its keep value times what reaches it of a ballot. warren: as much as its "
        "keep value, or all that reaches it where that is less.",
    ),
    Option(
        "near",
        (WHOLE_NUMBER,),
        "4",
        "The total surplus at which a round is settled, as a power of ten: 4 is 0.0001 votes (Algorithm 123).",
    ),
    *MEEK_BALLOTS,
    *ROUNDS_TIES,
)

_Group = tuple[tuple[CandidateIndex, ...], int, str]
"""Elected choices a ballot passes, in its order; then the hopeful it rests with, or -1 and the cause."""


@dataclass(slots=True)
class _Settled:
    """Figures once the elected have as much as they need, in units of 10^-decimals."""

    votes: list[VoteCount]
    inactive: dict[str, VoteCount]
    quota: int
    surplus: VoteCount


class _Count:
    """One count as it goes on: who is elected, what they keep, and the ballots by where they go."""

    def __init__(self, contest: Contest, profile: Profile, decided: Mapping[str, str]) -> None:
        self.contest, self.decided = contest, decided
        self.unit = 10 ** int(decided["decimals"])
        self.total = profile.total_weight
        self.keep: dict[CandidateIndex, int] = {}
        self.out: set[CandidateIndex] = set(of_kind(contest, "withdrawn"))
        self._ways: dict[tuple[tuple[CandidateIndex, ...], str], VoteCount] = {}
        for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
            steps, end = walk(contest, pattern, decided)
            way = (tuple(s for s in steps if not isinstance(s, tuple)), end)
            self._ways[way] = self._ways.get(way, 0) + weight

    @property
    def hopeful(self) -> list[CandidateIndex]:
        """Choices neither elected nor excluded."""
        return [CandidateIndex(c) for c in range(len(self.contest.choices)) if c not in self.keep and c not in self.out]

    def groups(self) -> dict[_Group, VoteCount]:
        """Return ballots by the elected they pass and where they rest: few, however many ballots there are."""
        found: dict[_Group, VoteCount] = {}
        for (steps, end), weight in self._ways.items():
            passed: list[CandidateIndex] = []
            rest, cause = -1, end
            for step in steps:
                if step in self.keep:
                    passed.append(step)
                elif step not in self.out:
                    rest, cause = step, ""
                    break
            group = (tuple(passed), rest, cause)
            found[group] = found.get(group, 0) + weight
        return found

    def figures(self, groups: Mapping[_Group, VoteCount], keep: Mapping[CandidateIndex, int]) -> _Settled:
        """Walk every group once under `keep` and return what everybody has."""
        votes: list[VoteCount] = [0] * len(self.contest.choices)
        inactive: dict[str, VoteCount] = {}
        for (passed, rest, cause), weight in groups.items():
            left = self.unit
            for choice in passed:
                kept = min(left, keep[choice])
                if self.decided["method"] == "meek":
                    kept = -(-left * keep[choice] // self.unit)  # rounded up: what is passed on is never too much
                votes[choice] += kept * weight
                left -= kept
            if rest >= 0:
                votes[rest] += left * weight
            elif left:
                inactive[cause] = inactive.get(cause, 0) + left * weight
        active = sum(votes)
        quota = int(active // (self.contest.seats + 1)) + 1
        surplus = sum(max(votes[c] - quota, 0) for c in keep)
        return _Settled(votes, inactive, quota, surplus)

    def settle(self) -> _Settled:
        """Lower keep values until the elected have little more than the quota, or somebody new reaches it."""
        groups = self.groups()
        near = self.unit // 10 ** min(int(self.decided["near"]), int(self.decided["decimals"]))
        found = self.figures(groups, self.keep)
        for _ in range(MOST_STEPS):
            if any(found.votes[c] >= found.quota for c in self.hopeful) or found.surplus <= near:
                return found
            lower = {
                c: min(kept, _up(kept * found.quota, found.votes[c])) for c, kept in self.keep.items()
            }  # fmt: skip
            after = self.figures(groups, lower)
            if lower == self.keep:
                return found
            self.keep, found = lower, after
        raise UsageError(f"contest {self.contest.title!r}: no keep values were found within {MOST_STEPS:,} steps")


def _up(numerator: VoteCount, denominator: VoteCount) -> int:
    return int(-(-numerator // denominator)) if denominator else 0


def count(contest: Contest, profile: Profile) -> Transcript:
    """Elect all who reach the quota, settle what they keep, and exclude the lowest where nobody does.

    Once no more are hopeful than seats are left, they are elected, with or without votes (New Zealand, Local Electoral
    Regulations 2001, Schedule 1A, cl. 3). Choices without any vote go out together only while enough others are left.

    The quota is that of the votes still active in each step, over seats + 1, rounded up by one unit. A round shows
    the figures once settled; votes move in many small steps within it, so that single transfers are not told: the
    exhibit of keep values lets anybody walk every ballot again. Source: I. D. Hill, B. A. Wichmann and D. R. Woodall
    1987, Algorithm 123, Single transferable vote by Meek's method, The Computer Journal 30; C. H. E. Warren 1994,
    Counting in STV elections, Voting Matters 1.
    """
    decided = _decisions(contest)
    state, ties = _Count(contest, profile, decided), Ties(contest, decided)
    rounds: list[Round] = []
    keeps: list[dict[CandidateIndex, int]] = []
    while True:
        settled = state.settle()
        keeps.append(dict(state.keep))
        elected, excluded, met, verdict = _decide(state, settled, rounds, ties)
        rounds.append(_round(state, settled, elected, excluded, met))
        if verdict:
            return Transcript(
                rule=RULE.name,
                total=profile.total_weight,
                rounds=tuple(rounds),
                verdict=verdict,
                decisions=tuple(decided.items()),
                threshold=f"active votes over {contest.seats + 1}, in each round",
                exhibits=(_kept(contest, keeps, state.unit),),
            )
        state.keep.update(dict.fromkeys(elected, state.unit))
        state.out.update(excluded)


def _decide(
    state: _Count, settled: _Settled, rounds: list[Round], ties: Ties
) -> tuple[tuple[CandidateIndex, ...], tuple[CandidateIndex, ...], tuple[Tie, ...], str]:
    """Return who is elected, who is excluded, ties met, and how the count ended; "" while it goes on."""
    hopeful, votes = state.hopeful, settled.votes
    room = state.contest.seats - len(state.keep)
    if not sum(votes):
        return (), (), (), "no votes" if not state.keep else "elected"
    reached = tuple(c for c in by_votes(votes) if c in hopeful and votes[c] >= settled.quota)
    if reached:
        return reached, (), (), "elected" if len(reached) == room or len(reached) == len(hopeful) else ""
    if len(hopeful) <= room:
        return tuple(c for c in by_votes(votes) if c in hopeful), (), (), "elected"
    without = tuple(c for c in hopeful if not votes[c])
    if without and len(hopeful) - len(without) >= room:
        return (), without, (), ""
    fewest = min(votes[c] for c in hopeful)
    lowest = tuple(c for c in hopeful if votes[c] == fewest)
    if len(lowest) == 1:
        return (), lowest, (), ""
    tie = ties.pick(lowest, "excluded", rounds)
    if tie.chosen is None:
        return (), (), (tie,), "tie"
    return (), (tie.chosen,), (tie,), ""


def _round(
    state: _Count, settled: _Settled, elected: tuple[CandidateIndex, ...], excluded: tuple[CandidateIndex, ...],
    ties: tuple[Tie, ...],
) -> Round:  # fmt: skip
    unit = state.unit
    inactive = tuple((cause, _plain(settled.inactive[cause], unit)) for cause in INACTIVE_CAUSES
                     if settled.inactive.get(cause))  # fmt: skip
    return Round(
        tuple(_plain(n, unit) for n in settled.votes), inactive, elected, excluded, ties,
        threshold=_plain(settled.quota, unit),
    )  # fmt: skip


def _plain(units: VoteCount, unit: int) -> VoteCount:
    return plain(Fraction(units) / unit)


def _kept(contest: Contest, keeps: list[dict[CandidateIndex, int]], unit: int) -> Exhibit:
    """Return the keep values by round; an empty cell is a choice that was not elected yet."""
    rows: list[tuple[str | VoteCount | None, ...]] = []
    for at, choice in enumerate(contest.choices):
        index = CandidateIndex(at)
        if any(index in keep for keep in keeps):
            cells = [_plain(keep[index], unit) if index in keep else None for keep in keeps]
            rows.append((choice.name, *cells))
    columns = ("choice", *(f"round {n}" for n in range(1, len(keeps) + 1)))
    return Exhibit(KEEP, columns, tuple(rows), "What an elected choice keeps of each ballot that reaches it.")


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: the choice it counts for in the first round."""
    return first_reading(contest, pattern, _decisions(contest))


def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Walk a part of the ballots under the keep values of the whole."""
    decided = _decisions(contest)
    state = _Count(contest, profile, decided)
    names = {choice.name: CandidateIndex(at) for at, choice in enumerate(contest.choices)}
    rounds = []
    for number, one in enumerate(whole.rounds, 1):
        state.keep = {
            names[str(row[0])]: int(Fraction(cell) * state.unit)
            for row in whole.exhibits[0].rows
            if (cell := row[number]) is not None and not isinstance(cell, str)
        }
        settled = state.figures(state.groups(), state.keep)
        settled.quota = int(Fraction(one.threshold or 0) * state.unit)
        rounds.append(_round(state, settled, one.elected, one.excluded, one.ties))
        state.out.update(one.excluded)
    return tuple(rounds)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return last elected less the best of those not elected, in the last round; None unless all seats are filled.

    **It is not the number of ballots that would change the outcome.**
    """
    if transcript.verdict != "elected" or len(transcript.elected) < contest.seats:
        return None
    votes = transcript.rounds[-1].votes
    losers = [c for c in by_votes(votes) if c not in transcript.elected]
    winner = min(transcript.elected, key=lambda c: votes[c])
    if not losers or votes[winner] < votes[losers[0]]:
        return None
    return Margin(transcript.elected[-1], losers[0], votes[winner] - votes[losers[0]], "final round")


def _decisions(contest: Contest) -> dict[str, str]:
    decided = ranked_settings(RULE, contest)
    if not 1 <= int(decided["decimals"]) <= 30:
        raise UsageError(f"contest {contest.title!r}: decimals are 1 to 30, not {decided['decimals']}")
    return decided


RULE = Rule(
    name="meek",
    law=(
        "Hill, Wichmann and Woodall 1987, Algorithm 123 (Meek); Warren 1994; the method of New Zealand's Local "
        "Electoral Act 2001 § 5 and Local Electoral Regulations 2001, Schedule 1A, whose own steps of rounding and "
        "pseudo-random ties are not followed digit by digit"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    ballot="ranks",
    rounds_off=True,
    follow=follow,
)
