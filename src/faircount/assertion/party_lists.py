"""Lists in a contest: their choices and seats as reported, and claims about who takes part and who sits for a list."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from faircount.assertion.generator import Claims, nobody, nothing
from faircount.assertion.linear import (
    EVERY_CARD,
    Form,
    above_figure,
    above_part,
    all_given,
    any_vote,
    below_figure,
    below_part,
    given_to,
    with_phantoms,
)
from faircount.assertion.plurality import beats
from faircount.model import HALF, Assertion, Ballots, CandidateIndex, Contest, Transcript


@dataclass(frozen=True, slots=True)
class Party:
    """One list as reported."""

    name: str
    members: tuple[CandidateIndex, ...]
    choices: tuple[CandidateIndex, ...]
    """Every choice that is a vote for the list: its members, and the list as a whole where that is one."""
    seats: int
    limit: int | None
    """The most seats it can take; None where its persons are not known here."""
    takes_part: bool
    exempt: bool

    @property
    def votes(self) -> Form:
        """Return what a ballot gives to the list."""
        return given_to(*self.choices)

    @property
    def can_take_more(self) -> bool:
        """Say whether the list has somebody left for one more seat."""
        return self.limit is None or self.seats < self.limit


@dataclass(frozen=True, slots=True)
class Shared:
    """What every rule of lists begins with."""

    contest: Contest
    decided: Mapping[str, str]
    ballots: Ballots
    parties: tuple[Party, ...]

    @property
    def most(self) -> int:
        """Return the most votes that one card may give to one list."""
        return self.contest.votes_allowed


def shared_out(contest: Contest, transcript: Transcript, ballots: Ballots) -> Shared | Claims:
    """Return the lists with their seats, or why nothing can be claimed of this outcome."""
    if transcript.verdict != "elected":
        return nobody(transcript)
    decided = dict(transcript.decisions)
    if len(transcript.elected) < contest.seats:
        return nothing("seats stayed empty: that nobody else could take one cannot be claimed by a mean")
    if any(one.ties for one in transcript.rounds):
        return nothing("a tie was decided by something that no ballot shows")
    if "no list has that" in transcript.threshold:
        return nothing("no list reached the threshold and half of the first list's votes took its place: not claimed")
    told = {row[0]: row[3] for one in transcript.exhibits if one.title == "Threshold" for row in one.rows}
    parties = tuple(
        Party(
            name, members, choices, sum(transcript.elected.count(c) for c in members), limit,
            told.get(name, "yes") != "no", told.get(name) == "exempt",
        )
        for name, members, choices, limit in _lists(contest, decided["choices"])
    )  # fmt: skip
    seated = [party for party in parties if party.seats]
    if decided["nobody_reaches"] == "half-of-first" and all(party.exempt for party in seated) and told:
        return nothing("only exempt lists have seats; whether another threshold would hold then is not claimed")
    if decided["threshold_votes"] != "none":
        ballots = with_phantoms(ballots, contest.cards_bound)
    return Shared(contest, decided, ballots, parties)


_List = tuple[str, tuple[CandidateIndex, ...], tuple[CandidateIndex, ...], int | None]


def _lists(contest: Contest, kind: str) -> list[_List]:
    """Return name, members, all choices and limit of each list, as the option `choices` makes them up."""
    standing = [(CandidateIndex(c), one) for c, one in enumerate(contest.choices) if one.listed]
    if kind == "lists":
        return [(choice.name, (c,), (c,), None) for c, choice in standing]
    found: dict[tuple[bool, str], tuple[list[CandidateIndex], list[CandidateIndex]]] = {}
    for c, choice in standing:
        on_list = choice.kind == "group" or bool(choice.party)
        members, choices = found.setdefault((on_list, choice.party or choice.name), ([], []))
        choices.append(c)
        if choice.kind != "group":
            members.append(c)
    return [(name, tuple(members), tuple(choices), len(members)) for (_, name), (members, choices) in found.items()]


def above(held: Shared, party: Party) -> tuple[Assertion, ...]:
    """Claim that a list has what it needs to take part; nothing where there is no threshold or it is exempt.

    Of votes and blank votes together, a card shows only the votes: all it could give counts as the base here.
    """
    found: list[Assertion] = []
    contest, decided, most = held.contest, held.decided, held.most
    if party.exempt:
        return ()
    if decided["threshold"] != "none":
        part = Fraction(decided["threshold"])
        base = all_given(contest) if decided["threshold_base"] == "valid-votes" else most * EVERY_CARD
        claim = f"{party.name} has more than {part} of the {_OF[decided['threshold_base']]}"
        found.append(above_part(contest, claim, party.votes, base, part, most))
    if decided["threshold_votes"] != "none":
        figure = _between(decided, int(decided["threshold_votes"]))
        if figure > 0:  # of 0 votes every list has enough
            claim = f"{party.name} has more than {figure} votes"
            found.append(above_figure(contest, claim, party.votes, figure, _bound(held), most))
    return tuple(found)


def below(held: Shared, party: Party) -> tuple[Assertion, ...]:
    """Return claims each of which alone keeps a list from taking part; empty where none can be made."""
    found: list[Assertion] = []
    contest, decided, most = held.contest, held.decided, held.most
    if decided["threshold"] not in ("none", "1/1"):
        part = Fraction(decided["threshold"])
        base = most * EVERY_CARD if decided["threshold_base"] == "ballots" else all_given(contest)
        claim = f"{party.name} has less than {part} of the {_OF[decided['threshold_base']]}"
        found.append(below_part(contest, claim, party.votes, base, part, most))
    if decided["threshold_votes"] != "none":
        figure = _between(decided, int(decided["threshold_votes"]))
        if 0 < figure < most * _bound(held):
            claim = f"{party.name} has less than {figure} votes"
            found.append(below_figure(contest, claim, party.votes, figure, _bound(held), most))
    return tuple(found)


_OF = {"valid-votes": "valid votes", "valid-and-blank": "valid and blank votes", "ballots": "votes that ballots allow"}


def _between(decided: Mapping[str, str], votes: int) -> Fraction:
    """Return the half between enough and not enough: votes are whole, so a claim of more or less is exact."""
    return votes - HALF if decided["threshold_reach"] == "at-least" else votes + HALF


def _bound(held: Shared) -> int:
    # Refused before where a number of votes is asked for and no bound is stated.
    return held.contest.cards_bound or max(held.ballots.total_cards, 1)


def without_bound(held: Shared) -> bool:
    """Say whether the law asks for a number of votes, and nobody stated over how many cards the mean is taken."""
    return held.decided["threshold_votes"] != "none" and held.contest.cards_bound is None


def got_a_vote(held: Shared, party: Party) -> Assertion:
    """Claim that somebody voted for the list."""
    return any_vote(held.contest, f"{party.name} got at least one vote", party.votes, held.ballots, held.most)


def persons(held: Shared, elected: tuple[CandidateIndex, ...]) -> tuple[tuple[Assertion, ...], str]:
    """Return claims about who takes the seats of each list, and what is not claimed of that (empty: all is)."""
    some = [party for party in held.parties if 0 < party.seats < len(party.members)]
    how = held.decided["persons"]
    if not some or how == "list-order":
        return (), ""
    if how != "personal-votes":
        return (), "; who takes the seats of a list is not claimed, as votes alone do not decide it"
    pairs = tuple(
        beats(held.contest, one, other)
        for party in some
        for one in party.members if one in elected
        for other in party.members if other not in elected
    )  # fmt: skip
    return pairs, ""
