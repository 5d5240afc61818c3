"""An audit as a static site: pages for people, tables for programs, the bundle for those who trust nobody."""

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from faircount import __version__
from faircount.app.auditing.bundling import parts_of, verifiers
from faircount.app.auditing.explaining import Explanations, left_out
from faircount.app.auditing.held import HeldAudit
from faircount.app.auditing.history import corrected, history, seed_words
from faircount.app.auditing.saying import many
from faircount.app.auditing.standing import standing
from faircount.app.opened import Opened
from faircount.app.progress import Progress, Silent
from faircount.app.reporting import number
from faircount.audit.acts import PUBLISHED
from faircount.evidence.bundle import write_folder, zip_bytes
from faircount.evidence.log.note import Note
from faircount.model import Design, Person, UsageError
from faircount.model.explained import AuditPage, ContestTold
from faircount.report.audit_page import audit_page, audited_contest_page

NEVER_CHECKED = (
    "The paper's keeping: NOT CHECKED. Whether these are the ballots that were cast, all of them, is a question of "
    "locks, seals and records of who held them.",
    "Who voted: NOT CHECKED. Whether everybody who voted was entitled to, and everybody entitled could vote, no ballot "
    "shows.",
    "What people wrote down: NOT CHECKED. The log holds what they entered; that it is what the paper says, those can "
    "tell who stood beside them.",
    "Who made this: NOT CHECKED. Compare the key below with the one that the election's officials publish elsewhere.",
)
"""What no audit page shows, whatever was found."""
COLUMNS = ("contest", "claim", "draw", "unit", "on_record", "on_paper", "differs", "a_recorded", "a_found", "value",
           "mean_left", "bet", "wealth", "p", "least_p", "sentence")  # fmt: skip


def contest_page(held: HeldAudit, told: ContestTold, language: str = "en") -> str:
    """Return the page of one contest by itself, without links to pages beside it."""
    return audited_contest_page(_framed(held), told, language)


def _framed(held: HeldAudit) -> AuditPage:
    """Return what surrounds any page of an audit: what it is of, what happened, and by which program it was made."""
    audit, head = held.audit, held.log.head()
    election, (differed, twice), drawn = audit.policy["election"], audit.entries.disagreements, len(audit.drawn.units)
    return AuditPage(
        election["name"], election["date"], audit.committed.get("design", ""), audit.stage, (), history(held),
        audit.ceremony.seed, seed_words(held), tuple(_rounds(held)), (), corrected(held), drawn,
        drawn - len(audit.waiting), twice, differed, NEVER_CHECKED, audit.policy["origin"], len(held.acts),
        head.root.hex(), audit.policy["log_key"], tuple(sorted(audit.names.items())), (), f"faircount {__version__}",
    )  # fmt: skip


def page_of(held: HeldAudit, opened: Opened | None = None, progress: Progress | None = None) -> AuditPage:
    """Return everything that the pages of an audit show, at any stage of it.

    With `opened`, the election's folder, it is asked how few cards could change each outcome.
    """
    audit, progress = held.audit, progress or Silent()
    contests: list[ContestTold] = []
    if audit.committed:
        explained = Explanations.of_audit(held, opened)
        progress.start("explaining", len(explained.subjects), "contests")
        for subject in sorted(explained.subjects, key=lambda one: (not one.audited, one.id)):
            contests.append(explained.contest(subject))
            progress.advance(1)
        progress.finish()
    return replace(
        _framed(held), state=(standing(held).words, *_sentences(held, contests)), contests=tuple(contests),
        not_checked=(*NEVER_CHECKED, *_not_checked(held, contests)),
    )  # fmt: skip


def _sentences(held: HeldAudit, contests: list[ContestTold]) -> Iterator[str]:
    deciding = [one for one in contests if one.is_audited]
    if not deciding:
        return
    how = {
        Design.COMPARISON: "Cards drawn by lot are compared, one by one, with their records",
        Design.POLLING: "Cards drawn by lot are read without regard to any record",
        Design.BATCH: "Batches drawn by lot are counted by hand and compared with their reported totals",
    }[held.audit.commitment.design]
    yield f"{how}; {many(len(deciding), 'contest')} decide{'s' if len(deciding) == 1 else ''} the audit."
    confirmed = sum(one.decision == "CONFIRMED" for one in deciding)
    yield f"Of these, {confirmed:,} of {len(deciding):,} {'is' if confirmed == 1 else 'are'} CONFIRMED."
    units = {draw.unit for one in contests for draw in one.draws}
    differing = {draw.unit for one in contests for draw in one.discrepancies}
    if units:
        kind = "batch" if held.audit.commitment.design is Design.BATCH else "card"
        yield f"Record and paper differ on {len(differing):,} of {many(len(units), kind)} that were looked at."


def _not_checked(held: HeldAudit, contests: list[ContestTold]) -> Iterator[str]:
    if held.audit.policy["quorum"] == 0:
        yield (
            "The log's own honesty: NOT CHECKED. No witness cosigns this log, so that only its own key says when a "
            "thing was written."
        )
    for one in contests:
        if not one.is_audited:
            yield f"{one.title}: NOT CHECKED. It does not decide this audit; what others' draws show of it is measured."
        elif one.implies != "outcome":
            yield f"{one.title}: NOT CHECKED by the sample: {one.words}."
        elif one.decision in ("NOT CHECKED", "CONTINUE"):
            yield f"{one.title}: NOT CHECKED to the end. {one.outlook}"
    for left in left_out(held):
        yield f"{left.title}: NOT CHECKED: {left.reason}."
    if waiting := len(held.audit.waiting):
        yield f"{many(waiting, 'unit')} drawn and not settled yet: NOT CHECKED; what follows from the others is shown."


def _rounds(held: HeldAudit) -> Iterator[tuple[int, str, int]]:
    titles = {one.id: one.contest.title for one in held.audit.commitment.subjects} if held.audit.rounds else {}
    for one in held.audit.rounds:
        asked = "; ".join(f"{titles[name]} {n:,}" if name in titles else f"{n:,}" for name, n in one.sizes.items())
        yield one.number, asked, len(one.sample.units)


def rows_csv(told: ContestTold) -> bytes:
    """Return every draw of every claim of a contest as CSV, exact where it is exact."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in told.claims:
        for draw, row in zip(told.draws, one.rows, strict=True):
            writer.writerow((
                told.title, one.claim, draw.number, draw.unit, draw.on_record, draw.on_paper,
                "yes" if draw.differs else "no", "" if row.recorded is None else number(row.recorded),
                number(row.found), number(row.value), *("" if x is None else repr(x) for x in (
                    row.mean, row.bet, row.wealth)), repr(row.risk), repr(row.least), row.sentence,
            ))  # fmt: skip
    return text.getvalue().encode()


def site(
    held: HeldAudit, *, opened: Opened | None = None, note: Note | None = None, language: str = "en",
    progress: Progress | None = None,
) -> dict[str, bytes]:  # fmt: skip
    """Return the site by path; the same log and the same folder give the same bytes.

    `note` is the checkpoint with its cosignatures, where witnesses gave some. Raises what `parts_of` raises.
    """
    parts = {"bundle.zip": zip_bytes(parts_of(held, note)), **verifiers()}
    beside = [
        ("bundle.zip", "All the evidence, as one file"),
        ("verify.html", "A program that checks the evidence, in a browser without a network"),
        ("verify.py", "The same as a program for Python"),
    ]
    report = held.space.root / "report" / "report.html"
    if report.is_file():
        parts["report.html"] = report.read_bytes()
        beside.append(("report.html", "The election's records, counted again and compared"))
    page = page_of(held, opened, progress)
    contests = ((f"contest-{one.id}.html", f"{one.title}, draw by draw") for one in page.contests)
    parts["index.html"] = audit_page(replace(page, beside=(*beside, *contests)), language).encode()
    up = replace(page, beside=(("index.html", "The whole audit"),), contests=())
    for one in page.contests:
        parts[f"contest-{one.id}.csv"] = rows_csv(one)
        html = audited_contest_page(up, one, language, f"contest-{one.id}.csv")
        parts[f"contest-{one.id}.html"] = html.encode()
    return dict(sorted(parts.items()))


def publish(
    held: HeldAudit, folder: Path, *, by: Person | None = None, note: Note | None = None, language: str = "en",
    progress: Progress | None = None,
) -> dict[str, int]:  # fmt: skip
    """Write the site into a new folder, and return how long each file is.

    The audit is sealed first where `by` names who does it; sealed already, it stays so. Raises `UsageError`, before
    anything is sealed, where the folder holds any file or cannot be written.
    """
    _refuse_taken(folder)
    if by is not None and held.audit.stage != PUBLISHED:
        held.do("publish", by, {})
    parts = site(held, opened=Opened(held.space.root), note=note, language=language, progress=progress)
    write_folder(parts, folder)
    return {path: len(data) for path, data in parts.items()}


def _refuse_taken(folder: Path) -> None:
    """Raise `UsageError` where a site cannot go: a seal is for ever, and must not wait for pages that have no place."""
    if folder.is_symlink() or folder.exists():
        if not folder.is_dir() or any(folder.iterdir()):
            raise UsageError(f"{folder} holds something already: choose another name, or remove it first")
    above = next(one for one in (folder, *folder.parents) if one.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise UsageError(f"{folder} cannot be written: {above} is no folder in which you may write; choose another")
