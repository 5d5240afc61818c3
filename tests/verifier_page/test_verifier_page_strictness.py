"""What the format says of small things, each held by the page: forms, the ceremony, pools, remarks."""

import copy

import pytest
from verifier_page import bundle_by_hand_js as hand
from verifier_page import more_bundles_by_hand_js as more

pytestmark = pytest.mark.browser

DRAFTS = {"polling": hand.polling(), "comparison": more.comparison(), "batch": more.batch()}
LATE = 1_900_000_000
"""Seconds of a time years after every act."""


def files_of(name, change):
    return hand.edited(DRAFTS[name], change)


def codes(result):
    return {failure["code"] for failure in result["failures"]}


def acts(draft, name):
    return [act for act in draft.acts if act["act"] == name]


def in_file(name, change):
    return lambda draft: draft.rewrite(name, change)


def in_contest(**changed):
    return in_file("contests.json", lambda contests: contests[-1].update(changed))


# ---- forms -------------------------------------------------------------------
def list_for_an_act(draft):
    """A list of one text names a key of an object as well as the text does."""
    acts(draft, "sign-off")[0]["act"] = ["sign-off"]


def list_for_a_feature(contests):
    contests[0]["assertions"][0]["assorter"]["terms"][0][1] = ["votes"]


def phantom_in_pool(draft):
    cards = draft.files["cards.csv"].replace(b"phantom-1,B1,29,,", b"phantom-1,B1,29,P1,")
    draft.replace("cards.csv", cards)


def pool_card_without_contest(draft):
    draft.replace("cards.csv", draft.files["cards.csv"].replace(b",P1,mayor:", b",P1,", 1))


def pool_card_with_another(draft):
    draft.replace("cards.csv", draft.files["cards.csv"].replace(b",P1,mayor:", b",P1,board:;mayor:", 1))


def fuller_pool(pools):
    pools["P1"]["mayor"]["cards"] = 5


def phantom_hall(draft):
    draft.replace("batches.csv", draft.files["batches.csv"].replace(b"South", b"phantom-South"))


def phantom_batch(batches):
    batches[1]["batch"] = "phantom-mill"
    batches.append(batches.pop(1))


def more_rankings(ballots):
    ballots[0][1] += 1


def not_measured(draft):
    """A contest that does not decide the audit is measured all the same."""
    in_file("contests.json", lambda contests: contests[0].update(audited=False))(draft)
    del acts(draft, "close")[0]["body"]["measured"][0]


def half_a_batch(draft):
    in_file("contests.json", lambda contests: contests[0].update(audited=False))(draft)
    entry = next(act for act in acts(draft, "entry") if "law" in act["body"]["contests"])
    del entry["body"]["contests"]["law"]


def count_after_sign_off(draft):
    count = copy.deepcopy(draft.first("hand-count"))
    draft.acts.insert(draft.acts.index(acts(draft, "sign-off")[0]) + 1, count)


def signs_again(draft):
    draft.acts.insert(-1, copy.deepcopy(acts(draft, "sign-off")[0]))


def endless_bounds(contests):
    contests[-1]["assertions"][0]["assorter"]["terms"][0][0] = f"1/{10**80}"
    contests[-1]["assertions"][0]["assorter"]["terms"][1][0] = f"-1/{10**80}"


REFUSED = [
    ("polling", list_for_an_act, "3.4"), ("polling", in_file("contests.json", list_for_a_feature), "6.2"),
    ("polling", in_contest(audited=False), "6.2"),
    ("polling", phantom_hall, "6.2"), ("polling", in_contest(cards=0), "14.1"),
    ("comparison", phantom_in_pool, "6.2"), ("comparison", pool_card_without_contest, "6.2"),
    ("comparison", pool_card_with_another, "6.2"), ("comparison", in_file("pools.json", fuller_pool), "6.2"),
    ("comparison", in_contest(cards=31), "14.1"), ("batch", in_file("batches.json", phantom_batch), "6.2"),
    ("batch", half_a_batch, "11.2"), ("batch", count_after_sign_off, "5.1"),
    ("polling", signs_again, "5.3"), ("batch", in_file("contests.json", endless_bounds), "10.1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "forge", "code"), REFUSED, ids=[f"{at}-{c}" for at, (_, _, c) in enumerate(REFUSED)])
def test_forms_are_held_to_the_letter(verify, name, forge, code):
    result = verify(files_of(name, forge))
    assert (result["verdict"], code in codes(result)) == ("FAIL", True), result["failures"]


def test_a_contest_that_decides_nothing_is_measured_too(verify):
    words = [one["words"] for one in verify(files_of("batch", not_measured))["failures"] if one["code"] == "12.1"]
    assert "not every assertion is measured once" in words


def test_names_of_files_are_plain(verify):
    files = files_of("polling", lambda draft: None)
    result = verify({**files, "files/a b": b""})
    assert {"1.1", "1.3"} == codes(result)


def no_cards_said(draft):
    draft.rewrite("totals.json", lambda totals: totals["mayor"]["ballots"].append([{}, 0]))


def empty_lists(draft):
    """One of two readers writes lists that are empty, the other none."""
    pairs = [act for act in acts(draft, "entry") if act["body"]["contests"].get("mayor") == {}]
    pairs[-1]["body"]["contests"]["mayor"] = {"ranking": [], "votes": []}


@pytest.mark.parametrize(("name", "change"), [("polling", no_cards_said), ("comparison", empty_lists)])
def test_what_says_the_same_is_the_same(verify, name, change):
    result = verify(files_of(name, change))
    assert (result["verdict"], result["failures"]) == ("PASS", [])


def test_cards_of_a_pool_may_lack_its_contest(verify):
    result = verify(hand.edited(more.comparison(gain=1), lambda draft: None))
    assert (result["verdict"], result["failures"]) == ("PASS", [])


def test_a_contest_that_nobody_holds_is_no_failure(verify):
    def empty(contests):
        nothing = hand.contest(id="aaa", title="Nobody's", cards=0, audited=False, assertions=[], implies="nothing")
        contests.insert(0, {**nothing, "outcome": {"elected": [], "verdict": "no votes"}})

    def added(draft):
        draft.rewrite("contests.json", empty)
        draft.rewrite("totals.json", lambda totals: totals.update(aaa={"cards": 0, "ballots": []}))

    result = verify(files_of("polling", added))
    assert (result["verdict"], result["failures"]) == ("PASS", [])


def test_a_contest_without_assertions_is_counted_by_hand(verify):
    def nothing_claimed(draft):
        draft.rewrite("contests.json", lambda contests: contests[0].update(assertions=[]))
        acts(draft, "close")[0]["body"]["measured"].pop(0)
        acts(draft, "close")[0]["body"]["decisions"]["law"] = "CONTINUE"

    result = verify(files_of("batch", nothing_claimed))
    assert any("it is HAND COUNT" in one["words"] for one in result["failures"] if one["code"] == "13.1")


def test_more_cards_than_are_drawn_again_are_not_checked(verify):
    def huge(draft):
        draft.replace("batches.csv", draft.files["batches.csv"].replace(b"South,15", b"South,20000000"))

    result = verify(files_of("polling", huge))
    assert (result["verdict"], result["failures"]) == ("NOT CHECKED", [])
    assert "10.1" in {one["code"] for one in result["not_checked"]}


# ---- the ceremony ------------------------------------------------------------
def ceremony(*steps, party="Heron", root_of=-1):
    """A log up to the seed, by single steps; `root_of` says which witness gives the root."""
    draft, _ = hand.begun("polling", {name: DRAFTS["polling"].files[name] for name in
                                      ("contests.json", "batches.csv", "totals.json")})  # fmt: skip
    draft.acts = draft.acts[:2]
    roots = []
    for step in steps:
        if step == "witness":
            roots.append(hand.root_of([hand.leaf(entry) for entry in draft.sealed()]).hex())
            draft.act("witness", {})
        elif step == "promise":
            sum_ = hand.sha("\n".join(["faircount-promise/1", party, "nonce", "told"]))
            draft.act("promise", {"party": party, "sha256": sum_}, by="Heron")
        elif step == "reveal":
            draft.act("reveal", {"party": party, "nonce": "nonce", "value": "told"}, by="Heron")
        else:
            draft.act("dice", {"digits": hand.DICE}, by=step)
    seed = hand.DICE
    if "promise" in steps:
        seed = hand.sha("\n".join(["faircount-seed/1", roots[root_of], hand.DICE, f"{party}=told"]))
    draft.act("seed", {"seed": seed})
    return hand.bundle(draft.files, draft.sealed())


ROLLED = ("Wren", "Finch", "reveal")


@pytest.mark.parametrize("steps", [("promise", "witness"), ("witness", "promise", "witness")])
def test_a_promise_is_witnessed_before_the_dice(verify, steps):
    result = verify(ceremony(*steps, *ROLLED))
    assert (result["verdict"], result["failures"]) == ("NOT CHECKED", []), "it goes on"
    assert "5.1" in codes(verify(ceremony(*steps, "witness", *ROLLED))), "nothing new to witness"


def test_dice_wait_for_the_witness_of_the_last_promise(verify):
    assert "5.1" in codes(verify(ceremony("witness", "promise", *ROLLED)))
    assert "5.1" in codes(verify(ceremony("witness", "Wren", "promise", "Finch", "reveal")))
    first = verify(ceremony("witness", "promise", "witness", *ROLLED, root_of=0))
    assert codes(first) == {"9.2"}, "the root is that of the last witness"


@pytest.mark.parametrize(("party", "is_good"), [("A\u0085b", True), ("A\u007fb", False), ("A=b", False)])
def test_control_characters_are_those_of_ascii(verify, party, is_good):
    result = verify(ceremony("promise", "witness", *ROLLED, party=party))
    assert ("9.1" in codes(result)) is not is_good


# ---- witnesses ---------------------------------------------------------------
def witnessed(lines):
    draft = copy.deepcopy(DRAFTS["polling"])
    note = hand.checkpoint(draft.sealed()[:2])
    text = hand.signed(note, [hand.LOG]) + "".join(line(note) for line in lines)
    draft.first("witness")["body"] = {"checkpoint": text}
    return hand.bundle(draft.files, draft.sealed())


def at(witness, seconds):
    return lambda note: hand.WITNESSES[witness].line(note, time=seconds)


def bad(witness):
    return lambda note: hand.WITNESSES[witness].line(note + "\n")


def test_witnesses_sign_before_the_act_and_every_line_is_good(verify):
    noted = 1_795_305_720  # of the act witness, 2026-11-22T00:02:00Z
    assert codes(verify(witnessed([at(0, noted), at(1, noted + 300)]))) == set()
    assert codes(verify(witnessed([at(0, noted), at(1, noted + 301)]))) == {"4.2"}
    assert codes(verify(witnessed([at(0, noted), at(1, noted), at(2, LATE)]))) == {"4.2"}
    assert codes(verify(witnessed([at(0, noted), at(1, noted), bad(2)]))) == {"4.2"}


def test_the_key_of_the_log_witnesses_nothing(verify):
    own = copy.copy(hand.LOG)
    own.name, own.type = "own.example", 4
    own.typed = bytes([4]) + hand.LOG.typed[1:]
    own.id = bytes.fromhex(hand.sha(own.name.encode() + b"\n" + own.typed)[:8])
    draft = copy.deepcopy(DRAFTS["polling"])
    draft.acts[0]["body"]["witnesses"][0] = own.verifier
    note = hand.checkpoint(draft.sealed()[:2])
    draft.first("witness")["body"] = {"checkpoint": hand.signed(note, [hand.LOG, own, hand.WITNESSES[1]])}
    assert codes(verify(hand.bundle(draft.files, draft.sealed()))) == {"4.2"}


# ---- remarks -----------------------------------------------------------------
def remarks(result):
    assert result["verdict"] == "PASS", result["failures"]
    return " ".join(result["remarks"])


def test_the_final_checkpoint_may_be_witnessed(verify):
    draft = DRAFTS["polling"]
    entries = draft.sealed()
    plain = remarks(verify(hand.bundle(draft.files, entries)))
    assert "final checkpoint has 0 good cosignatures of 2" in plain and "witnesses' keys come only" in plain
    note = hand.checkpoint(entries)
    head = hand.signed(note, [hand.LOG, *hand.WITNESSES[:2]])
    assert "final checkpoint" not in remarks(verify(hand.bundle(draft.files, entries, head)))
    spoiled = hand.signed(note, [hand.LOG]) + bad(0)(note)
    assert codes(verify(hand.bundle(draft.files, entries, spoiled))) == {"3.1"}


def test_nobody_as_witness_is_said(verify):
    def alone(draft):
        draft.acts[0]["body"].update(witnesses=[], quorum=0)

    assert "No witness was asked for" in remarks(verify(files_of("polling", alone)))


def test_hand_counts_and_batches_that_say_other_numbers_are_told(verify):
    def fewer(draft):
        draft.first("hand-count")["body"]["cards"] = 19

    assert "counted by hand, and the contest has 20" in remarks(verify(files_of("batch", fewer)))
    assert "hold more cards" not in remarks(verify(files_of("batch", lambda draft: None)))
    more_cards = in_file("batches.json", lambda batches: batches[0].update(cards=33))
    assert "Mayor: batches that hold more cards than they list for it: Hill." in remarks(
        verify(files_of("batch", more_cards))
    )
