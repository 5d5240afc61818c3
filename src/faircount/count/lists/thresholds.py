"""Thresholds: which lists take part when seats are shared out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from faircount.count.lists.slates import Slate
from faircount.count.marks.tally import Inactive, in_words
from faircount.count.rule import FRACTION, NAMES, WHOLE_NUMBER, Option, names_in
from faircount.model import Contest, Exhibit, VoteCount

OPTIONS = (
    Option(
        "exempt",
        ("none", NAMES),
        "none",
        "Lists that take part whatever their votes, such as those of national minorities (Germany, BWahlG § 4(2)), by "
        "the name of any of their choices. none: there are none.",
    ),
    Option(
        "nobody_reaches",
        ("vacant", "half-of-first"),
        "vacant",
        "What happens where no list reaches the threshold. vacant: no seat is given. half-of-first: the threshold is "
        "half of the votes of the first list instead (Democratic National Committee, Delegate Selection Rules, 14.F).",
    ),
    Option(
        "threshold",
        ("none", FRACTION),
        "none",
        "The part of the votes that a list needs to take part, as an exact fraction: 1/20 (Belgium, Code électoral "
        "art. 165bis), 3/100 (Spain, LOREG art. 163), 15/100 (Delegate Selection Rules 14.B). none: no such part.",
    ),
    Option(
        "threshold_base",
        ("valid-votes", "valid-and-blank", "ballots"),
        "valid-votes",
        "What the threshold is a part of. valid-votes: votes for all choices, pooled write-ins among them. "
        "valid-and-blank: these and the votes not used (Spain, LOREG arts. 96 and 163). ballots: also what is "
        "overvoted or invalid.",
    ),
    Option(
        "threshold_reach",
        ("at-least", "more-than"),
        "at-least",
        "at-least: exactly the threshold is enough. more-than: exactly the threshold is not enough.",
    ),
    Option(
        "threshold_votes",
        ("none", WHOLE_NUMBER),
        "none",
        "A number of votes that a list needs to take part, beside `threshold`. none: no such number.",
    ),
)


@dataclass(frozen=True, slots=True)
class Hurdle:
    """What lists need to take part, and which do."""

    needed: VoteCount | None
    """Votes needed; None where every list takes part."""
    words: str
    """The same in words; empty where every list takes part."""
    takes_part: tuple[bool, ...]
    """By list."""
    exempt: tuple[bool, ...]


def hurdle(
    contest: Contest,
    decided: Mapping[str, str],
    slates: Sequence[Slate],
    votes: Sequence[VoteCount],
    inactive: Inactive,
) -> Hurdle:
    """Return which lists take part under the decisions of the law, given the votes of all choices."""
    spared = set(names_in(decided["exempt"], contest)) if decided["exempt"] != "none" else set()
    exempt = tuple(bool(spared & set(slate.choices)) for slate in slates)
    figures = [slate.votes(votes) for slate in slates]
    if decided["threshold"] == decided["threshold_votes"] == "none":
        return Hurdle(None, "", (True,) * len(slates), exempt)
    idle = dict(inactive)
    base = sum(votes)
    if decided["threshold_base"] != "valid-votes":
        base += idle.get("undervote", 0)
    if decided["threshold_base"] == "ballots":
        base += idle.get("overvote", 0) + idle.get("invalid", 0)
    needed, words = Fraction(0), []
    if decided["threshold"] != "none":
        needed = Fraction(decided["threshold"]) * base
        words.append(f"{decided['threshold']} of {in_words(base)} {_BASE[decided['threshold_base']]}")
    if decided["threshold_votes"] != "none":
        needed = max(needed, Fraction(int(decided["threshold_votes"])))
        words.append(f"{decided['threshold_votes']} votes")
    reach = decided["threshold_reach"]
    over = tuple(n >= needed if reach == "at-least" else n > needed for n in figures)
    text = f"{reach.replace('-', ' ')} {' and '.join(words)} for a list"
    if decided["nobody_reaches"] == "half-of-first" and not any(over) and any(figures):
        needed = Fraction(max(figures)) / 2
        over = tuple(n >= needed if reach == "at-least" else n > needed for n in figures)
        text += f"; no list has that, so {reach.replace('-', ' ')} half of the votes of the first list"
    plain = needed.numerator if needed.denominator == 1 else needed
    return Hurdle(plain, text, tuple(a or b for a, b in zip(over, exempt, strict=True)), exempt)


_BASE = {
    "valid-votes": "valid votes", "valid-and-blank": "valid and blank votes", "ballots": "votes that ballots allow",
}  # fmt: skip


def exhibit(slates: Sequence[Slate], votes: Sequence[VoteCount], found: Hurdle) -> tuple[Exhibit, ...]:
    """Return the table of who takes part; nothing where there is no threshold."""
    if found.needed is None:
        return ()
    rows = tuple(
        (slate.name, slate.votes(votes), found.needed, "exempt" if spared else "yes" if part else "no")
        for slate, part, spared in zip(slates, found.takes_part, found.exempt, strict=True)
    )
    return (Exhibit("Threshold", ("List", "Votes", "Votes needed", "Takes part"), rows, f"Needed: {found.words}."),)
