"""Colorado's primary of March 2024: two contests that stand in 63 counties, measured from every draw of every county.

A county drew cards for its own contest, from all its cards; the state drew 42 for the other, from all cards of all
counties. Each card tells of both. A statewide draw that falls in a county is as good as one of its own.
"""

import csv
import math
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pytest

from elections import colorado_primary as colorado
from elections.colorado_primary import STATEWIDE, Card, Contest
from elections.shared import real
from faircount.audit.strata import StratumValues, measured
from faircount.risk.super_simple import p_value

PAGE = Path(__file__).parents[2] / "docs" / "replays.md"
OWN = "President of the United States - DEM"
Draws = dict[str, list[tuple[str, Card]]]


class Joined(NamedTuple):
    """One contest over all counties: what it is called, its margin in votes, and how far each draw overstates it."""

    title: str
    margin: int
    differences: dict[tuple[str, int], int]
    """By (title of the contest under which the card was read, record); those without difference are left out."""


@pytest.fixture(scope="module")
def contests() -> dict[str, Contest]:
    return colorado.contests()


@pytest.fixture(scope="module")
def sizes(contests: dict[str, Contest]) -> dict[str, int]:
    """Cards of each county."""
    return {one.place: one.size for one in contests.values() if one.title != STATEWIDE}


@pytest.fixture(scope="module")
def draws(contests: dict[str, Contest], sizes: dict[str, int]) -> Draws:
    """Every draw by the county of its card: the county's own in their order, then those of the state."""
    found: Draws = defaultdict(list)
    for one in sorted(contests.values(), key=lambda one: one.title == STATEWIDE):
        first, second = (rounds.cards for rounds in one.rounds)
        assert second[: len(first)] == first
        for card in second:
            assert one.title == STATEWIDE or card.county == one.place
            found[card.county].append((one.title, card))
    assert found.keys() == sizes.keys() and len(sizes) == 63
    return dict(found)


@pytest.fixture(scope="module")
def both(contests: dict[str, Contest], sizes: dict[str, int]) -> tuple[Joined, Joined]:
    """The contest of the state, and that of the counties: its winner is the same in all, so their margins add up."""
    state = contests[STATEWIDE]
    own = [one for one in contests.values() if one.title != STATEWIDE]
    assert all(one.title == f"{one.place} - {OWN}" for one in own) and len({tuple(one.winners) for one in own}) == 1
    # Every reading of the other contest, whatever the card was drawn for, is as on record.
    other = [both for (title, _), both in colorado.readings(1).items() if title == STATEWIDE]
    assert all(record == paper for record, paper in other) and len(other) > 2_000
    differ = {(one.title, card.record): card.difference for one in own for card in one.rounds[1].cards}
    return (
        Joined(STATEWIDE, int(state.table["min_margin"]), {}),
        Joined(OWN, sum(int(one.table["min_margin"]) for one in own), {key: n for key, n in differ.items() if n}),
    )


def strata(one: Joined, sizes: dict[str, int], draws: Draws, margin: int = 0) -> tuple[list[StratumValues], Fraction]:
    """Return what each county gives, and the bound of B. All cards of a county may be drawn."""
    right = 1 / (2 - Fraction(margin or one.margin, sum(sizes.values())))
    found = []
    for county, cards in sorted(sizes.items()):
        over = [one.differences.get((f"{county} - {OWN}", card.record), 0) for _, card in draws[county]]
        found.append(StratumValues(county, cards, [right * (1 - Fraction(n, 2)) for n in over]))
    return found, 2 * right


def risk(one: Joined, sizes: dict[str, int], draws: Draws, margin: int = 0) -> float:
    found, upper = strata(one, sizes, draws, margin)
    return measured(found, float(upper), replacement=True)


def least_rate(sizes: dict[str, int], draws: Draws) -> Fraction:
    return min(Fraction(len(draws[county]), cards) for county, cards in sizes.items())


def used(sizes: dict[str, int], draws: Draws) -> int:
    """Return how many draws are left where every county's count only up to the least rate."""
    return sum(math.floor(least_rate(sizes, draws) * cards) for cards in sizes.values())


def test_every_draw_was_read_for_one_of_the_two(draws: Draws) -> None:
    """A card is of one party's ballot; the file of readings has it under that one, in the county of its draw."""
    read: dict[int, set[str]] = defaultdict(set)
    for at in (0, 1):
        for title, record in colorado.readings(at):
            read[record].add(STATEWIDE if title == STATEWIDE else OWN)
    told = Counter(tuple(sorted(read[card.record])) for drawn in draws.values() for _, card in drawn)
    assert told == {(STATEWIDE,): 2_749, (OWN,): 750}
    where = {int(row["cvr_id"]): row["county_name"] for name in colorado.COMPARISONS for row in colorado.table(name)}
    assert all(where[card.record] == county for county, drawn in draws.items() for _, card in drawn)


def test_differences(both: tuple[Joined, Joined], sizes: dict[str, int], draws: Draws) -> None:
    """One vote over in Montezuma, one under in Huerfano, each drawn once."""
    assert not both[0].differences and sorted(both[1].differences.values()) == [-1, 1]
    found, upper = strata(both[1], sizes, draws)
    odd = {one.name: [float(x / upper) for x in map(Fraction, one.values) if x != upper / 2] for one in found}
    assert {county: x for county, x in odd.items() if x} == {"Huerfano": [0.75], "Montezuma": [0.25]}


def test_draws_of_counties_come_from_one_row_of_numbers(
    both: tuple[Joined, Joined], sizes: dict[str, int], draws: Draws
) -> None:  # fmt: skip
    """The i-th draw of every county is one hash, modulo its cards: not independent where these have a common divisor.

    Delta's cards are four times Yuma's: each number of Yuma follows from Delta's.
    """
    shared = [math.gcd(one, other) for one, other in combinations(sizes.values(), 2)]
    assert max(shared) == sizes["Yuma"] == sizes["Delta"] // 4
    numbers = {
        county: [card.number for title, card in draws[county] if title != STATEWIDE] for county in ("Delta", "Yuma")
    }
    pairs = zip(numbers["Delta"], numbers["Yuma"], strict=False)
    assert all((one - other) % sizes["Yuma"] == 0 for one, other in pairs)
    page = PAGE.read_text("utf-8")
    assert f"{sum(g > 1 for g in shared):,} of {len(shared):,} pairs" in page
    without = {county: [] if county == "Yuma" else drawn for county, drawn in draws.items()}
    assert all(f"without Yuma's draws {written(risk(one, sizes, without))}" in page for one in both[:1])


def test_a_margin_a_little_smaller(both: tuple[Joined, Joined], sizes: dict[str, int], draws: Draws) -> None:
    """Whether San Juan's votes are in the state's margin is not in the files; a thousand votes change nothing."""
    assert risk(both[0], sizes, draws, both[0].margin - 1_000) < 1e-10


def written(p: float) -> str:
    digits, power = f"{p:.1e}".split("e-")
    return f"{digits} · 10^−{int(power)}"


def rows(contests: dict[str, Contest], both: tuple[Joined, Joined], sizes: dict[str, int], draws: Draws) -> list[str]:
    """Return the lines of the page."""
    state = contests[STATEWIDE]
    number = len(state.rounds[1].cards)
    views = (
        f"{100 * p_value(number, float(state.margin)):.2f} % from {number} draws",
        "63 contests, each confirmed at 3 %; of the whole nothing",
    )
    total, kept = sum(map(len, draws.values())), used(sizes, draws)
    lines = []
    for one, view in zip(both, views, strict=True):
        right = 1 / (2 - one.margin / sum(sizes.values()))
        pretended = measured([StratumValues("all", sum(sizes.values()), [right] * kept)], 2 * right, replacement=True)
        differ = (
            ", ".join(f"{'+' if n > 0 else '−'}1" for n in sorted(one.differences.values(), reverse=True)) or "none"
        )
        lines.append(
            f"| {one.title} | {len(sizes)} | {sum(sizes.values()):,} | {one.margin:,} | {total:,} | {differ} | {view} "
            f"| **{written(risk(one, sizes, draws))}** | {kept}: {written(pretended)} |"
        )
    rates = sorted(sizes, key=lambda county: Fraction(len(draws[county]), sizes[county]))

    def line(name: str, counties: list[str]) -> str:
        cards, drawn = sum(sizes[one] for one in counties), sum(len(draws[one]) for one in counties)
        kept = sum(math.floor(least_rate(sizes, draws) * sizes[one]) for one in counties)
        return f"| {name} | {cards:,} | {drawn:,} | {10_000 * drawn / cards:.1f} | {kept} |"

    lines += [line(county, [county]) for county in rates[:9]]
    return [*lines, line(f"the other {len(rates) - 9}", rates[9:]), line("all", rates)]


def test_the_page_has_every_line(
    contests: dict[str, Contest], both: tuple[Joined, Joined], sizes: dict[str, int], draws: Draws
) -> None:  # fmt: skip
    page = set(PAGE.read_text("utf-8").splitlines())
    missing = [line for line in rows(contests, both, sizes, draws) if line not in page]
    assert not missing, "\n".join(missing)


def test_what_the_files_of_2020_do_not_say() -> None:
    """142 of 658 contests stand in several counties; readings of cards are not among the files."""
    folder = real("rla", "colorado-2020-general")
    counties: dict[str, set[str]] = defaultdict(set)
    with (folder / "contests_by_county.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            counties[row["contest_name"]].add(row["county_name"])
    several = sum(len(places) > 1 for places in counties.values())
    assert f"{several} of {len(counties)}" in PAGE.read_text("utf-8")
    heads = {path.name: path.read_text("utf-8").split("\n", 1)[0] for path in folder.glob("*.csv")}
    assert "round_1_contest.csv" in heads and not any("audit_board_selection" in head for head in heads.values())
