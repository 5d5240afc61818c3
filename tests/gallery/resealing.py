"""Taking a good bundle apart and sealing it again after a change, as whoever holds the log's key would.

What hangs on a change follows it: numbers of acts, sums of files, the witnessed note, tiles, checkpoint, statement. So
a forgery is wrong in what was forged, and in nothing else.
"""

import base64
import copy
import hashlib
import io
import json
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gallery.in_memory import LOG, MemoryLog

from faircount.audit.drawing import Urn
from faircount.audit.files import commitment_of, sample_file
from faircount.audit.forms import seen_of
from faircount.audit.rounds import closing
from faircount.evidence.envelope import PAYLOAD, PREDICATE, STATEMENT, signed_bytes
from faircount.evidence.log.note import SigningKey
from faircount.evidence.log.tiles import unbundle
from faircount.model import Design, Seen

Json = Any
Files = dict[str, bytes]
STATEMENT_FILE = "statement.dsse.json"
CHECKPOINT = "log/checkpoint"
NoteOf = Callable[[MemoryLog], str]


@dataclass
class Disk:
    """Files in a folder, and links beside them: name → what it points to."""

    files: Files
    links: Mapping[str, str]


def canonical(value: Json) -> bytes:
    """Return canonical JSON; unlike the engine's it writes whatever it is given, fractions too."""
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def _ordered(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    return [_ordered(one) for one in value] if isinstance(value, list) else value


def entries_of(files: Mapping[str, bytes]) -> list[bytes]:
    """Return the entries of a bundle's log, from its tiles."""
    names = [name for name in files if name.startswith("log/tile/entries/")]
    return [entry for name in sorted(names) for entry in unbundle(files[name])]


def log_of(entries: list[bytes], origin: str) -> MemoryLog:
    """Return a log of these entries."""
    log = MemoryLog(origin)
    for entry in entries:
        log.append(entry)
    return log


@dataclass
class Case:
    """A bundle taken apart. `sealed` puts it together as the holder of the log's key would."""

    whole: Files
    """The good bundle, as it was."""
    acts: list[Json] = field(default_factory=list)
    files: Files = field(default_factory=dict)
    """What acts name, by name."""
    words: Files = field(default_factory=dict)
    key: SigningKey = LOG
    witnesses: tuple[SigningKey, ...] = ()
    loose: set[str] = field(default_factory=set)
    """Files whose length and sum the acts go on to state as they were."""
    note: NoteOf | None = None
    """What the act `witness` holds, from the log before it; None for what is right."""
    head: NoteOf | None = None
    """What log/checkpoint holds, from the whole log; None for what is right."""

    @classmethod
    def of(cls, whole: Mapping[str, bytes], key: SigningKey = LOG, witnesses: tuple[SigningKey, ...] = ()) -> "Case":
        """Take a bundle apart. `witnesses` are those whose keys the forger borrows where notes must follow."""
        files = {name.removeprefix("files/"): data for name, data in whole.items() if name.startswith("files/")}
        words = {name: data for name, data in whole.items() if "/" not in name and name != STATEMENT_FILE}
        return cls(dict(whole), [json.loads(one) for one in entries_of(whole)], files, words, key, witnesses)

    # ---- finding things
    def find(self, act: str, nth: int = 0) -> Json:
        """Return the nth act of a name."""
        return self.acts[self.at(act, nth)]

    def body(self, act: str, nth: int = 0) -> Json:
        """Return its body."""
        return self.find(act, nth)["body"]

    def at(self, act: str, nth: int = 0) -> int:
        """Return its place; `nth` −1 is the last."""
        return [at for at, one in enumerate(self.acts) if one["act"] == act][nth]

    def add(self, at: int, act: str, body: Json, by: str = "Ada Vale") -> None:
        """Put an act before the one at this place, at its time."""
        time = self.acts[min(at, len(self.acts) - 1)]["at"]
        self.acts.insert(at, {"act": act, "at": time, "body": body, "by": {"name": by, "role": "official"}, "n": None})

    def drop(self, act: str, nth: int = 0) -> Json:
        """Take an act out, and return it."""
        return self.acts.pop(self.at(act, nth))

    def move(self, act: str, to: str, nth: int = 0) -> None:
        """Move an act before the first of another name; times stay where they are."""
        times, one = [act["at"] for act in self.acts], self.drop(act, nth)
        self.acts.insert(self.at(to), one)
        for each, time in zip(self.acts, times, strict=True):
            each["at"] = time

    def json(self, name: str, change: Callable[[Json], object]) -> None:
        """Change a file of JSON."""
        value = json.loads(self.files[name])
        change(value)
        self.files[name] = canonical(value)

    def swap(self, name: str, old: bytes, new: bytes) -> None:
        """Change the first such bytes of a file, which must be there."""
        if old not in self.files[name]:
            raise ValueError(f"{old!r} is not in {name}")
        self.files[name] = self.files[name].replace(old, new, 1)

    def put_aside(self, act: str, nth: int = 0, name: str = "aside.json") -> None:
        """Lay an act's body into a file, as for one that is too long for an entry."""
        one = self.find(act, nth)
        self.files[name] = canonical(one["body"])
        one["body"] = {"in": {"bytes": 0, "name": name, "sha256": "0" * 64}}

    # ---- putting together
    def sealed(self, write: Callable[[int, Json], bytes] | None = None) -> Files:
        """Return the bundle. `write` may write an act in its own way."""
        return self.bound(self.entries(write))

    def entries(self, write: Callable[[int, Json], bytes] | None = None) -> list[bytes]:
        """Return the log's entries, with all that hangs on others brought into line."""
        log, acts = MemoryLog(self.origin), copy.deepcopy(self.acts)
        places = {act["n"]: at for at, act in enumerate(acts)}
        for at, act in enumerate(acts):
            body, act["n"] = act["body"], at
            if act["act"] == "correct" and "of" in body:
                body["of"] = places.get(body["of"], body["of"])
            for one in [*body.get("files", []), *(body[key] for key in ("sample", "in") if key in body)]:
                self._restate(one)
            if act["act"] == "witness" and "checkpoint" in body:
                body["checkpoint"] = self.note(log) if self.note else bytes(log.note(self.key, self.witnesses)).decode()
            log.append(write(at, act) if write else canonical(act))
        return log.data

    def _restate(self, one: Json) -> None:
        data = self.files.get(one["name"])
        if data is not None and one["name"] not in self.loose:
            one |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    def bound(self, entries: list[bytes]) -> Files:
        """Return the bundle of these entries, whatever they are."""
        log = log_of(entries, self.origin)
        found = log.bundle(self.key, self.files, self.words, self.witnesses)
        if self.head:
            found[CHECKPOINT] = self.head(log).encode()
        return stated(found, self.key)

    @property
    def origin(self) -> str:
        """The log's name."""
        return str(self.acts[0]["body"]["origin"])

    # ---- following on
    def redraw(self) -> None:
        """Make the samples those of the seed that is there now."""
        commit, draws = self.body("commit"), [one["body"] for one in self.acts if one["act"] == "draw"]
        files = {re.sub("^[0-9]+-", "", one["name"]): self.files[one["name"]] for one in commit["files"]}
        urn = Urn(commitment_of(Design(commit["design"]), files), self.body("seed")["seed"])
        for body in draws:
            drawn = urn.drawn(body["sizes"])
            self.files[body["sample"]["name"]] = sample_file(drawn, commit["design"] == "batch")

    def remeasured(self) -> None:
        """Make samples, p-values and decisions follow what files and entries say now, by the engine's arithmetic."""
        urn, drawn, double = None, None, False
        seen, first = dict[str, Seen](), dict[str, Seen]()
        contests: dict[str, Any] = {}
        for act in self.acts:
            body = act["body"]
            if act["act"] == "commit":
                files = {re.sub("^[0-9]+-", "", one["name"]): self.files[one["name"]] for one in body["files"]}
                held, double = commitment_of(Design(body["design"]), files), body["double_entry"]
                contests = {one.id: one.contest for one in held.subjects}
            if act["act"] == "seed":
                urn = Urn(held, body["seed"])
            if act["act"] == "draw" and urn:
                drawn = urn.drawn(body["sizes"])
                self.files[body["sample"]["name"]] = sample_file(drawn, held.design is Design.BATCH)
            if act["act"] in ("entry", "resolve", "correct"):
                said = seen_of(body, contests, held.design is Design.BATCH, "entry")
                if act["act"] != "entry" or not double or first.get(body["unit"]) == said:
                    seen[body["unit"]] = said
                first[body["unit"]] = said
            if act["act"] == "close" and urn and drawn:
                body |= closing(urn, body["round"], drawn, seen)


def stated(files: Mapping[str, bytes], key: SigningKey, change: Callable[[Json], object] | None = None) -> Files:
    """Return the files with a new statement over them. `change` works on its payload."""
    found = {name: data for name, data in files.items() if name != STATEMENT_FILE}
    log = _payload(files)["predicate"]["log"]
    subject = [
        {"digest": {"sha256": hashlib.sha256(data).hexdigest()}, "name": name} for name, data in sorted(found.items())
    ]
    payload = {
        "_type": STATEMENT, "predicate": {"format": "faircount/1", "log": log}, "predicateType": PREDICATE,
        "subject": subject,
    }  # fmt: skip
    if change:
        change(payload)
    return found | {STATEMENT_FILE: enveloped(canonical(payload), key)}


def enveloped(payload: bytes, key: SigningKey) -> bytes:
    """Return a payload in an envelope that the key has signed."""
    made = key.sign(signed_bytes(PAYLOAD, payload).decode())
    keyid = f"{key.verifier.name}+{key.verifier.id.hex()}"
    return canonical({
        "payload": base64.b64encode(payload).decode(), "payloadType": PAYLOAD,
        "signatures": [{"keyid": keyid, "sig": base64.b64encode(made.signature).decode()}],
    })  # fmt: skip


def _payload(files: Mapping[str, bytes]) -> Json:
    return json.loads(base64.b64decode(json.loads(files[STATEMENT_FILE])["payload"]))


def zipped(members: list[tuple[str, bytes]], **attributes: int) -> bytes:
    """Return a zip of members in their order, equal names too; `attributes` are of the last."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of equal names, and writes them
        for at, (name, data) in enumerate(members):
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.create_system, member.external_attr = 3, 0o644 << 16
            if at == len(members) - 1:
                for key, value in attributes.items():
                    setattr(member, key, value)
            archive.writestr(member, data)
    return out.getvalue()
