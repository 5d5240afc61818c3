"""Whether committed files agree with one another: what an audit would trip over later is refused before its seed."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from faircount.audit.entries import too_many
from faircount.audit.forms import utf16
from faircount.audit.reports import margin_of, recorded
from faircount.model import PHANTOM, BadInputError, Commitment, Counted, Design, Subject
from faircount.risk import RISKS

MACRO = "macro"
"""How a batch audit measures risk."""
SETTINGS = {
    "betting-fixed": ("bet",), "kaplan-kolmogorov": ("g",), "alpha-fixed": ("eta0",), "alpha": ("eta0", "d", "c"),
    "cobra": ("winner_to_loser",), MACRO: (),
}  # fmt: skip
"""Risk function → the settings that docs/bundle.md knows: a verifier can recompute no other."""
FITTING = {
    Design.COMPARISON: tuple(name for name in SETTINGS if name != MACRO),
    # COBRA bets on cards without error, of which a poll knows nothing: it would never confirm.
    Design.POLLING: tuple(name for name in SETTINGS if name not in (MACRO, "cobra")),
    Design.BATCH: (MACRO,),
}
"""Design → the risk functions that can measure it."""
FOLLOWING = frozenset({"eta0", "d", "c"})
"""Settings that need not be stated: docs/bundle.md says what they are then."""
NUMBER = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?")
"""A setting as both verifiers read it."""


def refuse_disagreement(commitment: Commitment) -> None:
    """Raise `BadInputError` for the first thing in the committed files that does not fit the rest of them."""
    ids = [one.id for one in commitment.subjects]
    _distinct("contests.json", "contests are sorted by id, each once", ids)
    if ids != sorted(ids, key=utf16):
        raise BadInputError("contests.json", "contests are sorted by id, each once", ", ".join(ids)[:200])
    if not commitment.audited:
        raise BadInputError("contests.json", "some contest decides the audit", "none is audited")
    for subject in commitment.subjects:
        _refuse_subject(commitment.design, subject)
    {Design.COMPARISON: _cards, Design.POLLING: _manifest, Design.BATCH: _reports}[commitment.design](commitment)
    for subject in commitment.subjects:
        _refuse_margins(commitment, subject)


def _refuse_subject(design: Design, one: Subject) -> None:
    place = f"contests.json, {one.id}"
    if not 0 < one.risk_limit < 1:
        raise BadInputError(place, "a risk limit is above 0 and below 1", str(one.risk_limit))
    if one.implies not in ("outcome", "part", "nothing"):
        raise BadInputError(place, "assertions imply outcome, part or nothing", repr(one.implies))
    if one.implies == "outcome" and not one.assertions:
        raise BadInputError(place, "an outcome is implied by assertions", "none")
    if one.risk_function not in FITTING[design]:
        raise BadInputError(place, f"its risk function is one of {', '.join(FITTING[design])}", repr(one.risk_function))
    refuse_settings(place, one.risk_function, one.settings)
    if any(not choice.name.strip() for choice in one.contest.choices):
        raise BadInputError(place, "each choice has a name", "a blank one", "name it in the source: faircount names")
    last = len(one.contest.choices)
    named = [*one.elected, *(c for a in one.assertions for c in (a.winner, a.loser, *a.standing) if c is not None)]
    if any(type(choice) is not int or not 0 <= choice < last for choice in named):
        raise BadInputError(place, f"choices are numbers from 0 to {last - 1}", repr(named))
    _distinct(place, "each choice is elected once", map(str, one.elected))


def refuse_settings(place: str, risk_function: str, settings: Iterable[tuple[str, str]]) -> None:
    """Raise `BadInputError` for a setting that verifiers do not know, one that is missing, or a number out of range."""
    known, given = SETTINGS[risk_function], dict(settings)
    if other := sorted(given.keys() - set(known)):
        raise BadInputError(place, f"settings of {risk_function} are {', '.join(known) or 'none'}", repr(other[0]))
    if missing := [name for name in known if name not in given and name not in FOLLOWING]:
        raise BadInputError(place, f"{risk_function} states its {missing[0]}", "nothing")
    ranges = {} if risk_function == MACRO else {s.name: s for s in RISKS[risk_function].settings}
    for name, text in given.items():
        number = Decimal(text) if NUMBER.fullmatch(text) else None
        least, most = ranges[name].least, ranges[name].most
        if number is None or not least <= number <= most:
            rule = f"{name} is a decimal number from {least} to {most}, of at most 30 digits on each side of its point"
            raise BadInputError(place, rule, repr(text))


def _cards(whole: Commitment) -> None:
    """Hold the list of cards against ballots, pools and the bound N of each contest."""
    ids = {one.id for one in whole.subjects}
    _distinct("cards.csv", "each card has a name of its own", (card.unit for card in whole.listed))
    listed = Counter[str]()
    sizes = {name: len(reads) for name, reads in whole.reads.items()}
    for card in whole.listed:
        blind = bool(card.pool) or card.is_phantom
        if card.pool and card.is_phantom:
            raise BadInputError("cards.csv", "a phantom is in no pool", repr(card.unit))
        for contest, index in card.record:
            if contest not in ids or (index is None) != blind or (index is not None and index >= sizes.get(contest, 0)):
                rule = "a card points to ballots that there are, and one in a pool or a phantom to none"
                raise BadInputError(f"cards.csv, {card.unit}", rule, f"{contest}:{'' if index is None else index}")
            listed[contest] += 1
        if card.pool and {contest for contest, _ in card.record} != whole.pools.get(card.pool, {}).keys():
            rule = "each card of a pool lists every contest of the pool: which of them hold it is not known"
            raise BadInputError(f"cards.csv, {card.unit}", rule, ", ".join(contest for contest, _ in card.record))
        if len({contest for contest, _ in card.record}) != len(card.record):
            raise BadInputError(f"cards.csv, {card.unit}", "a card holds a contest once", repr(card.record))
    _pools(whole)
    for one in whole.subjects:
        if listed[one.id] != one.cards:
            rule = "as many cards list a contest, phantoms among them, as it says that there are"
            raise BadInputError(f"cards.csv, {one.id}", rule, f"{listed[one.id]:,} listed, {one.cards:,} stated")


def _pools(whole: Commitment) -> None:
    for pool, parts in whole.pools.items():
        for name, one in parts.items():
            if one.cards > (size := whole.pool_sizes.get(pool, 0)):
                rule = f"no more of its {size:,} cards hold a contest than there are"
                raise BadInputError(f"pools.json, {pool}", rule, f"{one.cards:,} hold {name}")
            _refuse_many(whole, name, one, f"pools.json, {pool}")
    if empty := sorted(pool for pool, parts in whole.pools.items() if not parts):
        raise BadInputError("pools.json", "a pool has cards", repr(empty[0]))


def _manifest(whole: Commitment) -> None:
    _batch_names("batches.csv", whole)
    total = sum(one.cards for one in whole.batches)
    for one in whole.subjects:
        stated = whole.totals.get(one.id)
        if stated is None or not stated.cards <= one.cards <= total:
            rule = f"its totals are stated, of no more cards than it has, and it has at most {total:,}"
            raise BadInputError(f"totals.json, {one.id}", rule, f"{stated and stated.cards}, {one.cards}")
        _refuse_many(whole, one.id, stated, "totals.json")


def _reports(whole: Commitment) -> None:
    _batch_names("batches.json", whole)
    names = [one.batch for one in whole.batches]
    if names != sorted(names, key=utf16):
        raise BadInputError("batches.json", "batches are sorted by name", ", ".join(names)[:200])
    for batch in whole.batches:
        for contest, part in batch.contests.items():
            if part.cards > batch.cards:
                rule = "no contest is on more cards than a batch has"
                raise BadInputError(f"batches.json, {batch.batch}", rule, f"{part.cards} of {batch.cards} in {contest}")
            _refuse_many(whole, contest, part, f"batches.json, {batch.batch}")
    for one in whole.subjects:
        cards = sum(batch.contests[one.id].cards for batch in whole.batches if one.id in batch.contests)
        if cards > one.cards:
            raise BadInputError("batches.json", f"{one.id} is on at most {one.cards:,} cards", f"{cards:,}")


def _refuse_many(whole: Commitment, contest: str, counted: Counted, place: str) -> None:
    """Refuse more votes than so many cards can hold."""
    subject = next((one for one in whole.subjects if one.id == contest), None)
    if subject is None:
        raise BadInputError(place, "its contests are those of contests.json", repr(contest))
    if (why := too_many(subject, counted)) is not None:
        raise BadInputError(f"{place}, {contest}", f"{counted.cards:,} cards hold what was counted", why)


def _batch_names(place: str, whole: Commitment) -> None:
    _distinct(place, "each batch has a name of its own", (one.batch for one in whole.batches))
    for one in whole.batches:
        if not one.batch.strip() or one.batch.startswith(PHANTOM):
            raise BadInputError(place, f"a batch has a name, and none that starts with {PHANTOM}", repr(one.batch))


def _refuse_margins(whole: Commitment, one: Subject) -> None:
    """Refuse a margin that is not the one on record, or says that there is nothing to confirm."""
    held: Counted = recorded(whole, one)
    for assertion, margin in zip(one.assertions, one.margins, strict=True):
        found = margin_of(assertion, held, one.cards) if one.cards else None
        if found != margin or margin <= 0:
            rule = "a margin is above 0, and that of the committed records"
            raise BadInputError(f"contests.json, {one.id}, {assertion.claim!r}", rule, f"{margin}; on record {found}")


def _distinct(place: str, rule: str, names: Iterable[str]) -> None:
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise BadInputError(place, rule, f"{twice[0]!r} twice")
