"""Colorado's comparison of audited cards: rows of one card stand apart and come together, in flat memory."""

import random
from pathlib import Path

import pytest

from faircount.read.audits import colorado_comparison
from read.growing import everything, made
from read.held_memory import growth, small_pieces
from read.reading import read_all

HEAD = (
    "county_name,contest_name,imprinted_id,ballot_type,choice_per_voting_computer,audit_board_selection,consensus,"
    "record_type,cvr_id\n"
)


def row(contest: str, printed: str, choice: str, record: int) -> str:
    return f'L,{contest},{printed},A,"""{choice}""","""{choice}""",YES,uploaded,{record}\n'


def test_copies_of_a_card_take_the_rows_in_their_order(tmp_path: Path) -> None:
    """Three records of one number: the second rows of both contests are one card, the third is alone."""
    rows = [
        row("Clerk", "1-1-1", "Ada", 1), row("Clerk", "1-1-1", "Bo", 2), row("Mayor", "1-1-1", "Cy", 1),
        row("Clerk", "1-1-2", "Ada", 4), row("Mayor", "1-1-1", "Di", 2), row("Clerk", "1-1-1", "Ada", 3),
    ]  # fmt: skip
    path = tmp_path / "c.csv"
    path.write_text(HEAD + "".join(rows), "utf-8")
    found = read_all(colorado_comparison.READER, path)
    ways = {p["pattern"]: (p["contest"], p["marks"][0]["choice"]) for p in found["patterns"]}
    held: dict[int, list[tuple[str, str]]] = {card["card"]: [] for card in found["cards"]}
    for vote in found["votes"]:
        held[vote["card"]].append(ways[vote["pattern"]])
    assert [(c["imprinted_id"], c["record"], held[c["card"]]) for c in found["cards"]] == [
        ("1-1-1", 2, [("Clerk", "Ada"), ("Mayor", "Cy")]), ("1-1-1", 3, [("Clerk", "Bo"), ("Mayor", "Di")]),
        ("1-1-1", 7, [("Clerk", "Ada")]), ("1-1-2", 5, [("Clerk", "Ada")]),
    ]  # fmt: skip


def test_what_waits_in_a_file_is_what_waits_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(f"Office {n % 7}", f"1-{n % 90}-{n % 300}", "Ada", n) for n in range(3_000)]
    random.Random(1).shuffle(rows)
    path = tmp_path / "c.csv"
    path.write_text(HEAD + "".join(rows), "utf-8")

    def bare() -> dict[str, list[object]]:
        tables = read_all(colorado_comparison.READER, path)
        ways = {p["pattern"]: (p["contest"], str(p["marks"])) for p in tables["patterns"]}
        for name in ("votes", "superseded"):  # every batch numbers its own patterns
            tables[name] = [{"card": r["card"], "way": ways[r["pattern"]]} for r in tables[name]]
        return {name: list(found) for name, found in tables.items() if name != "patterns"}

    whole = bare()
    small_pieces(monkeypatch)
    assert len(whole["votes"]) == 3_000 and bare() == whole


@pytest.mark.slow
def test_neither_rows_nor_cards_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_pieces(monkeypatch)
    assert growth(colorado_comparison.READER, "colorado-comparison", tmp_path, 300_000, 900_000) < 0.3
    assert not everything()["colorado-comparison"].holds


def test_every_row_of_a_made_up_comparison_is_a_vote(tmp_path: Path) -> None:
    export = made(everything()["colorado-comparison"], tmp_path / "export", 60_000)
    assert len(read_all(colorado_comparison.READER, export.path)["votes"]) == export.records
