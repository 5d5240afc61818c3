"""What people do in an audit, each as one act or a few: commit, roll, draw, enter, close, sign, publish."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from faircount.app.auditing.held import Done, HeldAudit
from faircount.app.auditing.preparing import Prepared
from faircount.audit.acts import COMMITTED
from faircount.audit.ceremony import LEAST_DIGITS, checked_digits, promise
from faircount.audit.drawing import EVERY
from faircount.audit.files import files_of, sample_file
from faircount.audit.forms import counted_json, seen_json
from faircount.audit.measuring import Trajectory
from faircount.audit.rounds import closing, trajectories
from faircount.evidence.log.canonical import canonical
from faircount.evidence.log.checkpoint import Checkpoint
from faircount.evidence.log.note import Note
from faircount.model import Ballot, Counted, Design, Person, Seen, TamperError, UsageError

PATIENCE = 300
"""Seconds by which a witness's clock may be ahead of ours."""
NOT_AUDITED = "not-audited.json"
"""The committed file that names the election's contests which the audit does not touch, each with the reason."""


def commit(
    held: HeldAudit, by: Person, prepared: Prepared, *, double: bool = False, digits: int = LEAST_DIGITS,
    further: Mapping[str, bytes] | None = None,
) -> Done:  # fmt: skip
    """Commit to what was prepared. `further` files are hashed and published beside it, and not interpreted."""
    lost = [{"contest": one.title, "reason": one.reason} for one in prepared.without]
    files = files_of(prepared.commitment) | {NOT_AUDITED: canonical(lost)}
    if both := sorted(files.keys() & (further or {}).keys()):
        raise UsageError(f"a file of an audit is called {both[0]!r} already; give yours another name")
    named = [held.keep(name, data) for name, data in sorted({**files, **(further or {})}.items())]
    body = {"design": prepared.commitment.design.value, "double_entry": double, "files": named, "min_digits": digits}
    return held.do("commit", by, body)


def witness(held: HeldAudit, by: Person, note: Note | None = None) -> Done:
    """Put the witnessed checkpoint of the commitment into the log: signed, and cosigned as the policy asks."""
    if note is None:
        _, note = held.checkpoint()
    late = [name for name, time in held.policy.check(note).times if time > held.seconds + PATIENCE]
    if late:
        raise UsageError(f"{late[0]} says that it cosigned later than now: set the clock right, here or there")
    told = Checkpoint.parse(note.text)
    if told.size > held.log.head().size or held.log.root_at(told.size) != told.root:
        raise TamperError(f"the note is of another log: its root at {told.size} entries is not the one of this log")
    return held.do("witness", by, {"checkpoint": bytes(note).decode()})


def roll(held: HeldAudit, by: Person, digits: str) -> list[Done]:
    """Enter the dice; with the second person's, and nothing promised that is not revealed, the seed is set."""
    held.refresh()
    _witness_if_alone(held, by)  # a crash may have come between what is to be witnessed and its note
    least = held.audit.committed.get("min_digits", LEAST_DIGITS)
    return [held.do("dice", by, {"digits": checked_digits(digits, least)}), *_seed_if_due(held, by)]


def make_promise(held: HeldAudit, by: Person, party: str, digest: str) -> Done:
    """Note what a party binds itself to before the dice. It must be witnessed: where nobody cosigns, it is here."""
    done = held.do("promise", by, {"party": party, "sha256": digest})
    _witness_if_alone(held, by)
    return done


def _witness_if_alone(held: HeldAudit, by: Person) -> None:
    """Put the log's own note into the log where one is due and the policy asks for nobody else's."""
    if held.audit.stage == COMMITTED and not held.audit.ceremony.size and not held.audit.policy["quorum"]:
        witness(held, by)


def reveal(held: HeldAudit, by: Person, party: str, nonce: str, value: str) -> list[Done]:
    """Reveal what a party promised; with the last one the seed is set."""
    return [held.do("reveal", by, {"nonce": nonce, "party": party, "value": value}), *_seed_if_due(held, by)]


def _seed_if_due(held: HeldAudit, by: Person) -> list[Done]:
    try:
        due = held.audit.seed_due()
    except UsageError:
        return []
    return [held.do("seed", by, {"seed": due})]


def draw(held: HeldAudit, by: Person, sizes: Mapping[str, int]) -> Done:
    """Draw the next round: `sizes` are of all rounds together, by contest id, or `*` for cards polled or batches.

    Raises `UsageError` where nothing would be drawn that was not before: such a round decides nothing.
    """
    held.refresh()
    if held.audit.stage == COMMITTED:
        _seed_if_due(held, by)  # a crash may have come between the last of the ceremony and its seed
    audit = held.audit
    kept = {contest: size for contest, size in sorted(sizes.items()) if size}
    if audit.rounds and kept == audit.rounds[-1].sizes:
        raise UsageError(
            f"these sizes draw nothing new: {len(audit.drawn.draws):,} draws are made already, and sizes are of all "
            "rounds together; ask for more"
        )
    sample = audit.urn.drawn(sizes)
    number = len(audit.rounds) + 1
    named = held.keep(f"sample-{len(held.acts)}.csv", sample_file(sample, audit.commitment.design is Design.BATCH))
    return held.do("draw", by, {"round": number, "sample": named, "sizes": kept})


def enter(held: HeldAudit, by: Person, unit: str, seen: Seen, key: str | None = None) -> Done:
    """Enter what one person read of one unit."""
    return held.do("entry", by, _body(held, unit, seen), key)


def resolve(held: HeldAudit, by: Person, unit: str, seen: Seen, people: Sequence[str]) -> Done:
    """Enter what two people, together at the unit, found where their entries disagreed; who is named twice is one."""
    named = list(dict.fromkeys(map(held.known_as, people)))
    return held.do("resolve", by, {**_body(held, unit, seen), "people": named})


def correct(held: HeldAudit, by: Person, unit: str, seen: Seen, reason: str, approved_by: str) -> Done:
    """Replace what a unit was settled as; the earlier reading stays in the log."""
    held.refresh()
    if not approved_by.strip():
        raise UsageError("a correction is approved by somebody else, who is named: --approved-by NAME")
    settled = held.audit.entries.settled.get(unit)
    why = {"of": settled.n if settled else 0, "reason": reason, "approved_by": held.known_as(approved_by)}
    return held.do("correct", by, {**_body(held, unit, seen), **why})


def _body(held: HeldAudit, unit: str, seen: Seen) -> dict[str, Any]:
    if not held.audit.rounds:
        held.refresh()
    if not held.audit.rounds:
        raise UsageError("nothing is drawn yet: faircount sample draw")
    seen = Seen(seen.found, {name: _sorted(one) for name, one in seen.contests.items()})
    return {"round": held.audit.rounds[-1].number, "unit": unit, **seen_json(seen)}


def _sorted(found: Ballot | Counted | None) -> Ballot | Counted | None:
    """Return counted ballots in one order, each once: two people who counted alike have entered the same."""
    if not isinstance(found, Counted):
        return found
    tally: Counter[Ballot] = Counter()
    for ballot, n in found.ballots:
        tally[ballot] += n
    order = sorted((b for b in tally if tally[b]), key=lambda b: (b.ranking, b.votes))
    return Counted(found.cards, tuple((ballot, tally[ballot]) for ballot in order))


def measured(held: HeldAudit) -> dict[str, tuple[Trajectory, ...]]:
    """Return every contest's trajectories over all that is drawn. Raises where a unit drawn is not settled yet."""
    return trajectories(held.audit.urn, held.audit.drawn, held.audit.entries.seen)


def close(held: HeldAudit, by: Person) -> Done:
    """Close the round: measure every contest, decide each that is audited."""
    held.refresh()
    audit = held.audit
    if not audit.rounds:
        raise UsageError("nothing is drawn yet: faircount sample draw")
    if waiting := audit.waiting:
        raise UsageError(
            f"{len(waiting):,} units are drawn and not settled, first {waiting[0]!r}: faircount sample show"
        )
    return held.do("close", by, closing(audit.urn, audit.rounds[-1].number, audit.drawn, audit.entries.seen))


def count_by_hand(held: HeldAudit, by: Person, contest: str, counted: Counted, elected: Iterable[int]) -> Done:
    """Enter a full hand count of one contest, and whom it elects."""
    body = {"contest": contest, "elected": list(elected), **counted_json(counted)}
    return held.do("hand-count", by, body)


def next_sizes(held: HeldAudit, sizes: Mapping[str, int]) -> dict[str, int]:
    """Return sizes for the next round: those given, and no contest's below what it had."""
    before = held.audit.rounds[-1].sizes if held.audit.rounds else {}
    return {name: max(sizes.get(name, 0), before.get(name, 0)) for name in sorted({*sizes, *before})}


__all__ = [
    "EVERY", "close", "commit", "correct", "count_by_hand", "draw", "enter", "make_promise", "measured", "next_sizes",
    "promise", "resolve", "reveal", "roll", "witness",
]  # fmt: skip
