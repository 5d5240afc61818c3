"""Rows of a Dominion CSV export that are sums: ballots of rare styles whose records a county withholds."""

from collections.abc import Iterator, Sequence

from faircount.read.dominion.csv_columns import DominionCsvHeader
from faircount.read.syntax.csv_rows import count_of


class WithheldBallots:
    """What the aggregated rows of one file add up to. They are no cards, so no table of votes may hold them.

    Boulder County writes one such row for every style that few voters had. How many ballots it stands for is not
    stated; it is at least the largest sum of votes in one of its contests over the votes allowed there.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.ballots_at_least = 0
        self._sums: dict[str, dict[str, int]] = {}

    def add(self, cells: Sequence[str], header: DominionCsvHeader) -> None:
        """Take one row; cells that hold no whole number count for nothing here, the row is kept whole elsewhere."""
        self.rows += 1
        most = 0
        for contest in header.contests:
            votes: dict[int, int] = {}
            for cell, mark in zip(cells[contest.first : contest.end], contest.marks, strict=False):
                count = count_of(cell)
                if count is None:
                    continue
                votes[mark.rank] = votes.get(mark.rank, 0) + count
                name = f"{mark.choice} (rank {mark.rank})" if contest.ranks else mark.choice
                sums = self._sums.setdefault(contest.title, {})
                sums[name] = sums.get(name, 0) + count
            most = max([most, *(-(-count // (contest.votes_allowed or 1)) for count in votes.values())])
        self.ballots_at_least += most

    def facts(self, file: str) -> Iterator[tuple[str, str]]:
        """Yield why the file is a part only, and the votes in its sums, one fact a contest."""
        if not self.rows:
            return
        subject = (
            "1 aggregated (redacted) row stands"
            if self.rows == 1
            else f"{self.rows:,} aggregated (redacted) rows stand"
        )
        yield "partial", f"{subject} for at least {self.ballots_at_least:,} ballots whose records were withheld"
        for contest, sums in self._sums.items():
            votes = ", ".join(f"{choice}: {count}" for choice, count in sums.items())
            yield "withheld", f"{file}: {contest}: {votes}"
