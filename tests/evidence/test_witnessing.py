"""What witnesses are for: a log that was put back, or that shows two histories, is found out, and said plainly."""

import http.server
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.running import Here
from evidence.committed_audit import ADA, NAMES, Serving, Watched, asked, begun, run, trust, watched

from faircount.app.auditing import witnessing
from faircount.app.auditing.held import HeldAudit
from faircount.app.auditing.witnessing import Heard, hear, known_sizes, requests, settle, standing, submit
from faircount.evidence.log.note import COSIGNATURE, SigningKey
from faircount.model import BadInputError, TamperError, UsageError
from faircount.store import Workspace


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    return watched(tmp_path_factory.mktemp("watched") / "here")


@pytest.fixture
def town(made: Watched, tmp_path: Path) -> Watched:
    """A committed audit of its own that waits for two of three witnesses."""
    folder = Path(shutil.copytree(made.election.parent, tmp_path / "here"))
    return Watched(folder / "election", tuple(folder / place.name for place in made.witnesses))


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(capsys)


def answers(town: Watched, *who: int) -> list[bytes]:
    """Carry requests to witnesses and their answers back, by the functions; each must cosign."""
    with town.held() as held:
        bodies = [one.body for one in requests(held)]
    found = [asked(town.witnesses[n], bodies[n]) for n in who]
    assert [status for status, _ in found] == [200] * len(who)
    return [line for _, line in found]


def copied(town: Watched, name: str) -> Watched:
    """A second server with the same key and the same log; the witnesses are the same people."""
    return Watched(Path(shutil.copytree(town.election, town.election.parent / name)), town.witnesses)


# ---- the good way ------------------------------------------------------------------------------------------------
def test_two_by_file_and_one_by_http_witness_a_commitment(town: Watched, here: Here, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    written = here("-w", town.election, "log", "request", "-o", stick, "--json")
    assert (written.code, [row["witness"] for row in written.document]) == (0, list(NAMES))
    assert "seed dice" not in written.err and "Read this aloud" in written.err
    for row, witness in zip(written.document[:2], town.witnesses, strict=False):
        code, _, err = run(witness, "answer", row["file"])
        assert code == 0 and "2 acts" in err
    first, second = sorted(stick.glob("*.answer"))
    one = here("-w", town.election, "log", "accept", first, "--by", "Ada Vale")
    assert (one.code, town.acts()) == (0, ["open", "commit"])
    assert "log + 1 of 3 witnesses vouch for 2 entries; the policy asks for log + 2" in one.err
    with Serving(town.witnesses[2]) as address:
        three = here("-w", town.election, "log", "submit", address, "--by", "Ada Vale", "--json")
    assert (three.code, town.acts()) == (0, ["open", "commit", "witness"])
    assert "log + 2 of 3" in three.err and "The commitment is witnessed" in three.err
    assert [row["outcome"] for row in three.document] == ["cosigned"]
    late = here("-w", town.election, "log", "accept", second, "--by", "Ada Vale")
    assert late.code == 0 and "log + 3 of 3 witnesses vouch for 2 entries" in late.err
    assert "The log has 3 entries by now" in late.err and town.acts()[2:] == ["witness"]
    with town.held() as held:
        assert set(known_sizes(held).values()) == {2}
        assert held.audit.ceremony.size == 2


def test_a_log_that_grew_meanwhile_asks_again(town: Watched) -> None:
    early = answers(town, 0, 1)
    town.note("somebody wrote while the stick was under way")
    with town.held() as held:
        heard = [hear(held, "a", line) for line in early]
        assert [(one.outcome, one.size) for one in heard] == [("cosigned", 2)] * 2
        assert settle(held, ADA, heard) is None, "what is witnessed is not all that is in the log"
        assert standing(held, [2]).endswith("The log has 3 entries by now")
        assert [one.old for one in requests(held)] == [2, 2, 0]
    with town.held() as held:
        heard = [hear(held, "a", line) for line in answers(town, 0, 1)]
        done = settle(held, ADA, heard)
        assert done is not None and done.act.n == 3
        assert settle(held, ADA, heard) is None, "once"


def test_one_key_never_counts_twice(town: Watched, tmp_path: Path) -> None:
    with town.held() as held:
        heard = [hear(held, "a", line) for line in answers(town, 0)]
        again = requests(held)[0]
        heard.append(hear(held, "b", asked(town.witnesses[0], again.body)[1]))
        assert [one.outcome for one in heard] == ["cosigned", "cosigned"]
        assert settle(held, ADA, heard) is None
        assert standing(held).startswith("log + 1 of 3")
        key = str(next(iter(known_sizes(held))))
    other = SigningKey.from_seed("another.example/w", b"\x09" * 32, COSIGNATURE)
    for keys in ([key, key], [str(other.verifier), str(type(other.verifier)("x", COSIGNATURE, other.verifier.public))]):
        space = Workspace.create(tmp_path / f"e{len(keys[0])}", name="Twice")
        with pytest.raises(BadInputError):
            HeldAudit.create(space, ADA, witnesses=keys, quorum=2)


# ---- a log put back ----------------------------------------------------------------------------------------------
ALARM = "THE LOG WAS ROLLED BACK"


def grown(town: Watched) -> Watched:
    """Witness the commitment, copy the whole folder, let the log grow and be cosigned by all; return the copy."""
    with town.held() as held:
        assert settle(held, ADA, [hear(held, "a", line) for line in answers(town, 0, 1, 2)])
    older = copied(town, "older")
    town.note("what somebody would like to undo")
    answers(town, 0, 1, 2)
    return older


def test_a_server_put_back_is_found_out_by_file(town: Watched, here: Here, tmp_path: Path) -> None:
    older = grown(town)
    written = here("-w", older.election, "log", "request", "-o", tmp_path, "--json").document
    code, _, err = run(town.witnesses[0], "answer", written[0]["file"])
    assert code == 1 and "REFUSED (409)" in err
    answer = written[0]["file"].replace(".request", ".answer")
    told = here("-w", older.election, "log", "accept", answer, "--by", "Ada Vale")
    assert told.code == 4 and ALARM in told.err and "cosigned 4 entries of this log, and here it has 3" in told.err


def test_a_server_put_back_is_found_out_by_http(town: Watched, here: Here) -> None:
    older = grown(town)
    with Serving(town.witnesses[0]) as address:
        told = here("-w", older.election, "log", "submit", address, "--by", "Ada Vale")
        assert told.code == 4 and ALARM in told.err and "has cosigned 4 entries" in told.err
        older.note("the same length, other words")
        same = here("-w", older.election, "log", "submit", address, "--by", "Ada Vale")
        assert same.code == 4 and "another history" in same.err and ALARM in same.err
        older.note("and longer")
        longer = here("-w", older.election, "log", "submit", address, "--by", "Ada Vale")
        assert longer.code == 4 and "the first 4 entries of this log are not what it saw" in longer.err


def test_a_server_put_back_that_went_on_is_found_out_by_file(town: Watched, tmp_path: Path) -> None:
    older = grown(town)
    for words in ("same length", "longer"):
        older.note(words)
        with older.held() as held:
            (tmp_path / "in.request").write_bytes(requests(held)[1].body)
            assert run(town.witnesses[1], "answer", tmp_path / "in.request")[0] == 1
            heard = hear(held, "in.answer", (tmp_path / "in.answer").read_bytes())
            assert heard.alarm and ALARM in heard.words
            with pytest.raises(TamperError, match=ALARM):
                settle(held, ADA, [heard])
    with older.held() as held, pytest.raises(TamperError, match=ALARM):
        requests(held, {NAMES[1]: 99})


# ---- two histories -----------------------------------------------------------------------------------------------
def test_a_split_view_is_refused_by_whom_saw_the_first(town: Watched) -> None:
    other = copied(town, "other")
    town.note("for the one half of the world")
    other.note("for the other half")
    with town.held() as one, other.held() as two:
        assert one.log.head().size == two.log.head().size == 3
        with Serving(town.witnesses[0]) as first, Serving(town.witnesses[1]) as second:
            assert [heard.outcome for heard in submit(one, [first])] == ["cosigned"]
            refused, cosigned = submit(two, [first, second])
            assert refused.alarm and ALARM in refused.words and cosigned.outcome == "cosigned"
            with pytest.raises(TamperError, match="shows different people different histories"):
                settle(two, ADA, [refused, cosigned, Heard(NAMES[2], "cosigned", 3)])
            assert [heard.alarm for heard in submit(one, [second])] == [True], "and the first half by the other witness"
        assert not two.audit.ceremony.size


def test_with_two_of_three_honest_only_one_history_is_ever_witnessed(town: Watched) -> None:
    other = copied(town, "other")
    town.note("one")
    other.note("two")
    with town.held() as one, other.held() as two:
        for held in (one, two, one):
            for witness, request in zip(town.witnesses, requests(held), strict=True):
                status, line = asked(witness, request.body)
                if status == 200:
                    hear(held, "a", line)
        assert settle(one, ADA, []) is not None and settle(two, ADA, []) is None


# ---- refusals that accuse nobody ---------------------------------------------------------------------------------
def test_an_unknown_log_and_a_strange_key_are_told_how_to_get_known(town: Watched, tmp_path: Path) -> None:
    begun(tmp_path / "new", NAMES[0])
    with town.held() as held, Serving(tmp_path / "new") as address:
        (heard,) = submit(held, [address])
        assert (heard.outcome, heard.alarm) == ("refused", False)
        assert f"trust {held.log.origin} {held.audit.policy['log_key']}" in heard.words
    with town.held() as held:
        strange = SigningKey.from_seed(held.log.origin, b"\x0b" * 32)
        trust(tmp_path / "new", held.log.origin, str(strange.verifier))
        body = requests(held)[0].body
        (tmp_path / "a.request").write_bytes(body)
        assert run(tmp_path / "new", "answer", tmp_path / "a.request")[0] == 1
        assert asked(tmp_path / "new", body)[0] == 403
        heard = hear(held, "a.answer", (tmp_path / "a.answer").read_bytes())
        assert not heard.alarm and "does not know the key" in heard.words and settle(held, ADA, [heard]) is None


def test_an_answer_that_was_lost_is_asked_for_again(town: Watched, here: Here, tmp_path: Path) -> None:
    answers(town, 0)  # cosigned, and the stick was lost
    with town.held() as held:
        (tmp_path / "a.request").write_bytes(requests(held)[0].body)
    run(town.witnesses[0], "answer", tmp_path / "a.request")
    told = here("-w", town.election, "log", "accept", tmp_path / "a.answer", "--by", "Ada", "--format", "json")
    assert told.code == 1 and f"--old {NAMES[0]}=2" in told.document[0]["what it means"]
    again = here("-w", town.election, "log", "request", "-o", tmp_path, "--old", f"{NAMES[0]}=2", "--json").document[0]
    assert again["from"] == 2 and run(town.witnesses[0], "answer", again["file"])[0] == 0
    assert here("-w", town.election, "log", "request", "-o", tmp_path, "--old", "nobody=2").code == 2
    assert here("-w", town.election, "log", "request", "-o", tmp_path, "--old", "nobody").code == 2


def test_a_witness_that_forgot_is_named(town: Watched, tmp_path: Path) -> None:
    shutil.copytree(town.witnesses[0], tmp_path / "backup")
    with town.held() as held:
        hear(held, "a", answers(town, 0)[0])
        (tmp_path / "a.request").write_bytes(requests(held)[0].body)
        run(tmp_path / "backup", "answer", tmp_path / "a.request")
        told = hear(held, "a.answer", (tmp_path / "a.answer").read_bytes())
        assert not told.alarm and "remembers 0 entries and had cosigned 2: IT HAS FORGOTTEN" in told.words
        with Serving(tmp_path / "backup") as address:
            (heard,) = submit(held, [address])
        assert heard.outcome == "cosigned" and "IT HAS FORGOTTEN" in heard.words


# ---- answers that are none ---------------------------------------------------------------------------------------
def test_a_file_that_answers_nothing_of_ours_is_refused(town: Watched) -> None:
    (line,) = answers(town, 0)
    stranger = SigningKey.from_seed("stranger.example/w", b"\x0c" * 32, COSIGNATURE)
    with town.held() as held:
        text = held.checkpoint()[1].text
        foreign = f"{stranger.sign(text, 5).line}\n".encode()
        changed = line.replace(b"A", b"B", 1) if b"A" in line[30:] else line[:-3] + b"A=\n"
        for data in (b"", b"\xff\n", b"hello\n", foreign, b"x" * 70_000, b"refused 409 x\nmany\n", changed):
            with pytest.raises(BadInputError):
                hear(held, "file", data)
        assert standing(held).startswith("log + 0 of 3")
    other = copied(town, "other")
    other.note("a log that has another end")
    with other.held() as held:
        (line,) = [asked(town.witnesses[1], requests(held)[1].body)[1]]
    with town.held() as held, pytest.raises(BadInputError, match="cosigns a checkpoint that this log has signed"):
        hear(held, "file", line)


class Liar(http.server.BaseHTTPRequestHandler):
    """A server that answers whatever a test wants, and follows no protocol."""

    said: tuple[bytes, ...] = ()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        for part in self.said:
            if part == b"wait":
                self.server.waiting.wait(20)  # type: ignore[attr-defined]
            else:
                self.wfile.write(part)
                self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def liar() -> Iterator[tuple[str, type[Liar]]]:
    kind = type("This", (Liar,), {})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        server.waiting = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/deep/", kind
        server.waiting.set()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


def page(status: int, body: bytes, kind: str = "text/plain; charset=utf-8") -> bytes:
    return f"HTTP/1.1 {status} So\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("said", "outcome", "words"),
    [
        ((page(200, b"hello\n"),), "refused", "its answer is not one"),
        ((page(200, b""),), "refused", "its answer is not one"),
        ((page(200, b"x" * 70_000),), "not reached", "more than 65536 bytes"),
        ((page(409, b"hello\n", "text/x.tlog.size"),), "refused", "size"),
        ((page(409, b"1\n", "text/html"),), "refused", "status 409"),
        ((page(302, b"elsewhere"),), "refused", "status 302"),
        ((page(500, b"\x1b[31m oh"),), "refused", "status 500"),
        ((b"no protocol at all\r\n\r\n",), "not reached", ""),
        ((), "not reached", ""),
        ((b"HTTP/1.1 200 So\r\nContent-Length: 9\r\n\r\nabc", b"wait"), "not reached", "timed out"),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_server_that_keeps_no_protocol_changes_nothing(
    town: Watched, liar: tuple[str, type[Liar]], monkeypatch: pytest.MonkeyPatch, said: tuple[bytes, ...], outcome: str,
    words: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(witnessing, "PATIENCE", 1.0)
    address, kind = liar
    kind.said = said
    with town.held() as held:
        (heard,) = submit(held, [address])
        assert (heard.outcome, heard.alarm) == (outcome, False) and words in heard.words
        assert settle(held, ADA, [heard]) is None and standing(held).startswith("log + 0 of 3")


def test_a_server_that_drips_is_left(
    town: Watched, liar: tuple[str, type[Liar]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witnessing, "WHOLE", 0.3)
    address, kind = liar
    kind.said = (b"HTTP/1.1 200 So\r\nContent-Length: 9\r\n\r\nabc", b"wait")
    with town.held() as held:
        began = time.monotonic()
        (heard,) = submit(held, [address])
        assert heard.outcome == "not reached" and "broke off" in heard.words and time.monotonic() - began < 10


def test_what_is_no_address_is_said_before_anybody_is_asked(town: Watched) -> None:
    with town.held() as held, Serving(town.witnesses[0]) as address:
        for bad in ("witness.example", "ftp://a/", "http://", "http://a:b/", "http://a/?q", "http://u:p@a/"):
            with pytest.raises(UsageError, match="http"):
                submit(held, [address, bad])
        assert set(known_sizes(held).values()) == {0}


def test_an_audit_without_witnesses_says_so(tmp_path: Path) -> None:
    with HeldAudit.create(Workspace.create(tmp_path / "e", name="Alone"), ADA) as held:
        with pytest.raises(UsageError, match="no witnesses"):
            requests(held)
