"""A whole small audit that goes on from wherever it stands, and comes to the same bytes however often it was stopped.

As a program it lives in a folder and says each act that was acknowledged: `audit_life.py FOLDER [URL [DEATH]]`; without
arguments it lives once for every line of stdin, `[folder, death]`. With a death, `act:number`, it kills itself at that
durable boundary of that act: before or after an fsync, after a rename, before a commit, after all of it.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit.small_audits import DIGITS, VOTES, comparison
from sqlalchemy import Engine, event

from faircount.app.auditing import acting
from faircount.app.auditing.held import Done, HeldAudit, is_begun
from faircount.app.auditing.preparing import Prepared
from faircount.audit.acts import CLOSED, COMMITTED, DRAFT, OPEN, PUBLISHED
from faircount.evidence.log.note import SigningKey
from faircount.model import Person, Seen, UsageError
from faircount.store import Workspace

ADA, BO = Person("Ada", "official"), Person("Bo", "official")
CY = Person("Cy", "audit board")
ORIGIN = "life.example/audit"
KEY = SigningKey.from_seed(ORIGIN, b"\x07" * 32)
SAID = "AAAAAAAB"
RECORDS = [("", {"c1": SAID[at % 8]}) for at in range(40)]
KINDS = ("open", "commit", "witness", "dice", "seed", "draw", "entry", "close", "sign-off", "publish")


def clock() -> datetime:
    """Return one and the same time: equal acts are equal bytes."""
    return datetime(2030, 11, 12, 9, tzinfo=UTC)


def opened(root: Path, url: str = "") -> HeldAudit:
    """Open the audit of a folder, or begin it."""
    space = Workspace.open(root)
    if is_begun(space, url):
        return HeldAudit(space, url, clock)
    return HeldAudit.create(space, ADA, origin=ORIGIN, key=KEY, url=url, clock=clock)


def seen(unit: str) -> Seen:
    """Return what the paper says: what is on record."""
    return Seen(True, {"c1": VOTES[SAID[(int(unit.split(", ")[1]) - 1) % 8]]})


def step(held: HeldAudit) -> None:
    """Do what is next."""
    audit = held.audit
    if audit.stage == DRAFT:
        acting.commit(held, ADA, Prepared(comparison(RECORDS, audited=["c1"]), (), ()))
    elif audit.stage == COMMITTED and not audit.ceremony.size:
        acting.witness(held, ADA)
    elif audit.stage == COMMITTED and len(audit.ceremony.dice) < 2:
        acting.roll(held, BO if ADA.name in audit.ceremony.dice else ADA, DIGITS)
    elif audit.stage == OPEN and audit.waiting:
        unit = audit.waiting[0]
        acting.enter(held, CY, unit, seen(unit), f"entry of {unit}")
    elif audit.stage == OPEN:
        acting.close(held, ADA)
    elif audit.stage != CLOSED or audit.undecided():
        # Bo's dice were the last: a seed that a crash left out is his, and `draw` makes up for it.
        acting.draw(held, BO, {"c1": 4 * (len(audit.rounds) + 1)})
    elif len(audit.signed) < 2:
        held.do("sign-off", BO if ADA.name in audit.signed else ADA, {"words": "Seen."})
    else:
        held.do("publish", ADA, {})


def live(root: Path, url: str = "") -> list[bytes]:
    """Go on until the audit is published; return the entries of its log. Whoever else is at it may be first."""
    with opened(root, url) as held:
        while held.audit.stage != PUBLISHED:
            known = len(held.acts)
            try:
                step(held)
            except UsageError:
                held.refresh()
                if len(held.acts) == known:
                    raise
        return list(held.log.entries())


Do = Callable[..., Done]


def telling(do: Do, told: Callable[[Done], None]) -> Do:
    """Return `HeldAudit.do` that has `told` called whenever an act is acknowledged."""

    def do_and_tell(*act: object, **more: object) -> Done:
        done = do(*act, **more)
        told(done)
        return done

    return do_and_tell


class Boundaries:
    """The durable boundaries that each kind of act crosses; at one of them the program dies, if it is told to."""

    def __init__(self, death: str = "") -> None:
        self.crossed: dict[str, int] = {}
        self._act = "open"
        kind, _, number = death.rpartition(":")
        self._death = (kind, int(number)) if death else None
        fsync, replace, do, commit, draw = os.fsync, os.replace, HeldAudit.do, acting.commit, acting.draw
        machine: Any = os

        def counted_fsync(handle: int) -> None:
            self.cross()
            fsync(handle)
            self.cross()

        def counted_replace(old: Path, new: Path) -> None:
            replace(old, new)
            self.cross()

        def named(held: HeldAudit, act: str, by: Person, body: object, key: str | None = None) -> Done:
            self._act = act
            done = do(held, act, by, body, key)  # type: ignore[arg-type]
            self.cross()
            return done

        def committing(*more: object, **named: object) -> Done:
            self._act = "commit"  # its files are written before the act
            return commit(*more, **named)  # type: ignore[arg-type]

        def drawing(*more: object, **named: object) -> Done:
            self._act = "draw"
            return draw(*more, **named)  # type: ignore[arg-type]

        machine.fsync, machine.replace = counted_fsync, counted_replace
        HeldAudit.do = named  # type: ignore[method-assign, assignment]
        acting.commit, acting.draw = committing, drawing
        event.listen(Engine, "commit", lambda _: self.cross())

    def cross(self) -> None:
        """Count one boundary of the act that is going on; die if it is the one."""
        self.crossed[self._act] = self.crossed.get(self._act, 0) + 1
        if self._death == (self._act, self.crossed[self._act]):
            os.kill(os.getpid(), signal.SIGKILL)


def say(*words: object) -> None:
    """Say one line at once, before anything can kill the program."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def one_life(root: Path, url: str, death: str) -> None:
    """Live in this process, and say what was acknowledged."""
    counted = Boundaries(death)
    HeldAudit.do = telling(HeldAudit.do, lambda done: say(done.act.n, done.act.act))  # type: ignore[method-assign]
    live(root, url)
    say("crossed", *(f"{act}:{number}" for act, number in counted.crossed.items()))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        one_life(Path(sys.argv[1]), *(*sys.argv[2:], "", "")[:2])
    for line in sys.stdin if len(sys.argv) == 1 else ():  # a process for each line, without loading all anew
        if (child := os.fork()) == 0:
            one_life(Path(json.loads(line)[0]), "", json.loads(line)[1])
            os._exit(0)
        say("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
