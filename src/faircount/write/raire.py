"""RAIRE text: rankings of ballots, one line a ballot and contest, choices by their ids."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from faircount.write.cells import visible
from faircount.write.marks import ranking, without_ties
from faircount.write.vote_grid import rows_of
from faircount.write.writer import Loss, Material, Terms, Writer

_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_NAMES = "NAMES.md"
_CARD = ("ballot", "tabulator", "batch", "position", "imprinted_id", "patterns")
_WORDS = frozenset(("contest", "winner", "informal"))


def write(material: Material, folder: Path) -> None:
    """Write contests.raire, a line a ballot and contest in the order of the cards, and what its ids mean.

    A rank that is empty or overvoted is an empty place between commas.
    """
    ids = [choice_ids(terms) for terms in material.contests]
    contests = contest_ids(material)
    label = _labels(material)
    lines = {
        number: f"{contests[way.contest]},{{}}{_ranking(material, way.contest, number, ids)}\n"
        for number, way in material.ways.items()
    }
    with (folder / "contests.raire").open("w", encoding="utf-8", newline="") as file:
        file.write(f"{len(contests)}\n")
        for terms, contest, choices in zip(material.contests, contests, ids, strict=True):
            file.write(",".join(["Contest", contest, str(len(terms.contest.choices)), *choices]) + "\n")
        number, before = 0, None
        for table in material.cards():
            for ballot, *place, patterns in rows_of(table, _CARD):
                number += ballot != before  # cards of one ballot stand together, and their lines bear one name
                before = ballot
                name = label(number, *place)
                file.writelines(lines[p].format(name) for p in patterns or () if p in lines)
    (folder / _NAMES).write_text(_meanings(material, contests, ids), "utf-8")


def _ranking(material: Material, contest: int, number: int, ids: list[tuple[str, ...]]) -> str:
    places = ranking(material.contests[contest], material.ways[number].pattern)
    alone = {rank: choices[0] for rank, choices in places.items() if len(choices) == 1}
    named = (ids[contest][alone[rank]] if rank in alone else "" for rank in range(1, max(alone, default=0) + 1))
    return "".join(f",{name}" for name in named)


def choice_ids(terms: Terms) -> tuple[str, ...]:
    """Return the ids of a contest's choices: the source's where all are plain and distinct, else 1, 2, 3, …"""
    return _ids(terms.choice_keys) or tuple(str(n) for n in range(1, len(terms.contest.choices) + 1))


def contest_ids(material: Material) -> tuple[str, ...]:
    """Return the contests' ids: the source's where all are plain and distinct, else 1, 2, 3, …"""
    keys = tuple(terms.key for terms in material.contests)
    return _ids(keys) or tuple(str(n) for n in range(1, len(keys) + 1))


def _ids(keys: tuple[str | None, ...]) -> tuple[str, ...]:
    plain = tuple(k for k in keys if k and _ID.fullmatch(k) and k not in _WORDS)
    return plain if len(set(plain)) == len(keys) else ()


_Label = Callable[[int, str, str, int, str], str]


def _labels(material: Material) -> _Label:
    """Return how ballots are called: tabulator_batch_position where that names each; else what is imprinted; else 1, 2.

    An id with a comma or blank in it would be cut by programs that split lines at commas.
    """
    plain = all(
        _ID.fullmatch(text or "")
        for table in material.cards()
        for row in rows_of(table, ("tabulator", "batch") if material.places_distinct else ("imprinted_id",))
        for text in row
    )
    if plain and material.places_distinct:
        return lambda number, tabulator, batch, position, imprinted: f"{tabulator}_{batch}_{position}"
    if plain and material.imprints_distinct:
        return lambda number, tabulator, batch, position, imprinted: imprinted
    return lambda number, tabulator, batch, position, imprinted: str(number)


def _meanings(material: Material, contests: tuple[str, ...], ids: list[tuple[str, ...]]) -> str:
    lines = ["# What the ids in contests.raire mean", ""]
    for terms, contest, choices in zip(material.contests, contests, ids, strict=True):
        lines += [f"## Contest {contest}", "", _cell(terms.contest.title), "", "| id | choice |", "| --- | --- |"]
        lines += [f"| {i} | {_cell(c.name)} |" for i, c in zip(choices, terms.contest.choices, strict=True)]
        lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace("|", "\\|")


def _refuses(terms: Terms) -> str:
    contest = terms.contest
    if not contest.ranks and contest.votes_allowed > 1:
        return "voters mark several choices in it and do not rank"
    if contest.seats > 1:
        return "it fills several seats, and RAIRE audits rankings for one"
    return ""


def _more(material: Material) -> Iterator[Loss]:
    """Yield how many ballots have empty places, which programs other than ours may not take."""
    empty = 0
    for at, terms in enumerate(material.contests):
        for number, cards, _ in material.counts(at):
            ranks = [m.rank for m in without_ties(terms, material.ways[number].pattern).marks]
            empty += cards * (len(set(ranks)) != max(ranks, default=0))
    if empty:
        yield Loss("ballots with an empty rank before their last: an empty place between commas", empty)
    yield Loss(f"names of contests and choices: the format holds ids, {_NAMES} beside it says what they mean",
               sum(1 + len(terms.contest.choices) for terms in material.contests))  # fmt: skip


WRITER = Writer(
    name="raire",
    title="RAIRE rankings",
    source="M. Blom, P. J. Stuckey, V. Teague, RAIRE; P. B. Stark, SHANGRLA, examples/data",
    needs=("cards",),
    holds=frozenset({"cards", "tabulator", "batch", "position", "contest_key", "choice_key", "ballots"}),
    page="write-rankings",
    write=write,
    refuses=_refuses,
    back=without_ties,
    more=_more,
    suffixes=(".raire",),
)
