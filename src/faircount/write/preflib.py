"""PrefLib: preferences of one contest and how many voters hold each: soc, soi, toc, toi; cat where nobody ranks."""

from collections.abc import Iterator
from pathlib import Path

from faircount.model import Pattern
from faircount.write.cells import file_name, one_line, visible
from faircount.write.marks import closed_up, plain_marks, plain_pattern, ranking
from faircount.write.writer import Loss, Material, Terms, Writer

Order = tuple[tuple[int, ...], ...]
_TITLES = {
    "soc": "strict orders, complete", "soi": "strict orders, incomplete", "toc": "orders with ties, complete",
    "toi": "orders with ties, incomplete", "cat": "categories: marked, not marked",
}  # fmt: skip


def write(material: Material, folder: Path) -> None:
    """Write one file a contest. Equal orders are one line; most voters first, then in the order of the choices."""
    for at, terms in enumerate(material.contests):
        counts: dict[Order, int] = {}
        for number, cards, _ in material.counts(at):
            order = _order(terms, material.ways[number].pattern)
            if order:
                counts[order] = counts.get(order, 0) + cards
        kind = _kind(terms, counts)
        name = file_name(at + 1, terms.contest, kind)
        lines = [*_header(material, terms, name, kind, counts), *_lines(kind, counts)]
        (folder / name).write_text("\n".join(lines) + "\n", "utf-8")


def _order(terms: Terms, pattern: Pattern) -> Order:
    if terms.contest.ranks:
        marks = closed_up(terms, pattern).marks
        return tuple(
            tuple(mark.choice for mark in marks if mark.rank == rank) for rank in sorted({m.rank for m in marks})
        )
    marked = sorted({mark.choice for mark in plain_marks(terms, pattern)})
    return (tuple(marked), tuple(at for at in range(len(terms.contest.choices)) if at not in marked))


def _kind(terms: Terms, counts: dict[Order, int]) -> str:
    if not terms.contest.ranks:
        return "cat"
    ties = any(len(place) > 1 for order in counts for place in order)
    complete = all(sum(map(len, order)) == len(terms.contest.choices) for order in counts)
    return ("to" if ties else "so") + ("c" if complete else "i")


def _header(material: Material, terms: Terms, name: str, kind: str, counts: dict[Order, int]) -> Iterator[str]:
    contest = terms.contest
    pairs = [
        ("FILE NAME", name), ("TITLE", named(contest.title)), ("DESCRIPTION", _TITLES[kind]), ("DATA TYPE", kind),
        ("MODIFICATION TYPE", "original"), ("RELATES TO", ""), ("RELATED FILES", ""),
        ("PUBLICATION DATE", material.date), ("MODIFICATION DATE", material.date),
        ("NUMBER ALTERNATIVES", str(len(contest.choices))), ("NUMBER VOTERS", str(sum(counts.values()))),
    ]  # fmt: skip
    if kind == "cat":
        pairs += [("NUMBER UNIQUE PREFERENCES", str(len(counts))), ("NUMBER CATEGORIES", "2"),
                  ("CATEGORY NAME 1", "marked"), ("CATEGORY NAME 2", "not marked")]  # fmt: skip
    else:
        pairs.append(("NUMBER UNIQUE ORDERS", str(len(counts))))
    pairs += [(f"ALTERNATIVE NAME {n}", named(choice.name)) for n, choice in enumerate(contest.choices, 1)]
    return (f"# {key}: {value}".rstrip() for key, value in pairs)


def _lines(kind: str, counts: dict[Order, int]) -> Iterator[str]:
    for order in sorted(counts, key=lambda order: (-counts[order], order)):
        yield f"{counts[order]}: " + ",".join(_place(place, kind == "cat") for place in order)


def _place(place: tuple[int, ...], category: bool) -> str:
    if len(place) == 1 and not category:
        return str(place[0] + 1)
    return "{" + ",".join(str(choice + 1) for choice in place) + "}"


def named(name: str) -> str:
    """Return a name as the format can hold it: on one line."""
    return visible(one_line(name))


def _back(terms: Terms, pattern: Pattern) -> Pattern:
    if terms.contest.ranks:
        return closed_up(terms, pattern)
    return plain_pattern(terms, pattern)


def _more(material: Material) -> Iterator[Loss]:
    blank = 0
    for at, terms in enumerate(material.contests):
        if terms.contest.ranks:
            for number, cards, _ in material.counts(at):
                blank += cards * (not ranking(terms, material.ways[number].pattern))
    if blank:
        yield Loss("cards whose ranking is empty: an order of PrefLib has at least one alternative", blank, grave=True)


WRITER = Writer(
    name="preflib",
    title="PrefLib preferences (soc, soi, toc, toi, cat)",
    source="PrefLib, data format; preflibtools 2.0",
    needs=("cards",),
    holds=frozenset(),
    page="write-rankings",
    write=write,
    per_contest=True,
    back=_back,
    named=named,
    more=_more,
    suffixes=(".soc", ".soi", ".toc", ".toi", ".cat"),
)
