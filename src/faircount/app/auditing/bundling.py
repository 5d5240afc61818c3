"""From an audit's log and files to the bundle that strangers check."""

from pathlib import Path

from faircount.app.auditing.held import HeldAudit
from faircount.evidence.bundle import bundle, write_folder, zip_bytes
from faircount.evidence.log.checkpoint import Checkpoint
from faircount.evidence.log.note import Note
from faircount.model import UsageError
from faircount.store.workspace import write_durably

README = """\
# {election}: the evidence

1. This folder is all that the audit of this election rests on; nothing of it is kept elsewhere.
2. Before anybody knew which ballots would be looked at, the election's records and the rules of the audit were fixed,
   in the files that the act `commit` of the log names.
3. Then people rolled dice in public, and the seed that they rolled chose the ballots; anybody can choose them again.
4. People looked at those ballots on paper, and what they saw stands in the log, with every correction and its reason.
5. From this follows, by arithmetic that anybody can repeat, how likely such a sample would be if a reported outcome
   were wrong; where that is below the risk limit the outcome is CONFIRMED.
6. A small program, `verify.py`, repeats all of it from these files alone: `python3 verify.py .` in this folder; the
   page `verify.html` does most of it in a browser without a network.
7. Take them from somewhere else if you do not trust this folder, or write your own: the form is published.
8. It does not prove that the paper was kept safely from the vote to the audit, that only those voted who may, or that
   people wrote down what they saw; watch them, and ask.
9. It does not prove who made this folder: compare the key `{key}` with the one that the election's officials publish.
10. What was not checked says NOT CHECKED.
"""


def parts_of(held: HeldAudit, note: Note | None = None) -> dict[str, bytes]:
    """Return the bundle of the audit as it is now, by path; finished or not."""
    if note is None:
        _, note = held.checkpoint()
    if Checkpoint.parse(note.text).size != held.log.head().size:
        raise UsageError("the log has grown since its checkpoint was signed; sign it again")
    files = {name: held.file(digest) for name, digest in sorted(held.audit.names.items())}
    name = held.audit.policy["election"]["name"] or "An election"
    words = {
        "README.md": README.format(election=name, key=held.audit.policy["log_key"]).encode(),
        **verifiers(),
    }
    return bundle(held.log, note, held.key, files, words)


def verifiers() -> dict[str, bytes]:
    """Return the two verifiers as files: a program, and a page."""
    from faircount_verifier import single_file
    from faircount_verifier.page import page

    return {"verify.py": single_file().encode(), "verify.html": page().encode()}


def write(held: HeldAudit, target: Path) -> dict[str, bytes]:
    """Write the bundle to `target`, a folder, or a zip where its name ends so; return its parts."""
    parts = parts_of(held)
    if target.suffix == ".zip":
        if target.exists():
            raise UsageError(f"{target} is there already; a bundle does not replace another")
        target.parent.mkdir(parents=True, exist_ok=True)
        write_durably(target, zip_bytes(parts))
    else:
        write_folder(parts, target)
    return parts
