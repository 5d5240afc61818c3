"""Largest remainder: a seat for every full quota of a list's votes, the seats left to the largest remainders."""

from faircount.count.interpretation import read_marks
from faircount.count.lists.awarding import OPTIONS as LIST_OPTIONS
from faircount.count.lists.awarding import Field, Settling, Sharing, count_lists, decisions, field_of
from faircount.count.lists.divisors import Settle
from faircount.count.lists.quotas import QUOTAS, QuotaShares, share_by_quota
from faircount.count.lists.slates import follow_lists
from faircount.count.marks.tally import in_words
from faircount.count.rule import Option, Reading, Rule
from faircount.count.ties import Ties
from faircount.model import Contest, Exhibit, Margin, Pattern, Profile, Transcript

OPTIONS = (
    Option(
        "quota",
        tuple(QUOTAS),
        "hare",
        "How many votes a seat costs; votes are those of the lists that take part. "
        + " ".join(f"{one.name}: {one.source}." for one in QUOTAS.values())
        + " A quota that gives more seats than there are is made larger: one seat less in its divisor, until it fits.",
    ),
    *LIST_OPTIONS,
)


def count(contest: Contest, profile: Profile) -> Transcript:
    """Give every list a seat for each full quota, then one each to the largest remainders until all seats are given.

    Votes of lists below the threshold count for no quota: the seats are shared among those that take part. `elected`
    names a list once a seat: seats by quota first (most votes first), then by remainder. Pooled write-ins are valid
    votes and no list.
    """
    return count_lists(RULE.name, contest, profile, _decisions(contest), _sharing)


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: each mark that stands is one vote, and none for somebody withdrawn."""
    _decisions(contest)
    return read_marks(contest, pattern)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return the last remainder with a seat less the first without, or where all seats are by quota what the largest
    remainder lacks to another; None after a tie, with seats left empty, or where no other list takes part.
    """
    if transcript.verdict != "elected" or len(transcript.elected) < contest.seats:
        return None
    decided = _decisions(contest)
    one = transcript.rounds[0]
    field = field_of(contest, decided, one.votes, one.inactive)
    shares = _shares(field, Settling(field, Ties(contest, decided)))
    last = shares.awards[-1]
    favoured = set(shares.awards[len(shares.awards) - shares.by_remainder :])
    rivals = [
        place
        for place, (claim, most) in enumerate(zip(field.claims, field.limits, strict=True))
        if claim and place != last and place not in favoured and (most is None or shares.seats[place] < most)
    ]
    if not rivals:
        return None
    rival = max(rivals, key=lambda place: shares.remainders[place])
    loser = field.face(rival, shares.seats[rival])
    if not shares.by_remainder:
        missing = shares.quota - shares.remainders[rival]
        return Margin(transcript.elected[-1], loser, missing, "largest remainder and a full quota")
    ahead = max(shares.remainders[last] - shares.remainders[rival], 0)
    return Margin(transcript.elected[-1], loser, ahead, "last remainder with a seat and first without")


def _sharing(field: Field, settle: Settle) -> Sharing:
    shares = _shares(field, settle)
    return Sharing(shares.awards, (_table(field, shares),), shares.unfilled, shares.quota or None)


def _shares(field: Field, settle: Settle) -> QuotaShares:
    quota = QUOTAS[field.decided["quota"]]
    return share_by_quota(field.claims, field.contest.seats, quota, limits=field.limits, settle=settle)


def _table(field: Field, shares: QuotaShares) -> Exhibit:
    extra = shares.awards[len(shares.awards) - shares.by_remainder :]
    rows = tuple(
        (
            slate.name, field.claims[place], shares.quota, shares.full[place], shares.remainders[place],
            extra.count(place), shares.seats[place],
        )
        for place, slate in enumerate(field.slates)
        if field.hurdle.takes_part[place]
    )  # fmt: skip
    below = f"{in_words(sum(field.claims))} votes ÷ ({field.contest.seats} seats + {shares.added})"
    return Exhibit(
        "Quotas and remainders",
        ("List", "Votes", "Quota", "Full quotas", "Remainder", "Seats by remainder", "Seats"),
        rows,
        f"Quota: {below}. A seat for each full quota, then one each to the largest remainders.",
    )


def _decisions(contest: Contest) -> dict[str, str]:
    return decisions(contest, RULE.name, OPTIONS)


RULE = Rule(
    name="largest-remainder",
    law=(
        "Hamilton's method, Act of June 23, 1852, § 25 (10 Stat. 15), for the House of Representatives 1850–1900; for "
        "delegates to a convention of a party: Democratic National Committee, Delegate Selection Rules, rule 14 (hare, "
        "threshold 15/100, nobody_reaches half-of-first); other laws and parties' rules through the options"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    many_votes=True,
    follow=follow_lists,
)
