"""Values that contradict themselves are refused when they are made; silence is never a pass."""

import itertools
import pickle
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faircount.count import OTHER_WORDS, RULES
from faircount.model import (
    TABLES,
    Answer,
    BadInputError,
    Batch,
    CandidateIndex,
    CardCount,
    Catalog,
    Choice,
    Contest,
    Finding,
    Mark,
    Pattern,
    Profile,
    Rank,
    Report,
    Round,
    Status,
    Transcript,
    UnknownNameError,
    UsageError,
    rows_to_table,
)

ADA, BO = Choice("Ada"), Choice("Bo")


# ---- contests --------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": " "}, "needs a title"),
        ({"choices": (ADA, Choice("Ada", "Green"))}, "distinct names"),
        ({"seats": 0}, "at least 1"),
        ({"votes_allowed": 0}, "at least 1"),
        ({"ranks": -1}, "at least 1"),
    ],
)
def test_a_contest_that_contradicts_itself_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(BadInputError, match=words) as refused:
        Contest(**{"title": "Mayor", "choices": (ADA, BO), **change})  # type: ignore[arg-type]
    assert refused.value.exit_code == 3


def test_fewer_choices_than_seats_is_a_real_ballot() -> None:
    assert Contest("Board", (ADA,), seats=3).name_of(CandidateIndex(0)) == "Ada"


def test_an_option_that_is_not_stated_has_the_default_asked_for() -> None:
    contest = Contest("Mayor", (ADA,), options=(("tie", "stop"),))
    assert (contest.option("tie", "lot"), contest.option("batch", "no")) == ("stop", "no")


# ---- profiles --------------------------------------------------------------
def pattern(*marks: int, **rest: int) -> Pattern:
    return Pattern(tuple(Mark(CandidateIndex(c), Rank(r)) for r, c in enumerate(marks, 1)), **rest)


patterns = st.lists(
    st.builds(pattern, st.integers(0, 3), st.integers(0, 3), undervotes=st.integers(0, 2)), min_size=1, unique=True
)


@given(patterns, st.randoms(use_true_random=False))
def test_a_profile_does_not_depend_on_the_order_of_its_making(found: list[Pattern], chance: "st.Random") -> None:
    counts = {p: at + 1 for at, p in enumerate(found)}
    shuffled = list(counts.items())
    chance.shuffle(shuffled)
    one, other = Profile.of(counts), Profile.of(dict(shuffled))
    assert one == other
    assert one.total_cards == sum(counts.values()) == one.total_weight
    assert dict(zip(one.patterns, one.cards, strict=True)) == counts


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (((pattern(0),), (CardCount(1), CardCount(2)), (1,)), "one entry each"),
        (((pattern(1), pattern(0)), (CardCount(1), CardCount(1)), (1, 1)), "sorted"),
        (((pattern(0), pattern(0)), (CardCount(1), CardCount(1)), (1, 1)), "distinct"),
        (((pattern(0),), (CardCount(0),), (0,)), "at least one card"),
        (((pattern(0),), (CardCount(1),), (Fraction(-1, 2),)), "not negative"),
    ],
)
def test_a_profile_that_contradicts_itself_is_refused(columns: tuple[object, ...], words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        Profile(*columns)  # type: ignore[arg-type]


def test_patterns_that_differ_in_anything_sort_apart() -> None:
    """Equal sort keys of unequal patterns would make a profile that refuses itself, or loses a pattern."""
    zero, one = CandidateIndex(0), CandidateIndex(1)
    marks = [
        Mark(zero),
        Mark(one),
        Mark(zero, Rank(2)),
        Mark(zero, score=0),
        Mark(zero, score=1),
        Mark(zero, is_vote=True),
        Mark(zero, is_vote=False),
        Mark(zero, is_ambiguous=True),
        Mark(zero, conditions=("smudge",)),
    ]
    found = [Pattern((m,)) for m in marks]
    found += [Pattern(), Pattern(undervotes=0), Pattern(overvotes=0), Pattern(conditions=("blank",))]
    for a, b in itertools.combinations(found, 2):
        assert a.sort_key() != b.sort_key(), (a, b)
    assert len(Profile.of(dict.fromkeys(found, 1)).patterns) == len(found)


# ---- transcripts -----------------------------------------------------------
def test_a_transcript_loses_no_vote_between_rounds() -> None:
    first = Round((3, 2), (("undervote", 1),))
    kept = Round((5, 0), (("undervote", 1),), elected=(CandidateIndex(0),))
    found = Transcript("plurality", 6, (first, kept), "elected")
    assert found.elected == (0,)
    with pytest.raises(BadInputError, match=r"round 2 .*sum to 6; found 5"):
        Transcript("plurality", 6, (first, Round((5, 0))), "elected")
    with pytest.raises(BadInputError, match=r"round 1 .*sum to 1/2"):
        Transcript("plurality", Fraction(1, 2), (Round((Fraction(1, 3),)),), "elected")


def test_a_transcript_ends_in_a_known_way() -> None:
    with pytest.raises(BadInputError, match="verdict is one of"):
        Transcript("plurality", 0, (), "won")


# ---- reports ---------------------------------------------------------------
def report(*statuses: Status) -> Report:
    return Report(tuple(Finding("R00", "x", "S.", status, "F.") for status in statuses))


def test_an_empty_report_is_not_checked() -> None:
    assert report().status is Status.NOT_CHECKED


@given(st.lists(st.sampled_from(Status), min_size=1))
def test_a_report_is_as_good_as_its_worst_finding(statuses: list[Status]) -> None:
    expected = next(s for s in (Status.FAIL, Status.NOT_CHECKED, Status.PASS) if s in statuses)
    assert report(*statuses).status is expected


def test_an_answer_names_its_columns() -> None:
    answer = Answer(("a", "b"), ((1, 2), (3, 4)))
    assert answer.column("b") == (2, 4)
    with pytest.raises(KeyError):
        answer.column("c")


# ---- catalogs, errors, batches ---------------------------------------------
def test_a_catalog_says_what_was_probably_meant() -> None:
    catalog = Catalog("choice", ADA, BO)
    assert list(catalog) == ["Ada", "Bo"] and len(catalog) == 2 and "Ada" in catalog and "Cy" not in catalog
    with pytest.raises(UnknownNameError, match="no choice named 'Adda'; did you mean 'Ada'\\? known: Ada, Bo"):
        catalog["Adda"]
    assert issubclass(UnknownNameError, UsageError)
    called = Catalog("choice", ADA, BO, called={"lovelace": "'Ada'"})
    with pytest.raises(UnknownNameError, match="no choice named 'Lovelace'; did you mean 'Ada'\\? known"):
        called["Lovelace"]
    assert "lovelace" not in called, "another word is no name"


def test_the_field_s_other_words_for_a_rule_name_one_that_there_is() -> None:
    for word, typed in OTHER_WORDS.items():
        assert word not in RULES
        names = re.findall("'([a-z-]+)'", typed)
        assert names and all(name in RULES for name in names), typed


def test_an_error_survives_the_way_back_from_a_worker() -> None:
    error = BadInputError("a.csv, row 3", "votes are whole numbers", "'x'", "look at the file")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) == "a.csv, row 3: votes are whole numbers; found 'x'; look at the file"
    assert (again.place, again.fix) == (error.place, error.fix)


def test_a_batch_holds_canonical_tables_only() -> None:
    empty = Batch()
    assert all(empty.table(name).schema == schema and not empty.table(name).num_rows for name, schema in TABLES.items())
    facts = rows_to_table("facts", [{"name": "version", "value": "5"}])
    assert Batch({"facts": facts}).table("facts").num_rows == 1
    with pytest.raises(TypeError, match="styles: expected"):
        Batch({"styles": facts})
