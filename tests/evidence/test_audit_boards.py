"""Hostile concurrency: fifty boards, each request exactly once, clear refusals, nothing lost; two programs; a race."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cli.running import environment
from evidence.audit_life import ADA, clock, live, opened
from evidence.boards import BOARDS, SEEN, Answer, close_when_due, person, prepared, together

from faircount.app.auditing import acting
from faircount.app.auditing.held import HeldAudit
from faircount.audit.acts import CLOSED
from faircount.evidence.log.note import SigningKey
from faircount.model import UsageError
from faircount.store import Workspace

TESTS = Path(__file__).parent.parent
REFUSALS = {
    "a stale round": "round 1 is open, not 2",
    "everybody's": "is settled by act",
    "own, changed": "this request was made before with other content",
    "own, as new": "is settled by act",
    "not drawn": "was not drawn",
}


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("postgres_url")) if request.param == "postgres" else ""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Workspace.create(tmp_path / "e", name="Small").root


def program(name: str, *arguments: object) -> "subprocess.Popen[str]":
    path = os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)])
    command = [sys.executable, str(TESTS / "evidence" / name), *map(str, arguments)]
    return subprocess.Popen(command, env=environment(PYTHONPATH=path), stdout=subprocess.PIPE, text=True)


def in_programs(root: Path, url: str, number: int) -> list[Answer]:
    """Let the boards work in so many programs."""
    each = BOARDS // number
    running = [program("boards.py", root, url, first, first + each) for first in range(0, BOARDS, each)]
    answers = []
    for one in running:
        said, _ = one.communicate(timeout=120)
        assert one.returncode == 0
        answers += [Answer(**json.loads(line)) for line in said.splitlines()]
    return answers


@pytest.mark.parametrize("programs", [1, 2])
def test_fifty_boards_at_once_are_each_heard_once(root: Path, url: str, programs: int) -> None:
    prepared(root, url)
    began = time.monotonic()
    answers = together(root, url, 0, BOARDS) if programs == 1 else in_programs(root, url, programs)
    assert time.monotonic() - began < 60, "about 5 s on a machine of one's own"
    by_kind: dict[str, list[Answer]] = {}
    for one in answers:
        by_kind.setdefault(one.asked, []).append(one)
    assert {len(kind) for kind in by_kind.values()} == {BOARDS} and len(by_kind) == 8
    for asked, refusal in REFUSALS.items():
        refused = [one.refused for one in by_kind[asked] if one.refused]
        assert len(refused) == BOARDS - (asked == "everybody's")
        assert all(refusal in words for words in refused), (asked, refused)
    with HeldAudit(Workspace.open(root), url) as held:
        entries = {act.n: act for act in held.acts if act.act == "entry"}
        assert len(entries) == BOARDS + 1
        assert Counter(act.body["unit"] for act in entries.values()) == Counter(held.audit.drawn.units)
        for board in range(BOARDS):
            own = {(one.act, one.root) for one in answers if one.board == board and one.asked in ALIKE}
            ((number, told),) = own
            assert number is not None and entries[number].by == person(board)
            assert entries[number].body["unit"] == held.audit.drawn.units[board]
            assert held.log.receipt(number).root.hex() == told
        ((winner, of_all),) = [(one.board, one.act) for one in by_kind["everybody's"] if not one.refused]
        assert of_all is not None and entries[of_all].by == person(winner)
        assert not held.audit.waiting


ALIKE = ("own", "own again", "own after all")
"""One request, sent three times."""


def test_a_round_that_somebody_closed_takes_no_entry_and_still_answers_replays(root: Path, url: str) -> None:
    """Boards work while one of them closes as soon as it may; who comes too late is told so."""
    prepared(root, url)
    with HeldAudit(Workspace.open(root), url, clock) as held, ThreadPoolExecutor(1) as pool:
        closing = pool.submit(close_when_due, held)
        answers = together(root, url, 0, BOARDS)
        tries = closing.result(60)
        assert len(tries) > 1 and not tries[-1].refused and held.audit.stage == CLOSED
        assert [act.act for act in held.acts].count("close") == 1
        unit, kept = held.audit.drawn.units[0], next(one for one in answers if (one.board, one.asked) == (0, "own"))
        for way in "AB":
            with pytest.raises(UsageError, match="may come when the audit is round open; it is: closed"):
                acting.enter(held, person(1), unit, SEEN[way], f"late {way}")
        again = acting.enter(held, person(0), unit, SEEN["A"], "0/own")
        assert (again.act.n, again.receipt.root.hex()) == (kept.act, kept.root)
    assert not [one for one in answers if one.asked in ALIKE and one.refused]


def test_two_programs_that_do_one_audit_come_to_the_same_end_as_one(tmp_path: Path, root: Path, url: str) -> None:
    whole = live(Workspace.create(tmp_path / "alone", name="Small").root)
    opened(root, url).close()
    running = [program("audit_life.py", root, url) for _ in range(2)]
    said = [one.communicate(timeout=120)[0] for one in running]
    assert [one.returncode for one in running] == [0, 0]
    told = [{tuple(line.split()) for line in text.splitlines() if not line.startswith("crossed")} for text in said]
    assert len(told[0] | told[1]) == len(whole) - 1, "all but `open`"
    with HeldAudit(Workspace.open(root), url) as held:
        assert list(held.log.entries()) == whole


def test_an_audit_is_begun_once_however_many_begin_it(root: Path, url: str) -> None:
    def begin(number: int) -> str:
        key = SigningKey.generate(f"board{number}.example/audit")
        try:
            with HeldAudit.create(Workspace.open(root), ADA, origin=key.verifier.name, key=key, url=url):
                return str(key.verifier)
        except UsageError as error:
            return str(error)

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(begin, range(8)))
    begun = [words for words in said if ".example/audit+" in words]
    refused = [words for words in said if words not in begun]
    assert len(begun) == 1 and all("another faircount is writing" in one or "already" in one for one in refused), said
    with HeldAudit(Workspace.open(root), url) as held:
        assert held.audit.policy["log_key"] == begun[0] == str(held.key.verifier)
        assert held.checkpoint()[0].size == 1
