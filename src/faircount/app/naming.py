"""The map of names: proposes which names of different records mean one thing; a person decides."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from faircount.model import NameDecision, UsageError
from faircount.reconcile.naming import Named, choices, contests
from faircount.store import Engine, Workspace, keep_names, names_of

_USED = """
with used as (
  select source, contest, choice, false as on_cards from choices{suffix}
  union all select source, contest, null, false from contests{suffix}
  union all select source, contest, choice, false from reported{suffix}
  union all select source, contest, null, true from patterns{suffix}
  union all select source, contest, unnest(list_transform(marks, lambda m: m.choice)), true from patterns{suffix}
)
select source, contest, list(distinct choice order by choice) filter (where choice is not null), bool_or(on_cards)
  from used group by source, contest order by contest, source
"""


def proposed(root: Path) -> tuple[NameDecision, ...]:
    """Return the whole map: what a person has decided, and proposals for everything still open, made anew.

    Choices are compared within a contest by the title that holds after the decisions so far: once contests are
    decided, ask again for their choices. Writes nothing.
    """
    space = Workspace.open(root)
    kept = [one for one in names_of(space) if one.status != "proposed"]
    names = {short: name for short, name in Engine(space).ask("select source, name from sources").rows}
    used = _used(space)
    same = {d.name: d.means for d in kept if d.kind == "contest" and d.status == "same"}
    made = contests(used, same, [(d.name, d.means) for d in kept if d.kind == "contest" and d.status == "different"])
    read = _meant([replace(one, contest=same.get(one.contest, one.contest)) for one in used], kept)
    apart = [(d.contest, d.name, d.means) for d in kept if d.kind == "choice" and d.status == "different"]
    open_choices = choices(read, apart)
    found = [
        NameDecision(p.kind, p.contest, p.name, p.means, "proposed", p.confidence, p.why,
                     ", ".join(sorted({names.get(s, s) for s in p.sources})))
        for p in (*made, *open_choices)
    ]  # fmt: skip
    return (*kept, *found)


def _used(space: Workspace) -> list[Named]:
    """Return contests and choices as exported, whatever the map says."""
    mapped = any(one.status == "same" for one in names_of(space))
    rows = Engine(space).ask(_USED.format(suffix="_as_exported" if mapped else "")).rows
    return [Named(source, contest, tuple(found or ()), on_cards) for source, contest, found, on_cards in rows]


def _meant(named: Iterable[Named], kept: Iterable[NameDecision]) -> list[Named]:
    """Return `named` with the choices that are decided already read as what they mean."""
    same = {(d.contest, d.name): d.means for d in kept if d.kind == "choice" and d.status == "same"}
    return [replace(n, choices=tuple(dict.fromkeys(same.get((n.contest, c), c) for c in n.choices))) for n in named]


def propose(root: Path) -> tuple[NameDecision, ...]:
    """Write the map with fresh proposals into names.csv and return it."""
    space = Workspace.open(root)
    with space.writing():
        made = proposed(root)
        if made:
            keep_names(space, made)
    return names_of(space)


def decide_names(root: Path, decided: Iterable[tuple[NameDecision, str]]) -> tuple[NameDecision, ...]:
    """Give lines of the map another status, (line, status) pairs, and return the map.

    Raises `UsageError` where two names of one source would become one contest or one choice: a source knows them apart.
    """
    space = Workspace.open(root)
    with space.writing():
        status = {(one.kind, one.contest, one.name, one.means): word for one, word in decided}
        made = tuple(
            replace(one, status=status.get((one.kind, one.contest, one.name, one.means), one.status))
            for one in names_of(space)
        )
        same = {one.name: one.means for one in made if one.kind == "contest" and one.status == "same"}
        made = tuple(replace(one, contest=same.get(one.contest, one.contest)) for one in made)
        _refuse_mergers(_used(space), made)
        keep_names(space, made)
    return made


def _refuse_mergers(used: Iterable[Named], decisions: Iterable[NameDecision]) -> None:
    same = [one for one in decisions if one.status == "same"]
    contest_means = {one.name: one.means for one in same if one.kind == "contest"}
    choice_means = {(one.contest, one.name): one.means for one in same if one.kind == "choice"}
    titles: dict[tuple[str, str], set[str]] = defaultdict(set)
    names: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for one in used:
        contest = contest_means.get(one.contest, one.contest)
        titles[one.source, contest].add(one.contest)
        for choice in one.choices:
            names[one.source, contest, choice_means.get((contest, choice), choice)].add(choice)
    merged = [sorted(found) for found in (*titles.values(), *names.values()) if len(found) > 1]
    if merged:
        raise UsageError(
            f"one source has {' and '.join(map(repr, merged[0]))}: it knows them apart, so that they cannot be one"
        )
