"""How many votes elect: the quotas that laws on transferable votes use.

With V votes and S seats: Droop is V / (S + 1), as a whole number or fraction above it; Hagenbach-Bischoff is
V / (S + 1) itself; Hare is V / S. Sources: Scottish Local Government Elections Order 2007 (SSI 2007/42), schedule 1,
rule 46, for Droop; H. R. Droop, "On Methods of Electing Representatives", Journal of the Statistical Society of
London 44 (1881).
"""

import math
from fractions import Fraction

from faircount.count.rule import Option
from faircount.model import UsageError, VoteCount

QUOTA = Option(
    "quota",
    ("droop", "droop-fractional", "hagenbach-bischoff", "hare", "hare-up", "hare-down"),
    "droop",
    "How many votes elect, of V votes for S seats. droop: V / (S + 1) without its fraction, and 1 more. "
    "droop-fractional: V / (S + 1) cut to the decimals of the count, and one unit of the last decimal more. "
    "hagenbach-bischoff: V / (S + 1) exactly. hare: V / S exactly. hare-up: V / S, a fraction counted as 1. hare-down: "
    "V / S without its fraction. Default: SSI 2007/42, schedule 1, rule 46.",
)
QUOTA_FROM = Option(
    "quota_from",
    ("first-count", "each-round"),
    "first-count",
    "Which votes the quota is taken of. first-count: all votes of the first count. each-round: in each round the votes "
    "that choices elected and continuing have, so that it falls as ballots are exhausted; those already elected keep "
    "what they were elected with. Default: rule 46(1), all valid ballot papers.",
)
REACH = Option(
    "reach",
    ("usual", "at-least", "more-than"),
    "usual",
    "Who is elected by the quota. at-least: those who have it. more-than: only those who have more. usual: more-than "
    "for hagenbach-bischoff, else at-least. Default: rule 47(1), equals or exceeds the quota.",
)


def quota_of(kind: str, votes: VoteCount, seats: int, decimals: int | None) -> VoteCount:
    """Return the quota named `kind` (a value of `QUOTA`) of `votes` for `seats`, in votes.

    `decimals` are those of the count, None where it is exact. Raises `UsageError` for a fractional Droop quota of an
    exact count: there is no smallest unit to add.
    """
    share = Fraction(votes) / (seats if kind.startswith("hare") else seats + 1)
    if kind == "droop":
        return math.floor(share) + 1
    if kind == "hare-up":
        return math.ceil(share)
    if kind == "hare-down":
        return math.floor(share)
    if kind != "droop-fractional":
        return share
    if decimals is None:
        raise UsageError(
            "quota=droop-fractional adds one unit of the last decimal and decimals=exact has none; state decimals, or "
            "quota=hagenbach-bischoff"
        )
    unit = 10**decimals
    return Fraction(math.floor(share * unit) + 1, unit)


def reaches(votes: VoteCount, quota: VoteCount, kind: str, reach: str) -> bool:
    """Say whether `votes` elect; `reach` is a value of `REACH`."""
    strictly = reach == "more-than" or (reach == "usual" and kind == "hagenbach-bischoff")
    return votes > quota if strictly else votes >= quota
