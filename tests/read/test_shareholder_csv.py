"""Shareholders' instructions: the last one counts, the earlier ones are kept, shares are exact."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from faircount.read.export import Export
from faircount.read.plain import shareholder_csv
from faircount.read.syntax import in_order
from read.reading import FIXTURES, facts, read_all

HEAD = "account,shares,proposal,choice,source,received\n"


def tables_of(folder: Path, rows: str, head: str = HEAD) -> dict[str, list[dict[str, Any]]]:
    path = folder / "votes.csv"
    path.write_text(head + rows, "utf-8")
    return read_all(shareholder_csv.READER, path)


def tally(tables: dict[str, list[dict[str, Any]]], table: str = "votes") -> dict[tuple[str, str], Decimal]:
    """Proposal and choice (conditions for none) → weight."""
    ways = {
        p["pattern"]: (p["contest"], p["marks"][0]["choice"] if p["marks"] else ",".join(p["conditions"]))
        for p in tables["patterns"]
    }
    weights = {card["card"]: card["weight"] for card in tables["cards"]}
    found: dict[tuple[str, str], Decimal] = {}
    for vote in tables[table]:
        way = ways[vote["pattern"]]
        found[way] = found.get(way, Decimal(0)) + weights[vote["card"]]
    return found


def test_weights_of_the_fixture() -> None:
    tables = read_all(shareholder_csv.READER, FIXTURES / "shareholder-csv" / "export")
    one, two = "1. Elect Ada Lark", "2. Ratify the auditor"
    assert tally(tables) == {
        (one, "FOR"): Decimal("160.5"), (one, "WITHHOLD"): 10_000, (one, "broker-non-vote"): 40, (one, ""): 7,
        (two, "FOR"): Decimal("140.5"), (two, "ABSTAIN"): 10_000, ("3. Frequency", "1 Year"): 7,
    }  # fmt: skip
    assert tally(tables, "superseded") == {(two, "AGAINST"): Decimal("100.5")}
    assert [card["ballot"] for card in tables["cards"]] == [0, 0, 1, 2, 2, 3], "an account is one ballot"
    assert facts(tables, "over_voted") == ["A-5: 7 shares instructed, 5 held"]


def test_the_last_received_counts_in_any_order_of_rows(tmp_path: Path) -> None:
    rows = [
        "A,10,P,For,proxy,2031-05-01T09:00:00+02:00\n", "A,10,P,Against,proxy,2031-05-01T08:00:00Z\n",
        "A,10,P,Abstain,proxy,2031-04-30T23:00:00Z\n", "B,5,P,For,,\n",
    ]  # fmt: skip
    for order in (rows, rows[::-1]):
        tables = tables_of(tmp_path, "".join(order))
        assert tally(tables) == {("P", "AGAINST"): 10, ("P", "FOR"): 5}
        assert [row["version"].split(" · ")[0] for row in tables["superseded"]] == [
            "received 2031-04-30T23:00:00Z", "received 2031-05-01T09:00:00+02:00",
        ]  # fmt: skip
        assert tables["rejected"] == []


REVOKED = "A,10,P,Against,proxy,2031-05-01\nA,10,P,Revoked,proxy,2031-05-02\n"


def test_a_revoked_proxy_leaves_no_card_and_is_kept(tmp_path: Path) -> None:
    """A proxy is irrevocable only where it says so (8 Delaware Code § 212(e)); one taken back is no vote against."""
    for word in ("Revoked", "REVOKE", " revoked "):
        tables = tables_of(tmp_path, REVOKED.replace("Revoked", word) + "A,10,Q,For,proxy,2031-05-01\n")
        assert tally(tables) == {("Q", "FOR"): 10}
        assert [c["choice"] for c in tables["choices"]] == ["AGAINST", "FOR"], "what was taken back was a choice"
        told = facts(tables, "revoked")
        assert [row.split(": ")[:2] for row in told] == [
            ["A on 'P'", "votes.csv, row 2"],
            ["A on 'P'", "votes.csv, row 3"],
        ]
        assert "Against" in told[0] and "2031-05-02" in told[1]
        assert facts(tables, "note")[0].startswith("2 rows left out: an instruction was revoked")


def test_who_revokes_and_instructs_again_has_the_last_instruction(tmp_path: Path) -> None:
    tables = tables_of(tmp_path, REVOKED + "A,10,P,For,in person,2031-05-03\n")
    assert tally(tables) == {("P", "FOR"): 10}
    assert tally(tables, "superseded") == {("P", "AGAINST"): 10, ("P", "revoked"): 10}
    assert facts(tables, "revoked") == []


def test_when_a_proxy_was_revoked_must_be_known(tmp_path: Path) -> None:
    tables = tables_of(tmp_path, "A,10,P,For,,2031-05-01\nA,10,P,Revoked,,2031-05-01\n")
    assert "cards" not in tables or not tables["cards"]
    assert len(tables["rejected"]) == 2


def test_choices_that_elect_nobody_say_so(tmp_path: Path) -> None:
    tables = tables_of(tmp_path, "A,1,P,Ada,,\nB,1,P,Withheld,,\nC,1,P,Abstain,,\n")
    assert [(c["choice"], c["kind"]) for c in tables["choices"]] == [
        ("WITHHOLD", "withhold"), ("ABSTAIN", "abstain"), ("Ada", "regular"),
    ]  # fmt: skip


def test_a_later_file_of_an_export_supersedes_an_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(HEAD + "A,10,P,For,,2031-05-01\n", "utf-8")
    (tmp_path / "a.csv").write_text(HEAD + "A,10,P,Against,,2031-05-02\n", "utf-8")
    tables = read_all(shareholder_csv.READER, tmp_path)
    assert tally(tables) == {("P", "AGAINST"): 10} and tally(tables, "superseded") == {("P", "FOR"): 10}
    assert [card["file"] for card in tables["cards"]] == [0]


@pytest.mark.parametrize(
    "rows",
    [
        "A,10,P,For,,\nA,10,P,Against,,\n",
        "A,10,P,For,,2031-05-01\nA,10,P,Against,,2031-05-01\n",
        "A,10,P,For,,2031-05-01\nA,10,P,Against,,2031-05-01T10:00:00\n",
        "A,10,P,For,,2031-05-01T10:00:00Z\nA,10,P,Against,,2031-05-01T10:00:00\n",
        "A,10,P,For,,2031-05-01T10:00:00Z\nA,10,P,Against,,\n",
    ],
    ids=["no time", "one time", "day and hour", "zone and none", "one without"],
)
def test_where_the_last_is_not_known_none_counts(rows: str, tmp_path: Path) -> None:
    tables = tables_of(tmp_path, rows)
    assert tables["cards"] == [] and [row["row"] for row in tables["rejected"]] == [2, 3]


@pytest.mark.parametrize(
    ("row", "column"),
    [("A,1.0000001,P,For,,", "shares"), ("A,-5,P,For,,", "shares"), ("A,1e3,P,For,,", "shares"),
     ("A,,P,For,,", "shares"),
     ("A,9999999999999,P,For,,", "shares"), (",5,P,For,,", "account"), ("A,5,,For,,", "proposal"),
     ("A,5,P,For,,tomorrow", "received"), ("A,5,P,For,,2031-02-30", "received"), ("A,٣,P,For,,", "shares")],
)  # fmt: skip
def test_a_row_that_breaks_the_form_is_kept(row: str, column: str, tmp_path: Path) -> None:
    tables = tables_of(tmp_path, row + "\nB,5.25,P,For,,\n")
    assert [(r["row"], r["column"]) for r in tables["rejected"]] == [(2, column)]
    assert tally(tables) == {("P", "FOR"): Decimal("5.25")}


def test_votes_per_share_are_exact_or_refused(tmp_path: Path) -> None:
    head = "account,shares,votes_per_share,proposal,choice\n"
    tables = tables_of(tmp_path, "A,0.1,10,P,For\nB,0.333333,0.5,P,For\nC,999999999999,10,P,For\n", head)
    assert tally(tables) == {("P", "FOR"): 1}
    assert [row["row"] for row in tables["rejected"]] == [3, 4]


def test_two_lots_of_an_account_both_count(tmp_path: Path) -> None:
    head = "account,lot,shares,proposal,choice\n"
    tables = tables_of(tmp_path, "A,x,60,P,For\nA,y,40,P,Against\n", head)
    assert tally(tables) == {("P", "FOR"): 60, ("P", "AGAINST"): 40}
    assert {card["imprinted_id"] for card in tables["cards"]} == {"A · x", "A · y"}


def test_further_columns_are_another_format(tmp_path: Path) -> None:
    for head in ("account,shares,proposal,choice,mood\n", "account,shares\n"):
        path = tmp_path / "x.csv"
        path.write_text(head + "A,1,P,For,good\n", "utf-8")
        assert shareholder_csv.READER.recognise(Export(path)) is None


def test_an_account_is_not_torn_between_slices(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    rows = "".join(f"A{n},x,1,P,For\nA{n},y,2,P,Against\n" for n in range(15_000))
    path.write_text("account,lot,shares,proposal,choice\n" + rows, "utf-8")
    export = Export(path)
    slices = [b.table("cards") for b in shareholder_csv.READER.read(export, shareholder_csv.READER.plan(export)[0])]
    held = [table.column("ballot").to_pylist() for table in slices if table.num_rows]
    assert [len(ballots) for ballots in held] == [20_000, 10_000]
    assert all(ballots == [n // 2 for n in range(len(ballots))] for ballots in held)


def test_rows_of_an_account_may_stand_anywhere_on_disk_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = [f"A{n * 37 % 100}" for n in range(100)]
    days = (1, 3, 2)
    rows = "".join(f"{account},5,P,For,day {day},2031-05-0{day}\n" for day in days for account in accounts)
    (tmp_path / "positions.csv").write_text("account,shares\n" + "".join(f"A{n},{n}\n" for n in range(100)), "utf-8")
    (tmp_path / "votes.csv").write_text(HEAD + rows, "utf-8")
    held = read_all(shareholder_csv.READER, tmp_path)
    assert [card["imprinted_id"] for card in held["cards"]] == accounts, "by their first instruction"
    assert {card["counting_group"] for card in held["cards"]} == {"day 3"} and len(held["superseded"]) == 200
    assert facts(held, "over_voted") == [f"A{n}: 5 shares instructed, {n} held" for n in range(5)]
    monkeypatch.setattr(in_order, "BYTES_IN_MEMORY", 2_000)
    assert read_all(shareholder_csv.READER, tmp_path) == held
