"""An audit's log as its history: acts of one kind in a row as one line, the seed and how it was made, corrections."""

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Any

from faircount.app.auditing.explaining_units import READINGS, said_by
from faircount.app.auditing.held import HeldAudit
from faircount.model import Act
from faircount.model.explained import Corrected, Happened

NOT_FOUND = ("not found",)


def history(held: HeldAudit) -> tuple[Happened, ...]:
    """Return the acts in their order; entries in a row, and promises, are one line."""
    lines = []
    for (kind, alone), group in groupby(held.acts, key=lambda act: (act.act, -1 if act.act == "entry" else act.n)):
        acts = list(group)
        by = tuple(sorted({act.by.name for act in acts}))
        words = f"{len({act.body['unit'] for act in acts}):,} units read" if alone < 0 else _WORDS[kind](acts[0].body)
        lines.append(Happened(acts[0].n, acts[-1].n, acts[0].at, kind, by, words))
    return tuple(lines)


def _sizes(body: Mapping[str, Any]) -> str:
    sizes = body["sizes"]
    if "*" in sizes:
        return f"round {body['round']}: {sizes['*']:,} in all"
    return f"round {body['round']}: {len(sizes):,} contests, most cards for one: {max(sizes.values()):,}"


def _decided(body: Mapping[str, Any]) -> str:
    found = sorted(body["decisions"].values())
    return f"round {body['round']}: " + ", ".join(f"{len(list(g))} {word}" for word, g in groupby(found))


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "open": lambda body: (
        f"the log {body['origin']}, {len(body['witnesses'])} witnesses, {body['quorum']} of them needed"
    ),
    "commit": lambda body: f"{body['design']}, {len(body['files'])} files fixed by their SHA-256",
    "witness": lambda body: f"checkpoint over {body['checkpoint'].splitlines()[1]} acts",
    "promise": lambda body: f"{body['party']} promises a value",
    "dice": lambda body: f"{len(body['digits'])} digits",
    "reveal": lambda body: f"{body['party']} reveals the value",
    "seed": lambda body: str(body["seed"]),
    "draw": _sizes,
    "resolve": lambda body: f"{body['unit']}: {' and '.join(body['people'])} looked together",
    "correct": lambda body: f"{body['unit']}, instead of act {body['of']}: {body['reason']}",
    "close": _decided,
    "hand-count": lambda body: f"{body['contest']}: {body['cards']:,} cards",
    "late": lambda body: f"{body['what']}: {body.get('words', '')}",
    "restart": lambda body: str(body["reason"]),
    "note": lambda body: str(body["words"]),
    "sign-off": lambda body: str(body.get("words", "")),
    "publish": lambda _: "",
}


def seed_words(held: HeldAudit) -> tuple[str, ...]:
    """Return how the seed was made, in the order of its making."""
    made = held.audit.ceremony
    if not held.audit.committed:
        return ("Nothing is committed yet, and before that nobody may know a seed.",)
    if not made.size:
        return ("The commitment is not witnessed yet; the seed comes after it.",)
    said = [f"The first {made.size:,} acts, the commitment among them, were fixed under the root {made.root}."]
    if made.promises:
        parties = ", ".join(sorted(made.promises))
        said.append(f"Before anybody rolled, these parties published the SHA-256 of a value of their own: {parties}.")
    if made.dice:
        people = " and ".join(made.dice)
        said.append(f"Ten-sided dice were rolled in public; entered by {people}: {next(iter(made.dice.values()))}.")
    if made.revealed:
        values = ", ".join(f"{party} {value}" for party, value in sorted(made.revealed.items()))
        said.append(f"Then the values were revealed, and each was the promised one: {values}.")
    if made.seed:
        how = "the SHA-256 of root, digits and values, as docs/bundle.md says" if made.revealed else "the digits"
        said.append(f"The seed is {how}.")
    else:
        said.append("There is no seed yet.")
    return tuple(said)


def corrected(held: HeldAudit) -> tuple[Corrected, ...]:
    """Return every correction and every resolution in the log, with what it replaced."""
    return tuple(_corrected(held))


def _corrected(held: HeldAudit) -> Iterator[Corrected]:
    read: dict[str, list[Act]] = {}
    for act in held.acts:
        if act.act not in READINGS:
            continue
        unit = act.body["unit"]
        before = read.setdefault(unit, [])
        if act.act == "correct":
            told = _compared(held, [held.acts[act.body["of"]], act])
            yield Corrected(act.n, act.act, unit, act.by.name, act.body["approved_by"], act.body["reason"],
                            told[0], told[1])  # fmt: skip
        elif act.act == "resolve":
            first, second, last = _compared(held, [*before[-2:], act])
            by = [f"{one.by.name}: {words}" for one, lines in zip(before[-2:], (first, second), strict=True)
                  for words in lines]  # fmt: skip
            yield Corrected(act.n, act.act, unit, " and ".join(act.body["people"]), "", "two readings differed",
                            tuple(by), last)  # fmt: skip
        before.append(act)


def _compared(held: HeldAudit, acts: list[Act]) -> list[tuple[str, ...]]:
    """Return what each act read, as far as they differ."""
    told = [dict(said_by(held, act)) for act in acts]
    found = []
    for act, one in zip(acts, told, strict=True):
        lines = tuple(f"{title}: {words}" for title, words in one.items()
                      if any(other.get(title) != words for other in told))  # fmt: skip
        found.append(lines if act.body["found"] else NOT_FOUND)
    return found
