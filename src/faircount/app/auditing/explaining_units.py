"""One card or batch of an audit: where it lies, how it was drawn, and every version of what people read of it."""

from collections.abc import Iterator

from faircount.app.auditing import saying
from faircount.app.auditing.explaining import Explanations
from faircount.app.auditing.held import HeldAudit
from faircount.audit.forms import seen_of
from faircount.model import PHANTOM, Act, BadInputError, Counted, Design, Seen
from faircount.model.explained import Reading, UnitTold

READINGS = ("entry", "resolve", "correct")
AGAIN = ("late", "restart")
"""Acts after which an audit begins again, and nothing read before counts any more."""


def is_unit(held: HeldAudit, name: str) -> bool:
    """Say whether a card or batch is named so."""
    commitment = held.audit.commitment
    if commitment.design is Design.POLLING:
        batch, _, position = name.rpartition(", ")
        sizes = {one.batch: int(one.cards) for one in commitment.batches}
        return position.isdecimal() and 0 < int(position) <= sizes.get(batch, 0)
    return name in commitment.contests_of


def unit_told(held: HeldAudit, found: Explanations, unit: str) -> UnitTold:
    """Return one unit, explained. Where two people read it apart, nothing of it is shown before both have."""
    audit, commitment = held.audit, held.audit.commitment
    card = found.listed.get(unit)
    batch, position = (card.batch, card.position) if card else (unit, "")
    if commitment.design is Design.POLLING:
        batch, _, position = unit.rpartition(", ")
    hidden = audit.entries.double and unit not in audit.entries.settled and not audit.entries.disagrees(unit)
    seen = audit.entries.seen.get(unit)
    contests = []
    for subject in commitment.subjects:
        listed = commitment.design is Design.POLLING or subject.id in commitment.contests_of[unit]
        if listed or (seen is not None and subject.id in seen.contests):
            contests.append((subject.contest.title, found.on_record(subject, unit),
                             found.on_paper(subject, unit, seen)))  # fmt: skip
    drawn_in = next((one.number for one in audit.rounds if unit in set(one.sample.units)), None)
    return UnitTold(
        unit, batch, position, _ticket(held, found, unit), drawn_in, _state(held, unit, drawn_in), tuple(contests),
        () if hidden else tuple(_readings(held, unit)), tuple(_effects(found, unit)),
    )  # fmt: skip


def _ticket(held: HeldAudit, found: Explanations, unit: str) -> str:
    if not held.audit.ceremony.seed:
        return ""
    if held.audit.commitment.design is Design.BATCH:
        return ", ".join(draw.ticket for draw in held.audit.drawn.draws if draw.unit == unit)
    return found.urn.tickets[found.urn.units.index(unit)]


def _state(held: HeldAudit, unit: str, drawn_in: int | None) -> str:
    entries = held.audit.entries
    if drawn_in is None:
        return "It was not drawn."
    if unit.startswith(PHANTOM):
        return "There is no such card: it counts as not found."
    if unit in entries.settled:
        return f"It is settled by act {entries.settled[unit].n}."
    if entries.disagrees(unit):
        return "Two people read it differently; they look at it together."
    if entries.versions.get(unit):
        return "One of two people has read it; what was read is shown when both have."
    return "It waits to be looked at."


def _readings(held: HeldAudit, unit: str) -> Iterator[Reading]:
    settled = held.audit.entries.settled.get(unit)
    begun = max((act.n for act in held.acts if act.act in AGAIN), default=-1)
    for act in held.acts:
        if act.act in READINGS and act.body["unit"] == unit:
            counts = settled is not None and settled.n == act.n
            reason = act.body.get("reason", "")
            if act.n < begun:
                reason = f"{reason + '; ' if reason else ''}read before the audit began again, and counts no more"
            yield Reading(
                act.n, act.act, " and ".join(act.body.get("people", (act.by.name,))), act.at, act.body["found"],
                said_by(held, act), counts, reason, act.body.get("approved_by", ""),
            )  # fmt: skip


def said_by(held: HeldAudit, act: Act) -> tuple[tuple[str, str], ...]:
    """Return what one act read of a unit, (title, words); nothing where its contests are not those committed now."""
    commitment = held.audit.commitment
    contests = {one.id: one.contest for one in commitment.subjects}
    try:
        seen = seen_of(act.body, contests, commitment.design is Design.BATCH, f"act {act.n}")
    except BadInputError:
        return ()
    return tuple((contests[name].title, _words(held, name, seen)) for name in sorted(seen.contests))


def _words(held: HeldAudit, name: str, seen: Seen) -> str:
    contest = next(one.contest for one in held.audit.commitment.subjects if one.id == name)
    found = seen.contests[name]
    if isinstance(found, Counted):
        return saying.counted_words(contest, found)
    return saying.ABSENT if found is None else saying.ballot_words(contest, found)


def _effects(found: Explanations, unit: str) -> Iterator[tuple[str, str, str]]:
    for subject in found.subjects:
        steps = found.found.get(subject.id, ())
        if not any(step.unit == unit for one in steps for step in one.steps):
            continue
        told = found.contest(subject)
        for claim in told.claims:
            for draw, row in zip(told.draws, claim.rows, strict=True):
                if draw.unit == unit:
                    yield told.title, claim.claim, f"Draw {draw.number}: {row.sentence}"
