"""What leaves as a file and is read again is what the tables hold; a spreadsheet runs nothing of it."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from cli.running import Here
from python_calamine import CalamineWorkbook

from faircount.app import exporting
from faircount.app.exporting import as_csv, as_markdown, exportable, plain_value
from faircount.app.opened import Opened
from faircount.model import Answer
from faircount.read.syntax.csv_rows import plain_cell
from faircount.write.cells import restored

FORMULAS = ["=1+1", "+SUM(A1)", "-2+3", "@x", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0"]
FIELDS = ("cards", "votes", "patterns", "sources", "recounted", "rejected")


@pytest.fixture(scope="module")
def opened(town: Path) -> Opened:
    opened = Opened(town)
    _ = opened.interpreted
    return opened


def truth(opened: Opened, table: str) -> list[dict[str, Any]]:
    answer = opened.engine.ask(f"select * from {table} order by all")
    return [dict(zip(answer.columns, map(plain_value, row), strict=True)) for row in answer.rows]


def as_text(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)


def read_again(path: Path) -> list[dict[str, Any]]:
    match path.suffix:
        case ".csv":
            return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))
        case ".json":
            return list(json.loads(path.read_text("utf-8")))
        case ".ndjson":
            return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        case ".parquet":
            return [{k: plain_value(v) for k, v in row.items()} for row in pq.read_table(path).to_pylist()]
    head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


@pytest.mark.parametrize("form", ["csv", "json", "ndjson", "parquet", "xlsx"])
def test_a_table_that_is_read_again_is_the_table(
    here: Here, town: Path, tmp_path: Path, opened: Opened, form: str
) -> None:
    done = here("-w", town, "export", *FIELDS, "--to", tmp_path / "out", "--as", form, "--json")
    assert done.code == 0
    assert {row["table"]: row["rows"] for row in done.document} == {name: len(truth(opened, name)) for name in FIELDS}
    for table in FIELDS:
        found, expected = read_again(tmp_path / "out" / f"{table}.{form}"), truth(opened, table)
        if form in ("csv", "xlsx"):
            found = [{k: as_text(int(v) if isinstance(v, float) else v) for k, v in row.items()} for row in found]
            expected = [{k: as_text(v) for k, v in row.items()} for row in expected]
        assert found == expected


def test_all_tables_are_written_where_none_is_named(here: Here, town: Path, tmp_path: Path) -> None:
    assert here("-w", town, "export", "--to", tmp_path / "out", "--as", "md").code == 0
    assert sorted(p.stem for p in (tmp_path / "out").iterdir()) == sorted(exportable())


@pytest.mark.parametrize("suffix", ["csv", "json", "ndjson", "md", "parquet", "xlsx", "XLSX", "Parquet"])
def test_an_answer_goes_to_the_file_that_was_named(here: Here, town: Path, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"votes [a] it's.{suffix}"
    question = (
        "select contest, sum(count)::bigint as votes from recounted where measure = 'votes' group by 1 order by 1"
    )
    done = here("-w", town, "sql", question, "-o", target)
    assert (done.code, done.out) == (0, "")
    assert target.stat().st_size > 100
    if suffix != "md":
        found = read_again(target.rename(target.with_suffix(f".{suffix.lower()}")))
        shown = here("-w", town, "sql", "--json", question).document
        assert [(r["contest"], int(r["votes"])) for r in found] == [(r["contest"], r["votes"]) for r in shown]


@pytest.mark.parametrize("text", ['a"b', "a,b", "a\nb", "a\rb", "a\r\nb,c", '"', "", " a ", "Ada\rMayor,Bo,999"])
def test_no_text_begins_a_row_of_its_own_in_csv(text: str) -> None:
    for row in ((text,), (text, text), (1, text)):
        answer = Answer(tuple(f"c{at}" for at in range(len(row))), (row, row))
        found = list(csv.reader(io.StringIO(as_csv(answer), newline="")))
        assert found == [list(answer.columns), *[[str(cell) for cell in row]] * 2]


# ---- spreadsheets ----------------------------------------------------------
@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_looks_like_a_formula_is_text_in_csv(text: str) -> None:
    head, row = csv.reader(io.StringIO(as_csv(Answer((text,), ((text,),))), newline=""))
    assert head == row == [f'="{text}"']
    assert restored(row[0]) == text and plain_cell(row[0]) == text.strip()


@pytest.mark.parametrize("value", [-5, -5.25, "+3", "Ada", "", " =x", "a=b", "林", "-1e3"])
def test_numbers_and_names_stay_as_they_are(value: Any) -> None:
    assert list(csv.reader([as_csv(Answer(("a",), ((value,),))).splitlines()[1]])) == [[str(value)]]


def test_text_that_looks_like_a_formula_is_text_in_a_workbook(here: Here, small: Path, tmp_path: Path) -> None:
    assert here("-w", small, "export", "patterns", "--to", tmp_path, "--as", "xlsx").code == 0
    question = "select marks[1].choice as \"=x\", 'https://example.org' as link from patterns where contest = 'Sums'"
    assert here("-w", small, "sql", question, "-o", tmp_path / "sums.xlsx").code == 0
    assert {row["=x"] for row in read_again(tmp_path / "sums.xlsx")} == {"+1+1", '@x, "y"', "-2+3"}
    for name in ("patterns.xlsx", "sums.xlsx"):
        with zipfile.ZipFile(tmp_path / name) as book:
            sheet = book.read("xl/worksheets/sheet1.xml")
            assert b"<f>" not in sheet and b"hyperlink" not in sheet
    assert here("-w", small, "sql", question, "-o", tmp_path / "sums.csv").code == 0
    names = {row['="=x"'] for row in read_again(tmp_path / "sums.csv")}
    assert names == {'="+1+1"', '="@x, ""y"""', '="-2+3"'}
    assert {restored(name) for name in names} == {"+1+1", '@x, "y"', "-2+3"}


def test_what_a_worksheet_cannot_hold_is_refused_and_not_cut(
    here: Here, town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = here("-w", town, "sql", "select repeat('x', 32768) as text", "-o", tmp_path / "long.xlsx")
    assert (long.code, "choose csv" in long.err) == (2, True)
    assert here("-w", town, "sql", "select repeat('x', 32767) as text", "-o", tmp_path / "fits.xlsx").code == 0
    assert len(read_again(tmp_path / "fits.xlsx")[0]["text"]) == 32767
    monkeypatch.setattr(exporting, "SHEET_ROWS", 5)
    many = here("-w", town, "sql", "from range(6)", "-o", tmp_path / "many.xlsx")
    assert many.code == 2 and "has 6 rows and a worksheet holds 5" in many.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["fits.xlsx"]


def test_large_ids_keep_all_their_digits_in_a_workbook(here: Here, town: Path, tmp_path: Path) -> None:
    question = "select 9007199254740993 as odd, 9007199254740991 as most, 12345678901234567890123::hugeint as huge"
    assert here("-w", town, "sql", question, "-o", tmp_path / "ids.xlsx").code == 0
    [row] = read_again(tmp_path / "ids.xlsx")
    assert row == {"odd": "9007199254740993", "most": 9007199254740991.0, "huge": "12345678901234567890123"}


@pytest.mark.parametrize("name", ["history", "a" * 40, "'quoted'", "a[b]:c*", "..."])
def test_any_file_name_makes_a_workbook(here: Here, town: Path, tmp_path: Path, name: str) -> None:
    assert here("-w", town, "sql", "select 1 as a", "-o", tmp_path / f"{name}.xlsx").code == 0
    assert read_again(tmp_path / f"{name}.xlsx") == [{"a": 1.0}]


def test_a_cell_of_markdown_stays_in_its_cell() -> None:
    text = as_markdown(Answer(("a|b", "c"), (("x | y\\", "one\r\ntwo"), (None, 5))))
    assert text == "| a\\|b | c |\n| --- | --- |\n| x \\| y\\\\ | one two |\n|  | 5 |\n"
