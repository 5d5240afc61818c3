"""A witness's answers: each status of c2sp.org/tlog-witness, and that no roll-back or split view is cosigned."""

from collections.abc import Mapping

import pytest

from faircount.evidence.log.checkpoint import Checkpoint
from faircount.evidence.log.merkle import EMPTY_ROOT, Tree, consistency_proof, leaf_hash
from faircount.evidence.log.note import COSIGNATURE, Note, SigningKey, to_base64
from faircount.evidence.log.witness import Request, Seen, accept, answer, memory_from_bytes, memory_to_bytes
from faircount.model import BadInputError, TamperError

LOG = SigningKey.from_seed("example.org/log", b"\x01" * 32)
WITNESS = SigningKey.from_seed("example.org/witness", b"\x02" * 32, COSIGNATURE)
LOGS = {"example.org/log": (LOG.verifier,)}
TREE = Tree(leaf_hash(b"%d" % number) for number in range(40))
FORK = Tree(leaf_hash(b"%d" % (number + (number == 3))) for number in range(40))
NOTHING: dict[str, Seen] = {}


def request(old: int, new: int, tree: Tree = TREE, key: SigningKey = LOG) -> Request:
    head = Checkpoint(key.verifier.name, new, tree.root(new))
    proof = consistency_proof(old, new, tree.node) if old <= new else []
    return Request(old, tuple(proof), head.signed(key))


def at(size: int) -> Mapping[str, Seen]:
    return {"example.org/log": Seen(size, TREE.root(size))}


def status(body: bytes, seen: Mapping[str, Seen]) -> int:
    found, after = answer(body, seen, LOGS, WITNESS, 1000)
    assert (after == seen) or found.status == 200, "a refusal leaves the memory as it was"
    assert ("—" in found.body.decode()) == (found.status == 200)
    return found.status


def test_a_log_grows_under_a_witness() -> None:
    seen: Mapping[str, Seen] = NOTHING
    for old, new in [(0, 0), (0, 1), (1, 8), (8, 8), (8, 13), (13, 40)]:
        asked = request(old, new)
        found, seen = answer(bytes(asked), seen, LOGS, WITNESS, 1_700_000_000 + new)
        assert found.status == 200
        note = accept(asked.checkpoint, found.body, [WITNESS.verifier])
        assert note.verified([LOG.verifier, WITNESS.verifier])[WITNESS.verifier].time == 1_700_000_000 + new
        assert seen == {"example.org/log": Seen(new, TREE.root(new))}


def test_a_request_is_written_as_in_the_specification() -> None:
    asked = request(8, 13)
    lines = bytes(asked).decode().split("\n")
    assert lines[0] == "old 8" and lines[1 : 1 + len(asked.proof)] == [to_base64(h) for h in asked.proof]
    assert lines[1 + len(asked.proof)] == "" and lines[2 + len(asked.proof)] == "example.org/log"
    assert Request.parse(bytes(asked)) == asked


def test_404_an_unknown_log() -> None:
    stranger = SigningKey.from_seed("example.org/other", b"\x03" * 32)
    assert status(bytes(request(0, 5, key=stranger)), NOTHING) == 404


def test_403_no_trusted_signature() -> None:
    namesake = SigningKey.from_seed("example.org/log", b"\x04" * 32)
    assert status(bytes(request(0, 5, key=namesake)), NOTHING) == 403
    good = request(0, 5)
    wrong = Note(good.checkpoint.text, (LOG.sign("other\n"),))
    assert status(bytes(Request(0, (), wrong)), NOTHING) == 403


def test_409_says_what_was_seen_last() -> None:
    for old in (0, 5, 12):
        found, _ = answer(bytes(request(old, 13)), at(8), LOGS, WITNESS, 1)
        assert (found.status, found.body, found.content_type) == (409, b"8\n", "text/x.tlog.size")
    found, _ = answer(bytes(request(5, 13)), NOTHING, LOGS, WITNESS, 1)
    assert (found.status, found.body) == (409, b"0\n")


def test_409_a_rolled_back_log() -> None:
    assert status(bytes(request(5, 8)), at(13)) == 409
    assert status(bytes(request(8, 8)), at(13)) == 409


def test_409_a_split_view_of_the_same_size() -> None:
    assert status(bytes(request(8, 8, FORK)), at(8)) == 409
    assert status(bytes(request(8, 8)), at(8)) == 200


def test_422_what_does_not_continue() -> None:
    assert status(bytes(request(8, 13, FORK)), at(8)) == 422
    good = request(6, 13)
    for proof in ((), good.proof[:-1], (*good.proof, EMPTY_ROOT), good.proof[::-1]):
        assert status(bytes(Request(6, proof, good.checkpoint)), at(6)) == 422
    first = request(0, 13)
    assert status(bytes(Request(0, (EMPTY_ROOT,), first.checkpoint)), NOTHING) == 422, (
        "from nothing, the proof is empty"
    )
    same = request(8, 8)
    assert status(bytes(Request(8, (EMPTY_ROOT,), same.checkpoint)), at(8)) == 422


def test_409_or_422_an_empty_tree_with_another_root() -> None:
    head = Checkpoint("example.org/log", 0, TREE.root())
    assert status(bytes(Request(0, (), head.signed(LOG))), NOTHING) == 409


def test_400_old_above_new() -> None:
    assert status(bytes(request(9, 8)), at(9)) == 400


GOOD = bytes(request(8, 13))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\n", b"old 8\n", b"old 8\n\n", GOOD.replace(b"old 8", b"old 08"), GOOD.replace(b"old 8", b"old -8"),
        GOOD.replace(b"old 8", b"Old 8"), GOOD.replace(b"old 8", b"old  8"), GOOD.replace(b"old 8\n", b"old 8\r\n"),
        GOOD.replace(b"old 8\n", b"old 8\nAAAA\n"), GOOD.replace(b"old 8\n", b"old 8\n" + (b"A" * 43 + b"=\n") * 64),
        GOOD.replace(b"\n13\n", b"\nthirteen\n"), GOOD[:-1], GOOD + b"more", b"\xff" + GOOD,
        GOOD.replace(b"\n13\n", b"\n13\n\xff\n"),
    ],
    ids=range(16),
)  # fmt: skip
def test_400_malformed(body: bytes) -> None:
    assert status(body, at(8)) == 400


def test_extra_signatures_do_no_harm() -> None:
    asked = request(8, 13)
    stranger = SigningKey.from_seed("stranger", b"\x07" * 32)
    more = asked.checkpoint.signed(stranger.sign("anything\n"), WITNESS.sign("anything\n", 3))
    assert status(bytes(Request(8, asked.proof, more)), at(8)) == 200


def test_an_answer_is_believed_only_from_a_known_witness() -> None:
    asked = request(8, 13)
    found, _ = answer(bytes(asked), at(8), LOGS, WITNESS, 1000)
    other = SigningKey.from_seed("example.org/other", b"\x08" * 32, COSIGNATURE)
    with pytest.raises(TamperError, match="no cosignature of a witness"):
        accept(asked.checkpoint, found.body, [other.verifier])
    with pytest.raises(TamperError, match="does not fit"):
        accept(request(0, 14).checkpoint, found.body, [WITNESS.verifier])
    with pytest.raises(BadInputError):
        accept(asked.checkpoint, b"8\n", [WITNESS.verifier])
    with pytest.raises(BadInputError):
        accept(asked.checkpoint, b"\xff\n", [WITNESS.verifier])


def test_the_memory_of_a_witness_is_a_small_file() -> None:
    seen = {"example.org/log": Seen(8, TREE.root(8)), "älter": Seen()}
    assert memory_from_bytes(memory_to_bytes(seen)) == seen
    assert memory_from_bytes(b"{}") == {}
    for broken in (
        b"",
        b"[]",
        b'{"a":[1]}',
        b'{"a":[true,"%s"]}' % to_base64(EMPTY_ROOT).encode(),
        b'{"a":[-1,"AA=="]}',
        b'{"a":[1,"AA=="]}',
    ):
        with pytest.raises(BadInputError):
            memory_from_bytes(broken)
