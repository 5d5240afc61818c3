"""The demo: an election made up from a seed, handed over as a county would, and taken all the way to a report."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from faircount.app.auditing.bundling import write
from faircount.app.auditing.preparing import Wish
from faircount.app.auditing.rehearsing import Rehearsal, rehearse
from faircount.app.auditing.standing import standing
from faircount.app.auditing.verifying import verify
from faircount.app.ingest import Ingested, ingest
from faircount.app.opened import Opened
from faircount.app.progress import Progress, Silent
from faircount.app.reporting import gather, write_report
from faircount.model import Answer, ElectionPage, FaircountError, UsageError
from faircount.simulate import FAULTS, SIZES, exports, simulate
from faircount.store import Workspace

MOST_CARDS = 200_000
"""Above it the demo leaves out the rehearsal, which would take longer than all the rest."""


@dataclass(frozen=True, slots=True)
class Demonstrated:
    """Where everything stands, and the page that was written."""

    received: Path
    workspace: Path
    report: Path
    ingested: Ingested
    page: ElectionPage
    audit: "Rehearsed | str"
    """A rehearsed audit, or why there is none: nobody has looked at paper."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """An audit that was played, the bundle it left, and what a verifier says of that."""

    bundle: Path
    contests: Answer
    verdict: str


def make_exports(folder: Path, size: str, seed: int, faults: tuple[str, ...] = ()) -> Path:
    """Write the exports of a simulated election into `folder` and return it.

    Raises `UsageError` for a size or fault that does not exist, and where `folder` holds something else.
    """
    if size not in SIZES:
        raise UsageError(f"no size is called {size!r}; known: {', '.join(SIZES)}")
    election = simulate(replace(SIZES[size], seed=seed))
    for fault in faults:
        election = FAULTS[fault].plant(election)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in exports(election).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def demonstrate(
    folder: Path, size: str = "county", seed: int = 2026, faults: tuple[str, ...] = (), jobs: int = 0,
    progress: Progress | None = None,
) -> Demonstrated:  # fmt: skip
    """Make, ingest, recount, reconcile and report a simulated election in `folder`.

    A folder of an earlier demo is replaced; any other folder that is not empty is refused.
    """
    progress = progress or Silent()
    marker = folder / ".faircount-demo"
    if folder.exists() and any(folder.iterdir()):
        if not marker.exists():
            raise UsageError(f"{folder} holds something that is not a demo: choose another folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    marker.touch()
    progress.start("making up an election", 1, "steps")
    received = make_exports(folder / "received", size, seed, faults)
    progress.advance(1)
    progress.finish()
    space = Workspace.create(folder / "election")
    taken = ingest(space, [received], jobs=jobs, progress=progress)
    opened = Opened(space.root)
    page = gather(opened, progress)
    report = write_report(page, space.root / "report" / "report.html")
    try:
        audit: Rehearsed | str = _audit(opened, page, seed, progress)
    except FaircountError as error:
        audit = str(error)
    return Demonstrated(received, space.root, report, taken, page, audit)


def _audit(opened: Opened, page: ElectionPage, seed: int, progress: Progress) -> Rehearsed | str:
    contests = _largest(page)
    if page.cards > MOST_CARDS or not contests:
        return f"a rehearsal takes a contest with a clear margin, and at most {MOST_CARDS:,} cards"
    progress.start("rehearsing an audit", 2, "steps")
    bundle = opened.space.root / "evidence.zip"
    with rehearse(opened, Rehearsal(Wish(contests=contests), seed=seed)) as held:
        write(held, bundle)
        decided = standing(held).contests
    progress.advance(1)
    verdict = verify(bundle).verdict
    progress.advance(1)
    progress.finish()
    return Rehearsed(bundle, decided, verdict)


def _largest(page: ElectionPage) -> tuple[str, ...]:
    """Return three contests to rehearse on: those with most cards that have a margin to speak of."""
    found = [one for one in page.results if one.margin is not None and 20 * one.margin.votes > one.cards]
    return tuple(one.title for one in sorted(found, key=lambda one: (-one.cards, one.title))[:3])
