"""Acts, ballots, contests and commitments as bytes and back; what has another form is refused with its place."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from audit.small_audits import A, B, Fold, batches, comparison, counted, polling, question

from faircount.audit.acts import FORMS, form_of
from faircount.audit.agreement import refuse_disagreement, refuse_settings
from faircount.audit.files import commitment_of, files_of, table
from faircount.audit.forms import ballot_json, ballot_of, counted_of, fraction_of, seen_json, seen_of, subject_of
from faircount.model import Act, BadInputError, Ballot, Choice, Commitment, Contest, Design, Person, Seen
from faircount_verifier.forms import table as read_by_verifier

CONTEST = question("c1", 9)
RANKED = Contest("R", CONTEST.choices, ranks=2, rule="instant-runoff")
COMMITMENTS = {
    "comparison": comparison(
        [("", {"c1": "A", "c2": "A"}), ("p", {"c1": "A"}), ("p", {"c1": "-", "c2": "A"})], phantoms=1),
    "polling": polling({"1-2": 3, "x, y": 4}, {"c1": "AAB", "c2": "A"}),
    "batch": batches({"x": {"c1": "AAB"}, "é": {"c1": "A", "c2": "A-"}}),
}  # fmt: skip


@pytest.mark.parametrize("name", COMMITMENTS)
def test_a_commitment_goes_to_files_and_back(name: str) -> None:
    before = COMMITMENTS[name]
    files = files_of(before)
    after = commitment_of(before.design, files)
    assert after == before and files_of(after) == files
    refuse_disagreement(after)


@pytest.mark.parametrize(
    "ballot", [Ballot(), Ballot(((A, 1),)), Ballot(((A, 2), (B, Fraction(1, 3)))), Ballot((), (B, A))]
)
def test_a_ballot_goes_to_json_and_back(ballot: Ballot) -> None:
    contest = RANKED if ballot.ranking else CONTEST
    assert ballot_of(json.loads(json.dumps(ballot_json(ballot))), contest, "here") == ballot


def test_whole_votes_are_written_as_numbers() -> None:
    assert ballot_json(Ballot(((A, Fraction(2)),))) == {"votes": [[0, 2]]}


@pytest.mark.parametrize(
    "value",
    [
        None, [], "A", {"vote": []}, {"votes": {}}, {"votes": [[0]]}, {"votes": [[0, 0]]}, {"votes": [[0, -1]]},
        {"votes": [[0, 1.5]]}, {"votes": [[0, True]]}, {"votes": [[0, "2/4"]]}, {"votes": [[0, "1"]]},
        {"votes": [[2, 1]]},
        {"votes": [[-1, 1]]}, {"votes": [[1, 1], [0, 1]]}, {"votes": [[0, 1], [0, 1]]}, {"ranking": [0, 0]},
        {"ranking": [2]}, {"ranking": 0}, {"votes": [["0", 1]]},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_ballot(value: Any) -> None:
    with pytest.raises(BadInputError) as refused:
        ballot_of(value, CONTEST, "the place")
    assert "the place" in str(refused.value)


@pytest.mark.parametrize("value", [None, {}, {"cards": 1}, {"cards": -1, "ballots": []},
                                   {"cards": 1, "ballots": [[{}]]}, {"cards": 1, "ballots": [[{}, -1]]},
                                   {"cards": 1, "ballots": [[{}, True]]},
                                   {"cards": 1, "ballots": {}}], ids=str)  # fmt: skip
def test_what_are_no_counted_ballots(value: Any) -> None:
    with pytest.raises(BadInputError):
        counted_of(value, CONTEST, "the place")


@pytest.mark.parametrize("text", ["", "1/0", "2/4", "+1", " 1", "0.5", "1e3", "4/2", None, 1])
def test_what_is_no_fraction(text: Any) -> None:
    with pytest.raises(BadInputError):
        fraction_of(text, "the place")


def test_what_was_seen_goes_to_json_and_back() -> None:
    contests = {"c1": CONTEST, "c2": RANKED}
    for seen in (Seen(False, {}), Seen(True, {}), Seen(True, {"c1": None, "c2": Ballot((), (B,))})):
        assert seen_of(seen_json(seen), contests, False, "here") == seen
    seen = Seen(True, {"c1": counted("AAB-", 5)})
    assert seen_of(seen_json(seen), contests, True, "here") == seen


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"found": 1, "contests": {}},
        {"found": True},
        {"found": False, "contests": {"c1": {}}},
        {"found": True, "contests": []},
        {"found": True, "contests": {"c9": {}}},
    ],
    ids=str,
)
def test_what_says_nothing_of_a_unit(body: dict[str, Any]) -> None:
    with pytest.raises(BadInputError):
        seen_of(body, {"c1": CONTEST}, False, "entry")


# ---- acts ------------------------------------------------------------------
def acts() -> list[Act]:
    fold = Fold(COMMITMENTS["batch"])
    fold.seeded()
    fold.draw(every=1)
    return list[Act](fold.log)


@pytest.mark.parametrize("act", acts(), ids=lambda act: act.act)
def test_a_body_holds_its_keys_and_no_other(act: Act) -> None:
    assert form_of(act) is FORMS[act.act]
    for key in act.body:
        for other in (
            {k: v for k, v in act.body.items() if k != key},
            {**act.body, key: None},
            {**act.body, "more": 1},
        ):
            with pytest.raises(BadInputError):
                form_of(Act(act.n, act.act, act.at, act.by, other))


@pytest.mark.parametrize(
    "at", ["", "2030-11-10", "2030-11-10T10:00:00", "2030-11-10T10:00:00+00:00", "2030-13-10T10:00:00Z", 7]
)
def test_times_are_written_in_one_way(at: Any) -> None:
    with pytest.raises(BadInputError, match="a time is written"):
        form_of(Act(0, "note", at, Person("Ada", "official"), {"words": "hello"}))


@pytest.mark.parametrize(("name", "role"), [("", "official"), (" ", "official"), ("A\nda", "official"), ("Ada", None)])
def test_every_act_says_who_did_it(name: str, role: Any) -> None:
    with pytest.raises(BadInputError, match="who did it"):
        form_of(Act(0, "note", "2030-11-10T10:00:00Z", Person(name, role), {"words": "hello"}))


def test_an_unknown_act() -> None:
    with pytest.raises(BadInputError, match="an act is one of close, commit, correct"):
        form_of(Act(0, "bless", "2030-11-10T10:00:00Z", Person("Ada", "official"), {}))


@pytest.mark.parametrize("name", ["", "A.json", "../x", "a b", ".x", "-x", "x" * 101, "é.csv", "a/b"])
def test_names_of_files(name: str) -> None:
    files = [{"bytes": 1, "name": name, "sha256": "0" * 64}]
    body = {"design": "polling", "double_entry": False, "files": files, "min_digits": 20}
    with pytest.raises(BadInputError, match="commit, files"):
        form_of(Act(1, "commit", "2030-11-10T10:00:00Z", Person("Ada", "official"), body))


# ---- files that do not agree -----------------------------------------------
Change = Callable[[dict[str, Any]], object]


def changed(name: str, file: str, change: Change) -> Commitment:
    """Return a commitment of which one file says something else."""
    files = files_of(COMMITMENTS[name])
    if file.endswith(".csv"):
        held: dict[str, Any] = {"rows": files[file].decode().split("\n")}
        change(held)
        files[file] = "\n".join(held["rows"]).encode()
    else:
        held = {"all": json.loads(files[file])}
        change(held)
        files[file] = json.dumps(held["all"], ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    found = commitment_of(Design(name), files)
    refuse_disagreement(found)
    return found


def row(at: int, text: str) -> Change:
    return lambda held: held["rows"].__setitem__(at, text)


def at(*path: Any, value: Any) -> Change:
    def change(held: dict[str, Any]) -> None:
        inside: Any = held["all"]
        for key in path[:-1]:
            inside = inside[key]
        inside[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("name", "file", "change"),
    [
        ("comparison", "cards.csv", row(1, '"b, 1",b,1,,c1:0;c2:9')),
        ("comparison", "cards.csv", row(1, '"b, 1",b,1,,c1:0;c2:')),
        ("comparison", "cards.csv", row(1, '"b, 1",b,1,,c1:0')),
        ("comparison", "cards.csv", row(1, '"b, 1",b,1,,c1:0;c1:0')),
        ("comparison", "cards.csv", row(1, '"b, 1",b,1,,c1:0;c3:0')),
        ("comparison", "cards.csv", row(1, '"b, 2",b,1,,c1:0;c2:0')),
        ("comparison", "cards.csv", row(2, '"b, 2",b,2,q,c1:')),
        ("comparison", "cards.csv", row(2, '"b, 2",b,2,p,c1:0')),
        ("comparison", "cards.csv", row(4, "phantom-1,,,p,c1:;c2:")),
        ("comparison", "cards.csv", row(4, '"b, 4",b,4,,c1:;c2:')),
        ("comparison", "cards.csv", row(0, "unit,batch,position,pool,records")),
        ("comparison", "cards.csv", row(1, '"b, 1","b",1,,c1:0;c2:0')),
        ("comparison", "pools.json", at("p", "c1", "cards", value=9)),
        ("comparison", "pools.json", at("q", value={})),
        ("comparison", "pools.json", at("p", "c9", value={"ballots": [], "cards": 1})),
        ("comparison", "contests.json", at(0, "cards", value=5)),
        ("comparison", "contests.json", at(0, "assertions", 0, "margin", value="1/3")),
        ("comparison", "contests.json", at(0, "assertions", 0, "margin", value="0")),
        ("comparison", "contests.json", at(0, "id", value="c3")),
        ("comparison", "contests.json", at(0, "id", value="c2")),
        ("comparison", "contests.json", at(0, "risk_limit", value="1")),
        ("comparison", "contests.json", at(0, "risk_function", value="macro")),
        ("comparison", "contests.json", at(0, "risk_function", value="minerva")),
        ("comparison", "contests.json", at(0, "settings", value={})),
        ("comparison", "contests.json", at(0, "settings", value={"bet": "many"})),
        ("comparison", "contests.json", at(0, "outcome", value={"elected": [2], "verdict": "elected"})),
        ("comparison", "contests.json", at(0, "outcome", value={"elected": [0, 0], "verdict": "elected"})),
        ("comparison", "contests.json", at(0, "assertions", value=[])),
        ("comparison", "contests.json", at(0, "seats", value="1")),
        ("comparison", "contests.json", at(0, "implies", value="everything")),
        ("comparison", "contests.json", lambda held: [one.update(audited=False) for one in held["all"]]),
        ("comparison", "ballots.json", at("c1", 0, "ballot", value={"votes": [[0, 1]], "more": 1})),
        ("comparison", "ballots.json", at("c1", 0, "marks", value=[[0]])),
        ("polling", "batches.csv", row(1, "1-2,2")),
        ("polling", "batches.csv", row(1, "phantom-2,3")),
        ("polling", "batches.csv", row(1, "1-2,x")),
        ("polling", "batches.csv", row(2, "1-2,4")),
        ("polling", "totals.json", at("c1", "cards", value=8)),
        ("polling", "totals.json", lambda held: held["all"].pop("c2")),
        ("batch", "batches.json", at(0, "batch", value="é")),
        ("batch", "batches.json", at(0, "batch", value="")),
        ("batch", "batches.json", at(0, "batch", value="ê")),
        ("batch", "batches.json", at(0, "cards", value=2)),
        ("batch", "batches.json", at(0, "contests", "c1", "cards", value=4)),
        ("batch", "contests.json", at(0, "risk_function", value="alpha")),
    ],
)  # fmt: skip
def test_files_that_do_not_agree_are_refused(name: str, file: str, change: Change) -> None:
    changed(name, file, lambda held: None)
    with pytest.raises(BadInputError):
        changed(name, file, change)


@pytest.mark.parametrize("name", COMMITMENTS)
def test_a_file_that_is_missing(name: str) -> None:
    files = files_of(COMMITMENTS[name])
    for lost in files:
        with pytest.raises(BadInputError, match="no such file"):
            commitment_of(Design(name), {other: data for other, data in files.items() if other != lost})


@pytest.mark.parametrize(
    ("risk", "settings", "words"),
    [
        ("cobra", (), "states its winner_to_loser"),
        ("cobra", (("max_loss", "1"), ("winner_to_loser", "0.1")), "settings of cobra are winner_to_loser"),
        ("cobra", (("winner_to_loser", "2"),), "decimal number from 0.0 to 1.0|decimal number from 0 to 1"),
        ("cobra", (("winner_to_loser", "1e-3"),), "decimal number"),
        ("alpha", (("f", "1"),), "settings of alpha are eta0, d, c"),
        ("alpha", (("d", "nan"),), "decimal number"),
        ("cobra", (("winner_to_loser", ".5"),), "decimal number"),
        ("cobra", (("winner_to_loser", "1."),), "decimal number"),
        ("cobra", (("winner_to_loser", "0." + "1" * 31),), "at most 30 digits"),
        ("macro", (("g", "1"),), "settings of macro are none"),
    ],
)
def test_settings_that_nobody_could_recompute(risk: str, settings: tuple[tuple[str, str], ...], words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        refuse_settings("settings", risk, settings)
    refuse_settings("settings", "cobra", (("winner_to_loser", "0.001"),))
    refuse_settings("settings", "alpha", ())


def test_a_choice_without_a_name_is_refused_before_the_seed() -> None:
    """Both verifiers refuse it: no claim about it could be read."""
    one = COMMITMENTS["comparison"]
    subject = one.subjects[0]
    nameless = replace(subject.contest, choices=(*subject.contest.choices, Choice(" ")))
    with pytest.raises(BadInputError, match="each choice has a name"):
        refuse_disagreement(replace(one, subjects=(replace(subject, contest=nameless), *one.subjects[1:])))


def test_a_contest_of_another_form_is_refused_with_its_place() -> None:
    odd: tuple[Any, ...] = (None, [], {}, {"title": "x"})
    for value in odd:
        with pytest.raises(BadInputError, match=r"contests\.json"):
            subject_of(value, "contests.json")


# ---- tables ---------------------------------------------------------------------------------------------------------
ODD_NAMES = ("a\rb", "\r", "\n", 'q"', '"', "x, y", " blank ", "", "é\u2028", "'", ";", "\t", "\ufeff")


@pytest.mark.parametrize("name", ODD_NAMES, ids=repr)
def test_a_table_is_what_verifiers_and_the_standard_library_read(name: str) -> None:
    rows = [["1", name], [name, "2"]]
    written = table(("batch", "cards"), rows)
    assert read_by_verifier(written, "here", "batch,cards") == rows
    assert list(csv.reader(io.StringIO(written.decode(), newline=""), strict=True))[1:] == rows


@pytest.mark.parametrize("name", [name for name in ODD_NAMES if "\r" not in name], ids=repr)
def test_tables_without_a_carriage_return_have_the_bytes_of_the_standard_library(name: str) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["batch", "cards"], [name, name]])
    assert table(("batch", "cards"), [[name, name]]) == text.getvalue().encode()


ODD_COMMITMENTS: dict[str, Callable[[str], Commitment]] = {
    "comparison": lambda odd: replace(
        COMMITMENTS["comparison"],
        listed=tuple(replace(one, batch=odd) for one in COMMITMENTS["comparison"].listed),
    ),
    "polling": lambda odd: polling({odd: 3, "x, y": 4}, {"c1": "AAB", "c2": "A"}),
    "batch": lambda odd: batches({odd: {"c1": "AAB"}, "é": {"c1": "A", "c2": "A-"}}),
}


@pytest.mark.parametrize("name", ODD_COMMITMENTS)
def test_a_batch_named_with_a_carriage_return_is_committed_as_it_is(name: str) -> None:
    before = ODD_COMMITMENTS[name]("a\rb")
    assert commitment_of(before.design, files_of(before)) == before


@pytest.mark.parametrize("name", ODD_COMMITMENTS)
def test_a_name_that_no_table_holds_is_refused_before_anything_is_drawn(name: str) -> None:
    with pytest.raises(BadInputError, match=r"no name of a card, batch or pool holds NUL; found 'a\\x00b'"):
        files_of(ODD_COMMITMENTS[name]("a\0b"))
