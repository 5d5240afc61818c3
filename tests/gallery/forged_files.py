"""Forgeries of the bundle as a heap of files: bytes, names, folders and zips, the statement (steps 1 and 2)."""

import base64
import hashlib
import json
import struct
import unicodedata
import zipfile

from gallery import good
from gallery.catalog import OUTSIDER, forgery
from gallery.in_memory import ORIGIN, WITNESSES
from gallery.resealing import CHECKPOINT, STATEMENT_FILE, Case, Disk, Files, Json, canonical, enveloped, stated, zipped

from faircount.evidence.log.note import SigningKey

STRANGER = SigningKey.from_seed(ORIGIN, bytes(range(32)))
"""A key of somebody else under the log's name."""
ORDER_OF_BASE = 2**252 + 27742317777372353535851937790883648493


def _envelope(files: Files) -> Json:
    return json.loads(files[STATEMENT_FILE])


def _with_envelope(files: Files, value: Json) -> Files:
    return files | {STATEMENT_FILE: canonical(value)}


def _flipped(case: Case, name: str, at: int = -1) -> Files:
    data = bytearray(case.whole[name])
    data[at] ^= 1
    return case.whole | {name: bytes(data)}


# ---- bytes and files ------------------------------------------------------------------------------------------------
@forgery("small", "1.2", who=OUTSIDER)
def one_bit_of_the_readme(case: Case) -> Files:
    """One bit of README.md is another."""
    return _flipped(case, "README.md", 3)


@forgery("small", "1.2", who=OUTSIDER)
def one_bit_of_a_committed_file(case: Case) -> Files:
    """One bit of the totals is another."""
    return _flipped(case, "files/totals.json", 40)


@forgery("small", "1.2", who=OUTSIDER)
def a_byte_added(case: Case) -> Files:
    """A committed file is one byte longer."""
    return case.whole | {"files/contests.json": case.whole["files/contests.json"] + b"\n"}


@forgery("small", "1.2", who=OUTSIDER)
def a_byte_cut_off(case: Case) -> Files:
    """A committed file is one byte shorter."""
    return case.whole | {"files/batches.csv": case.whole["files/batches.csv"][:-1]}


@forgery("small", "1.2", who=OUTSIDER)
def a_file_emptied(case: Case) -> Files:
    """The README is there and says nothing."""
    return case.whole | {"README.md": b""}


@forgery("comparison", "1.2", who=OUTSIDER)
def a_file_removed(case: Case) -> Files:
    """The pools are not in the bundle."""
    return {name: data for name, data in case.whole.items() if name != "files/pools.json"}


@forgery("small", "1.3", who=OUTSIDER)
def a_file_added(case: Case) -> Files:
    """A file lies there of which the statement knows nothing."""
    return case.whole | {"files/results-corrected.json": b"{}"}


@forgery("small", "1.3", who=OUTSIDER)
def a_file_renamed(case: Case) -> Files:
    """The totals have another name."""
    files = dict(case.whole)
    files["files/totals-final.json"] = files.pop("files/totals.json")
    return files


@forgery("comparison", "1.2", who=OUTSIDER)
def two_files_swapped(case: Case) -> Files:
    """The list of cards and the list of ballots have each other's name."""
    one, other = "files/cards.csv", "files/ballots.json"
    return case.whole | {one: case.whole[other], other: case.whole[one]}


@forgery("small", "1.1", who=OUTSIDER)
def no_readme(case: Case) -> Files:
    """README.md is not there."""
    return {name: data for name, data in case.whole.items() if name != "README.md"}


@forgery("small", "1.1", who=OUTSIDER)
def no_statement(case: Case) -> Files:
    """The statement is not there, so that nothing says which files belong together."""
    return {name: data for name, data in case.whole.items() if name != STATEMENT_FILE}


@forgery("small", "1.1", who=OUTSIDER)
def no_checkpoint(case: Case) -> Files:
    """The log's checkpoint is not there."""
    return {name: data for name, data in case.whole.items() if name != CHECKPOINT}


@forgery("small", "1.1", who=OUTSIDER)
def nothing_at_all(case: Case) -> Files:
    """The bundle is empty."""
    return {}


# ---- names ----------------------------------------------------------------------------------------------------------
def _named(case: Case, name: str) -> Files:
    """Return the bundle with one more file, which the statement names."""
    return stated(case.whole | {name: b"x"}, case.key)


@forgery("small", "1.1")
def a_name_that_climbs(case: Case) -> Files:
    """A file is called files/../../etc/passwd, which unpacks outside of the folder."""
    return _named(case, "files/../../etc/passwd")


@forgery("small", "1.1")
def an_absolute_name(case: Case) -> Files:
    """A file's name begins at the root of the disk."""
    return _named(case, "/etc/passwd")


@forgery("small", "1.1")
def names_that_differ_in_case(case: Case) -> Files:
    """Readme.md lies beside README.md, and one disk shows one, the next the other."""
    return _named(case, "Readme.md")


@forgery("small", "1.1")
def a_name_with_a_backslash(case: Case) -> Files:
    r"""A file is called files\x, which is a folder on some machines."""
    return _named(case, "files\\x")


@forgery("small", "1.1")
def a_name_with_a_line_end(case: Case) -> Files:
    """A file's name holds a line end, so that a list of files shows two."""
    return _named(case, "files/a\nb")


@forgery("small", "1.1")
def a_drive_letter(case: Case) -> Files:
    """A file's name begins with a drive."""
    return _named(case, "c:/autoexec.bat")


@forgery("small", "1.1", who=OUTSIDER, unseen="a browser hands a page the bytes behind a link, and does not say so")
def a_link_in_the_folder(case: Case) -> Disk:
    """In place of a file there is a link to one outside of the bundle, with the same bytes today."""
    files = {name: data for name, data in case.whole.items() if name != "README.md"}
    return Disk(files, {"README.md": "../elsewhere"})


# ---- zips -----------------------------------------------------------------------------------------------------------
def _members(case: Case) -> list[tuple[str, bytes]]:
    return sorted(case.whole.items())


@forgery("small", "1.1", who=OUTSIDER)
def a_zip_with_a_member_twice(case: Case) -> bytes:
    """A zip holds README.md twice, and each reader shows another one."""
    return zipped([*_members(case), ("README.md", b"# Another\n")])


@forgery("small", "1.1", who=OUTSIDER)
def a_zip_that_climbs(case: Case) -> bytes:
    """A zip unpacks a file outside of its folder."""
    return zipped([*_members(case), ("../x", b"x")])


@forgery("small", "1.1", who=OUTSIDER)
def a_zip_with_a_link(case: Case) -> bytes:
    """A member of a zip is a symbolic link."""
    members = [pair for pair in _members(case) if pair[0] != "README.md"]
    return zipped([*members, ("README.md", b"/etc/hosts")], external_attr=0o120777 << 16)


@forgery("small", "1.1", who=OUTSIDER)
def an_encrypted_zip(case: Case) -> bytes:
    """A member of a zip says that it is encrypted."""
    data = bytearray(zipped(_members(case)))
    at = data.rindex(b"PK\x01\x02")
    local = struct.unpack_from("<I", data, at + 42)[0]
    data[at + 8] |= 1
    data[local + 6] |= 1
    return bytes(data)


@forgery("small", "1.1", who=OUTSIDER)
def a_zip_that_lies_about_sizes(case: Case) -> bytes:
    """A member of a zip is packed zeros, a thousand times what it says that it holds."""
    members = [*_members(case), ("zzz.txt", bytes(1 << 20))]
    data = bytearray(_deflated(members))
    at = data.rindex(b"PK\x01\x02")
    local = struct.unpack_from("<I", data, at + 42)[0]
    struct.pack_into("<I", data, at + 24, 1 << 10)
    struct.pack_into("<I", data, local + 22, 1 << 10)
    return bytes(data)


@forgery("small", "1.1", who=OUTSIDER)
def a_zip_bomb(case: Case) -> bytes:
    """A zip says that a member holds four billion bytes."""
    data = bytearray(_deflated([*_members(case), ("zzz.txt", bytes(1 << 16))]))
    at = data.rindex(b"PK\x01\x02")
    local = struct.unpack_from("<I", data, at + 42)[0]
    struct.pack_into("<I", data, at + 24, 0xFFFFFFF0)
    struct.pack_into("<I", data, local + 22, 0xFFFFFFF0)
    return bytes(data)


@forgery("small", "1.1", who=OUTSIDER)
def a_damaged_zip(case: Case) -> bytes:
    """A zip breaks off in the middle."""
    data = zipped(_members(case))
    return data[: len(data) // 2]


@forgery("small", "1.1", who=OUTSIDER)
def a_zip_packed_oddly(case: Case) -> bytes:
    """A member of a zip is packed by a method that many readers do not know, and skip."""
    data = zipped([*_members(case)[:-1]])
    out = bytearray(data)
    at = out.rindex(b"PK\x01\x02")
    local = struct.unpack_from("<I", out, at + 42)[0]
    struct.pack_into("<H", out, at + 10, 14)
    struct.pack_into("<H", out, local + 8, 14)
    return bytes(out)


def _deflated(members: list[tuple[str, bytes]]) -> bytes:
    return zipped(members, compress_type=zipfile.ZIP_DEFLATED)


# ---- the statement --------------------------------------------------------------------------------------------------
@forgery("small", "1.2", who=OUTSIDER)
def the_statement_of_another_bundle(case: Case) -> Files:
    """The statement is that of another good bundle by the same key."""
    return case.whole | {STATEMENT_FILE: good.played("batch").files[STATEMENT_FILE]}


@forgery("small", "2.1", who=OUTSIDER)
def another_payload_type(case: Case) -> Files:
    """The envelope calls its payload plain text."""
    return _with_envelope(case.whole, {**_envelope(case.whole), "payloadType": "text/plain"})


@forgery("small", "2.1", who=OUTSIDER)
def zero_signatures(case: Case) -> Files:
    """The envelope holds no signature, and a careless reader finds none that is wrong."""
    return _with_envelope(case.whole, {**_envelope(case.whole), "signatures": []})


@forgery("small", "2.1", who=OUTSIDER)
def a_second_signature(case: Case) -> Files:
    """The envelope holds the good signature and a stranger's."""
    value = _envelope(case.whole)
    payload = base64.b64decode(value["payload"])
    other = json.loads(enveloped(payload, STRANGER))["signatures"]
    return _with_envelope(case.whole, {**value, "signatures": value["signatures"] + other})


@forgery("small", "2.1", who=OUTSIDER)
def an_envelope_with_an_algorithm(case: Case) -> Files:
    """The envelope names an algorithm "none" beside the signature."""
    value = _envelope(case.whole)
    value["signatures"][0]["alg"] = "none"
    return _with_envelope(case.whole, value)


@forgery("small", "2.1")
def another_predicate(case: Case) -> Files:
    """The statement is of another kind, signed by the log's key: a signature for one thing used for another."""
    return stated(case.whole, case.key, lambda said: said.update(predicateType="https://example.org/other/v1"))


@forgery("small", "2.1")
def a_subject_twice(case: Case) -> Files:
    """The statement names a file twice, with two sums."""
    return stated(case.whole, case.key, lambda said: said["subject"].append(
        {"digest": {"sha256": hashlib.sha256(b"other").hexdigest()}, "name": "README.md"}))  # fmt: skip


@forgery("small", "2.1")
def spaces_in_the_statement(case: Case) -> Files:
    """The signed payload is not in the one form: it has a space after a comma."""
    payload = base64.b64decode(_envelope(case.whole)["payload"])
    return case.whole | {STATEMENT_FILE: enveloped(payload.replace(b',"', b', "', 1), case.key)}


@forgery("small", "2.2", who=OUTSIDER)
def signed_by_a_stranger(case: Case) -> Files:
    """Another key of the same name has signed the statement."""
    return stated(case.whole, STRANGER)


@forgery("comparison", "2.2")
def signed_by_a_witness(case: Case) -> Files:
    """A witness has signed the statement, and not the log."""
    return stated(case.whole, WITNESSES[0])


@forgery("small", "2.2", who=OUTSIDER)
def a_signature_of_zeros(case: Case) -> Files:
    """The signature is 64 zeros."""
    value = _envelope(case.whole)
    value["signatures"][0]["sig"] = base64.b64encode(bytes(64)).decode()
    return _with_envelope(case.whole, value)


@forgery("small", "2.2", who=OUTSIDER)
def a_malleable_signature(case: Case) -> Files:
    """The group's order is added to the signature's number: some libraries take both."""
    value = _envelope(case.whole)
    made = base64.b64decode(value["signatures"][0]["sig"])
    number = int.from_bytes(made[32:], "little") + ORDER_OF_BASE
    value["signatures"][0]["sig"] = base64.b64encode(made[:32] + number.to_bytes(32, "little")).decode()
    return _with_envelope(case.whole, value)


@forgery("small", "2.3", who=OUTSIDER)
def everything_signed_by_a_stranger(case: Case) -> Files:
    """A stranger makes a key of the log's name, and signs a whole bundle of an own audit with it."""
    case.key = STRANGER
    case.body("open")["log_key"] = str(STRANGER.verifier)
    return case.sealed()


@forgery("small", "2.2", who=OUTSIDER)
def a_key_of_small_order(case: Case) -> Files:
    """The log's key is a point under which one signature fits every text."""
    point = bytes([1]) + bytes(31)
    data = b"\1" + point
    short = hashlib.sha256(ORIGIN.encode() + b"\n" + data).digest()[:4]
    case.body("open")["log_key"] = f"{ORIGIN}+{short.hex()}+{base64.b64encode(data).decode()}"
    files = case.sealed()
    value = _envelope(files)
    value["signatures"] = [{"keyid": f"{ORIGIN}+{short.hex()}", "sig": base64.b64encode(point + bytes(32)).decode()}]
    lines = files[CHECKPOINT].decode().split("\n\n")[0]
    line = f"\u2014 {ORIGIN} {base64.b64encode(short + point + bytes(32)).decode()}\n"
    files[CHECKPOINT] = f"{lines}\n\n{line}".encode()
    files = stated(files, case.key)
    return _with_envelope(files, {**_envelope(files), "signatures": value["signatures"]})


@forgery("small", "2.1", who=OUTSIDER)
def a_name_in_another_form_of_unicode(case: Case) -> Files:
    """The envelope is written with an escape where a letter would do: the same value, other bytes."""
    data = case.whole[STATEMENT_FILE]
    return case.whole | {
        STATEMENT_FILE: unicodedata.normalize("NFC", data.decode()).replace("payload", "\\u0070ayload", 1).encode()
    }
