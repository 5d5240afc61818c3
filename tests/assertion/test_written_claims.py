"""Claims as data: the page that describes them, every feature on a ballot worked by hand, and what is refused."""

import copy
import json
import pickle
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from assertion.claims_on_paper import READ, told, value

from faircount.assertion.irv.claim import Claim, as_assertion
from faircount.model import BadInputError, Ballot, CandidateIndex, Choice, Contest
from faircount.model.assertion import FEATURES, Assorter, Feature, as_json, assorter_from_json

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "assertions.md").read_text("utf-8")
CONTEST = Contest("T", (Choice("Ada"), Choice("Bo"), Choice("Cy")), ranks=3)
WRITTEN = {"terms": [["1/2", "votes", [0]], ["-1", "prefers", [2, 1, True]]], "least": "-1", "upper": "1"}
A, B, C, D = map(CandidateIndex, range(4))
BALLOT = Ballot(((A, 2), (C, Fraction(1, 2))), (C, B, A))
"""Two votes or points for 0 and a half for 2; ranks 2, then 1, then 0, and not 3."""


def test_the_page_lists_every_feature_and_its_example_is_what_is_written() -> None:
    (section,) = re.findall(r"## How a claim is written down\n(.*?)\n## ", PAGE, re.S)
    assert re.findall(r"^\| `(\w+)` \|", section, re.M) == list(FEATURES) == list(READ)
    (example,) = re.findall(r"```json\n(.*?)\n```", section, re.S)
    assert json.loads(example) == as_json(as_assertion(CONTEST, Claim(0, 2)).assorter)


@pytest.mark.parametrize(
    ("name", "arguments", "number"),
    [
        ("votes", (0,), 2), ("votes", (0, 1, 2), Fraction(5, 2)), ("votes", (1, 3), 0),
        ("evenly", (2,), Fraction(1, 2)), ("evenly", (1,), 0),
        ("higher", (0, 2), 1), ("higher", (2, 0), 0), ("higher", (2, 3), 1), ("higher", (1, 3), 0),
        ("cards", (), 1),
        ("ranks", (0, 3), 1), ("ranks", (3,), 0),
        ("first", (0, 2), 1), ("first", (1,), 0),
        ("head", (1, (0, 1, 3)), 1), ("head", (0, (0, 1, 3)), 0), ("head", (3, (3,)), 0),
        ("prefers", (2, 0, False), 1), ("prefers", (0, 2, True), 0),
        ("prefers", (0, 3, True), 1), ("prefers", (0, 3, False), 0), ("prefers", (3, 0, True), 0),
        ("passed", (2, 1, 0), 1), ("passed", (2, 1, 3), 1), ("passed", (2, 0, 1), 0), ("passed", (1, 1, 0), 0),
    ],
    ids=str,
)  # fmt: skip
def test_every_feature_on_one_ballot(name: str, arguments: tuple[Any, ...], number: Fraction) -> None:
    """By hand; by the other evaluator; and of a blank ballot nothing, but that it is a card."""
    assert Feature(name, arguments)(BALLOT) == number
    assorter = Assorter(((Fraction(1), Feature(name, arguments)),), Fraction(-1, 2), Fraction(9))
    assert assorter.gain(BALLOT) == number
    assert value(json.dumps(as_json(assorter)), told(BALLOT)) == number + Fraction(1, 2) == assorter.value(BALLOT)
    assert Feature(name, arguments)(Ballot()) == (name == "cards")


def test_equal_claims_are_equal_and_travel() -> None:
    one, same = (as_assertion(CONTEST, Claim(0, 2, 0b111)) for _ in range(2))
    assert one == same and hash(one) == hash(same) and one != as_assertion(CONTEST, Claim(0, 1, 0b111))
    assert pickle.loads(pickle.dumps(one)) == one
    back = assorter_from_json(copy.deepcopy(WRITTEN))
    assert as_json(back) == WRITTEN
    assert back.value(BALLOT) == Fraction(1, 2)


def broken(**changed: object) -> dict[str, object]:
    return {**WRITTEN, **changed}


def terms_of(*term: object) -> dict[str, object]:
    return broken(terms=[list(term)])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (None, "nothing else"), ([], "nothing else"), ({"terms": []}, "nothing else"),
        (broken(more=1), "nothing else"), (broken(terms={}), "nothing else"),
        (broken(terms=[[]]), "a term is"), (broken(terms=["1"]), "a term is"), (terms_of("1", "votes"), "a term is"),
        (terms_of("1", "votes", [0], 0), "a term is"), (terms_of("1", "votes", 0), "a term is"),
        (terms_of("1", ["votes"], [0]), "a term is"),
        (terms_of("1", "vote", [0]), "its name is one of votes, evenly"),
        *[(terms_of("1", name, arguments), f"feature '{name}': its arguments are") for name, arguments in (
            ("votes", []), ("votes", [-1]), ("votes", [True]), ("votes", ["0"]), ("votes", [0.0]), ("votes", [1, 0]),
            ("votes", [0, 0]), ("votes", [[0]]), ("votes", [None]), ("votes", [{}]), ("cards", [0]),
            ("evenly", []), ("evenly", [0, 1]), ("evenly", [False]), ("higher", [0]), ("higher", [1, 1]),
            ("ranks", []), ("first", [2, 1]), ("head", [0]), ("head", [0, 1]), ("head", [0, []]), ("head", [0, [1, 2]]),
            ("head", [0, [1, 0]]), ("head", [0, [0, [1]]]), ("prefers", [0, 1]), ("prefers", [0, 1, 1]),
            ("prefers", [0, 0, True]), ("prefers", [0, 1, None]), ("passed", [0, 1]), ("passed", [0, 1, 1]),
            ("passed", [0, 1, True]),
        )],
        *[(broken(least=number), "p/q in lowest terms") for number in
          (-1, -1.0, None, "-1.0", "-2/2", "-1/0", "--1", " -1", "-1 ", "-01", "-0", "+1", "1e999999999", "", "−1",
           "-1/-2", "-" + "1" * 5000, "-١")],
        (terms_of(1, "votes", [0]), "p/q in lowest terms"), (broken(upper="2/4"), "p/q in lowest terms"),
        (broken(least="0"), "least gain is below 0"), (broken(least="1"), "least gain is below 0"),
        (broken(upper="1/2"), "above 1/2"), (broken(upper="0"), "above 1/2"),
    ],
    ids=str,
)  # fmt: skip
def test_anything_else_is_refused(wrong: object, said: str) -> None:
    with pytest.raises(BadInputError, match=re.escape(said)):
        assorter_from_json(copy.deepcopy(wrong))
