"""A card or a batch that was not found: said once, and never beside what is said to be on it."""

from pathlib import Path

import pytest
from audit.small_audits import batches, comparison

from faircount.app.auditing import acting
from faircount.app.auditing.entering import read, template
from faircount.app.auditing.held import HeldAudit
from faircount.app.auditing.preparing import Prepared
from faircount.app.auditing.rehearsing import ticking
from faircount.app.auditing.standing import standing
from faircount.model import BadInputError, Commitment, Person, Seen
from faircount.store import Workspace

ADA, BO = Person("Ada", "official"), Person("Bo", "official")


def begun(root: Path, commitment: Commitment, sizes: dict[str, int]) -> HeldAudit:
    held = HeldAudit.create(Workspace.create(root), ADA, clock=ticking())
    acting.commit(held, ADA, Prepared(commitment, (), ()))
    acting.witness(held, ADA)
    for person in (ADA, BO):
        acting.roll(held, person, "31415926535897932384")
    acting.draw(held, ADA, sizes)
    return held


def table(path: Path, held: HeldAudit, said: dict[int, str]) -> Path:
    """Write the first unit's rows of the template, those of `said` with another cell."""
    answer = template(held)
    rows = [list(row) for row in answer.rows if row[0] == answer.rows[0][0]]
    for at, cell in said.items():
        rows[at][2] = cell
    lines = [",".join(answer.columns), *(",".join(f'"{"" if c is None else c}"' for c in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_card_is_not_lost_and_read_at_once(tmp_path: Path) -> None:
    with begun(tmp_path / "e", comparison([("", {"c1": "A", "c2": "A"})] * 20), {"c1": 3, "c2": 3}) as held:
        lost = table(tmp_path / "lost.csv", held, {1: "not found"})
        assert list(read(held, lost).values()) == [Seen(False, {})]
        both = table(tmp_path / "both.csv", held, {0: "#1", 1: "not found"})
        with pytest.raises(BadInputError, match=r"both.csv, row 2: nothing is said of what was not found; found '#1'"):
            read(held, both)


def test_a_contest_that_a_record_does_not_list_is_told(tmp_path: Path) -> None:
    cards = [("", {"c1": "A", "c2": "A"})] * 12 + [("", {"c1": "A"})] * 12
    with begun(tmp_path / "e", comparison(cards), {"c1": 24, "c2": 3}) as held:
        listed = held.audit.commitment.contests_of
        units = {held.audit.waiting[at]: listed[held.audit.waiting[at]] for at in range(24)}
        one, other = (next(u for u, on in units.items() if ("c2" in on) is both) for both in (True, False))
        titles = [subject.contest.title for subject in held.audit.commitment.subjects]
        for unit, said in ((one, ("#1", "#1")), (other, ("#1", "#2"))):
            path = tmp_path / "board.csv"
            rows = [f'"{unit}","{title}","{cell}"' for title, cell in zip(titles, said, strict=True)]
            path.write_text("\n".join(["unit,contest,said", *rows, ""]), encoding="utf-8")
            acting.enter(held, BO, unit, read(held, path)[unit])
        told = [remark for remark in standing(held).remarks if "records do not list" in remark]
    assert told == [
        f"Cards that bear {titles[1]!r}, which their records do not list: 1. They measure nothing in it; its risk "
        "holds if the committed number of its cards counts such cards too."
    ]


def test_a_batch_that_is_lost_needs_no_number(tmp_path: Path) -> None:
    """The template names every choice: with no number beside `not found` a batch was taken for one not looked at."""
    with begun(tmp_path / "e", batches({f"b{at}": {"c1": "AAAB"} for at in range(5)}), {"*": 2}) as held:
        lost = table(tmp_path / "lost.csv", held, {0: "not found"})
        assert list(read(held, lost).values()) == [Seen(False, {})]
        with pytest.raises(BadInputError, match="only empty rows"):
            read(held, table(tmp_path / "empty.csv", held, {}))
