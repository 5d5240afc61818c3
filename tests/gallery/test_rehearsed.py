"""Good bundles as a county would have them: from exports through a rehearsed audit to both verifiers."""

import shutil
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from gallery.conftest import Ask
from gallery.verdicts import findings, verdict

from faircount.app.auditing.bundling import parts_of
from faircount.app.auditing.preparing import Wish
from faircount.app.auditing.rehearsing import Rehearsal, rehearse
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.model import Design
from faircount.simulate import exports, simulate
from faircount.simulate.plan import Plan
from faircount.store import Workspace
from faircount_verifier.command import main

FIFTH = Fraction(1, 5)
IRV = "Harbor Commissioner"
BOTH = (IRV, "City Council")
AUDITS: Mapping[str, Rehearsal] = {
    # The page counts pluralities and instant runoffs, so that these pass both. First sizes are too small, so that
    # there are several rounds; a card of the first is entered wrongly and corrected, or two people disagree.
    "comparison": Rehearsal(Wish(Design.COMPARISON, BOTH, (), FIFTH), lost=1, size=8),
    "double entry": Rehearsal(Wish(Design.COMPARISON, BOTH, (), FIFTH), double=True, size=8),
    "oneaudit": Rehearsal(Wish(Design.COMPARISON, BOTH, ("Governor",), FIFTH, pooled=("Election Day",)), size=8),
    "polling": Rehearsal(Wish(Design.POLLING, BOTH, (), FIFTH), size=30),
    "batch": Rehearsal(Wish(Design.BATCH, BOTH, (), FIFTH), size=3),
}


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ingested election of 120 cards."""
    root: Path = tmp_path_factory.mktemp("town")
    for name, data in exports(simulate(Plan(seed=7, precincts=3, ballots=120, sheets=1, jurisdiction="Alder"))).items():
        target = root / "received" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    ingest(Workspace.create(root / "election"), [root / "received"], jobs=1)
    return root / "election"


@pytest.fixture(scope="session")
def rehearsed(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, bytes]]:
    """Play one of the audits in a copy of the election, and return its bundle."""
    made: dict[str, dict[str, bytes]] = {}

    def one(name: str) -> dict[str, bytes]:
        if name not in made:
            root = tmp_path_factory.mktemp("rehearsed") / "election"
            shutil.copytree(town, root)
            with rehearse(Opened(root), AUDITS[name]) as held:
                made[name] = parts_of(held)
                kinds = [act.act for act in held.acts]
                rules = {one.contest.rule for one in held.audit.commitment.audited}
            assert kinds.count("close") > 1 and ("resolve" if name == "double entry" else "correct") in kinds
            assert "instant-runoff" in rules and "publish" in kinds
        return made[name]

    return one


@pytest.mark.parametrize("name", AUDITS)
def test_a_rehearsed_audit_passes(name: str, rehearsed: Callable[[str], dict[str, bytes]]) -> None:
    found = findings(rehearsed(name))
    assert (verdict(found), list(found.rows)) == ("PASS", [])


@pytest.mark.browser
@pytest.mark.parametrize("name", AUDITS)
def test_a_rehearsed_audit_passes_on_the_page(
    name: str, rehearsed: Callable[[str], dict[str, bytes]], ask_page: Ask
) -> None:
    answer = ask_page(rehearsed(name), "")
    assert (answer["verdict"], answer["failures"], answer["not_checked"]) == ("PASS", [], [])


@pytest.mark.browser
def test_acts_that_are_too_long_for_an_entry_pass_both(
    town: Path, tmp_path: Path, ask_page: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("faircount.app.auditing.held.LARGEST_ENTRY", 200)
    with rehearse(Opened(Path(shutil.copytree(town, tmp_path / "election"))), AUDITS["double entry"]) as held:
        bundle = parts_of(held)
        kept = {held.acts[int(name[4:-5])].act for name in held.audit.names if name.startswith("act-")}
    assert {"commit", "entry", "close"} <= kept
    found = findings(bundle)
    assert (verdict(found), list(found.rows)) == ("PASS", [])
    answer = ask_page(bundle, "")
    assert (answer["verdict"], answer["failures"], answer["not_checked"]) == ("PASS", [], [])


def test_an_audit_of_lists_runs_from_exports_to_a_bundle(town: Path, tmp_path: Path) -> None:
    """Four seats shared out by highest averages, as the election's officials would decide it."""
    root = tmp_path / "election"
    shutil.copytree(town, root)
    Workspace.open(root).decide("Governor", rule="highest-averages", seats=4)
    with rehearse(Opened(root), Rehearsal(Wish(Design.BATCH, ("Governor",), (), FIFTH))) as held:
        bundle = parts_of(held)
    found = findings(bundle)
    assert (verdict(found), list(found.rows)) == ("PASS", [])
    for name, data in bundle.items():
        (tmp_path / "bundle" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bundle" / name).write_bytes(data)
    assert main([str(tmp_path / "bundle")]) == 0
