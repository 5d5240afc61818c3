"""Sequential instant runoff: several seats, one instant runoff for each, without those already elected."""

from dataclasses import replace

from faircount.count.ranked.ballot_options import (
    OVERVOTE_OR_SPLIT,
    REPEATED,
    SKIPPED,
    WITHDRAWN,
    WRITE_INS,
    ranked_settings,
    with_default,
)
from faircount.count.ranked.exclusion import follow_rounds
from faircount.count.ranked.fast import deal
from faircount.count.ranked.instant_runoff import (
    BATCH,
    MINIMUM,
    THRESHOLD,
    UNTIL_TWO,
    WITHOUT_VOTES,
    final_round_margin,
    first_reading,
    majority_rounds,
)
from faircount.count.rule import Reading, Rule
from faircount.count.ties import ROUNDS_TIES, Ties
from faircount.model import CandidateIndex, Contest, Margin, Pattern, Profile, Round, Transcript

OPTIONS = (
    with_default(BATCH, "no", "Utah Code § 20A-4-603(1)(b), the candidate who received the fewest."),
    with_default(MINIMUM, "0", "the Code has none."),
    with_default(OVERVOTE_OR_SPLIT, "exhaust", "the Code does not say it so."),
    with_default(REPEATED, "skip", "the Code does not say."),
    with_default(SKIPPED, "1", "Utah Code § 20A-4-601, a number two counts first where there is no number one."),
    with_default(THRESHOLD, "each-round", "Utah Code § 20A-4-603(1)(c), of the valid rankings counted."),
    *ROUNDS_TIES,
    with_default(UNTIL_TWO, "no", "Utah Code § 20A-4-603(1)(a)(ii)."),
    with_default(WITHDRAWN, "skip", "the Code does not say."),
    with_default(WITHOUT_VOTES, "stop", "the Code does not say."),
    with_default(WRITE_INS, "count", "the Code does not say."),
)

PASS = "Pass {number}: all ballots are read again, without {names}."
"""Note of the first round of every pass but the first."""


def count(contest: Contest, profile: Profile) -> Transcript:
    """Fill one seat after another, each by a new instant runoff of all ballots without those elected before.

    Those elected are passed over, as withdrawn choices are; those excluded in one pass take part in the next. The
    first round of a new pass follows from the ballots, not from the transfers of the round before: its note says so.
    A tie that nothing decides stops the count, with the seats filled before it. Seats for which no votes are left
    (`without_votes`), or nobody with the votes that `minimum` demands, stay empty. Source: Utah Code § 20A-4-603(3)
    for more than one at-large office.
    """
    decided = ranked_settings(RULE, contest)
    ties = Ties(contest, decided)
    rounds: list[Round] = []
    elected: tuple[CandidateIndex, ...] = ()
    verdict = "elected"
    for number in range(1, contest.seats + 1):
        ties.begin_pass()
        made, verdict = majority_rounds(contest, deal(contest, profile, decided, elected), elected, decided, ties)
        if verdict in ("no votes", "stopped") and elected:
            verdict = "elected"
            break
        rounds += _noted(contest, made, number, elected)
        if verdict != "elected":
            break
        elected += tuple(c for one in made for c in one.elected)
    return Transcript(
        rule=RULE.name,
        total=profile.total_weight,
        rounds=tuple(rounds),
        verdict=verdict,
        decisions=tuple(decided.items()),
        threshold="in each pass, more than half of the votes for continuing choices",
    )


def _noted(contest: Contest, made: tuple[Round, ...], number: int, elected: tuple[CandidateIndex, ...]) -> list[Round]:
    """Return the rounds of a pass, the first with its note."""
    if number == 1:
        return list(made)
    names = ", ".join(contest.name_of(c) for c in elected)
    return [replace(made[0], note=PASS.format(number=number, names=names)), *made[1:]]


def passes(rounds: tuple[Round, ...]) -> tuple[tuple[Round, ...], ...]:
    """Return the rounds of each pass. A pass ends with the round before a note that the next one begins."""
    starts = [at for at, one in enumerate(rounds) if not at or one.note.startswith("Pass ")]
    return tuple(rounds[start:end] for start, end in zip(starts, [*starts[1:], len(rounds)], strict=True))


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: the choice it counts for in the first round of the first pass."""
    return first_reading(contest, pattern, ranked_settings(RULE, contest))


def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Count a part of the ballots under the elections and exclusions of every pass of the whole."""
    decided = ranked_settings(RULE, contest)
    rounds: list[Round] = []
    elected: tuple[CandidateIndex, ...] = ()
    for part in passes(whole.rounds):
        rounds += follow_rounds(deal(contest, profile, decided, elected), part)
        elected += tuple(c for one in part for c in one.elected)
    return tuple(rounds)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return the last winner less the second in the final round of the last pass; None after a tie or a seat empty.

    **It is not the number of ballots that would change the outcome**, which may be smaller.
    """
    if len(transcript.elected) < contest.seats:
        return None
    return final_round_margin(contest, transcript, passes(transcript.rounds)[-1])


RULE = Rule(
    name="sequential-instant-runoff",
    law=(
        "Utah Code § 20A-4-603 (Municipal Alternate Voting Methods Pilot Project): a multi-candidate race for several "
        "offices is counted once for each, excluding those elected; elsewhere known as multi-pass instant runoff"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    ballot="ranks",
    follow=follow,
)
