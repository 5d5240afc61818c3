"""Fifty audit boards at once, and what each of them was answered. As a program: `boards.py FOLDER URL FIRST END`.

Every board has a card of its own; one card is for all; a board sends what it sends twice, and sends what it may not.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from audit.small_audits import DIGITS, VOTES, comparison
from evidence.audit_life import ADA, BO, KEY, ORIGIN, clock

from faircount.app.auditing import acting
from faircount.app.auditing.held import Done, HeldAudit
from faircount.app.auditing.preparing import Prepared
from faircount.audit.forms import seen_json
from faircount.model import Person, Seen, UsageError
from faircount.store import Workspace

BOARDS = 50
SHARED = BOARDS
"""Which of the units drawn is everybody's; those before it are each one board's."""
SEEN = {way: Seen(True, {"c1": VOTES[way]}) for way in "AB"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a board was answered: the act and its root, or why not."""

    board: int
    asked: str
    act: int | None
    root: str
    refused: str


def prepared(root: Path, url: str = "") -> None:
    """Bring an audit to the point where all boards may begin."""
    records = [("", {"c1": "A"})] * (BOARDS + 10)
    with HeldAudit.create(Workspace.open(root), ADA, origin=ORIGIN, key=KEY, url=url, clock=clock) as held:
        acting.commit(held, ADA, Prepared(comparison(records, audited=["c1"]), (), ()))
        acting.witness(held, ADA)
        for person in (ADA, BO):
            acting.roll(held, person, DIGITS)
        acting.draw(held, ADA, {"c1": BOARDS + 1})


def person(board: int) -> Person:
    """Return who writes for a board."""
    return Person(f"Board {board:02}", "audit board")


def work(held: HeldAudit, board: int, tell: Callable[[Answer], None]) -> None:
    """Send everything that one board sends, and tell each answer."""
    by, units = person(board), held.audit.drawn.units

    def send(asked: str, unit: str, way: str, key: str, number: int = 1) -> None:
        body: dict[str, Any] = {"round": number, "unit": unit, **seen_json(SEEN[way])}
        tell(answered(board, asked, lambda: held.do("entry", by, body, key)))

    own, request = units[board], f"{board}/own"
    send("a stale round", own, "A", f"{board}/stale", 2)
    send("everybody's", units[SHARED], "A", f"{board}/everybody's")
    send("own", own, "A", request)
    send("own again", own, "A", request)
    send("own, changed", own, "B", request)
    send("own, as new", own, "A", f"{board}/new")
    send("not drawn", "b, 0", "A", f"{board}/not drawn")
    send("own after all", own, "A", request)


def answered(board: int, asked: str, do: Callable[[], Done]) -> Answer:
    """Return the answer to one request; only a refusal in plain words is one."""
    try:
        done = do()
    except UsageError as error:
        return Answer(board, asked, None, "", str(error))
    return Answer(board, asked, done.act.n, done.receipt.root.hex(), "")


def close_when_due(held: HeldAudit) -> list[Answer]:
    """Try to close the round until all units are settled, while the boards are at work; return the answers."""
    answers = [answered(-1, "close", lambda: acting.close(held, ADA))]
    while "drawn and not settled" in answers[-1].refused:
        time.sleep(0.05)
        answers.append(answered(-1, "close", lambda: acting.close(held, ADA)))
    return answers


def together(root: Path, url: str, first: int, end: int) -> list[Answer]:
    """Let boards [first, end) work at once, over one held audit."""
    answers, failures = list[Answer](), list[BaseException]()
    with HeldAudit(Workspace.open(root), url, clock) as held:
        gate = threading.Barrier(end - first)

        def begin(board: int) -> None:
            try:
                gate.wait(30)
                work(held, board, answers.append)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=begin, args=(board,)) for board in range(first, end)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
    if failures:
        raise failures[0]
    return answers


if __name__ == "__main__":
    for one in together(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])):
        sys.stdout.write(json.dumps(asdict(one)) + "\n")
