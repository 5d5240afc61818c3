"""A full hand count is as reported if choices, seats and verdict are; in what order the choices come is nothing."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from faircount.app.auditing import acting
from faircount.app.auditing.entering import enter_table, template
from faircount.app.auditing.explaining import Explanations
from faircount.app.auditing.hand_counts import enter_hand_count
from faircount.app.auditing.held import HeldAudit
from faircount.app.auditing.preparing import Wish, prepare
from faircount.app.auditing.rehearsing import ticking
from faircount.app.auditing.standing import standing
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.model import Person
from faircount.store import Workspace

ADA, BO, CY = (Person(name, "official") for name in ("Ada Vale", "Bo Lund", "Cy Moor"))
DIGITS = "31415926535897932384"
RULES: Mapping[str, dict[str, Any]] = {
    "runoff": {"rule": "majority-or-runoff"},
    "seats": {"rule": "plurality", "seats": 2, "votes_allowed": 1},
    "lists": {"rule": "highest-averages", "seats": 7, "options": {"divisor": "dhondt"}},
}


def sampled(root: Path, rule: dict[str, Any]) -> HeldAudit:
    """An audit of 46 votes for Una, 32 for Vic and 22 for Wim, whose one round could not confirm them."""
    says = ["Una"] * 46 + ["Vic"] * 32 + ["Wim"] * 22
    (root / "in").mkdir()
    cards = [f"A-{at},A,{at},Board,{one}\n" for at, one in enumerate(says, 1)]
    (root / "in" / "cards.csv").write_text("card,batch,position,contest,choices\n" + "".join(cards), "utf-8")
    space = Workspace.create(root / "e")
    ingest(space, [root / "in"], jobs=1)
    space.decide("Board", **rule)
    held = HeldAudit.create(space, ADA, clock=ticking())
    acting.commit(held, ADA, prepare(Opened(space.root), Wish()))
    acting.witness(held, ADA)
    for who in (ADA, BO):
        acting.roll(held, who, DIGITS)
    acting.draw(held, ADA, {"c1": 2})
    asked = template(held)
    with (root / "board.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([asked.columns, *([*row[:2], "blank"] for row in asked.rows)])
    enter_table(held, CY, root / "board.csv")
    acting.close(held, ADA)
    return held


@pytest.mark.parametrize(
    ("rule", "counted", "words", "elected", "same"),
    [
        ("runoff", {"Una": 48, "Vic": 32, "Wim": 20}, "Board: to the runoff: Una; Vic", [0, 1], True),
        ("runoff", {"Una": 31, "Vic": 48, "Wim": 21}, "Board: to the runoff: Vic; Una", [1, 0], True),
        ("runoff", {"Una": 48, "Vic": 20, "Wim": 32}, "Board: to the runoff: Una; Wim", [0, 2], False),
        ("runoff", {"Una": 51, "Vic": 29, "Wim": 20}, "Board: Una", [0], False),
        ("seats", {"Una": 39, "Vic": 41, "Wim": 20}, "Board: Vic; Una", [1, 0], True),
        ("seats", {"Una": 50, "Vic": 20, "Wim": 30}, "Board: Una; Wim", [0, 2], False),
        ("lists", {"Una": 49, "Vic": 31, "Wim": 20}, "Board: Una (4); Vic (2); Wim (1)", [0, 1, 2], True),
        ("lists", {"Una": 45, "Vic": 35, "Wim": 20}, "Board: Una (3); Vic (3); Wim (1)", [0, 1, 2], False),
    ],
)
def test_an_outcome_is_who_with_how_many_seats_and_how(
    tmp_path: Path, rule: str, counted: dict[str, int], words: str, elected: list[int], same: bool
) -> None:
    rows = [f"{name},{cards}\n" for name, cards in counted.items()]
    (tmp_path / "hand.csv").write_text("said,cards\n" + "".join(rows), "utf-8")
    with sampled(tmp_path, RULES[rule]) as held:
        told = enter_hand_count(held, ADA, "board", tmp_path / "hand.csv")
        assert told == f"{words}, {'as reported' if same else 'NOT as reported'}"
        assert held.audit.hand_counts["c1"]["elected"] == elected, "who goes on to a runoff, as verifiers count it"
        decision = f"COUNTED BY HAND: {'as reported' if same else 'another outcome'}"
        assert standing(held).contests.rows[0][1] == decision
        explained = Explanations.of_audit(held)
        assert explained.contest(explained.subjects[0]).decision == decision
