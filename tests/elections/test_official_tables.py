"""Official tables of real counts against the law: what agrees, the lots read off, and faults planted in them."""

import json
from dataclasses import replace

from elections.reading import totals
from elections.shared import real
from faircount.app.published import read_published
from faircount.count import RULES
from faircount.count.presets import PRESETS
from faircount.count.transcript_check import Checked, Official, OfficialRound, check
from faircount.model import CandidateIndex, Contest, Profile
from faircount.read import READERS


def places(found: Checked) -> list[tuple[int, str]]:
    return [(one.round, one.kind) for one in found.departures]


def portland() -> tuple[Contest, Profile, Official]:
    found = totals(READERS["blt"], real("rcv", "portland-2024-stv", "Portland_D1.blt"))
    contest, profile = found.profile("Portland District 1")
    contest = PRESETS["portland-or-council"].applied(contest)
    return contest, profile, read_published(
        real("rcv", "portland-2024-stv", "Portland_D1_official_rounds.csv")
    ).official(contest)  # fmt: skip


def test_portland_agrees_in_every_round_and_its_lot_is_read_off_the_table() -> None:
    contest, profile, official = portland()
    found = check(contest, profile, official)
    assert found.agrees and (found.compared, found.figures, found.agreeing) == (17, 158, 158)
    [(number, tie)] = found.ties
    assert number == 8 and {contest.name_of(c) for c in tie.tied} == {"Peggy Sue Owens", "David Linn"}
    assert contest.name_of(found.record[0]) == "David Linn"
    # The city's table leaves the residual surplus of round 14 out of rounds 15 and 16.
    assert [one.round for one in found.sums] == [15, 16]


def test_faults_planted_in_portlands_table_are_found_at_their_count() -> None:
    contest, profile, official = portland()
    smith = next(c for c, choice in enumerate(contest.choices) if choice.name == "Loretta Smith")
    rounds = list(official.rounds)
    told_ten = tuple((c, n + 10 * (c == smith)) for c, n in rounds[9].votes)
    one_changed = replace(official, rounds=(*rounds[:9], replace(rounds[9], votes=told_ten), *rounds[10:]))
    assert places(check(contest, profile, one_changed)) == [(10, "figure")]
    rounds[3], rounds[4] = (replace(rounds[3], excluded=rounds[4].excluded),
                            replace(rounds[4], excluded=rounds[3].excluded))  # fmt: skip
    swapped = check(contest, profile, replace(official, rounds=tuple(rounds)))
    assert places(swapped)[0] == (4, "excluded") and "Cayle Tern" in swapped.departures[0].words
    told = {**dict(contest.options), "tie_record": '["David Linn"]', "decimals": "2"}
    theirs = RULES["stv"].count(replace(contest, options=tuple(sorted(told.items()))), profile)
    table = Official(
        tuple(
            OfficialRound(tuple((CandidateIndex(c), n) for c, n in enumerate(one.votes)), one.elected, one.excluded)
            for one in theirs.rounds
        )
    )
    found = check(contest, profile, table)
    assert places(found)[0] == (14, "transfer") and "Candace Avalos" in found.departures[0].words
    assert found.compared == 14 and found.touched == 3


def test_the_northern_territory_of_2019_elects_in_the_order_of_the_commission() -> None:
    content = json.loads(real("rcv", "aus-senate", "FederalSenate2019NT.json").read_text("utf-8"))
    order, fates = real("rcv", "aus-senate", "federal_2019_NT.otc").read_text("utf-8").split()[:2]
    elected = [int(c) for c, fate in zip(order.split(","), fates.split(","), strict=True) if fate == "1"]
    found = totals(READERS["concretestv-json"], real("rcv", "aus-senate", "FederalSenate2019NT.json"))
    [title] = [row["contest"] for row in found.tables["contests"]]
    contest, profile = found.profile(title, seats=2)
    names = [one["name"] for one in content["metadata"]["candidates"]]
    index = {choice.name: CandidateIndex(at) for at, choice in enumerate(contest.choices)}
    said = tuple(index[names[c]] for c in elected)
    for preset in ("australia-senate-2016", "australia-senate-2019-as-counted"):
        law = PRESETS[preset].applied(contest)
        assert not check(law, profile, Official(elected=said)).departures
    turned = check(law, profile, Official(elected=said[::-1]))
    assert places(turned) == [(0, "elected")] and "another order" in turned.departures[0].words
