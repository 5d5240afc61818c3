"""read(write(x)) = x: what each format can hold comes back, card for card where it keeps cards."""

from collections import Counter
from pathlib import Path

import pytest
from write.elections import Question, made, questions
from write.rereading import by_card, expected, flagged, found, reread, written

from faircount.app.gathering import Gathered
from faircount.app.opened import Opened
from faircount.app.recounting import recount
from faircount.read import READERS
from faircount.write import WRITERS
from faircount.write.cells import one_line

SEEDS = (1, 2, 3)
CDF = "cdf-cvr"


@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_plain_csv(tmp_path: Path, seed: int, odd: bool) -> None:
    election = made(tmp_path / "e", seed, odd=odd)
    written(election, "plain-csv", tmp_path / "out")
    again = reread(tmp_path / "out", tmp_path / "a", "plain-csv")
    assert found(again) == expected(election, "plain-csv")
    columns = ("tabulator", "batch", "position", "sheet", "style", "precinct", "counting_group", "weight")
    assert by_card(again, "imprinted_id", columns) == by_card(election, "imprinted_id", columns)
    assert terms(again) == terms(election)
    assert ballots(again) == ballots(election)


def terms(opened: Opened) -> list[tuple[object, ...]]:
    query = """select c.contest, votes_allowed, ranks, seats, choice, party, kind from contests c join choices h
      using (contest) order by c.place, h.place"""
    return list(opened.engine.ask(query).rows)


def ballots(opened: Opened) -> list[tuple[object, ...]]:
    query = "select list(imprinted_id order by card) from cards group by ballot order by 1"
    return list(opened.engine.ask(query).rows)


@pytest.mark.parametrize("flags", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_colorado(tmp_path: Path, seed: int, flags: bool) -> None:
    election = made(tmp_path / "e", seed, odd=True, flags=flags)
    written(election, "colorado-cvr", tmp_path / "cvr.csv")
    again = reread(tmp_path / "cvr.csv", tmp_path / "a", "dominion-csv")
    assert found(again) == expected(election, "colorado-cvr")
    assert [row[1:] for row in terms(again)] == [
        (votes, ranks, seats if ranks else None, choice, party, kind)
        for _, votes, ranks, seats, choice, party, kind in terms(election)
    ]
    columns = ("tabulator", "batch", "position", "portion", "style")
    got, wanted = by_card(again, "imprinted_id", columns), by_card(election, "imprinted_id", columns)
    assert {key: held for key, (held, _) in got.items()} == {key: held for key, (held, _) in wanted.items()}
    assert "CountingGroup" not in (tmp_path / "cvr.csv").read_text("utf-8"), "Colorado prohibits it"
    if not flags:
        assert got == wanted


def test_columns_of_a_ranked_contest_go_rank_by_rank(tmp_path: Path) -> None:
    """As in Colorado's sample exports: every choice with (1), then every choice with (2)."""
    election = made(tmp_path / "e", 1, asked=(Question("Mayor", ("A", "B"), ranks=2),))
    written(election, "colorado-cvr", tmp_path / "cvr.csv")
    _, titles, choices, ids, *_ = (tmp_path / "cvr.csv").read_text("utf-8").splitlines()
    assert choices == ",,,,,,,A(1),B(1),A(2),B(2)"
    assert titles == ",,,,,,," + ",".join(['"Mayor (Number of positions=1, Number of ranks=2)"'] * 4)
    assert ids.startswith("CvrNumber,TabulatorNum,BatchId,RecordId,ImprintedId,PrecinctPortion,BallotType,")


@pytest.mark.parametrize("seed", SEEDS)
def test_arlo(tmp_path: Path, seed: int) -> None:
    election = made(tmp_path / "e", seed, odd=True)
    done = written(election, "arlo-cvr", tmp_path / "cvr.csv")
    again = reread(tmp_path / "cvr.csv", tmp_path / "a", "dominion-csv")
    assert found(again) == expected(election, "arlo-cvr")
    assert len(found(again)) == 3 and any("Mayor" in loss.what and loss.grave for loss in done.losses)
    columns = ("tabulator", "batch", "position", "counting_group")
    got, wanted = by_card(again, "imprinted_id", columns), by_card(election, "imprinted_id", columns)
    assert {key: held for key, (held, _) in got.items()} == {key: held for key, (held, _) in wanted.items()}


@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_raire(tmp_path: Path, seed: int, odd: bool) -> None:
    election = made(tmp_path / "e", seed, odd=odd)
    title = questions(odd)[0].title
    written(election, "raire", tmp_path / "out", title)
    again = reread(tmp_path / "out", tmp_path / "a", "raire")
    ids = {name: str(30 + at) for at, name in enumerate(questions(odd)[0].choices)}
    wanted: Counter[object] = Counter()
    for said, cards in expected(election, "raire", title)[title].items():
        wanted[tuple(sorted((ids[name], rank) for name, rank in said))] += cards
    assert found(again) == {"Contest 7": wanted}
    names = (tmp_path / "out" / "NAMES.md").read_text("utf-8")
    assert "| 30 |" in names and "\u202e" not in names
    lines = (tmp_path / "out" / "contests.raire").read_text("utf-8").splitlines()
    assert lines[1] == "Contest,7,4,30,31,32,33"
    assert all(line.split(",")[1].count("_") == 2 for line in lines[2:]), "tabulator_batch_position"


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_blt(tmp_path: Path, seed: int, weights: bool) -> None:
    election = made(tmp_path / "e", seed, odd=True, weights=weights)
    title = questions(True)[0].title
    written(election, "blt", tmp_path / "mayor.blt", title)
    again = reread(tmp_path / "mayor.blt", tmp_path / "a", "blt")
    assert list(again.contests) == [title]
    if not weights:
        assert found(again) == expected(election, "blt", title)
    assert weighed(again, title) == weighed(election, title)
    [(seats, choices)] = [(c.seats, [choice.name for choice in c.choices]) for c in again.contests.values()]
    assert (seats, choices) == (1, list(questions(True)[0].choices))


def weighed(opened: Opened, title: str) -> Counter[object]:
    rows = opened.engine.ask(
        """select marks, sum(weight) from votes_by_pattern join patterns using (pattern) join cards using (card)
           where contest = ? group by pattern, marks""",
        [title],
    ).rows
    counts: Counter[object] = Counter()
    for marks, weight in rows:
        counts[tuple(sorted((mark["choice"], mark["rank"]) for mark in marks))] += weight
    return counts


def test_blt_of_several_contests_is_a_file_each(tmp_path: Path) -> None:
    election = made(tmp_path / "e", 4)
    done = written(election, "blt", tmp_path / "out")
    names = [path.name for path in done.files]
    assert names == ["001-mayor.blt", "002-measure-a-yes-or-no.blt", "003-clerk.blt"]
    assert [loss.what for loss in done.losses if loss.grave and "Council" in loss.what]


@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_preflib(tmp_path: Path, seed: int, odd: bool) -> None:
    election = made(tmp_path / "e", seed, odd=odd)
    for number, question in enumerate(questions(odd)):
        kind = "toi" if question.ranks else "cat"
        target = tmp_path / f"{number}.{kind}"
        written(election, "preflib", target, question.title)
        again = reread(target, tmp_path / f"a{number}", "preflib")
        wanted = expected(election, "preflib", question.title)
        if question.ranks:
            for counts in wanted.values():
                counts.pop((), None)  # an order of PrefLib has at least one alternative, and the loss says so
            assert found(again) == wanted
        else:
            assert approved(again) == wanted[question.title]


def approved(opened: Opened) -> Counter[object]:
    """What was marked, of categories that the reader keeps with their names."""
    counts: Counter[object] = Counter()
    for marks, cards in opened.engine.ask(
        "select marks, count(*) from votes_by_pattern join patterns using (pattern) group by pattern, marks"
    ).rows:
        counts[tuple(sorted((m["choice"], 1) for m in marks if m["is_vote"]))] += cards
    return counts


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("soc", {"ranks": 4, "overvotes": False, "gaps": False, "repeats": False, "blanks": False}),
        ("soi", {"ranks": 3, "overvotes": False, "gaps": False, "repeats": False, "blanks": False}),
    ],
)
def test_preflib_kinds(tmp_path: Path, kind: str, more: dict[str, object]) -> None:
    ranks = int(str(more.pop("ranks")))
    names = ("A", "B") if kind == "soc" else ("A", "B", "C", "D")
    asked = (Question("Full", names, ranks=1 + (kind != "soc") * (ranks - 1)),)
    if kind == "soc":
        asked = (Question("Full", ("A",), ranks=2),)
    election = made(tmp_path / "e", 9, asked=asked, **more)  # type: ignore[arg-type]
    done = written(election, "preflib", tmp_path / "out", allow_loss=False)
    assert [path.suffix for path in done.files] == [f".{kind}"]


@pytest.mark.parametrize("form", ["cdf-json", "cdf-xml"])
@pytest.mark.parametrize("flags", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_common_data_format(tmp_path: Path, seed: int, flags: bool, form: str) -> None:
    if CDF not in READERS:
        pytest.skip("NOT CHECKED: no reader of the Common Data Format")
    election = made(tmp_path / "e", seed, odd=True, flags=flags)
    target = tmp_path / f"cvr.{form[4:]}"
    written(election, form, target)
    again = reread(target, tmp_path / "a", CDF)
    assert everything(again) == everything(election)
    columns = ("batch", "position", "sheet", "style", "precinct")
    assert by_card(again, "imprinted_id", columns) == by_card(election, "imprinted_id", columns)
    assert [(c[0], c[1], c[3:]) for c in terms(again)] == [(one_line(c[0]), c[1], c[3:]) for c in terms(election)]
    query = "select card, mark, density, write_in from marks order by all"
    assert len(again.engine.ask(query).rows) == len(election.engine.ask(query).rows)


def everything(opened: Opened) -> dict[str, Counter[object]]:
    """Every pattern with all its flags and figures, by names."""
    material = Gathered(opened, WRITERS["cdf-json"])
    counts: dict[str, Counter[object]] = {}
    for at, one in enumerate(material.contests):
        mine = counts[one_line(one.contest.title)] = Counter()
        names = [one_line(choice.name) for choice in one.contest.choices]
        for number, cards, _ in material.counts(at):
            mine[flagged(material.ways[number].pattern, names, bool(one.contest.ranks))] += cards
    return counts


@pytest.mark.parametrize(("form", "reader"), [("plain-csv", "plain-csv"), ("colorado-cvr", "dominion-csv")])
@pytest.mark.parametrize("seed", SEEDS)
def test_marks_with_flags_count_the_same_without_them(tmp_path: Path, seed: int, form: str, reader: str) -> None:
    """The second opinion on what flagless formats write: the counting rules, which know nothing of writers."""
    election = made(tmp_path / "e", seed, flags=True)
    done = written(election, form, tmp_path / "out", allow_loss=False)
    assert not [loss for loss in done.losses if loss.grave]
    again = reread(tmp_path / "out", tmp_path / "a", reader)
    ambiguous = "select count(*) from patterns where len(list_filter(marks, lambda m: m.is_ambiguous)) > 0"
    overvoted = "select count(*) from patterns where overvotes > 0"
    assert election.engine.ask(ambiguous).rows[0][0] and election.engine.ask(overvoted).rows[0][0]
    assert counted(again) == counted(election)


def counted(opened: Opened) -> list[tuple[object, ...]]:
    """First round, what was not a vote, and who is elected, by contest."""
    return sorted(
        (r.contest.title, r.cards, str(r.transcript.rounds[0].votes), str(dict(r.transcript.rounds[0].inactive)),
         str(r.transcript.elected))
        for r in recount(opened)[0]
    )  # fmt: skip


@pytest.mark.parametrize("form", [name for name in WRITERS if WRITERS[name].level != "tables"])
def test_same_election_same_bytes(tmp_path: Path, form: str) -> None:
    """Neither the clock nor the order of a dictionary gets into a file."""
    first, second = made(tmp_path / "a", 5, odd=True, flags=True), made(tmp_path / "b", 5, odd=True, flags=True)
    written(first, form, tmp_path / "x")
    written(second, form, tmp_path / "y")

    def contents(folder: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    assert contents(tmp_path / "x") == contents(tmp_path / "y")
