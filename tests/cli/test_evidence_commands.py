"""What the commands of an audit refuse to lose, and how its evidence is told: templates, seals, receipts, JSON."""

import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from cli.running import Here

from faircount.app.auditing import preparing
from faircount.app.auditing.held import now, opened_audit
from faircount.app.auditing.preparing import Wish
from faircount.app.auditing.rehearsing import Rehearsal, rehearse
from faircount.app.opened import Opened


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, town: Path) -> Path:
    """The town's workspace with an audit that is signed and not published; nobody writes to it."""
    root = Path(shutil.copytree(town, tmp_path_factory.mktemp("signed") / "e"))
    played = Rehearsal(Wish(contests=("mayor", "measure a")), seed=7, publish=False)  # another seed, another log's key
    rehearse(Opened(root), played, now).close()
    return root


@pytest.fixture
def ours(signed: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(signed, tmp_path / "ours"))


def acts(here: Here, root: Path) -> list[str]:
    return [row["what"] for row in here("-w", root, "log", "show", "--json").document]


# ---- enter --template -----------------------------------------------------------
def test_a_template_does_not_replace_what_a_board_wrote(here: Here, ours: Path, tmp_path: Path) -> None:
    table, link = tmp_path / "board.csv", tmp_path / "link.csv"
    table.write_text("unit,contest,said\n1-1,Mayor,Ada\n", encoding="utf-8")
    link.symlink_to(tmp_path / "nowhere.csv")
    for taken in (table, link):
        found = here("-w", ours, "enter", "--template", taken)
        assert (found.code, found.out) == (2, "")
        assert f"{taken} is there already" in found.err and "choose another name" in found.err
    assert "Ada" in table.read_text(encoding="utf-8") and not (tmp_path / "nowhere.csv").exists()


# ---- publish --------------------------------------------------------------------
@pytest.mark.parametrize("taken", ["full", "file", "file/site", "link"])
def test_nothing_is_sealed_where_the_pages_have_no_place(here: Here, ours: Path, tmp_path: Path, taken: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("five years", encoding="utf-8")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    found = here("-w", ours, "publish", tmp_path / taken, "--by", "Ada Vale")
    assert found.code == 2 and found.err.count("\n") == 1 and str(tmp_path / taken) in found.err
    assert "publish" not in acts(here, ours)


def test_what_is_published_in_a_free_place_is_sealed_once(here: Here, ours: Path, tmp_path: Path) -> None:
    assert here("-w", ours, "publish", tmp_path / "draft", "--draft", "--by", "Ada Vale").code == 0
    assert "publish" not in acts(here, ours)
    (tmp_path / "empty").mkdir()
    for name in ("empty", "a/b"):
        assert here("-w", ours, "publish", tmp_path / name, "--by", "Ada Vale").code == 0
        assert (tmp_path / name / "index.html").is_file() and acts(here, ours).count("publish") == 1


# ---- commit ---------------------------------------------------------------------
def test_a_commitment_out_of_order_is_refused_before_any_work(
    here: Here, audited: Path, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*_: object) -> None:
        pytest.fail("the records were read first")

    monkeypatch.setattr(preparing, "prepare", work)
    for root, words in ((ours, "it is: closed; to begin again"), (audited, "it is: published; a new one needs")):
        found = here("-w", root, "commit", "mayor", "--by", "Ada Vale")
        assert found.code == 2 and words in found.err and found.err.count("\n") == 1


# ---- audit --json ---------------------------------------------------------------
def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from _keys(one)
    elif isinstance(value, list):
        for one in value:
            yield from _keys(one)


def test_an_audit_is_told_to_programs_as_other_commands_tell(here: Here, audited: Path) -> None:
    document = here("-w", audited, "audit", "--json").document
    assert not [key for key in _keys(document) if " " in key]
    by_title = {one["contest"]: one for one in document["contests"]}
    mayor = by_title["Mayor"]
    assert mayor["risk_limit"] == "1/20" and 0 < Fraction(mayor["measured_risk"]) <= Fraction(1, 20)
    left = [one for one in by_title.values() if one["decision"] == "NOT CHECKED"]
    assert left and all(one["reason"] and one["risk_limit"] is one["measured_risk"] is None for one in left)
    table = here("-w", audited, "audit").out
    assert "risk limit" in table and "5.00%" in table and left[0]["reason"][:20] in table


# ---- verify --receipt -----------------------------------------------------------
def test_a_receipt_is_held_against_a_bundle(here: Here, ours: Path, tmp_path: Path) -> None:
    before, after, mine = tmp_path / "before.zip", tmp_path / "site" / "bundle.zip", tmp_path / "mine.tlog-proof"
    assert here("-w", ours, "bundle", "build", before).code == 0
    assert here("-w", ours, "audit", "note", "Box 12 was unsealed.", "--by", "Cy Moor").code == 0
    last = len(acts(here, ours)) - 1
    assert here("-w", ours, "log", "receipt", last, "-o", mine).code == 0
    assert here("-w", ours, "publish", tmp_path / "site", "--by", "Ada Vale").code == 0
    plain = here("verify", after)
    good = here("verify", after, "--receipt", mine)
    assert good.code == plain.code == 0
    *steps, told, whole = good.out.splitlines()
    assert steps == plain.out.splitlines()[:-1] and whole == "PASS"
    assert told.startswith(f"receipt {mine} | PASS | act {last}, note by Cy Moor, stands in this log")
    assert here("verify", before).code == 1  # the audit was not published then
    bad = here("verify", before, "--receipt", mine)
    assert bad.code == 4 and bad.out.endswith("\nFAIL\n") and "| FAIL | " in bad.out and "ROLLED BACK" in bad.out
    document = here("verify", before, "--receipt", mine, "--receipt", mine, "--json").document
    assert document["result"] == "FAIL" and [one["status"] for one in document["receipts"]] == ["FAIL", "FAIL"]
    assert set(document["steps"].values()) <= {"PASS", "NOT CHECKED"}
    document = here("--json", "verify", after, "--receipt", mine).document
    [told] = document["receipts"]
    assert document["result"] == told["status"] == "PASS" and told["act"]["body"] == {"words": "Box 12 was unsealed."}


def test_a_receipt_is_of_the_log_whose_key_is_known(here: Here, ours: Path, audited: Path, tmp_path: Path) -> None:
    mine, letter = tmp_path / "mine.tlog-proof", tmp_path / "letter.txt"
    assert here("-w", ours, "log", "receipt", 1, "-o", mine).code == 0
    other = here("verify", audited / "evidence.zip", "--receipt", mine)
    assert other.code == 4 and "was not given by the log of evidence.zip" in other.out
    here("-w", ours, "bundle", "build", tmp_path / "evidence")
    with opened_audit(ours) as held:
        key = str(held.key.verifier)
    assert here("verify", tmp_path / "evidence", "--receipt", mine, "--key", key).code == 1  # not published
    letter.write_text("Dear clerk,\n", encoding="utf-8")
    wrong = here("verify", audited / "evidence.zip", "--receipt", mine, "--key", key)
    assert wrong.code == 4 and "| FAIL | " in wrong.out
    found = here("verify", tmp_path / "evidence", "--receipt", letter)
    assert (found.code, found.out) == (3, "") and "letter.txt" in found.err and "a receipt is what" in found.err


# ---- sniff ----------------------------------------------------------------------
def test_a_folder_of_several_formats_is_told_file_by_file(here: Here, received: Path, tmp_path: Path) -> None:
    folder = tmp_path / "received"
    (folder / "more").mkdir(parents=True)
    shutil.copy(received / "manifest.csv", folder / "more" / "manifest.csv")
    (folder / "cards.csv").write_text("card,contest,choices\na,Mayor,Ada\n", encoding="utf-8")
    (folder / "more" / "votes.csv").write_text("card,contest,choices\nb,Mayor,Bo\n", encoding="utf-8")
    found = here("sniff", folder, "--json")
    formats = {row["file"]: row["format"] for row in found.document}
    assert found.code == 0 and set(formats.values()) == {"plain-csv", "manifest-csv"}
    assert here("init", tmp_path / "e").code == 0
    taken = here("-w", tmp_path / "e", "ingest", folder, "--json").document["taken"]
    assert {one["path"]: one["format"] for one in taken} == formats and len(formats) == 3
    (folder / "letter.txt").write_text("Dear clerk,\n", encoding="utf-8")
    again = here("sniff", folder, "--json")
    assert again.code == 3 and {row["file"]: row["format"] for row in again.document} == {
        **formats, str(folder / "letter.txt"): "unknown"
    }  # fmt: skip
    (tmp_path / "empty").mkdir()
    assert here("sniff", tmp_path / "empty").code == 3
