"""BLT: rankings of one contest with how many ballots bear each, for OpenSTV, OpaVote and their like."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from faircount.write.canonical import plain_decimal
from faircount.write.cells import file_name, one_line, visible
from faircount.write.features import FEATURES
from faircount.write.marks import ranking, with_ties
from faircount.write.writer import Loss, Material, Terms, Writer

_HELD_KINDS = ("regular", "withdrawn")


def write(material: Material, folder: Path) -> None:
    """Write one file a contest: seats, who has withdrawn, ballots with their weights, names, title.

    `1=3` are choices at one rank, `-` is a rank left empty. Ballots that say the same are one line.
    """
    for at, terms in enumerate(material.contests):
        contest = terms.contest
        weights: dict[str, Decimal] = {}
        for number, _, weight in material.counts(at):
            line = _places(terms, ranking(terms, material.ways[number].pattern))
            weights[line] = weights.get(line, Decimal(0)) + weight
        with (folder / file_name(at + 1, contest, "blt")).open("w", encoding="utf-8", newline="") as file:
            file.write(f"{len(contest.choices)} {contest.seats}\n")
            file.writelines(f"-{n}\n" for n, choice in enumerate(contest.choices, 1) if choice.kind == "withdrawn")
            for line in sorted(filter(weights.get, weights), key=_order):
                file.write(f"{plain_decimal(weights[line])} {line}0\n")
            file.write("0\n")
            for choice in contest.choices:
                file.write(f"{_quoted(choice.name)}\n")
            file.write(f"{_quoted(contest.title)}\n")


def _places(terms: Terms, places: dict[int, tuple[int, ...]]) -> str:
    made = ["=".join(str(choice + 1) for choice in places.get(rank, ())) or "-"
            for rank in range(1, max(places, default=0) + 1)]  # fmt: skip
    return "".join(f"{place} " for place in made)


def _order(line: str) -> list[tuple[int, ...]]:
    return [tuple(0 if n == "-" else int(n) for n in place.split("=")) for place in line.split()]


def named(name: str) -> str:
    """Return what is read back of a name: it stands on one line, and quotes at its end would be taken for a party."""
    text = visible(one_line(name))
    return text.replace('"', "''") if text.endswith('"') else text


def _quoted(name: str) -> str:
    return '"' + named(name).replace('"', '""') + '"'


def _refuses(terms: Terms) -> str:
    several = not terms.contest.ranks and terms.contest.votes_allowed > 1
    return "voters mark several choices in it and do not rank: BLT holds rankings" if several else ""


def _more(material: Material) -> Iterator[Loss]:
    weighed = weightless = 0
    for at in range(len(material.contests)):
        for _, cards, weight in material.counts(at):
            weighed += cards * (weight != cards)
            weightless += cards * (not weight)
    # Of kinds the format holds one: who has withdrawn.
    kinds = [c.kind for terms in material.contests for c in terms.contest.choices if c.kind not in _HELD_KINDS]
    if kinds:
        yield Loss(FEATURES["kind"].words, len(kinds))
    if unstated := sum(not terms.seats_stated for terms in material.contests):
        yield Loss("that how many seats a contest fills is not known: the format asks for it, 1 is written", unstated)
    if weighed:
        yield Loss("how many cards bear a weight: ballots that say the same are one line with their weight", weighed)
    if weightless:
        yield Loss("cards of weight 0: a line of BLT stands for more than none", weightless, grave=True)


WRITER = Writer(
    name="blt",
    title="BLT rankings",
    source="OpaVote, BLT file format; D. Hill, B. Wichmann, D. Woodall, Algorithm 123 (1987)",
    needs=("cards",),
    holds=frozenset({"weight", "seats", "kind"}),
    page="write-rankings",
    write=write,
    per_contest=True,
    refuses=_refuses,
    back=with_ties,
    named=named,
    more=_more,
    suffixes=(".blt",),
)
