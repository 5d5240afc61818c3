"""VoteKit: saved profiles with weights and ties, and raw tables with overvoted ranks."""

from pathlib import Path

import pytest

from faircount.model import BadInputError
from faircount.read import READERS, Export, batch_builder
from read.counted import reading, rejected, ways
from read.reading import FIXTURES, read_all

PROFILE = (FIXTURES / "votekit-csv" / "profile" / "export.csv").read_text("utf-8")


def test_a_profile_keeps_weights_ties_and_skipped_ranks():
    tables = read_all(READERS["votekit-csv"], FIXTURES / "votekit-csv" / "profile" / "export.csv")
    assert ways(tables) == {(("Ada Roe", 1), ("Bo Finn", 1), ("Cy Stern", 3)): 1, (("Ada Roe", 1), ("Bo Finn", 2)): 2}
    assert sorted(str(c["weight"]) for c in tables["cards"]) == ["1.000000", "1.000000", "1.500000"]
    assert rejected(tables) == [(12, "rank 1")]


def test_an_older_profile(tmp_path: Path):
    text = (
        "Candidates\nA,B,C\nBallot Index,Ranking_1,Ranking_2,Weight,Voter Set\n"
        "0,\"frozenset({'A', 'B'})\",frozenset({'C'}),3/2,set()\n1,frozenset(),frozenset({'B'}),2,\"{'Di', 'Ed'}\"\n"
    )
    tables = reading(tmp_path, "a.csv", text, "votekit-csv")
    assert ways(tables) == {(("A", 1), ("B", 1), ("C", 2)): 1, (("B", 2),): 2}


def test_raw_marks_as_they_are():
    tables = read_all(READERS["votekit-csv"], FIXTURES / "votekit-csv" / "raw" / "export.csv")
    assert ways(tables)[("Cy Stern", 1), ("Cy Stern", 3)] == 1, "a repeated choice is for the rule to judge"
    assert [p["overvoted_ranks"] for p in tables["patterns"] if p["overvoted_ranks"]] == [[1]]
    assert rejected(tables) == [(6, None)]
    assert [(c["choice"], c["kind"]) for c in tables["choices"]][-1] == ("Write-in-12", "write-in")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PROFILE.replace("Ranking_3,&,Weight", "Ranking_3,&,Ada Roe,Weight"), "scores are not read"),
        (PROFILE.replace("(Bo Finn:Bo Fi)", "(Bo Finn:Ada R)"), "distinct names"),
        (PROFILE.split("Ranking_1")[0], "columns Ranking_1"),
        ("VoteKit RankProfile\n", "lists its candidates"),
    ],
)
def test_refused(tmp_path: Path, text: str, words: str):
    with pytest.raises(BadInputError, match=words):
        reading(tmp_path, "a.csv", text, "votekit-csv")


@pytest.mark.parametrize("cell", ["{'Ada R'", "['Ada R']", "{1}", "print(1)", "{'Zed'}", "{['Ada R']}"])
def test_a_rank_that_is_no_set_is_kept(tmp_path: Path, cell: str):
    tables = reading(tmp_path, "a.csv", PROFILE.replace("{'Zed'}", cell), "votekit-csv")
    assert rejected(tables) == [(12, "rank 1")]


def test_recognised_by_content(tmp_path: Path):
    for text, ours in (
        (PROFILE, "RankProfile"), (",Rank 1,Rank 2\n0,A,B\n", "raw rankings"), (",Rank 1,Town\n0,A,B\n", ""),
        ("Rank 1\nA\n", ""), ("Candidates\n(A:A)\n\n\n\n", ""), ("Precinct,Rank 1,Rank 2\n0,A,B\n", ""),
    ):  # fmt: skip
        path = tmp_path / "x.csv"
        path.write_text(text)
        claim = READERS["votekit-csv"].recognise(Export(path))
        assert (claim.version if claim else "") == ours, text


def test_a_file_after_one_with_many_names_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_builder, "CARDS_PER_BATCH", 3)
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(",Rank 1,Rank 2\n0,Ann,Bo\n1,Cy,Di\n2,Ed,Flo\n3,Gus,\n", "utf-8")
    export = Export(tmp_path)
    batches = [
        batch for part in READERS["votekit-csv"].plan(export) for batch in READERS["votekit-csv"].read(export, part)
    ]
    assert sum(batch.table("cards").num_rows for batch in batches) == 8
