"""A measure: the votes for it are more, or fewer, than a part of votes, of cards, or of a figure from outside."""

from dataclasses import dataclass
from fractions import Fraction

from faircount.assertion.generator import Claims, Generator, nobody, nothing
from faircount.assertion.linear import (
    EVERY_CARD,
    Form,
    above_figure,
    above_part,
    all_given,
    below_figure,
    below_part,
    first_false,
    given_to,
    with_phantoms,
)
from faircount.model import Assertion, Ballots, CandidateIndex, Contest, Transcript, name_key

_EXACTLY = "the votes are exactly at the threshold, or no claim that a mean can decide is true of the reported ballots"


@dataclass(frozen=True, slots=True)
class Measure:
    """What decides a measure: its votes against a part of a base."""

    yes: CandidateIndex
    part: Fraction
    base: Form | None
    """What a card gives to the base. None: the base is a figure."""
    figure: int = 0
    of: str = "valid votes"


def claim_of(contest: Contest, one: Measure, passed: bool) -> Assertion | str:
    """Return the one claim that decides the measure, or why there is none.

    More than the part (or, where it did not pass, less): whether exactly the part is enough makes no difference, for
    a mean cannot tell it from a hair less.
    """
    name = contest.name_of(one.yes)
    compare = "more" if passed else "less"
    if one.base is not None:
        if one.part == 1:
            return "the threshold is all votes, and a mean cannot show that nobody voted otherwise"
        claim = f"{name} has {compare} than {one.part} of {one.of}"
        make = above_part if passed else below_part
        return make(contest, claim, given_to(one.yes), one.base, one.part, 1, one.yes)
    cards, needed = contest.cards_bound, one.part * one.figure
    if cards is None:
        return "the base is a figure from outside; state the bound on cards, over which the mean is taken"
    if not passed and needed >= cards:
        return f"the {cards:,} cards that there may be are too few for {needed} votes: the manifest decides, no mean"
    claim = f"{name} has {compare} than {one.part} of {one.figure:,} {one.of}"
    place = above_figure if passed else below_figure
    return place(contest, claim, given_to(one.yes), needed, cards, 1, one.yes)


def decided_by(contest: Contest, transcript: Transcript, ballots: Ballots, one: Measure, part: str) -> Claims:
    """Return the claim with what it implies; `part` says what beside votes the outcome hangs on, empty for nothing."""
    found = claim_of(contest, one, transcript.verdict == "passed")
    if isinstance(found, str):
        return nothing(found)
    over_all = with_phantoms(ballots, contest.cards_bound) if one.base is None else ballots
    if first_false((found,), over_all) is not None:
        return nothing(_EXACTLY)
    over = "" if one.base is not None else (
        f"; the mean is taken over the {contest.cards_bound:,} cards of the bound, phantoms as cards for nobody"
    )  # fmt: skip
    word = "the measure passed" if transcript.verdict == "passed" else "the measure did not pass"
    return Claims((found,), "part" if part else "outcome", f"{word}: its votes decide it{over}{part}")


def _threshold(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim that the votes for the measure are above, or below, their part. Source: Stark 2020, § 3.2."""
    if transcript.verdict not in ("passed", "not passed"):
        return nobody(transcript)
    if transcript.rounds[0].note:
        return nothing("the quorum was missed: how many voted is for the manifest of cards to show")
    decided = dict(transcript.decisions)
    yes = CandidateIndex(0)
    if decided["yes"] != "first-on-ballot":
        yes = _named(contest, decided["yes"])
    base = {"votes": all_given(contest), "ballots": EVERY_CARD, "stated": None}[decided["base"]]
    of = {"votes": "valid votes", "ballots": "cards", "stated": "persons entitled to vote"}[decided["base"]]
    one = Measure(yes, Fraction(decided["threshold"]), base, int(decided["stated_base"]), of)
    part = ""
    if decided["quorum"] != "none" and transcript.verdict == "passed":
        part = "; that as many voted as the quorum asks for is for the manifest of cards to show"
    return decided_by(contest, transcript, ballots, one, part)


def _proposal(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim the same of a proposal, where each card is one vote; broker non-votes are told by their choice alone."""
    if transcript.verdict not in ("passed", "not passed"):
        return nobody(transcript)
    decided, note = dict(transcript.decisions), transcript.rounds[0].note
    if any(int(decided[f"interested_{side}"]) for side in ("for", "against", "abstain")):
        return nothing("votes of interested holders are left out by a figure, and which cards they are is not known")
    if note.startswith("No quorum"):
        return nothing("there was no quorum: how many were represented is for the list of holders to show")
    yes, against, abstain, present = _sides(contest, decided["for"])
    absent = [c for c in present if c not in (yes, *against, *abstain)]
    there = EVERY_CARD - given_to(*absent) if absent else EVERY_CARD
    standard, passed = decided["standard"], transcript.verdict == "passed"
    bases: dict[str, tuple[Form | None, str]] = {
        "votes-cast": (given_to(yes, *against), "votes cast"),
        # A card without a choice may be a broker non-vote or a blank; each is taken as what makes the claim harder.
        "present": (there if passed else given_to(yes, *against, *abstain), "votes present"),
        "represented": (EVERY_CARD if passed else given_to(*present), "votes represented"),
        "outstanding": (None, "votes outstanding"),
    }
    base, of = bases[standard]
    one = Measure(yes, Fraction(decided["threshold"]), base, int(decided["outstanding"]), of)
    part = ""
    if decided["quorum"] != "none" and int(decided["outstanding"]) and passed:
        part = "; that a quorum was represented is for the list of holders to show"
    return decided_by(contest, transcript, ballots, one, part)


def _named(contest: Contest, name: str) -> CandidateIndex:
    return CandidateIndex([choice.name for choice in contest.choices].index(name))


Sides = tuple[CandidateIndex, tuple[CandidateIndex, ...], tuple[CandidateIndex, ...], tuple[CandidateIndex, ...]]
"""The choice for a proposal; those against; abstentions; and all there are."""


def _sides(contest: Contest, stated: str) -> Sides:
    """Return who is for, against and abstaining, as 8 Delaware Code § 216 and the names of the choices tell them."""
    kinds = [choice.kind for choice in contest.choices]
    names = [name_key(choice.name) for choice in contest.choices]
    size = range(len(names))
    abstain = [c for c in size if kinds[c] == "abstain" or names[c] in ("abstain", "abstained", "abstention")]
    absent = [c for c in size if kinds[c] == "broker-non-vote" or names[c].replace("non vote", "nonvote")
              in ("broker nonvote", "broker nonvotes")]  # fmt: skip
    rest = [c for c in size if c not in abstain + absent]
    named = [c for c in size if names[c] in ("for", "yes")]
    other = [c for c in rest if names[c] not in ("against", "no", "withhold", "withheld")]
    yes = _named(contest, stated) if stated != "named-for" else CandidateIndex((named or other)[0])
    against = [c for c in rest if c != yes]
    against_, abstain_ = tuple(map(CandidateIndex, against)), tuple(map(CandidateIndex, abstain))
    return yes, against_, abstain_, tuple(map(CandidateIndex, size))


THRESHOLD = Generator("threshold", ("threshold",), "Stark 2020, arXiv:1911.10035, § 3.2", _threshold)
PROPOSAL = Generator("proposal", ("proposal",), "Stark 2020, arXiv:1911.10035, § 3.2", _proposal)
