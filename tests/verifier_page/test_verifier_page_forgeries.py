"""Good bundles pass, and each forgery is refused with the code that the format gives it."""

import copy
import json

import pytest
from verifier import bundle_by_hand as other_hand
from verifier_page import bundle_by_hand_js as hand
from verifier_page import more_bundles_by_hand_js as more

pytestmark = pytest.mark.browser

DRAFTS = {"polling": hand.polling(), "comparison": more.comparison(), "batch": more.batch()}


def files_of(name, change=lambda draft: None):
    return hand.edited(DRAFTS[name], change)


def codes(result):
    return {failure["code"] for failure in result["failures"]}


@pytest.mark.parametrize("name", DRAFTS)
def test_a_good_bundle_passes(verify, name):
    result = verify(files_of(name), hand.LOG.verifier)
    assert (result["verdict"], result["failures"], result["not_checked"]) == ("PASS", [], [])
    assert [step["status"] for step in result["steps"]] == ["PASS"] * 14
    open_codes = [part["code"] for step in result["steps"] for part in step["codes"] if part["status"] != "PASS"]
    assert open_codes == [], "nothing is called PASS that was not looked at"


@pytest.mark.parametrize("story", [other_hand.polling, other_hand.comparison], ids=lambda story: story.__name__)
def test_good_bundles_of_another_hand_pass(verify, story):
    result = verify(other_hand.seal(story()))
    assert (result["verdict"], result["failures"], result["not_checked"]) == ("PASS", [], [])


# ---- changes to the bundle as it lies there ----------------------------------
def resigned(files, entries, **how):
    del files["statement.dsse.json"]
    files["statement.dsse.json"] = hand.statement(files, entries, **how)
    return files


def log_of(name="polling"):
    draft = DRAFTS[name]
    return draft, draft.sealed()


def changed_byte(files):
    files["README.md"] += b" "


def missing(files):
    del files["files/totals.json"]


def extra(files):
    files["notes.txt"] = b""


def climbing(files):
    files["files/../x"] = b""


def twins(files):
    files["readme.md"] = files["README.md"]


def wrong_type(files):
    envelope = json.loads(files["statement.dsse.json"])
    files["statement.dsse.json"] = hand.canonical({**envelope, "payloadType": "text/plain"})


def wrong_signature(files):
    envelope = json.loads(files["statement.dsse.json"])
    sig = envelope["signatures"][0]["sig"]
    envelope["signatures"][0]["sig"] = ("B" if sig[0] == "A" else "A") + sig[1:]
    files["statement.dsse.json"] = hand.canonical(envelope)


def other_signer(files):
    resigned(files, log_of()[1], signer=hand.OTHER_LOG)


def other_root_stated(files):
    resigned(files, log_of()[1], root="0" * 64)


def head_of_other(files):
    files["log/checkpoint"] = hand.signed(hand.checkpoint(log_of()[1]), [hand.OTHER_LOG]).encode()
    resigned(files, log_of()[1])


def head_of_less(files):
    files["log/checkpoint"] = hand.signed(hand.checkpoint(log_of()[1][:-1]), [hand.LOG]).encode()
    resigned(files, log_of()[1][:-1])


def other_entry(files):
    entries = log_of()[1]
    entries[-2] = entries[-2].replace(b"seen", b"SEEN")
    files.update(hand.tiles(entries))
    resigned(files, log_of()[1])


def stray_tile(files):
    files["log/tile/0/000.p/1"] = bytes(32)
    resigned(files, log_of()[1])


def wrong_tile(files):
    name = next(name for name in files if name.startswith("log/tile/0/"))
    files[name] = files[name][:-1] + b"\0\1"[files[name][-1] == 0 :][:1]
    resigned(files, log_of()[1])


def other_file(files):
    files["files/totals.json"] += b" "
    resigned(files, log_of()[1])


ON_DISK = [
    (changed_byte, "1.2"), (missing, "1.2"), (extra, "1.3"), (climbing, "1.1"), (twins, "1.1"), (wrong_type, "2.1"),
    (wrong_signature, "2.2"), (other_signer, "2.2"), (other_root_stated, "3.5"), (head_of_other, "3.1"),
    (head_of_less, "3.2"), (other_entry, "3.2"), (stray_tile, "3.3"), (wrong_tile, "3.3"), (other_file, "6.1"),
]  # fmt: skip


@pytest.mark.parametrize(("forge", "code"), ON_DISK, ids=lambda x: getattr(x, "__name__", x))
def test_a_bundle_changed_afterwards_is_refused(verify, forge, code):
    files = files_of("polling")
    forge(files)
    result = verify(files)
    assert (result["verdict"], code in codes(result)) == ("FAIL", True), result["failures"]


def test_another_key_than_the_one_given_is_refused(verify):
    result = verify(files_of("polling"), hand.OTHER_LOG.verifier)
    assert codes(result) == {"2.3"}


# ---- forgers who hold the log's key ------------------------------------------
def body(act, number=0):
    """A change to the body of the nth act of a kind."""

    def change(draft, **what):
        [a for a in draft.acts if a["act"] == act][number]["body"].update(what)

    return change


def doing(act, number=0, **what):
    return lambda draft: body(act, number)(draft, **what)


def someone(act, number, who):
    def change(draft):
        [a for a in draft.acts if a["act"] == act][number]["by"]["name"] = who

    return change


def moved(act, to):
    def change(draft):
        draft.acts.insert(to, draft.acts.pop(draft.acts.index(draft.first(act))))

    return change


def left_out(act, number=0):
    def change(draft):
        draft.acts.remove([a for a in draft.acts if a["act"] == act][number])

    return change


def twice(act):
    return lambda draft: draft.acts.insert(draft.acts.index(draft.first(act)), copy.deepcopy(draft.first(act)))


def in_file(name, change):
    return lambda draft: draft.rewrite(name, change)


def earlier(draft):
    draft.acts[5]["at"] = "2026-11-20T10:00:00Z"


def shifted_sample(draft):
    lines = draft.files["sample-1.csv"].splitlines(keepends=True)
    draft.replace("sample-1.csv", b"".join([lines[0], *lines[2:]]))


def read_otherwise(draft):
    draft.first("entry")["body"]["contests"]["mayor"] = hand.one_vote(0)


def two_votes(draft):
    draft.first("entry")["body"]["contests"]["mayor"] = {"votes": [[0, 1], [1, 1]]}


def not_drawn(draft):
    unit = next(u for _, u in hand.by_ticket(hand.DICE, [f"South, {n}" for n in range(1, 16)])[::-1])
    draft.first("entry")["body"]["unit"] = unit


def better_p(draft):
    draft.first("close")["body"]["measured"][0]["p"] = "0.0100000000"


def other_decision(draft):
    draft.first("close")["body"]["decisions"]["mayor"] = "CONFIRMED"


def same_names(draft):
    draft.first("resolve")["body"]["people"] = ["Finch", "Finch"]


def second_reader(draft):
    first, second = [a for a in draft.acts if a["act"] == "entry"][:2]
    second["by"]["name"] = first["by"]["name"]


def approved_by_herself(draft):
    draft.first("correct")["body"]["approved_by"] = draft.first("correct")["by"]["name"]


def phantom_found(draft):
    at = draft.acts.index(next(act for act in draft.acts if act["act"] == "close" and act["body"]["round"] == 2))
    paper = {"found": True, "contests": {"mayor": hand.one_vote(0)}}
    draft.acts.insert(at, {"act": "entry", "by": {"name": "Finch", "role": "clerk"},
                           "body": {"round": 2, "unit": "phantom-1", **paper}})  # fmt: skip


def outcome(contests):
    contests[-1]["outcome"]["elected"] = [1]


def margin(contests):
    contests[-1]["assertions"][0]["margin"] = "3/5"


def few_cards(contests):
    contests[-1]["cards"] = 20


def floating(contests):
    contests[-1]["risk_limit"] = "0.1"


def stray_choice(contests):
    contests[-1]["assertions"][0]["assorter"]["terms"][0][2] = [7]


def smaller_pool(pools):
    pools["P1"]["mayor"]["cards"] = 3


def more_votes(batches):
    batches[0]["contests"]["mayor"]["cards"] = 31


def stray_index(draft):
    draft.replace("cards.csv", draft.files["cards.csv"].replace(b"mayor:1\n", b"mayor:2\n", 1))


SEALED = [
    ("polling", doing("dice", 1, digits="9" * 20), "9.2"), ("polling", someone("dice", 1, "Wren"), "5.3"),
    ("polling", doing("seed", seed="1" * 20), "9.2"), ("polling", left_out("witness"), "5.1"),
    ("polling", moved("witness", 4), "5.1"), ("polling", twice("open"), "5.1"), ("polling", twice("draw"), "5.1"),
    ("polling", doing("draw", 1, sizes={"*": 5}), "5.1"), ("polling", shifted_sample, "10.1"),
    ("polling", doing("draw", 1, sizes={"*": 19}), "10.1"), ("polling", earlier, "5.2"),
    ("polling", left_out("entry", 3), "11.1"), ("polling", not_drawn, "11.1"), ("polling", two_votes, "11.2"),
    ("polling", doing("entry", contests={}), "11.2"), ("polling", read_otherwise, "12.1"),
    ("polling", better_p, "12.1"), ("polling", other_decision, "13.1"), ("polling", left_out("sign-off"), "5.1"),
    ("polling", someone("sign-off", 1, "Wren"), "5.3"), ("polling", left_out("close", 0), "5.1"),
    ("polling", doing("commit", min_digits=19), "3.4"), ("polling", doing("publish", words="x"), "3.4"),
    ("polling", in_file("contests.json", outcome), "7.1"), ("polling", in_file("contests.json", margin), "8.1"),
    ("polling", in_file("contests.json", few_cards), "14.1"), ("polling", in_file("contests.json", floating), "6.2"),
    ("polling", in_file("contests.json", stray_choice), "6.2"),
    ("comparison", doing("reveal", value="of nobody"), "9.1"), ("comparison", left_out("reveal"), "9.1"),
    ("comparison", moved("promise", 6), "5.1"), ("comparison", second_reader, "5.3"), ("comparison", same_names, "5.3"),
    ("comparison", left_out("resolve"), "11.1"), ("comparison", approved_by_herself, "5.3"),
    ("comparison", doing("correct", of=3), "11.3"), ("comparison", doing("correct", reason=" "), "11.3"),
    ("comparison", phantom_found, "11.1"), ("comparison", in_file("pools.json", smaller_pool), "6.2"),
    ("comparison", stray_index, "6.2"), ("comparison", shifted_sample, "10.1"), ("comparison", better_p, "12.1"),
    ("batch", shifted_sample, "10.1"), ("batch", doing("hand-count", elected=[1]), "13.2"),
    ("batch", doing("hand-count", contest="nobody"), "5.1"), ("batch", better_p, "12.1"),
    ("batch", in_file("contests.json", margin), "8.1"), ("batch", in_file("batches.json", more_votes), "6.2"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "forge", "code"), SEALED, ids=[f"{at}-{c}" for at, (_, _, c) in enumerate(SEALED)])
def test_a_forger_with_the_key_of_the_log_is_refused(verify, name, forge, code):
    result = verify(files_of(name, forge))
    assert (result["verdict"], code in codes(result)) == ("FAIL", True), result["failures"]


def test_witnesses_must_be_enough_and_see_this_log(verify):
    draft = DRAFTS["polling"]
    few = verify(hand.bundle(draft.files, draft.sealed(witnesses=1)))
    assert codes(few) == {"4.2"}
    other = verify(hand.bundle(draft.files, draft.sealed(witnessed=lambda e: hand.checkpoint([*e[:-1], b"{}"]))))
    assert codes(other) == {"4.1"}
    longer = verify(hand.bundle(draft.files, draft.sealed(witnessed=lambda e: hand.checkpoint(e, size=len(e) + 1))))
    assert codes(longer) == {"4.1"}
    early = verify(hand.bundle(draft.files, draft.sealed(witnessed=lambda e: hand.checkpoint(e[:1]))))
    assert codes(early) == {"4.1"}


@pytest.mark.parametrize("spoil", ["no time", "another note", "twice the same"])
def test_a_cosignature_is_of_this_note_at_its_time(verify, spoil):
    draft = DRAFTS["polling"]
    note = hand.checkpoint(draft.sealed()[:2])
    first, second = hand.WITNESSES[:2]
    lines = {
        "no time": f"— {second.name} {hand.b64(second.id + second.private.sign(note.encode()))}\n",
        "another note": second.line(note + "\n"),
        "twice the same": first.line(note, time=1_795_000_001),
    }
    text = hand.signed(note, [hand.LOG, first]) + lines[spoil]
    assert codes(verify(files_of("polling", doing("witness", checkpoint=text)))) == {"4.2"}
    good = hand.signed(note, [hand.LOG, first, second])
    assert verify(files_of("polling", doing("witness", checkpoint=good)))["verdict"] == "PASS"


# ---- what is neither ---------------------------------------------------------
def test_an_audit_that_goes_on_is_not_checked(verify):
    result = verify(files_of("polling", left_out("publish")))
    assert (result["verdict"], result["failures"]) == ("NOT CHECKED", [])
    assert "not published" in result["not_checked"][0]["words"]


def test_a_rule_that_the_page_cannot_count_is_not_checked(verify):
    def other_rule(contests):
        contests[0]["rule"] = "score"

    result = verify(files_of("polling", in_file("contests.json", other_rule)))
    assert (result["verdict"], result["failures"]) == ("NOT CHECKED", [])
    assert {one["code"] for one in result["not_checked"]} == {"7.1", "8.2", "8.3"}


def test_a_late_event_makes_everything_before_it_void(verify):
    def began_again(draft):
        again = copy.deepcopy(draft.acts[1:])
        draft.first("seed")["body"]["seed"] = "wrong, and void"
        for number in (0, 1):
            body("dice", number)(draft, digits="9" * 20)  # known by now: they may not be rolled again
        at = draft.acts.index(draft.first("close"))
        late = {"what": "late-ballots", "words": "a bag was found", "files": []}
        draft.acts[at:] = [{"act": "late", "body": late, "by": {"name": "Wren", "role": "clerk"}}, *again]

    result = verify(files_of("polling", began_again))
    assert (result["verdict"], result["failures"]) == ("PASS", [])
    assert any("void" in remark for remark in result["remarks"])
    fallen = {"act": "restart", "body": {"reason": "dice fell off"}, "by": {"name": "Wren", "role": "clerk"}}
    goes_on = verify(files_of("polling", lambda draft: draft.acts.insert(9, fallen)))
    assert "5.1" in codes(goes_on)


@pytest.mark.parametrize("name", ["log/checkpoint", "statement.dsse.json", "README.md", "files/contests.json"])
def test_rubbish_is_refused_in_words(verify, name):
    for rubbish in (b"", b"\xff\xfe", b"{", b"null", b"[[[[" * 5000, b"[" * 9000 + b"]" * 9000, b"{}" * 99):
        files = files_of("polling")
        files[name] = rubbish
        assert verify(files)["verdict"] == "FAIL"
    assert verify({})["verdict"] == "FAIL"


def test_entries_that_say_nothing_are_refused(verify):
    draft, entries = log_of()
    assert codes(verify(hand.bundle(draft.files, [*entries, b"null"]))) == {"3.4"}
    twin = verify(hand.bundle(draft.files, [*entries, entries[-1]]))
    assert codes(twin) == {"3.4"}, "its own number"
    nothing = hand.bundle(draft.files, entries)
    nothing = {n: b"" if n.startswith("log/tile/entries") else d for n, d in nothing.items()}
    assert "3.2" in codes(verify(resigned(nothing, entries)))
