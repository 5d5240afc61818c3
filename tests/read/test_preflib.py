"""PrefLib and abcvoting: totals are held to the header, and a malformed line refuses the file by its number."""

from decimal import Decimal
from pathlib import Path

import pytest

from faircount.model import BadInputError
from faircount.read import READERS
from read.counted import reading, ways
from read.reading import FIXTURES, facts, read_all

NEW = (FIXTURES / "preflib" / "new" / "export.toi").read_text("utf-8")
OLD = (FIXTURES / "preflib" / "old" / "export.toi").read_text("utf-8")
CAT = (FIXTURES / "preflib" / "categories" / "export.cat").read_text("utf-8")
YAML = (FIXTURES / "abcvoting-yaml" / "export.abc.yaml").read_text("utf-8")


def test_old_and_new_headers_read_alike(tmp_path: Path):
    new, old = reading(tmp_path, "a.toi", NEW, "preflib"), reading(tmp_path, "b.toi", OLD, "preflib")
    assert [[(m["choice"][:3], m["rank"]) for m in p["marks"]] for p in new["patterns"]][1:] == [
        [("Bo ", 1), ("Cy ", 1), ("Ada", 2)], [("Cy ", 1)],
    ]  # fmt: skip
    assert sorted(ways(new).values()) == sorted(ways(old).values()) == [1, 2, 4]
    assert [c["choice"] for c in old["choices"]] == ["Ada Roe", "Bo Finn", "Stern, Cy"]


def test_categories_are_all_kept_and_only_the_first_is_a_vote(tmp_path: Path):
    tables = reading(tmp_path, "a.cat", CAT, "preflib")
    (contest,) = tables["contests"]
    assert (contest["ranks"], contest["votes_allowed"]) == (0, 3)
    marks = {(m["choice"], m["is_vote"], m["score"], *m["conditions"]) for m in tables["patterns"][0]["marks"]}
    assert marks == {("Ada Roe", True, 1, "Yes"), ("Cy Stern", True, 1, "Yes"), ("Bo Finn", False, 0, "No")}
    assert "categories, best first: Yes, No" in facts(tables, "note")[1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (NEW.replace("VOTERS: 7", "VOTERS: 8"), "voters 8"),
        (NEW.replace("1: 3\n", ""), "voters 7"),
        (NEW.replace("ORDERS: 3", "ORDERS: 4"), "lines of preferences 4"),
        (NEW.replace("2: {2,3},1", "2: {2,3,1"), "row 17.*braces"),
        (NEW.replace("2: {2,3},1", "2: {2,4},1"), "row 17.*those of the header"),
        (NEW.replace("2: {2,3},1", "2: {2,3},2"), "row 17.*stands once"),
        (NEW.replace("2: {2,3},1", "two: 1"), "row 17.*number of voters"),
        (NEW.replace("2: {2,3},1", "2 1"), "row 17.*count: preferences"),
        (NEW.replace("TYPE: toi", "TYPE: soi"), "row 17.*no ties"),
        (NEW.replace("TYPE: toi", "TYPE: toc"), "row 16.*every alternative"),
        (NEW.replace("TYPE: toi", "TYPE: wmd"), "matchings and graphs"),
        (NEW.replace("ALTERNATIVES: 3", "ALTERNATIVES: 4"), "NUMBER ALTERNATIVES"),
        (CAT.replace("CATEGORIES: 2", "CATEGORIES: 3"), "NUMBER CATEGORIES"),
        (CAT.replace("2: {},{1,2,3}", "2: {},{1,2},3"), "at most 2 categories"),
        (OLD.replace("7,7,3", "2,2,5"), "voters 2"),
        (OLD.replace("3\n1,", "4\n1,", 1), "voters 1"),
        ("", "begins with the number"),
        ("5000000\n", "begins with the number"),
    ],
)
def test_malformed_files_are_refused_with_the_line(tmp_path: Path, text: str, words: str):
    with pytest.raises(BadInputError, match=words):
        reading(tmp_path, "a.cat" if "CATEGORY" in text else "a.toi", text, "preflib")


def test_an_approval_profile():
    tables = read_all(READERS["abcvoting-yaml"], FIXTURES / "abcvoting-yaml" / "export.abc.yaml")
    assert sorted(c["weight"] for c in tables["cards"]) == [1, 1, 1, 1, Decimal("1.5")]
    (contest,) = tables["contests"]
    assert (contest["seats"], contest["votes_allowed"], contest["ranks"]) == (2, 4, 0)
    assert len(tables["choices"]) == 4, "num_cand counts those nobody approves"


def test_the_block_form_is_the_same(tmp_path: Path):
    block = "profile:\n- [0, 1]\n- {2}\n- []\n- [0, 1, 2]\nnum_cand: 4\nvoter_weights: [2, 1.5, 1, 1]\n"
    flow = ways(reading(tmp_path, "a.abc.yaml", YAML, "abcvoting-yaml"))
    assert ways(reading(tmp_path, "b.abc.yaml", block, "abcvoting-yaml")) == flow and flow[()] == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (YAML.replace("[2, 1.5, 1, 1]", "[2, 1.5, 1]"), "as many voter_weights"),
        (YAML.replace("num_cand: 4", "num_cand: 2"), "from 0 to num_cand"),
        (YAML.replace("num_cand: 4", "num_cand: four"), "whole number"),
        (YAML + "num_voters: 3\n", "keys are"),
        (YAML.replace("{2}", "{2"), "list of lists"),
        (YAML.replace("[0, 1, 2]]", "[0, 1, 2]"), "does not close"),
        (YAML.replace("{2}", "{a}"), "list of lists"),
        (YAML.replace("{2}", "{-2}"), "list of lists"),
        ("num_cand: 4\ncommitteesize: 1\n", "has a profile"),
        (YAML.replace("1.5", "-1"), "six decimals"),
    ],
)
def test_malformed_profiles_are_refused(tmp_path: Path, text: str, words: str):
    with pytest.raises(BadInputError, match=words):
        reading(tmp_path, "a.abc.yaml", text, "abcvoting-yaml")
