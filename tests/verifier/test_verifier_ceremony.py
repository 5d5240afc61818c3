"""The ceremony: promises, witnesses and their times, sign-offs and decisions; and what is only remarked."""

import base64
from pathlib import Path

import pytest

from faircount_verifier.command import verify
from verifier.bundle_by_hand import (
    LOG,
    ORIGIN,
    SEED,
    WITNESSES,
    Files,
    Signer,
    comparison,
    log_of,
    note,
    polling,
    seal,
    sha,
    state,
)
from verifier.checking import failures, result, write
from verifier.test_verifier_forgeries import by_hand, committed, drop, insert, leaves_of, put, witnessed

START = LOG.time
"""When every log here begins; each act is a second later."""


def remarks(files: Files, folder: Path) -> str:
    return "\n".join(verify(str(write(files, folder)), LOG.vkey).remarks)


def test_promises_may_come_after_the_witness_who_then_comes_again(tmp_path: Path) -> None:
    assert result(write(seal(polling(again=True)), tmp_path / "good")) == "PASS"
    story = polling(again=True)
    drop("witness", 1)(story)
    assert "5.1" in failures(write(seal(story), tmp_path / "not again"))


def test_the_seed_is_of_the_last_root_that_was_witnessed(tmp_path: Path) -> None:
    story = polling(again=True)
    first = witnessed(story, [LOG]).splitlines()[2]
    root = base64.b64decode(first).hex()
    story.find("seed")["seed"] = sha("\n".join(["faircount-seed/1", root, SEED, "Party A=rain", "Party B=sun"]))
    assert "9.2" in failures(write(seal(story), tmp_path / "first root"))


def test_nothing_is_witnessed_twice_as_it_is(tmp_path: Path) -> None:
    for place in ("dice", "seed"):
        story = polling()
        insert(place, "witness", {"checkpoint": None})(story)
        assert "5.1" in failures(write(seal(story), tmp_path / place))


@pytest.mark.parametrize(("seconds", "codes"), [(300, set()), (301, {"4.2"})])
def test_no_witness_cosigned_later_than_the_act(seconds: int, codes: set[str], tmp_path: Path) -> None:
    story = comparison()
    late = Signer(WITNESSES[1].name, 4, time=START + story.at("witness") + seconds)
    story.find("witness")["checkpoint"] = witnessed(story, [LOG, WITNESSES[0], late])
    assert failures(write(seal(story), tmp_path)) == codes


def test_the_log_is_not_its_own_witness(tmp_path: Path) -> None:
    story, own = comparison(), Signer("witness.example/own", 4, secret=ORIGIN)
    story.find("open")["witnesses"][1] = own.vkey
    story.find("witness")["checkpoint"] = witnessed(story, [LOG, WITNESSES[0], own])
    assert failures(write(seal(story), tmp_path)) == {"4.2"}


def test_a_bad_line_by_a_known_witness_is_said_though_enough_are_good(tmp_path: Path) -> None:
    story = comparison()
    story.find("open")["quorum"] = 1
    good, bad = witnessed(story, [LOG, WITNESSES[0]]), note([b"x" * 32], WITNESSES[1:]).splitlines(keepends=True)[-1]
    story.find("witness")["checkpoint"] = good + bad
    assert failures(write(seal(story), tmp_path)) == {"4.2"}


def test_nobody_signs_off_twice(tmp_path: Path) -> None:
    story = comparison()
    insert("publish", "sign-off", {"words": "Again."}, "Ada Lark")(story)
    assert failures(write(seal(story), tmp_path)) == {"5.3"}


def test_nobody_resolves_twice(tmp_path: Path) -> None:
    story = comparison()
    put("resolve", people=["Ada Lark", "Bo Wren", "Ada Lark"])(story)
    assert failures(write(seal(story), tmp_path)) == {"5.3"}


def test_a_hand_count_comes_before_every_sign_off(tmp_path: Path) -> None:
    story = polling()
    by_hand(0)(story)
    before = failures(write(seal(story), tmp_path / "before"))
    count, first = story.at("hand-count"), story.at("sign-off")
    story.acts.insert(first, story.acts[count])
    story.acts.insert(first, ["sign-off", {"words": ""}, "Cy Moss"])
    assert "5.1" not in before and "5.1" in failures(write(seal(story), tmp_path / "after"))


# ---- remarks ------------------------------------------------------------------------
def test_a_hand_count_of_other_cards_is_remarked(tmp_path: Path) -> None:
    def told(cards: int) -> str:
        story = polling()
        by_hand(0)(story)
        put("hand-count", cards=cards)(story)
        return remarks(seal(story), tmp_path / str(cards))

    assert "by hand" not in told(60) and "[59,[0]] by hand, [60,[0]] as reported" in told(59)


def test_a_hand_count_of_another_outcome_is_remarked(tmp_path: Path) -> None:
    story = polling()
    by_hand(1)(story)
    story.find("hand-count")["ballots"] = [[{"votes": [[1, 1]]}, 40], [{"votes": [[0, 1]]}, 12]]
    assert "[60,[1]] by hand, [60,[0]] as reported" in remarks(seal(story), tmp_path)


def test_a_quorum_of_nobody_is_remarked(tmp_path: Path) -> None:
    story = comparison()
    story.find("open")["quorum"] = 0
    assert "quorum is 0" in remarks(seal(story), tmp_path / "none")
    assert "quorum is 0" not in remarks(seal(comparison()), tmp_path / "two")


def test_an_end_that_few_cosigned_is_remarked(tmp_path: Path) -> None:
    files = seal(comparison())
    log = log_of(files)
    files["log/checkpoint"] = note(leaves_of(files), [LOG, WITNESSES[0]]).encode()
    folder = write(state(files, log), tmp_path)
    assert result(folder) == "PASS" and "1 of 2 witnesses cosigned the end" in remarks({}, folder)


# ---- decisions ----------------------------------------------------------------------
def test_decisions_are_those_of_the_risks_stated(tmp_path: Path) -> None:
    story = polling()
    story.find("close")["measured"][0]["p"] = "0.0100000000"
    assert failures(write(seal(story), tmp_path / "continue")) == {"12.1", "13.1"}
    story.find("close")["decisions"] = {"c1": "CONFIRMED"}
    assert failures(write(seal(story), tmp_path / "confirmed")) == {"12.1"}


@pytest.mark.parametrize(("decision", "wrong"), [("CONFIRMED", True), ("HAND COUNT", False)])
def test_without_assertions_there_is_only_a_hand_count(decision: str, wrong: bool, tmp_path: Path) -> None:
    story = comparison()
    committed("contests.json", lambda v: v[0]["assertions"].clear())(story)
    for close in (story.find("close"), story.find("close", 1)):
        close["measured"] = close["measured"][1:]
        close["decisions"]["c1"] = decision
    assert ("13.1" in failures(write(seal(story), tmp_path))) == wrong
