"""The ballots that a configuration names, as profiles: of all, and of each precinct and batch."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from faircount.app.rctab.config import POOL, Config, CvrSource
from faircount.model import BadInputError, Batch, CandidateIndex, Contest, Mark, Pattern, Profile, Rank
from faircount.read import READERS, Export
from faircount.read.rankings.rctab_table import Layout, read_grid, read_sheet

_READER = {"cdf": "cdf-cvr", "clearBallot": "clear-ballot", "dominion": "dominion-json", "hart": "hart"}
_BY_CODE = ("dominion", "hart")
"""Providers whose contests and candidates a configuration names by the export's own ids."""
_NOT_READ = "needs-adjudication"
_INVALID = "invalid-contest"

Way = tuple[tuple[tuple[str, int], ...], tuple[int, ...]]
"""((candidate, rank), …) and ranks called overvoted: what a ballot says, in the configuration's names."""
Unit = tuple[str, str]
"""Precinct and batch, in words."""


@dataclass(slots=True)
class Ballots:
    """Ballots of all sources, counted by what they say and where they come from."""

    counts: dict[Unit, Counter[Way]] = field(default_factory=dict)
    deepest: int = 0
    invalid: int = 0
    """Ballots whose contest the voting system declared invalid; RCTab leaves them out, and so do the counts."""

    def add(self, unit: Unit, way: Way, ballots: int) -> None:
        """Add ballots that say the same and come from the same place."""
        self.counts.setdefault(unit, Counter())[way] += ballots
        self.deepest = max([self.deepest, *(rank for _, rank in way[0]), *way[1]])

    def profile(self, contest: Contest) -> Profile:
        """Return the profile of all ballots."""
        return _profile(contest, self.counts.values())

    def slices(self, contest: Contest, by: str) -> dict[str, Profile]:
        """Return the profile of each precinct or batch, in the order of their names; `by` says which."""
        at = ("precinct", "batch").index(by)
        parts: dict[str, list[Counter[Way]]] = {}
        for unit, counter in self.counts.items():
            parts.setdefault(unit[at], []).append(counter)
        return {name: _profile(contest, parts[name]) for name in sorted(parts)}


def _profile(contest: Contest, counters: Iterable[Counter[Way]]) -> Profile:
    place = {choice.name: CandidateIndex(at) for at, choice in enumerate(contest.choices)}
    total: Counter[Way] = Counter()
    for counter in counters:
        total.update(counter)
    patterns: dict[Pattern, int] = {}
    for (ranked, overvoted), ballots in total.items():
        marks = sorted((Mark(place[name], Rank(rank)) for name, rank in set(ranked)), key=Mark.sort_key)
        pattern = Pattern(tuple(marks), overvoted_ranks=tuple(map(Rank, overvoted)))
        patterns[pattern] = patterns.get(pattern, 0) + ballots
    return Profile.of(patterns)


def read_ballots(config: Config) -> Ballots:
    """Read every source. Raises `BadInputError` for a name that is no candidate, and for ranks beyond those allowed."""
    found = Ballots()
    for source in config.sources:
        _Source(config, source, found).read()
    if config.by_precinct and all(not unit[0] for unit in found.counts):
        raise _unstated(config, "tabulateByPrecinct", "precinct")
    if config.by_batch and all(not unit[1] for unit in found.counts):
        raise _unstated(config, "tabulateByBatch", "batch")
    for unit in [unit for unit in found.counts if not all(unit)]:
        named = (unit[0] or _missing(config, "precinct"), unit[1] or _missing(config, "batch"))
        found.counts.setdefault(named, Counter()).update(found.counts.pop(unit))
    return found


def _unstated(config: Config, key: str, unit: str) -> BadInputError:
    return BadInputError(
        f"{config.place}, outputSettings", f"{key} is true only where ballots state a {unit}", "none that does",
        f"state {unit}ColumnIndex, or set {key} to false",
    )  # fmt: skip


def _missing(config: Config, unit: str) -> str:
    """Return the words under which RCTab reports ballots that state no such unit."""
    csv = all(source.provider == "genericCsv" for source in config.sources)
    return f"no {unit} id" if csv else f"missing_{unit}_id"


class _Source:
    """One source being read. Batches wait until the export has said which of its contests is meant."""

    def __init__(self, config: Config, source: CvrSource, found: Ballots) -> None:
        self.config, self.source, self.found = config, source, found
        self.place = source.path.name
        self.codes = source.provider in _BY_CODE
        self.title: str | None = None
        self.contests: dict[str, str] = {}
        self.choices: dict[tuple[str, str], tuple[str, str]] = {}
        self.raw: Counter[tuple[Any, ...]] = Counter()

    def read(self) -> None:
        waiting: list[Batch] = []
        for batch in self._batches():
            self._learn(batch)
            waiting.append(batch)
            if self.title is not None:
                for one in waiting:
                    self._count(one, self.title)
                waiting.clear()
        if self.title is None:
            titles = ", ".join(repr(title) for title in dict.fromkeys(self.contests.values()))
            raise BadInputError(
                f"{self.config.place}, contestId {self.source.contest!r}",
                f"the contest is one of {self.place}", titles or "no contest", "correct contestId",
            )  # fmt: skip
        named: dict[str, str] = {}
        for (marks, overvoted, invalid, precinct, batch), ballots in self.raw.items():
            if invalid:
                self.found.invalid += ballots
                continue
            way = tuple((named.get(name) or self._named(name, named), rank) for name, rank in marks), overvoted
            self._refuse_deep(way)
            self.found.add((precinct or "", batch or ""), way, ballots)

    def _batches(self) -> Iterator[Batch]:
        source, export = self.source, Export(self.source.path)
        if source.provider in ("ess", "genericCsv"):
            sheet = source.provider == "ess"
            layout = Layout(
                source.contest or self.config.title, source.first_column or 1, source.first_row or 1,
                source.id_column, source.precinct_column, source.batch_column,
                self.config.rules.ranks if sheet else None, source.overvote, source.skipped, source.write_in,
                source.delimiter, source.blank_is_write_in,
            )  # fmt: skip
            self.title = layout.contest
            yield from read_sheet(export, layout) if sheet else read_grid(export, layout)
            return
        reader = READERS[_READER[source.provider]]
        if reader.recognise(export) is None:
            raise BadInputError(
                str(source.path), f"a source of provider {source.provider} is a {reader.title}", "something else",
                "correct provider or filePath",
            )  # fmt: skip
        for part in reader.plan(export):
            yield from reader.read(export, part)

    def _learn(self, batch: Batch) -> None:
        """Note which contests and choices the export names."""
        for row in batch.table("rejected").to_pylist():
            found = f"{row['value']!r} in {row['file']}, row {row['row']}"
            raise BadInputError(self.place, row["rule"], found, row["fix"] or "")
        wanted = self.source.contest
        for row in batch.table("contests").to_pylist():
            self.contests[row["key"] or row["contest"]] = row["contest"]
            if wanted == row["key" if self.codes else "contest"]:
                self.title = row["contest"]
        for row in batch.table("choices").to_pylist():
            if self.title is None or row["contest"] == self.title:
                self.choices[row["contest"], row["choice"]] = (row["key"] or "", row["kind"])

    def _count(self, batch: Batch, title: str) -> None:
        """Count the ballots of a batch by what they say in the contest `title`, and by precinct and batch if asked."""
        patterns = batch.table("patterns")
        rows = {
            row["pattern"]: _raw(row)
            for row in patterns.filter(np.array([t == title for t in patterns.column("contest").to_pylist()], bool))
            .select(["pattern", "marks", "overvoted_ranks", "conditions"])
            .to_pylist()
        }
        if not rows:
            return
        votes = batch.table("votes")
        held, cards = votes.column("pattern").to_numpy(), votes.column("card").to_numpy()
        chosen = np.isin(held, list(rows))
        held, cards = held[chosen], cards[chosen]
        units = [
            batch.table("cards").column(name).to_pylist() if asked else None
            for name, asked in (("precinct", self.config.by_precinct), ("batch", self.config.by_batch))
        ]
        where: dict[int, int] = {}
        if any(units):
            where = {card: at for at, card in enumerate(batch.table("cards").column("card").to_pylist())}
        counted: Counter[tuple[Any, ...]] = Counter()
        if not where:
            numbers, times = np.unique(held, return_counts=True)
            counted.update({(n, None, None): t for n, t in zip(numbers.tolist(), times.tolist(), strict=True)})
        for number, card in zip(held.tolist(), cards.tolist(), strict=True) if where else ():
            at = where[card]
            counted[(number, *(unit[at] if unit else None for unit in units))] += 1
        for (number, *unit), ballots in counted.items():
            self.raw[(*rows[number], *unit)] += ballots

    def _named(self, name: str, named: dict[str, str]) -> str:
        """Return the candidate that `name`, as the source spells it, stands for."""
        source = self.source
        key, kind = self.choices.get((self.title or "", name), ("", ""))
        words = [key, name] if self.codes else [name, key]
        if source.write_in and (source.write_in in words or (source.provider == "cdf" and kind == "write-in")):
            named[name] = POOL
            return POOL
        for word in filter(None, words):
            for candidate in self.config.candidates:
                if word == candidate.name or word in candidate.aliases:
                    named[name] = candidate.name
                    return candidate.name
        told = f"{name!r}" + (f" (id {key})" if key and self.codes else "")
        raise BadInputError(
            self.place, "every name on a ballot is a candidate of the configuration, or one of its labels", told,
            f"add it to the candidates of {self.config.place}, as a name or an alias",
        )  # fmt: skip

    def _refuse_deep(self, way: Way) -> None:
        most = self.config.rules.ranks
        if most is None or self.source.provider == "ess":
            return
        for name, rank in way[0]:
            if rank > most:
                raise BadInputError(
                    self.place, f"a ballot has at most {most} ranks, as maxRankingsAllowed of {self.config.place} says",
                    f"rank {rank} for {name!r}", "correct maxRankingsAllowed, or the file",
                )  # fmt: skip


def _raw(row: dict[str, Any]) -> tuple[tuple[tuple[str, int], ...], tuple[int, ...], bool]:
    """Return what RCTab takes of a pattern: no ambiguous marks, none that wait for adjudication, and no remarks."""
    marks = {
        (mark["choice"], mark["rank"])
        for mark in row["marks"]
        if not mark["is_ambiguous"] and _NOT_READ not in mark["conditions"]
    }
    order = tuple(sorted(marks, key=lambda mark: (mark[1], mark[0])))
    return order, tuple(row["overvoted_ranks"]), _INVALID in row["conditions"]
