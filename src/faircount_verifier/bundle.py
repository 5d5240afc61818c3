"""Steps 1 to 4: the files, the statement over them, the log and its checkpoint, and the witnesses."""

import datetime
import hashlib
import io
import re
import stat
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from faircount_verifier.forms import LINE, SUM, TIME, Findings, canonical, fits, must
from faircount_verifier.keys import Note, key_of, note_of, signers, unbase64, verified

STATEMENT, CHECKPOINT = "statement.dsse.json", "log/checkpoint"
SEALED = {"payload": str, "payloadType": r"application/vnd\.in-toto\+json", "signatures": ({"keyid": str, "sig": str},)}
PREDICATE = {"format": "faircount/1", "log": {"origin": str, "root": SUM, "size": int}}
PAYLOAD = {"_type": r"https://in-toto\.io/Statement/v1", "predicateType": r"https://faircount\.org/bundle/v1"}
PAYLOAD |= {"predicate": PREDICATE, "subject": [{"digest": {"sha256": SUM}, "name": str}]}  # type: ignore[dict-item]
ACT = {"act": str, "at": TIME, "body": dict, "by": {"name": LINE, "role": str}, "n": int}
OPEN = {"election": object, "format": "faircount/1", "log_key": LINE, "origin": LINE, "quorum": int}
OPEN |= {"software": object, "witnesses": [LINE]}


def tree_hash(leaves: list[bytes], start: int, end: int) -> bytes:
    """Return the Merkle tree hash of leaf hashes `start` to `end` (RFC 6962 § 2.1)."""
    if end - start < 2:
        return leaves[start] if end > start else hashlib.sha256().digest()
    middle = start + (1 << ((end - start - 1).bit_length() - 1))
    return hashlib.sha256(b"\x01" + tree_hash(leaves, start, middle) + tree_hash(leaves, middle, end)).digest()


def tiles(level: int | str, items: list[bytes]) -> dict[str, bytes]:
    """Return the tiles of a level by name (C2SP tlog-tiles)."""
    found = {}
    for index in range((len(items) + 255) // 256):
        part, thousands, name = items[index * 256 : index * 256 + 256], index // 1000, f"{index % 1000:03d}"
        while thousands:
            thousands, name = thousands // 1000, f"x{thousands % 1000:03d}/{name}"
        found[f"log/tile/{level}/{name}" + (f".p/{len(part)}" if len(part) < 256 else "")] = b"".join(part)
    return found


def members(path: str) -> Iterator[tuple[str, bytes | None]]:
    """Yield (name, bytes) of a zip's or folder's files; None for links, devices, and what is packed oddly."""
    must(Path(path).exists(), "bundle", "nothing of this name", "a folder or a zip")
    if Path(path).is_file():
        with open(path, "rb") as raw, zipfile.ZipFile(raw) as archive:
            listed = [m for m in archive.infolist() if m.file_size or not m.is_dir()]
            must(sum(m.file_size for m in listed) < 2**32, "bundle", "more than 4 GiB", "a bundle that can be read")
            raw.seek(-22 - len(archive.comment), 2)
            alone = raw.read(4) == b"PK\5\6" and min(m.header_offset for m in archive.infolist()) == 0
            must(alone, "bundle", "bytes before or after the archive", "one archive, which every reader reads alike")
            tops = {m.orig_filename.partition("/")[0] for m in listed}  # one, where a folder was packed whole
            top = len(max(tops)) + 1 if len(tops) == 1 and re.fullmatch(r"(?!\.)[^\\:\x00-\x1f]+", max(tops)) else 0
            for m in listed:
                plain = stat.S_IFMT(m.external_attr >> 16) in {0, stat.S_IFREG} and m.compress_type in {0, 8}
                yield m.orig_filename[top:], archive.read(m) if plain else None
    for full in Path(path).rglob("*"):
        if (kind := stat.S_IFMT(full.lstat().st_mode)) != stat.S_IFDIR:
            yield full.relative_to(path).as_posix(), full.read_bytes() if kind == stat.S_IFREG else None


class Bundle:
    """A bundle as read: its files, and what log and statement say. Whatever does not hold is in `findings`."""

    def __init__(self, path: str, given: str | None, findings: Findings) -> None:
        self.step, self.need, self.remark = findings.step, findings.need, findings.remark
        self.files, self.acts, self.leaves = dict[str, bytes](), list[dict[str, Any]](), list[bytes]()
        with self.step("1.1", "bundle"):
            self._read(path)
        with self.step("3.1", CHECKPOINT):
            note = note_of(self.files[CHECKPOINT], CHECKPOINT)
            self._read_log(note[1])
            first: dict[str, Any] = self.acts[0] if self.acts else {"act": "nothing", "body": {}}
            good = first["act"] == "open" and fits(first["body"], OPEN)
            if self.need(good, "3.4", "entry 0", first, "the act open, with its body"):
                self._check(note, given, first["body"])

    def _read(self, path: str) -> None:
        found = sorted(members(path), key=lambda member: member[0])
        many = Counter(name.lower() for name, _ in found)
        for name, data in found:
            plain = data is not None and all(re.fullmatch(r"(?!\.\.?$)[A-Za-z0-9._-]+", p) for p in name.split("/"))
            self.need(plain and many[name.lower()] == 1, "1.1", name, "a link, device, odd or doubled name", "a file")
            self.files[name] = data or b""
        for name in ("README.md", STATEMENT, CHECKPOINT):
            self.need(name in self.files, "1.1", name, "nothing", "a file")

    def _read_log(self, size: int) -> None:
        """Read the entries, of which the checkpoint says how many, and hold each tile against them."""
        files, entries, level = self.files, list[bytes](), 0
        must(size <= 256 * len(files), CHECKPOINT, size, "not more entries than the tiles could hold")
        for data in (files.get(name, b"") for name in tiles("entries", [b""] * size)):
            rest = io.BytesIO(data)
            while len(entries) <= size and (length := rest.read(2)):  # one too many is enough to see
                entries.append(rest.read(int.from_bytes(length, "big")))
        self.need(size == len(entries), "3.2", CHECKPOINT, size, len(entries))
        self.leaves = [hashlib.sha256(b"\0" + entry).digest() for entry in entries]
        wanted = tiles("entries", [len(entry).to_bytes(2, "big") + entry for entry in entries])
        while number := len(entries) // 256**level:
            hashes = [tree_hash(self.leaves, i * 256**level, (i + 1) * 256**level) for i in range(number)]
            wanted, level = wanted | tiles(level, hashes), level + 1
        for name in sorted(wanted.keys() | {n for n in files if n.startswith("log/") and n != CHECKPOINT}):
            kind = "nothing" if name not in files else "other bytes" if name in wanted else "a tile too many"
            self.need(files.get(name) == wanted.get(name), "3.3", name, kind, "the tile that the entries give")
        for n, entry in enumerate(entries):
            with self.step("3.4", f"entry {n}"):
                act = canonical(entry, f"entry {n}")
                good = fits(act, ACT) and act["n"] == n and datetime.datetime.fromisoformat(act["at"][:-1])
                must(good, f"entry {n}", act, f"an act with n {n}")
                self.acts.append(act)

    def _check(self, note: Note, given: str | None, body: dict[str, Any]) -> None:
        self.origin, self.quorum, self.key = body["origin"], body["quorum"], key_of(body["log_key"], 1)
        self.witnesses = [key_of(text, 4) for text in body["witnesses"]]
        root = tree_hash(self.leaves, 0, len(self.leaves))
        good, bad = self._check_note(note, "3.1", CHECKPOINT)
        self.need(not bad, "3.1", CHECKPOINT, bad, "good cosignatures")
        self.remark(given is None, "The key comes only from the bundle: that proves nothing about who made it.")
        self.remark(self.witnesses, "The witnesses' keys come only from the bundle: they do not prove who they are.")
        self.remark(not self.quorum, "The quorum is 0: no witness says that the commit came before the dice.")
        few = f"{len(good)} of {self.quorum} witnesses cosigned the end: after the commit all rests on the log's key."
        self.remark(len(good) < self.quorum, few)
        self.need(note[2] == root, "3.2", CHECKPOINT, note[2].hex(), root.hex())
        if given is not None:
            with self.step("2.3", "--key"):
                must(key_of(given, 1) == self.key, "--key", self.key[0], given)
        with self.step("2.1", STATEMENT):
            self._check_statement({"origin": self.origin, "root": root.hex(), "size": len(self.leaves)})

    def _check_note(self, note: Note, code: str, place: str, latest: float = 2**64) -> tuple[set[bytes], list[str]]:
        good, bad = signers(note, [self.key], False)
        self.need(note[0] == self.origin, code, place, note[0], self.origin)
        self.need(good and not bad, code, place, "no good signature", self.key[0])
        return signers(note, self.witnesses, True, latest)

    def _check_statement(self, log: dict[str, Any]) -> None:
        files, need, envelope = self.files, self.need, canonical(self.files[STATEMENT], STATEMENT)
        must(fits(envelope, SEALED), STATEMENT, envelope, "an envelope with one signature")
        payload, kind, made = unbase64(envelope["payload"]), envelope["payloadType"], envelope["signatures"][0]
        signed, keyid = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload), self.key[0] + "+"
        with self.step("2.2", STATEMENT):
            good = made["keyid"] == keyid + self.key[1].hex() and verified(self.key[2], signed, unbase64(made["sig"]))
            must(good, STATEMENT, f"no good signature: {made['keyid']}", self.key[0])
        said = canonical(payload, "payload")
        must(fits(said, PAYLOAD), "payload", said, "an in-toto Statement with the predicate of a bundle")
        sums = {subject["name"]: subject["digest"]["sha256"] for subject in said["subject"]}
        need(len(sums) == len(said["subject"]), "2.1", "subject", "a name twice", "each once")
        for name in sorted(sums.keys() | files.keys() - {STATEMENT}):
            total = hashlib.sha256(files[name]).hexdigest() if name in files else "nothing"
            need(name in sums, "1.3", name, "a file", "nothing that is not a subject")
            need(sums.get(name, total) == total, "1.2", name, total, sums.get(name))
        need(said["predicate"]["log"] == log, "3.5", STATEMENT, said["predicate"]["log"], log)

    def witnessed(self, n: int, at: str, text: str, place: str) -> str:
        """Hold the note of a `witness` act, entry n, against the entries before it (step 4); return its root."""
        note, root = note_of(text.encode(), place), tree_hash(self.leaves, 0, n)
        latest = datetime.datetime.fromisoformat(at[:-1] + "+00:00").timestamp() + 300  # clocks differ
        good, bad = self._check_note(note, "4.1", place, latest)
        self.need(note[1:3] == (n, root), "4.1", place, [note[1], note[2].hex()], [n, root.hex()])
        fair = len(good) >= self.quorum and not bad and self.key[2] not in {key[2] for key in self.witnesses}
        self.need(fair, "4.2", place, [len(good), *bad], f"{self.quorum} good, none bad, late or by the log's own key")
        return note[2].hex()
