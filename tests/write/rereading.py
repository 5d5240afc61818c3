"""What was written, read again by our own readers, in a form in which two elections can be held side by side."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from faircount.app.converting import Converted, Wanted, convert
from faircount.app.gathering import Gathered
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.model import Mark, Pattern
from faircount.store import Workspace
from faircount.write import WRITERS
from faircount.write.writer import Terms

Said = tuple[Any, ...]
"""What a card says in a contest, by the names of choices."""


def written(opened: Opened, form: str, target: Path, *titles: str, allow_loss: bool = True) -> Converted:
    """Write an election's folder."""
    return convert([opened.space.root], Wanted(form, titles, allow_loss=allow_loss), target)


def reread(path: Path, folder: Path, reader: str) -> Opened:
    """Read what was written into a folder of its own; it must be known for what it is, and read to the last row."""
    space = Workspace.create(folder)
    done = ingest(space, [path], jobs=1)
    assert [(one.source.format, one.rejected) for one in done.taken] == [(reader, 0)]
    assert not done.unread
    return Opened(folder)


def in_names(terms: Terms, pattern: Pattern, form: str) -> Said:
    """Return the marks of a pattern as (name as this format writes it, rank), sorted."""
    named = WRITERS[form].named
    return tuple(sorted((named(terms.contest.name_of(mark.choice)), mark.rank) for mark in pattern.marks))


def expected(opened: Opened, form: str, *titles: str) -> dict[str, Counter[Said]]:
    """Return title → what should be read back, with how many cards: the writer's own promise, `back`."""
    writer = WRITERS[form]
    material = Gathered(opened, writer, titles)
    found: dict[str, Counter[Said]] = {}
    for at, terms in enumerate(material.contests):
        counts: Counter[Said] = Counter()
        for number, cards, _ in material.counts(at):
            counts[in_names(terms, writer.back(terms, material.ways[number].pattern), form)] += cards
        found[writer.named(terms.contest.title)] = counts
    return found


def found(opened: Opened) -> dict[str, Counter[Said]]:
    """Return title → what the cards of a folder say, with how many of them."""
    rows = opened.engine.ask(
        """select contest, marks, count(*) from votes_by_pattern join patterns using (pattern)
            group by pattern, contest, marks"""
    ).rows
    counts: dict[str, Counter[Said]] = {}
    for title, marks, cards in rows:
        said = tuple(sorted((mark["choice"], mark["rank"]) for mark in marks))
        counts.setdefault(title, Counter())[said] += cards
    return counts


def by_card(opened: Opened, key: str, columns: Iterable[str] = ()) -> dict[str, tuple[tuple[Any, ...], frozenset[Any]]]:
    """Return key of a card → (columns of the card, {(title, marks)}), for formats that keep cards apart."""
    texts = ", ".join(f"{column}::varchar" for column in columns)
    cards = opened.engine.ask(f"select {key}, [{texts}], card from cards").rows
    votes: dict[int, set[Any]] = {}
    for card, title, marks in opened.engine.ask(
        "select card, contest, marks from votes_by_pattern join patterns using (pattern)"
    ).rows:
        said = tuple(sorted((mark["choice"], mark["rank"]) for mark in marks))
        votes.setdefault(card, set()).add((title, said))
    made = {str(name): (tuple(held), frozenset(votes.get(card, ()))) for name, held, card in cards}
    assert len(made) == len(cards), "the key names each card"
    return made


def flagged(pattern: Pattern, names: list[str], ranked: bool) -> Said:
    """Return a pattern with its flags by names, as the Common Data Format keeps it."""

    def mark(one: Mark) -> Said:
        is_vote = None if ranked and one.is_vote is False and not one.is_ambiguous else one.is_vote
        return (names[one.choice], one.rank, is_vote, one.is_ambiguous, one.conditions)

    return (
        tuple(sorted(map(mark, pattern.marks), key=repr)),
        pattern.undervotes,
        pattern.overvotes,
        pattern.conditions,
    )
