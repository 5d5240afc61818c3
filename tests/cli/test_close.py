"""recount --close: how few cards would have to be different."""

from pathlib import Path

from cli.running import Here


def test_every_contest_of_a_town(here: Here, town: Path) -> None:
    rows = here("-w", town, "recount", "--close", "--json").document
    contests = here("-w", town, "recount", "--json").document["contests"]
    assert {row["contest"] for row in rows} <= {one["contest"] for one in contests} and rows
    for row in rows:
        assert row["at least"] is None or row["at most"] is None or row["at least"] <= row["at most"]
        assert row["how"].endswith(".")


def test_a_tie_needs_no_card(here: Here, small: Path) -> None:
    (row,) = here("-w", small, "recount", "Tie", "--close", "--json").document
    assert (row["at least"], row["at most"], row["exact"], row["example"]) == (0, 0, True, "")


def test_an_example_says_what_cards_would_say(here: Here, town: Path) -> None:
    (row,) = here("-w", town, "recount", "Mayor", "--close", "--json").document
    assert "→" in row["example"] and row["unit"] == "cards" and row["at most"] >= 1
