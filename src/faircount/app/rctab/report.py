"""The summary that RCTab writes as JSON, and that RCVIS and other programs read, from a transcript of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from faircount import __version__
from faircount.app.rctab.config import Config
from faircount.count.ranked.sequential_instant_runoff import passes
from faircount.model import CandidateIndex, Contest, Round, Transcript, VoteCount

LOST, LEFT = "lost to rounding", "surplus not transferred"
_CAUSES = {
    "exhaustedChoices": "exhausted",
    "overvotes": "overvote",
    "repeatedRankings": "repeated choice",
    "skippedRankings": "skipped rank",
}
Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pass:
    """The rounds of one report: all of a count, or one pass of several, without those elected in passes before."""

    rounds: tuple[Round, ...]
    before: tuple[CandidateIndex, ...]


def passes_of(contest: Contest, transcript: Transcript, rounds: tuple[Round, ...]) -> tuple[Pass, ...]:
    """Cut `rounds`, of the whole count or of a part of the ballots, into the passes of `transcript`."""
    if contest.rule != "sequential-instant-runoff":
        return (Pass(rounds, ()),)
    made: list[Pass] = []
    at = 0
    before: tuple[CandidateIndex, ...] = ()
    for one in passes(transcript.rounds):
        made.append(Pass(rounds[at : at + len(one)], before))
        at, before = at + len(one), (*before, *(c for stage in one for c in stage.elected))
    return tuple(made)


def summary(config: Config, contest: Contest, one: Pass, ballots: int, unit: tuple[str, str] | None = None) -> Report:
    """Return the summary of one pass; `unit` is ("precinct", its name) where the rounds are those of a part."""
    several = contest.rule == "sequential-instant-runoff"
    thresholds = _thresholds(contest, one.rounds, config)
    head = {
        "contest": config.title, "date": config.date, "generatedBy": f"faircount {__version__}",
        "jurisdiction": config.jurisdiction, "office": config.office,
    }  # fmt: skip
    rounds = _in_part(one.rounds) if unit else one.rounds
    blank = dict(one.rounds[0].inactive).get("undervote", 0)
    return {
        "config": {**head, **({unit[0]: unit[1]} if unit else {})},
        "jsonFormatVersion": "1",
        "results": [
            _result(config, contest, one, rounds, number, threshold) for number, threshold in enumerate(thresholds, 1)
        ],
        "summary": {
            "finalThreshold": _decimal(thresholds[-1], config.rules.decimals),
            "numCandidates": len(contest.choices),
            "numWinners": 1 if several else config.rules.winners,
            "totalNumBallots": str(ballots),
            "undervotes": int(blank),
        },
    }


def _result(
    config: Config, contest: Contest, one: Pass, rounds: Sequence[Round], number: int, threshold: VoteCount
) -> Report:
    stage, decimals = rounds[number - 1], config.rules.decimals
    out = {c for earlier in one.rounds[: number - 1] for c in earlier.excluded}
    inactive = dict(stage.inactive)
    told = {name: _decimal(inactive.get(cause, 0), decimals) for name, cause in _CAUSES.items()}
    if contest.rule == "stv" and number == len(rounds) and not stage.elected and not stage.excluded:
        told["finalRoundSurplus"] = _decimal(inactive.get(LEFT, 0), decimals)
    tally = {
        choice.name: _decimal(stage.votes[at], decimals)
        for at, choice in enumerate(contest.choices)
        if choice.kind != "withdrawn" and at not in out and at not in one.before
    }
    return {
        "inactiveBallots": dict(sorted(told.items())),
        "round": number,
        "tally": dict(sorted(tally.items())),
        "tallyResults": [
            {how: contest.name_of(choice), "transfers": _transfers(contest, stage, choice, decimals)}
            for how, choices in (("elected", stage.elected), ("eliminated", stage.excluded))
            for choice in choices
        ],
        "threshold": _decimal(threshold, decimals),
    }


def _transfers(contest: Contest, stage: Round, source: CandidateIndex, decimals: int) -> dict[str, str]:
    moved: dict[str, VoteCount] = {}
    for one in stage.transfers:
        if one.source == source:
            nowhere = "residual surplus" if one.cause == LOST else "exhausted"
            name = nowhere if one.target is None else contest.name_of(one.target)
            moved[name] = moved.get(name, 0) + one.votes
    return {name: _decimal(moved[name], decimals) for name in sorted(moved)}


def _thresholds(contest: Contest, rounds: Sequence[Round], config: Config) -> list[VoteCount]:
    """Return the threshold of each round; where the rule has none, the one that RCTab names and elects nobody by."""
    droop = sum(rounds[0].votes) // (max(config.rules.winners, 1) + 1) + 1
    return [droop if one.threshold is None else one.threshold for one in rounds]


def _in_part(rounds: Sequence[Round]) -> list[Round]:
    """Return the rounds of a part as RCTab shows them: what rounding cuts off stays with the elected it came from."""
    shown: list[Round] = []
    kept: dict[CandidateIndex, VoteCount] = {}
    for one in rounds:
        votes = [n + kept.get(CandidateIndex(at), 0) for at, n in enumerate(one.votes)]
        transfers = tuple(move for move in one.transfers if move.cause != LOST)
        shown.append(Round(tuple(votes), one.inactive, one.elected, one.excluded, one.ties, transfers,
                           threshold=one.threshold))  # fmt: skip
        for move in one.transfers:
            if move.cause == LOST:
                kept[move.source] = kept.get(move.source, 0) + move.votes
    return shown


def _decimal(votes: VoteCount, decimals: int) -> str:
    """Return votes as text: whole, or with the decimals of the count; more only where those would not be exact."""
    exact = Fraction(votes)
    if exact.denominator == 1:
        return str(exact.numerator)
    while (exact * 10**decimals).denominator != 1 and decimals < 40:
        decimals += 1
    return str(Decimal(exact.numerator * 10**decimals // exact.denominator).scaleb(-decimals))
