"""The witness that anyone can run: RFC 8032, c2sp.org/tlog-witness, and a memory that no crash can turn back."""

import ast
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from evidence.committed_audit import Serving, asked, begun, program, run, trust
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import faircount_witness
from faircount.evidence.log import witness as ours
from faircount.evidence.log.checkpoint import Checkpoint
from faircount.evidence.log.merkle import EMPTY_ROOT, Tree, consistency_proof, leaf_hash
from faircount.evidence.log.note import COSIGNATURE, Note, SigningKey, VerifierKey
from faircount.evidence.log.witness import Request, Seen, accept
from faircount_witness import keys
from faircount_witness import witness as theirs

ORIGIN = "example.org/log"
LOG = SigningKey.from_seed(ORIGIN, b"\x01" * 32)
TREE = Tree(leaf_hash(b"%d" % number) for number in range(24))
FORK = Tree(leaf_hash(b"%d" % (number + (number == 3))) for number in range(24))
SOURCE = Path(faircount_witness.__file__).parent
FAST = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def request(old: int, new: int, tree: Tree = TREE, key: SigningKey = LOG) -> bytes:
    head = Checkpoint(key.verifier.name, new, tree.root(new))
    proof = consistency_proof(old, new, tree.node) if old <= new else []
    return bytes(Request(old, tuple(proof), head.signed(key)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A witness that watches the log."""
    begun(tmp_path / "w", "example.org/witness")
    trust(tmp_path / "w", ORIGIN, str(LOG.verifier))
    return tmp_path / "w"


def memory(folder: Path) -> dict[str, object]:
    kept = json.loads((folder / "memory.json").read_bytes())["seen"]
    return {origin: (seen["size"], seen["root"]) for origin, seen in kept.items()}


def verifier(folder: Path) -> VerifierKey:
    return VerifierKey.parse(str(theirs.own_key(folder)[0]))


# ---- its arithmetic ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("seed", "public", "message", "signature"),
    [
        ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
         "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
         "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ],
)  # fmt: skip
def test_the_vectors_of_rfc_8032(seed: str, public: str, message: str, signature: str) -> None:
    assert keys.public(bytes.fromhex(seed)).hex() == public
    assert keys.sign(bytes.fromhex(seed), bytes.fromhex(message)).hex() == signature
    assert keys.verified(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


@FAST
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_it_signs_and_verifies_as_the_library_does(seed: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes_raw()
    made = keys.sign(seed, message)
    assert (keys.public(seed), made) == (public, key.sign(message))
    assert keys.verified(public, message, made)
    flipped = bytearray(made)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not keys.verified(public, message, bytes(flipped))
    assert not keys.verified(public, message + b"\0", made)


def test_a_signature_has_one_form_and_a_key_binds() -> None:
    public, made = keys.public(b"\x05" * 32), keys.sign(b"\x05" * 32, b"text")
    again = made[:32] + (int.from_bytes(made[32:], "little") + keys.ORDER).to_bytes(32, "little")
    assert not keys.verified(public, b"text", again), "S of its order or above is another writing of the same"
    assert not keys.verified(public, b"text", made + b"\0") and not keys.verified(public, b"text", made[:63])
    for small in ("01" + "00" * 31, "00" * 32, "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"):
        assert keys.decoded(bytes.fromhex(small)) is None, "under a point of small order a signature fits many texts"
    with pytest.raises(keys.Trouble):
        keys.key_of(str(keys.Key("a", keys.LOG, bytes(32))))
    with pytest.raises(keys.Trouble):
        keys.key_of(str(keys.Key("a", keys.WITNESS, public)))


# ---- the protocol ------------------------------------------------------------------------------------------------
GOOD = request(8, 13)
BODIES = {
    "good": GOOD, "first": request(0, 13), "stale": request(5, 13), "same": request(8, 8), "fork": request(8, 13, FORK),
    "fork of one size": request(8, 8, FORK), "old above new": request(9, 8), "rolled back": request(5, 6),
    "empty": request(0, 0), "stranger": request(0, 5, key=SigningKey.from_seed("other", b"\x03" * 32)),
    "namesake": request(8, 13, key=SigningKey.from_seed(ORIGIN, b"\x04" * 32)),
    "other text": bytes(Request(8, (), Note(Checkpoint(ORIGIN, 13, TREE.root(13)).text, (LOG.sign("other\n"),)))),
    "no proof": bytes(Request(8, (), Note.parse(GOOD.partition(b"\n\n")[2]))),
    "long proof": GOOD.replace(b"\n\n", b"\n" + b"A" * 43 + b"=\n\n", 1),
    "nothing": b"", "line": b"\n", "only old": b"old 8\n", "no checkpoint": b"old 8\n\n",
    "zero before": GOOD.replace(b"old 8", b"old 08"), "minus": GOOD.replace(b"old 8", b"old -8"),
    "capital": GOOD.replace(b"old 8", b"Old 8"), "blank": GOOD.replace(b"old 8", b"old  8"),
    "return": GOOD.replace(b"old 8\n", b"old 8\r\n"), "short hash": GOOD.replace(b"old 8\n", b"old 8\nAAAA\n"),
    "64 hashes": GOOD.replace(b"old 8\n", b"old 8\n" + (b"A" * 43 + b"=\n") * 64), "cut": GOOD[:-1],
    "words": GOOD.replace(b"\n13\n", b"\nthirteen\n"), "more": GOOD + b"more", "no text": b"\xff" + GOOD,
    "too large": GOOD.replace(b"\n13\n", b"\n9223372036854775808\n"), "stray bits": GOOD.replace(b"=\n", b"B\n", 1),
    "thin digits": GOOD.replace(b"old 8", "old ८".encode()), "101 lines": GOOD + GOOD[GOOD.rindex(b"\n\n") + 2:] * 100,
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_two_programs_answer_alike(folder: Path, name: str) -> None:
    assert asked(folder, request(0, 8))[0] == 200
    key = SigningKey.from_seed("example.org/witness", theirs.own_key(folder)[1], COSIGNATURE)
    seen: Mapping[str, Seen] = {ORIGIN: Seen(8, TREE.root(8))}
    found, after = ours.answer(BODIES[name], seen, {ORIGIN: (LOG.verifier,)}, key, int(time.time()))
    status, line = asked(folder, BODIES[name])
    assert status == found.status
    assert memory(folder) == {ORIGIN: (after[ORIGIN].size, after[ORIGIN].root.hex())}
    if status == 200:
        note = accept(Note.parse(BODIES[name].partition(b"\n\n")[2]), line, [verifier(folder)])
        assert abs(note.verified([verifier(folder)])[verifier(folder)].time - time.time()) < 60


def post(address: str, body: bytes, path: str = "/add-checkpoint") -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    connection.request("POST", path, body)
    answer = connection.getresponse()
    found = answer.status, answer.headers["Content-Type"], answer.read()
    connection.close()
    return found


def test_by_http_it_gives_the_statuses_and_types_of_the_specification(folder: Path) -> None:
    plain = "text/plain; charset=utf-8"
    with Serving(folder) as address:
        status, kind, line = post(address, request(0, 8))
        assert (status, kind, line[:4]) == (200, plain, "— ".encode())
        assert post(address, BODIES["stale"]) == (409, "text/x.tlog.size", b"8\n")
        for name, wanted in {"fork": 422, "stranger": 404, "namesake": 403, "old above new": 400, "cut": 400}.items():
            assert post(address, BODIES[name])[:2] == (wanted, plain), name
        assert post(address, b"x" * 100_001)[0] == 413
        assert post(address, GOOD, "/elsewhere")[0] == 404
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
        connection.request("GET", "/seen")
        told = json.loads(connection.getresponse().read())
        assert told["key"] == str(verifier(folder)) and told["seen"][ORIGIN]["size"] == 8
        assert Note.parse(told["seen"][ORIGIN]["note"].encode()).verified([LOG.verifier])
        assert post(address, GOOD)[0] == 200
        connection.close()


def test_what_proves_two_histories_is_kept(folder: Path) -> None:
    for body in (request(0, 8), request(8, 13, FORK), request(8, 8, FORK), request(5, 13)):
        asked(folder, body)
    kept = {path.read_bytes() for path in (folder / "refused").iterdir()}
    assert kept == {request(8, 13, FORK), request(8, 8, FORK)}, "and nothing of those that merely ask from a wrong size"


# ---- its memory --------------------------------------------------------------------------------------------------
def test_a_second_process_is_refused(folder: Path) -> None:
    with Serving(folder):
        code, _, err = run(folder, "trust", ORIGIN, LOG.verifier)
        assert code == 2 and "another process" in err
        assert run(folder, "key") == (0, f"{verifier(folder)}\n", "")
    assert run(folder, "trust", ORIGIN, LOG.verifier)[0] == 0


def test_a_key_is_made_once(folder: Path, tmp_path: Path) -> None:
    before = (folder / "key").read_bytes()
    code, _, err = run(folder, "init", "another.example/w")
    assert code == 2 and "never replaced" in err and (folder / "key").read_bytes() == before
    assert (folder / "key").stat().st_mode & 0o777 == 0o600
    assert run(tmp_path / "nobody", "key")[0] == 2 and run(tmp_path / "bad", "init", "two words")[0] == 2


@pytest.mark.parametrize("damage", [None, b"", b"{}", b'{"logs": [], "seen": {}}', b'{"logs": {}, "seen": {"a": 1}}'])
def test_without_its_memory_it_signs_nothing(folder: Path, damage: bytes | None) -> None:
    (folder / "memory.json").unlink()
    if damage is not None:
        (folder / "memory.json").write_bytes(damage)
    (folder / "in.request").write_bytes(request(0, 5))
    code, _, err = run(folder, "answer", folder / "in.request")
    assert code == 2 and "give this key up" in err and not (folder / "in.answer").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_killed_between_memory_and_answer_it_signs_no_other_history(folder: Path, tmp_path: Path) -> None:
    asked(folder, request(0, 8))
    (tmp_path / "in.request").write_bytes(request(8, 13))
    os.mkfifo(tmp_path / "pipe")  # nobody reads: the program stands still where it hands out its answer
    process = program(folder, "answer", tmp_path / "in.request", "-o", tmp_path / "pipe")
    for _ in range(600):
        if memory(folder)[ORIGIN] == (13, TREE.root(13).hex()):
            break
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert memory(folder)[ORIGIN] == (13, TREE.root(13).hex())
    assert asked(folder, request(8, 13, FORK))[0] == 409
    assert asked(folder, request(13, 13, FORK))[0] == 409
    assert asked(folder, request(13, 20, FORK))[0] == 422
    assert asked(folder, request(13, 13))[0] == 200


def test_the_memory_is_on_the_disk_before_there_is_a_signature(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def noting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any) -> Any:
            order.append(name)
            return real(*arguments)

        return noted

    monkeypatch.setattr(os, "fsync", noting("fsync", os.fsync))
    monkeypatch.setattr(os, "replace", noting("replace", os.replace))
    monkeypatch.setattr(theirs, "sign", noting("sign", keys.sign))
    assert asked(folder, request(0, 8))[0] == 200
    assert order == ["fsync", "replace", "fsync", "sign"]


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_where_the_memory_cannot_be_written_nothing_is_signed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, fails, full)
        patch.setattr(theirs, "sign", full)
        with pytest.raises(OSError, match="No space"):
            asked(folder, request(0, 8))
    assert memory(folder) == {}
    assert asked(folder, request(0, 13, FORK))[0] == 200


# ---- what no history of requests may bring about -----------------------------------------------------------------
SIZES = st.integers(0, 24)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from([TREE, FORK]), SIZES, SIZES),
        st.tuples(st.just("follow"), st.sampled_from([TREE, FORK]), SIZES),
        st.tuples(st.sampled_from(["killed before", "killed after"]), st.sampled_from([TREE, FORK]), SIZES),
    ),
    max_size=10,
)  # fmt: skip


class Killed(Exception):
    pass


@FAST
@given(actions=ACTIONS)
def test_an_honest_witness_never_signs_two_histories(folder: Path, actions: list[tuple[object, ...]]) -> None:
    """`ask` from any size, `follow` from the size that it knows; it may be killed before or after it remembers."""
    theirs.durable(folder / "memory.json", json.dumps({"logs": {ORIGIN: [str(LOG.verifier)]}, "seen": {}}).encode())
    signed: dict[int, bytes] = {}
    latest = 0
    for kind, tree, size, *old in actions:
        assert isinstance(tree, Tree) and isinstance(size, int)
        known = memory(folder).get(ORIGIN, (0, ""))
        assert isinstance(known, tuple)
        body = request(int(str(old[0])) if old else known[0], size, tree)
        with pytest.MonkeyPatch.context() as patch:
            if kind == "killed before":
                patch.setattr(os, "replace", _die)
            if kind == "killed after":
                patch.setattr(theirs, "sign", _die)
            try:
                status, _ = asked(folder, body)
            except Killed:
                continue
        if status == 200:
            assert signed.setdefault(size, tree.root(size)) == tree.root(size)
            assert size >= latest, "nor an older state than it has signed"
            latest = size
    trees = [tree for tree in (TREE, FORK) if all(tree.root(size) == root for size, root in signed.items())]
    assert trees, "all that it signed is one history"


def _die(*_: object) -> None:
    raise Killed


# ---- a program for strangers -------------------------------------------------------------------------------------
def test_it_is_small_old_enough_and_needs_nothing() -> None:
    lines = 0
    for path in SOURCE.glob("*.py"):
        text = path.read_text("utf-8")
        lines += text.count("\n")
        for node in ast.walk(ast.parse(text, feature_version=(3, 10))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] in {*sys.stdlib_module_names, "faircount_witness"}, name
    assert lines < 520


def test_it_runs_from_a_copy_of_its_folder_alone(tmp_path: Path) -> None:
    shutil.copytree(SOURCE, tmp_path / "faircount_witness", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-S", "-m", "faircount_witness", "--folder", "mine", "init", "ada.example/w"]
    made = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=True)
    assert VerifierKey.parse(made.stdout.strip()).name == "ada.example/w"
    assert EMPTY_ROOT == theirs.EMPTY
