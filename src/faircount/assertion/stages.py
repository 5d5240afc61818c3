"""Instant runoffs inside other counts: among finalists, seat after seat; and counts that end with several left."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from faircount.assertion.generator import TIED, Claims, Generator, has_tie, nobody, nothing
from faircount.assertion.irv.claim import Claim, as_assertion, bits
from faircount.assertion.irv.rankings import Rankings
from faircount.assertion.irv.search import Impossible, Search
from faircount.assertion.linear import above_part, any_vote, first_false, more
from faircount.assertion.rankings import Choices, first_is, has_first, ranks
from faircount.model import HALF, Assertion, Ballot, Ballots, CandidateIndex, Contest, Transcript


def plain_ballots(contest: Contest, transcript: Transcript) -> str:
    """Return why votes alone do not decide who goes out or stays, or an empty string where they do."""
    decided = dict(transcript.decisions)
    if decided.get("minimum", "0") != "0":
        return "the law asks for a least number of votes to stay, which no claim here speaks of"
    if decided.get("stop_after", "never") not in ("never", "0"):
        return "the count is stopped after a round, whoever leads then, which no claim here speaks of"
    pooled = any(choice.kind == "write-in" for choice in contest.choices)
    if pooled and decided.get("write_ins", "count") != "count":
        return "pooled write-ins go out whatever their votes, which no claim here speaks of"
    return ""


def standing_in(contest: Contest) -> Choices:
    """Return the choices that can be elected: all but the withdrawn."""
    return tuple(CandidateIndex(c) for c, choice in enumerate(contest.choices) if choice.kind != "withdrawn")


def tally(ballots: Ballots, standing: Sequence[CandidateIndex]) -> dict[CandidateIndex, int]:
    """Return the votes of each of `standing`, with only these standing."""
    found, among = dict.fromkeys(standing, 0), frozenset(standing)
    for ballot, cards in zip(ballots.ballots, ballots.cards, strict=True):
        for choice in ballot.ranking:
            if choice in among:
                found[choice] += cards
                break
    return found


def order_out(ballots: Ballots, standing: Choices, left: int) -> list[CandidateIndex]:
    """Return who goes out, one by one, until `left` are left; equal ones in the order of the ballot."""
    now, out = list(standing), []
    while len(now) > left:
        votes = tally(ballots, now)
        out.append(min(now, key=lambda c: (votes[c], c)))
        now.remove(out[-1])
    return out


def runoff_among(
    contest: Contest, ballots: Ballots, members: Choices, winner: CandidateIndex
) -> tuple[Assertion, ...] | None:
    """Return claims that imply that `winner` wins an instant runoff among `members`; None where none suffice."""
    if len(members) == 1:
        name = contest.name_of(winner)
        claim = f"at least one card ranks {name}"
        return (any_vote(contest, claim, ranks(winner), ballots, 1, winner),)
    place = {choice: CandidateIndex(at) for at, choice in enumerate(members)}

    def inside(ballot: Ballot) -> Ballot:
        return Ballot((), tuple(place[c] for c in ballot.ranking if c in place))

    held = Ballots(tuple(inside(b) for b in ballots.ballots), ballots.cards, ballots.weights)
    path = [place[c] for c in order_out(ballots, members, 1)]
    won = place[winner]
    found = Search(Rankings.of(held, len(members)), won, (*(c for c in path if c != won), won)).run()
    if isinstance(found, Impossible):
        return None
    told = (_renumbered(claim, members) for claim, _ in found.claims)
    if len(members) == len(contest.choices):
        return tuple(as_assertion(contest, claim) for claim in told)
    prefix = f"of {', '.join(map(contest.name_of, members))} alone: "
    inside_only = (as_assertion(contest, claim, members) for claim in told)
    return tuple(replace(one, claim=prefix + one.claim) for one in inside_only)


def _renumbered(claim: Claim, members: Choices) -> Claim:
    """Return a claim in the numbers of the contest that was found in those of its members."""
    standing = bits(tuple(choice for at, choice in enumerate(members) if claim.standing >> at & 1))
    return Claim(members[claim.winner], members[claim.loser], standing)


def ahead_at_first(contest: Contest, one: CandidateIndex, other: CandidateIndex) -> Assertion:
    """Claim that `one` has more first preferences than `other`."""
    claim = f"{contest.name_of(one)} has more first preferences than {contest.name_of(other)}"
    return more(contest, "first-preferences", claim, first_is(one), first_is(other), pair=(one, other))


def _final_n(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim who stays by first preferences, and the instant runoff among these; or a majority in round 1."""
    if transcript.verdict != "elected":
        return nobody(transcript)
    why = plain_ballots(contest, transcript)
    if why or any(tie.about == "place in the runoff" for one in transcript.rounds for tie in one.ties):
        return nothing(why or TIED)
    decided, winner, everyone = dict(transcript.decisions), transcript.elected[0], standing_in(contest)
    votes = tally(ballots, everyone)
    if 2 * votes[winner] > sum(votes.values()):
        name = contest.name_of(winner)
        claim = f"{name} has more than half of the first preferences"
        one = above_part(contest, claim, first_is(winner), has_first(contest), HALF, 1, winner)
        return Claims((one,), "outcome", "a majority of first preferences wins at once, and in every later round")
    finalists = int(decided["finalists"])
    voted = sorted((c for c in everyone if votes[c]), key=lambda c: (-votes[c], c))
    stay, out = voted[:finalists], [c for c in everyone if c not in voted[:finalists]]
    if out and len(stay) < finalists:
        return nothing("fewer stay than could: that nobody else got a first preference cannot be claimed by a mean")
    found = [ahead_at_first(contest, one, other) for one in stay for other in out]
    members = tuple(sorted(stay))
    last: tuple[Assertion, ...] | None
    if decided["final"] == "most-votes":
        last = tuple(_stage(contest, winner, c, members) for c in members if c != winner)
    else:
        last = runoff_among(contest, ballots, members, winner)
    if last is None or first_false((*found, *last), ballots) is not None:
        return nothing(
            "choices are level where it matters, or no claims exclude every other winner among those who stay"
        )
    words = "those who stay have more first preferences than each other, and nobody else can win among them"
    return Claims((*found, *last), "outcome", words)


def _stage(contest: Contest, one: CandidateIndex, other: CandidateIndex, standing: Choices) -> Assertion:
    return as_assertion(contest, Claim(one, other, bits(tuple(standing))))


def _sequential(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim the instant runoff of each seat, without those elected before; `part` where a later one cannot be."""
    if not transcript.elected:
        return nobody(transcript)
    why = plain_ballots(contest, transcript)
    if why:
        return nothing(why)
    found: list[Assertion] = []
    left = standing_in(contest)
    for number, winner in enumerate(transcript.elected):
        claims = runoff_among(contest, ballots, left, winner)
        if claims is None:
            return _first_seats(contest, found, transcript.elected[:number])
        found += claims
        left = tuple(c for c in left if c != winner)
    if transcript.verdict != "elected" or len(transcript.elected) < min(contest.seats, len(standing_in(contest))):
        return _first_seats(contest, found, transcript.elected)
    return Claims(tuple(found), "outcome", "each seat's instant runoff, without those elected before, has one winner")


def _first_seats(contest: Contest, found: list[Assertion], elected: tuple[CandidateIndex, ...]) -> Claims:
    if not elected:
        return nothing("no claims exclude every other winner of the first seat: count all cards by hand")
    names = ", ".join(map(contest.name_of, elected))
    return Claims(tuple(found), "part", f"{names}: elected, in this order. The seats after that are not claimed")


def _bottoms_up(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim the order in which the lowest go out; or that each of the elected always has more than each other."""
    if transcript.verdict != "elected":
        return nobody(transcript)
    if dict(transcript.decisions)["until"] == "part":
        return nothing("how many are elected depends on parts of a total that shrinks: no claims are made of that")
    why = plain_ballots(contest, transcript)
    if why:
        return nothing(why)
    everyone = standing_in(contest)
    out = order_out(ballots, everyone, contest.seats)
    if not out:
        voted = any_vote(contest, "at least one card ranks somebody", has_first(contest), ballots)
        return Claims((voted,), "outcome", "nobody stood against the elected, and somebody voted")
    rankings = Rankings.of(ballots, len(contest.choices))
    always = [Claim(one, other) for one in transcript.elected for other in everyone if other not in transcript.elected]
    stages, left = [], list(everyone)
    for lowest in out:
        votes = rankings.tally(bits(tuple(left)))
        for one in left:
            if one != lowest:
                at_all = int(rankings.first[one] - rankings.over[one, lowest])
                here = int(votes[one] - votes[lowest])
                stages.append(Claim(one, lowest, 0 if at_all >= here else bits(tuple(left))))
        left.remove(lowest)
    sets = [always, stages] if set(left) == set(transcript.elected) else [always]
    made = [tuple(as_assertion(contest, claim) for claim in dict.fromkeys(one)) for one in sets]
    enough = [one for one in made if first_false(one, ballots) is None]
    if has_tie(transcript) and not enough:
        return nothing(TIED)
    if not enough:
        return nothing("choices are level where it matters: count all cards by hand")
    words = "whoever goes out at each stage has fewer votes than each who stays, until the elected are left"
    return Claims(max(enough, key=lambda one: _smallest(one, ballots)), "outcome", words)


def _smallest(assertions: tuple[Assertion, ...], ballots: Ballots) -> Fraction:
    return min(one.assorter.mean(ballots, ballots.total_cards) for one in assertions)


RAIRE = "Blom, Stuckey and Teague 2019, arXiv:1903.08804"
FINAL_N = Generator("final-n", ("final-n-instant-runoff",), f"{RAIRE}, among those who stay", _final_n)
SEQUENTIAL = Generator("sequential", ("sequential-instant-runoff",), f"{RAIRE}, seat by seat", _sequential)
BOTTOMS_UP = Generator("bottoms-up", ("bottoms-up",), f"{RAIRE}, § 3, for counts that end with several", _bottoms_up)
