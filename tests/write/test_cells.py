"""Text that leaves in a cell comes back as it was, and no spreadsheet runs it."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from write.elections import Question, made
from write.rereading import written

from faircount.app.recounting import recount
from faircount.model import TABLES
from faircount.read.syntax.csv_rows import plain_cell
from faircount.write.cells import csv_row, file_name, harmless, one_line, restored, visible
from faircount.write.dictionary import MEANINGS, as_json, as_markdown, dictionary, type_in_words
from faircount.write.workbook import SHEET_ROWS

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(TEXT, min_size=1))
@example(["=1+1", '="x"', '=cmd|" /C calc"!A0', "-2+3", "-5", "@a", "\rb", '"', ""])
def test_a_row_comes_back(cells: list[str]) -> None:
    [row] = csv.reader(io.StringIO(csv_row(cells), newline=""))
    assert [restored(cell) for cell in row] == cells
    for cell, text in zip(row, cells, strict=True):
        if text.startswith(FORMULAS) and text != harmless(text):
            assert cell.startswith('="') and cell.endswith('"') and restored(cell) == text
            assert '"' not in cell[2:-1].replace('""', ""), "nothing gets out of the quotes"


@pytest.mark.parametrize("sign", FORMULAS)
def test_whatever_begins_a_formula_is_wrapped(sign: str) -> None:
    assert harmless(f"{sign}cmd") == f'="{sign}cmd"'
    assert csv_row([f"{sign}A1", "x"]).startswith('"=""')


@given(TEXT)
@example("=1+1")
@example('=A1&"x"')
def test_our_readers_take_the_wrapping_off(text: str) -> None:
    text = one_line(text)
    if not (text.startswith('="') and text.endswith('"')):
        assert plain_cell(harmless(text)) == text


@pytest.mark.parametrize("number", ["-5", "+3", "-1.5", "1e5"])
def test_a_number_keeps_its_sign(number: str) -> None:
    assert harmless(number) == number


def test_what_cannot_be_seen_is_spelt_out() -> None:
    assert visible("a\u202eb\x07⟦") == "a⟦U+202E⟧b⟦U+0007⟧⟦U+27E6⟧"
    assert visible("Ünal 林") == "Ünal 林"


def test_file_names_are_plain() -> None:
    from faircount.model import Contest

    assert file_name(3, Contest("Bürgermeister/../\u202e: 林", ()), "blt") == "003-burgermeister.blt"
    assert file_name(12, Contest("林", ()), "soi") == "012.soi"


def test_the_dictionary_explains_every_column_and_no_other() -> None:
    assert {name: set(columns) for name, (_, columns) in MEANINGS.items()} == {
        name: set(schema.names) for name, schema in TABLES.items()
    }
    assert all(meaning and all(columns.values()) for meaning, columns in MEANINGS.values())
    for name, schema in TABLES.items():
        for field in schema:
            assert "<" not in type_in_words(field.type), f"{name}.{field.name}: a type that no person would say"
            assert f"| `{field.name}` |" in as_markdown({name: 1})
    assert '"table": "cards"' in as_json()
    assert len(dictionary()["tables"]) == len(TABLES)  # type: ignore[arg-type]


NAMES = ("=1+1", "@x", "Ada \u202etxet", 'Q "u"', "bell \x07")


def test_a_workbook_holds_the_count_and_no_formula(tmp_path: Path) -> None:
    election = made(
        tmp_path / "e", 2, asked=(Question("=Sum", NAMES[:3], votes_allowed=2), Question("Rank", NAMES, ranks=3))
    )
    written(election, "xlsx", tmp_path / "results.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "results.xlsx"))
    assert book.sheet_names == ["About", "Contests", "Choices", "By unit", "Reported"]
    choices = book.get_sheet_by_name("Choices").to_python()[1:]
    counted = [
        (result.contest.title, visible(choice.name), float(votes))
        for result in recount(election)[0]
        for choice, votes in zip(result.contest.choices, result.transcript.rounds[0].votes, strict=True)
    ]
    assert [(row[0], row[1], row[4]) for row in choices] == counted
    units = book.get_sheet_by_name("By unit").to_python()[1:]
    for title, name, votes in counted:
        assert sum(r[6] for r in units if r[0] == title and r[2] == name and r[1] == "votes") == votes
    contests = {row[0]: row for row in book.get_sheet_by_name("Contests").to_python()[1:]}
    for result in recount(election)[0]:
        first = result.transcript.rounds[0]
        rest = dict(first.inactive)
        assert contests[result.contest.title][5:9] == [
            result.cards, sum(first.votes), rest.get("undervote", 0), rest.get("overvote", 0)
        ]  # fmt: skip
    import zipfile

    with zipfile.ZipFile(tmp_path / "results.xlsx") as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/" in name]
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def test_rows_beyond_a_sheet_go_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from faircount.write import workbook

    assert SHEET_ROWS == 2**20 - 1
    monkeypatch.setattr(workbook, "SHEET_ROWS", 5)
    election = made(tmp_path / "e", 2)
    written(election, "xlsx", tmp_path / "results.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "results.xlsx"))
    parts = [name for name in book.sheet_names if name.startswith("By unit")]
    rows = [row for name in parts for row in book.get_sheet_by_name(name).to_python()[1:]]
    _ = election.interpreted
    assert len(parts) > 2 and len(rows) == election.engine.ask("select count(*) from recounted").rows[0][0]
