"""A receipt that somebody was given shows later whether the log that gave it is the one that is published."""

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from audit.small_audits import comparison

from faircount.app.auditing import acting, bundling
from faircount.app.auditing.held import HeldAudit
from faircount.app.auditing.preparing import Prepared
from faircount.app.auditing.receipts import Held, held_against, hold
from faircount.app.auditing.rehearsing import ticking
from faircount.model import BadInputError, FaircountError, Person, Status, TamperError
from faircount.store import Workspace

ADA = Person("Ada Vale", "official")


@pytest.fixture
def held(tmp_path: Path) -> Iterator[HeldAudit]:
    with HeldAudit.create(Workspace.create(tmp_path / "e"), ADA, clock=ticking()) as one:
        acting.commit(one, ADA, Prepared(comparison([("", {"c1": "A"})] * 3), (), ()))
        yield one


def receipt(held: HeldAudit, number: int, path: Path) -> Path:
    made, _ = held.checkpoint()
    path.write_bytes(bytes(held.log.proof(number, made.size)))
    return path


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_a_receipt_stays_true_while_the_log_grows(name: str, held: HeldAudit, tmp_path: Path) -> None:
    held.do("note", ADA, {"words": "The seal was broken."})
    mine = receipt(held, 2, tmp_path / "mine")
    for n in range(300):  # more than one tile
        held.do("note", ADA, {"words": f"{n}"})
    bundling.write(held, tmp_path / name)
    found = held_against(tmp_path / name, mine)
    assert (found.act["body"], found.then, found.now) == ({"words": "The seal was broken."}, 3, 303)
    assert held_against(tmp_path / name, mine, str(held.key.verifier)) == found


def test_a_log_that_was_put_back_is_seen(held: HeldAudit, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "e", tmp_path / "older")
    held.do("note", ADA, {"words": "The seal was broken."})
    mine = receipt(held, 2, tmp_path / "mine")
    with HeldAudit(Workspace.open(tmp_path / "older"), clock=ticking()) as older:
        bundling.write(older, tmp_path / "shorter")
        with pytest.raises(TamperError, match="log of 3 acts, and shorter has 2: THE LOG WAS ROLLED BACK"):
            held_against(tmp_path / "shorter", mine)
        older._clock = held._clock
        for n in range(3):
            older.do("note", ADA, {"words": f"All is well, {n}."})
        bundling.write(older, tmp_path / "other")
    with pytest.raises(TamperError, match="the first 3 acts of other are not those of the log that gave mine"):
        held_against(tmp_path / "other", mine)


def test_what_is_no_receipt_of_this_log(held: HeldAudit, tmp_path: Path) -> None:
    bundling.write(held, tmp_path / "bundle")
    mine = receipt(held, 1, tmp_path / "mine")
    with HeldAudit.create(Workspace.create(tmp_path / "f"), ADA, clock=ticking(), origin="example.org/other") as other:
        theirs = receipt(other, 0, tmp_path / "theirs")
        with pytest.raises(TamperError, match="no signature of a known key"):
            held_against(tmp_path / "bundle", theirs)
        with pytest.raises(TamperError, match="no signature of a known key"):
            held_against(tmp_path / "bundle", mine, str(other.key.verifier))
    data = mine.read_bytes()
    moved, beyond = (data.replace(b"index 1", b"index " + at) for at in (b"0", b"7"))
    younger = data.replace(b"@v1", b"@v9")
    for forged, kind in [(moved, TamperError), (beyond, TamperError), (b"", BadInputError), (younger, BadInputError)]:
        mine.write_bytes(forged)
        with pytest.raises(kind):
            held_against(tmp_path / "bundle", mine)
    for odd in (tmp_path / "nowhere", tmp_path / "e"):  # no receipt is judged by a folder that holds no log
        assert hold(odd, theirs).status == Status.NOT_CHECKED
    for other_path in (tmp_path / "nowhere.zip", tmp_path / "e"):
        with pytest.raises(FaircountError):
            held_against(other_path, theirs)


def test_what_became_of_a_receipt_in_words(held: HeldAudit, tmp_path: Path) -> None:
    bundling.write(held, tmp_path / "before")
    held.do("note", ADA, {"words": "The seal was broken."})
    mine = receipt(held, 2, tmp_path / "mine")
    bundling.write(held, tmp_path / "bundle")
    good = hold(tmp_path / "bundle", mine)
    assert good.status == Status.PASS and "act 2, note by Ada Vale, stands in this log" in good.words
    told = good.document
    assert (told["number"], told["acts_then"], told["acts_now"]) == (2, 3, 3) and told["act"]["act"] == "note"
    bad = hold(tmp_path / "before", mine)
    assert bad == Held(str(mine), Status.FAIL, bad.words) and "ROLLED BACK" in bad.words
    assert bad.document["act"] is None
    mine.write_bytes(b"Dear clerk")
    with pytest.raises(BadInputError, match=f"{mine}.*a receipt is what"):
        hold(tmp_path / "bundle", mine)


@pytest.mark.parametrize("packed", [False, True])
def test_another_log_beside_the_one_that_is_verified_serves_no_receipt(
    packed: bool, held: HeldAudit, tmp_path: Path
) -> None:
    target = tmp_path / "shorter"
    bundling.write(held, target)
    held.do("note", ADA, {"words": "The seal was broken."})
    mine = receipt(held, 2, tmp_path / "mine")
    bundling.write(held, target / "zz")
    if packed:
        target = tmp_path / "shorter.zip"
        with zipfile.ZipFile(target, "w") as archive:
            for one in sorted((tmp_path / "shorter").rglob("*")):
                archive.write(one, one.relative_to(tmp_path / "shorter"))
    assert "ROLLED BACK" in hold(target, mine).words


def test_a_bundle_that_was_packed_as_a_folder(held: HeldAudit, tmp_path: Path) -> None:
    mine = receipt(held, 1, tmp_path / "mine")
    bundling.write(held, tmp_path / "in" / "evidence")
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "in", "evidence")
    assert hold(Path(packed), mine).status == Status.PASS
