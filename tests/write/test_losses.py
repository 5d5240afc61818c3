"""Nothing is dropped in silence: what a format cannot hold is told, and votes are not lost without leave."""

from pathlib import Path
from typing import Any

import pytest
from write.elections import Question, made, mark, one
from write.rereading import found, reread, written

from faircount.app.converting import LostVotesError, Wanted, convert
from faircount.model import UsageError
from faircount.write import FEATURES, WRITERS

PLAIN = {"overvotes": False, "gaps": False, "repeats": False, "blanks": False}


GRAVE = [
    ("raire", {"ranks": 3}, {"marks": [mark("A", 1), mark("B", 1)]}, "several choices at one rank"),
    ("raire", {"ranks": 3}, {"marks": [mark("A", 1)], "overvoted_ranks": [2]}, "does not say by whom"),
    ("blt", {"ranks": 3}, {"marks": [mark("A", 1)], "overvoted_ranks": [2]}, "does not say by whom"),
    ("cdf-json", {"ranks": 3}, {"marks": [], "overvoted_ranks": [1]}, "does not say by whom"),
    ("preflib", {"ranks": 3}, {"marks": [mark("A", 1), mark("B", 3)]}, "a rank left empty"),
    ("preflib", {"ranks": 3}, {"marks": [mark("A", 1), mark("A", 2)]}, "one choice at several ranks"),
    ("preflib", {"ranks": 3}, {"marks": []}, "ranking is empty"),
    ("blt", {"votes_allowed": 2}, {"marks": [mark("A"), mark("B")]}, "mark several choices in it and do not rank"),
    ("raire", {"votes_allowed": 2}, {"marks": [mark("A")]}, "mark several choices in it and do not rank"),
    ("raire", {"ranks": 3, "seats": 2}, {"marks": [mark("A")]}, "several seats"),
    ("arlo-cvr", {"ranks": 3}, {"marks": [mark("A")]}, "voters rank in it"),
    ("colorado-cvr", {"ranks": 3, "seats": 2}, {"marks": [mark("A")]}, "for one seat only"),
    ("colorado-cvr", {"votes_allowed": None}, {"marks": [mark("A")]}, "allows is not known"),
    ("colorado-cvr", {}, {"marks": [mark("A")], "conditions": ["invalid-contest"]}, "declared the contest invalid"),
    ("plain-csv", {}, {"marks": [], "overvotes": 1, "undervotes": 0}, "overvoted, and the export does not say by whom"),
    ("plain-csv", {}, {"marks": [mark("A", score=5)]}, "marks carry scores"),
]


@pytest.mark.parametrize(("form", "contest", "pattern", "says"), GRAVE)
def test_votes_are_not_lost_without_leave(
    tmp_path: Path, form: str, contest: dict[str, Any], pattern: dict[str, Any], says: str
) -> None:
    election = one(tmp_path / "e", contest, {"marks": [mark("B")]}, pattern)
    with pytest.raises(LostVotesError, match=says) as refused:
        written(election, form, tmp_path / "out", allow_loss=False)
    assert "--allow-loss" in str(refused.value) and not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".convert-*")), "nothing half-written stays"
    if "in it" in says or "several seats" in says or "one seat" in says:
        with pytest.raises(UsageError, match="no contest"):
            written(election, form, tmp_path / "out")
    else:
        done = written(election, form, tmp_path / "out")
        assert done.files and any(says.split("(")[0] in loss.what and loss.grave for loss in done.losses)


@pytest.mark.parametrize("form", ["raire", "blt", "preflib", "colorado-cvr", "cdf-json", "plain-csv"])
def test_plain_rankings_lose_no_vote(tmp_path: Path, form: str) -> None:
    election = made(tmp_path / "e", 1, asked=(Question("Mayor", ("A", "B", "C", "D"), ranks=3),), **PLAIN)
    assert not [loss for loss in written(election, form, tmp_path / "out", allow_loss=False).losses if loss.grave]


@pytest.mark.parametrize(
    "form", [name for name in WRITERS if "cards" in WRITERS[name].needs and not WRITERS[name].whole]
)
def test_weights_are_held_or_refused(tmp_path: Path, form: str) -> None:
    asked = (Question("Mayor", ("A", "B"), ranks=0),)
    election = made(tmp_path / "e", 1, weights=True, asked=asked, **PLAIN)
    if form in ("blt", "plain-csv", "xlsx", "results-cdf"):
        assert written(election, form, tmp_path / "out", allow_loss=False).files
    else:
        with pytest.raises(LostVotesError, match="other than one vote"):
            written(election, form, tmp_path / "out", allow_loss=False)


def test_a_line_break_in_a_name_is_told(tmp_path: Path) -> None:
    election = made(tmp_path / "e", 1, asked=(Question("Two\nlines", ("A\r\nB", "C  D")),), **PLAIN)
    for form, reader in (("colorado-cvr", "dominion-csv"), ("plain-csv", "plain-csv"), ("blt", "blt")):
        suffix = {"plain-csv": "", "blt": ".blt"}.get(form, ".csv")
        target = tmp_path / f"{form}{suffix}"
        done = written(election, form, target)
        assert [loss.count for loss in done.losses if "line breaks" in loss.what] == [3]
        assert set(found(reread(target, tmp_path / f"a-{form}", reader))) == {"Two lines"}


def test_names_that_become_one_are_refused(tmp_path: Path) -> None:
    election = made(tmp_path / "e", 1, asked=(Question("Mayor", ("A B", "A\nB")),), **PLAIN)
    with pytest.raises(UsageError, match="2 choices would have the one name 'A B'"):
        written(election, "colorado-cvr", tmp_path / "out")
    assert written(election, "cdf-json", tmp_path / "ok").files


def test_a_contest_twice_on_a_card_is_refused(tmp_path: Path) -> None:
    election = made(tmp_path / "e", 1, asked=(Question("Mayor", ("A", "B")), Question("Mayor", ("A", "B"))), **PLAIN)
    with pytest.raises(UsageError, match="twice on one card"):
        written(election, "cdf-json", tmp_path / "out")
    assert written(election, "parquet", tmp_path / "ok").files


def test_rows_that_were_rejected_are_votes_that_may_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "in" / "cards.csv"
    path.parent.mkdir()
    path.write_text("card,contest,choices\n1,Mayor,A\n2,Mayor,B\n2,Mayor,A\n", "utf-8")
    with pytest.raises(LostVotesError, match=r"rows of the sources that could not be read \(1\)"):
        convert([path], Wanted("cdf-json", date="2030-11-05"), tmp_path / "cvr.json")
    done = convert([path], Wanted("cdf-json", date="2030-11-05", allow_loss=True), tmp_path / "cvr.json")
    assert done.files == (tmp_path / "cvr.json",)
    assert '"Notes":"A source says that it is a part' in done.files[0].read_text("utf-8")


def test_a_manifest_is_never_made_up_from_the_cards(tmp_path: Path) -> None:
    election = made(tmp_path / "e", 1)
    for form in ("arlo-manifest", "colorado-manifest"):
        with pytest.raises(UsageError, match="made of manifest, and there are none"):
            written(election, form, tmp_path / "out")


def test_manifests_are_read_again(tmp_path: Path) -> None:
    lines = "jurisdiction,container,tabulator,batch,cards,claim\nAlder,Box 1,1,=7,50,manifest\nAlder,,2,8,9,manifest\n"
    path = tmp_path / "manifest.csv"
    path.write_text(lines + "Alder,,2,8,10,the state\n", "utf-8")
    for form in ("arlo-manifest", "colorado-manifest"):
        done = convert([path], Wanted(form), tmp_path / f"{form}.csv")
        assert [loss.count for loss in done.losses if "claimed by others" in loss.what] == [1]
        again = reread(done.files[0], tmp_path / f"a-{form}", "manifest-csv")
        rows = again.engine.ask("select tabulator, batch, cards, container from manifest order by row").rows
        assert list(rows) == [("1", "=7", 50, "Box 1"), ("2", "8", 9, None)]


def test_only_chosen_contests_are_written_and_the_rest_is_counted(tmp_path: Path) -> None:
    election = made(tmp_path / "e", 2)
    done = written(election, "cdf-json", tmp_path / "cvr.json", "Clerk", allow_loss=False)
    held = election.engine.ask("select count(*) from votes where contest = 'Clerk'").rows[0][0]
    assert done.left_out == 120 - held > 0
    assert list(found(reread(done.files[0], tmp_path / "a", "cdf-cvr"))) == ["Clerk"]
    with pytest.raises(UsageError, match="written whole"):
        written(election, "parquet", tmp_path / "p", "Clerk")
    with pytest.raises(UsageError, match="no contest's title holds"):
        written(election, "blt", tmp_path / "p", "Sheriff")


def test_a_date_comes_from_the_records_or_the_user_never_from_the_clock(tmp_path: Path) -> None:
    path = tmp_path / "cards.csv"
    path.write_text("card,contest,choices\n1,Mayor,A\n", "utf-8")
    with pytest.raises(UsageError, match="--date YYYY-MM-DD"):
        convert([path], Wanted("cdf-json"), tmp_path / "cvr.json")
    with pytest.raises(UsageError, match="a date is written"):
        convert([path], Wanted("cdf-json", date="5 Nov"), tmp_path / "cvr.json")


def test_what_is_there_stays(tmp_path: Path) -> None:
    election = made(tmp_path / "e", 1)
    (tmp_path / "out").mkdir()
    written(election, "parquet", tmp_path / "out")
    (tmp_path / "note.json").write_text("mine", "utf-8")
    for target in (tmp_path / "out", tmp_path / "note.json"):
        with pytest.raises(UsageError, match="is there already"):
            written(election, "cdf-json", target)
    assert (tmp_path / "note.json").read_text("utf-8") == "mine"


def test_features_are_those_that_writers_know() -> None:
    for writer in WRITERS.values():
        assert writer.holds <= set(FEATURES), writer.name


def test_results_that_no_rule_could_count_are_told(tmp_path: Path) -> None:
    """Without a word, a contest would stand there without votes."""
    election = one(tmp_path / "e", {}, {"marks": [mark("A", score=5)]})
    for form in ("results-cdf", "xlsx"):
        with pytest.raises(LostVotesError, match="could not be counted: Mayor"):
            written(election, form, tmp_path / "out", allow_loss=False)


def test_reported_results_become_a_report(tmp_path: Path) -> None:
    """Without cards the figures are the reported ones; two claims to the same figure are not added up."""
    path = tmp_path / "reported.csv"
    head = "contest,choice,precinct,count,claim\nMayor,A,1,10,reported\nMayor,B,1,7,reported\nMayor,A,2,4,reported\n"
    path.write_text(head, "utf-8")
    done = convert([path], Wanted("results-cdf", date="2030-11-05"), tmp_path / "r.json")
    again = reread(done.files[0], tmp_path / "a", "nist-results")
    rows = again.engine.ask("select choice, precinct, count from reported order by all").rows
    assert list(rows) == [("A", "1", 10), ("A", "2", 4), ("B", "1", 7)]
    path.write_text(head + "Mayor,A,1,11,the state\n", "utf-8")
    with pytest.raises(LostVotesError, match=r"other sources or claims for the same results \(1\)"):
        convert([path], Wanted("results-cdf", date="2030-11-05"), tmp_path / "r2.json")


def test_a_contest_that_everybody_left_blank_is_told(tmp_path: Path) -> None:
    """It has no choices to write, and no votes to lose; what is lost is on how many cards it stood."""
    election = one(tmp_path / "e", {}, {"marks": [mark("A")]}, {"contest": "Ghost"}, {"contest": "Ghost"})
    done = written(election, "cdf-json", tmp_path / "cvr.json", allow_loss=False)
    [(what, count)] = [(loss.what, loss.count) for loss in done.losses if "Ghost" in loss.what]
    assert count == 2 and "no source lists its choices" in what
