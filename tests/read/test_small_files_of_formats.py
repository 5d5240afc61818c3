"""Small files as their formats are described, and what they say: each was once read wrong, in part, or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from faircount.app.mapping import confirm, proposed
from faircount.model import BadInputError
from faircount.read import READERS, Export
from read.cdf_report import as_json, as_xml, contest, one, position, report, selection
from read.counted import Tables, reading, ways
from read.reading import facts, read_all

NAMES = '"Ada"\n"Bo"\n"Cy"\n"Club"\n'


@pytest.mark.parametrize(
    "text",
    [
        '3 1\n1 1 2 0 2 2 1 0 0 "Ada" "Bo" "Cy" "Club"',
        '3 1\n1 1 2 0 2 2 1 0 0 "Ada"\n"Bo" "Cy"\n"Club"\n',
        '3 1\n1 1 2 0\n2 2 1 0\n0 "Ada" "Bo" "Cy"\n"Club"\n',
    ],
)
def test_line_ends_are_optional_below_the_header_too(tmp_path: Path, text: str) -> None:
    found = reading(tmp_path, "a.txt", text, "blt")
    assert READERS["blt"].recognise(Export(tmp_path / "a.txt")) is not None
    assert ways(found) == {(("Ada", 1), ("Bo", 2)): 1, (("Bo", 1), ("Ada", 2)): 2}
    assert [row["choice"] for row in found["choices"]] == ["Ada", "Bo", "Cy"] and found["contests"][0][
        "contest"
    ] == "Club"


def test_two_ballots_on_a_line_are_not_one_with_a_skipped_rank(tmp_path: Path) -> None:
    path = tmp_path / "a.blt"
    with pytest.raises(BadInputError, match="row 2: a line is one ballot"):
        reading(tmp_path, path.name, "3 1\n1 1 2 0 2 2 1 0\n3 2 0\n3 1 0\n0\n" + NAMES, "blt")
    assert READERS["blt"].recognise(Export(path)) is not None  # it is told what is amiss, not that nobody knows it
    kept = reading(tmp_path, "b.blt", "3 1\n1 1 2 0 3 0\n3 2 0\n3 1 0\n0\n" + NAMES, "blt")
    assert ways(kept)[("Ada", 1), ("Bo", 2), ("Cy", 4)] == 1


@pytest.mark.parametrize(("maker", "clear"), [("Tarn Systems", ["Ada Rowan", "Cyd Maple"]), ("Bright Spots", None)])
def test_a_rank_that_is_allocable_to_nobody_is_no_preference(
    tmp_path: Path, maker: str, clear: list[str] | None
) -> None:
    """But RCTab says so of every rank that does not count in the round that it shows: there it takes nothing away."""
    marked = [
        selection(f"m-c-{who}", position(Rank=rank, IsAllocable=allocable))
        for rank, (who, allocable) in enumerate([("ada", "yes"), ("ben", "no"), ("cyd", "unknown")], 1)
    ]
    device = {"@id": "dev-1", "@type": "CVR.ReportingDevice", "Manufacturer": maker}
    for write in (as_json, as_xml):
        path = write(tmp_path / "x", report(one(contest("mayor", *marked)), ReportingDevice=[device]))
        (pattern,) = read_all(READERS["cdf-cvr"], path)["patterns"]
        found = [mark["choice"] for mark in pattern["marks"] if not mark["is_ambiguous"]]
        assert found == (clear or ["Ada Rowan", "Ben Alder", "Cyd Maple"]) and len(pattern["marks"]) == 3


DOMINION = (
    "E,5.11.3.1,,,,,,,\n,,,,,,Board (Vote For=2),Board (Vote For=2),Board (Vote For=2),Board (Vote For=2)\n"
    ",,,,,,Ada,Bo,Write-in,Write-in\nCvrNumber,TabulatorNum,BatchId,RecordId,ImprintedId,BallotType,DEM,REP,,\n"
)


def test_sums_without_a_word_are_withheld_ballots(tmp_path: Path) -> None:
    """Boulder 2020: the cells that tell a card are empty, and the style stands alone."""
    text = DOMINION + "1,9,1,138,9-1-138,DS-1,1,0,0,0\n,,,,,DS-2,48,1,0,0\n,,,,,DS-3,1,0,0,1\n"
    found = reading(tmp_path, "a.csv", text, "dominion-csv")
    assert [card["style"] for card in found["cards"]] == ["DS-1", "DS-3"]  # one voter's row is a card like others
    (row,) = found["rejected"]
    assert (row["row"], row["rule"]) == (6, "an aggregated row is not a card")
    assert facts(found, "withheld") == ["a.csv: Board: Ada: 48, Bo: 1, Write-in: 0"]
    assert facts(found, "partial") == [
        "1 aggregated (redacted) row stands for at least 25 ballots whose records were withheld"
    ]


def test_columns_of_write_ins_are_one_pool(tmp_path: Path) -> None:
    found = reading(
        tmp_path, "a.csv", DOMINION + "1,9,1,1,9-1-1,DS-1,0,0,1,1\n2,9,1,2,9-1-2,DS-1,1,0,0,1\n", "dominion-csv"
    )
    pool, other = (("Write-in", 1), ("Write-in", 1)), (("Ada", 1), ("Write-in", 1))
    assert ways(found) == {pool: 1, other: 1}
    assert [(row["choice"], row["kind"]) for row in found["choices"]][2:] == [("Write-in", "write-in")]


def test_a_hart_ranking_that_fills_its_string_by_chance_is_no_cumulative_vote(tmp_path: Path) -> None:
    """Two options at the first rank and one at the second are three marks, as many as the string has places."""
    ranks = "".join(
        f"<Option><Name>{name}</Name><Id>{name}</Id><Value>{value}</Value></Option>"
        for name, value in (("Ada", "100"), ("Bo", "100"), ("Cy", "010"))
    )
    guid = "00000001-1111-4222-8333-000000000001"
    (tmp_path / f"1_{guid}.xml").write_text(
        '<Cvr xmlns="http://tempuri.org/CVRDesign.xsd"><Contests><Contest><Name>Mayor</Name><Id>m</Id>'
        f"<Options>{ranks}</Options></Contest></Contests><CvrGuid>{guid}</CvrGuid></Cvr>"
    )
    found = read_all(READERS["hart"], tmp_path)
    assert ways(found) == {(("Ada", 1), ("Bo", 1), ("Cy", 2)): 1} and found["contests"][0]["ranks"] == 3


def test_a_status_that_clear_ballot_does_not_have_is_not_called_one_of_its_own(tmp_path: Path) -> None:
    header = "RowNumber,BoxID,BoxPosition,BallotID,Status,Choice_1_1:Mayor:Vote For 1:Ada:NON\n"
    rows = "".join(f"{n},B,{n},B+{n},{status},1\n" for n, status in enumerate(("s", "3", "+1", "0"), 1))
    notes = facts(reading(tmp_path, "a.cvr.csv", header + rows, "clear-ballot"), "note")
    assert [note.partition("× status ")[2] for note in notes] == [
        "+1 (obstructed)", "3 (overlapping images)", "s (not a status of the format)",
    ]  # fmt: skip


def test_votes_of_write_ins_and_of_later_rounds_are_kept(tmp_path: Path) -> None:
    """Of a NIST report: write-ins often have figures of type `write-in` only, which elsewhere repeat others."""
    kind = "ElectionResults."

    def counts(*figures: tuple[str, int, int]) -> list[dict[str, Any]]:
        return [
            {"@type": f"{kind}VoteCounts", "GpUnitId": "c", "Type": t, "Round": r, "Count": n} for t, r, n in figures
        ]

    written = [
        {"@id": "w", "IsWriteIn": True, "VoteCounts": counts(("write-in", 1, 3))},
        {"@id": "a", "CandidateIds": ["ada"],
         "VoteCounts": counts(("total", 1, 9), ("write-in", 1, 2), ("total", 2, 11))},
        {"@id": "v", "CandidateIds": ["vi"], "IsWriteIn": True,
         "VoteCounts": counts(("total", 1, 5), ("write-in", 1, 5))},
    ]  # fmt: skip
    election = {"ElectionScopeId": "c", "Contest": [{"@id": "m", "Name": "Mayor", "ContestSelection": written}]}
    unit = {"@id": "c", "Type": "county", "Name": "Cray"}
    document = {"@type": f"{kind}ElectionReport", "GpUnit": [unit], "Election": [election]}
    found = reading(tmp_path, "a.json", json.dumps(document), "nist-results")
    said = {(row["choice"], row["measure"]): row["count"] for row in found["reported"]}
    assert said == {
        ("Write-in", "votes"): 3, ("ada", "votes"): 9, ("ada", "votes, round 2"): 11, ("vi", "votes"): 5,
    }  # fmt: skip
    assert facts(found, "note") == ["2 rows left out: figures of type write-in, a part of the others"]


PREFLIB = (
    "# TITLE: Club\n# DATA TYPE: soi\n# NUMBER ALTERNATIVES: 3\n# NUMBER VOTERS: 3\n# NUMBER UNIQUE ORDERS: 2\n"
    "# ALTERNATIVE NAME 1: Ada\n# ALTERNATIVE NAME 2: Bo\n# ALTERNATIVE NAME 3: Cy\n2: 1,2\n1: 3\n"
)


@pytest.mark.parametrize("gone", ["# ALTERNATIVE NAME 3: Cy\n", "# NUMBER VOTERS: 3\n", "# NUMBER ALTERNATIVES: 3\n"])
def test_preflib_with_a_line_lost_is_refused_and_not_taken_for_another_format(tmp_path: Path, gone: str) -> None:
    """Others read `2: 1,2` as two choices that are equal."""
    path = tmp_path / "a.txt"
    path.write_text(PREFLIB.replace(gone, ""))
    claims = {name: found.confidence for name in READERS if (found := READERS[name].recognise(Export(path)))}
    assert max(claims, key=lambda name: claims[name]) == "preflib"
    with pytest.raises(BadInputError, match="NUMBER"):
        read_all(READERS["preflib"], path)


def test_a_ward_with_as_many_bad_rows_as_good_ones_is_a_ward(tmp_path: Path) -> None:
    named = "".join(f'"Candidate {n}","{name}","Party (P)",\n' for n, name in enumerate(("Ada", "Bo"), 1))
    found = reading(tmp_path, "a.csv", "2,1,\n5,1,2,\n2,4,\n" + named + '"Ward 1",\n', "scottish-csv")
    assert READERS["scottish-csv"].recognise(Export(tmp_path / "a.csv")) is not None
    assert ways(found) == {(("Ada", 1), ("Bo", 2)): 5} and [row["row"] for row in found["rejected"]] == [3]


@pytest.mark.parametrize("header", ["Batch,Choice 1,Choice 2", "Precinct,Mayor Choice 1,Mayor Choice 2"])
def test_votes_of_choices_called_by_numbers_are_no_rankings(tmp_path: Path, header: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\nB1,100,200\nB2,50,60\n")
    assert [name for name in READERS if READERS[name].recognise(Export(path))] == []
    path.write_text(f"{header}\nB1,1,2\nB2,2,1\n")  # choices by their numbers, and so are those of New York
    assert any(READERS[name].recognise(Export(path)) for name in ("ess", "rank-matrix"))
    path.write_text(f"{header}\nB1,218127,217572\nB2,217572,218127\nB3,218127,217572\n")
    assert any(READERS[name].recognise(Export(path)) for name in ("ess", "rank-matrix"))


def test_a_statement_of_votes_by_round(tmp_path: Path) -> None:
    """As Boulder's of 2023: no undervotes, but blanks; a contest that nobody ranks has no figures by round."""
    text = (
        "Precinct Code,Active Voters,Contest Title,Candidate Name,Total Ballots,Round 1 Votes,Round 2 Votes,"
        "Total Votes,Total Blanks,Total Overvotes,Total Exhausted\n"
        "100,400,Mayor,Ada,300,150,160,160,10,2,5\n100,400,Mayor,Cy,300,38,N/A,,10,2,5\n100,400,Measure,Yes,300,,,200,,,\n"
    )
    found = reading(tmp_path, "a.csv", text, "statement-of-votes-csv")
    assert READERS["statement-of-votes-csv"].recognise(Export(tmp_path / "a.csv")) is not None
    said = {(row["contest"], row["choice"], row["measure"]): row["count"] for row in found["reported"]}
    shared = (("registered", 400), ("ballots_cast", 300))
    both = {(title, None, measure): n for title in ("Mayor", "Measure") for measure, n in shared}
    assert said == both | {
        ("Mayor", "Ada", "votes"): 150, ("Mayor", "Ada", "votes, round 2"): 160, ("Mayor", "Ada", "total votes"): 160,
        ("Mayor", "Cy", "votes"): 38, ("Mayor", None, "total blanks"): 10, ("Mayor", None, "total overvotes"): 2,
        ("Mayor", None, "total exhausted"): 5, ("Measure", "Yes", "votes"): 200,
    }  # fmt: skip
    assert found["rejected"] == []


@pytest.mark.parametrize(
    ("words", "measure"),
    [("Blanks", "undervotes"), ("Blank Votes", "undervotes"), ("Number of Under Votes", "undervotes"),
     ("OVER-VOTES", "overvotes"), ("Total Over Votes", "overvotes")],
)  # fmt: skip
def test_blanks_and_overvotes_are_nobody_to_vote_for(tmp_path: Path, words: str, measure: str) -> None:
    text = f"county,precinct,office,district,party,candidate,votes\nX,A,Clerk,,,Ada,9\nX,A,Clerk,,,{words},4\n"
    found = reading(tmp_path, "a.csv", text, "openelections-csv")["reported"]
    assert [(row["choice"], row["measure"], row["count"]) for row in found] == [("Ada", "votes", 9), (None, measure, 4)]


def mapped(folder: Path, name: str, text: str, contest: str = "") -> Tables:
    """Write a table, confirm the mapping that is proposed for it, and read it so."""
    path = folder / name
    path.write_text(text)
    confirm(proposed(path, contest))
    return read_all(READERS["mapped-table"], path)


def test_totals_of_a_table_with_a_mapping_count_once(tmp_path: Path) -> None:
    wide = "Municipality,Voters,Candidate A (LIB),Candidate B,Spoiled\nAsh,9,3,2,1\nElm,8,4,1,1\nTotal,17,7,3,2\n"
    found = mapped(tmp_path, "a.csv", wide, "Mayor")["reported"]
    votes = {(row["choice"], row["jurisdiction"]): row["count"] for row in found if row["measure"] == "votes"}
    first, second = "Candidate A (LIB)", "Candidate B"  # named like a column of names, and yet of figures
    assert votes == {
        (first, "Ash"): 3, (first, "Elm"): 4, (first, None): 7,
        (second, "Ash"): 2, (second, "Elm"): 1, (second, None): 3,
    }  # fmt: skip
    batches = mapped(tmp_path, "b.csv", "Batch,Ballots\nB1,20\nB2,15\nTotal,35\n")
    assert [row["cards"] for row in batches["manifest"]] == [20, 15]
    assert [row["rule"] for row in batches["rejected"]] == ["a total is not a batch"]


def test_what_is_no_choice_in_a_table_with_a_mapping(tmp_path: Path) -> None:
    long = "Ward,Race,Candidate,Votes\n1,Mayor,Ada,12\n1,Mayor,Blanks,3\n1,Mayor,Over Votes,1\n1,Mayor,Total,16\n"
    found = mapped(tmp_path, "a.csv", long)
    said = [(row["choice"], row["measure"], row["count"]) for row in found["reported"]]
    assert said == [("Ada", "votes", 12), (None, "undervotes", 3), (None, "overvotes", 1)]
    assert [row["row"] for row in found["rejected"]] == [5]


def test_a_total_is_no_shareholder(tmp_path: Path) -> None:
    rows = "account,shares,proposal,choice\nA,10,P,For\nB,20,P,Against\nGrand Total,30,P,For\nTotal,30,P,\n"
    found = reading(tmp_path, "a.csv", rows, "shareholder-csv")
    assert sum(card["weight"] for card in found["cards"]) == 30
    assert [(row["row"], row["rule"]) for row in found["rejected"]] == [
        (4, "a total is not an account"), (5, "a total is not an account"),
    ]  # fmt: skip


def test_a_column_of_totals_is_no_choice_of_batch_tallies(tmp_path: Path) -> None:
    found = reading(tmp_path, "a.csv", "Batch Name,Ada,Bo,Total\nB1,10,5,15\nB2,3,20,23\n", "arlo-batch-tallies")
    assert [row["choice"] for row in found["choices"]] == ["Ada", "Bo"]
    assert sum(row["count"] for row in found["reported"]) == 38
    assert "a.csv: a total is no choice, columns not read: Total" in facts(found, "note")


def test_quotation_marks_around_a_name_of_abif_are_no_part_of_it(tmp_path: Path) -> None:
    found = reading(tmp_path, "a.abif", '=A:"Ada Lee"\n=B:[Bo "Bobby" Fry]\n2:A>B\n', "abif")
    assert [row["choice"] for row in found["choices"]] == ["Ada Lee", 'Bo "Bobby" Fry']
