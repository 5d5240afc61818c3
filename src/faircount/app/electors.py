"""The Electoral College from votes by state: a table of states, or a workspace whose contests are states."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from faircount.app.opened import Opened
from faircount.app.recounting import recount
from faircount.app.seats import Reported
from faircount.app.stated import stated_rows, whole_number
from faircount.count.areas.electoral_college import (
    AreaElectors,
    College,
    as_recorded,
    electoral_college,
    from_count,
    winner_takes_all,
)
from faircount.model import BadInputError, UsageError
from faircount.read import READERS
from faircount.read.export import Export
from faircount.read.results.electoral_votes import ELECTORS, PEOPLE

AT_LARGE = 2
BY_DISTRICT = {"ME": "21-A M.R.S. § 805", "MAINE": "21-A M.R.S. § 805", "NE": "Neb. Rev. Stat. § 32-1038",
               "NEBRASKA": "Neb. Rev. Stat. § 32-1038"}  # fmt: skip
"""States, in capitals, where two electors are chosen state-wide and one in each congressional district, and the law."""

_FIGURES = """
select r.source, r.contest, r.choice, r.jurisdiction, r.measure, r.count from reported r join sources s using (source)
 where s.format = 'electoral-votes' order by r.source, r.row, r.choice
"""


@dataclass
class State:
    """What a table says of one state."""

    name: str
    electors: int = 0
    total: int | None = None
    """Votes of all tickets; None where not stated."""

    def __post_init__(self) -> None:
        self.votes: dict[str, int] = {}
        self.recorded: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Electors:
    """The College, and what was not checked about it."""

    college: College
    differences: tuple[str, ...]
    """States whose recorded electors are not those that follow from their votes, as sentences."""
    not_checked: tuple[str, ...]


Figure = tuple[str, str | None, str, str, int]
"""Contest, choice, state, measure, figure."""


def of_file(path: Path, certificates: Path | None = None) -> Electors:
    """Return the College that follows from a table of votes and electors by state.

    Raises `UsageError` for a file of another form and `BadInputError` for a row that cannot be read: without one
    state, the College would be another.
    """
    reader = READERS["electoral-votes"]
    export = Export(path)
    if reader.recognise(export) is None:
        raise UsageError(
            f"{path} is no table of electors by state: a CSV with the columns state, electors, and for each choice "
            "X_votes and ev_X"
        )
    rows: list[Figure] = []
    for part in reader.plan(export):
        for batch in reader.read(export, part):
            for bad in batch.table("rejected").to_pylist():
                place = f"{path}, row {bad['row']}" + (f", column {bad['column']}" if bad["column"] else "")
                raise BadInputError(place, bad["rule"], bad["value"] or "")
            rows += [
                (one["contest"], one["choice"], one["jurisdiction"], one["measure"], one["count"])
                for one in batch.table("reported").to_pylist()
            ]
    return _of_figures(rows, certificates)


def of_workspace(opened: Opened, certificates: Path | None = None) -> Electors:
    """Return the College of the one table by state that was ingested. Raises `UsageError` for none or several."""
    rows = opened.engine.ask(_FIGURES).rows
    sources = {row[0] for row in rows}
    if len(sources) != 1:
        raise UsageError(
            f"{len(sources) or 'no'} tables of votes and electors by state are in {opened.space.root}: name a file, or "
            "say which contest is which state: --states CSV"
        )
    return _of_figures([row[1:] for row in rows], certificates)


def _of_figures(rows: Iterable[Figure], certificates: Path | None) -> Electors:
    states: dict[str, State] = {}
    choices: dict[str, None] = {}
    for contest, choice, name, measure, count in rows:
        one = states.setdefault(name, State(name))
        figures = one.votes if contest == PEOPLE else one.recorded
        if measure == "electors":
            _refuse_second(name, bool(one.electors))
            one.electors = int(count)
        elif measure == "total_votes":
            one.total = int(count)
        elif choice is not None and measure == "votes" and contest in (PEOPLE, ELECTORS):
            choices[choice] = None
            figures[choice] = int(count)
    names, areas = tuple(choices), []
    differences: list[str] = []
    not_checked = ["The votes of the states are reported totals: the cards behind them are NOT CHECKED."]
    for one in states.values():
        if one.total is not None and one.total < sum(one.votes.values()):
            raise BadInputError(
                f"state {one.name}", "votes of all tickets are at least those named", f"{one.total:,} votes in all"
            )
        areas += _areas(one, names, states, differences, not_checked)
    return _college(names, areas, certificates, differences, not_checked)


def _refuse_second(name: str, known: bool) -> None:
    if known:
        raise BadInputError(f"state {name}", "a state has one row", "another row of it")


def _areas(
    one: State, names: Sequence[str], states: Mapping[str, State], differences: list[str], not_checked: list[str]
) -> list[AreaElectors]:
    """Return the electors of one state: all to the leading ticket, or two of them and those of its districts."""
    law = BY_DISTRICT.get(one.name.upper())
    apart = any(other.startswith((f"{one.name}-", f"{one.name} ")) for other in states if other != one.name)
    divided = law is not None and one.electors > AT_LARGE and not apart
    whole = _leading(one, names, AT_LARGE if divided else one.electors)
    if whole.basis == "not decided":
        not_checked.append(f"{one.name}: votes for tickets without a name could be most: NOT CHECKED who leads there.")
    recorded = [one.recorded.get(name, 0) for name in names]
    if not divided:
        if any(recorded) and tuple(recorded) != whole.by_choice:
            told = ", ".join(f"{name} {n}" for name, n in zip(names, recorded, strict=True))
            differences.append(f"{one.name}: the electors recorded ({told}) are not those that follow from its votes.")
        return [whole]
    rest = [n - due for n, due in zip(recorded, whole.by_choice, strict=True)]
    place = f"{one.name} districts"
    if min(rest, default=0) < 0 or sum(rest) != one.electors - AT_LARGE:
        not_checked.append(f"{place}: no votes and no electors of them are stated ({law}): NOT CHECKED.")
        return [whole, AreaElectors(place, one.electors - AT_LARGE, (0,) * len(names), "not decided")]
    not_checked.append(f"{place}: one elector each ({law}), as recorded; no votes by district are here: NOT CHECKED.")
    return [whole, as_recorded(place, rest)]


def _leading(one: State, names: Sequence[str], electors: int) -> AreaElectors:
    votes = [one.votes.get(name, 0) for name in names]
    others = 0 if one.total is None else one.total - sum(votes)
    if others and others >= max(votes, default=0):
        return AreaElectors(one.name, electors, (0,) * len(names), "not decided")
    return winner_takes_all(one.name, electors, votes)


def of_contests(opened: Opened, states: Path, certificates: Path | None = None) -> Electors:
    """Return the College of a workspace whose contests are states (or districts of states).

    `states` is a CSV with the columns `contest` and `electors`, and `area` where a contest's title is not the name to
    show. A contest is counted from its cards under its own rule; where no card holds it, its reported votes are taken.
    """
    wanted: dict[str, tuple[str, int]] = {}
    for line, cells in stated_rows(states, ("contest", "electors"), ("area",)):
        title = cells["contest"]
        if title in wanted:
            raise BadInputError(f"{states}, line {line}", "a contest has one line", f"{title!r} twice")
        electors = whole_number(cells["electors"], f"{states}, line {line}", "a number of electors")
        wanted[title] = (cells["area"] or title, electors)
    if not wanted:
        raise BadInputError(str(states), "at least one line names a contest and its electors", "none")
    reported = Reported(opened)
    on_cards = reported.on_cards
    foreign = [title for title in wanted if title not in on_cards and title not in reported.votes]
    if foreign:
        raise UsageError(f"no contest is called {foreign[0]!r} (in {states}); titles are written as in the records")
    results, missing = recount(opened, tuple(title for title in wanted if title in on_cards))
    counted = {one.title: one for one in results}
    names = dict.fromkeys(c.name for one in results for c in one.contest.choices)
    names |= dict.fromkeys(name for title in wanted if title not in on_cards for name in reported.votes[title])
    order = tuple(names)
    areas, not_checked = [], []
    for title, (area, electors) in wanted.items():
        if title in counted:
            one = counted[title]
            own = from_count(area, electors, one.transcript)
            if any(n and c.kind == "write-in" for c, n in zip(one.contest.choices, own.by_choice, strict=True)):
                not_checked.append(f"{area}: write-ins lead, and nobody has read their names: NOT CHECKED.")
                own = AreaElectors(area, electors, (0,) * len(own.by_choice), "not decided")
            by_name = dict(zip((c.name for c in one.contest.choices), own.by_choice, strict=True))
            spread = tuple(by_name.get(name, 0) for name in order)
            areas.append(AreaElectors(area, electors, spread, own.basis))
        elif title in on_cards:
            areas.append(AreaElectors(area, electors, (0,) * len(order), "not decided"))
        else:
            votes = [reported.votes[title].get(name, 0) for name in order]
            areas.append(winner_takes_all(area, electors, votes))
            not_checked.append(f"{area}: its votes are reported totals; the cards behind them are NOT CHECKED.")
    not_checked += [f"{one.title}: not counted ({one.reason}): NOT CHECKED." for one in missing]
    return _college(order, areas, certificates, [], not_checked)


def _college(
    names: Sequence[str], areas: Sequence[AreaElectors], certificates: Path | None, differences: Sequence[str],
    not_checked: Sequence[str],
) -> Electors:  # fmt: skip
    cast: dict[str, dict[str, int]] = {}
    if certificates:
        for line, cells in stated_rows(certificates, ("area", "name", "votes")):
            votes = whole_number(cells["votes"], f"{certificates}, line {line}", "a number of electors' votes")
            if cells["name"] in cast.setdefault(cells["area"], {}):
                raise BadInputError(f"{certificates}, line {line}", "a name stands once an area", repr(cells["name"]))
            cast[cells["area"]][cells["name"]] = votes
    else:
        not_checked = (
            *not_checked,
            "How the electors themselves voted: NOT CHECKED; no certificates were handed over.",
        )
    return Electors(electoral_college(names, areas, cast), tuple(differences), tuple(not_checked))
