"""Good bundles pass; not one flipped byte does; nothing ends in a traceback; the single file says the same."""

import ast
import json
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import faircount_verifier
from faircount_verifier.command import main, report, verify
from faircount_verifier.forms import CODES
from verifier.bundle_by_hand import LOG, WITNESSES, Story, canonical, comparison, polling, seal
from verifier.checking import failures, result, write

STORIES = {"polling": polling, "comparison": comparison}
LINES = 1000


@pytest.fixture(params=sorted(STORIES))
def good(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write(seal(STORIES[request.param]()), tmp_path / "bundle")


def test_a_good_bundle_passes_each_step(good: Path) -> None:
    whole, text = report(verify(str(good), LOG.vkey), as_json=True)
    said = json.loads(text)
    assert whole == "PASS"
    assert said["findings"] == [] and len(said["remarks"]) == 1 and "witnesses' keys" in said["remarks"][0]
    assert said["steps"] == dict.fromkeys(CODES, "PASS")


def test_a_key_from_the_bundle_alone_is_a_remark(good: Path) -> None:
    whole, text = report(verify(str(good)), as_json=False)
    assert whole == "PASS" and "comes only from the bundle" in text
    assert failures(good, WITNESSES[0].vkey) == {"2.3"}


def test_a_zip_is_as_good_as_a_folder(good: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as archive:
        for path in sorted(good.rglob("*")):
            archive.write(path, path.relative_to(good).as_posix())
    assert result(tmp_path / "bundle.zip") == "PASS"
    damaged = bytearray((tmp_path / "bundle.zip").read_bytes())
    damaged[200] ^= 1
    (tmp_path / "bundle.zip").write_bytes(damaged)
    assert result(tmp_path / "bundle.zip") == "FAIL"


def test_no_flipped_byte_passes(tmp_path: Path) -> None:
    files = seal(polling())
    folder, chance = write(files, tmp_path / "bundle"), random.Random(7)
    for name, data in sorted(files.items()):
        small = len(data) < 100
        places = range(len(data)) if small else sorted(chance.sample(range(len(data)), 8))
        for place in places:
            damaged = bytearray(data)
            damaged[place] ^= 1 << chance.randrange(8)
            (folder / name).write_bytes(damaged)
            assert result(folder) != "PASS", f"{name}, byte {place}"
        (folder / name).write_bytes(data[:-1])
        assert result(folder) != "PASS", f"{name}, cut"
        (folder / name).unlink()
        assert result(folder) != "PASS", f"{name}, gone"
        (folder / name).write_bytes(data)
    assert result(folder) == "PASS"


def test_hostile_values_never_end_in_a_traceback(tmp_path: Path) -> None:
    """Signed by the log's own key: any value of any act or committed file, replaced by another kind of thing."""
    odd: list[object] = [None, -1, 2**52, "", "x", [], {}, [[]], True, "1/0", {"": []}, [0, 1, 2]]
    chance, folder = random.Random(11), tmp_path / "bundle"
    for make in (polling, comparison):
        for _ in range(25):
            story = make()
            target = chance.choice([n for n in range(1, len(story.acts)) if story.acts[n][1]])
            if chance.random() < 0.5:
                name = chance.choice([name for name in story.files if name.endswith(".json")])
                value = json.loads(story.files[name])
                spoil(value, chance, odd)
                story.files[name] = canonical(value)
                story.rename()
            else:
                spoil(story.acts[target][1], chance, odd)
            whole, text = report(verify(str(write(sealed(story), folder))), as_json=False)
            assert whole in {"PASS", "FAIL", "NOT CHECKED"} and "Traceback" not in text


def sealed(story: Story) -> dict[str, bytes]:
    for act in story.acts:
        if act[0] == "witness" and act[1].get("checkpoint") is None:
            act[1] = {"checkpoint": None}
    return seal(story)


def spoil(value: object, chance: random.Random, odd: list[object]) -> None:
    """Replace something somewhere in a JSON value."""
    keys: list[object] = list(value) if isinstance(value, dict) else list(range(len(value)))  # type: ignore[arg-type]
    key = chance.choice(keys)
    inner = value[key]  # type: ignore[index]
    if isinstance(inner, dict | list) and inner and chance.random() < 0.8:
        spoil(inner, chance, odd)
    else:
        value[key] = chance.choice(odd)  # type: ignore[index]


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[" * 100_000, b'{"a":1e5}', b"\xff\xfe", b"9" * 10_000, b'"\\ud800"', b"\0" * 99]
)
def test_broken_bytes_in_any_file_are_a_failure(data: bytes, tmp_path: Path) -> None:
    files = seal(comparison())
    for name in files:
        folder = write({**files, name: data}, tmp_path / "bundle")
        assert result(folder) == "FAIL", name


def test_nothing_there_is_a_failure(tmp_path: Path) -> None:
    assert "1.1" in failures(tmp_path)
    assert "1.1" in failures(tmp_path / "nowhere")
    (tmp_path / "no.zip").write_bytes(b"PK\3\4")
    assert "1.1" in failures(tmp_path / "no.zip")


def test_an_audit_that_goes_on_is_not_checked_as_a_whole(tmp_path: Path) -> None:
    story = polling()
    story.acts.pop()
    assert result(write(seal(story), tmp_path)) == "NOT CHECKED"


def test_what_this_verifier_cannot_count_is_not_checked_and_says_so(tmp_path: Path) -> None:
    story = comparison()
    contests = json.loads(story.files["contests.json"])
    contests[0]["rule"] = "schulze"
    story.files["contests.json"] = canonical(contests)
    story.rename()
    whole, text = report(verify(str(write(seal(story), tmp_path))), as_json=False)
    assert whole == "NOT CHECKED"
    assert "7.1  NOT CHECKED" in text and "this verifier counts no schulze" in text


def test_the_single_file_is_the_same_program(good: Path, tmp_path: Path) -> None:
    text = faircount_verifier.single_file()
    assert text == faircount_verifier.single_file() and "import faircount" not in text and "from faircount" not in text
    assert len(text.splitlines()) < LINES
    (tmp_path / "verify.py").write_text(text, "utf-8")
    expected = report(verify(str(good)), as_json=False)[1].encode()
    for seed, zone, language in (("0", "UTC", "C"), ("17", "Asia/Kathmandu", "tr_TR.UTF-8")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language}
        command = [sys.executable, "-I", "-X", "utf8=0", str(tmp_path / "verify.py"), str(good)]
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, expected, b"")


def test_exit_codes(good: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main([str(good), "--key", LOG.vkey, "--json"]) == 0
    assert json.loads(capfdbinary.readouterr().out)["result"] == "PASS"
    assert main([str(tmp_path / "nothing")]) == 1
    with pytest.raises(SystemExit, match="2"):
        main(["--no-such-thing"])


def test_it_stands_alone_and_no_name_is_used_twice() -> None:
    folder, seen = Path(faircount_verifier.__file__).parent, set[str]()
    for name in faircount_verifier.MODULES:
        tree = ast.parse((folder / f"{name}.py").read_text("utf-8"), feature_version=(3, 10))
        imported = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
        tops = {(n.module if isinstance(n, ast.ImportFrom) else n.names[0].name) or "" for n in imported}
        assert all(top.split(".")[0] in {*sys.stdlib_module_names, "faircount_verifier"} for top in tops)
        made = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        made |= {
            one.id
            for n in tree.body
            if isinstance(n, ast.Assign)
            for one in ast.walk(n.targets[0])
            if isinstance(one, ast.Name)
        }
        assert not made & seen, "one file has one of each name"
        seen |= made
