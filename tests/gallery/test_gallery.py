"""The gallery of forgeries: each is refused by both verifiers for the right reason, and no flipped byte is accepted."""

import base64
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from gallery.conftest import Ask
from gallery.forgeries import FORGERIES
from gallery.good import MADE, case, played
from gallery.in_memory import LOG
from gallery.resealing import Case, Disk
from gallery.told import page
from gallery.verdicts import failures, findings, reading, verdict
from gallery.write import lay

from faircount_verifier import bundle, command
from faircount_verifier.forms import CODES, Findings

if TYPE_CHECKING:
    from playwright.sync_api import Page

KEY = str(LOG.verifier)
UNCOUNTED = {"oneaudit", "batch"}
"""Good bundles with a contest whose rule the page does not know: it says NOT CHECKED of that one."""
PAGE_FLIPS = 300
FLIPS = """([files, flips]) => {
  const read = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const good = new Map(files.map(([name, text]) => [name, read(text)]));
  return flips.filter(([name, at, bit]) => {
    const bytes = good.get(name).slice();
    bytes[at] ^= 1 << bit;
    return faircountVerifier.verify(new Map(good).set(name, bytes)).verdict !== "FAIL";
  });
}"""


def statuses(answer: dict[str, Any]) -> dict[str, str]:
    """Return the page's status of each code."""
    return {part["code"]: part["status"] for step in answer["steps"] for part in step["codes"]}


# ---- good bundles ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", MADE)
def test_a_good_bundle_passes(name: str) -> None:
    found = findings(played(name).files, KEY)
    assert (verdict(found), list(found.rows)) == ("PASS", [])


@pytest.mark.browser
@pytest.mark.parametrize("name", MADE)
def test_a_good_bundle_passes_on_the_page(name: str, ask_page: Ask) -> None:
    answer = ask_page(played(name).files, KEY)
    assert answer["failures"] == []
    assert {one["code"] for one in answer["not_checked"]} <= (
        {"7.1", "7.2", "8.2", "8.3"} if name in UNCOUNTED else set()
    )
    assert answer["verdict"] == ("NOT CHECKED" if name in UNCOUNTED else "PASS")


@pytest.mark.parametrize("name", MADE)
def test_taking_apart_and_sealing_changes_nothing(name: str) -> None:
    assert case(name).sealed() == played(name).files
    measured = case(name)
    measured.remeasured()
    assert measured.sealed() == played(name).files, "nor does measuring anew"


@pytest.mark.parametrize("name", MADE)
def test_bodies_in_files_pass(name: str) -> None:
    aside = _aside(name)
    found = findings(aside.sealed(), KEY)
    assert (verdict(found), list(found.rows)) == ("PASS", [])
    last = f"{aside.at('close', -1)}.json"
    aside.files[last] = aside.files[last].replace(b"0", b"1", 1)
    assert failures(findings(aside.sealed(), KEY)), "and they were read"


@pytest.mark.browser
@pytest.mark.parametrize("name", sorted({*MADE} - UNCOUNTED))
def test_bodies_in_files_pass_on_the_page(name: str, ask_page: Ask) -> None:
    assert ask_page(_aside(name).sealed(), KEY)["verdict"] == "PASS"


def _aside(name: str) -> Case:
    """Return a good bundle of which every act after the witnessed note has its body in a file."""
    found, seen = case(name), Counter[str]()
    for at, act in enumerate(found.acts):
        if at > found.at("witness", -1):
            found.put_aside(act["act"], seen[act["act"]], f"{at}.json")
        seen[act["act"]] += 1
    return found


def test_the_good_bundles_hold_what_forgers_need() -> None:
    acts = {name: Counter(act.act for act in played(name).held.acts) for name in MADE}
    assert acts["comparison"]["draw"] > 1 < acts["oneaudit"]["draw"] and acts["comparison"]["resolve"]
    assert all(acts[name]["correct"] for name in ("comparison", "oneaudit", "polling", "batch"))
    assert acts["batch"]["hand-count"] and acts["polling"]["promise"] == 2
    rules = {one.contest.rule for name in MADE for one in played(name).held.audit.commitment.subjects}
    assert rules == {"plurality", "instant-runoff", "highest-averages", "threshold"}


# ---- forgeries ------------------------------------------------------------------------------------------------------
def test_the_catalog_is_whole() -> None:
    assert len(FORGERIES) >= 100
    assert {code for one in FORGERIES for code in one.codes[:1]} == set(CODES)
    assert len({one.words for one in FORGERIES}) == len(FORGERIES)
    assert all(one.codes[0] in ("7.1", "8.2") or "link" in one.name for one in FORGERIES if one.unseen)


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda one: one.name)
def test_a_forgery_is_refused(forgery: Any, tmp_path: Path) -> None:
    made = forgery.made(case(forgery.base))
    if isinstance(made, dict):
        assert made != played(forgery.base).files
        found = findings(made, KEY)
    else:
        found = command.verify(str(lay(made, tmp_path / forgery.name)), KEY)
    assert failures(found) & set(forgery.codes), list(found.rows)


@pytest.mark.browser
@pytest.mark.parametrize(
    "forgery", [one for one in FORGERIES if "link-in-the-folder" not in one.name], ids=lambda one: one.name
)
def test_the_page_refuses_it_or_says_that_it_does_not_look(forgery: Any, ask_page: Ask) -> None:
    made = forgery.made(case(forgery.base))
    assert not isinstance(made, Disk)
    answer = ask_page(made, KEY)
    if forgery.unseen:
        assert statuses(answer)[forgery.codes[0]] == "NOT CHECKED", answer["failures"]
    else:
        codes = {one["code"] for one in answer["failures"]}
        assert answer["verdict"] == "FAIL" and codes & set(forgery.codes), answer["failures"]


# ---- every byte -----------------------------------------------------------------------------------------------------
def test_no_flipped_byte_is_accepted() -> None:
    """Every byte of a small bundle, one bit each. Findings only grow, so that the first failure is enough."""
    good, accepted, chance = played("small").files, [], random.Random(37)
    assert verdict(findings(good)) == "PASS"
    for name, data in sorted(good.items()):
        for at in range(len(data)):
            bad = bytearray(data)
            bad[at] ^= 1 << chance.randrange(8)
            if not refused({**good, name: bytes(bad)}):
                accepted.append((name, at))
    assert accepted == []


def refused(files: dict[str, bytes]) -> bool:
    """Return whether the verifier finds a failure; it goes on to the audit only where the files show none."""
    found = Findings()
    with reading(files):
        bundle.Bundle("memory", None, found)
        if any(row[1] == "FAIL" for row in found.rows):
            return True
        return verdict(command.verify("memory")) == "FAIL"


@pytest.mark.browser
def test_no_flipped_byte_is_accepted_by_the_page(open_page: "Page") -> None:
    good, chance = played("small").files, random.Random(38)
    places = [(name, at) for name, data in sorted(good.items()) for at in range(len(data))]
    flips = [[name, at, chance.randrange(8)] for name, at in chance.sample(places, PAGE_FLIPS)]
    told = [[name, base64.b64encode(data).decode()] for name, data in good.items()]
    assert open_page.evaluate(FLIPS, [told, flips]) == []


# ---- the gallery for others -----------------------------------------------------------------------------------------
def test_the_gallery_is_written_for_others(tmp_path: Path) -> None:
    program = [sys.executable, str(Path(__file__).with_name("write.py")), str(tmp_path / "out")]
    subprocess.run(program, check=True, capture_output=True)
    forged = tmp_path / "out" / "forged"
    assert {path.name.removesuffix(".zip") for path in forged.iterdir()} == {one.name for one in FORGERIES}
    for name in MADE:
        assert verdict(command.verify(str(tmp_path / "out" / "good" / name), KEY)) == "PASS"
    assert failures(command.verify(str(forged / "a-margin-inflated"), KEY)) == {"8.1"}
    listed = (tmp_path / "out" / "forgeries.csv").read_text("utf-8").splitlines()
    assert len(listed) == 1 + len(FORGERIES)


def test_the_page_of_forgeries_is_up_to_date() -> None:
    written = Path(__file__).parents[2] / "docs" / "forgeries.md"
    assert written.read_text("utf-8") == page(), "run: python docs/generate.py"
