"""abcvoting profiles: read where their keys stand, in any order, and never held."""

from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from faircount.model import BadInputError
from read.counted import Tables, reading, ways

KEYS = (
    "profile:  # of the club\n- [0, 1]\n# nobody\n- {2, 2}\n\n- []\n- [3, 0,]\n",
    "voter_weights: [2, 1.5,\n  # two more\n  1, 1/2]\n",
    "num_cand: 4\n",
    "committeesize: 2\n",
)


def profile(folder: Path, text: str) -> Tables:
    return reading(folder, "club.abc.yaml", text, "abcvoting-yaml")


def test_keys_may_stand_in_any_order(tmp_path: Path) -> None:
    found = [profile(tmp_path, "".join(keys)) for keys in permutations(KEYS)]
    assert all(ways(tables) == ways(found[0]) and tables["contests"] == found[0]["contests"] for tables in found)
    assert [(c["record"], c["weight"]) for c in found[0]["cards"]] == [
        (2, 1), (2, 1), (4, Decimal("1.5")), (6, 1), (7, Decimal("0.5")),
    ]  # fmt: skip
    assert found[0]["files"][0]["records"] == 4, "voters"


def test_without_num_cand_the_highest_is_the_last(tmp_path: Path) -> None:
    tables = profile(tmp_path, "profile: [[0], {5, 1}]\ncommitteesize: 1\n")
    assert [c["choice"] for c in tables["choices"]] == [f"Candidate {n}" for n in range(6)]
    with pytest.raises(BadInputError, match="from 0 to num_cand"):
        profile(tmp_path, "profile: [[], []]\n")


@pytest.mark.parametrize(
    ("weights", "words"),
    [("[1, 1, 1]", "3 weights for 2 voters"), ("[1]", "1 weights for 2 voters"), ("[]", "0 weights for 2 voters")],
)
def test_how_many_weights_and_voters_there_are_is_told(weights: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=words):
        profile(tmp_path, f"voter_weights: {weights}\nprofile: [[0], [1]]\nnum_cand: 2\n")


def test_a_description_that_never_ends_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="other than profile"):
        profile(tmp_path, "profile: [[0]]\nnum_cand: 1\ndescription: a club\n" + "  and more\n" * 200_000)


@pytest.mark.parametrize(
    "written",
    [
        "[[0, 1],{2},[],[3,0],{1}]\n",
        "[[0, 1], {2}, [], [3, 0], {1},]\n",
        "\n  [[0,1],\n   {2}  , # two\n   [],\n [3, 0] {1}]\n",
        "[[ 0 ,\n 1 ], { 2 }, [\n ], [3,0],\n\n  # the last\n {1}]\n",
        "\n- [0, 1]\n- {2}  # two\n- []\n-   [3, 0]\n- {1}\n",
        "\n- [ 0, 1 ]\n-\t{2}\n- [ ]\n- [3,\n   0,]\n-\n  {1}\n",
    ],
)
def test_a_profile_is_the_same_however_its_blanks_and_lines_stand(written: str, tmp_path: Path) -> None:
    tables = profile(tmp_path, f"num_cand: 4\nprofile: {written}committeesize: 2\n")
    marks = {p["pattern"]: tuple(m["choice"] for m in p["marks"]) for p in tables["patterns"]}
    assert [marks[v["pattern"]] for v in tables["votes"]] == [
        tuple(f"Candidate {n}" for n in voter) for voter in ((0, 1), (2,), (), (0, 3), (1,))
    ]


@pytest.mark.parametrize(
    ("written", "row"),
    [
        ("[[0], [1],\n\n# the rest is lost\n", 1),
        ("[[0],\n [1],\n\n# the rest is lost\n", 2),
        ("[[0],\n [1],\n [\n", 3),
        ("[[0],\n [1]2]\n", 2),
        ("[[0], [1,,2]]\n", 1),
        ("\n- [0]\n- [1], [2]\n", 3),
        ("\n- [0]\n- [1}\n", 3),
        ("[[0], [0000001]]\n", 1),
        ("[[0], [١]]\n", 1),
    ],
)
def test_what_is_no_profile_is_refused_with_its_row(written: str, row: int, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=rf"row {row}: a profile is a list"):
        profile(tmp_path, f"profile: {written}")
