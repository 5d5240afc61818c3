"""What is committed: pools, phantoms, some contest audited; and hostile bytes that once took hours."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from faircount_verifier.command import report, verify
from faircount_verifier.forms import Findings, StepError
from faircount_verifier.forms import canonical as read
from faircount_verifier.records import Records
from verifier.bundle_by_hand import SEED, Story, canonical, comparison, contest, log_of, pair, polling, seal, state
from verifier.checking import failures, result, write
from verifier.test_verifier_forgeries import Forgery, committed, replaced, tile


# ---- committed files ----------------------------------------------------------------
def unlisted(story: Story) -> None:
    """One card of the pool lists a contest that the others do not."""
    replaced("cards.csv", b"pooled-3,South,4,Box 9,c1:", b"pooled-3,South,4,Box 9,c1:;c2:")(story)
    committed("pools.json", lambda v: v["Box 9"].update(c2={"ballots": [], "cards": 1}))(story)


def none_audited(contests: Any) -> None:
    for one in contests:
        one["audited"] = False


FORGERIES: dict[str, tuple[Any, Forgery]] = {
    "a contest that not every card of the pool lists": (comparison, unlisted),
    "more cards than the pool has": (comparison, committed("pools.json", lambda v: v["Box 9"]["c1"].update(cards=11))),
    "a phantom in a pool": (comparison, replaced("cards.csv", b"phantom-1,,,,c1:", b"phantom-1,,,Box 9,c1:")),
    "no contest is audited": (polling, committed("contests.json", none_audited)),
    "a batch named like a phantom": (polling, replaced("batches.csv", b"North", b"phantom-North")),
}


@pytest.mark.parametrize("words", FORGERIES)
def test_committed_files_that_do_not_agree(words: str, tmp_path: Path) -> None:
    make, forge = FORGERIES[words]
    story = make()
    forge(story)
    assert "6.2" in failures(write(seal(story), tmp_path))


def test_cards_of_a_pool_that_do_not_hold_the_contest_have_a_half(tmp_path: Path) -> None:
    story = comparison()
    committed("pools.json", lambda v: v["Box 9"]["c1"].update(cards=9))(story)
    assert result(write(seal(story), tmp_path)) == "PASS"


def batches(name: str = "A", held: int = 40) -> Records:
    one = contest("c1", 40, 2, [0], [pair(0, 1, "1/2")], risk_function="macro", settings={})
    tally = {"ballots": [[{"votes": [[0, 1]]}, 25], [{"votes": [[1, 1]]}, 5]], "cards": held}
    rows = [{"batch": name, "cards": 40, "contests": {"c1": tally}}]
    return Records("batch", {"contests.json": canonical([one]), "batches.json": canonical(rows)}, Findings())


def test_no_batch_is_named_like_a_phantom() -> None:
    with pytest.raises(StepError, match="phantom-"):
        batches("phantom-A")


@pytest.mark.parametrize("held", [40, 33])
def test_batches_of_more_cards_than_they_list_are_remarked(held: int) -> None:
    records = batches(held=held)
    records.check()
    lost = f"contest c1: its batches hold {40 - held} cards more than they list for it"
    assert not records.findings.rows and records.findings.remarks == [lost] * (held < 40)


# ---- hangs --------------------------------------------------------------------------
@pytest.mark.parametrize("data", [b'"' + b'\\"' * 60_000, b'{"a":"' + b"\\\\" * 60_000, b'["","' + b'\\"' * 60_000])
def test_a_quote_that_nothing_closes_is_read_once(data: bytes) -> None:
    started = time.process_time()
    with pytest.raises(ValueError, match="Unterminated"):
        read(data, "here")
    assert time.process_time() - started < 3


def test_a_tile_of_far_more_entries_than_the_log_has(tmp_path: Path) -> None:
    files = seal(comparison())
    log, name = log_of(files), tile(files, "entries")
    files[name] += bytes(3_000_000)
    started = time.process_time()
    assert {"3.2", "3.3"} <= failures(write(state(files, log), tmp_path))
    assert time.process_time() - started < 20


@pytest.mark.parametrize(("bound", "size"), [(0, 3), (2**256, 3), (-5, 3), (9, 10**7 + 1)])
def test_bounds_and_sizes_that_cannot_be_drawn(bound: int, size: int) -> None:
    records = batches()
    records.__dict__["bounds"] = {"A": bound}
    with pytest.raises(StepError, match="FAIL"):
        records.draw(SEED, {"*": size})


def test_batches_without_a_bound_are_never_drawn() -> None:
    records = batches()
    records.__dict__["bounds"] = {"A": 0, "B": 3, "C": 0, "D": 4, "E": 0}
    assert {*records.draw(SEED, {"*": 60})[1]} == {"B", "D"}


def test_a_poll_of_more_cards_than_are_drawn_from_is_not_checked(tmp_path: Path) -> None:
    story = polling()
    replaced("batches.csv", b"North,40", b"North,19999981")(story)
    whole, text = report(verify(str(write(seal(story), tmp_path))), as_json=True)
    steps = json.loads(text)["steps"]
    assert steps["6.2"] == steps["7.1"] == steps["10.1"] == steps["11.1"] == steps["13.1"] == "NOT CHECKED"
    assert whole == "FAIL" and [code for code, status in steps.items() if status == "FAIL"] == ["9.2"]
