"""Evidence bundles made by hand from docs/bundle.md, with the standard library and `cryptography` to sign.

A `Story` is what happened: acts and files. `seal` writes it down: log, tiles, notes, signatures, statement. So a forger
can change the story before it is sealed, with the log's own key, or the files after.
"""

import base64
import hashlib
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "count.example/audit"
SEED = "31415926535897932384"
Json = Any
Files = dict[str, bytes]


def canonical(value: Json) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sha(data: bytes | str) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


class Signer:
    """A key, made from `secret` (unless stated the name); witnesses say `time`, when every log here starts."""

    def __init__(self, name: str, kind: int, secret: str = "", time: int = 1_795_341_600) -> None:
        self.name, self.kind, self.time = name, kind, time
        self.private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256((secret or name).encode()).digest())
        data = bytes([kind]) + self.private.public_key().public_bytes_raw()
        self.short = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
        self.vkey = f"{name}+{self.short.hex()}+{b64(data)}"

    def line(self, text: str) -> str:
        if self.kind == 4:
            made = struct.pack(">Q", self.time)
            made += self.private.sign(f"cosignature/v1\ntime {self.time}\n{text}".encode())
        else:
            made = self.private.sign(text.encode())
        return f"\u2014 {self.name} {b64(self.short + made)}\n"


LOG = Signer(ORIGIN, 1)
WITNESSES = [Signer("witness.example/north", 4), Signer("witness.example/south", 4)]


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962 by a stack of full subtrees, each twice the next."""
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, digest = 1, leaf
        while stack and stack[-1][0] == size:
            size, digest = size * 2, hashlib.sha256(b"\1" + stack.pop()[1] + digest).digest()
        stack.append((size, digest))
    digest = stack.pop()[1] if stack else hashlib.sha256().digest()
    while stack:
        digest = hashlib.sha256(b"\1" + stack.pop()[1] + digest).digest()
    return digest


def note(leaves: list[bytes], signers: list[Signer], origin: str = ORIGIN) -> str:
    text = f"{origin}\n{len(leaves)}\n{b64(root_of(leaves))}\n"
    return text + "\n" + "".join(signer.line(text) for signer in signers)


@dataclass
class Story:
    """`files` are those of files/; an act is [act, body, person]; where `checkpoint` is None it is made by `seal`."""

    files: Files = field(default_factory=dict)
    acts: list[list[Json]] = field(default_factory=list)

    def act(self, act: str, body: Json, by: str = "Ada Lark") -> None:
        self.acts.append([act, body, by])

    def named(self, name: str) -> Json:
        return {"bytes": len(self.files[name]), "name": name, "sha256": sha(self.files[name])}

    def find(self, act: str, nth: int = 0) -> Json:
        return [body for name, body, _ in self.acts if name == act][nth]

    def at(self, act: str, nth: int = 0) -> int:
        return [n for n, one in enumerate(self.acts) if one[0] == act][nth]

    def rename(self) -> None:
        """State the sums of the files anew, wherever an act names one."""
        for _, body, _ in self.acts:
            for one in [*body.get("files", []), *([body["sample"]] if "sample" in body else [])]:
                if isinstance(one, dict) and one.get("name") in self.files:
                    one.update(self.named(one["name"]))


def seal(story: Story, entry: Callable[[int, Json], bytes] | None = None) -> Files:
    """Return the bundle's files. `entry` may write an act in its own way."""
    entries: list[bytes] = []
    for n, (act, body, by) in enumerate(story.acts):
        leaves = [hashlib.sha256(b"\0" + one).digest() for one in entries]
        if "checkpoint" in body and body["checkpoint"] is None:
            body = {"checkpoint": note(leaves, [LOG, *WITNESSES])}
        at = f"2026-11-22T10:{n // 60:02d}:{n % 60:02d}Z"
        said = {"act": act, "at": at, "body": body, "by": {"name": by, "role": "clerk"}, "n": n}
        entries.append(entry(n, said) if entry else canonical(said))
    return bind(story.files, entries)


def bind(named: Files, entries: list[bytes]) -> Files:
    """Return the bundle of these entries."""
    leaves = [hashlib.sha256(b"\0" + one).digest() for one in entries]
    files = {"README.md": b"# An audit\n", **{f"files/{name}": data for name, data in named.items()}}
    files["log/checkpoint"] = note(leaves, [LOG, *WITNESSES]).encode()
    for start in range(0, len(entries), 256):
        part = entries[start : start + 256]
        name = f"{start // 256:03d}" + ("" if len(part) == 256 else f".p/{len(part)}")
        files[f"log/tile/entries/{name}"] = b"".join(struct.pack(">H", len(one)) + one for one in part)
        files[f"log/tile/0/{name}"] = b"".join(leaves[start : start + 256])
    full = len(leaves) // 256
    if full:
        files[f"log/tile/1/000.p/{full}"] = b"".join(root_of(leaves[i * 256 : i * 256 + 256]) for i in range(full))
    log = {"origin": ORIGIN, "root": root_of(leaves).hex(), "size": len(leaves)}
    return state(files, log)


def state(files: Files, log: Json | None = None, signer: Signer = LOG, **other: Json) -> Files:
    """Return the files with a statement over them; `other` replaces parts of its payload."""
    files = {name: data for name, data in files.items() if name != "statement.dsse.json"}
    payload = canonical({
        "_type": "https://in-toto.io/Statement/v1",
        "predicate": {"format": "faircount/1", "log": log},
        "predicateType": "https://faircount.org/bundle/v1",
        "subject": [{"digest": {"sha256": sha(data)}, "name": name} for name, data in sorted(files.items())],
        **other,
    })  # fmt: skip
    kind = b"application/vnd.in-toto+json"
    made = signer.private.sign(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
    keyid = f"{signer.name}+{signer.short.hex()}"
    signatures = [{"keyid": keyid, "sig": b64(made)}]
    envelope = {"payload": b64(payload), "payloadType": kind.decode(), "signatures": signatures}
    return files | {"statement.dsse.json": canonical(envelope)}


def log_of(files: Files) -> Json:
    """Return the log that the statement of a bundle names."""
    return json.loads(base64.b64decode(json.loads(files["statement.dsse.json"])["payload"]))["predicate"]["log"]


# ---- what happened -------------------------------------------------------------
def ticket(seed: str, unit: str) -> str:
    return sha(json.dumps([seed, unit], separators=(",", ":"), ensure_ascii=False))


def smallest_p(xs: list[Fraction], cards: int, upper: Fraction, bet: Fraction) -> str:
    """`betting-fixed` in fractions, as the page says it."""
    product, total, least = Fraction(1), Fraction(0), Fraction(1)
    for j, x in enumerate(xs, 1):
        mean = (Fraction(cards, 2) - total) / (cards - j + 1)
        used = min(bet, 1 / mean) if mean > 0 else Fraction(0)
        product *= 1 + used * (x - mean)
        total += x
        if total > Fraction(cards, 2):
            least = Fraction(0)
        elif not Fraction(cards, 2) - total >= (cards - j) * upper and product:
            least = min(least, 1 / product)
    tenths = int(least * 10**10 + Fraction(1, 2))
    return f"{tenths // 10**10}.{tenths % 10**10:010d}"


def pair(winner: int, loser: int, margin: str, kind: str = "beats") -> Json:
    return assertion(kind, winner, loser, [], [["-1", "votes", [loser]], ["1", "votes", [winner]]], margin)


def assertion(kind: str, winner: int | None, loser: int | None, standing: list[int], terms: Json, margin: str) -> Json:
    return {
        "kind": kind, "claim": f"{winner} {kind} {loser}", "winner": winner, "loser": loser, "standing": standing,
        "margin": margin, "assorter": {"terms": terms, "least": "-1", "upper": "1"},
    }  # fmt: skip


def contest(name: str, cards: int, choices: int, elected: list[int], assertions: Json, **other: Json) -> Json:
    return {
        "id": name, "title": f"Office {name}", "seats": 1, "votes_allowed": 1, "ranks": 0, "rule": "plurality",
        "choices": [{"kind": "candidate", "name": f"Choice {i}", "party": None} for i in range(choices)],
        "cards": cards, "options": {},
        "outcome": {"elected": elected, "verdict": "elected"}, "audited": True, "risk_limit": "1/20",
        "risk_function": "betting-fixed", "settings": {"bet": "1.5"}, "implies": "outcome", "words": "All of it.",
        "assertions": assertions,
    } | other  # fmt: skip


def begin(story: Story) -> None:
    story.act("open", {
        "election": "Town", "format": "faircount/1", "log_key": LOG.vkey, "origin": ORIGIN, "quorum": 2,
        "software": "by hand", "witnesses": [witness.vkey for witness in WITNESSES],
    })  # fmt: skip


def commit(story: Story, design: str, double: bool, promised: dict[str, str] | None = None) -> str:
    """Commit, promise and witness; return the root that was witnessed."""
    named = [story.named(name) for name in sorted(story.files)]
    story.act("commit", {"design": design, "double_entry": double, "files": named, "min_digits": 20})
    promise(story, promised or {})
    return witness(story)


def promise(story: Story, values: dict[str, str]) -> None:
    for party, value in values.items():
        story.act("promise", {"party": party, "sha256": sha("\n".join(["faircount-promise/1", party, "salt", value]))})


def witness(story: Story) -> str:
    """Have the log witnessed as it is; return its root."""
    story.act("witness", {"checkpoint": None})
    entries = seal(story)["log/tile/0/000.p/" + str(len(story.acts))]
    before = [entries[i : i + 32] for i in range(0, len(entries) - 32, 32)]
    return root_of(before).hex()


def end(story: Story) -> Story:
    story.act("sign-off", {"words": "I saw it."}, "Ada Lark")
    story.act("sign-off", {"words": "So did I."}, "Bo Wren")
    story.act("publish", {})
    return story


def polling(again: bool = False) -> Story:
    """60 cards in two batches, one contest: 42 for the first, 10 for the second, 8 blank; a second one not audited."""
    story = Story()
    begin(story)
    contests = [
        contest("c1", 60, 2, [0], [pair(0, 1, "8/15")]),
        contest("c2", 30, 2, [1], [pair(1, 0, "1/3")], audited=False),
    ]
    story.files["contests.json"] = canonical(contests)
    story.files["batches.csv"] = b'batch,cards\nNorth,40\n"South, East",20\n'
    story.files["totals.json"] = canonical({
        "c1": {"ballots": [[{"votes": [[0, 1]]}, 42], [{"votes": [[1, 1]]}, 10]], "cards": 60},
        "c2": {"ballots": [[{"votes": [[0, 1]]}, 10], [{"votes": [[1, 1]]}, 20]], "cards": 30},
    })  # fmt: skip
    values = {"Party A": "rain", "Party B": "sun"}
    root = commit(story, "polling", False, {} if again else values)
    if again:  # since the promises came after the first witness
        promise(story, values)
        root = witness(story)
    story.act("dice", {"digits": SEED}, "Ada Lark")
    story.act("dice", {"digits": SEED}, "Bo Wren")
    for party, value in values.items():
        story.act("reveal", {"nonce": "salt", "party": party, "value": value})
    seed = sha("\n".join(["faircount-seed/1", root, SEED, "Party A=rain", "Party B=sun"]))
    story.act("seed", {"seed": seed})
    units = [f"North, {i}" for i in range(1, 41)] + [f"South, East, {i}" for i in range(1, 21)]
    order = sorted(units, key=lambda unit: ticket(seed, unit))
    xs: list[Fraction] = []
    for number, size in enumerate((6, 30), 1):
        name = f"sample-{number}.csv"
        rows = [f'{ticket(seed, u)},"{u}"\n' for u in order[:size]]
        story.files[name] = ("ticket,unit\n" + "".join(rows)).encode()
        story.act("draw", {"round": number, "sample": story.named(name), "sizes": {"*": size}})
        for j, unit in enumerate(order[len(xs) : size], len(xs)):
            ballot = {} if j % 7 == 6 else {"votes": [[1 if j % 6 == 5 else 0, 1]]}
            missing = j == 4
            said = {} if missing else {"c1": ballot}
            story.act("entry", {"contests": said, "found": not missing, "round": number, "unit": unit})
            xs.append(Fraction(0) if missing else Fraction(1, 2) if j % 7 == 6 else Fraction(j % 6 != 5))
        p = smallest_p(xs, 60, Fraction(1), Fraction(3, 2))
        other = {"assertion": 0, "contest": "c2", "draws": 0, "p": "1.0000000000"}
        measured = [{"assertion": 0, "contest": "c1", "draws": size, "p": p}, other]
        decision = "CONFIRMED" if float(p) <= 0.05 else "CONTINUE"
        story.act("close", {"decisions": {"c1": decision}, "measured": measured, "round": number})
    return end(story)


def record_of(i: int) -> tuple[Json, Json | None]:
    """What the file says of card i of the comparison: its mark in c1, and its ranking in c2 where it holds that."""
    ranking = None if i >= 30 else [0] if i < 20 else [1, 0] if i < 24 else [2, 1] if i < 27 else []
    return (0 if i % 5 else 1), ranking


def comparison() -> Story:
    """59 cards: 48 with records (30 of them hold an instant runoff), 10 in a pool, one phantom; twice entered."""
    story = Story()
    begin(story)
    ones = sum(record_of(i)[0] for i in range(48))
    votes = Fraction(48 - 2 * ones + 6 - 3, 59)
    nen = [["-1", "head", [1, [0, 1]]], ["1", "head", [0, [0, 1]]]]
    neb = [["-1", "prefers", [2, 0, True]], ["1", "first", [0]]]
    runoff = [assertion("NEN", 0, 1, [0, 1], nen, "13/30"), assertion("NEB", 0, 2, [], neb, "17/30")]
    irv = contest("c2", 30, 3, [0], runoff, rule="instant-runoff", ranks=3, votes_allowed=1)
    story.files["contests.json"] = canonical([contest("c1", 59, 2, [0], [pair(0, 1, str(votes))]), irv])
    rankings = [[0], [1, 0], [2, 1], []]
    story.files["ballots.json"] = canonical({
        "c1": [{"ballot": {"votes": [[c, 1]]}, "marks": [[c, 1, None]]} for c in (0, 1)],
        "c2": [
            {"ballot": {"ranking": r} if r else {}, "marks": [[c, n, None] for n, c in enumerate(r, 1)]}
            for r in rankings
        ],
    })  # fmt: skip
    pooled = {"ballots": [[{"votes": [[0, 1]]}, 6], [{"votes": [[1, 1]]}, 3]], "cards": 10}
    story.files["pools.json"] = canonical({"Box 9": {"c1": pooled}})
    rows = []
    for i in range(48):
        vote, ranking = record_of(i)
        ranked = "" if ranking is None else f";c2:{rankings.index(ranking)}"
        rows.append(f"card-{i},North,{i + 1},,c1:{vote}{ranked}")
    rows += [f"pooled-{i},South,{i + 1},Box 9,c1:" for i in range(10)] + ["phantom-1,,,,c1:"]
    story.files["cards.csv"] = ("unit,batch,position,pool,record\n" + "".join(row + "\n" for row in rows)).encode()
    commit(story, "comparison", True)
    story.act("dice", {"digits": SEED}, "Ada Lark")
    story.act("dice", {"digits": SEED}, "Bo Wren")
    story.act("seed", {"seed": SEED})
    compare(story)
    return end(story)


def compare(story: Story) -> None:
    """Draw, enter twice, close, correct one entry, and close again."""
    units = [f"card-{i}" for i in range(48)] + [f"pooled-{i}" for i in range(10)] + ["phantom-1"]
    order = sorted(units, key=lambda unit: ticket(SEED, unit))
    second = [unit for unit in order if unit.startswith("card-") and int(unit[5:]) < 30]
    sample = [unit for unit in order if unit in order[:16] or unit in second[:14]]
    story.files["sample-1.csv"] = ("ticket,unit\n" + "".join(f"{ticket(SEED, u)},{u}\n" for u in sample)).encode()
    story.act("draw", {"round": 1, "sample": story.named("sample-1.csv"), "sizes": {"c1": 16, "c2": 14}})
    papers: dict[str, Json] = {}
    for unit in sample:
        number = int(unit.rpartition("-")[2])
        vote, ranking = record_of(number)
        papers[unit] = {"c1": {"votes": [[0, 1]]}} if unit.startswith("pooled") else {"c1": {"votes": [[vote, 1]]}}
        if unit.startswith("card") and ranking is not None:
            papers[unit]["c2"] = {"ranking": ranking} if ranking else {}
    seen = [unit for unit in sample if unit != "phantom-1"]
    odd, wrong = seen[3], seen[5]
    settled: dict[str, int] = {}
    for unit in seen:
        body = {"contests": papers[unit], "found": True, "round": 1, "unit": unit}
        story.act("entry", body, "Ada Lark")
        other = {**papers[unit], "c1": {}}
        story.act("entry", {**body, "contests": other} if unit in (odd, wrong) else body, "Bo Wren")
        if unit in (odd, wrong):
            said = {**body, "contests": other} if unit == wrong else body
            story.act("resolve", {**said, "people": ["Ada Lark", "Bo Wren"]}, "Cy Moss")
        settled[unit] = len(story.acts) - 1
    wrongly = papers | {wrong: {**papers[wrong], "c1": {}}}
    story.act("close", closing(order, second, sample, wrongly))
    body = {"contests": papers[wrong], "found": True, "round": 1, "unit": wrong}
    why = {"approved_by": "Bo Wren", "of": settled[wrong], "reason": "A fold hid the mark."}
    story.act("correct", {**body, **why}, "Ada Lark")
    story.act("close", closing(order, second, sample, papers))


def closing(order: list[str], second: list[str], sample: list[str], papers: Json) -> Json:
    """Return the body of a close: p-values as the page says, one comparison after the other."""
    ones = sum(record_of(i)[0] for i in range(48))
    measured: list[dict[str, Any]] = []

    def plural(ballot: Json) -> Fraction:
        return Fraction(1, 2) if not ballot else Fraction(ballot["votes"][0][0] == 0)

    def runoff(kind: str, ranking: list[int]) -> Fraction:
        if kind == "NEB":
            return Fraction((ranking[:1] == [0]) - (2 in ranking and 0 not in ranking) + 1, 2)
        head = next((c for c in ranking if c in (0, 1)), None)
        return Fraction((head == 0) - (head == 1) + 1, 2)

    margin = Fraction(48 - 2 * ones + 3, 59)
    xs = []
    for unit in order:
        if unit not in sample:
            break
        if unit == "phantom-1":
            over = Fraction(1, 2)
        else:
            pooled = unit.startswith("pooled")
            said = Fraction(13, 20) if pooled else plural({"votes": [[record_of(int(unit[5:]))[0], 1]]})
            over = said - plural(papers[unit]["c1"])
        xs.append((1 - over) / (2 - margin))
    p = smallest_p(xs, 59, 2 / (2 - margin), Fraction(3, 2))
    measured.append({"assertion": 0, "contest": "c1", "draws": len(xs), "p": p})
    for index, (kind, margin) in enumerate((("NEN", Fraction(13, 30)), ("NEB", Fraction(17, 30)))):
        xs = []
        for unit in second:
            if unit not in sample:
                break
            over = runoff(kind, record_of(int(unit[5:]))[1] or []) - runoff(kind, papers[unit]["c2"].get("ranking", []))
            xs.append((1 - over) / (2 - margin))
        p = smallest_p(xs, 30, 2 / (2 - margin), Fraction(3, 2))
        measured.append({"assertion": index, "contest": "c2", "draws": len(xs), "p": p})
    worst = {c: max(float(m["p"]) for m in measured if m["contest"] == c) for c in ("c1", "c2")}
    decisions = {c: "CONFIRMED" if p <= 0.05 else "CONTINUE" for c, p in worst.items()}
    return {"decisions": decisions, "measured": measured, "round": 1}
