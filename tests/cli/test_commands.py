"""Every command says what it does, what was probably meant, and ends with the code that its help promises."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from cli.running import Here, environment, process
from cli.unprivileged import unprivileged

from faircount.app import doctor
from faircount.cli import COMMANDS

LIGHT = ["duckdb", "pyarrow", "numpy", "rich", "xlsxwriter", "jinja2", "lxml", "msgspec"]


# ---- starting --------------------------------------------------------------
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["recount", "--help"], ["recont"]])
def test_what_needs_no_election_loads_no_library_for_one(arguments: list[str]) -> None:
    program = f"""
import sys
from faircount.cli import main
try:
    main({arguments!r})
except SystemExit:
    print("loaded:", *(name for name in {LIGHT!r} if name in sys.modules), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "loaded:"


def test_doctor_speaks_where_libraries_are_missing() -> None:
    """What says that something is missing must not need it."""
    program = f"""
import sys
for name in {LIGHT!r}:
    sys.modules[name] = None
from faircount.cli import main
main(sys.argv[1:])
"""
    run = [sys.executable, "-c", program]
    found = subprocess.run([*run, "doctor"], env=environment(), capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "") and "duckdb" in found.stdout
    as_json = subprocess.run([*run, "doctor", "--json"], env=environment(), capture_output=True, text=True, check=False)
    assert {"python", "duckdb", "can write here"} <= {row["what"] for row in json.loads(as_json.stdout)}
    other = subprocess.run([*run, "check"], env=environment(), capture_output=True, text=True, check=False)
    assert other.returncode == 5
    assert "faircount doctor" in other.stderr and "Traceback" not in other.stderr


def test_doctor_knows_every_library_that_the_project_needs(here: Here) -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    wanted = dict(re.findall(r"([a-z0-9-]+)>=([\d.]+)", " ".join(project["dependencies"])))
    assert doctor._NEEDED == wanted
    report = dict(re.findall(r"([a-z0-9-]+)>=([\d.]+)", " ".join(project["optional-dependencies"]["report"])))
    assert doctor._FOR_REPORTS == report


def test_doctor_exits_5_when_something_is_missing(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(doctor._NEEDED, "pyarrow", "9999")
    found = here("doctor")
    assert found.code == 5
    assert "not good" in found.out and "mend it:" in found.out


# ---- help ------------------------------------------------------------------
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(here: Here, command: str) -> None:
    found = here(command, "--help")
    assert (found.code, found.err) == (0, "")
    assert found.out.startswith(f"Usage: faircount {command}")
    assert (
        f"faircount {command}" in found.out.split("Example", 1)[1] or f" {command} " in found.out.split("Example", 1)[1]
    )


def test_the_overview_names_every_command_and_every_exit_code(here: Here) -> None:
    found = here("--help")
    assert all(name in found.out and line in found.out for name, (_, line) in COMMANDS.items())
    assert all(f"{code} " in found.out.split("Exit codes:")[1] for code in (0, 1, 2, 3, 4, 5, 130))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(here: Here, shell: str) -> None:
    found = here("completion", shell)
    assert found.code == 0
    assert "_FAIRCOUNT_COMPLETE" in found.out
    assert here("--json", "completion", shell).document["script"].strip() == found.out.strip()


def test_the_shell_gets_the_commands_to_choose_from() -> None:
    found = process(COMP_WORDS="faircount re", COMP_CWORD="1", _FAIRCOUNT_COMPLETE="bash_complete")
    assert [line.split(",")[1] for line in found.out.splitlines()] == ["rejected", "recount", "reconcile", "report"]


# ---- what was probably meant -----------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("recont", "Did you mean recount"),
        ("reconcil", "Did you mean reconcile"),
        ("recount --thread 1", "--threads"),
        ("recount Mayr", "did you mean 'Mayor'?"),
        ("recount --rule instant-run", "did you mean 'instant-runoff'?"),
        ("recount -O tie", "name=value"),
        ("decide Mayor", "nothing to record"),
        ("decide Mayr --seats 2", "did you mean 'Mayor'?"),
        ("decide Mayor --rule pluralty", "did you mean 'plurality'?"),
        ("decide Measure --rule threshold", "'Measure' fits 3 contests"),
        ("decide Mayor --seats 0", "--seats"),
        ("reconcile card-twise", "did you mean 'card-once'?"),
        ("reconcile R99", "no check named 'R99'"),
        ("reconcile --explain spelin", "did you mean 'spelling'?"),
        ("check --select FC999", "FC101, FC102"),
        ("ingest --as dominon-json .", "did you mean 'dominion-json'?"),
        ("demo --size twon", "town, county, state"),
        ("demo --fault vote-movd --size town", "did you mean 'vote-moved'?"),
        ("export crds --to out", "did you mean 'cards'?"),
        ("export --to out --as pdf", "'pdf' is not one of"),
        ("report --language xx", "known: en"),
        ("sql colour", "the question cannot be answered"),
        ("sql 'drop view cards'", "nothing can be changed"),
        ("sql 'from cards' -o out.pdf", "no form is called .pdf"),
    ],
)
def test_wrong_use_is_one_clear_message_and_exit_2(
    here: Here, town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAIRCOUNT_WORKSPACE", str(town))
    found = here(*shlex.split(arguments))
    assert (found.code, found.out) == (2, "")
    assert words in found.err
    assert "Traceback" not in found.err


@pytest.mark.parametrize(
    "arguments",
    [
        "ingest x",
        "check",
        "recount",
        "reconcile",
        "report",
        "decide Mayor --seats 2",
        "sql 'select 1'",
        "export --to out",
    ],
)
def test_no_workspace_is_exit_2_with_a_hint(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FAIRCOUNT_WORKSPACE", raising=False)
    found = here(*shlex.split(arguments))
    assert (found.code, found.out) == (2, "")
    assert "make one: faircount init" in found.err
    assert list(tmp_path.iterdir()) == []


def test_init_in_a_folder_with_something_in_it_is_refused(here: Here, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("keep")
    found = here("init", tmp_path)
    assert (found.code, found.out) == (2, "") and "not empty" in found.err
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


# ---- exit codes ------------------------------------------------------------
def test_exit_codes_of_findings(here: Here, town: Path, mine: Path, tmp_path: Path) -> None:
    assert here("-w", town, "reconcile", "R01", "R05", "R08").code == 0
    assert here("-w", town, "check", "--select", "fc101").code == 0
    next((mine / "sources").rglob("manifest.csv")).write_text("no more")
    assert here("-w", mine, "check", "--select", "FC101").code == 1
    assert here("-w", mine, "check", "--select", "FC101", "--exit-zero").code == 0
    here("init", tmp_path / "empty")
    empty = here("-w", tmp_path / "empty", "reconcile")
    assert empty.code == 1, "nothing was checked: 0 would say that all is good"
    assert "0 PASS" in empty.out and "on the whole NOT CHECKED" in empty.out
    assert here("-w", tmp_path / "empty", "reconcile", "--exit-zero").code == 0


def test_a_planted_fault_is_exit_1_and_says_where(here: Here, tmp_path: Path) -> None:
    (tmp_path / "d" / "election").mkdir(parents=True)
    (tmp_path / "d" / ".faircount-demo").touch()
    (tmp_path / "d" / "election" / "stale.json").touch()  # of an earlier demo, which is replaced
    made = here("demo", "--size", "town", "--fault", "vote-moved", "--dir", tmp_path / "d", "-q")
    assert made.code == 0 and "FAIL       R08" in made.out
    found = here("-w", tmp_path / "d" / "election", "reconcile", "R08", "R01")
    assert found.code == 1
    assert "on the whole FAIL" in found.out and "could be:" in found.out
    assert not (tmp_path / "d" / "election" / "stale.json").exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("five years")
    assert here("demo", "--size", "town", "--dir", tmp_path / "other").code == 2
    assert (tmp_path / "other" / "thesis.txt").read_text() == "five years"


def test_bad_input_is_exit_3(here: Here, town: Path, tmp_path: Path, received: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear clerk,\n")
    found = here("sniff", tmp_path / "letter.txt", received / "manifest.csv")
    assert found.code == 3
    assert "unknown" in found.out and "manifest-csv" in found.out
    assert here("sniff", received / "manifest.csv").code == 0
    assert here("-w", town, "ingest", tmp_path / "letter.txt").code == 3
    assert here("-w", town, "ingest", tmp_path / "nowhere").code == 3
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "election.json").write_text("{")
    found = here("-w", tmp_path / "e", "recount")
    assert (found.code, found.out) == (3, "") and "election.json" in found.err


def test_damaged_tables_are_exit_4(here: Here, mine: Path) -> None:
    next((mine / "tables" / "cards").iterdir()).write_bytes(b"no Parquet")
    found = here("-w", mine, "recount")
    assert (found.code, found.out) == (4, "")
    assert "no longer as it was written" in found.err


def test_a_folder_that_cannot_be_written_is_a_message(here: Here, town: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for arguments in (
        ("-w", town, "sql", "from sources", "-o", tmp_path / "file" / "x.csv"),
        ("-w", town, "sql", "from sources", "-o", tmp_path / "missing" / "x.xlsx"),
        ("-w", town, "sql", "from sources", "-o", tmp_path / "missing" / "x.parquet"),
        ("-w", town, "export", "cards", "--to", tmp_path / "file"),
        ("-w", town, "report", "-o", tmp_path / "file" / "x.html"),
        ("demo", "--dir", tmp_path / "file"),
    ):
        found = here(*arguments)
        assert (found.code, found.out) == (2, ""), arguments
        assert str(tmp_path) in found.err and len(found.err.splitlines()) == 1


def test_a_full_disk_is_exit_5(here: Here, town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "report.html")

    monkeypatch.setattr("faircount.app.reporting.write_report", full)
    found = here("-w", town, "report", "--threads", "1")
    assert (found.code, found.err) == (5, "faircount: report.html: No space left on device\n")


def test_a_fault_of_ours_is_never_a_finding(here: Here, town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python exits 1 after a traceback, and 1 is our code for findings."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("faircount.app.checking.check", broken)
    found = here("-w", town, "check")
    assert (found.code, found.out) == (70, "")
    assert "ZeroDivisionError: oops" in found.err and "a fault of faircount itself" in found.err


def test_a_folder_without_permission_is_a_message(mine: Path) -> None:
    program = "import sys; from faircount.cli import main; main(sys.argv[1:])"
    mine.chmod(0o500)
    try:
        refused = unprivileged(program, "-w", mine, "decide", "Mayor", "--seats", "2")
        read = unprivileged(program, "-w", mine, "recount")
    finally:
        mine.chmod(0o700)
    assert (refused.code, refused.out, read.code) == (2, "", 0)
    assert "Permission denied" in refused.err and "Traceback" not in refused.err
