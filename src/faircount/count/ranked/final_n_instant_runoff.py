"""Final-n instant runoff: all but the n with most first preferences go out at once; then instant runoff among these."""

from collections.abc import Mapping

from faircount.count.ranked.ballot_options import (
    OVERVOTE_OR_SPLIT,
    REPEATED,
    SKIPPED,
    WITHDRAWN,
    WRITE_INS,
    ranked_settings,
    with_default,
)
from faircount.count.ranked.exclusion import Decision, Now, count_rounds, follow_rounds
from faircount.count.ranked.fast import deal
from faircount.count.ranked.instant_runoff import (
    BATCH,
    THRESHOLD,
    UNTIL_TWO,
    elect_by_majority,
    exclude_from_below,
    final_round_margin,
    first_reading,
    majority_figure,
)
from faircount.count.rule import WHOLE_NUMBER, Option, Reading, Rule
from faircount.count.ties import ROUNDS_TIES, Ties, leading
from faircount.model import BadInputError, Contest, Margin, Pattern, Profile, Round, Tie, Transcript, VoteCount

LAST_PLACE = Option(
    "last_place",
    ("decide", "all-stay"),
    "decide",
    "Several choices equal for the last place among those who stay. decide: as tie says. all-stay: all of them stay. "
    "Default: Constitution of Sri Lanka art. 94(4), by lot. London until 2022: all-stay.",
)
OPTIONS = (
    with_default(BATCH, "no", "with two finalists it decides nothing."),
    Option(
        "final",
        ("instant-runoff", "most-votes"),
        "instant-runoff",
        "What decides among those who stay. instant-runoff: further exclusions, until one has a majority. most-votes: "
        "whoever has most once the ballots of the others have moved, which differs only where more than two stay.",
    ),
    Option(
        "finalists",
        (WHOLE_NUMBER,),
        "2",
        "How many choices stay. 2: the contingent vote (supplementary vote). 4: as where a primary lets four advance, "
        "if one ranked ballot stands for both elections. Default: Constitution of Sri Lanka art. 94(3).",
    ),
    LAST_PLACE,
    with_default(OVERVOTE_OR_SPLIT, "exhaust", "the Constitution does not say."),
    with_default(REPEATED, "skip", "the Constitution does not say."),
    with_default(SKIPPED, "unlimited", "the Constitution does not say."),
    with_default(
        THRESHOLD, "each-round", "the majority of the votes so counted, Constitution of Sri Lanka art. 94(3)."
    ),
    *ROUNDS_TIES,
    with_default(UNTIL_TWO, "no", "Constitution of Sri Lanka art. 94(2)."),
    with_default(WITHDRAWN, "skip", "the Constitution does not say."),
    with_default(WRITE_INS, "count", "the Constitution does not say."),
)


def count(contest: Contest, profile: Profile) -> Transcript:
    """Elect whoever has a majority of first preferences; else keep the leading ones and count on among these.

    A choice without any first preference does not stay, even where there is room. Source: Constitution of Sri Lanka
    art. 94; Greater London Authority Act 1999, Schedule 2, paragraphs 3 and 4, as enacted.
    """
    decided = _decisions(contest)

    def decide(now: Now) -> Decision:
        return (
            elect_by_majority(now, decided)
            or (_cut(now, decided) if now.first else None)
            or (_most_votes(now) if decided["final"] == "most-votes" else exclude_from_below(now, decided))
        )

    def threshold(now: Now) -> VoteCount | None:
        return majority_figure(now, decided)

    dealt, ties = deal(contest, profile, decided), Ties(contest, decided)
    rounds, verdict = count_rounds(contest, dealt, (), decided, ties, decide, threshold)
    return Transcript(
        rule=RULE.name,
        total=profile.total_weight,
        rounds=rounds,
        verdict=verdict,
        decisions=tuple(decided.items()),
        threshold="more than half of the votes for continuing choices",
    )


def _cut(now: Now, decided: Mapping[str, str]) -> Decision | None:
    """Exclude all but the finalists; None where there are no others."""
    places = int(decided["finalists"])
    voted = [c for c in now.standing if now.votes[c]]
    met: tuple[Tie, ...] = ()
    if decided["last_place"] == "all-stay":
        last = sorted((now.votes[c] for c in voted), reverse=True)[:places][-1]
        stay = tuple(c for c in voted if now.votes[c] >= last)
    else:
        stay, met = leading(voted, now.votes, places, now.ties, "place in the runoff", now.rounds)
        if met and met[-1].chosen is None:
            return Decision("tie", ties=met)
    out = tuple(c for c in now.standing if c not in stay)
    note = f"All but the {len(stay)} with most first preferences are excluded at once."
    return Decision(excluded=out, ties=met, note=note) if out else None


def _most_votes(now: Now) -> Decision:
    if any(one.elected for one in now.rounds):
        return Decision("elected")
    elected, met = leading(now.standing, now.votes, 1, now.ties, "elected", now.rounds)
    return Decision("elected" if elected else "tie", elected=elected, ties=met)


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: the choice it counts for in the first round."""
    return first_reading(contest, pattern, _decisions(contest))


def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Count a part of the ballots under the exclusions of the whole; parts sum to it in every round."""
    return follow_rounds(deal(contest, profile, _decisions(contest)), whole.rounds)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return winner less second in the final round; None unless elected, or where nobody could lose.

    **It is not the number of ballots that would change the outcome**, which may be smaller: the last place among the
    finalists may have been closer.
    """
    return final_round_margin(contest, transcript, transcript.rounds)


def _decisions(contest: Contest) -> dict[str, str]:
    decided = ranked_settings(RULE, contest)
    if not int(decided["finalists"]):
        raise BadInputError(f"contest {contest.title!r}, option finalists", "at least one choice stays", "0")
    return decided


RULE = Rule(
    name="final-n-instant-runoff",
    law=(
        "Constitution of Sri Lanka art. 94 (contingent vote); Greater London Authority Act 1999, Schedule 2 §§ 3 and 4 "
        "as in force until 2022 (supplementary vote: last_place=all-stay, final=most-votes); with finalists=4 what "
        "Alaska Statutes §§ 15.25.010 and 15.15.350 do in two elections, done on one ranked ballot"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    ballot="ranks",
    many_seats=False,
    follow=follow,
)
