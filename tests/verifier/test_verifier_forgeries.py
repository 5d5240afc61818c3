"""Forgeries, each by the log's own key unless said, each rejected with the code of the step that it breaks."""

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faircount_verifier.forms import CODES
from verifier.bundle_by_hand import (
    LOG,
    SEED,
    WITNESSES,
    Files,
    Signer,
    Story,
    bind,
    canonical,
    comparison,
    log_of,
    note,
    pair,
    polling,
    seal,
    state,
)
from verifier.checking import failures, write

Forgery = Callable[[Story], object]


def committed(name: str, change: Callable[[Any], None]) -> Forgery:
    """Return the forgery that changes a committed JSON file."""

    def forge(story: Story) -> None:
        value = json.loads(story.files[name])
        change(value)
        story.files[name] = canonical(value)
        story.rename()

    return forge


def replaced(name: str, old: bytes, new: bytes) -> Forgery:
    def forge(story: Story) -> None:
        assert old in story.files[name]
        story.files[name] = story.files[name].replace(old, new, 1)
        story.rename()

    return forge


def put(act: str, nth: int = 0, by: str | None = None, **values: Any) -> Forgery:
    """Return the forgery that changes the nth act of a name."""

    def forge(story: Story) -> None:
        story.find(act, nth).update(values)
        if by:
            story.acts[story.at(act, nth)][2] = by

    return forge


def drop(act: str, nth: int = 0) -> Forgery:
    return lambda story: story.acts.pop(story.at(act, nth))


def insert(before: str, act: str, body: Any, by: str = "Ada Lark", nth: int = 0) -> Forgery:
    return lambda story: story.acts.insert(story.at(before, nth), [act, body, by])


def moved(act: str, to: str) -> Forgery:
    def forge(story: Story) -> None:
        one = story.acts.pop(story.at(act))
        story.acts.insert(story.at(to), one)

    return forge


def other_note(story: Story) -> None:
    story.find("witness")["checkpoint"] = note([b"x" * 32] * 2, [LOG, *WITNESSES])


def unsigned_note(story: Story) -> None:
    story.find("witness")["checkpoint"] = witnessed(story, WITNESSES)


def one_witness_twice(story: Story) -> None:
    story.find("witness")["checkpoint"] = witnessed(story, [LOG, WITNESSES[0], WITNESSES[0]])


def witnessed(story: Story, signers: list[Signer]) -> str:
    tile = next(data for name, data in seal(story).items() if name.startswith("log/tile/0/000"))
    return note([tile[i : i + 32] for i in range(0, 32 * story.at("witness"), 32)], signers)


def dearer(measured: list[dict[str, Any]]) -> list[dict[str, Any]]:
    p = int(float(measured[0]["p"]) * 10**10) + 20_000
    return [{**measured[0], "p": f"0.{p:010d}"}, *measured[1:]]


def worse_p(story: Story) -> None:
    close = story.find("close")
    close["measured"] = dearer(close["measured"])


def smaller(value: Any) -> None:
    value[0]["assertions"][0]["assorter"]["upper"] = "3/4"


def second_entry(story: Story) -> None:
    first = story.at("entry")
    story.acts[first + 1][2] = story.acts[first][2]


def third_entry(story: Story) -> None:
    at = story.at("resolve")
    story.acts.insert(at, ["entry", story.acts[at - 1][1], "Dee Finch"])


def corrected_late(story: Story) -> None:
    correction, close = story.acts[-5], story.acts[-4]
    story.acts[-5:-1] = [*story.acts[-3:-1], correction, close]


def signed_badly_too(story: Story) -> None:
    good, bad = witnessed(story, [LOG, *WITNESSES]), note([b"x" * 32], [LOG]).splitlines(keepends=True)[-1]
    story.find("witness")["checkpoint"] = good + bad


def entry_of_phantom(story: Story) -> None:
    at = story.at("close")
    body = {"contests": {"c1": {}}, "found": True, "round": 1, "unit": "phantom-1"}
    story.acts[at:at] = [["entry", body, "Ada Lark"], ["entry", body, "Bo Wren"]]


def two_in_one(story: Story) -> None:
    story.find("entry")["contests"]["c1"] = {"votes": [[0, 1], [1, 1]]}


def by_hand(elected: int) -> Forgery:
    """Return the forgery of a hand count where c1 was not confirmed."""

    def forge(story: Story) -> None:
        committed("contests.json", lambda v: v[0].update(risk_limit="1/10000000"))(story)
        close = story.find("close", 1)
        close["decisions"] = {"c1": "CONTINUE"}
        ballots = [[{"votes": [[0, 1]]}, 40], [{"votes": [[1, 1]]}, 12]]
        body = {"ballots": ballots, "cards": 60, "contest": "c1", "elected": [elected]}
        story.acts.insert(story.at("sign-off"), ["hand-count", body, "Ada Lark"])

    return forge


OTHER_TOTALS = {"bytes": 1, "name": "totals.json", "sha256": "0" * 64}
POLLING: list[tuple[str, str, Forgery]] = [
    ("act of another form", "3.4", put("seed", extra=1)),
    ("two notes as one", "4.1", other_note),
    ("log did not sign what was witnessed", "4.1", unsigned_note),
    ("one witness twice", "4.2", one_witness_twice),
    ("no witness", "5.1", drop("witness")),
    ("dice before promises", "5.1", moved("dice", "promise")),
    ("a promise after the dice", "5.1", insert("seed", "promise", {"party": "C", "sha256": "0" * 64})),
    ("draw before the seed", "5.1", moved("seed", "close")),
    ("a second commit", "5.1", lambda s: s.acts.insert(s.at("draw"), ["commit", s.find("commit"), "Ada Lark"])),
    ("entered twice", "5.1", lambda s: s.acts.insert(s.at("close"), ["entry", s.find("entry"), "Ada Lark"])),
    ("a smaller sample", "5.1", put("draw", 1, sizes={"*": 5})),
    ("after the end", "5.1", lambda s: s.act("note", {"words": "more"})),
    ("signed off before it was confirmed", "5.1",
        lambda s: s.acts.insert(s.at("draw", 1), ["sign-off", {"words": ""}, "A"])),
    ("one person rolls twice", "5.3", put("dice", 1, by="Ada Lark")),
    ("one person signs off twice", "5.3", put("sign-off", 1, by="Ada Lark")),
    ("another length", "6.1", lambda s: s.find("commit")["files"][0].update(bytes=3)),
    ("a file that is not there", "6.1", lambda s: s.files.pop("batches.csv")),
    ("two sums for one name", "6.1",
        insert("draw", "late", {"files": [OTHER_TOTALS], "what": "replaced-file", "words": ""})),
    ("a choice that is not there", "6.2", committed("contests.json", lambda v: v[0]["outcome"].update(elected=[2]))),
    ("contests not in order", "6.2", committed("contests.json", lambda v: v.reverse())),
    ("more votes than cards", "6.2", committed("totals.json", lambda v: v["c1"].update(cards=51))),
    ("quotes where none are needed", "6.2", replaced("batches.csv", b"North", b'"North"')),
    ("floats", "6.2", replaced("totals.json", b'"cards":60', b'"cards":60.0')),
    ("the loser won", "7.1", committed("contests.json", lambda v: v[0]["outcome"].update(elected=[1]))),
    ("nobody won", "7.1", committed("contests.json", lambda v: v[0]["outcome"].update(elected=[], verdict="tie"))),
    ("a margin too wide", "8.1", committed("contests.json", lambda v: v[0]["assertions"][0].update(margin="3/5"))),
    ("a margin below 0", "8.1", committed("contests.json", lambda v: v[0].update(assertions=[pair(1, 0, "-8/15")]))),
    ("the log signed twice, once badly", "4.1", signed_badly_too),
    ("nothing is asserted", "8.2", committed("contests.json", lambda v: v[0]["assertions"].clear())),
    ("a bound too small", "8.3", committed("contests.json", smaller)),
    ("least too high", "8.3",
        committed("contests.json", lambda v: v[0]["assertions"][0]["assorter"].update(least="-1/2"))),
    ("winner and loser exchanged", "8.3",
        committed("contests.json", lambda v: v[0]["assertions"][0].update(winner=1, loser=0))),
    ("another value revealed", "9.1", put("reveal", value="snow")),
    ("nothing revealed", "9.1", drop("reveal")),
    ("other digits", "9.2", put("dice", 1, digits="0" * 20)),
    ("too few digits", "9.2", lambda s: [body.update(digits="123") for name, body, _ in s.acts if name == "dice"]),
    ("another seed", "9.2", put("seed", seed=SEED)),
    ("another sample", "10.1", replaced("sample-1.csv", b"North", b"Norte")),
    ("a larger sample than drawn", "10.1", put("draw", 1, sizes={"*": 31})),
    ("a card that was not drawn", "11.1", put("entry", unit="North, 41")),
    ("a card never looked at", "11.1", drop("entry", 20)),
    ("two votes where one is allowed", "11.2", two_in_one),
    ("a contest left out", "11.2", put("entry", contests={})),
    ("of nothing found", "11.2", put("entry", found=False)),
    ("votes for nobody there", "11.2", put("entry", contests={"c1": {"votes": [[7, 1]]}})),
    ("a p too low", "12.1", lambda s: s.find("close")["measured"][0].update(p="0.0100000000")),
    ("a p slightly off", "12.1", worse_p),
    ("rows left out", "12.1", lambda s: s.find("close")["measured"].pop()),
    ("confirmed too early", "13.1", put("close", decisions={"c1": "CONFIRMED"})),
    ("hand count of another winner", "13.2", by_hand(1)),
    ("more cards than there may be", "14.1", committed("contests.json", lambda v: v[0].update(cards=59))),
]  # fmt: skip
COMPARISON: list[tuple[str, str, Forgery]] = [
    ("the same person twice", "5.3", second_entry),
    ("a third entry", "5.1", third_entry),
    ("signed off, then corrected", "5.3", corrected_late),
    ("one person resolves", "5.3", put("resolve", people=["Ada Lark", "Ada Lark"])),
    ("approved by oneself", "5.3", put("correct", approved_by="Ada Lark")),
    ("a record that is not there", "6.2", replaced("cards.csv", b"c1:0", b"c1:9")),
    ("a card twice", "6.2", replaced("cards.csv", b"card-7,", b"card-8,")),
    ("a pool of other size", "6.2", committed("pools.json", lambda v: v["Box 9"]["c1"].update(cards=11))),
    ("a record for a card in a pool", "6.2", replaced("cards.csv", b"Box 9,c1:", b"Box 9,c1:0")),
    ("the last of the runoff won", "7.1", committed("contests.json", lambda v: v[1]["outcome"].update(elected=[2]))),
    ("a mark read as another", "7.2",
        committed("ballots.json", lambda v: v["c2"][1].update(marks=[[1, 1, None], [2, 2, None]]))),
    ("an overvote read as a vote", "7.2",
        committed("ballots.json", lambda v: v["c1"][0]["marks"].append([1, 1, None]))),
    ("an order of exclusion left open", "8.2", committed("contests.json", lambda v: v[1]["assertions"].pop())),
    ("a claim about a stage that never is", "8.3",
        committed("contests.json", lambda v: v[1]["assertions"][0].update(standing=[0, 1, 2]))),
    ("sample without its lowest ticket", "10.1",
        lambda s: replaced("sample-1.csv", s.files["sample-1.csv"].splitlines(True)[1], b"")(s)),
    ("a phantom was looked at", "11.1", entry_of_phantom),
    ("another act corrected", "11.3", put("correct", of=7)),
    ("no reason", "11.3", put("correct", reason=" ")),
    ("resolved what agrees", "11.3",
        lambda s: s.acts.insert(s.at("close"), ["resolve", {**s.find("entry"), "people": ["A", "B"]}, "C"])),
    ("cards dropped from the file", "14.1", lambda s: replaced("cards.csv", b"card-40,North,41,,c1:1\n", b"")(s)),
]  # fmt: skip
FORGERIES = [(polling, *one) for one in POLLING] + [(comparison, *one) for one in COMPARISON]


@pytest.mark.parametrize(("make", "words", "code", "forge"), FORGERIES, ids=[f"{c} {w}" for _, w, c, _ in FORGERIES])
def test_a_forged_story_is_rejected(
    make: Callable[[], Story], words: str, code: str, forge: Forgery, tmp_path: Path
) -> None:
    story = make()
    forge(story)
    assert code in failures(write(seal(story), tmp_path)), words


# ---- the bundle, after it was sealed ------------------------------------------------
def resigned(change: Callable[[Files], object]) -> Callable[[Files], Files]:
    """Return the forgery of some files with a fresh statement by the log's key."""

    def forge(files: Files) -> Files:
        log = log_of(files)
        change(files)
        return state(files, log)

    return forge


def after(change: Callable[[Files], object]) -> Callable[[Files], Files]:
    """Return the forgery of some files under the old statement."""

    def forge(files: Files) -> Files:
        change(files)
        return files

    return forge


def envelope(**values: Any) -> Callable[[Files], Files]:
    return after(
        lambda f: f.update({"statement.dsse.json": canonical({**json.loads(f["statement.dsse.json"]), **values})})
    )


def tile(files: Files, kind: str) -> str:
    return next(name for name in files if name.startswith(f"log/tile/{kind}/"))


def entries_of(files: Files) -> list[bytes]:
    data, found = files[tile(files, "entries")], []
    while data:
        size = int.from_bytes(data[:2], "big") + 2
        found.append(data[2:size])
        data = data[size:]
    return found


def leaves_of(files: Files) -> list[bytes]:
    data = files[tile(files, "0")]
    return [data[i : i + 32] for i in range(0, len(data), 32)]


def spoil_cosignature(files: Files) -> None:
    good = files["log/checkpoint"].decode().splitlines(keepends=True)
    other = note([b"x" * 32], [LOG, *WITNESSES]).splitlines(keepends=True)
    files["log/checkpoint"] = "".join([*good[:-1], other[-1]]).encode()


def backwards(files: Files) -> Files:
    entries = entries_of(files)
    entries[5] = entries[5].replace(b"2026-11-22T10:00:05Z", b"2026-11-22T09:59:59Z")
    return bind({name[6:]: data for name, data in files.items() if name.startswith("files/")}, entries)


def renumbered(files: Files) -> Files:
    entries = entries_of(files)
    entries[-1] = entries[-1].replace(b'"n":', b'"n":1')
    return bind({name[6:]: data for name, data in files.items() if name.startswith("files/")}, entries)


STRANGER = Signer(LOG.name, 1)
STRANGER.private = WITNESSES[0].private
LONG = base64.b64encode(b"{}").decode()
SEALED: list[tuple[str, str, Callable[[Files], Files]]] = [
    ("README missing", "1.1", resigned(lambda f: f.pop("README.md"))),
    ("names that differ in case", "1.1",
        resigned(lambda f: f.update({"files/Totals.json": b"", "files/totals.JSON": b""}))),
    ("a name that is not plain", "1.1", resigned(lambda f: f.update({"files/a b": b""}))),
    ("a changed file", "1.2", after(lambda f: f.update({"README.md": b"# Another\n"}))),
    ("a file more", "1.3", after(lambda f: f.update({"files/more.json": b"{}"}))),
    ("another payload type", "2.1", envelope(payloadType="text/plain")),
    ("another payload", "2.1", envelope(payload=LONG)),
    ("another predicate", "2.1", lambda f: state(f, log_of(f), predicateType="https://example.org/v1")),
    ("a stranger's signature", "2.2", lambda f: state(f, log_of(f), STRANGER)),
    ("another key's name", "2.2", lambda f: state(f, log_of(f), WITNESSES[0])),
    ("a checkpoint without the log", "3.1",
        resigned(lambda f: f.update({"log/checkpoint": note(leaves_of(f), WITNESSES).encode()}))),
    ("a bad cosignature", "3.1", resigned(spoil_cosignature)),
    ("a checkpoint of other entries", "3.2",
        resigned(lambda f: f.update({"log/checkpoint": note([b"x" * 32], [LOG]).encode()}))),
    ("an entry changed", "3.2",
        resigned(lambda f: f.update({tile(f, "entries"): f[tile(f, "entries")].replace(b"clerk", b"clark", 1)}))),
    ("a tile changed", "3.3", resigned(lambda f: f.update({tile(f, "0"): bytes(32) + f[tile(f, "0")][32:]}))),
    ("a tile missing", "3.3", resigned(lambda f: f.pop(tile(f, "0")))),
    ("a tile too many", "3.3", resigned(lambda f: f.update({"log/tile/1/000.p/1": bytes(32)}))),
    ("another number", "3.4", renumbered),
    ("another size", "3.5", lambda f: state(f, {**log_of(f), "size": 1})),
    ("time runs backwards", "5.2", backwards),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "forge"), SEALED, ids=[f"{c} {w}" for w, c, _ in SEALED])
def test_a_forged_bundle_is_rejected(words: str, code: str, forge: Callable[[Files], Files], tmp_path: Path) -> None:
    files = forge(seal(polling()))
    assert code in failures(write(files, tmp_path)), words


def test_an_act_written_otherwise_is_rejected(tmp_path: Path) -> None:
    files = seal(polling(), lambda n, said: json.dumps(said, sort_keys=True).encode() if n == 4 else canonical(said))
    assert "3.4" in failures(write(files, tmp_path))


def test_a_link_is_rejected(tmp_path: Path) -> None:
    files = seal(polling())
    folder = write(files, tmp_path / "bundle")
    (tmp_path / "outside").write_bytes(files["README.md"])
    (folder / "README.md").unlink()
    os.symlink(tmp_path / "outside", folder / "README.md")
    assert "1.1" in failures(folder)


def test_each_code_has_a_forgery() -> None:
    tried = {code for _, _, code, _ in FORGERIES} | {code for _, code, _ in SEALED} | {"2.3"}
    assert tried == set(CODES)
