"""Rules for rankings against slow counters written by another hand, on small elections of every nastiness.

300 elections a rule; `FAIRCOUNT_ELECTIONS=10000` asks for more, and `tests/count/second_opinion/run.py` says more.
"""

import os
from collections import Counter
from dataclasses import replace

import pytest
from count.second_opinion import run
from count.second_opinion.opinion import differences

from faircount.count import RULES
from faircount.count.rule import settings
from faircount.model import CandidateIndex

ELECTIONS = int(os.environ.get("FAIRCOUNT_ELECTIONS", "300"))


@pytest.mark.parametrize("name", run.SECONDS)
def test_the_second_opinion_agrees(name: str) -> None:
    verdicts: Counter[str] = Counter()
    for number in range(ELECTIONS):
        contest, profile = run.election(name, number)
        verdict, found = run.compare(name, contest, profile)
        assert not found, (number, contest.options, found)
        verdicts[verdict] += 1
    compared = ELECTIONS - verdicts["text unclear"] - verdicts["not compared"]
    assert compared > ELECTIONS * 0.4, verdicts
    assert verdicts["elected"] + verdicts["runoff"] > ELECTIONS * 0.3, verdicts


@pytest.mark.parametrize("name", run.SECONDS)
def test_a_wrong_winner_is_seen(name: str) -> None:
    """Every winner is exchanged for another choice: each comparison must notice."""
    seen = 0
    for number in range(60):
        contest, profile = run.election(name, number)
        transcript = (
            RULES[name].count(contest, profile) if run.compare(name, contest, profile)[0] == "elected" else None
        )
        if transcript is None or len(contest.choices) < 2:
            continue
        turned = tuple(
            replace(one, elected=tuple(CandidateIndex((c + 1) % len(contest.choices)) for c in one.elected))
            for one in transcript.rounds
        )
        if len(transcript.elected) < len(contest.choices):
            opinion = run.SECONDS[name].hand(contest, profile, settings(name, RULES[name].options, contest))
            if opinion.possible:
                continue
            assert differences(opinion, replace(transcript, rounds=turned)), (number, contest.options)
            seen += 1
    assert seen > 5
