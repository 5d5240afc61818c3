"""From what voting systems really exported to a bundle that the verifier passes; only the people are invented."""

from pathlib import Path

import pytest

from elections.shared import real
from faircount.app.auditing.bundling import write
from faircount.app.auditing.preparing import Wish, prepare
from faircount.app.auditing.rehearsing import Rehearsal, rehearse
from faircount.app.auditing.verifying import verify
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.model import UsageError, Verdict
from faircount.store import Workspace


def election(root: Path, *exports: Path) -> Workspace:
    space = Workspace.create(root)
    ingest(space, list(exports), jobs=1)
    return space


def rehearsed(space: Workspace, *contests: str) -> dict[str, Verdict]:
    """Play an audit, and hold its bundle against the verifier; return what it decided."""
    bundle = space.root / "bundle.zip"
    with rehearse(Opened(space.root), Rehearsal(Wish(contests=contests))) as held:
        write(held, bundle)
        decided = dict(held.audit.rounds[-1].decisions)
    found = verify(bundle)
    assert (found.verdict, found.err) == ("PASS", ""), found.out[-2000:]
    return decided


def test_clear_creek_2016(tmp_path: Path) -> None:
    """Dominion 4.21: 1,344 cards. Glenn's lead over Graham is 7.3 % of the cards of his contest."""
    space = election(tmp_path / "e", real("cvr", "clear-creek-co-2016-primary", "CVR_Export_20160713143950.zip"))
    decided = rehearsed(space, "United States Senator - REP", "Congress - District 2 - DEM")
    assert set(decided.values()) == {Verdict.CONFIRMED} and len(decided) == 2


def test_jefferson_2015(tmp_path: Path) -> None:
    """ES&S: 100 cards, a measure that did not pass."""
    space = election(tmp_path / "e", real("cvr", "jefferson-co-2015-ess", "ess-test.cvr"))
    assert set(rehearsed(space, "WHEAT RIDGE 300").values()) == {Verdict.CONFIRMED}


def test_san_francisco_2019(tmp_path: Path) -> None:
    """RAIRE's file of 146,662 cards, by instant runoff; the manifest lists both cards of a ballot."""
    folder = real("rla", "sf-da-2019-irv")
    space = election(tmp_path / "e", folder)
    space.decide("Contest 339", cards=146_000)
    with pytest.raises(UsageError, match="records list it, and its bound says"):
        prepare(Opened(space.root), Wish(contests=("339",)))
    space.decide("Contest 339", cards=146_700)
    prepared = prepare(Opened(space.root), Wish(contests=("339",)))
    (subject,) = prepared.commitment.subjects
    assert subject.cards == 146_700 == len(prepared.commitment.listed)
    assert sum(card.is_phantom for card in prepared.commitment.listed) == 38
    assert set(rehearsed(space, "339").values()) == {Verdict.CONFIRMED}
