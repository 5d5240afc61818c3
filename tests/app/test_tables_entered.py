"""Tables of audit boards: all of a table is entered or nothing, and one person is one however the name is typed."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from audit.small_audits import batches, comparison, polling

from faircount.app.auditing import acting, bundling
from faircount.app.auditing.entering import Entered, Row, _batch, enter_table, template
from faircount.app.auditing.facts import unbounded
from faircount.app.auditing.hand_counts import _counted, enter_hand_count
from faircount.app.auditing.held import HeldAudit, person
from faircount.app.auditing.preparing import Prepared, settings_for
from faircount.app.auditing.rehearsing import ticking
from faircount.model import BadInputError, CardCount, Choice, Contest, FaircountError, Person, UsageError
from faircount.store import Workspace

ADA, BO, CY, DI = (Person(name, "official") for name in ("Ada Vale", "Bo Lund", "Cy Moor", "Di Hart"))
DIGITS = "31415926535897932384"


def begun(root: Path, double: bool) -> HeldAudit:
    held = HeldAudit.create(Workspace.create(root), ADA, clock=ticking())
    acting.commit(held, ADA, Prepared(comparison([("", {"c1": way}) for way in "AAAB" * 10]), (), ()), double=double)
    acting.witness(held, ADA)
    for who in (ADA, BO):
        acting.roll(held, who, DIGITS)
    return held


@pytest.fixture
def held(tmp_path: Path) -> Iterator[HeldAudit]:
    """Two people enter each of twelve cards."""
    with begun(tmp_path / "e", double=True) as one:
        acting.draw(one, ADA, {"c1": 12})
        yield one


def filled(held: HeldAudit, path: Path, said: str = "#1", **other: str) -> Path:
    """Fill in a template: `said` of every card, but where `other` has something else of the nth (`n3="#2"`)."""
    asked = template(held)
    rows = [[*row[:2], other.get(f"n{n}", said)] for n, row in enumerate(asked.rows)]
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([asked.columns, *rows])
    return path


def acts(held: HeldAudit, kind: str) -> int:
    return sum(act.act == kind for act in held.acts)


def test_nothing_is_written_down_before_there_is_a_draw(tmp_path: Path) -> None:
    with begun(tmp_path / "e", double=False) as held:
        for early in (lambda: template(held), lambda: enter_table(held, CY, tmp_path / "none.csv")):
            with pytest.raises(UsageError, match="nothing is drawn yet: faircount sample draw"):
                early()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("b, ", "b, 99", "'b, 99.*' was not drawn, so nothing was entered"),
        ("c1", "c9", "a contest is one of"),
        ("#1", "#9", "a choice of"),
    ],
)
def test_a_table_with_a_fault_enters_nothing(
    held: HeldAudit, tmp_path: Path, before: str, after: str, words: str
) -> None:
    path = filled(held, tmp_path / "board.csv")
    start, _, last = path.read_text("utf-8").rstrip("\r\n").rpartition("\n")
    title = held.audit.commitment.subjects[0].contest.title
    spoilt = last.replace(title, "c1").replace(before, after, 1)
    path.write_text(f"{start}\n{spoilt}\n", "utf-8")
    with pytest.raises(FaircountError, match=words):
        enter_table(held, CY, path)
    assert acts(held, "entry") == 0


def test_what_was_entered_otherwise_is_refused_before_the_first_card(held: HeldAudit, tmp_path: Path) -> None:
    first = filled(held, tmp_path / "first.csv")
    other = filled(held, tmp_path / "other.csv", n11="blank")
    assert enter_table(held, CY, first) == Entered(12, 0, ())
    assert enter_table(held, CY, first) == Entered(0, 12, ()), "the same again is said to be the same"
    with pytest.raises(UsageError, match=r"Cy Moor has entered .* otherwise in act \d+, so nothing was entered"):
        enter_table(held, CY, other)
    assert enter_table(held, DI, other).disagree
    with pytest.raises(UsageError, match="two entries that disagree, so nothing was entered"):
        enter_table(held, BO, first)
    assert enter_table(held, CY, first, people=[CY.name, DI.name]) == Entered(1, 11, ()), "one of the two may resolve"
    with pytest.raises(UsageError, match=r"settled otherwise by act \d+, so nothing was entered"):
        enter_table(held, BO, other)


def test_nothing_is_corrected_where_one_card_is_not_settled(held: HeldAudit, tmp_path: Path) -> None:
    whole = filled(held, tmp_path / "whole.csv")
    some = tmp_path / "some.csv"
    some.write_text("\n".join(whole.read_text("utf-8").splitlines()[:6]) + "\n", "utf-8")
    for who in (CY, DI):
        enter_table(held, who, some)
    with pytest.raises(UsageError, match="is not settled, and there is nothing to correct, so nothing was entered"):
        enter_table(held, CY, whole, correct="misread", approved_by=BO.name)
    with pytest.raises(UsageError, match="approved by somebody else, who is named"):
        enter_table(held, CY, some, correct="misread")
    assert acts(held, "correct") == 0


def test_a_correction_that_was_cut_off_is_entered_again_and_not_twice(tmp_path: Path) -> None:
    """What it had corrected stays as it is; a closed round is opened by new corrections alone."""
    with begun(tmp_path / "e", double=False) as held:
        acting.draw(held, ADA, {"c1": 12})
        enter_table(held, CY, filled(held, tmp_path / "board.csv"))
        lines = (tmp_path / "board.csv").read_text("utf-8").replace("#1", "#2").splitlines()
        for name, upto in (("begun.csv", 4), ("whole.csv", 7)):
            (tmp_path / name).write_text("\n".join(lines[:upto]) + "\n", "utf-8")
        again = {"correct": "misread", "approved_by": "bo  lund"}
        assert enter_table(held, CY, tmp_path / "begun.csv", **again) == Entered(3, 0, ())
        assert enter_table(held, CY, tmp_path / "whole.csv", **again) == Entered(3, 3, ())
        acting.close(held, ADA)
        assert enter_table(held, CY, tmp_path / "whole.csv", **again) == Entered(0, 6, ())
        assert (acts(held, "correct"), held.audit.stage) == (6, "closed")
        assert enter_table(held, CY, tmp_path / "begun.csv", correct="looked again", approved_by=BO.name).entered == 3
        assert enter_table(held, DI, tmp_path / "begun.csv", correct="looked again", approved_by=BO.name).entered == 3


def test_one_person_is_one_however_the_name_is_typed(held: HeldAudit, tmp_path: Path) -> None:
    path = filled(held, tmp_path / "board.csv", n2="blank")
    assert enter_table(held, CY, path).entered == 12
    assert enter_table(held, person("cy  MOOR ", "official"), path) == Entered(0, 12, ())
    assert held.audit.entries.settled == {}
    good = filled(held, tmp_path / "good.csv")
    enter_table(held, DI, good)
    enter_table(held, BO, good, people=["Cy Moor", "DI HART", "cy moor"])
    assert held.acts[-1].body["people"] == ["Cy Moor", "Di Hart"], "as the verifiers ask: nobody twice"
    with pytest.raises(UsageError, match="somebody else approves"):
        enter_table(held, CY, good, correct="misread", approved_by="cy moor")
    acting.close(held, ADA)
    held.do("sign-off", ADA, {"words": ""})
    with pytest.raises(UsageError, match="Ada Vale has signed"):
        held.do("sign-off", Person("ada\u00a0vale", "official"), {"words": ""})


def test_dice_by_one_person_in_two_spellings_are_those_of_one(tmp_path: Path) -> None:
    with HeldAudit.create(Workspace.create(tmp_path / "e"), ADA, clock=ticking()) as held:
        acting.commit(held, ADA, Prepared(comparison([("", {"c1": "A"})] * 3), (), ()))
        acting.roll(held, ADA, DIGITS)
        with pytest.raises(UsageError, match="Ada Vale has entered the dice already"):
            acting.roll(held, Person("ADA VALE", "official"), DIGITS)


def test_a_zip_is_written_where_there_is_no_folder_yet(held: HeldAudit, tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "evidence.zip"
    bundling.write(held, target)
    assert target.read_bytes()[:2] == b"PK"
    assert [one.name for one in target.parent.iterdir()] == ["evidence.zip"], "and nothing half written beside it"


def test_settings_are_written_as_verifiers_read_them() -> None:
    asked = [(".1", "0.1"), ("1.", "1"), ("00.50", "0.50")]
    assert [settings_for("kaplan-kolmogorov", [("g", text)]) for text, _ in asked] == [
        (("g", due),) for _, due in asked
    ]
    with pytest.raises(FaircountError, match="at most 30 digits"):
        settings_for("kaplan-kolmogorov", [("g", "0." + "1" * 31)])


def test_a_file_gets_a_name_that_a_bundle_may_hold(held: HeldAudit) -> None:
    names = [
        held.keep(name, b"x")["name"] for name in ("Late Ballots (2).CSV", ".hidden", "Übersee.pdf", "—", "a" * 200)
    ]
    assert names == ["late-ballots-2-.csv", "hidden", "bersee.pdf", "file", "a" * 90]
    held.do("late", ADA, {"files": [held.keep("My File.PDF", b"y")], "what": "late-ballots", "words": "14"})
    assert held.audit.names["my-file.pdf"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [("Ada\n", "row 2: cards are a whole number; found ''"), ("x,1\n", "a choice of"), ("Ada,-3\n", "whole number"),
     ("", "a hand count has rows")],
)  # fmt: skip
def test_a_hand_count_that_cannot_be_read(rows: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "hand.csv").write_text("said,cards\n" + rows, "utf-8")
    with pytest.raises(FaircountError, match=words):
        _counted(Contest("Mayor", (Choice("Ada"), Choice("Bo"))), tmp_path / "hand.csv")


@pytest.mark.parametrize(("cards", "told"), [(40, False), (39, True)])
def test_a_hand_count_says_where_cards_are_missing(cards: int, told: bool, held: HeldAudit, tmp_path: Path) -> None:
    """The cards are all there only if as many were counted as may hold the contest."""
    path = filled(held, tmp_path / "board.csv", "blank")
    for who in (CY, DI):
        enter_table(held, who, path)
    acting.close(held, ADA)
    (tmp_path / "hand.csv").write_text(f"said,cards\n#1,{cards - 10}\n#2,10\n", "utf-8")
    words = enter_hand_count(held, ADA, "c1", tmp_path / "hand.csv")
    assert ("39 cards were counted, and at most 40 hold the contest: NOT the same" in words) == told


def test_a_template_asks_for_contests_that_are_only_measured(tmp_path: Path) -> None:
    """Else no board would ever write down what they say."""
    with HeldAudit.create(Workspace.create(tmp_path / "e"), ADA, clock=ticking()) as held:
        poll = polling({"b": 20}, {"c1": "AAAB" * 5, "c2": "AAAB" * 5}, audited=("c1",))
        acting.commit(held, ADA, Prepared(poll, (), ()))
        acting.witness(held, ADA)
        for who in (ADA, BO):
            acting.roll(held, who, DIGITS)
        acting.draw(held, ADA, {"*": 3})
        assert {row[1] for row in template(held).rows} == {"Office c1", "Office c2"}


def test_a_draw_of_nothing_new_is_refused(held: HeldAudit, tmp_path: Path) -> None:
    """An empty round would hide what the last one decided."""
    for who in (BO, CY):
        enter_table(held, who, filled(held, tmp_path / "board.csv", said="#2"))
    acting.close(held, ADA)
    before = held.log.head().size
    for size, words in ((7, "only grow"), (12, "these sizes draw nothing new: 12 draws are made already")):
        with pytest.raises(UsageError, match=words):
            acting.draw(held, ADA, {"c1": size})
    assert held.log.head().size == before
    acting.draw(held, ADA, {"c1": 13})


@pytest.mark.parametrize("votes", [1, 2])
def test_a_batch_of_several_votes_a_card_comes_with_its_cards(votes: int, tmp_path: Path) -> None:
    """Two votes a card: their sum is no number of cards, and would hide those that nobody counted."""
    made = batches({"x": {"c1": "AAAB"}, "y": {"c1": "AAB"}}, audited=("c1",))
    [one] = made.subjects
    made = replace(made, subjects=(replace(one, contest=replace(one.contest, votes_allowed=votes)),))
    rows = [Row("t.csv, row 2", "x", "Office c1", said, cards) for said, cards in (("#1", "3"), ("#2", "1"))]
    if votes == 1:
        assert _batch(made, rows)["c1"].cards == 4  # type: ignore[union-attr]
    else:
        with pytest.raises(BadInputError, match=r"t.csv, row 2: .*no row 'cards'"):
            _batch(made, rows)
    told = _batch(made, [*rows, Row("t.csv, row 4", "x", "Office c1", "cards", "3")])
    assert told["c1"].cards == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(("bound", "others", "told"), [(None, 5, True), (None, 0, False), (40, 5, False)])
def test_what_only_records_say_of_n_is_not_checked(bound: int | None, others: int, told: bool, tmp_path: Path) -> None:
    made = comparison([("", {"c1": way}) for way in "AAAB" * 10] + [("", {"c2": "A"})] * others)
    cards = None if bound is None else CardCount(bound)
    kept = tuple(replace(one, contest=replace(one.contest, cards_bound=cards)) for one in made.subjects)
    said = unbounded(replace(made, subjects=kept))
    assert len(said) == told and ("Office c1 (40)" in "".join(said)) == told
