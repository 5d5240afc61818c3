"""Every rule against a slow counter written apart from it, on thousands of small, nasty elections."""

import random
from collections import Counter

from count import naive, random_elections

from faircount.count import RULES
from faircount.model import Contest, Round, Transcript

ELECTIONS = 2_500


def named(contest: Contest, indices: tuple[int, ...]) -> set[str]:
    return {contest.choices[i].name for i in indices}


def votes_of(contest: Contest, one: Round) -> dict[str, int]:
    return {contest.choices[i].name: n for i, n in enumerate(one.votes) if n}


def same_round(contest: Contest, one: Round, votes: Counter[str], inactive: Counter[str]) -> None:
    assert votes_of(contest, one) == dict(+votes)
    assert dict(one.inactive) == dict(+inactive)


def same_readings(contest: Contest, profile: object, transcript: Transcript) -> None:
    """What `read` says of each pattern sums to the first round's votes, and each reading is whole."""
    rule, total = RULES[transcript.rule], [0] * len(contest.choices)
    for pattern, weight in zip(profile.patterns, profile.weights, strict=True):  # type: ignore[attr-defined]
        reading = rule.read(contest, pattern)
        assert reading.votes_allowed == (1 if contest.ranks else contest.votes_allowed)
        for choice, count in reading.votes:
            total[choice] += count * weight
    assert tuple(total) == transcript.rounds[0].votes


def test_plurality() -> None:
    verdicts: Counter[str] = Counter()
    for seed in range(ELECTIONS):
        contest, profile = random_elections.marked(random.Random(seed))
        transcript = RULES["plurality"].count(contest, profile)
        verdict, elected, tied = naive.plurality(contest, profile)
        same_round(contest, transcript.rounds[0], *naive.tally(contest, profile))
        assert (transcript.verdict, named(contest, transcript.elected)) == (verdict, elected), seed
        assert named(contest, transcript.rounds[0].tied) == tied
        same_readings(contest, profile, transcript)
        verdicts[verdict] += 1
    assert min(verdicts[v] for v in ("elected", "tie", "no votes")) > 100, verdicts


def test_majority_or_runoff() -> None:
    verdicts: Counter[str] = Counter()
    for seed in range(ELECTIONS):
        contest, profile = random_elections.single(random.Random(seed), "majority-or-runoff")
        transcript = RULES["majority-or-runoff"].count(contest, profile)
        verdict, elected, advancing, tied = naive.majority(contest, profile)
        same_round(contest, transcript.rounds[0], *naive.tally(contest, profile))
        assert (transcript.verdict, named(contest, transcript.elected)) == (verdict, elected), seed
        assert (named(contest, transcript.advancing), named(contest, transcript.rounds[0].tied)) == (advancing, tied)
        same_readings(contest, profile, transcript)
        verdicts[verdict] += 1
    assert min(verdicts[v] for v in ("elected", "runoff", "tie", "no votes")) > 50, verdicts


def test_threshold() -> None:
    verdicts: Counter[str] = Counter()
    for seed in range(ELECTIONS):
        contest, profile = random_elections.measure(random.Random(seed))
        transcript = RULES["threshold"].count(contest, profile)
        assert transcript.verdict == naive.threshold(contest, profile), seed
        same_round(contest, transcript.rounds[0], *naive.tally(contest, profile))
        same_readings(contest, profile, transcript)
        verdicts[transcript.verdict] += 1
    assert min(verdicts[v] for v in ("passed", "not passed", "no votes")) > 100, verdicts


def test_instant_runoff() -> None:
    verdicts: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    longest = 0
    for seed in range(2 * ELECTIONS):
        contest, profile = random_elections.ranked(random.Random(seed))
        transcript = RULES["instant-runoff"].count(contest, profile)
        verdict, elected, history = naive.instant_runoff(contest, profile)
        assert (transcript.verdict, named(contest, transcript.elected)) == (verdict, elected), (seed, contest.options)
        assert len(transcript.rounds) == len(history), (seed, contest.options)
        for one, (votes, inactive) in zip(transcript.rounds, history, strict=True):
            same_round(contest, one, votes, inactive)
            causes.update(cause for cause, _ in one.inactive)
        transfers_make_the_next_round(transcript)
        same_readings(contest, profile, transcript)
        verdicts[verdict] += 1
        longest = max(longest, len(history))
    assert min(verdicts[v] for v in ("elected", "tie", "no votes")) > 100, verdicts
    assert min(causes.values()) > 50 and len(causes) == 6, causes
    assert longest >= 4


def transfers_make_the_next_round(transcript: Transcript) -> None:
    for here, after in zip(transcript.rounds, transcript.rounds[1:], strict=False):
        votes, inactive = list(here.votes), Counter(dict(here.inactive))
        for move in here.transfers:
            assert move.source in here.excluded
            assert move.votes > 0
            votes[move.source] -= move.votes
            if move.target is None:
                inactive[move.cause] += move.votes
            else:
                assert move.cause == "transferred"
                votes[move.target] += move.votes
        assert (tuple(votes), dict(inactive)) == (after.votes, dict(after.inactive))
