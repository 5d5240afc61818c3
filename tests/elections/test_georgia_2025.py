"""Georgia, Public Service Commission, District 2, 4 November 2025: the state's batch comparison, made again.

From the counties' manifests and batch totals and the state's report of the audit (`final_audit_report.csv`, Arlo):
the draw of 15 batches, their tickets, what was found in them, and the p-value. VECTORS.md B3.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest

from elections.shared import real
from faircount.risk import macro
from faircount.sample.legacy.arlo import batch_name, draw_by_bound
from faircount.sample.tickets import first_ticket, shown

PAGE = Path(__file__).parents[2] / "docs" / "replays.md"
SEED = "34363370190391208563"
WINNER, LOSER = "Alicia M. Johnson (Dem)", "Tim Echols (I) (Rep)"
Batch = tuple[str, str]


class Audited(NamedTuple):
    """A row of the report's sampled batches."""

    ticket: str
    """As written; empty where the batch was looked at without being drawn."""
    ballots: int
    reported: dict[str, int]
    found: dict[str, int]
    batches: tuple[str, ...]
    """The batches of the manifest that it is made of: more than one where the county combined them."""


class Georgia(NamedTuple):
    """The files, put together; batches in the order of the counties' names and then of their manifests."""

    votes: dict[Batch, dict[str, int]]
    ballots: dict[Batch, int]
    audited: dict[Batch, Audited]

    @property
    def pairs(self) -> macro.Pairs:
        totals = {choice: sum(votes[choice] for votes in self.votes.values()) for choice in (LOSER, WINNER)}
        return macro.pairs(totals, [WINNER])

    @property
    def bounds(self) -> dict[Batch, Fraction]:
        known = self.pairs
        return {at: known.largest_error(self.votes[at], ballots) for at, ballots in self.ballots.items()}

    def drawn(self, order: list[Batch]) -> list[Batch]:
        """Draw 15 from batches in this order."""
        named = {batch_name(*at): at for at in order}
        bounds = self.bounds
        sample = draw_by_bound(list(named), [bounds[at] for at in order], SEED, 15)
        return [named[draw.unit] for draw in sample.draws]


def _tables(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield county and row of every table in a bundle of bundles, as the bundle lists them."""
    with zipfile.ZipFile(path) as outer:
        inner = next(name for name in outer.namelist() if name.endswith(".zip"))
        with zipfile.ZipFile(io.BytesIO(outer.read(inner))) as bundle:
            for name in bundle.namelist():
                for row in csv.DictReader(io.StringIO(bundle.read(name).decode("utf-8-sig"))):
                    yield name.split("/")[0].replace("-", " "), row


def _votes(told: str) -> dict[str, int]:
    pairs = (one.rsplit(": ", 1) for one in told.split("; "))
    return {choice: int(votes) for choice, votes in pairs}


@pytest.fixture(scope="module")
def georgia() -> Georgia:
    folder = real("rla", "georgia-2025-11-psc")
    votes, ballots = {}, dict[Batch, int]()
    for county, row in _tables(folder / "candidate_totals_bundle.zip"):
        if row["Batch Name"]:
            votes[county, row["Batch Name"].strip()] = {choice: int(row[choice]) for choice in (LOSER, WINNER)}
    for county, row in _tables(folder / "manifests_bundle.zip"):
        at = county, row["Batch Name"].strip()
        ballots[at] = ballots.get(at, 0) + int(row["Number of Ballots"].replace(",", ""))
    audited = {}
    lines = list(csv.reader(io.StringIO((folder / "final_audit_report.csv").read_text("utf-8"))))
    start = lines.index(next(line for line in lines if line[0].startswith("######## SAMPLED"))) + 2
    for line in lines[start:]:
        if line[0] != "Totals":
            ticket = line[3].removeprefix("Round 1: ").replace("EXTRA", "")
            batches = line[9].removeprefix("Combines ").split(", ") if line[9] else [line[1].strip()]
            audited[line[0], line[1].strip()] = Audited(
                ticket, int(line[2]), _votes(line[5]), _votes(line[6]), tuple(batches)
            )
    return Georgia(votes, ballots, audited)


def test_the_official_draw(georgia: Georgia) -> None:
    """All 15 batches of the state's list, from the published seed."""
    assert list(georgia.votes) == list(georgia.ballots), "manifests and totals list the batches in the same order"
    assert [county for county, _ in georgia.ballots] == sorted(county for county, _ in georgia.ballots)
    drawn = georgia.drawn(list(georgia.ballots))
    assert sorted(drawn) == sorted(at for at, row in georgia.audited.items() if row.ticket)
    assert len(set(drawn)) == 15
    tickets = [shown(first_ticket(batch_name(*at), SEED)) for at in drawn]
    # One of the state's fifteen is written with a digit more.
    assert tickets == [shown(georgia.audited[at].ticket) for at in drawn]


def test_the_order_of_batches_decides(georgia: Georgia) -> None:
    """With each county's batches by name, or with all in reverse, other batches are drawn but for one or two."""
    official = {at for at, row in georgia.audited.items() if row.ticket}
    for order in (sorted(georgia.ballots), list(reversed(georgia.ballots))):
        assert len(official & set(georgia.drawn(order))) <= 2


def test_the_p_value(georgia: Georgia) -> None:
    """MACRO over the 15 draws, taints from what was counted by hand; 15 is also what MACRO asks for at 5 %."""
    bounds = georgia.bounds
    total = sum(bounds.values(), Fraction(0))
    drawn = georgia.drawn(list(georgia.ballots))
    errors = [georgia.pairs.error(georgia.audited[at].reported, georgia.audited[at].found) for at in drawn]
    assert macro.sample_size(0.05, total) == 15
    assert macro.p_value(total, macro.taints(errors, [bounds[at] for at in drawn])) == pytest.approx(
        0.034476286, abs=1e-9
    )
    assert errors == [0] * 15
    one_vote = macro.taints(
        [Fraction(1, georgia.pairs.margins[WINNER, LOSER]), *errors[1:]], [bounds[at] for at in drawn]
    )
    assert macro.p_value(total, one_vote) > 0.0345


def test_the_other_batches_looked_at(georgia: Georgia) -> None:
    """340 more were counted by hand without being drawn. Four differ; they are no part of the p-value.

    Two counties combined batches, one of which differs. Positive: the record has more votes than the paper.
    """
    differ = {}
    for (county, name), row in georgia.audited.items():
        parts = [(county, batch) for batch in row.batches]
        assert row.reported == {choice: sum(georgia.votes[at][choice] for at in parts) for choice in row.reported}
        assert row.ballots == sum(georgia.ballots[at] for at in parts)
        if row.found != row.reported:
            assert not row.ticket
            differ[county, name] = (row.reported[LOSER] - row.found[LOSER], row.reported[WINNER] - row.found[WINNER])
    assert len(georgia.audited) == 355
    assert differ == {
        ("HOUSTON", "AV-Elections Office ICP 1 - 0"): (1, -1),
        ("LAMAR", "AV-Elections Office ICP 1 - 0"): (1, 0),
        ("SPALDING", "ED-06 ICP 1 - 0"): (0, -2),
        ("WILKES", "All Absentee"): (0, 1),
    }


def test_the_page_says_so(georgia: Georgia) -> None:
    page = PAGE.read_text("utf-8")
    counties = {county for county, _ in georgia.ballots}
    assert (
        f"{len(counties)} counties ({len(georgia.ballots):,} batches, {sum(georgia.ballots.values()):,} ballots)"
        in page
    )
    assert f"Seed {SEED}" in page and "0.034476286" in page
    assert f"{sum(not row.ticket for row in georgia.audited.values())} more were counted" in page
