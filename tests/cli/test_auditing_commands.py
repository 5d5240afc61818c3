"""An audit by the commands that people type: from the plan to the signed log, with its mistakes."""

import csv
from pathlib import Path

import pytest
from cli.running import Here

from faircount.app.auditing.entering import in_words
from faircount.app.auditing.held import opened_audit

DICE = "31415926535897932384"


def fill(root: Path, table: Path) -> None:
    """Fill in a board's table as the records have it."""
    with opened_audit(root) as held:
        commitment = held.audit.commitment
    record = {card.unit: dict(card.record) for card in commitment.listed}
    by_title = {one.contest.title: one for one in commitment.subjects}
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        subject = by_title[row["contest"]]
        index = record[row["unit"]][subject.id]
        assert index is not None
        row["said"] = in_words(subject.contest, commitment.reads[subject.id][index].ballot)
    write(table, rows)


def write(table: Path, rows: list[dict[str, str]]) -> None:
    with table.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, rows[0].keys())
        out.writeheader()
        out.writerows(rows)


def begun(here: Here, root: Path) -> None:
    """Commit, roll and draw."""
    assert here("-w", root, "commit", "mayor", "measure a", "--risk-limit", "10%", "--by", "Ada").code == 0
    for name in ("Ada", "Bo"):
        assert here("-w", root, "seed", "dice", DICE, "--by", name).code == 0
    assert here("-w", root, "sample", "draw", "--by", "Ada").code == 0


def test_claims_and_a_plan_are_there_before_anything_is_fixed(here: Here, town: Path) -> None:
    found = here("-w", town, "assertions", "mayor")
    assert found.code == 0 and "the claims imply the outcome" in found.err
    assert "cards, if none shows an error" in found.out
    document = here("-w", town, "plan", "mayor", "measure a", "--what-if", "--json").document
    assert document["recommended"] in {one["design"] for one in document["designs"]}
    assert len(document["what_if"]) == 6
    assert {one["from"] for one in document["prices"]} >= {"assumption: set your own"}


def test_a_plan_takes_the_times_and_pay_that_a_person_states(here: Here, town: Path) -> None:
    def hours(*prices: str) -> dict[str, tuple[int, float]]:
        document = here("-w", town, "plan", "mayor", *(f"--price={one}" for one in prices), "--json").document
        return {one["design"]: (one["hours of people"], one["cost"]) for one in document["designs"]}

    usual, dear = hours(), hours("hourly_pay=40", "minutes_a_card=20")
    assert all(dear[one][0] >= usual[one][0] and dear[one][1] > usual[one][1] for one in usual)
    assert any(dear[one][0] > usual[one][0] for one in usual)
    listed = here("-w", town, "plan", "--prices", "--price", "boards=4", "--json").document
    assert {"price": "boards", "value": 4.0, "from": "you"} in listed
    for wrong in ("boards=0", "boards=many", "boards", "card=3", "boards=nan"):
        assert here("-w", town, "plan", "--price", wrong).code == 2


def test_an_audit_goes_from_the_commitment_to_the_signature(here: Here, mine: Path, tmp_path: Path) -> None:
    begun(here, mine)
    assert here("-w", mine, "audit").code == 1
    table = tmp_path / "board.csv"
    assert here("-w", mine, "enter", "--template", table).code == 0
    assert "said" in table.read_text(encoding="utf-8").splitlines()[0]
    fill(mine, table)
    entered = here("-w", mine, "enter", table, "--by", "Cy", "--json").document
    assert entered["entered"] > 10 and entered["waiting"] == 0
    again = here("-w", mine, "enter", table, "--by", "Cy", "--json").document
    assert (again["entered"], again["unchanged"]) == (0, entered["entered"])
    closed = here("-w", mine, "audit", "close", "--by", "Ada", "--json")
    assert closed.code == 0 and closed.document["decided"]
    decisions = {one["contest"]: one["decision"] for one in closed.document["contests"]}
    assert decisions.pop("Mayor") == decisions.pop("Measure A: Library Hours") == "CONFIRMED"
    assert set(decisions.values()) == {"NOT CHECKED"} and len(decisions) == 6
    assert here("-w", mine, "sample", "verify").code == 0
    assert here("-w", mine, "log", "verify").code == 0
    assert here("-w", mine, "audit", "sign", "We saw it.", "--by", "Ada").code == 0
    refused = here("-w", mine, "audit", "sign", "We saw it.", "--by", "Ada")
    assert refused.code == 2 and "another person must" in refused.err


def test_a_correction_opens_the_round_again_and_both_readings_stay(here: Here, mine: Path, tmp_path: Path) -> None:
    begun(here, mine)
    table, fix = tmp_path / "board.csv", tmp_path / "fix.csv"
    here("-w", mine, "enter", "--template", table)
    fill(mine, table)
    here("-w", mine, "enter", table, "--by", "Cy")
    here("-w", mine, "audit", "close", "--by", "Ada")
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    write(fix, [{**row, "said": "blank"} for row in rows if row["unit"] == rows[0]["unit"]])
    assert "it is: closed" in here("-w", mine, "enter", fix, "--by", "Di").err
    alone = here("-w", mine, "enter", fix, "--by", "Di", "--correct", "misread", "--approved-by", "Di")
    assert alone.code == 2 and "somebody else approves" in alone.err
    done = here("-w", mine, "enter", fix, "--by", "Di", "--correct", "misread", "--approved-by", "Ada")
    assert done.code == 0
    assert here("-w", mine, "audit", "--json").document["stage"] == "round open"
    kinds = [row["what"] for row in here("-w", mine, "log", "show", "--json").document]
    assert kinds[-1] == "correct" and kinds.count("entry") == len({row["unit"] for row in rows})


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("Nobody At All", "a choice of"),
        ("", "says something in every contest"),
        ("twice", "one row a contest of a card"),
    ],
)
def test_a_table_with_a_fault_enters_nothing(here: Here, mine: Path, tmp_path: Path, cell: str, words: str) -> None:
    begun(here, mine)
    table = tmp_path / "board.csv"
    here("-w", mine, "enter", "--template", table)
    fill(mine, table)
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    faulty = {
        "": [{**rows[0], "said": ""}, {**rows[0], "said": "blank"}],
        "twice": [*rows, {**rows[0], "said": "blank"}],
    }
    write(table, faulty.get(cell, [*rows[:-1], {**rows[-1], "said": cell}]))
    found = here("-w", mine, "enter", table, "--by", "Cy")
    assert found.code == 3 and words in found.err and "row " in found.err
    assert "entry" not in [row["what"] for row in here("-w", mine, "log", "show", "--json").document]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("seed dice 31415926535897932384 --by Ada", "no audit was begun"),
        ("sample draw --by Ada", "no audit was begun"),
        ("audit", "no audit was begun"),
        ("commit mayor --by ''", "every act says who did it"),
        ("commit mayor --risk-limit 0 --by Ada", "a risk limit is above 0"),
        ("commit nobody --by Ada", "no contest's title holds"),
        ("commit mayor --pool Nowhere --by Ada", "no cards are of the counting group"),
        ("commit mayor --design batch --risk-function alpha --by Ada", "is not for a batch audit"),
        ("commit mayor --risk-function bravo --by Ada", "verifiers cannot recompute it"),
    ],
)
def test_what_may_not_come_yet_is_refused_in_a_line(here: Here, mine: Path, arguments: str, words: str) -> None:
    import shlex

    found = here("-w", mine, *shlex.split(arguments))
    assert found.code == 2 and words in found.err and found.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("commit mayor --by Ada", "may come when the audit is draft"),
        ("seed dice 11111111111111111111 --by Cy", "may come when the audit is committed"),
        ("sample draw --by Ada", "may come when the audit is"),
        ("audit close --by Ada", "are drawn and not settled"),
        ("audit sign Yes --by Ada", "may come when the audit is closed"),
        ("publish site --by Ada", "may come when the audit is closed"),
    ],
)
def test_acts_out_of_order_are_refused(here: Here, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                       arguments: str, words: str) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    begun(here, mine)
    before = here("-w", mine, "log", "show", "--json").document
    found = here("-w", mine, *arguments.split())
    assert found.code == 2 and words in found.err and found.err.count("\n") == 1
    assert here("-w", mine, "log", "show", "--json").document == before


def test_parties_promise_before_the_dice_and_reveal_after(here: Here, mine: Path) -> None:
    assert here("-w", mine, "commit", "mayor", "--by", "Ada").code == 0
    kept = {party: here("seed", "bind", party, f"{party} 77", "--json").document for party in ("Greens", "Browns")}
    for party, one in kept.items():
        assert here("-w", mine, "seed", "promise", party, one["sha256"], "--by", "Ada").code == 0
    for name in ("Ada", "Bo"):
        assert here("-w", mine, "seed", "dice", DICE, "--by", name).code == 0
    wrong = here("-w", mine, "seed", "reveal", "Greens", "--nonce", "0", "--value", "1", "--by", "Ada")
    assert wrong.code == 3 and "it is what was promised" in wrong.err
    for party, one in kept.items():
        words = ["--nonce", one["nonce"], "--value", one["value"], "--by", "Ada"]
        assert here("-w", mine, "seed", "reveal", party, *words).code == 0
    seed = here("-w", mine, "seed", "show", "--json").document["seed"]
    assert len(seed) == 64 and seed != DICE
