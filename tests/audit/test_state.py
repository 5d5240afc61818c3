"""The fold over an audit's acts: which may come in which state, and that whatever else comes changes nothing."""

from dataclasses import replace
from typing import Any

import pytest
from audit.audit_states import (
    CARDS,
    NONCE,
    OTHER,
    STATES,
    VALUE,
    bodies,
    committed,
    counted,
    covered,
    decided,
    draft,
    entered,
    half_entered,
    promised,
    published,
    revealed,
    rolled,
    rolling,
    seeded,
    signed,
    signed_once,
    truth,
    undecided,
    witnessed,
)
from audit.small_audits import DIGITS, Fold, comparison, picture

from faircount.audit.acts import FORMS
from faircount.audit.files import files_of, sample_file
from faircount.audit.state import plain_name
from faircount.model import BadInputError, FaircountError, UsageError

ALWAYS = {"note", "late", "restart"}
MAY: dict[str, set[str]] = {
    "draft": {"commit"},
    "committed": {"witness", "promise"},
    "witnessed": {"promise", "dice"},
    "promised": {"witness", "promise"},
    "covered": {"promise", "dice"},
    "rolling": {"dice"},
    "rolled": {"reveal"},
    "revealed": {"seed"},
    "seeded": {"draw"},
    "drawn": {"entry"},
    "half_entered": {"entry", "correct"},
    "entered": {"correct", "close"},
    "undecided": {"correct", "draw", "hand-count"},
    "decided": {"correct", "sign-off"},
    "counted": {"correct", "hand-count", "sign-off"},
    "signed_once": {"correct", "sign-off"},
    "signed": {"correct", "sign-off", "publish"},
}
"""State → what may come in it, beside `ALWAYS`; nothing after `publish`. `resolve` needs two entries that disagree."""


@pytest.mark.parametrize("act", FORMS)
@pytest.mark.parametrize("state", STATES)
def test_which_act_may_come_in_which_state(state: str, act: str) -> None:
    fold = STATES[state]()
    by, body = bodies(fold)[act]
    before = picture(fold.audit)
    allowed = state != "published" and act in MAY[state] | ALWAYS
    if allowed:
        fold.do(act, by, **body)
        assert picture(fold.audit) != before and picture(fold.replayed()) == picture(fold.audit)
        return
    with pytest.raises(FaircountError) as refused:
        fold.do(act, by, **body)
    assert picture(fold.audit) == before
    # One clear sentence, without the names of our code.
    assert 20 < len(str(refused.value)) < 500 and "\n" not in str(refused.value)
    assert not any(word in str(refused.value) for word in ("KeyError", "TypeError", "None", "object at"))


def test_every_state_is_in_the_table() -> None:
    assert {*MAY, "published"} == STATES.keys()
    assert {act for acts in MAY.values() for act in acts} | ALWAYS | {"open", "resolve"} == FORMS.keys()


# ---- refusals, one by one --------------------------------------------------
def refused(fold: Fold, said: str, act: str, by: str = "Ada", /, **body: Any) -> None:
    before = picture(fold.audit)
    with pytest.raises(FaircountError) as error:
        fold.do(act, by, **body)
    assert said in str(error.value), str(error.value)
    assert picture(fold.audit) == before


def test_a_log_begins_with_open() -> None:
    refused(Fold(CARDS), "a log begins with `open`, once", "note", words="hello")
    refused(draft(), "a log begins with `open`, once", "open", **draft().log[0].body)
    refused(Fold(CARDS), "the format is faircount/1", "open", **{**draft().log[0].body, "format": "faircount/2"})


def test_acts_are_numbered_and_times_do_not_run_backwards() -> None:
    fold = draft()
    act = fold.act("note", "Ada", {"words": "hello"})
    wrong = (
        (replace(act, n=0), "the next act is number 1, not 0"),
        (replace(act, n=2), "the next act is number 1, not 2"),
        (replace(act, at="2030-11-09T23:59:59Z"), "times do not run backwards"),
    )
    for other, words in wrong:
        with pytest.raises(UsageError, match=words):
            fold.audit.take(other)
    fold.audit.take(replace(act, at=fold.log[0].at))


def test_nothing_changes_after_the_commitment() -> None:
    fold = committed()
    refused(fold, "`commit` may come when the audit is draft; it is: committed", "commit", **bodies(fold)["commit"][1])


def test_a_file_keeps_its_name() -> None:
    fold = draft()
    fold.do("late", what="replaced-file", words="a new manifest", files=[fold.keep("manifest.csv", b"one")])
    other = fold.keep("manifest.csv", b"two")
    refused(
        fold, "another file was named 'manifest.csv' before", "late", what="replaced-file", words="again", files=[other]
    )
    both = [fold.keep("x.csv", b"one"), fold.keep("x.csv", b"two")]
    refused(fold, "another file was named 'x.csv' before", "late", what="replaced-file", words="again", files=both)
    fold.do("late", what="second-upload", words="again", files=[fold.keep("manifest.csv", b"one")])
    wrong = {**fold.keep("y.csv", b"one"), "bytes": 4}
    refused(fold, "the length that the act says", "late", what="replaced-file", words="again", files=[wrong])
    lost = {"bytes": 3, "name": "z.csv", "sha256": "0" * 64}
    refused(fold, "is not there", "late", what="replaced-file", words="again", files=[lost])


def test_a_later_commit_names_a_changed_file_with_a_number() -> None:
    assert plain_name("2-contests.json") == "contests.json" and plain_name("contests-2.json") == "contests-2.json"
    fold = committed()
    fold.do("restart", reason="a contest was missing")
    fold.commitment = comparison([("", {"c1": "A"})] * 5)
    with pytest.raises(UsageError, match=r"another file was named 'contests\.json' before"):
        fold.commit()
    fold.commit("2-")
    assert fold.audit.commitment == fold.commitment
    both = [*fold.audit.committed["files"], fold.keep("3-contests.json", b"[]")]
    fold.do("restart", reason="once more")
    refused(fold, "files differ in more than a number", "commit", **{**fold.log[-2].body, "files": both})


def test_a_commitment_that_cannot_be_read_is_refused() -> None:
    fold = draft()
    files = files_of(CARDS)
    for name in files:
        for data in (b"", b"\xff", b"[]", b"{}", b'[{"id":"c1"}]', b"unit\n", b"[1]", b"[" * 100_000):
            if data == files[name]:
                continue
            other = [fold.keep(one, data if one == name else kept) for one, kept in files.items()]
            refused(fold, "", "commit", design="comparison", double_entry=False, files=other, min_digits=20)
    good = [fold.keep(name, data) for name, data in files.items()]
    refused(fold, "at least 20 digits", "commit", design="comparison", double_entry=False, files=good, min_digits=19)
    refused(fold, "no such file", "commit", design="polling", double_entry=False, files=good, min_digits=20)


def test_no_seed_before_the_commitment_is_witnessed() -> None:
    words = "commitment and promises are not witnessed yet"
    for fold in (committed(), promised()):  # a promise is witnessed, too, or the log's key could choose it afterwards
        refused(fold, words, "dice", digits=DIGITS)
        refused(fold, words, "seed", seed=DIGITS)
    assert (covered().audit.ceremony.size, covered().audit.ceremony.root) != (
        witnessed().audit.ceremony.size, witnessed().audit.ceremony.root,
    )  # fmt: skip


def test_a_checkpoint_is_of_this_log_as_it_is() -> None:
    fold = committed()
    good = fold.checkpoint()
    for note, words in (
        (good.replace("small", "other"), "is of small.example/log"),
        (fold.checkpoint(1), "covers all 2 acts"),
        (fold.checkpoint(3), "covers all 2 acts"),
        ("", "covers all 2 acts"),
        (good.replace("AAAA", "A!A", 1), "a root in Base64"),
        (good.replace("AAAA", "", 1), "a root in Base64"),
    ):
        refused(fold, words, "witness", checkpoint=note)
    refused(witnessed(), "witnessed already", "witness", checkpoint=witnessed().checkpoint())


def test_promises_come_before_dice_and_stay() -> None:
    refused(rolling(), "could be chosen to suit them", "promise", party="Elm", sha256="0" * 64)
    refused(revealed(), "could be chosen to suit them", "promise", party="Elm", sha256="0" * 64)
    refused(promised(), "Oak has promised already", "promise", party="Oak", sha256="0" * 64)
    for party in ("", "a=b", "a\nb"):
        refused(witnessed(), "a line of text without =", "promise", party=party, sha256="0" * 64)


def test_two_people_enter_the_same_dice() -> None:
    refused(rolling(), "Ada has entered the dice already; a second person", "dice", digits=DIGITS)
    refused(rolling(), "these are not the digits that Ada entered", "dice", "Bo", digits=OTHER)
    refused(rolled(), "two persons have entered the dice", "dice", "Cy", digits=DIGITS)
    refused(witnessed(), "at least 20 digits", "dice", digits=DIGITS[:-1])
    refused(witnessed(), "digits from 0 to 9", "dice", digits=DIGITS + " ")


def test_reveals_match_promises_and_come_after_the_dice() -> None:
    refused(rolling(), "after two persons have entered the dice", "reveal", party="Oak", nonce=NONCE, value=VALUE)
    refused(rolled(), "is what was promised", "reveal", party="Oak", nonce=NONCE, value="green kettle")
    refused(rolled(), "Elm has promised nothing", "reveal", party="Elm", nonce=NONCE, value=VALUE)
    refused(revealed(), "or has revealed it", "reveal", party="Oak", nonce=NONCE, value=VALUE)


def test_the_seed_is_what_the_ceremony_gives() -> None:
    refused(witnessed(), "2 more must enter the dice", "seed", seed=DIGITS)
    refused(rolling(), "1 more must enter the dice", "seed", seed=DIGITS)
    refused(rolled(), "Oak promised a value and has not revealed it", "seed", seed=DIGITS)
    refused(revealed(), "what dice and revealed values give", "seed", seed=DIGITS)


def test_a_seed_is_not_used_twice() -> None:
    """After a new beginning dice that were rolled before are known to whoever commits."""
    fold = Fold(CARDS).seeded()
    fold.do("late", what="late-ballots", words="nine more", files=[])
    fold.commit()
    fold.witness()
    refused(fold, "these dice were rolled before", "dice", digits=DIGITS)
    fold.seeded(OTHER)
    assert fold.audit.stage == "seeded"
    half = witnessed()
    half.do("dice", digits=DIGITS)
    half.do("restart", reason="a die fell off the table")
    half.commit()
    half.witness()
    refused(half, "these dice were rolled before", "dice", digits=DIGITS)


def test_a_draw_is_the_one_of_seed_and_sizes() -> None:
    fold = seeded()
    good = fold.keep("s.csv", sample_file(fold.audit.urn.drawn({"c1": 3}), False))
    refused(fold, "the next round is 1, not 2", "draw", round=2, sizes={"c1": 3}, sample=good)
    refused(fold, "the one that seed and sizes give", "draw", round=1, sizes={"c1": 4}, sample=good)
    refused(
        fold,
        "the one that seed and sizes give",
        "draw",
        round=1,
        sizes={"c1": 3},
        sample=fold.keep("t.csv", b"ticket,unit\n"),
    )
    refused(fold, "nothing would be drawn", "draw", round=1, sizes={"c1": 0}, sample=good)
    refused(fold, "a size is of one of c1", "draw", round=1, sizes={"*": 3}, sample=good)
    refused(fold, "not larger than the cards", "draw", round=1, sizes={"c1": 17}, sample=good)
    fold.do("draw", round=1, sizes={"c1": 3}, sample=good)
    later = undecided()
    body = bodies(later)["draw"][1]
    refused(later, "only grow; c1 had 2", "draw", **{**body, "sizes": {"c1": 1}})
    refused(later, "only grow; c1 had 2", "draw", **{**body, "sizes": {}})
    refused(decided(), "there is nothing to draw for", "draw", **{**bodies(decided())["draw"][1], "sizes": {"c1": 15}})


def test_a_round_is_closed_when_every_card_drawn_is_entered() -> None:
    refused(
        half_entered(), "1 units are drawn and not settled, first 'b, ", "close", decisions={}, measured=[], round=1
    )


def test_a_close_says_what_the_entries_give() -> None:
    fold = entered()
    body = bodies(fold)["close"][1]
    (row,) = body["measured"]
    for other, words in (
        ({"round": 2}, "round 1 is open, not 2"),
        ({"decisions": {"c1": "CONFIRMED"}}, "the measured risk gives CONTINUE"),
        ({"decisions": {}}, "the measured risk gives CONTINUE"),
        ({"decisions": {"c1": "CONTINUE", "c2": "CONTINUE"}}, "they are of the audited contests"),
        ({"measured": []}, "the entries give"),
        ({"measured": [row, row]}, "the entries give"),
        ({"measured": [{**row, "draws": 1}]}, "the entries give"),
        ({"measured": [{**row, "p": "0.0000000001"}]}, "the entries give"),
        ({"measured": [{**row, "contest": "c2"}]}, "the entries give"),
    ):
        refused(fold, words, "close", **{**body, **other})
    nearly = f"{float(row['p']) + 2e-8:.10f}"
    fold.do("close", **{**body, "measured": [{**row, "p": nearly}]})


def test_a_correction_after_the_close_opens_the_round_again() -> None:
    """p rises again, and what was confirmed goes on."""
    fold = decided()
    low = fold.audit.rounds[-1].measured[0]["p"]
    for unit in [unit for unit in fold.audit.drawn.units if truth(fold, unit)["c1"] == "A"][:4]:
        fold.correct(unit, {"c1": "B"})
        assert fold.audit.stage == "round open" and fold.audit.undecided() == ("c1",)
    assert fold.close() == {"c1": "CONTINUE"}
    assert fold.audit.rounds[-1].measured[0]["p"] > low
    assert len(fold.audit.rounds) == 2
    assert fold.draw(c1=16)


def test_a_correction_takes_signatures_back() -> None:
    fold = signed()
    fold.correct(fold.audit.drawn.units[0], truth(fold, fold.audit.drawn.units[0]))
    refused(fold, "`publish` may come when the audit is closed", "publish")
    assert fold.close() == {"c1": "CONFIRMED"}
    refused(fold, "2 different persons sign off before an audit is published; 0 did", "publish")


def test_a_hand_count_stands_whatever_becomes_of_the_sample() -> None:
    fold = counted()
    fold.correct(fold.audit.drawn.units[0], {"c1": "B"})
    fold.close()
    assert not fold.audit.undecided()


def test_hand_counts_that_cannot_be() -> None:
    good = bodies(undecided())["hand-count"][1]
    for other, words in (
        ({"contest": "c9"}, "'c9' is no audited contest that waits for a decision; these do: c1"),
        ({"ballots": [[{"votes": [[0, 2]]}, 1]]}, "2 votes, allowed are 1"),
        ({"ballots": [[{"votes": [[0, 1]]}, 17]]}, "16 cards hold what was counted"),
        ({"ballots": [[{"votes": [[7, 1]]}, 1]]}, "a whole number from 0 to 1"),
        ({"ballots": [1]}, "pairs of a ballot and a number"),
        ({"elected": [2]}, "choices of the contest are elected"),
        ({"elected": [0, 0]}, "choices of the contest are elected"),
    ):
        refused(undecided(), words, "hand-count", **{**good, **other})
    refused(decided(), "no audited contest that waits for a decision; these do: none", "hand-count", **good)
    fold = counted()
    fold.do("sign-off", words="so")
    refused(fold, "the audit is signed off as it stands", "hand-count", **good)


def test_two_different_people_sign() -> None:
    refused(signed_once(), "Ada has signed; another person must, too", "sign-off", words="again")
    refused(signed_once(), "2 different persons sign off before an audit is published; 1 did", "publish")
    refused(undecided(), "1 contests are neither confirmed nor counted by hand, first 'c1'", "sign-off", words="so")


def test_nothing_comes_after_publish() -> None:
    for act, (by, body) in bodies(published()).items():
        words = "a log begins with `open`, once" if act == "open" else "the audit is published and takes nothing more"
        refused(published(), words, act, by, **body)


def test_late_and_restart_begin_again() -> None:
    for state, make in STATES.items():
        if state == "published":
            continue
        for act in ("late", "restart"):
            fold = make()
            names, of = dict(fold.audit.names), len(fold.log)
            fold.do(act, **bodies(fold)[act][1])
            audit = fold.audit
            assert (audit.stage, audit.began, audit.rounds, audit.waiting, audit.names) == ("draft", of, [], (), names)
            with pytest.raises(UsageError, match="nothing is committed yet"):
                _ = audit.commitment
            with pytest.raises(UsageError, match="there is no seed yet"):
                _ = audit.urn


def test_bad_input_is_said_with_its_place() -> None:
    with pytest.raises(BadInputError) as error:
        draft().do("note", words="")
    assert "note, words" in str(error.value)
