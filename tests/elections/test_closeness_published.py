"""How close real contests were, against what others published of them."""

import csv
import json
from math import ceil
from pathlib import Path

import pytest

from elections.reading import totals
from elections.shared import real
from faircount.count import RULES
from faircount.count.closeness import Closeness, closeness
from faircount.count.lists.reported_totals import profile_of_totals
from faircount.model import Choice, Contest, Profile
from faircount.read import READERS


def close(contest: Contest, profile: Profile) -> Closeness:
    """Return the closeness; its example is recounted here once more."""
    rule = RULES[contest.rule]
    found = closeness(rule, contest, profile)
    held = dict(zip(profile.patterns, profile.cards, strict=True))
    for one in found.example:
        held[one.before] -= one.cards  # type: ignore[assignment]
        held[one.after] = held.get(one.after, 0) + one.cards  # type: ignore[assignment]
    after = rule.count(contest, Profile.of({p: n for p, n in held.items() if n}))
    assert after.verdict == "tie" or sorted(after.elected) != sorted(rule.count(contest, profile).elected)
    return found


def test_new_south_wales_2021() -> None:
    """While the tightest assertion that RAIRE chose holds, so does the outcome; and a card moves it by 2."""
    with real("rla", "nsw2021_raire_expected_dev.csv").open(encoding="utf-8") as stream:
        published = {row["contest"]: int(row["margin"]) for row in csv.DictReader(stream)}
    seen, exact = 0, 0
    for path in sorted(real("rla", "nsw-2021-irv-raire").glob("*.json")):
        found = totals(READERS["raire-json"], path)
        for title in found.ways:
            contest, profile = found.profile(title, rule="instant-runoff")
            it = close(contest, profile)
            margin = next(
                m for name, m in published.items() if name.casefold() == path.stem.replace("_", " ").casefold()
            )
            assert ceil(margin / 2) <= it.lower <= (it.upper or 0), path.stem
            seen, exact = seen + 1, exact + it.exact
    assert (seen, exact) == (17, 16)


@pytest.mark.parametrize(("rule", "cards"), [("instant-runoff", 127), ("schulze", 295), ("minimax", 295)])
def test_burlington_2009(rule: str, cards: int) -> None:
    """Kiss led Wright by 252 in the last round, or 253 where a ballot that ranks two alike goes no further."""
    found = totals(READERS["abif"], real("rcv", "burlington-2009", "burl2009.abif"))
    contest, profile = found.profile(next(iter(found.ways)), rule=rule)
    it = close(contest, profile)
    assert (it.lower, it.upper) == (cards, cards)


def test_san_francisco_district_attorney_2019() -> None:
    """The published assertions of this contest hold until cards worth half the smallest margin differ."""
    path = next(Path(real("rla", "sf-da-2019-irv")).glob("*.raire"))
    found = totals(READERS["raire"], path)
    contest, profile = found.profile(next(iter(found.ways)), rule="instant-runoff")
    it = close(contest, profile)
    # VECTORS: the smallest margin is .028923647570604505 of 146,662 cards.
    assert it.lower >= ceil(0.028923647570604505 * 146_662 / 2 - 1e-6)
    assert it.exact


def test_a_seat_of_antwerp_2024() -> None:
    """Published: CD&V for its third seat before PVDA for its third, 637 votes."""
    path = next(p for p in sorted(real("results", "belgium-2024").glob("*.json")) if "Anvers" in p.stem)
    told = json.loads(path.read_text("utf-8"))
    lists = told["ElectionLists"]
    choices = tuple(Choice(one["PartyLabel"].strip()) for one in lists)
    code = (("divisor", "dhondt"), ("equal", "more-votes"), ("threshold", "1/20"))
    seats = sum(one["NrOfSeats"] for one in lists)
    contest = Contest("Anvers", choices, rule="highest-averages", options=code, seats=seats)
    votes = {one["PartyLabel"].strip(): one["NrOfVotes"] for one in lists}
    it = close(contest, profile_of_totals(contest, votes, blank=told["NrOfBlankVotes"]))
    difference = votes["CD&V"] - votes["PVDA"]
    assert it.exact and it.lower == difference // 2 + 1
    assert [
        (contest.name_of(c.before.marks[0].choice), contest.name_of(c.after.marks[0].choice)) for c in it.example
    ] == [("CD&V", "PVDA")]
