"""The map of names: proposes which names of different records mean one thing; a person decides."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from faircount.model import BadInputError, NameDecision, UsageError
from faircount.store import Engine, Workspace, keep_names, names_of
from faircount.store.names import numbered_names

_USED = """
with used as (
  select source, contest, choice, false as on_cards from choices{suffix}
  union all select source, contest, null, false from contests{suffix}
  union all select source, contest, choice, false from reported{suffix}
  union all select source, contest, null, true from patterns{suffix}
  union all select source, contest, unnest(list_transform(marks, lambda m: m.choice)), true from patterns{suffix}
)
select source, s.name, contest, coalesce(list(distinct choice order by choice) filter (choice is not null), []),
    bool_or(on_cards)
  from used join sources s using (source) group by source, s.name, contest order by contest, source
"""
_APART = "two contests, or two choices of a contest, that one source tells apart do not mean one"

_Used = Sequence[tuple[str, str, str, Sequence[str], bool]]
"""(source, its name, contest, its choices, whether cards hold it), as exported, whatever the map says."""

_Merger = tuple[str, str, str, tuple[str, ...]]
"""(contest that choices stand in, or nothing; what they would mean; the source; its names)."""


@dataclass(frozen=True, slots=True)
class NameMap:
    """names.csv as it stands, and what a person must know of it."""

    lines: tuple[NameDecision, ...]
    """The first one is row 2 of the file."""
    unheld: tuple[int, ...]
    """Rows of decisions on names that no source holds: kept, without effect."""
    refusal: BadInputError | None
    """Why no election can be opened with this map."""


def propose(root: Path) -> NameMap:
    """Write what a person has decided, and proposals for everything still open, made anew, into names.csv; return it.

    Choices are compared within a contest by the title that holds after the decisions so far: once contests are
    decided, ask again for their choices. `sources` is put right in all lines whose name some source holds. Where there
    is nothing to write, no file begins.
    """
    space = Workspace.open(root)
    with space.writing():
        before = names_of(space)
        decided = [one for one in before if one.status != "proposed"]
        used = _used(Engine(space))
        held = _held(used, decided)
        known = [replace(one, sources=_listed(held.get((one.contest, one.name), ())) or one.sources) for one in decided]
        made = (*known, *_proposals(used, decided))
        if made or before:
            keep_names(space, made)
    lines = names_of(space)
    unheld = tuple(row for row, one in enumerate(lines, 2) if one.status != "proposed" and not _effective(one, held))
    merger = _merger(used, _contests_meant(lines), _choices_meant(lines))
    return NameMap(lines, unheld, merger and _refusal(space, merger, tuple(enumerate(lines, 2))))


def decide_names(root: Path, decided: Iterable[tuple[NameDecision, str]]) -> tuple[NameDecision, ...]:
    """Give lines of the map another status, (line, status) pairs, and return the map.

    Raises `UsageError`, and records nothing, where two names of one source would become one contest or one choice, or
    where lines become one that say different things.
    """
    space = Workspace.open(root)
    with space.writing():
        before = names_of(space)
        status = {(one.kind, one.contest, one.name, one.means): word for one, word in decided}
        lines = [
            replace(one, status=status.get((one.kind, one.contest, one.name, one.means), one.status)) for one in before
        ]
        titles = _contests_meant(lines)
        made = _once(replace(one, contest=titles.get(one.contest, one.contest)) for one in lines)
        merger = _merger(_used(Engine(space)), titles, _choices_meant(made))
        try:
            if merger:
                raise _refusal(space, merger, tuple(enumerate(made, 2)))
            keep_names(space, made)
        except BadInputError as error:
            raise UsageError(f"nothing is recorded: {error.rule}; found {error.found}") from error
    return names_of(space)


def refuse_mergers(engine: Engine) -> None:
    """Raise `BadInputError` with the row of names.csv that makes one what a source tells apart."""
    if not _maps(engine):
        return
    # Asked of the engine, which has read the file: a map of a hundred thousand rows is read once.
    same = engine.ask("select kind, contest, name, means from name_map").rows
    titles = {name: means for kind, _, name, means in same if kind == "contest"}
    choices = {(contest, name): means for kind, contest, name, means in same if kind == "choice"}
    merger = _merger(_used(engine), titles, choices)
    if merger:
        raise _refusal(engine.space, merger, numbered_names(engine.space))


def _maps(engine: Engine) -> bool:
    """Say whether names are read as others in this session."""
    return bool(engine.ask("select 1 from information_schema.tables where table_name = 'name_map'").rows)


def _used(engine: Engine) -> _Used:
    """Return contests and choices as exported."""
    return engine.ask(_USED.format(suffix="_as_exported" if _maps(engine) else "")).rows


def _choices_meant(lines: Iterable[NameDecision]) -> dict[tuple[str, str], str]:
    """Return (contest that holds, choice as exported) → choice that it means, where a person decided so."""
    return {(one.contest, one.name): one.means for one in lines if one.kind == "choice" and one.status == "same"}


def _contests_meant(lines: Iterable[NameDecision]) -> dict[str, str]:
    """Return title as exported → title that it means, where a person decided so."""
    return {one.name: one.means for one in lines if one.kind == "contest" and one.status == "same"}


def _proposals(used: _Used, decided: Sequence[NameDecision]) -> list[NameDecision]:
    """Return lines for what is open yet."""
    # Here, because opening an election needs this module and no likeness: RapidFuzz would cost every command its start.
    from faircount.reconcile.naming import Named, choices, contests

    called = {source: name for source, name, *_ in used}
    named = [Named(source, contest, tuple(found), on_cards) for source, _, contest, found, on_cards in used]
    titles, means = _contests_meant(decided), _choices_meant(decided)
    apart = [one for one in decided if one.status == "different"]
    read = []
    for one in named:
        title = titles.get(one.contest, one.contest)
        meant = dict.fromkeys(means.get((title, choice), choice) for choice in one.choices)
        read.append(replace(one, contest=title, choices=tuple(meant)))
    made = (
        *contests(named, titles, [(one.name, one.means) for one in apart if one.kind == "contest"]),
        *choices(read, [(one.contest, one.name, one.means) for one in apart if one.kind == "choice"]),
    )
    return [
        NameDecision(one.kind, one.contest, one.name, one.means, "proposed", one.confidence, one.why,
                     _listed(called[source] for source in one.sources))
        for one in made
    ]  # fmt: skip


def _listed(sources: Iterable[str]) -> str:
    return ", ".join(sorted(set(sources)))


def _held(used: _Used, lines: Sequence[NameDecision]) -> Mapping[tuple[str, str], set[str]]:
    """Return (contest that a choice stands in, or nothing; name) → names of the sources that hold it, or mean it."""
    titles, means = _contests_meant(lines), _choices_meant(lines)
    held: dict[tuple[str, str], set[str]] = defaultdict(set)
    for _, source, contest, found, _ in used:
        title = titles.get(contest, contest)
        for name in (contest, title):
            held["", name].add(source)
        for choice in found:
            for name in (choice, means.get((title, choice), choice)):
                held[title, name].add(source)
    return held


def _effective(line: NameDecision, held: Mapping[tuple[str, str], set[str]]) -> bool:
    """Say whether the names that a line is about are there. What a name means need not be: a person may rename."""
    names = (line.name,) if line.status == "same" else (line.name, line.means)
    return all((line.contest, name) in held for name in names)


def _once(lines: Iterable[NameDecision]) -> tuple[NameDecision, ...]:
    """Return lines that became one, since their contests did, once: the decision where others only propose."""
    found: dict[tuple[str, str, str, str], NameDecision] = {}
    for one in lines:
        key = (one.kind, one.contest, one.name, one.means)
        other = found.setdefault(key, one)
        if other.status == "proposed":
            found[key] = one
        elif one.status not in ("proposed", other.status):
            raise UsageError(
                f"nothing is recorded: in {one.contest!r}, {one.name!r} and {one.means!r} would be the same by one "
                "line and different by another; reopen one of them first: faircount names --reopen LINE"
            )
    return tuple(found.values())


def _merger(used: _Used, titles: Mapping[str, str], choices: Mapping[tuple[str, str], str]) -> _Merger | None:
    """Return what would become one though a source tells it apart, contests first; None where all is well."""
    called = {source: name for source, name, *_ in used}
    groups: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for source, _, contest, found, _ in used:
        title = titles.get(contest, contest)
        groups["", title, source].add(contest)
        for choice in found:
            groups[title, choices.get((title, choice), choice), source].add(choice)
    return min(
        ((contest, means, called[source], tuple(sorted(names)))
         for (contest, means, source), names in groups.items() if len(names) > 1), default=None
    )  # fmt: skip


def _refusal(space: Workspace, merger: _Merger, lines: Iterable[tuple[int, NameDecision]]) -> BadInputError:
    """Return the error about a merger, with the last of the rows that make it."""
    contest, means, source, names = merger
    same = ((row, one) for row, one in lines if one.status == "same" and one.contest == contest and one.means == means)
    row = max(row for row, one in same if one.name in names)
    return BadInputError(
        f"{space.root / 'names.csv'}, row {row}", _APART,
        f"{' and '.join(map(repr, names))} in {source}, which would mean {means!r}",
        "remove the row, set its status to different, or reopen its line: faircount names",
    )  # fmt: skip
