"""An audit whose program is killed, whose disk is full, whose folder is read-only: it goes on from what was told."""

import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cli.running import Here, environment
from cli.test_auditing_commands import fill
from cli.unprivileged import unprivileged
from evidence.audit_life import KINDS, live, opened, step

from faircount.app.auditing.held import HeldAudit, is_begun, opened_audit
from faircount.app.ingest import ingest
from faircount.audit.acts import COMMITTED, DRAFT, PUBLISHED
from faircount.evidence.log.canonical import parse_canonical
from faircount.evidence.log.store import Log
from faircount.store import Workspace

TESTS = Path(__file__).parent.parent
DICE = "31415926535897932384"


@pytest.fixture
def life() -> Iterator[Callable[[Path, str], tuple[int, str]]]:
    """Live in a process of its own, which dies where it is told; return how it ended and what it said."""
    path = os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)])
    with subprocess.Popen(
        [sys.executable, str(TESTS / "evidence" / "audit_life.py")], env=environment(PYTHONPATH=path), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as nursery:  # fmt: skip
        assert nursery.stdin and nursery.stdout
        orders, said = nursery.stdin, nursery.stdout

        def lived(root: Path, death: str = "") -> tuple[int, str]:
            orders.write(json.dumps([str(root), death]) + "\n")
            orders.flush()
            lines = [said.readline()]
            while not lines[-1].startswith("ended"):
                assert lines[-1], "the nursery itself has died"
                lines.append(said.readline())
            return int(lines.pop().split()[1]), "".join(lines)

        yield lived
        orders.close()


def kinds(entries: list[bytes]) -> list[str]:
    return [str(parse_canonical(entry)["act"]) for entry in entries]


def crossed(said: str) -> dict[str, int]:
    """Return how many durable boundaries each act crossed."""
    counted = (part.split(":") for part in said.splitlines()[-1].split()[1:])
    return {act: int(number) for act, number in counted}


def test_an_audit_that_is_killed_in_every_act_comes_to_the_same_end(
    tmp_path: Path, life: Callable[[Path, str], tuple[int, str]]
) -> None:
    """One life, killed once in each kind of act, at a boundary drawn by lot, and begun again each time."""
    root, rng = Workspace.create(tmp_path / "killed", name="Small").root, random.Random(2030)
    code, said = life(Workspace.create(tmp_path / "whole", name="Small").root, "")
    assert code == 0
    whole, boundaries = live(tmp_path / "whole"), crossed(said)
    assert set(boundaries) == set(KINDS) and min(boundaries.values()) >= 2
    told = 0
    for kind in KINDS:
        at = rng.randrange(1, boundaries[kind] // kinds(whole).count(kind) + 1)
        code, said = life(root, f"{kind}:{at}")
        assert code == -signal.SIGKILL
        acts = [line.split() for line in said.splitlines()]
        told = max([told, *(int(number) + 1 for number, _ in acts)])
        if is_begun(Workspace.open(root)):
            with HeldAudit(Workspace.open(root)) as held:
                found = list(held.log.entries())
            assert found == whole[: len(found)] and told <= len(found) <= told + 1, (kind, at)
    assert live(root) == whole


# ---- what people type, on a disk that gives nothing ------------------------------------------
@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(capsys)


@pytest.fixture(scope="module")
def election(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An election of 40 cards; nobody writes to it."""
    folder = tmp_path_factory.mktemp("small")
    rows = ["card,contest,choices", *(f"c{n:02},Mayor,{'Bo' if n % 8 == 7 else 'Ada'}" for n in range(40))]
    (folder / "cards.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    space = Workspace.create(folder / "e", name="Smallville")
    ingest(space, [folder / "cards.csv"], jobs=1)
    return space.root


def commands(folder: Path) -> list[tuple[object, ...]]:
    """Return everything that people type from the commitment to the public pages."""
    dice = [("seed", "dice", DICE, "--by", name) for name in ("Ada", "Bo")]
    signed = [("audit", "sign", "Seen.", "--by", name) for name in ("Ada", "Bo")]
    return [
        ("commit", "mayor", "--by", "Ada"), *dice, ("sample", "draw", "--by", "Ada"),
        ("enter", folder / "board.csv", "--by", "Cy"), ("audit", "close", "--by", "Ada"), *signed,
        ("publish", folder / "site", "--by", "Ada"),
    ]  # fmt: skip


def logged(root: Path) -> list[bytes]:
    """Return the entries of the log; none where none was begun."""
    if not is_begun(Workspace.open(root)):
        return []
    with opened_audit(root) as held:
        return list(held.log.entries())


def prepare_table(here: Here, root: Path, command: tuple[object, ...]) -> None:
    if command[0] == "enter":
        assert here("-w", root, "enter", "--template", command[1]).code == 0
        fill(root, Path(str(command[1])))


def is_plain(code: int, err: str) -> bool:
    """Tell whether a refusal is one line, with an exit code for what the machine or the folder does not allow."""
    return code in (2, 5) and err.count("\n") == 1 and err.startswith("faircount: ")


def test_a_full_disk_at_every_command_is_a_plain_refusal_and_costs_nothing(
    here: Here, tmp_path: Path, election: Path
) -> None:
    root, limits = Path(shutil.copytree(election, tmp_path / "e")), resource.getrlimit(resource.RLIMIT_FSIZE)
    for command in commands(tmp_path):
        prepare_table(here, root, command)
        before = logged(root)
        for allowance in (0, 600, 5000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (allowance, limits[1]))
            try:
                refused = here("-w", root, *command)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            assert is_plain(refused.code, refused.err), (command, allowance, refused)
            assert logged(root)[: len(before)] == before and len(logged(root)) <= max(1, len(before))
        assert here("-w", root, *command).code == 0, command
    with opened_audit(root) as held:
        assert held.audit.stage == PUBLISHED
    assert not list((root / "log" / "files").glob(".*"))


READER = """
import io, json, sys
from faircount.cli import main
said = []
for arguments in json.loads(sys.argv[1]):
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    try:
        main(arguments)
    except SystemExit as ended:
        said.append([ended.code, sys.stderr.getvalue()])
sys.__stdout__.write(json.dumps(said))
"""


def test_a_folder_that_may_only_be_read_is_a_plain_refusal_at_every_command(
    here: Here, tmp_path: Path, election: Path
) -> None:
    root = Path(shutil.copytree(election, tmp_path / "e"))
    closed: list[Path] = []
    for at, command in enumerate(commands(tmp_path)):
        prepare_table(here, root, command)
        closed.append(Path(shutil.copytree(root, tmp_path / f"closed-{at}")))
        assert here("-w", root, *command).code == 0
    shutil.rmtree(tmp_path / "site")
    before = [logged(one) for one in closed]
    places = [place for one in closed for place in (one, *one.rglob("*"))]
    try:
        for place in places:
            place.chmod(0o555 if place.is_dir() else 0o444)
        asked = [["-w", *map(str, (one, *command))] for one, command in zip(closed, commands(tmp_path), strict=True)]
        refused = unprivileged(READER, json.dumps(asked)).document
    finally:
        for place in places:
            place.chmod(0o755 if place.is_dir() else 0o644)
    for arguments, (code, err) in zip(asked, refused, strict=True):
        assert is_plain(code, err), (arguments, code, err)
    assert [logged(one) for one in closed] == before


@pytest.mark.parametrize("there", ["the key", "the key and an empty log"])
def test_a_beginning_that_was_cut_off_is_begun_again(here: Here, tmp_path: Path, election: Path, there: str) -> None:
    root = Path(shutil.copytree(election, tmp_path / "e"))
    assert here("-w", root, "commit", "mayor", "--by", "Ada").code == 0
    with opened_audit(root) as held:
        origin = held.log.origin
    (root / "log" / "log.sqlite").unlink()
    if there != "the key":
        Log(root / "log" / "log.sqlite", origin=origin).close()
    assert here("-w", root, "commit", "mayor", "--by", "Ada").code == 0
    assert kinds(logged(root)) == ["open", "commit", "witness"]


# ---- files that acts name ----------------------------------------------------------------------
@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
def test_a_disk_that_fails_while_a_file_is_kept_leaves_neither_file_nor_act(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    root = Workspace.create(tmp_path / "e", name="Small").root
    real = getattr(os, call)
    with opened(root) as held:
        for allowed in range(40):  # each call fails once
            left = [allowed]

            def failing(path: Any, *more: Any, left: list[int] = left, **named: Any) -> Any:
                if "log/files" in (os.readlink(f"/proc/self/fd/{path}") if isinstance(path, int) else str(path)):
                    left[0] -= 1
                    if left[0] < 0:
                        raise OSError(errno.EIO, "Input/output error")
                return real(path, *more, **named)

            with monkeypatch.context() as patched:
                patched.setattr(os, call, failing)
                try:
                    step(held)
                    break
                except OSError:
                    pass
            assert [act.act for act in held.acts] == ["open"] and held.audit.stage == DRAFT
            assert not [path for path in (root / "log" / "files").iterdir() if path.name.startswith(".")]
        assert [act.act for act in held.acts] == ["open", "commit"] and allowed >= 3
    with opened(root) as held:
        assert held.audit.stage == COMMITTED


def test_threads_that_keep_the_same_file_do_not_hinder_each_other(tmp_path: Path) -> None:
    root = Workspace.create(tmp_path / "e", name="Small").root
    with opened(root) as held, ThreadPoolExecutor(16) as pool:
        for turn in range(20):
            data = b"%d" % turn * 1000
            named = list(pool.map(lambda _, data=data: held.keep("a.txt", data), range(16)))
            assert all(one == named[0] for one in named)
            assert held.file(named[0]["sha256"]) == data
