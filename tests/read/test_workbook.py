"""Excel workbooks: the same cells as a library reads, and a refusal where that library would end the process."""

import datetime
import io
import zipfile
from pathlib import Path

import pytest
from elections.shared import DATA
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook as Written

from faircount.model import BadInputError
from faircount.read.export import Export
from faircount.read.syntax.workbook import head_of_sheet, open_workbook

REAL = sorted(DATA.rglob("*.xlsx")) if DATA.is_dir() else []


def ours(path: Path, sheet: int = 0) -> list[list[str]]:
    export = Export(path)
    return [cells for _, cells in open_workbook(export, export.names[0]).rows(sheet)]


def theirs(path: Path, sheet: int = 0) -> list[list[str]]:
    def text(cell: object) -> str:
        return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)

    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(sheet).to_python(skip_empty_area=False)
    return [[text(cell) for cell in row] for row in rows]


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Without empty cells at the end of rows, nor empty rows at the end: who leaves them out says the same."""
    bare = [row[: max((n for n, cell in enumerate(row, 1) if cell), default=0)] for row in rows]
    while bare and not bare[-1]:
        bare.pop()
    return bare


@pytest.mark.skipif(not REAL, reason="real election data is not here")
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_workbooks_are_read_as_a_library_reads_them(path: Path) -> None:
    for sheet in range(min(3, len(CalamineWorkbook.from_path(str(path)).sheet_names))):
        assert trimmed(ours(path, sheet)) == trimmed(theirs(path, sheet))


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "made.xlsx"
    with Written(path) as book:
        sheet = book.add_worksheet("Größe & <Wahl>")
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["Name", "Votes", "Share", "Day", "Seen", "Sum"])
        sheet.write_row(1, 0, ["Ada Öl\nB", 99813, 0.1])
        sheet.write_datetime(1, 3, datetime.date(2026, 11, 3), date)
        sheet.write_boolean(1, 4, True)
        sheet.write_formula(1, 5, "=B2+1", value=99814)
        sheet.write_formula(2, 5, "=B3+1", value="")
        sheet.write_string(4, 2, "_x000D_=1+1")
        sheet.write_rich_string(5, 0, "plain ", book.add_format({"bold": True}), "bold", " plain")
        sheet.write_number(5, 1, 12345678901234)
        book.add_worksheet("second").write(0, 0, "x")
    return path


def test_every_kind_of_cell(made: Path) -> None:
    rows = ours(made)
    assert rows[1] == ["Ada Öl\nB", "99813", "0.1", "2026-11-03", "TRUE", "99814"]
    assert rows[3] == [] and rows[4] == ["", "", "_x000D_=1+1"]
    assert rows[5] == ["plain bold plain", "12345678901234"]
    export = Export(made)
    book = open_workbook(export, export.names[0])
    assert book.sheets == ("Größe & <Wahl>", "second") and sum(book.formulas.values()) == 2
    assert book.size == made.stat().st_size
    assert head_of_sheet(export, "made.xlsx") == rows


def rewritten(path: Path, part: str, change: "tuple[bytes, bytes]") -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert change[0] in parts[part]
    parts[part] = parts[part].replace(*change, 1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    path.write_bytes(out.getvalue())
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((b'r="B2"', b'r="B999999999"'), "a cell's address"),
        ((b'r="B2"', b'r="XFE2"'), "a cell's address"),
        ((b'r="B2"', b'r="A2"'), "cells stand in order"),
        ((b'<row r="5"', b'<row r="999999999"'), "numbered upwards"),
        ((b'<row r="5"', b'<row r="1"'), "numbered upwards"),
        ((b'<row r="5"', b'<row r="-5"'), "numbered upwards"),
        ((b"<v>0</v>", b"<v>77777</v>"), "shared texts"),
        ((b"<sheetData>", b"<sheetDate>"), "well-formed"),
        ((b"<?xml", b"<!DOCTYPE x><?xml"), "document type"),
    ],
)
def test_a_sheet_that_lies_is_refused(made: Path, change: "tuple[bytes, bytes]", said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        ours(rewritten(made, "xl/worksheets/sheet1.xml", change))


def test_links_to_other_files_are_not_followed(made: Path) -> None:
    change = (b'Target="worksheets/sheet1.xml"', b'TargetMode="External" Target="file:///etc/passwd"')
    assert ours(rewritten(made, "xl/_rels/workbook.xml.rels", change)) == [["x"]]
