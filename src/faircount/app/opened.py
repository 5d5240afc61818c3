"""A workspace open for questions: its engine, its contests, and what the rules make of every pattern."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from faircount.app.naming import refuse_mergers
from faircount.count import RULES
from faircount.model import Contest, FaircountError, NotCounted, Pattern, Profile, UsageError
from faircount.store import INTERPRETED, RESIDUE, Engine, Workspace, contests_of, patterns_of, profiles
from faircount.store.contests import measured


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What the user says of the counting on this run: a rule, seats, or named decisions for all contests asked for."""

    rule: str = ""
    seats: int = 0
    options: tuple[tuple[str, str], ...] = ()

    def applied(self, contest: Contest) -> Contest:
        """Return `contest` under this change."""
        rule = self.rule or contest.rule
        options = dict(self.options) if self.rule else dict(contest.options) | dict(self.options)
        if rule == "threshold":
            options = measured(contest.choices, options)
        return replace(contest, rule=rule, seats=self.seats or contest.seats, options=tuple(sorted(options.items())))


class Opened:
    """One session over one workspace. Expensive answers are made once, when first asked for."""

    def __init__(self, root: Path, threads: int | None = None) -> None:
        self.space = Workspace.open(root)
        self.election = self.space.election()
        self.engine = Engine(self.space, threads)
        refuse_mergers(self.engine)
        self.contests, without = contests_of(self.engine, self.election.decisions)
        self.without = tuple(NotCounted(title, reason) for title, reason in without.items())

    @cached_property
    def patterns(self) -> dict[int, tuple[str, Pattern]]:
        """Pattern number → (contest title, pattern), for every contest that has cards."""
        return patterns_of(self.engine, self.contests)

    @cached_property
    def profiles(self) -> dict[str, Profile]:
        """Contest title → profile."""
        return profiles(self.engine, self.patterns)

    @cached_property
    def interpreted(self) -> tuple[str, ...]:
        """Put into the engine what each contest's rule makes of each pattern; return the rules' refusals in words.

        After this the engine has the tables `interpreted`, `residue` and `recounted`.
        """
        votes: list[tuple[int, str, str, int]] = []
        rest: list[tuple[int, str, int, int, int, int]] = []
        refused: dict[str, str] = {}
        for number, (title, pattern) in self.patterns.items():
            contest = self.contests[title]
            if title in refused:
                continue
            try:
                read = RULES[contest.rule].read(contest, pattern)
            except FaircountError as error:
                refused[title] = f"{title}: {error}"
                continue
            if any(isinstance(n, Fraction) for _, n in read.votes):
                refused[title] = f"{title}: its rule divides votes, and the records of others hold whole ones"
                continue
            votes += [(number, title, contest.name_of(choice), int(n)) for choice, n in read.votes]
            rest.append((number, title, int(read.votes_allowed), read.undervotes, read.overvotes, read.invalid))
        # A contest refused at its hundredth pattern must not leave the ninety-nine before it: a part is no recount.
        votes = [row for row in votes if row[1] not in refused]
        rest = [row for row in rest if row[1] not in refused]
        self.engine.interpret(_table(votes, INTERPRETED), _table(rest, RESIDUE))
        return tuple(refused.values())

    def chosen(self, titles: tuple[str, ...]) -> tuple[str, ...]:
        """Return the contests that the user means: all, or those whose title equals or holds what was typed.

        Those that cannot be counted as they stand (`without`) are among them. Raises `UsageError` for a word that fits
        none, with the nearest titles.
        """
        known = (*self.contests, *(one.title for one in self.without))
        if not titles:
            return known
        found: list[str] = []
        for asked in titles:
            word = asked.casefold()
            fits = [t for t in known if t == asked] or [t for t in known if t.casefold() == word]
            fits = fits or [t for t in known if word in t.casefold()]
            if not fits:
                raise UsageError(_no_contest(asked, known))
            found += [t for t in fits if t not in found]
        return tuple(found)


def _no_contest(asked: str, titles: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(asked, titles, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"there are {len(titles)} contests"
    return f"no contest's title holds {asked!r}; {hint}"


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)
