"""The audit in its folder: one log, many processes; what was acknowledged stays, and nothing is done twice."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from audit.small_audits import VOTES, batches, comparison, picture

from faircount.app.auditing import acting
from faircount.app.auditing.held import Clock, HeldAudit, now, opened_audit
from faircount.app.auditing.preparing import Prepared
from faircount.app.auditing.rehearsing import ticking
from faircount.evidence.log.note import Note
from faircount.evidence.log.store import Pen
from faircount.model import Ballot, Counted, FaircountError, Person, Seen, TamperError, UsageError
from faircount.store import Workspace

ADA, BO, CY = (Person(name, "official") for name in ("Ada", "Bo", "Cy"))
DIGITS = "31415926535897932384"


@pytest.fixture
def held(tmp_path: Path) -> Iterator[HeldAudit]:
    """An audit of forty cards, of which twelve are drawn."""
    with small(tmp_path / "e") as one:
        yield one


RECORDS = [("", {"c1": way}) for way in "AAAB" * 10]


def small(root: Path, clock: Clock | None = None) -> HeldAudit:
    audit = HeldAudit.create(Workspace.create(root), ADA, clock=clock or ticking())
    acting.commit(audit, ADA, Prepared(comparison(RECORDS), (), ()))
    acting.witness(audit, ADA)
    acting.roll(audit, ADA, DIGITS)
    acting.roll(audit, BO, DIGITS)
    acting.draw(audit, ADA, {"c1": 12})
    return audit


def on_paper(unit: str) -> Seen:
    return Seen(True, {"c1": VOTES["AAAB"[(int(unit.partition(", ")[2]) - 1) % 4]]})


def test_the_bundle_does_not_depend_on_where_it_is_made(tmp_path: Path) -> None:
    """Time zone, locale and hash seed: the same bytes."""
    with small(tmp_path / "e") as held:
        for unit in held.audit.waiting:
            acting.enter(held, BO, unit, on_paper(unit))
        acting.close(held, ADA)
        held.checkpoint()
    program = (
        "import hashlib, sys; from pathlib import Path\n"
        "from faircount.app.auditing.held import opened_audit; from faircount.app.auditing.bundling import parts_of\n"
        "with opened_audit(Path(sys.argv[1])) as held:\n"
        "    for name, data in parts_of(held).items(): print(name, hashlib.sha256(data).hexdigest())\n"
    )
    said = set()
    for zone, locale, seed in (("UTC", "C", "0"), ("Asia/Kathmandu", "C.UTF-8", "1"), ("America/Bogota", "POSIX", "2")):
        env = {
            **os.environ,
            "TZ": zone,
            "LC_ALL": locale,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "e")], env=env, capture_output=True, text=True, check=True
        )
        said.add(done.stdout)
    assert len(said) == 1 and "files/contests.json" in next(iter(said))


# ---- requests sent twice ---------------------------------------------------
def test_a_request_sent_twice_is_done_once(held: HeldAudit) -> None:
    unit, other, *_ = held.audit.waiting
    first = acting.enter(held, BO, unit, on_paper(unit), "board 1, sheet 1")
    size = held.log.head().size
    again = acting.enter(held, BO, unit, on_paper(unit), "board 1, sheet 1")
    assert (again.act, again.receipt) == (first.act, first.receipt) and held.log.head().size == size
    for by, seen in ((CY, on_paper(unit)), (BO, Seen(False, {}))):
        with pytest.raises(UsageError, match="this request was made before with other content; it is act 7"):
            acting.enter(held, by, unit, seen, "board 1, sheet 1")
    with pytest.raises(UsageError, match="made before with other content"):
        acting.enter(held, BO, other, on_paper(other), "board 1, sheet 1")
    with opened_audit(held.space.root) as reopened:
        assert acting.enter(reopened, BO, unit, on_paper(unit), "board 1, sheet 1").receipt == first.receipt


def test_a_request_of_before_a_new_beginning_is_another_one(held: HeldAudit) -> None:
    """Else an entry would be acknowledged that counts for nothing."""
    unit, *_ = held.audit.waiting
    acting.enter(held, BO, unit, on_paper(unit), "b|1|Bo")
    held.do("restart", ADA, {"reason": "the manifest was wrong"})
    with pytest.raises(UsageError, match="nothing is drawn yet"):
        acting.enter(held, BO, unit, on_paper(unit), "b|1|Bo")
    acting.commit(held, ADA, Prepared(comparison(RECORDS), (), ()))
    acting.witness(held, ADA)
    for by in (ADA, BO):
        acting.roll(held, by, "2" * 20)
    acting.draw(held, ADA, {"c1": 40})
    acting.enter(held, BO, unit, on_paper(unit), "b|1|Bo")
    assert unit in held.audit.entries.settled


def test_a_changed_file_is_committed_under_a_name_of_its_own(held: HeldAudit) -> None:
    held.do("late", ADA, {"files": [held.keep("sample-6.csv", b"x")], "what": "replaced-file", "words": "a new list"})
    acting.commit(held, ADA, Prepared(comparison([*RECORDS, ("", {"c1": "A"})]), (), ()))
    names = {one["name"] for one in held.audit.committed["files"]}
    assert {"2-cards.csv", "2-contests.json", "ballots.json", "pools.json"} <= names
    assert "2-sample-6.csv" in held.audit.names and len(held.audit.commitment.listed) == 41


def test_two_counts_of_a_batch_are_equal_whatever_their_order(tmp_path: Path) -> None:
    audit = HeldAudit.create(Workspace.create(tmp_path / "e"), ADA, clock=ticking())
    with audit:
        acting.commit(audit, ADA, Prepared(batches({"x": {"c1": "AAAB"}, "y": {"c1": "AAB"}}), (), ()), double=True)
        acting.witness(audit, ADA)
        for by in (ADA, BO):
            acting.roll(audit, by, DIGITS)
        acting.draw(audit, ADA, {"*": 5})
        unit, *_ = audit.audit.waiting
        a, b, blank = VOTES["A"], VOTES["B"], Ballot()
        acting.enter(audit, BO, unit, Seen(True, {"c1": Counted(4, ((b, 1), (a, 1), (a, 2), (blank, 0)))}))  # type: ignore[arg-type]
        acting.enter(audit, CY, unit, Seen(True, {"c1": Counted(4, ((a, 3), (b, 1)))}))  # type: ignore[arg-type]
        assert unit in audit.audit.entries.settled


# ---- many at once ----------------------------------------------------------
def _enter_some(root: str, who: int, units: list[str], gate: object) -> None:
    gate.wait()  # type: ignore[attr-defined]
    with opened_audit(Path(root)) as held:
        for unit in units:
            acting.enter(held, Person(f"Board {who}", "audit board"), unit, on_paper(unit))


def test_eight_processes_enter_at_once(tmp_path: Path) -> None:
    """Each entry exactly once, none lost, and everybody's view the same."""
    cards = [("", {"c1": way}) for way in "AAAB" * 45]
    with HeldAudit.create(Workspace.create(tmp_path / "e"), ADA) as audit:
        acting.commit(audit, ADA, Prepared(comparison(cards), (), ()))
        acting.witness(audit, ADA)
        for by in (ADA, BO):
            acting.roll(audit, by, DIGITS)
        acting.draw(audit, ADA, {"c1": 160})
        units = list(audit.audit.waiting)
        context = multiprocessing.get_context("fork")
        gate = context.Barrier(8)
        boards = [
            context.Process(target=_enter_some, args=(str(tmp_path / "e"), n, units[n::8], gate)) for n in range(8)
        ]
        for board in boards:
            board.start()
        for board in boards:
            board.join()
        assert [board.exitcode for board in boards] == [0] * 8
        audit.refresh()
        entered = [act.body["unit"] for act in audit.acts if act.act == "entry"]
        assert sorted(entered) == sorted(units) and audit.audit.waiting == ()
        assert [act.n for act in audit.acts] == list(range(len(audit.acts)))
        acting.close(audit, ADA)


def test_threads_share_one_audit(held: HeldAudit) -> None:
    units, faults = list(held.audit.waiting), list[BaseException]()

    def work(mine: list[str]) -> None:
        try:
            for unit in mine:
                acting.enter(held, BO, unit, on_paper(unit))
        except BaseException as error:  # it is told below, in the thread of the test
            faults.append(error)

    threads = [threading.Thread(target=work, args=(units[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults and held.audit.waiting == ()
    assert [act.n for act in held.acts] == list(range(held.log.head().size))


KILLED = """
import sys; from pathlib import Path
from faircount.app.auditing import acting, records
from faircount.app.auditing.held import opened_audit
from faircount.model import Person, Seen
with opened_audit(Path(sys.argv[1])) as held:
    for unit in held.audit.waiting:
        done = acting.enter(held, Person("Bo", "official"), unit, Seen(False, {}))
        print(done.act.n, unit, flush=True)
    sys.stdin.read()
"""


def test_a_killed_process_loses_no_entry_that_was_acknowledged(tmp_path: Path) -> None:
    small(tmp_path / "e", now).close()
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    acknowledged = []
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "e")],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        for _ in range(5):
            acknowledged.append(child.stdout.readline().split(" ", 1))
        child.send_signal(signal.SIGKILL)
        acknowledged += [line.split(" ", 1) for line in child.stdout if line.endswith("\n")]
    with opened_audit(tmp_path / "e") as held:
        found = {act.n: act.body["unit"] for act in held.acts if act.act == "entry"}
        assert len(acknowledged) >= 5
        for number, unit in acknowledged:
            assert found[int(number)] == unit.strip()
        for unit in held.audit.waiting:
            acting.enter(held, BO, unit, on_paper(unit))
        assert acting.close(held, ADA)


# ---- what cannot be written ------------------------------------------------
def agree(held: HeldAudit) -> None:
    """Hold the fold against a second one, made from the log as it is."""
    with HeldAudit(held.space, clock=ticking()) as other:
        assert picture(other.audit) == picture(held.audit) and other.acts == held.acts


def test_the_fold_is_never_ahead_of_the_log(held: HeldAudit, monkeypatch: pytest.MonkeyPatch) -> None:
    unit, *_ = held.audit.waiting

    def broken(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Pen, "append", broken)
        with pytest.raises((OSError, FaircountError)):
            acting.enter(held, BO, unit, on_paper(unit))
    assert unit in held.audit.waiting
    agree(held)
    acting.enter(held, BO, unit, on_paper(unit))
    assert unit not in held.audit.waiting
    agree(held)


def test_a_transaction_that_fails_at_its_end_leaves_nothing(held: HeldAudit, monkeypatch: pytest.MonkeyPatch) -> None:
    unit, *_ = held.audit.waiting
    real = held.log.appending

    @contextmanager
    def failing() -> Iterator[object]:
        with real() as pen:
            yield pen
            raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(held.log, "appending", failing)
        with pytest.raises((OSError, FaircountError)):
            acting.enter(held, BO, unit, on_paper(unit))
    assert unit in held.audit.waiting and len(held.acts) == held.log.head().size
    agree(held)


def test_a_refused_act_is_not_written_and_costs_no_replay(held: HeldAudit, monkeypatch: pytest.MonkeyPatch) -> None:
    size, begun = held.log.head().size, held.audit
    with pytest.raises(UsageError, match="was not drawn"):
        acting.enter(held, BO, "b, 99", on_paper("b, 1"))
    assert held.log.head().size == size and held.audit is begun
    agree(held)


def test_another_process_is_heard(held: HeldAudit) -> None:
    unit, other, *_ = held.audit.waiting
    with HeldAudit(held.space, clock=ticking(datetime(2030, 11, 13, tzinfo=UTC))) as second:
        acting.enter(second, CY, unit, on_paper(unit))
    held._clock = ticking(datetime(2030, 11, 14, tzinfo=UTC))
    with pytest.raises(UsageError, match="is settled by act"):
        acting.enter(held, BO, unit, on_paper(unit))
    acting.enter(held, BO, other, on_paper(other))
    assert [act.by.name for act in held.acts[-2:]] == ["Cy", "Bo"]


def test_a_clock_that_was_set_back(held: HeldAudit) -> None:
    held._clock = lambda: datetime(2030, 11, 12, 8, tzinfo=UTC)
    with pytest.raises(UsageError, match="set the clock right"):
        held.do("note", ADA, {"words": "too early"})
    held._clock = lambda: datetime(2030, 11, 12, 23, 30, tzinfo=UTC).astimezone()
    assert held.do("note", ADA, {"words": "in time"}).act.at == "2030-11-12T23:30:00Z"


def test_the_witnessed_note_is_of_this_log(tmp_path: Path) -> None:
    with HeldAudit.create(Workspace.create(tmp_path / "e"), ADA, clock=ticking()) as held:
        acting.commit(held, ADA, Prepared(comparison(RECORDS), (), ()))
        _, good = held.checkpoint()
        lines = good.text.split("\n")
        forged = "\n".join([lines[0], lines[1], "A" * 43 + "=", *lines[3:]])
        with pytest.raises(TamperError, match="of another log"):
            acting.witness(held, ADA, Note(forged, (held.key.sign(forged),)))
        acting.witness(held, ADA, good)


def test_a_file_that_was_changed_is_seen_when_the_audit_is_opened(tmp_path: Path) -> None:
    small(tmp_path / "e").close()
    for path in sorted((tmp_path / "e" / "log" / "files").iterdir()):
        data = path.read_bytes()
        path.write_bytes(data + b" ")
        with pytest.raises(TamperError, match="its SHA-256 differs"):
            opened_audit(tmp_path / "e")
        path.unlink()
        with pytest.raises(TamperError, match="cannot be read"):
            opened_audit(tmp_path / "e")
        path.write_bytes(data)
    opened_audit(tmp_path / "e").close()


def test_what_people_do_out_of_turn(held: HeldAudit) -> None:
    unit, *_ = held.audit.waiting
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: acting.close(held, ADA), "12 units are drawn and not settled, first 'b, "),
        (lambda: acting.correct(held, BO, unit, on_paper(unit), "why", "Ada"), "it is not settled"),
        (lambda: acting.resolve(held, BO, unit, on_paper(unit), ["Bo", "Cy"]), "no two entries that disagree"),
        (
            lambda: acting.draw(held, ADA, {"c1": 20}),
            "`draw` may come when the audit is seeded or closed; it is: round open",
        ),
        (lambda: acting.count_by_hand(held, ADA, "c1", Counted(1, ()), [0]), "`hand-count` may come"),  # type: ignore[arg-type]
        (
            lambda: acting.commit(held, ADA, Prepared(comparison(RECORDS), (), ()), further={"cards.csv": b""}),
            "is called 'cards.csv' already",
        ),
        (lambda: acting.roll(held, CY, "12"), "at least 20 digits"),
        (lambda: acting.witness(held, ADA), "`witness` may come when the audit is committed"),
    ]
    for act, words in cases:
        with pytest.raises(FaircountError) as refused:
            act()
        assert words in str(refused.value)
    agree(held)
