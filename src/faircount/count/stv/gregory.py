"""Single transferable vote with fractional transfers: surpluses move as parts of votes, and the lowest are excluded."""

from collections.abc import Mapping

from faircount.count.ranked.ballot_options import of_kind, pooled_write_ins, ranked_settings
from faircount.count.ranked.instant_runoff import first_reading
from faircount.count.ranked.preferences import Moved, plain
from faircount.count.rule import Reading, Rule
from faircount.count.stv.gregory_decisions import Decision, State, decide
from faircount.count.stv.gregory_moves import Moves, moves_of
from faircount.count.stv.gregory_options import OPTIONS
from faircount.count.stv.parcels import Arithmetic, Parcels, Units
from faircount.count.stv.quotas import quota_of
from faircount.count.ties import Ties
from faircount.model import CandidateIndex, Contest, Margin, Pattern, Profile, Round, Transcript, UsageError


def count(contest: Contest, profile: Profile) -> Transcript:
    """Count `profile` round by round: every vote, and every part of a vote cut off, is in one place in every round.

    A round shows the votes at its beginning, whom they elect, and what moves at its end. Source: Scottish Local
    Government Elections Order 2007 (SSI 2007/42), schedule 1, rules 45–52; other laws through the options.
    """
    decided = ranked_settings(RULE, contest)
    now, unvoted = _first_count(contest, profile, decided)
    first = sum(now.parcels.votes)
    moves = Moves(contest, now.parcels, decided)
    while True:
        now.quota = _quota(
            contest, decided, first if decided["quota_from"] == "first-count" else sum(now.parcels.votes)
        )
        votes, inactive = now.parcels.shown()
        found = decide(now)
        excluded = found.excluded if now.rounds else tuple(sorted({*found.excluded, *unvoted}))
        _settle(now, found)
        stop = int(decided["stop_after"].replace("never", "0")) == len(now.rounds) + 1
        verdict = found.verdict or ("stopped" if stop else "")
        last_surpluses = verdict == "elected" and decided["final_surplus"] == "taken" and not stop
        moved: Moved = {}
        if not verdict:
            moved = moves.at_end_of_round(now, found)
        elif last_surpluses:
            moved = moves.of_last_surpluses(now)
        threshold = None if verdict == "no votes" else now.parcels.arithmetic.shown(now.quota)
        now.rounds.append(
            Round(votes, inactive, found.elected, excluded, found.ties, now.parcels.transfers(moved),
                  threshold=threshold, note=found.note)
        )  # fmt: skip
        if verdict:
            break
    if last_surpluses:
        note = "All seats are filled. What the elected had above the quota is taken from them and goes to nobody."
        now.rounds.append(Round(*now.parcels.shown(), threshold=threshold, note=note))
    return Transcript(
        RULE.name, profile.total_weight, tuple(now.rounds), verdict, tuple(decided.items()),
        threshold=_in_words(contest, decided), exhibits=moves.exhibits(),
    )  # fmt: skip


def _first_count(
    contest: Contest, profile: Profile, decided: Mapping[str, str]
) -> tuple[State, tuple[CandidateIndex, ...]]:
    """Return the state before round 1, and the write-ins that go at once and cost no round: nobody voted for them."""
    parcels = Parcels.of(contest, profile, decided)
    pool = pooled_write_ins(contest, decided)
    first = decided["write_ins"] == "excluded-first"
    unvoted = pool if first and not any(parcels.votes[c] for c in pool) else ()
    parcels.out.update(unvoted)
    gone = {*of_kind(contest, "withdrawn"), *unvoted}
    standing = [CandidateIndex(c) for c in range(len(contest.choices)) if c not in gone]
    return State(decided, contest.seats, parcels, Ties(contest, decided), pool, standing), unvoted


def _quota(contest: Contest, decided: Mapping[str, str], votes: Units) -> Units:
    arithmetic = Arithmetic.of(decided)
    decimals = None if decided["decimals"] == "exact" else int(decided["decimals"])
    quota = quota_of(decided["quota"], arithmetic.shown(votes), contest.seats, decimals)
    return plain(quota * arithmetic.unit)


def _settle(now: State, found: Decision) -> None:
    """Enter what the round has decided, before anything moves."""
    gone = {*found.elected, *found.excluded}
    now.standing = [c for c in now.standing if c not in gone]
    now.elected += found.elected
    now.kept.update(dict.fromkeys(found.elected, now.quota))
    now.waiting += [c for c in found.elected if now.surplus(c)]
    now.parcels.out.update(gone)


def _in_words(contest: Contest, decided: Mapping[str, str]) -> str:
    share = {
        "droop": f"votes / {contest.seats + 1}, without its fraction, and 1 more",
        "droop-fractional": f"votes / {contest.seats + 1}, cut to {decided['decimals']} decimals, and one unit more",
        "hagenbach-bischoff": f"votes / {contest.seats + 1}",
        "hare": f"votes / {contest.seats}",
        "hare-up": f"votes / {contest.seats}, a fraction counted as 1",
        "hare-down": f"votes / {contest.seats}, without its fraction",
    }[decided["quota"]]
    when = "of the first count" if decided["quota_from"] == "first-count" else "that choices have in the round"
    strictly = decided["reach"] == "more-than" or (decided["reach"], decided["quota"]) == (
        "usual",
        "hagenbach-bischoff",
    )
    return f"{'more than' if strictly else 'at least'} the quota: {share}, of the votes {when}"


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: the choice it counts for in the first count; see `first_reading` for a ballot without one."""
    return first_reading(contest, pattern, ranked_settings(RULE, contest))


def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Count a part of the ballots under the elections, exclusions and transfer values of the whole.

    What an elected choice keeps, and what is cut off, belong to its ballots in proportion to their value; so parts show
    fractions there, and sum to the whole exactly. Raises `UsageError` under cut=parcel, where a sum is cut that no part
    of the ballots has.
    """
    decided = ranked_settings(RULE, contest)
    if decided["cut"] == "parcel" and decided["decimals"] != "exact":
        raise UsageError(
            f"contest {contest.title!r} is counted with cut=parcel: sums of all ballots are cut, and no part of the "
            "ballots has a share of what is cut off"
        )
    parcels = Parcels.of(contest, profile, decided)
    listed = moves_of(contest, whole, parcels.arithmetic)
    rounds = []
    for number, one in enumerate(whole.rounds, 1):
        votes, inactive = parcels.shown()
        parcels.out.update(one.elected, one.excluded)
        moved: Moved = {}
        for move in listed.get(number, ()):
            moved.update(move.apply(parcels, number, decided))
        rounds.append(
            Round(votes, inactive, one.elected, one.excluded, one.ties, parcels.transfers(moved),
                  threshold=one.threshold, note=one.note)
        )  # fmt: skip
    return tuple(rounds)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return the last elected less the best of those not elected, in the round of the election.

    Where nobody else was left by then, less the best of those excluded last, in the round of their exclusion. None
    unless elected, or where nobody could lose. **It is not the number of ballots that would change the outcome**: an
    earlier exclusion may have been closer.
    """
    if transcript.verdict != "elected":
        return None
    winner = transcript.elected[-1]
    barred = {*transcript.elected, *of_kind(contest, "withdrawn")}
    barred.update(pooled_write_ins(contest, ranked_settings(RULE, contest)))
    last = next(number for number, one in enumerate(transcript.rounds) if winner in one.elected)
    out = {c for one in transcript.rounds[:last] for c in one.excluded}
    left = [c for c in range(len(contest.choices)) if c not in barred and c not in out]
    while not left and last:
        last -= 1
        left = [c for c in transcript.rounds[last].excluded if c not in barred]
    if not left:
        return None
    votes = transcript.rounds[last].votes
    loser = CandidateIndex(max(left, key=lambda c: (votes[c], -c)))
    return Margin(winner, loser, plain(votes[winner] - votes[loser]), f"round {last + 1}")


RULE = Rule(
    name="stv",
    law=(
        "Scottish Local Government Elections Order 2007 (SSI 2007/42), schedule 1, §§ 45–52 (since 2012 "
        "SSI 2011/399, §§ 46–53): weighted inclusive "
        "Gregory transfers; other laws through the options, each of which names its section"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    ballot="ranks",
    rounds_off=True,
    follow=follow,
)
