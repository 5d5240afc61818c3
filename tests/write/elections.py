"""Elections made from a seed for writers: every kind of contest, every oddity of marks, names that try to break out."""

import random
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from store.making import put

from faircount.app.opened import Opened
from faircount.model import Batch, rows_to_table
from faircount.store import Workspace

PLAIN_NAMES = ("Ada Byron", "Bo Ek", "Cy Twin", "Di Ann", "Ed Moss", "Flo Hart")
ODD_NAMES = (
    'Ada, "the" Çelik', "=1+1", "-2+3 Bo", "@di", "O'Neil | Co > Sons", "林美玲", "a\\b", "Mark \u202etxet", "#5 {x}",
)  # fmt: skip
WRITE_IN = "Write-in"
Row = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """A contest of a made election. `ranks` is 0 where voters mark and do not rank."""

    title: str
    choices: tuple[str, ...]
    votes_allowed: int = 1
    ranks: int = 0
    write_in: bool = False


def questions(odd: bool) -> tuple[Question, ...]:
    names = ODD_NAMES if odd else PLAIN_NAMES
    mark = ', "Ωne"\t=x' if odd else ""
    return (
        Question(f"Mayor{mark.replace(chr(9), ' ')}", names[:4], ranks=3),
        Question("Council", names[1:9], votes_allowed=3, write_in=True),
        Question("Measure A; yes or no?", ("Yes", "No")),
        Question("Clerk", names[2:4], write_in=True),
    )


def made(
    folder: Path, seed: int, *, odd: bool = False, flags: bool = False, overvotes: bool = True, gaps: bool = True,
    repeats: bool = True, blanks: bool = True, cards: int = 120, weights: bool = False,
    asked: tuple[Question, ...] = (),
) -> Opened:  # fmt: skip
    """Make an election's folder. `flags`: marks say whether the tabulator called them votes, and some are ambiguous."""
    rng = random.Random(seed)
    asked = asked or questions(odd)
    numbers: dict[str, int] = {}
    rows: dict[str, list[Row]] = {name: [] for name in ("cards", "votes", "patterns", "contests", "choices", "marks")}
    ballot = -1
    for card in range(cards):
        second = card > 0 and rng.random() < 0.2 and rows["cards"][-1]["sheet"] == 1
        ballot += not second
        rows["cards"].append(
            {
                "card": card, "ballot": ballot, "tabulator": str(1 + card % 3), "batch": str(card // 20),
                "position": 1 + card, "imprinted_id": f"{1 + card % 3}-{card // 20}-{1 + card}", "sheet": 1 + second,
                "style": f"Type {1 + card % 2}", "precinct": f"Precinct {card % 4}", "portion": f"Portion {card % 4}.1",
                "counting_group": ("Election Day", "Vote by Mail")[card % 2], "adjudicated": False, "file": 0,
                "weight": Decimal(rng.choice(["1", "2.5", "7"])) if weights else Decimal(1), "record": card + 1,
            }
        )  # fmt: skip
        for question in asked:
            if rng.random() < 0.85:
                way = _way(rng, question, flags, overvotes, gaps, repeats, blanks)
                number = numbers.setdefault(repr(way), len(numbers))
                if number == len(rows["patterns"]):
                    rows["patterns"].append({"pattern": number, **way})
                rows["votes"].append({"card": card, "pattern": number})
                if flags and way["marks"]:
                    extra = {"card": card, "pattern": number, "mark": len(way["marks"]) - 1}
                    rows["marks"].append(
                        {**extra, "density": rng.randrange(20, 90), "write_in": rng.choice([None, "Zed"])}
                    )
    for place, question in enumerate(asked):
        terms: Row = {"votes_allowed": question.votes_allowed, "ranks": question.ranks, "seats": question.votes_allowed}
        rows["contests"].append({"contest": question.title, "key": str(place + 7), "place": place, **terms})
        for at, name in enumerate(question.choices):
            party = "Lake, Party" if at == 0 else None
            rows["choices"].append({"contest": question.title, "choice": name, "party": party, "key": str(at + 30),
                                    "kind": "regular", "place": at})  # fmt: skip
        if question.write_in:
            rows["choices"].append({"contest": question.title, "choice": WRITE_IN, "kind": "write-in", "key": "99",
                                    "place": len(question.choices)})  # fmt: skip
    space = Workspace.create(folder, name='General, "Election"', date="2030-11-05")
    put(space, [[Batch({name: rows_to_table(name, found) for name, found in rows.items() if found})]], f"s{seed}.json")
    return Opened(folder)


def _way(
    rng: random.Random, question: Question, flags: bool, overvotes: bool, gaps: bool, repeats: bool, blanks: bool
) -> Row:
    names = [*question.choices, *([WRITE_IN] if question.write_in else [])]
    rng.shuffle(names)
    allowed = question.votes_allowed
    over = False
    if question.ranks:
        pairs = list(zip(names[: rng.randint(1, question.ranks)], range(1, 10), strict=False))
        if gaps and len(pairs) > 2 and rng.random() < 0.2:
            del pairs[1]
        if repeats and len(pairs) > 1 and rng.random() < 0.1:
            pairs[1] = (pairs[0][0], pairs[1][1])
        if overvotes and len(pairs) < len(names) and rng.random() < 0.15:
            pairs.append((names[-1], pairs[-1][1]))
    else:
        over = overvotes and len(names) > allowed and rng.random() < 0.1
        pairs = [(name, 1) for name in names[: allowed + 1 if over else rng.randint(1, allowed)]]
    if blanks and rng.random() < 0.1:
        pairs, over = [], False
    marks: list[Row] = []
    for name, rank in sorted(set(pairs), key=lambda pair: (pair[1], pair[0])):
        ambiguous = flags and not over and rng.random() < 0.1
        conditions = ["ambiguous"] if ambiguous else ["overvote"] if flags and over else []
        is_vote = None if not flags else not (over or ambiguous)
        marks.append(
            {"choice": name, "rank": rank, "is_vote": is_vote, "is_ambiguous": ambiguous, "conditions": conditions}
        )
    stated: Row = {"undervotes": None, "overvotes": None}
    if flags and not question.ranks:
        votes = sum(bool(mark["is_vote"]) for mark in marks)
        stated = {"undervotes": 0 if over else allowed - votes, "overvotes": allowed if over else 0}
    conditions = ["overvote"] if flags and over else []
    return {"contest": question.title, "marks": marks, **stated, "conditions": conditions, "overvoted_ranks": []}


def one(folder: Path, contest: dict[str, Any], *patterns: dict[str, Any], **card: Any) -> Opened:
    """An election of one contest, one card a pattern."""
    rows: dict[str, list[dict[str, Any]]] = {"cards": [], "votes": [], "patterns": [], "contests": [], "choices": []}
    rows["contests"].append({"contest": "Mayor", "votes_allowed": 1, "ranks": 0, "seats": 1, "place": 0, **contest})
    for place, name in enumerate(("A", "B", "C")):
        rows["choices"].append({"contest": "Mayor", "choice": name, "kind": "regular", "place": place})
    for at, pattern in enumerate(patterns):
        plain = {"card": at, "ballot": at, "adjudicated": False, "weight": Decimal(1), "file": 0, "record": at + 1}
        rows["cards"].append({**plain, "tabulator": "1", "batch": "1", "position": at, **card})
        rows["votes"].append({"card": at, "pattern": at})
        made = {"pattern": at, "contest": "Mayor", "marks": [], "conditions": [], "overvoted_ranks": []}
        rows["patterns"].append({**made, **pattern})
    space = Workspace.create(folder, date="2030-11-05")
    put(space, [[Batch({name: rows_to_table(name, held) for name, held in rows.items()})]])
    return Opened(folder)


def mark(choice: str, rank: int = 1, **flags: Any) -> dict[str, Any]:
    return {"choice": choice, "rank": rank, "is_ambiguous": False, "conditions": [], **flags}
