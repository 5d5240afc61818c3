"""Whole audits of a simulated town: four designs, what is refused before, and what a crash may not lose."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from audit.small_audits import picture

from faircount.app.auditing import records
from faircount.app.auditing.bundling import parts_of
from faircount.app.auditing.held import HeldAudit
from faircount.app.auditing.preparing import Wish, prepare, settings_for
from faircount.app.auditing.records import Manifest
from faircount.app.auditing.rehearsing import Rehearsal, rehearse, ticking
from faircount.app.auditing.totals import official
from faircount.app.demonstrating import make_exports
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.audit.agreement import refuse_disagreement
from faircount.audit.files import commitment_of, files_of
from faircount.audit.reports import margins_of
from faircount.model import (
    BadInputError,
    Design,
    FaircountError,
    Person,
    TamperError,
    UsageError,
)
from faircount.store import Workspace

ADA, BO, CY = (Person(name, "official") for name in ("Ada", "Bo", "Cy"))
DIGITS = "31415926535897932384"
TENTH = Fraction(1, 10)
WISHES = {
    "comparison": Wish(Design.COMPARISON, ("Mayor", "Measure A"), risk_limit=TENTH),
    "pools": Wish(Design.COMPARISON, ("Governor", "Measure A"), risk_limit=TENTH, pooled=("Election Day",)),
    "polling": Wish(Design.POLLING, ("Measure A",), ("Governor",), risk_limit=TENTH),
    "batch": Wish(Design.BATCH, ("Governor", "City Council"), risk_limit=TENTH),
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town's workspace; nobody writes to it."""
    received = make_exports(tmp_path_factory.mktemp("received") / "in", "town", 5)
    space = Workspace.create(tmp_path_factory.mktemp("town") / "e", name="Alder")
    ingest(space, [received], jobs=1)
    return space.root


@pytest.fixture(scope="module")
def opened(town: Path) -> Opened:
    return Opened(town)


@pytest.fixture
def mine(tmp_path: Path, town: Path) -> Path:
    """A copy of the town's workspace that a test may change."""
    return Path(shutil.copytree(town, tmp_path / "mine"))


# ---- from the records to the commitment ------------------------------------
@pytest.mark.parametrize("name", WISHES)
def test_what_is_prepared_goes_to_files_and_back(opened: Opened, name: str) -> None:
    found = prepare(opened, WISHES[name]).commitment
    refuse_disagreement(found)
    again = commitment_of(found.design, files_of(found))
    assert again == found and files_of(again) == files_of(found)
    assert len(found.audited) == len(WISHES[name].contests)


def test_settings_that_a_verifier_could_not_know_are_written_down(opened: Opened) -> None:
    (one, *_) = prepare(opened, WISHES["comparison"]).commitment.subjects
    assert (one.risk_function, one.settings) == ("cobra", (("winner_to_loser", "0.001"),))
    assert settings_for("alpha", ()) == () and settings_for("macro", ()) == ()
    assert settings_for("betting-fixed", (("bet", "0.7"),)) == (("bet", "0.7"),)
    with pytest.raises(BadInputError, match="settings of cobra are winner_to_loser"):
        settings_for("cobra", (("max_loss", "0.5"),))


def test_batches_count_cards_that_hold_the_contest(opened: Opened) -> None:
    """People count the cards of the contest; a batch of other sheets, too, must not seem to lack them."""
    found = prepare(opened, WISHES["batch"]).commitment
    manifest = Manifest.of(opened).batches
    for batch in found.batches:
        assert batch.cards == manifest[batch.batch]
        for part in batch.contests.values():
            assert part.cards == sum(n for _, n in part.ballots) <= batch.cards
    assert any(part.cards < batch.cards for batch in found.batches for part in batch.contests.values())


def test_cards_of_a_pool_are_listed_without_their_record(opened: Opened) -> None:
    found = prepare(opened, WISHES["pools"]).commitment
    pooled = [card for card in found.listed if card.pool]
    assert pooled and all(index is None for card in pooled for _, index in card.record)
    assert {card.pool for card in pooled} == found.pools.keys()
    assert all(card.unit == f"{card.batch}, {card.position}" for card in pooled)
    assert any(index is not None for card in found.listed if not card.pool for _, index in card.record)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(contests=("Dog Catcher",)), "no contest's title holds 'Dog Catcher'"),
        (Wish(pooled=("Moon",)), "no cards are of the counting group 'Moon'; there are: Election Day"),
        (Wish(Design.POLLING, pooled=("Election Day",)), "pools are for a comparison"),
        (Wish(Design.BATCH, risk_function="alpha"), "one of these is: macro"),
        (Wish(Design.POLLING, risk_function="cobra"), "is not for a polling audit"),
        (Wish(risk_function="minerva"), "verifiers cannot recompute it"),
        (Wish(risk_function="divination"), "divination"),
        (Wish(risk_limit=Fraction(0)), "a risk limit is above 0 and below 1"),
        (Wish(risk_limit=Fraction(1)), "a risk limit is above 0 and below 1"),
        (Wish(settings=(("bet", "1"),)), "settings of cobra are"),
    ],
)
def test_what_cannot_be_prepared(opened: Opened, wish: Wish, words: str) -> None:
    with pytest.raises(FaircountError) as refused:
        prepare(opened, wish)
    assert words in str(refused.value)


# ---- records that do not serve ---------------------------------------------
CVR = "card,tabulator,batch,position,counting_group,contest,choices\n"


def folder(root: Path, cards: Sequence[str], manifest: Sequence[str] = (), totals: Sequence[str] = ()) -> Workspace:
    """Return a workspace of cards (`batch,position,choice`), a manifest (`tabulator,batch,cards`), totals."""
    (root / "in").mkdir(parents=True)
    if cards:
        split = (one.split(",") for one in cards)
        rows = [f"k{n},T,{batch},{place},,Mayor,{choice}\n" for n, (batch, place, choice) in enumerate(split)]
        (root / "in" / "cards.csv").write_text(CVR + "".join(rows), "utf-8")
    if manifest:
        rows = [f"{one}\n" for one in manifest]
        (root / "in" / "manifest.csv").write_text("tabulator,batch,cards\n" + "".join(rows), "utf-8")
    if totals:
        rows = [f"{one}\n" for one in totals]
        (root / "in" / "contests.csv").write_text("contest,seats\nMayor,1\n", "utf-8")
        (root / "in" / "totals.csv").write_text("contest,choice,precinct,count\n" + "".join(rows), "utf-8")
    space = Workspace.create(root / "e")
    ingest(space, [root / "in"], jobs=1)
    return space


def ballots(*counts: tuple[str, str, int]) -> list[str]:
    """Return cards (batch, choice, how many), each batch numbered from 1."""
    found, places = [], dict[str, int]()
    for batch, choice, n in counts:
        for _ in range(n):
            places[batch] = places.get(batch, 0) + 1
            found.append(f"{batch},{places[batch]},{choice}")
    return found


CARDS = ballots(("1", "Ada", 6), ("1", "Bo", 2), ("2", "Ada", 5), ("2", "Bo", 3))


def test_phantoms_make_up_what_the_manifest_has_more(tmp_path: Path) -> None:
    """Three for each card without a record: 16 recorded, 19 in the manifest, v = 6/19."""
    found = prepare(Opened(folder(tmp_path, CARDS, ["T,1,10", "T,2,9"]).root), Wish())
    (one,) = found.commitment.subjects
    assert (one.cards, one.margins) == (19, (Fraction(6, 19),))
    assert [card.unit for card in found.commitment.listed][-3:] == ["phantom-1", "phantom-2", "phantom-3"]
    assert found.remarks == ("3 cards of the manifest have no record: each is a phantom in every contest",)


def test_without_a_manifest_the_list_is_taken_for_all_and_says_so(tmp_path: Path) -> None:
    found = prepare(Opened(folder(tmp_path, CARDS).root), Wish())
    assert len(found.commitment.listed) == 16 and found.remarks[0].startswith("NOT CHECKED: no manifest says how many")


@pytest.mark.parametrize(
    ("cards", "manifest", "wish", "words"),
    [
        (CARDS, [], Wish(Design.POLLING), "there is no ballot manifest"),
        ([], ["T,1,9"], Wish(), "there are no cast vote records"),
        (CARDS, ["T,1,8", "T,2,7"], Wish(), "1 more card records than the 15 cards of the manifest"),
        (CARDS, ["T,1,8"], Wish(Design.BATCH, ("Mayor",)), "each is in the manifest"),
        ([*CARDS, "2,3,Ada"], [], Wish(), "each card has a place of its own"),
        (ballots(("1", "Ada", 4), ("1", "Bo", 4)), [], Wish(contests=("Mayor",)), "cannot be audited"),
    ],
)  # fmt: skip
def test_records_that_do_not_serve(
    tmp_path: Path, cards: list[str], manifest: list[str], wish: Wish, words: str
) -> None:
    space = folder(tmp_path, cards, manifest, [] if cards else ["Mayor,Ada,T-1,5", "Mayor,Bo,T-1,2"])
    with pytest.raises(FaircountError) as refused:
        prepare(Opened(space.root), wish)
    assert words in str(refused.value)


def test_a_card_without_a_place_makes_its_batch_a_pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can say which card of the batch it is; those with a place there could be it."""
    rows = records._rows

    def without_a_place(opened: Opened) -> Iterator[dict[str, object]]:
        for at, row in enumerate(rows(opened)):
            yield row if at != 2 else {**row, "position": None, "imprinted_id": None}

    monkeypatch.setattr(records, "_rows", without_a_place)
    found = prepare(Opened(folder(tmp_path, CARDS).root), Wish()).commitment
    assert {card.batch: card.pool for card in found.listed} == {"T-1": "T-1", "T-2": ""}
    assert [card.unit for card in found.listed if card.pool] == [f"T-1, {n}" for n in range(1, 9)]
    assert found.pools["T-1"]["c1"].cards == 8
    assert found.subjects[0].risk_function == "betting-fixed"
    assert 0 < Fraction(dict(found.subjects[0].settings)["bet"]) <= Fraction("1.8")


def test_any_card_of_a_pool_may_hold_what_one_of_them_does(tmp_path: Path) -> None:
    """Papers of two styles lie in any order: fifty records of the one first say nothing of the first fifty papers."""
    (tmp_path / "in").mkdir()
    rows = [f"a{n},T,1,{n},Booth,Mayor,{'Ada' if n < 8 else 'Bo'}\n" for n in range(10)]
    rows += [f"b{n},T,2,{n},Mail,Mayor,{'Ada' if n < 4 else 'Bo'}\n" for n in range(5)]
    rows += [f"c{n},T,2,{n + 5},Mail,Clerk,Cy\n" for n in range(7)]
    (tmp_path / "in" / "cards.csv").write_text(CVR + "".join(rows), "utf-8")
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / "in"], jobs=1)
    found = prepare(Opened(space.root), Wish(contests=("Mayor",), pooled=("Mail",))).commitment
    (mayor,) = found.subjects
    assert sum(mayor.id in dict(card.record) for card in found.listed) == mayor.cards == 22
    assert found.pools["T-2"][mayor.id].cards == 5
    assert mayor.margins == (Fraction(9, 22),)
    refuse_disagreement(found)


def test_batches_of_which_nothing_is_on_record_may_hold_any_contest(tmp_path: Path) -> None:
    found = prepare(Opened(folder(tmp_path, CARDS, ["T,1,8", "T,2,9", "T,3,30"]).root), Wish(Design.BATCH)).commitment
    (mayor,) = found.subjects
    held = {one.batch: one.contests[mayor.id].cards for one in found.batches}
    assert (held, mayor.cards) == ({"T-1": 8, "T-2": 9, "T-3": 30}, 47)
    (margins,) = margins_of(found, mayor)
    assert margins.bounds == (Fraction(12, 6), Fraction(11, 6), Fraction(30, 6))


def test_a_batch_with_totals_of_other_contests_has_none_of_this_one(tmp_path: Path) -> None:
    totals = ["Mayor,Ada,T-1,6", "Mayor,Bo,T-1,2", "Clerk,Cy,T-2,5", "Clerk,Di,T-2,3"]
    found = prepare(
        Opened(folder(tmp_path, [], ["T,1,10", "T,2,9", "T,3,4"], totals).root), Wish(Design.BATCH)
    ).commitment
    (mayor,) = found.subjects
    held = {one.batch: one.contests[mayor.id].cards for one in found.batches if mayor.id in one.contests}
    assert held == {"T-1": 10, "T-3": 4}


@pytest.mark.parametrize("design", [Design.POLLING, Design.BATCH])
def test_a_bound_beyond_all_cards_listed_is_for_a_comparison(tmp_path: Path, design: Design) -> None:
    space = folder(tmp_path, CARDS, ["T,1,8", "T,2,8"])
    space.decide("Mayor", cards=40)
    assert prepare(Opened(space.root), Wish()).commitment.subjects[0].cards == 40
    with pytest.raises(FaircountError, match="up to 40 cards hold it, and 16 are listed that may"):
        prepare(Opened(space.root), Wish(design, ("Mayor",)))


@pytest.mark.parametrize(
    ("design", "serves"), [(Design.COMPARISON, True), (Design.POLLING, False), (Design.BATCH, True)]
)
def test_a_stated_figure_needs_every_card_to_be_known(tmp_path: Path, design: Design, serves: bool) -> None:
    """More than 2/5 of 20 entitled, that is 9 votes: a card without the contest would take no part of the figure."""
    space = folder(tmp_path, ballots(("1", "Yes", 9), ("1", "No", 3), ("2", "No", 1)), ["T,1,12", "T,2,9"])
    space.decide("Mayor", rule="threshold", cards=13,
                 options={"threshold": "2/5", "base": "stated", "stated_base": "20", "yes": "Yes"})  # fmt: skip
    if serves:
        assert prepare(Opened(space.root), Wish(design, ("Mayor",))).commitment.subjects[0].implies == "outcome"
        return
    with pytest.raises(UsageError, match="stated figure"):
        prepare(Opened(space.root), Wish(design, ("Mayor",)))


def test_a_card_without_a_position_is_found_by_the_number_printed_on_it(tmp_path: Path) -> None:
    cards = [one if at != 2 else "1,,Ada" for at, one in enumerate(CARDS)]
    found = prepare(Opened(folder(tmp_path, cards).root), Wish()).commitment
    assert not found.pools and {card.unit for card in found.listed} > {"k2", "T-1, 1", "T-2, 8"}


def test_totals_alone_serve_a_poll_and_batches(tmp_path: Path) -> None:
    """How many cards hold the contest is not known then: every card of the batch might."""
    space = folder(
        tmp_path, [], ["T,1,10", "T,2,9"], ["Mayor,Ada,T-1,6", "Mayor,Bo,T-1,2", "Mayor,Ada,T-2,5", "Mayor,Bo,T-2,3"]
    )
    (polled,) = prepare(Opened(space.root), Wish(Design.POLLING)).commitment.subjects
    assert (polled.cards, polled.margins) == (19, (Fraction(6, 19),))
    held = prepare(Opened(space.root), Wish(Design.BATCH)).commitment
    assert [(one.batch, one.cards, one.contests["c1"].cards) for one in held.batches] == [
        ("T-1", 10, 10),
        ("T-2", 9, 9),
    ]


def test_figures_of_two_levels_and_of_two_sources_are_not_added(tmp_path: Path) -> None:
    """Precincts and their sum, in two files: ten votes for Ada, not forty."""
    both = ["Mayor,Ada,T-1,6", "Mayor,Bo,T-1,2", "Mayor,Ada,T-2,4", "Mayor,Bo,T-2,3", "Mayor,Ada,,10", "Mayor,Bo,,5"]
    space = folder(tmp_path, [], ["T,1,10", "T,2,9"], both)
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "more.csv").write_text(
        "contest,choice,precinct,count\n" + "\n".join(both[:4]) + "\n\n", "utf-8"
    )
    ingest(space, [tmp_path / "again"], jobs=1)
    opened = Opened(space.root)
    assert official(opened, "Mayor") == {"": {"Ada": 10, "Bo": 5}}
    assert official(opened, "Mayor", by_batch=True) == {"T-1": {"Ada": 6, "Bo": 2}, "T-2": {"Ada": 4, "Bo": 3}}


def test_totals_by_batch_need_a_manifest(tmp_path: Path) -> None:
    space = folder(tmp_path, [], [], ["Mayor,Ada,T-1,6", "Mayor,Bo,T-1,2"])
    with pytest.raises(UsageError, match="no manifest says how many cards each batch has"):
        prepare(Opened(space.root), Wish(Design.BATCH, ("Mayor",)))


# ---- whole audits ----------------------------------------------------------
@pytest.mark.parametrize("name", WISHES)
def test_a_whole_audit(mine: Path, name: str) -> None:
    """To the end, with a correction or double entry; opened again it stands where it stood, and its bundle is one."""
    played = Rehearsal(
        WISHES[name], double=name == "comparison", lost=int(name == "comparison"), size=20 if name != "batch" else 3
    )
    with rehearse(Opened(mine), played) as held:
        audit = held.audit
        kinds = {act.act for act in held.acts}
        assert audit.stage == "published" and not audit.undecided()
        assert ("resolve" if played.double else "correct") in kinds
        assert len(audit.rounds) > (1 if name == "polling" else 0)
        one, two = parts_of(held), parts_of(held)
        assert one == two
        before = picture(audit)
    with HeldAudit(Workspace.open(mine), clock=ticking(datetime(2031, 1, 1, tzinfo=UTC))) as again:
        assert picture(again.audit) == before
        assert [act.act for act in again.acts][-1] == "publish"
        assert parts_of(again) == one
        with pytest.raises(UsageError, match="published and takes nothing more"):
            again.do("note", ADA, {"words": "one more thing"})


def test_what_is_too_long_for_an_entry_lies_in_a_file(mine: Path) -> None:
    words = "Seen, and more. " * 5_000  # an entry has at most 65,535 bytes
    held = HeldAudit.create(Workspace.open(mine), ADA, clock=ticking(datetime(2031, 1, 1, tzinfo=UTC)))
    with held:
        done = held.do("note", ADA, {"words": words}, "one request")
        assert held.do("note", ADA, {"words": words}, "one request").receipt.index == done.receipt.index == 1
        with pytest.raises(UsageError, match="other content"):
            held.do("note", ADA, {"words": words + "!"}, "one request")
        assert len(list(held.log.entries())[1]) < 400
    with HeldAudit(Workspace.open(mine)) as again:
        assert [act.body.get("words") for act in again.acts] == [None, words]
        kept = again.folder / "files" / again.audit.names["act-1.json"]
        assert parts_of(again)["files/act-1.json"] == kept.read_bytes()
    kept.write_bytes(kept.read_bytes()[:-1])
    with pytest.raises(TamperError, match="not the one that an act names"):
        HeldAudit(Workspace.open(mine))
