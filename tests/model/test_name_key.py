"""One definition of "the same name", in Python and in SQL: whoever asks either gets the same answer."""

import sys
import unicodedata
from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from faircount.model import name_key
from faircount.model.names import FOLDED
from faircount.store.engine import NAME_KEY


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    database = duckdb.connect()
    database.execute(NAME_KEY)
    yield database
    database.close()


def in_sql(database: duckdb.DuckDBPyConnection, names: list[str]) -> list[str]:
    database.register("asked", pa.table({"n": range(len(names)), "name": pa.array(names, pa.string())}))
    rows = database.execute("select name_key(name) from asked order by n").fetchall()
    database.unregister("asked")
    return [key for (key,) in rows]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("  José  NÚÑEZ-Pérez ", "jose nunez perez"),
        ("O’Brien, Seán (Jr.)", "o brien sean jr"),
        ("Weiß", "weiss"),
        ("WEISS", "weiss"),
        ("WEIẞ", "weiss"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
        ("Οδυσσεύς", "οδυσσευσ"),
        ("İstanbul", "istanbul"),
        ("ISPARTA", "isparta"),
        ("ısparta", "isparta"),
        ("ﬁnal ﬂight", "final flight"),
        ("Precinct №３", "precinct no3"),
        ("ＡＢｃ", "abc"),
        ("Nº 5", "no 5"),
        ("Йод", "иод"),
        ("مُحَمَّد", "محمد"),
        ("林美玲", "林美玲"),
        ("한글", "한글"),
        ("한글", "한글"),
        ("𐐀𐐨", "𐐨𐐨"),
        ("snake_case", "snake case"),
        ("No. 007", "no 007"),
        ("+", "+"),
        (" - ", "-"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_the_key_of_a_name(database: duckdb.DuckDBPyConnection, name: str, key: str) -> None:
    assert name_key(name) == key
    assert in_sql(database, [name]) == [key]


def test_names_that_differ_keep_different_keys() -> None:
    names = ["Ana", "Anna", "Ann", "Yes", "No", "1", "10", "+", "-", "Øst", "Ost", "Łódź", "Đorđe", "Æthel"]
    assert len({name_key(name) for name in names}) == len(names)


def is_known(char: str) -> bool:
    """Say whether this Python's Unicode tables have the character: younger ones are beyond the promise."""
    return unicodedata.category(char) not in ("Cn", "Cs")


def test_every_known_character_has_one_key(database: duckdb.DuckDBPyConnection) -> None:
    points = [chr(point) for point in range(sys.maxunicode + 1) if is_known(chr(point))]
    names = [f"x{char}y" for char in points] + [f"{char} " for char in FOLDED]
    assert len(names) > 250_000
    different = [(n, name_key(n), k) for n, k in zip(names, in_sql(database, names), strict=True) if name_key(n) != k]
    assert different == []


SCRIPTS = [
    (0x20, 0x7E),  # ASCII
    (0xA0, 0x24F),  # Latin with accents
    (0x300, 0x36F),  # combining accents
    (0x370, 0x3FF),  # Greek
    (0x400, 0x52F),  # Cyrillic
    (0x591, 0x6FF),  # Hebrew, Arabic
    (0x900, 0x97F),  # Devanagari
    (0xE00, 0xE7F),  # Thai
    (0x1100, 0x11FF),  # Hangul jamo
    (0x1E00, 0x1FFF),  # Latin and Greek, more
    (0x2000, 0x206F),  # punctuation and invisible
    (0x2160, 0x218F),  # Roman numerals
    (0x3000, 0x30FF),  # Japanese
    (0x4E00, 0x9FFF),  # CJK
    (0xAC00, 0xD7A3),  # Hangul
    (0xFB00, 0xFB4F),  # ligatures
    (0xFE50, 0xFFEF),  # half and full width
    (0x10400, 0x1044F),  # Deseret, beyond the first plane and with case
    (0x1D400, 0x1D4FF),  # mathematical letters
]
letters = st.one_of([st.characters(min_codepoint=a, max_codepoint=b) for a, b in SCRIPTS]).filter(is_known)
names = st.text(st.one_of(st.sampled_from(sorted(FOLDED)), st.sampled_from("İIiıΣσςẞſ _-'.\t\n\x00"), letters))


@settings(max_examples=40)
@given(st.lists(names, min_size=40, max_size=50))
@example(
    ["Σ", "ΑΣ", "ΑΣ Β", "Α\u0345ΣΑ", "I\u0307", "\u0301", "e\u0301\u0300", "\u1100\u1161\u11a8", "\u0958", "\xa0+\xa0"]
)
def test_python_and_sql_agree_on_names_of_any_script(database: duckdb.DuckDBPyConnection, found: list[str]) -> None:
    assert in_sql(database, found) == [name_key(name) for name in found]


@given(names)
def test_a_key_is_its_own_key_and_knows_no_case(name: str) -> None:
    key = name_key(name)
    assert name_key(key) == key
    assert name_key(unicodedata.normalize("NFC", name)) == name_key(unicodedata.normalize("NFD", name))
