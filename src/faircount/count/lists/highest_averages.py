"""Highest averages: every seat to the list whose votes, divided by the next divisor, are highest."""

from collections.abc import Mapping

from faircount.count.interpretation import read_marks
from faircount.count.lists.awarding import OPTIONS as LIST_OPTIONS
from faircount.count.lists.awarding import Field, Settling, Sharing, count_lists, decisions, field_of
from faircount.count.lists.divisors import DIVISORS, Award, Divisors, Settle, Shares, share
from faircount.count.lists.slates import follow_lists
from faircount.count.rule import Option, Reading, Rule
from faircount.count.ties import Ties
from faircount.model import Contest, Exhibit, Margin, Pattern, Profile, Transcript, VoteCount

OPTIONS = (
    Option(
        "divisor",
        tuple(DIVISORS),
        "dhondt",
        "Divisors of a list's votes for its first, second, third, … seat. "
        + " ".join(f"{one.name}: {one.source}." for one in DIVISORS.values()),
    ),
    *LIST_OPTIONS,
)


def count(contest: Contest, profile: Profile) -> Transcript:
    """Share the seats out one after another, each to the highest quotient; exact, without roots and rounding.

    `elected` names a list once a seat, in the order of award. Quotients that are equal and all get a seat are no tie.
    A list with fewer candidates than seats leaves the others to the next quotients. Pooled write-ins are valid votes
    and no list.
    """
    return count_lists(RULE.name, contest, profile, _decisions(contest), _sharing)


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: each mark that stands is one vote, and none for somebody withdrawn."""
    _decisions(contest)
    return read_marks(contest, pattern)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return the fewest votes that another list lacks for the last seat, the others' votes and thresholds unchanged.

    None after a tie, with seats left empty, or where no other list could take one more seat. Where divisors have
    roots it is rounded up to a whole vote.
    """
    if transcript.verdict != "elected" or len(transcript.elected) < contest.seats:
        return None
    decided = _decisions(contest)
    one = transcript.rounds[0]
    field = field_of(contest, decided, one.votes, one.inactive)
    shares = _shares(field, Settling(field, Ties(contest, decided)))
    last = shares.awards[-1]
    lacking = [
        (votes, rival)
        for rival in shares.without
        if rival.place != last.place and (votes := _divisors(decided).lacking(rival, last)) is not None
    ]
    if not lacking:
        return None
    votes, rival = min(lacking, key=lambda pair: pair[0])
    loser = field.face(rival.place, rival.seat - 1)
    return Margin(transcript.elected[-1], loser, votes, "votes that the next list lacks for the last seat")


def _sharing(field: Field, settle: Settle) -> Sharing:
    shares = _shares(field, settle)
    table = quotients(shares, [slate.name for slate in field.slates], _divisors(field.decided))
    return Sharing(tuple(award.place for award in shares.awards), (table,), shares.unfilled)


def _shares(field: Field, settle: Settle) -> Shares:
    return share(
        field.claims, field.contest.seats, _divisors(field.decided), limits=field.limits, settle=settle
    )  # fmt: skip


def quotients(shares: Shares, names: list[str], divisors: Divisors) -> Exhibit:
    """Return the table of quotients in the order of award, then those without a seat that came nearest."""
    raised = "" if divisors.power == 1 else ", squared" if divisors.power == 2 else f" to the power of {divisors.power}"
    nearest = [a for a in shares.without if a.place in shares.level] or [
        a for a in shares.without if a.quotient == shares.without[0].quotient
    ]

    def row(seat: int | None, award: Award) -> tuple[str | VoteCount | None, ...]:
        quotient: VoteCount | None = award.quotient
        if quotient is not None and quotient.denominator == 1:
            quotient = quotient.numerator
        return (seat, names[award.place], award.seat, award.votes, award.divisor, quotient)

    return Exhibit(
        "Quotients",
        ("Seat", "List", "Seat of the list", "Votes", f"Divisor{raised}", f"Quotient{raised}"),
        (*(row(seat, award) for seat, award in enumerate(shares.awards, 1)), *(row(None, a) for a in nearest)),
        "Every quotient that brought a seat, in this order, and the highest that brought none (no number of a seat). "
        "An empty quotient comes before all others: its divisor is 0.",
    )


def _divisors(decided: Mapping[str, str]) -> Divisors:
    return DIVISORS[decided["divisor"]]


def _decisions(contest: Contest) -> dict[str, str]:
    return decisions(contest, RULE.name, OPTIONS)


RULE = Rule(
    name="highest-averages",
    law=(
        "Finland, Election Act (714/1998) §§ 88–90: D'Hondt without a threshold, candidates of a list by personal "
        "votes, ties by lot; other laws through the options, each of which names some: Belgium, Code électoral arts. "
        "165bis–172; Spain, LOREG art. 163; Norway; Sweden; Estonia; 2 U.S.C. § 2a for states"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    many_votes=True,
    follow=follow_lists,
)
