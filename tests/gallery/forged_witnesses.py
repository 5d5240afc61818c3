"""Forgeries of what witnesses cosigned (step 4)."""

import base64

from gallery import good
from gallery.catalog import WITNESS, forgery
from gallery.in_memory import COSIGNED, LOG, WITNESSES, MemoryLog, key_of
from gallery.resealing import Case, log_of

from faircount.evidence.log.checkpoint import Checkpoint, cosign
from faircount.evidence.log.note import COSIGNATURE, Note


# ---- witnesses ------------------------------------------------------------------------------------------------------
def _cosigned(log: MemoryLog, *witnesses: object) -> str:
    return bytes(log.note(LOG, tuple(witnesses))).decode()  # type: ignore[arg-type]


@forgery("comparison", "4.2", who=WITNESS)
def one_witness_twice(case: Case) -> None:
    """One witness cosigned twice, at two times, and is counted as two."""

    def note(log: MemoryLog) -> str:
        once = cosign(log.head().signed(LOG), WITNESSES[0], COSIGNED)
        return bytes(once).decode() + WITNESSES[0].sign(once.text, COSIGNED + 1).line + "\n"

    case.note = note


@forgery("comparison", "4.2", who=WITNESS)
def one_witness_of_two(case: Case) -> None:
    """Only one witness cosigned, and the policy asks for two."""
    case.note = lambda log: _cosigned(log, WITNESSES[0])


@forgery("comparison", "4.2")
def no_witness_at_all(case: Case) -> None:
    """Nobody cosigned."""
    case.note = lambda log: _cosigned(log)


@forgery("comparison", "4.2", who=WITNESS)
def a_witness_that_nobody_named(case: Case) -> None:
    """The second cosignature is of a witness that the policy does not name."""
    case.note = lambda log: _cosigned(log, WITNESSES[0], key_of("witness.example/south", COSIGNATURE))


@forgery("comparison", "4.2", who=WITNESS)
def a_cosignature_of_another_log(case: Case) -> None:
    """The second cosignature is good, and of another log."""
    other = WITNESSES[1].sign(MemoryLog("other.example/audit").head().text, COSIGNED)
    case.note = lambda log: _cosigned(log, WITNESSES[0]) + other.line + "\n"


@forgery("comparison", "4.2", who=WITNESS)
def a_cosignature_at_another_time(case: Case) -> None:
    """The time of a cosignature is moved to before the election."""

    def note(log: MemoryLog) -> str:
        one = WITNESSES[1].sign(log.head().text, COSIGNED)
        start, data = one.line.rsplit(" ", 1)
        raw = base64.b64decode(data)
        raw = raw[:4] + (COSIGNED - 10**8).to_bytes(8, "big") + raw[12:]
        return _cosigned(log, WITNESSES[0]) + f"{start} {base64.b64encode(raw).decode()}\n"

    case.note = note


@forgery("comparison", "4.2", who=WITNESS)
def a_plain_signature_for_a_cosignature(case: Case) -> None:
    """A witness's signature is over the note without a time, as a log would sign."""

    def note(log: MemoryLog) -> str:
        made = WITNESSES[1]
        plain = made._private.sign(log.head().text.encode())
        line = f"\u2014 {made.verifier.name} {base64.b64encode(made.verifier.id + bytes(8) + plain).decode()}\n"
        return _cosigned(log, WITNESSES[0]) + line

    case.note = note


@forgery("comparison", "4.1")
def a_witnessed_note_of_another_root(case: Case) -> None:
    """The witnesses cosigned a log whose commit was another: a split view."""
    case.note = lambda log: _cosigned(log_of([*log.data[:-1], b"{}"], log.origin), *WITNESSES)


@forgery("comparison", "4.1")
def a_witnessed_note_before_the_commit(case: Case) -> None:
    """The witnesses cosigned the log before anything was committed."""
    case.note = lambda log: _cosigned(log_of(log.data[:1], log.origin), *WITNESSES)


@forgery("comparison", "4.1")
def a_witnessed_note_of_another_origin(case: Case) -> None:
    """The witnessed note is that of another log, with the right size and root."""

    def note(log: MemoryLog) -> str:
        found = Note(Checkpoint("other.example/audit", len(log.data), log.head().root).text)
        found = found.signed(key_of("other.example/audit").sign(found.text))
        for one in WITNESSES:
            found = cosign(found, one, COSIGNED)
        return bytes(found).decode()

    case.note = note


@forgery("comparison", "4.1")
def a_witnessed_note_that_the_log_did_not_sign(case: Case) -> None:
    """The witnesses cosigned, and the log's own signature is missing."""

    def note(log: MemoryLog) -> str:
        found = Note(log.head().text)
        for one in WITNESSES:
            found = cosign(found, one, COSIGNED)
        return bytes(found).decode()

    case.note = note


@forgery("comparison", "4.1")
def the_witnessed_note_of_another_audit(case: Case) -> None:
    """The witnessed note was taken over from another audit by the same people."""
    other = good.case("polling").body("witness")["checkpoint"]
    case.note = lambda log: other
