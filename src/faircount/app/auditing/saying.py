"""Ballots, outcomes, draws and figures of an audit as a person would say them."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from faircount.audit.entries import POINTS
from faircount.model import Ballot, Contest, Counted, Subject, Verdict

_LEAST = 1e-9
"""Below it a risk is not told in figures: nobody's limit is there."""
NOT_FOUND = "not found"
ABSENT = "the contest is not on it"
UNSAID = "nothing was entered of the contest"
NOBODY = "nobody (blank, overvoted or invalid)"


def ballot_words(contest: Contest, ballot: Ballot) -> str:
    """Return what a card says: `Ada > Bo`, `Ada 5, Bo 2`, `Ada and Bo`, or that it counts for nobody."""
    if ballot.is_empty:
        return NOBODY
    if ballot.ranking:
        return " > ".join(contest.name_of(choice) for choice in ballot.ranking)
    if contest.rule in POINTS or any(n != 1 for _, n in ballot.votes):
        return ", ".join(f"{contest.name_of(choice)} {n}" for choice, n in ballot.votes)
    return " and ".join(contest.name_of(choice) for choice, _ in ballot.votes)


def counted_words(contest: Contest, counted: Counted) -> str:
    """Return what a batch says: votes of each choice that has any (first preferences where voters rank), and cards."""
    votes: Counter[int] = Counter()
    for ballot, n in counted.ballots:
        given = ballot.votes or tuple((choice, 1) for choice in ballot.ranking[:1])
        for choice, many in given:
            votes[choice] += int(many * n)
    said = ", ".join(
        f"{choice.name} {votes[at]:,}" for at, choice in enumerate(contest.choices) if votes[at]
    )  # fmt: skip
    return f"{said or 'no votes'}; {counted.cards:,} cards"


def same_counted(one: Counted, other: Counted) -> bool:
    """Say whether two counts of a batch say the same; cards that count for nobody need not be listed."""
    return one.cards == other.cards and _tally(one) == _tally(other)


def _tally(counted: Counted) -> Counter[Ballot]:
    found: Counter[Ballot] = Counter()
    for ballot, n in counted.ballots:
        found[ballot] += 0 if ballot.is_empty else n
    return +found


def outcome_words(subject: Subject) -> str:
    """Return the reported outcome in words."""
    names = [subject.contest.name_of(choice) for choice in dict.fromkeys(subject.elected)]
    if subject.seats_won:
        names = [f"{subject.contest.name_of(c)} ({subject.seats_won[c]})" for c in dict.fromkeys(subject.elected)]
    if subject.verdict == "elected":
        return "; ".join(names)
    if subject.verdict == "runoff":
        return "to the runoff: " + "; ".join(names)
    return subject.verdict


def decision_words(subject: Subject, decided: Verdict | None, by_hand: bool | None) -> str:
    """Return what an audit has decided of a contest; NOT CHECKED where it has decided nothing.

    `by_hand` says whether a full hand count gave the reported outcome; None where there was none.
    """
    if by_hand is not None:
        return f"COUNTED BY HAND: {'as reported' if by_hand else 'another outcome'}"
    if not subject.audited:
        return "measured only"
    if subject.implies != "outcome":
        return Verdict.HAND_COUNT.value
    return decided.value if decided is not None else "NOT CHECKED"


def risk_words(risk: float) -> str:
    """Return a risk to three figures, without an exponent: 0.0512, 1, 0.0000123."""
    return f"{Decimal(f'{risk:.3g}'):f}" if risk >= _LEAST or risk == 0 else f"below {Decimal(str(_LEAST)):f}"


def went(before: float, after: float) -> str:
    """Return how the risk moved with a draw."""
    if risk_words(before) == risk_words(after):
        return f"the risk stays {'at ' if after >= _LEAST or after == 0 else ''}{risk_words(after)}"
    return f"the risk went from {risk_words(before)} to {risk_words(after)}"


def limit_words(limit: Fraction) -> str:
    """Return a risk limit as a decimal beside which a measured risk can be read: 0.05."""
    return f"{Decimal(f'{float(limit):.6g}'):f}"


def many(n: int, unit: str) -> str:
    """Return a number of things: `1 card`, `1,204 more cards`, `3 batches`."""
    return f"{n:,} {unit}{'' if n == 1 else 'es' if unit.endswith('ch') else 's'}"
