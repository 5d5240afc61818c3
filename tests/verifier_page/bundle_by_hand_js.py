"""Good bundles written by hand from docs/bundle.md, so that forgeries of them can be shown to the page.

Nothing of faircount is used here: a mistake that program and page share would not be one that these bundles share.
"""

import base64
import copy
import hashlib
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Act = dict[str, Any]
Files = dict[str, bytes]

ORIGIN = "audit.example/lark-county"
DICE = "31415926535897932384"
WINNER_OVER_LOSER = {"terms": [["1", "votes", [0]], ["-1", "votes", [1]]], "least": "-1", "upper": "1"}


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def sha(data: bytes | str) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@dataclass
class Key:
    """A signer whose private key is a hash of its name: the same in every run."""

    name: str
    type: int

    def __post_init__(self) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(self.name.encode()).digest())
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.typed = bytes([self.type]) + public
        self.id = hashlib.sha256(self.name.encode() + b"\n" + self.typed).digest()[:4]

    @property
    def verifier(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(self.typed)}"

    def line(self, note: str, time: int = 1_795_000_000) -> str:
        if self.type == 1:
            return f"— {self.name} {b64(self.id + self.private.sign(note.encode()))}\n"
        signature = self.private.sign(f"cosignature/v1\ntime {time}\n{note}".encode())
        return f"— {self.name} {b64(self.id + time.to_bytes(8, 'big') + signature)}\n"


LOG = Key("audit.example/log", 1)
OTHER_LOG = Key("other.example/log", 1)
WITNESSES = [Key(f"witness-{n}.example", 4) for n in range(3)]


# ---- the log -----------------------------------------------------------------
def root_of(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def checkpoint(entries: list[bytes], origin: str = ORIGIN, size: int | None = None) -> str:
    root = b64(root_of([leaf(entry) for entry in entries]))
    return f"{origin}\n{len(entries) if size is None else size}\n{root}\n"


def signed(note: str, keys: Iterable[Key]) -> str:
    return note + "\n" + "".join(key.line(note) for key in keys)


def tiles(entries: list[bytes]) -> Files:
    """Tiles of a log of up to 256² entries."""
    found = {}
    levels = [("entries", [len(e).to_bytes(2, "big") + e for e in entries]), ("0", [leaf(e) for e in entries])]
    full = [levels[1][1][at : at + 256] for at in range(0, len(entries), 256)]
    levels.append(("1", [root_of(part) for part in full if len(part) == 256]))
    for level, items in levels:
        for at in range(0, len(items), 256):
            part = items[at : at + 256]
            width = "" if len(part) == 256 else f".p/{len(part)}"
            found[f"log/tile/{level}/{at // 256:03}{width}"] = b"".join(part)
    return found


@dataclass
class Draft:
    """Acts and files before they are sealed: a forger changes these, and seals anew with the right keys."""

    acts: list[Act] = field(default_factory=list)
    files: Files = field(default_factory=dict)

    def act(self, name: str, body: dict[str, Any], by: str = "Wren") -> Act:
        self.acts.append({"act": name, "body": body, "by": {"name": by, "role": "clerk"}})
        return self.acts[-1]

    def file(self, name: str, data: bytes) -> dict[str, Any]:
        self.files[name] = data
        return {"bytes": len(data), "name": name, "sha256": sha(data)}

    def first(self, name: str) -> Act:
        return next(act for act in self.acts if act["act"] == name)

    def rewrite(self, name: str, change: Callable[[Any], None]) -> None:
        """Change a JSON file wherever acts name it."""
        value = json.loads(self.files[name])
        change(value)
        self.replace(name, canonical(value))

    def replace(self, name: str, data: bytes) -> None:
        new = self.file(name, data)
        for act in self.acts:
            for named in [*act["body"].get("files", []), act["body"].get("sample", {})]:
                if named.get("name") == name:
                    named.update(new)

    def sealed(self, witnesses: int = 2, witnessed: Callable[[list[bytes]], str] = checkpoint) -> list[bytes]:
        """Number and time the acts, and let witnesses sign what was before theirs."""
        entries: list[bytes] = []
        for n, act in enumerate(self.acts):
            whole = {
                "n": n,
                "at": f"{datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=n):%Y-%m-%dT%H:%M:%SZ}",
                **act,
            }
            if act["act"] == "witness" and not act["body"]:
                note = signed(witnessed(entries), [LOG, *WITNESSES[:witnesses]])
                whole["body"] = {"checkpoint": note}
            entries.append(canonical(whole))
        return entries


def bundle(files: Files, entries: list[bytes], head: str | None = None, signer: Key = LOG) -> Files:
    """Everything of a bundle: log, files and the signed statement over them."""
    head = head or signed(checkpoint(entries), [LOG])
    whole = {"README.md": b"# A bundle\n", "log/checkpoint": head.encode(), **tiles(entries)}
    whole |= {f"files/{name}": data for name, data in files.items()}
    return {**whole, "statement.dsse.json": statement(whole, entries, signer)}


def statement(whole: Files, entries: list[bytes], signer: Key = LOG, **changed: Any) -> bytes:
    root = root_of([leaf(entry) for entry in entries]).hex()
    log = {"origin": ORIGIN, "root": root, "size": len(entries)}
    payload = canonical({
        "_type": "https://in-toto.io/Statement/v1",
        "predicate": {"format": "faircount/1", "log": {**log, **changed}},
        "predicateType": "https://faircount.org/bundle/v1",
        "subject": [{"digest": {"sha256": sha(data)}, "name": name} for name, data in sorted(whole.items())],
    })  # fmt: skip
    kind = "application/vnd.in-toto+json"
    told = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
    keyid = f"{signer.name}+{signer.id.hex()}"
    one = {"keyid": keyid, "sig": b64(signer.private.sign(told))}
    return canonical({"payload": b64(payload), "payloadType": kind, "signatures": [one]})


# ---- the audits --------------------------------------------------------------
def contest(**changed: Any) -> dict[str, Any]:
    names = ["Ada Lark", "Bo Wren"]
    assertion = {
        "kind": "plurality", "claim": "Ada Lark beats Bo Wren", "winner": 0, "loser": 1, "standing": [],
        "assorter": WINNER_OVER_LOSER, "margin": "11/20",
    }  # fmt: skip
    return {
        "id": "mayor", "title": "Mayor", "seats": 1, "votes_allowed": 1, "ranks": 0, "rule": "plurality",
        "choices": [{"kind": "regular", "name": name, "party": ""} for name in names],
        "options": {"tie": "stop", "tie_order": "ballot", "tie_record": "none", "tie_seed": "none"},
        "cards": 40, "outcome": {"elected": [0], "verdict": "elected"}, "audited": True, "risk_limit": "1/10",
        "risk_function": "alpha-fixed", "settings": {"eta0": "0.775"}, "implies": "outcome",
        "words": "each elected choice got more votes", "assertions": [assertion], **changed,
    }  # fmt: skip


def begun(design: str, files: Files, *, double: bool = False, parties: tuple[str, ...] = ()) -> tuple[Draft, str]:
    """The acts up to the seed, and the seed."""
    draft = Draft()
    keys = [key.verifier for key in WITNESSES]
    draft.act("open", {"election": "Lark County", "format": "faircount/1", "log_key": LOG.verifier, "origin": ORIGIN,
                       "software": "by hand", "witnesses": keys, "quorum": 2})  # fmt: skip
    named = [draft.file(name, data) for name, data in files.items()]
    draft.act("commit", {"design": design, "double_entry": double, "files": named, "min_digits": 20})
    before = draft.sealed()
    draft.act("witness", {})
    told = {party: ("\n".join(["faircount-promise/1", party, "nonce", f"of {party}"])) for party in parties}
    for party, text in told.items():
        draft.act("promise", {"party": party, "sha256": sha(text)}, by=party)
    if parties:  # the witness covers the promises too
        before = draft.sealed()
        draft.act("witness", {})
    for person in ("Wren", "Finch"):
        draft.act("dice", {"digits": DICE}, by=person)
    for party in parties:
        draft.act("reveal", {"party": party, "nonce": "nonce", "value": f"of {party}"}, by=party)
    seed = DICE
    if parties:
        root = root_of([leaf(entry) for entry in before]).hex()
        seed = sha("\n".join(["faircount-seed/1", root, DICE, *sorted(f"{p}=of {p}" for p in parties)]))
    draft.act("seed", {"seed": seed})
    return draft, seed


def ended(draft: Draft) -> Draft:
    draft.act("sign-off", {"words": "seen"}, by="Wren")
    draft.act("sign-off", {"words": "seen"}, by="Finch")
    draft.act("publish", {})
    return draft


def by_ticket(seed: str, units: Iterable[str]) -> list[tuple[str, str]]:
    return sorted((sha(json.dumps([seed, unit], ensure_ascii=False, separators=(",", ":"))), unit) for unit in units)


def sample_file(rows: Iterable[tuple[str, str]], first: str = "ticket") -> bytes:
    cells = ((key, f'"{unit}"' if "," in unit else unit) for key, unit in rows)
    return (f"{first},unit\n" + "".join(f"{key},{unit}\n" for key, unit in cells)).encode()


def smallest_p(values: list[Fraction], size: int, upper: Fraction, eta0: float) -> str:
    """The risk by `alpha-fixed`, step by step as the page of the format has it."""
    wealth, total, smallest = 1.0, Fraction(0), 1.0
    for j, x in enumerate(values):
        mean = float((Fraction(size, 2) - total) / (size - j))
        eta = min(max((size * eta0 - float(total)) / (size - j), mean), float(upper))
        bet = (eta / mean - 1) / (float(upper) - mean) if 0 < mean < upper else 0.0
        wealth *= 1 + min(max(bet, 0), 1 / mean if mean > 0 else 0) * (float(x) - mean)
        total += x
        p = min(1.0, 1 / wealth) if wealth > 0 else 1.0
        if total > Fraction(size, 2):
            p = 0.0
        elif Fraction(size, 2) - total >= (size - j - 1) * upper:
            p = 1.0
        smallest = min(smallest, p)
    return f"{math.floor(smallest * 10**10 + 0.5) / 10**10:.10f}"


def one_vote(choice: int) -> dict[str, Any]:
    return {"votes": [[choice, 1]]}


def more_than_a_quarter() -> dict[str, Any]:
    """A second claim, with another bound: A is 2 for a vote for Ada, else 0."""
    terms = [["1", "votes", [0]], ["-1/4", "cards", []]]
    return {
        "kind": "above-figure", "claim": "Ada Lark is on more than a quarter of the cards", "winner": 0, "loser": None,
        "standing": [], "margin": "2", "assorter": {"terms": terms, "least": "-1/4", "upper": "2"},
    }  # fmt: skip


def polling() -> Draft:
    """Forty cards in two batches, ten of them drawn, and eight more in a second round."""
    mayor = contest()
    mayor["assertions"].append(more_than_a_quarter())
    totals = {"cards": 40, "ballots": [[one_vote(0), 30], [one_vote(1), 8]]}
    files = {"contests.json": canonical([mayor]), "batches.csv": b"batch,cards\n\"North, hall\",25\nSouth,15\n",
             "totals.json": canonical({"mayor": totals})}  # fmt: skip
    draft, seed = begun("polling", files)
    tickets = by_ticket(seed, [*(f"North, hall, {n}" for n in range(1, 26)), *(f"South, {n}" for n in range(1, 16))])
    papers = [1, 0, 0, 0, None, 0, 0, 0, 1, *[0] * 9]
    values = [Fraction(1, 2) if c is None else Fraction(1 - c) for c in papers]
    for number, (start, end) in enumerate([(0, 6), (6, 18)], 1):
        sample = draft.file(f"sample-{number}.csv", sample_file(tickets[:end]))
        draft.act("draw", {"round": number, "sizes": {"*": end}, "sample": sample})
        for (_, unit), paper in list(zip(tickets, papers, strict=False))[start:end]:
            read = {} if paper is None else one_vote(paper)
            draft.act("entry", {"round": number, "unit": unit, "found": True, "contests": {"mayor": read}}, by="Finch")
        p = smallest_p(values[:end], 40, Fraction(1), 0.775)
        other = smallest_p([Fraction(2 * (c == 0)) for c in papers[:end]], 40, Fraction(2), 0.775)
        decision = "CONFIRMED" if max(Fraction(p), Fraction(other)) <= Fraction(1, 10) else "CONTINUE"
        measured = [{"contest": "mayor", "assertion": at, "draws": end, "p": one} for at, one in enumerate((p, other))]
        draft.act("close", {"round": number, "measured": measured, "decisions": {"mayor": decision}})
    return ended(draft)


def edited(draft: Draft, change: Callable[[Draft], None]) -> Files:
    """Seal a draft after a change to it."""
    draft = copy.deepcopy(draft)
    change(draft)
    return bundle(draft.files, draft.sealed())
