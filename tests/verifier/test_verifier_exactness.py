"""What an inexact verifier lets through: archives read in two ways, one person in two spellings, loose forms."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from faircount_verifier.command import main, report, verify
from verifier.bundle_by_hand import LOG, Files, Story, canonical, comparison, polling, seal
from verifier.checking import failures, result, write
from verifier.test_verifier_forgeries import committed, insert

FILES = sorted(seal(comparison()).items())


def zipped(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def below(top: str) -> list[tuple[str, bytes]]:
    return [(top + name, data) for name, data in FILES]


def with_comment(data: bytes) -> bytes:
    return data[:-2] + b"\5\0hello"


FORGED = sorted({**dict(FILES), "README.md": b"# All is well\n"}.items())
GOOD_ZIPS = {
    "plain": zipped(FILES),
    "one folder, packed whole": zipped(below("evidence (1)/")),
    "with its folders": zipped([("evidence/", b""), ("evidence/log/", b""), *below("evidence/")]),
    "with a comment": with_comment(zipped(FILES)),
}
BAD_ZIPS = {
    "another archive before it, which some programs show": zipped(FORGED) + zipped(FILES),
    "bytes before it": b"#!/bin/sh\n" + zipped(FILES),
    "bytes after it": zipped(FILES) + b"more",
    "a folder that holds bytes": zipped([("log/", b"bytes"), *FILES]),
    "all of it outside of the folder": zipped(below("../")),
    "all of it at the root": zipped(below("/")),
    "all of it on a drive": zipped(below("C:/")),
    "another name before the bytes": zipped(FILES).replace(b"README.md", b"README.mx", 1),
    "nothing": zipped([]),
}


@pytest.mark.parametrize("name", GOOD_ZIPS)
def test_a_zip_as_people_make_them_passes(name: str, tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_bytes(GOOD_ZIPS[name])
    assert result(tmp_path / "bundle.zip") == "PASS"


@pytest.mark.parametrize("name", BAD_ZIPS)
def test_a_zip_that_can_be_read_in_two_ways_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_bytes(BAD_ZIPS[name])
    assert "1.1" in failures(tmp_path / "bundle.zip")


def test_a_bundle_that_is_not_there_is_said_to_be_none(tmp_path: Path) -> None:
    assert "nothing of this name" in report(verify(str(tmp_path / "nowhere")), as_json=False)[1]


# ---- persons ------------------------------------------------------------------------------------------------------
def named(act: str, name: str, nth: int = 0) -> Callable[[Story], object]:
    def change(story: Story) -> None:
        story.acts[story.at(act, nth)][2] = name

    return change


def approved(story: Story) -> None:
    story.find("correct")["approved_by"] = " ada  LARK"


def resolved(story: Story) -> None:
    story.find("resolve")["people"] = ["Ada Lark", "ada lark"]


@pytest.mark.parametrize(
    "change",
    [
        named("dice", "ada lark", 1),
        named("sign-off", "Ada  Lark ", 1),
        named("entry", "ADA LARK", 1),
        approved,
        resolved,
    ],
)
def test_one_person_in_two_spellings_is_one(change: Callable[[Story], object], tmp_path: Path) -> None:
    story = comparison()
    change(story)
    assert "5.3" in failures(write(seal(story), tmp_path))


@pytest.mark.parametrize("name", [" ", "\u2028", "Ada\tLark", ""])
def test_a_person_has_a_name(name: str, tmp_path: Path) -> None:
    story = comparison()
    named("publish", name)(story)
    assert "3.4" in failures(write(seal(story), tmp_path))


# ---- forms --------------------------------------------------------------------------------------------------------
def term(*arguments: object, feature: str = "votes") -> Callable[[Story], object]:
    def change(contests: list[dict[str, list[dict[str, dict[str, object]]]]]) -> None:
        contests[0]["assertions"][0]["assorter"]["terms"] = [["-1", feature, [*arguments]], ["1", "votes", [0]]]

    return committed("contests.json", change)


def choices(**other: object) -> Callable[[Story], object]:
    return committed("contests.json", lambda v: v[0]["choices"][1].update(other))


def contest(**other: object) -> Callable[[Story], object]:
    return committed("contests.json", lambda v: v[0].update(other))


def mark(at: int, value: object) -> Callable[[Story], object]:
    def change(ballots: dict[str, list[dict[str, list[list[object]]]]]) -> None:
        ballots["c1"][0]["marks"][0][at] = value

    return committed("ballots.json", change)


@pytest.mark.parametrize(
    "change",
    [
        term(True), term(1, 1), term("1"), term([1]), term(1, feature="cards"), term(1, 1, 1, feature="prefers"),
        choices(name="Choice 0"), choices(name=" "), choices(party=7), contest(votes_allowed=0), contest(title=""),
        contest(votes_allowed=None), contest(ranks=None), mark(1, "first"), mark(1, None), mark(2, "much"), mark(2, []),
    ],
)  # fmt: skip
def test_forms_are_those_of_the_page(change: Callable[[Story], object], tmp_path: Path) -> None:
    story = comparison()
    change(story)
    assert "6.2" in failures(write(seal(story), tmp_path))


def test_a_day_that_the_calendar_does_not_have(tmp_path: Path) -> None:
    def entry(n: int, act: dict[str, object]) -> bytes:
        last = n == len(story.acts) - 1
        return canonical({**act, "at": "2026-11-31T10:00:00Z"} if last else act)

    story = comparison()
    assert failures(write(seal(story, entry), tmp_path)) == {"3.4"}


# ---- what is said, and what is not ----------------------------------------------------------------------------------
def test_a_key_that_nobody_gave_is_not_checked_and_does_not_stop_a_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(seal(comparison()), tmp_path)
    assert main([str(folder)]) == 0
    out = capsys.readouterr().out
    assert "2.3  NOT CHECKED\n" in out and out.endswith("\nPASS\n")
    assert main([str(folder), "--key", LOG.vkey]) == 0
    assert "NOT CHECKED" not in capsys.readouterr().out
    assert failures(folder, "example.org/other+00000000+AQ==") == {"2.3"}


@pytest.mark.parametrize("act", ["restart", "late"])
def test_an_audit_that_began_again_says_so(act: str, tmp_path: Path) -> None:
    def again(files: Files) -> list[str]:
        return [one for one in verify(str(write(files, tmp_path))).remarks if "began again" in one]

    story = polling()
    body = {"reason": "We like other dice."} if act == "restart" else {"files": [], "words": "We like other dice."}
    insert("publish", act, body | ({} if act == "restart" else {"what": "late-ballots"}))(story)
    n = story.at(act)
    assert again(seal(story)) == [f"act {n}, {act}: began again, signed: We like other dice."]
    assert again(seal(polling())) == []


@pytest.mark.parametrize("sign", ["\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\n"])
def test_no_words_of_a_bundle_steer_the_reader_s_screen(sign: str, tmp_path: Path) -> None:
    story = polling()
    insert("publish", "restart", {"reason": f"{sign}31mPASS"})(story)
    text = report(verify(str(write(seal(story), tmp_path))), as_json=False)[1]
    assert f"\\x{ord(sign):02x}31mPASS" in text and (sign == "\n" or sign not in text)
