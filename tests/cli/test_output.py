"""stdout is for data and for nothing else; no name steers a terminal; a closed pipe and Ctrl-C end quietly."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
import zipfile
from pathlib import Path

import pytest
from cli.conftest import HOSTILE
from cli.running import PROGRAM, Here, environment, process, start, terminal

from faircount import __version__
from faircount.cli import COMMANDS
from faircount.cli.console import Console, visible
from faircount.simulate import SIZES, dominion_folder, simulate

ESCAPE = re.compile(rb"\x1b[\[\]()P^_]|\xc2\x9b")


# ---- JSON ------------------------------------------------------------------
DOCUMENTS = {
    "demo": ["demo --size town --dir d --jobs 1", "demo --faults"],
    "init": ["init e2 --name X"],
    "sniff": ["sniff {received}/manifest.csv {received}"],
    "map": ["map {received}/manifest.csv"],
    "ingest": ["ingest {received}/manifest.csv"],
    "rejected": ["rejected", "rejected --limit 1"],
    "names": ["names"],
    "check": ["check"],
    "recount": ["recount", "recount mayor", "recount --rules", "recount mayor --rule threshold"],
    "seats": ["seats council --rule highest-averages"],
    "electors": ["electors --states {received}/states.csv"],
    "meeting": ["meeting 'measure a' --outstanding 100000"],
    "committees": ["committees council --rule seqpav", "committees --rules"],
    "explain-results": ["explain-results mayor", "explain-results mayor --vary skipped=0,1 -O overvote=skip"],
    "reconcile": ["reconcile R01 R13", "reconcile --explain R08"],
    "assertions": ["assertions mayor", "assertions --design polling"],
    "plan": ["plan mayor governor --what-if"],
    "commit": ["commit mayor --by Ada"],
    "seed": ["seed show", "seed bind Greens 12345"],
    "sample": ["sample show --all", "sample verify"],
    "enter": ["enter --template t.csv"],
    "audit": ["audit"],
    "explain": ["explain mayor"],
    "log": ["log show", "log show --number 3", "log verify", "log checkpoint", "log receipt 2 -o r"],
    "bundle": ["bundle inspect {bundle}"],
    "verify": ["verify {bundle}"],
    "publish": ["publish site --by Ada"],
    "report": ["report -o r.html"],
    "decide": ["decide Mayor --seats 1"],
    "sql": ["sql 'select 1 as a, 2 as a, 3 as a_1'", "sql 'from sources' -o s.csv", "sql 'from cards limit 0'"],
    "export": ["export facts --to out"],
    "convert": ["convert {received}/manifest.csv --to arlo-manifest -o m"],
    "doctor": ["doctor"],
    "completion": ["completion bash"],
}

OF_AN_AUDIT = ("seed", "sample", "enter", "audit", "explain", "log", "bundle", "publish")
"""Commands that speak of an audit that was begun."""


def test_every_command_is_asked_for_json() -> None:
    assert list(DOCUMENTS) == list(COMMANDS)


@pytest.mark.parametrize("arguments", [a for found in DOCUMENTS.values() for a in found])
def test_json_is_one_document_and_nothing_else_on_stdout(
    here: Here, mine: Path, audited: Path, received: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    arguments: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    folder = Path(shutil.copytree(received, tmp_path / "received"))  # a mapping is written beside its table
    (folder / "states.csv").write_text("contest,electors\nMayor,3\n", encoding="utf-8")
    words = shlex.split(arguments.format(received=folder, bundle=audited / "evidence.zip"))
    mine = Path(shutil.copytree(audited, tmp_path / "audited")) if words[0] in OF_AN_AUDIT else mine
    found = here("-w", mine, "--json", *words)
    assert found.code in (0, 1, 2, 3)
    assert json.loads(found.out, parse_constant=pytest.fail) is not None
    if words[0] not in ("completion", "demo"):
        without = ("init", "sniff", "map", "convert", "doctor", "verify")
        placed = words[0] in without or words[:2] in (["seed", "bind"], ["bundle", "inspect"])
        after = here(*words, "--json", *([] if placed else ["-w", mine]))
        assert after.code == (2 if words[0] in ("init", "convert", "commit", "enter", "publish") else found.code)


def test_json_names_every_column_and_has_no_value_that_json_lacks(here: Here, town: Path) -> None:
    question = (
        "select 1 as a, 2 as a, 'nan'::double as n, 0.10::decimal(3,2) as d, [1, null] as l, date '2026-11-03' as t"
    )
    [row] = here("-w", town, "sql", "--json", question).document
    assert row == {"a": 1, "a_1": 2, "n": "nan", "d": "0.10", "l": [1, None], "t": "2026-11-03"}
    lines = here("-w", town, "sql", "--format", "ndjson", "from range(3)").out.splitlines()
    assert [json.loads(line) for line in lines] == [{"range": n} for n in range(3)]


def test_json_of_a_count_adds_up(here: Here, town: Path) -> None:
    document = here("-w", town, "recount", "--json").document
    assert len(document["contests"]) == 8 and document["not_counted"] == []
    for contest in document["contests"]:
        totals = {sum(r["votes"].values()) + sum(r["inactive"].values()) for r in contest["rounds"]}
        assert totals == {contest["cards"] * contest["votes_allowed"]}


def test_version_in_words_and_as_json() -> None:
    assert process("--version").out == f"faircount {__version__}\n"
    assert process("--version", "--json").document["faircount"] == __version__


# ---- stdout and stderr -----------------------------------------------------
def test_progress_and_hints_stay_on_stderr(mine: Path, received: Path) -> None:
    found = process("-w", mine, "ingest", received, "--progress", "json", "--json")
    assert len(found.document["taken"]) == 6 and not any(one["new"] for one in found.document["taken"])
    found = process("-w", mine, "check", "--progress", "json", "--json")
    assert len(found.document["findings"]) == 6
    events = [json.loads(line) for line in found.err.splitlines()]
    assert [e["event"] for e in events] == ["start", *["advance"] * 6, "finish"]
    assert {e["task"] for e in events} == {"checking the workspace"}
    assert (events[0]["total"], events[-1]["done"]) == (6, 6)


def test_quiet_says_nothing_on_stderr(here: Here, tmp_path: Path) -> None:
    assert here("init", tmp_path / "a").err != ""
    assert here("init", tmp_path / "b", "-q").err == ""


def test_any_script_is_written_whatever_the_locale(town: Path) -> None:
    found = process("-w", town, "recount", "Mayor", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert found.code == 0 and "林美玲" in found.out


def test_a_path_that_is_no_text_is_a_message(town: Path) -> None:
    run = subprocess.run([*map(os.fsencode, PROGRAM), b"-w", os.fsencode(town), b"ingest", b"/no\xff\x1bwhere"],
                         env=environment(), capture_output=True, check=False)  # fmt: skip
    assert (run.returncode, run.stdout) == (3, b"")
    assert b"U+DCFF" in run.stderr and b"\x1b" not in run.stderr and b"Traceback" not in run.stderr


# ---- terminals -------------------------------------------------------------
def test_every_character_that_cannot_be_seen_is_spelt_out() -> None:
    for point in range(0x110000):
        char = chr(point)
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in "\n\t":
            assert visible(f"a{char}b") == f"a⟦U+{point:04X}⟧b"
    assert visible("José 林美玲 मोदी €½ 𐐀\n\t") == "José 林美玲 मोदी €½ 𐐀\n\t"
    assert visible("⟦U+001B⟧") != visible("\x1b"), "what we write ourselves cannot be forged"


SPELT_OUT = [
    "recount", "recount Red", "recount --json", "sql --json 'from patterns'", "sql --format ndjson 'from patterns'",
    "sql --format csv 'select contest from votes'", "sql --format md 'from patterns'",
    "sql 'select contest, contest as \"\x1b[31m\" from votes'", "recount '\x1b[31m'", "sniff '{tmp}/\x1b[31m.csv'",
]  # fmt: skip
SILENT = ["check", "reconcile R13 R20", "decide Nope --seats 2", "report -o {tmp}/r.html --json"]


def is_harmless(seen: str) -> bool:
    return not set(seen) & set("\x1b\x07\x9b\u202e\b")


@pytest.mark.parametrize("arguments", [*SPELT_OUT, *SILENT])
def test_a_hostile_title_never_reaches_a_terminal(
    here: Here, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    found = here("-w", small, *shlex.split(arguments.format(tmp=tmp_path)))
    assert found.code in (0, 1, 2, 3)
    assert is_harmless(found.out + found.err)
    if arguments in SPELT_OUT:
        assert "U+001B" in found.out + found.err or r"\u001b" in found.out, "it is there, spelt out"


@pytest.mark.parametrize("arguments", ["recount Red", "sql --format csv 'from patterns'", "recount --json"])
def test_a_real_terminal_sees_no_escape_code_of_a_title(small: Path, arguments: str) -> None:
    code, seen = terminal(["-w", small, *shlex.split(arguments)], NO_COLOR="1", COLUMNS="200")
    assert code == 0
    assert is_harmless(seen.decode()) and not ESCAPE.search(seen)
    assert b"U+001B" in seen or rb"\u001b" in seen


def test_a_program_gets_the_bytes_as_they_are(small: Path) -> None:
    found = process(
        "-w", small, "sql", "--format", "csv", "select distinct contest from votes where contest like '%Red%'"
    )
    assert found.out == f'contest\n"{HOSTILE}"\n' or HOSTILE in found.out
    [row] = process("-w", small, "sql", "--json", "select contest from votes where contest like '%Red%'").document
    assert row["contest"] == HOSTILE


def test_colour_is_for_terminals_that_want_it(here: Here, town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ["-w", town, "check", "--select", "FC102"]
    assert ESCAPE.search(terminal(run)[1])
    assert not ESCAPE.search(terminal(run, NO_COLOR="1")[1])
    assert not ESCAPE.search(terminal([*run, "--no-color"], FORCE_COLOR="1")[1])
    for wish, coloured in (({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)):
        with monkeypatch.context() as patched:
            for name in ("FORCE_COLOR", "NO_COLOR"):
                patched.delenv(name, raising=False)
            for name, value in wish.items():
                patched.setenv(name, value)
            found = here(*run)
        assert ("\x1b" in found.out, "\x1b" in found.err) == (coloured, False)


# ---- closed pipes ----------------------------------------------------------
@pytest.mark.parametrize(("form", "unbuffered"), [("table", ""), ("csv", ""), ("json", ""), ("json", "1")])
def test_a_reader_that_leaves_early_gets_no_traceback(town: Path, form: str, unbuffered: str) -> None:
    """Unbuffered, Python calls a part of the output written and would end with 0."""
    question = "from cards limit 300" if form == "table" else "from cards"
    run = start("-w", town, "sql", question, "--format", form, PYTHONUNBUFFERED=unbuffered)
    assert run.stdout is not None and run.stderr is not None
    run.stdout.read(10)
    run.stdout.close()
    err = run.stderr.read()
    run.stderr.close()
    assert run.wait(60) == 141, "neither good nor a finding"
    assert err == b""


def test_a_reader_that_was_never_there_gets_no_traceback(town: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run([*PROGRAM, "-w", str(town), "recount"], env=environment(), stdout=writing,
                         stderr=subprocess.PIPE, check=False)  # fmt: skip
    os.close(writing)
    assert (run.returncode, run.stderr) == (141, b"")


# ---- Ctrl-C ----------------------------------------------------------------
@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town's CVR files, seven times over: enough to be interrupted in."""
    folder = dominion_folder(simulate(SIZES["town"]))
    path = tmp_path_factory.mktemp("large") / "CVR_Export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in folder.items():
            archive.writestr(name, data)
            for copy in range(6 if name.rsplit("/", 1)[-1].startswith("CvrExport") else 0):
                archive.writestr(name.replace("CvrExport", f"CvrExport_{copy}"), data)
    return path


@pytest.mark.parametrize(("jobs", "moment"), [(1, "reading"), (2, "reading"), (2, "starting")])
def test_ctrl_c_ends_with_130_and_the_next_run_goes_on(
    here: Here, tmp_path: Path, large: Path, jobs: int, moment: str
) -> None:
    here("init", tmp_path / "e", "-q")
    run = start("-w", tmp_path / "e", "ingest", large, "--jobs", jobs, "--progress", "json")
    assert run.stderr is not None and run.stdout is not None
    for line in run.stderr:
        if json.loads(line)["event"] == ("advance" if moment == "reading" else "start"):
            break
    time.sleep(0.0 if moment == "reading" else 0.3)  # while workers are still on their way up
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: everybody gets it
    rest = run.stderr.read().decode()
    assert (run.wait(60), run.stdout.read()) == (130, b"")
    run.stdout.close()
    run.stderr.close()
    assert rest.splitlines()[-1] == "faircount: interrupted; nothing is half-done, run it again to go on"
    assert "Traceback" not in rest
    assert here("-w", tmp_path / "e", "recount", "--json").document == {"contests": [], "not_counted": []}
    again = here("-w", tmp_path / "e", "ingest", large, "--jobs", jobs, "--json", "-q")
    assert again.code == 0 and again.document["taken"][0]["new"]
    assert here("-w", tmp_path / "e", "check", "--select", "FC103", "--select", "FC104").code == 0


def test_progress_on_a_pipe_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    watcher = Console().progress()
    watcher.every = 0.0
    watcher.start("reading \x1b[31m", 100)
    watcher.advance(50)
    watcher.finish()
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(
        r"reading ⟦U\+001B⟧\[31m: 50 %, .* a second, about \d+ s left\n.*: done, 50 bytes in 0 s\n", err
    )
