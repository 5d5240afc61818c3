"""Colorado's presidential primary of March 2024: all 64 audited contests made again from the state's files.

Sample sizes (VECTORS.md S3), the draw from the seed, discrepancies, risks and decisions. What is not as in the state's
files, and why, is written in docs/replays.md; its table is the one made here.
"""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from elections import colorado_primary as colorado
from elections.colorado_primary import STATEWIDE, Contest
from faircount.risk.super_simple import Discrepancies, p_value, planned_size, sample_size
from faircount.sample import SAMPLERS
from faircount.sample.numbered import pick

PAGE = Path(__file__).parents[2] / "docs" / "replays.md"
LIMIT = 0.03
HUERFANO, MONTEZUMA = (f"{county} - President of the United States - DEM" for county in ("Huerfano", "Montezuma"))


@pytest.fixture(scope="module")
def contests() -> dict[str, Contest]:
    found = colorado.contests()
    assert len(found) == 64
    assert sum(one.size for one in found.values() if one.title != STATEWIDE) == found[STATEWIDE].size == 1_462_727
    return found


def risk(contest: Contest, at: int) -> float:
    found = colorado.counted(contest, at)
    return p_value(len(contest.rounds[at].cards), float(contest.margin), found=found)


def test_sample_sizes(contests: dict[str, Contest]) -> None:
    """S3 in all 64, with the discrepancies that we counted: 62 clean ones, one understated, one overstated."""
    for one in contests.values():
        assert float(one.table["risk_limit"]) == LIMIT and one.table["gamma"] == "1.03905000"
        size = sample_size(LIMIT, float(one.margin), found=colorado.counted(one, 0))
        assert size == int(one.table["optimistic_samples_to_audit"]), one.title
    assert sum(colorado.counted(one, 0).cards == 0 for one in contests.values()) == 62


def test_estimated_sizes(contests: dict[str, Contest]) -> None:
    """The state's second size is its first everywhere; Montezuma's errors, at the rate seen, would need more."""
    for one in contests.values():
        assert one.table["estimated_samples_to_audit"] == one.table["optimistic_samples_to_audit"]
        assert one.table["overstatements"] == "0"
    one = contests[MONTEZUMA]
    assert planned_size(LIMIT, float(one.margin), Discrepancies(1 / 38)) == 51


def test_one_card_more_was_drawn(contests: dict[str, Contest]) -> None:
    """Of every contest one more than the size asked for, in both rounds: the draw counts from 0 up to the size."""
    for one in contests.values():
        first, second = (len(rounds.cards) for rounds in one.rounds)
        assert first == int(one.table["audited_sample_count"]) == sample_size(LIMIT, float(one.margin)) + 1
        assert second == (45 if one.title == MONTEZUMA else first)
    assert sample_size(LIMIT, float(contests[MONTEZUMA].margin), found=Discrepancies(1)) == 44


def test_discrepancies(contests: dict[str, Contest]) -> None:
    """Two in 3,499 draws: by contest as the state counted them, and card by card."""
    for at in (0, 1):
        differing = {one.title: colorado.counted(one, at) for one in contests.values()}
        assert {title: found for title, found in differing.items() if found.cards} == {
            HUERFANO: Discrepancies(one_under=1),
            MONTEZUMA: Discrepancies(one_over=1),
        }
    assert all(colorado.counted(one, 0) == one.published() for one in contests.values())
    others = [key for key, (record, paper) in colorado.readings(1).items() if record != paper]
    assert [sum(len(one.rounds[at].cards) for one in contests.values()) for at in (0, 1)] == [3_492, 3_499]
    assert len(colorado.readings(1)) == 3_346
    assert sorted(title for title, _ in others) == [HUERFANO, MONTEZUMA], "nor on cards drawn for other contests"


def test_every_card_drawn_was_read(contests: dict[str, Contest]) -> None:
    for at in (0, 1):
        read = {record for _, record in colorado.readings(at)}
        chosen = colorado.selected(at)
        assert chosen.keys() == contests.keys()
        for one in contests.values():
            drawn = Counter(card.record for card in one.rounds[at].cards)
            assert drawn == Counter(chosen[one.title]) and drawn.keys() <= read


def test_risks_and_decisions(contests: dict[str, Contest]) -> None:
    """The state writes percents with one decimal."""
    for one in contests.values():
        for at, rounds in enumerate(one.rounds):
            p = risk(one, at)
            assert f"{100 * p:.1f}" == rounds.summary["Risk measurement %"], one.title
            assert rounds.summary["Risk Limit met?"] == ("Yes" if p <= LIMIT else "No")
        status = "risk_limit_achieved" if risk(one, 0) <= LIMIT else "in_progress"
        assert one.table["random_audit_status"] == status
    assert risk(contests[MONTEZUMA], 0) > LIMIT >= risk(contests[MONTEZUMA], 1)


def test_the_draw(contests: dict[str, Contest]) -> None:
    """Every random number of every contest in both rounds, in order, from the published seed."""
    for one in contests.values():
        for rounds in one.rounds:
            ours = [1 + pick(colorado.SEED, number, one.size) for number in range(1, len(rounds.cards) + 1)]
            assert ours == [card.number for card in rounds.cards], one.title
    smallest = min(contests.values(), key=lambda one: one.size)
    units = [str(place) for place in range(1, smallest.size + 1)]
    drawn = SAMPLERS["colorado"].draw(units, colorado.SEED, len(smallest.rounds[0].cards))
    assert [draw.unit for draw in drawn.draws] == [str(card.number) for card in smallest.rounds[0].cards]


def starts(contests: dict[str, Contest]) -> dict[str, int]:
    """Return how many cards come before each county's: counties by the state's numbers, Broomfield (64) last."""
    counties = [one.place for one in contests.values() if one.title != STATEWIDE]
    counties.sort(key=lambda county: (county == "Broomfield", county.replace(" ", "").lower()))
    sizes = {one.place: one.size for one in contests.values()}
    found, before = {}, 0
    for county in counties:
        found[county] = before
        before += sizes[county]
    return found


def test_numbers_lead_to_the_cards(contests: dict[str, Contest]) -> None:
    """The manifests of this election are not among the files; what they would say is the same in every draw.

    A statewide number falls in the county of its card. In a batch, numbers are as far apart as positions, and no other
    batch begins at the same place: 2,163 batches over all contests.
    """
    before = starts(contests)
    sizes = {one.place: one.size for one in contests.values()}
    begins: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for one in contests.values():
        for card in one.rounds[1].cards:
            number = card.number - (before[card.county] if one.title == STATEWIDE else 0)
            assert 1 <= number <= sizes[card.county]
            begins[card.county, card.tabulator, card.batch].add(number - card.position)
    assert all(len(places) == 1 for places in begins.values())
    unique = {(batch[0], place) for batch, places in begins.items() for place in places}
    assert len(begins) == len(unique) == 2_163 and all(place >= 0 for _, place in unique)


def row(one: Contest) -> str:
    """Return a contest's line of the page."""
    first, second = one.rounds
    found = colorado.counted(one, 1)
    names = [(found.one_over, "one vote over"), (found.one_under, "one vote under")]
    differ = ", ".join(name for cards, name in names if cards) or "none"
    after = f" then {len(second.cards)}" if len(second.cards) > len(first.cards) else ""
    p = f" then {100 * risk(one, 1):.2f} %" if after else ""
    state = f" then {second.summary['Risk measurement %']} %" if after else ""
    return (
        f"| {one.place} | {one.size:,} | {int(one.table['min_margin']):,} "
        f"| {sample_size(LIMIT, float(one.margin), found=colorado.counted(one, 0))} "
        f"| {one.table['optimistic_samples_to_audit']} | {len(first.cards)}{after} | {differ} "
        f"| {100 * risk(one, 0):.2f} %{p} | {first.summary['Risk measurement %']} %{state} "
        f"| {'confirmed' if risk(one, 1) <= LIMIT else 'not confirmed'} |"
    )


def test_the_page_has_every_contest(contests: dict[str, Contest]) -> None:
    written = {line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")}
    missing = [line for one in contests.values() if (line := row(one)) not in written]
    assert not missing, "\n".join(missing)
