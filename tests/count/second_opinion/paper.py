"""A ranked paper that is read again from the top, in every round."""

from collections.abc import Mapping
from fractions import Fraction

from faircount.model import Contest, Pattern, Profile


class Paper:
    """All cards with one way of voting. `why` is set once the paper goes no further, and stays."""

    def __init__(self, contest: Contest, pattern: Pattern, weight: Fraction, decided: Mapping[str, str]) -> None:
        self.pattern, self.weight, self.decided = pattern, weight, decided
        self.rows: list[set[int]] = [set() for _ in range(contest.ranks)]
        self.nameless = {int(rank) - 1 for rank in pattern.overvoted_ranks}
        self.why = ""
        for mark in pattern.marks:
            if not mark.is_ambiguous:
                self.rows[mark.rank - 1].add(int(mark.choice))
        # Two names at an overvoted rank are the overvote that the export means; one name is only part of it.
        self.nameless = {at for at in self.nameless if len(self.rows[at]) < 2}
        for at in self.nameless:
            self.rows[at] = set()
        if decided["withdrawn"] == "erase":
            gone = {at for at, choice in enumerate(contest.choices) if choice.kind == "withdrawn"}
            self.rows = [row - gone for row in self.rows]

    def settle(self, standing: set[int]) -> list[int]:
        """Return whom the paper counts for in this round, several where an overvote is split."""
        if self.why:
            return []
        found, self.why = self.look(standing)
        return found

    def look(self, standing: set[int]) -> tuple[list[int], str]:
        """Read the paper from its top: whom it counts for, or why for nobody."""
        if "invalid-contest" in self.pattern.conditions:
            return [], "invalid"
        if not any(self.rows) and not self.nameless:
            flags = {"overvote", "overvoted-ranking"} & set(self.pattern.conditions)
            return [], "overvote" if flags or self.pattern.overvotes else "undervote"
        limit, empty = self.decided["skipped"], 0
        seen: set[int] = set()
        for at, row in enumerate(self.rows):
            if not row and at not in self.nameless:
                empty += 1
                continue
            if limit != "unlimited" and empty > int(limit):
                return [], "skipped rank"
            empty = 0
            if self.decided["repeated"] == "exhaust" and row & seen:
                return [], "repeated choice"
            seen |= row
            found, why = self.at_rank(row, standing)
            if found or why:
                return found, why
        return [], "exhausted"

    def at_rank(self, row: set[int], standing: set[int]) -> tuple[list[int], str]:
        """Read one rank: whom it stands for, why the paper ends here, or neither."""
        alive = sorted(row & standing)
        if len(row) == 1:
            return alive, ""
        how = self.decided["overvote"]
        if how == "skip":
            return [], ""
        if how == "exhaust" or not row or (how == "exhaust-if-multiple-continuing" and len(alive) > 1):
            return [], "overvote"
        return alive, ""


def papers_of(contest: Contest, profile: Profile, decided: Mapping[str, str]) -> list[Paper]:
    """Return one paper for each way of voting."""
    together = zip(profile.patterns, profile.weights, strict=True)
    return [Paper(contest, pattern, Fraction(weight), decided) for pattern, weight in together]


def tally(papers: list[Paper], standing: set[int], size: int) -> tuple[list[Fraction], dict[str, Fraction]]:
    """Give every paper to whom it counts for."""
    votes = [Fraction(0)] * size
    inactive: dict[str, Fraction] = {}
    for paper in papers:
        found = paper.settle(standing)
        for choice in found:
            votes[choice] += paper.weight / len(found)
        if not found:
            inactive[paper.why] = inactive.get(paper.why, Fraction(0)) + paper.weight
    return votes, inactive
