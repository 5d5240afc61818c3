"""A real export read whole, as small figures: distinct ways of voting with their cards, and the rows of results."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank
from faircount.read.export import Export
from faircount.read.reader import Reader

SMALL = ("contests", "choices", "styles", "manifest", "reported", "turnout", "files", "rejected", "facts")


@dataclass
class Totals:
    """Everything that tests ask of one source. `ways`: contest → pattern row (JSON-like, hashable) → cards."""

    version: str = ""
    cards: int = 0
    ballots: int = 0
    adjudicated: int = 0
    weight: dict[str, Any] = field(default_factory=lambda: defaultdict(int))
    ways: dict[str, Counter[Any]] = field(default_factory=lambda: defaultdict(Counter))
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in SMALL})

    def fact(self, name: str) -> list[str]:
        """Return the values of the facts of this name."""
        return [row["value"] for row in self.tables["facts"] if row["name"] == name]

    def cards_of(self, contest: str) -> int:
        """Return how many cards hold this contest."""
        return sum(self.ways[contest].values())

    def firsts(self, contest: str) -> dict[str, int]:
        """Return choice → cards that bear a mark for it at rank 1, whatever its flags."""
        found: Counter[str] = Counter()
        for (marks, *_), cards in self.ways[contest].items():
            for choice in {mark[0] for mark in marks if mark[1] == 1}:
                found[choice] += cards
        return dict(found)

    def reported(self, **where: Any) -> int:
        """Return the sum of reported counts of the rows that have these values in these columns."""
        return sum(r["count"] for r in self.tables["reported"] if all(r[k] == v for k, v in where.items()))

    def profile(self, title: str, **changes: Any) -> tuple[Contest, Profile]:
        """Return the contest and its profile as the counting rules want them; `changes` are fields of the contest."""
        row = next(r for r in self.tables["contests"] if r["contest"] == title)
        rows = sorted((r for r in self.tables["choices"] if r["contest"] == title), key=lambda r: r["place"])
        choices = tuple(Choice(r["choice"], r["party"] or "", r["kind"]) for r in rows)
        index = {choice.name: CandidateIndex(at) for at, choice in enumerate(choices)}
        said = {
            "seats": row["seats"] or 1, "votes_allowed": row["votes_allowed"] or 1, "ranks": row["ranks"] or 0,
            "rule": "instant-runoff" if row["ranks"] else "plurality",
        }  # fmt: skip
        counts: Counter[Pattern] = Counter()
        for (marks, under, over, ranks, conditions), cards in self.ways[title].items():
            made = sorted(
                (Mark(index[c], Rank(rank), score, vote, ambiguous, remarks)
                 for c, rank, score, vote, ambiguous, remarks in marks), key=Mark.sort_key,
            )  # fmt: skip
            counts[Pattern(tuple(made), under, over, conditions, tuple(map(Rank, ranks)))] += cards
        return Contest(title, choices, **{**said, **changes}), Profile.of(dict(counts))


def totals(reader: Reader, path: Path) -> Totals:
    """Read the export at `path` with `reader`."""
    export, found = Export(path), Totals()
    claim = reader.recognise(export)
    found.version = claim.version if claim else ""
    for part in reader.plan(export):
        for batch in reader.read(export, part):
            for name in SMALL:
                found.tables[name] += batch.table(name).to_pylist()
            cards = batch.table("cards")
            if cards.num_rows:
                found.cards += cards.num_rows
                found.ballots += int(cards.column("ballot").to_numpy().max()) + 1
                found.adjudicated += int(cards.column("adjudicated").to_numpy(zero_copy_only=False).sum())
            patterns = batch.table("patterns")
            if not patterns.num_rows:
                continue
            votes = batch.table("votes").column("pattern").to_numpy()
            times = np.bincount(votes, minlength=int(patterns.column("pattern").to_numpy().max()) + 1)
            for row in patterns.to_pylist():
                if times[row["pattern"]]:
                    found.ways[row["contest"]][_way(row)] += int(times[row["pattern"]])
    return found


def _way(row: dict[str, Any]) -> Any:
    marks = tuple(
        (m["choice"], m["rank"], m["score"], m["is_vote"], m["is_ambiguous"], tuple(m["conditions"]))
        for m in row["marks"]
    )
    return marks, row["undervotes"], row["overvotes"], tuple(row["overvoted_ranks"]), tuple(row["conditions"])
