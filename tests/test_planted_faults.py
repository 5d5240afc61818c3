"""Every planted fault is found by the check meant for it and by nothing else; the clean twin raises nothing."""

from pathlib import Path

import pytest

from faircount.app.demonstrating import make_exports
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.app.reconciling import reconcile
from faircount.model import Report, Status
from faircount.reconcile import CHECKS
from faircount.simulate import FAULTS
from faircount.store import Workspace

SEED = 2026


def findings(folder: Path, seed: int, faults: tuple[str, ...]) -> Report:
    received = make_exports(folder / "received", "town", seed, faults)
    space = Workspace.create(folder / "election")
    ingest(space, [received], jobs=1)
    return reconcile(Opened(space.root)).report


@pytest.mark.parametrize("seed", (SEED, 7, 11))
def test_the_clean_twin_raises_nothing(seed: int, tmp_path: Path) -> None:
    report = findings(tmp_path, seed, ())
    assert [(f.number, f.found) for f in report.findings if f.status is not Status.PASS] == []
    assert len(report.findings) == len(CHECKS)


def test_there_is_a_fault_for_every_check() -> None:
    assert {fault.check for fault in FAULTS.values()} == {check.number for check in CHECKS.values()}
    assert len(FAULTS) >= 15


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_by_its_check_and_by_nothing_else(fault: str, tmp_path: Path) -> None:
    report = findings(tmp_path, SEED, (fault,))
    failed = {f.number: f for f in report.findings if f.status is Status.FAIL}
    assert set(failed) == {FAULTS[fault].check}, {n: f.found for n, f in failed.items()}
    [finding] = failed.values()
    assert finding.evidence.rows
    assert finding.innocent_explanations
