"""Forgeries of the log, its entries and tiles, and its checkpoint (step 3)."""

import base64
import hashlib
import json
import struct

from gallery.catalog import HOLDER, OUTSIDER, forgery
from gallery.forged_files import ORDER_OF_BASE, STRANGER
from gallery.in_memory import LOG, MemoryLog, key_of
from gallery.resealing import CHECKPOINT, STATEMENT_FILE, Case, Files, Json, canonical, entries_of, log_of, stated

from faircount.evidence.log.checkpoint import Checkpoint
from faircount.evidence.log.merkle import leaf_hash, node_hash


def _tile(files: Files, kind: str) -> str:
    return next(name for name in files if name.startswith(f"log/tile/{kind}/"))


def _tiled(case: Case, entries: list[bytes]) -> Files:
    """Return the bundle with these entries, and with the old checkpoint and root: what a thief without a key can do."""
    kept = {name: case.whole[name] for name in (CHECKPOINT, STATEMENT_FILE)}
    return case.bound(entries) | kept


def _headed(case: Case, head: Checkpoint) -> Files:
    """Return the good bundle under another checkpoint by the log's key, which the statement follows in its sum only."""
    note = bytes(head.signed(case.key))
    return stated(case.whole | {CHECKPOINT: note}, case.key)


def _of(case: Case) -> MemoryLog:
    return log_of(entries_of(case.whole), case.origin)


# ---- checkpoints ----------------------------------------------------------------------------------------------------
@forgery("small", "3.1", who=OUTSIDER)
def a_checkpoint_by_a_stranger(case: Case) -> Files:
    """The checkpoint is signed by another key of the log's name."""
    return case.whole | {CHECKPOINT: bytes(_of(case).head().signed(STRANGER))}


@forgery("small", "3.1")
def a_checkpoint_of_another_log(case: Case) -> Files:
    """The checkpoint is of a log of another name."""
    key = key_of("other.example/audit")
    head = _of(case).head()
    return stated(
        case.whole | {CHECKPOINT: bytes(Checkpoint("other.example/audit", head.size, head.root).signed(key))}, LOG
    )


@forgery("small", "3.1")
def a_checkpoint_nobody_signed(case: Case) -> Files:
    """The checkpoint has its three lines and no signature."""
    text = case.whole[CHECKPOINT].decode().split("\n\n")[0] + "\n\n"
    return stated(case.whole | {CHECKPOINT: text.encode()}, case.key)


@forgery("small", "3.1")
def a_checkpoint_with_a_malleable_signature(case: Case) -> Files:
    """The group's order is added to the number in the checkpoint's signature."""
    text, line = case.whole[CHECKPOINT].decode().split("\n\n")
    start, data = line.rsplit(" ", 1)
    made = base64.b64decode(data)
    number = int.from_bytes(made[36:], "little") + ORDER_OF_BASE
    line = f"{start} {base64.b64encode(made[:36] + number.to_bytes(32, 'little')).decode()}\n"
    return stated(case.whole | {CHECKPOINT: f"{text}\n\n{line}".encode()}, case.key)


@forgery("small", "3.2")
def an_older_checkpoint(case: Case) -> Files:
    """The checkpoint is one that the log signed before its last three acts: a roll-back."""
    return _headed(case, log_of(entries_of(case.whole)[:-3], case.origin).head())


@forgery("small", "3.2")
def the_right_root_with_a_wrong_size(case: Case) -> Files:
    """The checkpoint has the right root and says one entry more."""
    head = _of(case).head()
    return _headed(case, Checkpoint(head.origin, head.size + 1, head.root))


@forgery("small", "3.2")
def the_right_size_with_a_wrong_root(case: Case) -> Files:
    """The checkpoint has the right size, and the root of a log whose last act was another: a split view."""
    entries = entries_of(case.whole)
    return _headed(case, log_of([*entries[:-1], b"{}"], case.origin).head())


@forgery("small", "3.2", "3.3")
def a_checkpoint_of_an_empty_log(case: Case) -> Files:
    """The checkpoint says that there are no entries."""
    return _headed(case, MemoryLog(case.origin).head())


@forgery("small", "3.5")
def a_statement_over_another_root(case: Case) -> Files:
    """The statement names another root than the checkpoint: one signature for each audience."""
    return stated(case.whole, case.key, lambda said: said["predicate"]["log"].update(root="0" * 64))


@forgery("small", "3.5")
def a_statement_over_another_size(case: Case) -> Files:
    """The statement says one entry fewer than the checkpoint."""

    def change(said: Json) -> None:
        said["predicate"]["log"]["size"] -= 1

    return stated(case.whole, case.key, change)


@forgery("small", "3.5")
def a_statement_over_another_origin(case: Case) -> Files:
    """The statement names another log."""
    return stated(case.whole, case.key, lambda said: said["predicate"]["log"].update(origin="other.example/audit"))


# ---- entries under the old checkpoint -------------------------------------------------------------------------------
@forgery("small", "3.2", who=OUTSIDER)
def two_entries_in_another_order(case: Case) -> Files:
    """Two acts of the log have changed places."""
    entries = entries_of(case.whole)
    entries[8], entries[9] = entries[9], entries[8]
    return _tiled(case, entries)


@forgery("small", "3.2", who=OUTSIDER)
def an_entry_dropped(case: Case) -> Files:
    """One act is taken out of the log."""
    entries = entries_of(case.whole)
    return _tiled(case, entries[:9] + entries[10:])


@forgery("small", "3.2", who=OUTSIDER)
def an_entry_twice(case: Case) -> Files:
    """One act stands in the log twice."""
    entries = entries_of(case.whole)
    return _tiled(case, entries[:10] + entries[9:])


@forgery("small", "3.2", who=OUTSIDER)
def a_log_cut_off(case: Case) -> Files:
    """The last acts are gone, and the checkpoint still counts them."""
    return _tiled(case, entries_of(case.whole)[:-2])


@forgery("small", "3.2", who=OUTSIDER)
def an_entry_changed(case: Case) -> Files:
    """In one act a person has another name."""
    entries = [one.replace(b"Cy Moor", b"Cy Moos") for one in entries_of(case.whole)]
    return _tiled(case, entries)


@forgery("small", "3.2", "3.4")
def an_inner_node_as_an_entry(case: Case) -> Files:
    """Two entries are replaced by one whose bytes are their two hashes: the same root to who forgets the prefix."""
    entries = entries_of(case.whole)
    both = leaf_hash(entries[0]) + leaf_hash(entries[1])
    if node_hash(both[:32], both[32:]) == leaf_hash(both):
        raise ValueError("leaves and nodes are told apart")
    return stated(_tiled(case, [both, *entries[2:]]), case.key)


# ---- tiles ----------------------------------------------------------------------------------------------------------
@forgery("small", "3.3")
def a_hash_in_a_tile(case: Case) -> Files:
    """A tile holds the hash of an entry that is not there."""
    name = _tile(case.whole, "0")
    return stated(case.whole | {name: hashlib.sha256(b"x").digest() + case.whole[name][32:]}, case.key)


@forgery("small", "3.3")
def no_tile_of_hashes(case: Case) -> Files:
    """The tile of hashes is missing, and the statement knows."""
    return stated({name: data for name, data in case.whole.items() if name != _tile(case.whole, "0")}, case.key)


@forgery("small", "3.3")
def a_narrower_tile_beside(case: Case) -> Files:
    """A partial tile of an earlier state lies beside the right one."""
    data = case.whole[_tile(case.whole, "0")]
    return stated(case.whole | {"log/tile/0/000.p/5": data[:160]}, case.key)


@forgery("small", "3.3")
def a_full_tile_beside(case: Case) -> Files:
    """A full tile lies beside the partial one, and a reader may take the one or the other."""
    return stated(case.whole | {"log/tile/entries/000": case.whole[_tile(case.whole, "entries")]}, case.key)


@forgery("small", "3.3")
def more_bytes_in_a_tile(case: Case) -> Files:
    """After its entries a tile goes on with another."""
    name = _tile(case.whole, "entries")
    return stated(case.whole | {name: case.whole[name] + struct.pack(">H", 2) + b"{}"}, case.key)


@forgery("small", "3.3")
def a_tile_that_breaks_off(case: Case) -> Files:
    """The tile of entries ends within one."""
    name = _tile(case.whole, "entries")
    return stated(case.whole | {name: case.whole[name][:-1]}, case.key)


@forgery("small", "3.3")
def a_level_too_many(case: Case) -> Files:
    """There is a tile of a level that so small a log does not have."""
    return stated(case.whole | {"log/tile/1/000.p/1": bytes(32)}, case.key)


# ---- entries that are not canonical ---------------------------------------------------------------------------------
def _written(case: Case, act: str, old: bytes, new: bytes) -> Files:
    """Return the case sealed with one act written in another way."""
    at = case.at(act)

    def write(n: int, said: Json) -> bytes:
        data = canonical(said)
        if n == at and old not in data:
            raise ValueError(f"{old!r} is not in {data!r}")
        return data.replace(old, new, 1) if n == at else data

    return case.sealed(write)


@forgery("small", "3.4")
def a_number_with_a_fraction(case: Case) -> Files:
    """A round is written 1.0, which some programs read as 1 and others as something else."""
    return _written(case, "draw", b'"round":1', b'"round":1.0')


@forgery("small", "3.4")
def a_number_with_an_exponent(case: Case) -> Files:
    """A size is written 4e0."""
    return _written(case, "draw", b'"*":4', b'"*":4e0')


@forgery("small", "3.4")
def keys_out_of_order(case: Case) -> Files:
    """The keys of an act are in another order."""
    at = case.at("draw")
    return case.sealed(lambda n, said: _turned(said) if n == at else canonical(said))


def _turned(said: Json) -> bytes:
    return json.dumps(dict(reversed(sorted(said.items()))), ensure_ascii=False, separators=(",", ":")).encode()


@forgery("small", "3.4")
def a_key_twice(case: Case) -> Files:
    """An act says its round twice, first 1 and then 2: programs disagree which counts."""
    return _written(case, "draw", b'"round":1', b'"round":1,"round":2')


@forgery("small", "3.4")
def a_letter_escaped(case: Case) -> Files:
    """A letter of a name is written as an escape: the same text, another hash."""
    return _written(case, "entry", b"Cy Moor", b"\\u0043y Moor")


@forgery("small", "3.4")
def a_space_in_an_entry(case: Case) -> Files:
    """An entry has a space after a colon."""
    return _written(case, "entry", b'"found":', b'"found": ')


@forgery("small", "3.4")
def a_mark_of_byte_order(case: Case) -> Files:
    """An entry begins with a byte order mark."""
    return _written(case, "entry", b'{"act"', b'\xef\xbb\xbf{"act"')


@forgery("small", "3.4")
def a_surrogate_alone(case: Case) -> Files:
    """An entry holds half of a pair of surrogates, which is no text."""
    return _written(case, "entry", b"Cy Moor", b"Cy \xed\xa0\x80")


@forgery("small", "3.4")
def a_number_beyond_53_bits(case: Case) -> Files:
    """A round is 2^53 + 1, which JavaScript reads as 2^53."""
    return _written(case, "draw", b'"round":1', b'"round":9007199254740993')


@forgery("small", "3.4")
def an_entry_in_a_million_brackets(case: Case) -> Files:
    """An entry is nested so deep that a reader runs out of stack."""
    at = case.at("entry")
    deep = b"[" * 30_000 + b"]" * 30_000
    return case.sealed(lambda n, said: deep if n == at else canonical(said))


@forgery("small", "3.4")
def an_act_with_another_number(case: Case) -> Files:
    """An act calls itself number 99."""
    return _written(case, "close", b'"n":', b'"n":9')


@forgery("small", "3.4")
def a_key_that_nobody_asked_for(case: Case) -> Files:
    """A draw says one thing more than a draw says."""
    case.body("draw")["weights"] = {"*": 2}
    return case.sealed()


@forgery("small", "3.4")
def an_act_of_another_name(case: Case) -> Files:
    """There is an act that the specification does not know."""
    case.add(case.at("publish"), "annul", {"words": "never mind"})
    return case.sealed()


@forgery("small", "3.4")
def a_day_that_is_none(case: Case) -> Files:
    """An act was on the 31st of a month 13."""
    case.find("publish")["at"] = "2030-13-31T10:00:00Z"
    return case.sealed()


@forgery("small", "3.4")
def a_format_of_the_future(case: Case) -> Files:
    """The log says that it is written in another format."""
    case.body("open")["format"] = "faircount/2"
    return case.sealed()


@forgery("small", "3.4", "3.1")
def a_key_of_an_unknown_algorithm(case: Case) -> Files:
    """The log's key is of an algorithm that nobody knows."""
    name, _, data = case.body("open")["log_key"].split("+", 2)
    key = b"\x63" + base64.b64decode(data)[1:]
    short = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    case.body("open")["log_key"] = f"{name}+{short.hex()}+{base64.b64encode(key).decode()}"
    return case.sealed()


@forgery("small", "3.4", who=HOLDER)
def fewer_digits_than_twenty(case: Case) -> Files:
    """The commit asks for one digit of dice, which anybody could guess."""
    case.body("commit")["min_digits"] = 1
    return case.sealed()
