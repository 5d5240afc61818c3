"""faircount convert: what is said, what is written, which code it ends with."""

import json
from pathlib import Path

import pytest
from cli.running import Here, process

from faircount.cli.converting import FORMATS
from faircount.write import WRITERS


def test_help_names_every_format(here: Here) -> None:
    assert FORMATS.split(", ") == list(WRITERS)
    said = "".join(here("convert", "--help").out.split())
    assert all(name in said for name in WRITERS)


def test_an_export_becomes_another(here: Here, received: Path, tmp_path: Path) -> None:
    ran = here("convert", received / "CVR_Export.zip", "--to", "cdf-json", "-o", tmp_path / "cvr.json")
    assert ran.code == 0
    assert ran.out.startswith(f"wrote {tmp_path / 'cvr.json'} (")
    assert "not held: the counting group of each card" in ran.err
    assert json.loads((tmp_path / "cvr.json").read_text("utf-8"))["Version"] == "1.0.0"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")], "no temporary folder stays"


def test_a_folder_of_an_election_is_written_too(here: Here, town: Path, tmp_path: Path) -> None:
    ran = here("convert", town, "--to", "blt", "--contest", "mayor", "-o", tmp_path / "mayor.blt", "--json")
    assert ran.code == 0
    assert ran.document["written"] and ran.document["format"] == "blt"
    assert [Path(one["path"]).name for one in ran.document["files"]] == ["mayor.blt"]
    assert all(not loss["votes"] for loss in ran.document["lost"])
    assert (tmp_path / "mayor.blt").read_text("utf-8").startswith("6 1\n")


def test_lost_votes_are_refused_and_told(here: Here, town: Path, tmp_path: Path) -> None:
    ran = here("convert", town, "--to", "blt", "-o", tmp_path / "out", "--json")
    assert ran.code == 2 and not (tmp_path / "out").exists()
    assert ran.document["written"] is False
    assert [loss["what"] for loss in ran.document["lost"] if loss["votes"]] == [
        "the contest 'City Council': voters mark several choices in it and do not rank: BLT holds rankings"
    ]
    assert "BLT rankings cannot hold all of these votes" in ran.err and "--allow-loss" in ran.err
    ran = here("convert", town, "--to", "blt", "-o", tmp_path / "out", "--allow-loss")
    assert ran.code == 1 and "VOTES NOT HELD: the contest 'City Council'" in ran.err
    assert len(list((tmp_path / "out").glob("*.blt"))) == 7


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--to", "cdf"), "did you mean 'cdf-xml'|no format named 'cdf'"),
        (("--to", "parquet", "--contest", "Mayor"), "written whole"),
        (("--to", "blt", "--contest", "Sheriff of Nottingham"), "no contest's title holds"),
        (("--to", "cdf-json", "--date", "tomorrow"), "a date is written YYYY-MM-DD"),
    ],
)
def test_wrong_use_is_explained(here: Here, town: Path, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    import re

    ran = here("convert", town, "-o", tmp_path / "out", *arguments)
    assert ran.code == 2 and re.search(says, ran.err), ran.err
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_no_export_is_refused(here: Here, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Dear all,\nthe meeting is on Monday.\n", "utf-8")
    ran = here("convert", tmp_path / "note.txt", "--to", "csv", "-o", tmp_path / "out")
    assert ran.code == 3 and "no reader recognises it" in ran.err


def test_hostile_titles_do_not_steer_the_terminal(here: Here, small: Path, tmp_path: Path) -> None:
    ran = here("convert", small, "--to", "arlo-cvr", "-o", tmp_path / "out", "--date", "2030-11-05")
    assert "\x1b" not in ran.out + ran.err and "\u202e" not in ran.out + ran.err


def test_the_same_bytes_in_another_process(town: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        ran = process(
            "convert", town, "--to", "cdf-xml", "-o", tmp_path / f"{name}.xml", "-q", PYTHONHASHSEED=str(ord(name))
        )
        assert ran.code == 0 and ran.err == ""
    assert (tmp_path / "a.xml").read_bytes() == (tmp_path / "b.xml").read_bytes()
