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
        erase = decided.get("withdrawn") == "erase"
        for mark in pattern.marks:
            gone = erase and contest.choices[mark.choice].kind == "withdrawn"
            if not mark.is_ambiguous and not gone:
                self.rows[mark.rank - 1].add(int(mark.choice))
        for at in self.nameless:
            if len(self.rows[at]) == 1:
                self.rows[at] = set()

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
        limit, empty, seen = self.decided["skipped"], 0, set()
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
    votes, inactive = [Fraction(0)] * size, {}
    for paper in papers:
        found = paper.settle(standing)
        for choice in found:
            votes[choice] += paper.weight / len(found)
        if not found:
            inactive[paper.why] = inactive.get(paper.why, Fraction(0)) + paper.weight
    return votes, inactive
