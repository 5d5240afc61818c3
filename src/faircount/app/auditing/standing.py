"""Where an audit stands, in words and as a table: what was decided, what waits, what was not checked."""

from dataclasses import dataclass
from typing import Any

from faircount.app.auditing.acting import NOT_AUDITED
from faircount.app.auditing.hand_counts import is_as_reported
from faircount.app.auditing.held import HeldAudit
from faircount.app.auditing.saying import decision_words
from faircount.audit.acts import CLOSED, COMMITTED, DRAFT, OPEN, PUBLISHED, SEEDED
from faircount.evidence.log.canonical import parse_canonical
from faircount.model import Answer, Design, Subject, Verdict

_WORDS = {
    DRAFT: "Nothing is committed.",
    COMMITTED: "Records and rules are fixed; there is no seed yet.",
    SEEDED: "The seed is set; nothing is drawn yet.",
    OPEN: "Round {round} is open: {waiting} of {drawn} wait to be looked at.",
    CLOSED: "Round {round} is closed.",
    PUBLISHED: "The audit is published.",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """An audit as a person asks for it."""

    words: str
    contests: Answer
    remarks: tuple[str, ...]
    decided: bool
    document: dict[str, Any]


def standing(held: HeldAudit) -> Standing:
    """Return where the audit stands."""
    audit = held.audit
    drawn, waiting = len(audit.drawn.units), len(audit.waiting)
    words = _WORDS[audit.stage].format(round=len(audit.rounds), drawn=f"{drawn:,}", waiting=f"{waiting:,}")
    heads = ("contest", "decision", "risk limit", "measured risk", "draws", "claims")
    subjects = audit.commitment.subjects if audit.committed else ()
    rows = tuple(_row(held, one) for one in subjects)
    contests = [_document(row, str(one.risk_limit), row[3] or None) for one, row in zip(subjects, rows, strict=True)]
    rows += tuple((title, "NOT CHECKED", "", reason, 0, 0) for title, reason in not_audited(held))
    contests += [_document(row, None, None, row[3]) for row in rows[len(subjects) :]]
    differed, twice = audit.entries.disagreements
    remarks = [f"Two people read {twice:,} units; they differed on {differed:,}."] if twice else []
    if audit.policy["quorum"] == 0:
        remarks.append("NOT CHECKED: no witness cosigns this log; only its own key says when a thing was written")
    if audit.stage == CLOSED and not audit.undecided() and len(audit.signed) < 2:
        remarks.append(f"{2 - len(audit.signed)} more sign off: faircount audit sign")
    remarks += _beyond_the_records(held)
    decided = bool(audit.rounds) and audit.stage in (CLOSED, PUBLISHED) and not audit.undecided()
    document = {
        "stage": audit.stage, "acts": len(held.acts), "round": len(audit.rounds), "drawn": drawn, "waiting": waiting,
        "seed": audit.ceremony.seed or None, "decided": decided, "signed": list(audit.signed),
        "contests": contests,
        "read_twice": twice, "differed": differed,
    }  # fmt: skip
    return Standing(words, Answer(heads, rows), tuple(remarks), decided, document)


def _beyond_the_records(held: HeldAudit) -> list[str]:
    """Say of which contests cards were read that their records do not list: they are no part of those samples.

    Source: A. Glazer, J. Spertus, P. B. Stark, "More style, less work" (arXiv:2012.03371): what samples by style rest
    on is a bound on the cards of each contest that holds whatever the records list.
    """
    audit = held.audit
    if not audit.committed or audit.commitment.design is not Design.COMPARISON:
        return []
    listed, found = audit.commitment.contests_of, []
    for one in audit.commitment.subjects:
        read = [seen.contests.get(one.id) for unit, seen in audit.entries.seen.items()
                if one.id not in listed.get(unit, ())]  # fmt: skip
        if cards := sum(ballot is not None for ballot in read):
            found.append(
                f"Cards that bear {one.contest.title!r}, which their records do not list: {cards:,}. They measure "
                "nothing in it; its risk holds if the committed number of its cards counts such cards too."
            )
    return found


def not_audited(held: HeldAudit) -> tuple[tuple[str, str], ...]:
    """Return the contests that the audit does not touch, each with the reason, as committed."""
    named = {one["name"]: one["sha256"] for one in held.audit.committed.get("files", ())}
    if NOT_AUDITED not in named:
        return ()
    return tuple((one["contest"], one["reason"]) for one in parse_canonical(held.file(named[NOT_AUDITED])))


def _document(row: tuple[Any, ...], limit: str | None, risk: str | None, reason: str = "") -> dict[str, Any]:
    """Return a row for a program: the limit exact, as 1/20; risk and limit null where there is none."""
    title, decision, _, _, draws, claims = row
    return {
        "contest": title, "decision": decision, "risk_limit": limit, "measured_risk": risk, "draws": draws,
        "claims": claims, "reason": reason,
    }  # fmt: skip


def _row(held: HeldAudit, one: Subject) -> tuple[Any, ...]:
    audit = held.audit
    measured = [m for m in (audit.rounds[-1].measured if audit.rounds else ()) if m["contest"] == one.id]
    decision = audit.rounds[-1].decisions.get(one.id) if audit.rounds else None
    word = decision.value if decision else "NOT CHECKED"
    if not one.audited:
        word = "measured only" if measured else "NOT CHECKED"
    if one.id in audit.hand_counts:
        word = decision_words(one, None, is_as_reported(one, audit.hand_counts[one.id]))
    elif one.audited and one.implies != "outcome":
        word = Verdict.HAND_COUNT.value
    risk = max((m["p"] for m in measured), default="")
    return (
        one.contest.title, word, f"{float(one.risk_limit):.2%}", risk, max((m["draws"] for m in measured), default=0),
        len(one.assertions),
    )  # fmt: skip
