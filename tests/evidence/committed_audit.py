"""The smallest audit that waits for its witnesses, and the witnesses."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cli.running import ROOT

from faircount.app.auditing import acting
from faircount.app.auditing.held import HeldAudit, opened_audit
from faircount.app.auditing.preparing import Wish, prepare
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.model import Person
from faircount.store import Workspace
from faircount_witness.keys import key_of
from faircount_witness.witness import Refusal, Witness, own_key

ADA = Person("Ada Vale", "official")
NAMES = ("greens.example/w", "press.example/w", "college.example/w")


@dataclass(frozen=True)
class Watched:
    """The folder of an election whose audit is committed, and the folders of three witnesses that watch it."""

    election: Path
    witnesses: tuple[Path, ...]

    def held(self) -> HeldAudit:
        return opened_audit(self.election)

    def note(self, words: str) -> None:
        """Let the log grow by an act that changes nothing."""
        with self.held() as held:
            held.do("note", ADA, {"words": words})

    def acts(self) -> list[str]:
        with self.held() as held:
            return [act.act for act in held.acts]


def watched(folder: Path, quorum: int = 2) -> Watched:
    """Make one, with 20 cards of one contest."""
    rows = ["card,contest,choices", *(f"c{n:02},Mayor,{'Ada' if n < 14 else 'Bo'}" for n in range(20))]
    folder.mkdir()
    (folder / "cards.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    space = Workspace.create(folder / "election", name="Smallville")
    ingest(space, [folder / "cards.csv"], jobs=1)
    made = Watched(space.root, tuple(folder / f"witness-{n}" for n in range(3)))
    keys = [begun(place, name) for place, name in zip(made.witnesses, NAMES, strict=True)]
    prepared = prepare(Opened(space.root), Wish(contests=("Mayor",)))
    with HeldAudit.create(space, ADA, witnesses=keys, quorum=quorum) as held:
        acting.commit(held, ADA, prepared)
        origin, key = held.log.origin, held.audit.policy["log_key"]
    for place in made.witnesses:
        trust(place, origin, key)
    return made


def begun(folder: Path, name: str) -> str:
    """Make a witness; return its key as text."""
    witness = Witness(folder, begin=True)
    witness.begin(name)
    witness.close()
    return str(own_key(folder)[0])


def trust(folder: Path, origin: str, key: str) -> None:
    witness = Witness(folder)
    witness.trust(origin, key_of(key))
    witness.close()


def asked(folder: Path, body: bytes) -> tuple[int, bytes]:
    """Ask a witness as its own process would; return the status, and the lines or words."""
    witness = Witness(folder)
    try:
        return 200, witness.answer(body)
    except Refusal as no:
        return no.status, str(no).encode()
    finally:
        witness.close()


def program(folder: Path, *arguments: object) -> "subprocess.Popen[str]":
    """Start the witness as people do, in a process of its own that finds nothing but itself."""
    command = [sys.executable, "-m", "faircount_witness", "--folder", str(folder), *map(str, arguments)]
    return subprocess.Popen(command, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")}, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip


def run(folder: Path, *arguments: object) -> tuple[int, str, str]:
    """Run the witness to its end; return its exit code and what it said."""
    process = program(folder, *arguments)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


class Serving:
    """A witness that serves; its process ends with the block."""

    def __init__(self, folder: Path) -> None:
        self._process = program(folder, "serve")

    def __enter__(self) -> str:
        assert self._process.stdout is not None
        address = self._process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+", address), address
        return address

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
