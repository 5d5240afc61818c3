"""Documentation says what the program does, or the build fails."""

import ast
import dataclasses
import importlib.util
import re
import shlex
import stat
import textwrap
import tomllib
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from risk.null_audits import SPACES, worst

from faircount import count, read, reconcile, write
from faircount.cli import COMMANDS, program
from faircount.model import INACTIVE_CAUSES, TABLES, Check, Status
from faircount.risk import Floats, Population

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "changelog.d").glob("*.md")])


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name",
    ["formats.md", "writers.md", "samples.md", "rules.md", "presets.md", "checks.md", "commands.md", "forgeries.md"],
)
def test_a_generated_page_is_up_to_date(generator: ModuleType, name: str) -> None:
    expected = generator.PAGES[name]()
    assert (DOCS / name).read_text("utf-8") == expected, "run: python docs/generate.py"


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("formats.md", list(read.READERS)),
        ("rules.md", [*count.RULES, *(option.name for rule in count.RULES.values() for option in rule.options)]),
        ("checks.md", [*reconcile.CHECKS, *(check.number for check in reconcile.CHECKS.values())]),
        ("record.md", list(TABLES)),
        ("commands.md", list(COMMANDS)),
    ],
)
def test_every_entry_of_a_catalog_is_documented(file: str, names: list[str]) -> None:
    text = (DOCS / file).read_text("utf-8")
    assert names
    assert not [name for name in names if not re.search(rf"(`|^## ){re.escape(name)}(`| )", text, re.M)]


def headings(path: Path) -> set[str]:
    """Anchors of a page, as Markdown viewers make them."""
    found = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in found}


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_every_link_leads_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            name, _, anchor = target.partition("#")
            file = (path.parent / name).resolve() if name else path
            assert file.exists(), target
            assert not anchor or anchor in headings(file), target


def typed(text: str) -> list[list[str]]:
    """Commands of ours in a page's code blocks, as words; what a shell would make of quotes and comments included."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("./faircount ")]


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_every_command_that_a_page_shows_can_be_given(path: Path) -> None:
    for words in typed(path.read_text("utf-8")):
        context = click.Context(program, info_name="./faircount")
        _, rest, _ = program.make_parser(context).parse_args(list(words))
        assert rest and rest[0] in COMMANDS, words
        command = program.get_command(context, rest[0])
        assert command
        while isinstance(command, click.Group) and rest[1:] and rest[1] in command.commands:
            command, rest = command.commands[rest[1]], rest[1:]
        command.make_parser(click.Context(command, parent=context)).parse_args(rest[1:])


def test_every_page_can_be_reached_from_the_index() -> None:
    # The lists of formats are long and made by themselves: their pages are reached in two steps.
    starts = [(DOCS / name).read_text("utf-8") for name in ("index.md", "formats.md", "writers.md")]
    linked = {link for text in starts for link in re.findall(r"\]\(([^)\s]+\.md)\)", text)}
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if "_build" not in path.parts}
    assert pages - {"index.md"} <= linked


def glossary() -> list[str]:
    text = (DOCS / "glossary.md").read_text("utf-8")
    return [term.strip("`") for term in re.findall(r"^(\S.*)\n: ", text, re.M)]


def test_the_glossary_gives_each_word_one_meaning() -> None:
    """Words with a capital meaning of their own (`Batch`, a type) stand beside the plain word."""
    terms = glossary()
    assert len(terms) == len(set(terms))
    assert [term.casefold() for term in terms] == sorted(term.casefold() for term in terms)
    text = (DOCS / "glossary.md").read_text("utf-8")
    assert len(terms) == len(re.findall(r"^: ", text, re.M)), "a meaning without a word"


def test_the_glossary_holds_the_words_of_the_record() -> None:
    terms = {term.casefold() for term in glossary()}
    words = {*(status.value for status in Status), "source", "claim", "partial", "profile", "transcript", "pattern"}
    singular = {"cards": "card", "votes": "vote", "patterns": "pattern", "marks": "mark", "contests": "contest",
                "choices": "choice", "styles": "style", "facts": "fact"}  # fmt: skip
    words |= {singular.get(t, t) for t in TABLES if t not in {"files", "rejected"}} | {"rejected row"}
    assert not {word.casefold() for word in words} - terms
    text = (DOCS / "glossary.md").read_text("utf-8")
    assert not [cause for cause in INACTIVE_CAUSES if f"`{cause}`" not in text]


ENTRIES: dict[str, type] = {
    "Reader": read.Reader, "Writer": write.Writer, "Rule": count.Rule, "Option": count.Option, "Check": Check,
}  # fmt: skip


def blocks_of(page: Path) -> list[str]:
    """The Python of a recipe."""
    found = re.findall(r"^ *```python\n(.*?)^ *```", page.read_text("utf-8"), re.M | re.S)
    return [textwrap.dedent(code) for code in found]


def test_recipes_state_what_an_entry_must_state_and_nothing_that_it_has_not() -> None:
    stated = Counter[str]()
    for page in (DOCS / "add").glob("*.md"):
        nodes = [node for code in blocks_of(page) for node in ast.walk(ast.parse(code))]
        for call in (node for node in nodes if isinstance(node, ast.Call)):
            if (kind := ast.unparse(call.func)) in ENTRIES:
                fields = dataclasses.fields(ENTRIES[kind])
                given = {field.name for field in fields[: len(call.args)]} | {word.arg for word in call.keywords}
                must = {f.name for f in fields if f.default is f.default_factory is dataclasses.MISSING}
                assert must <= given <= {field.name for field in fields}, f"{short(page)}: {kind}"
                stated[kind] += 1
    assert stated.keys() == ENTRIES.keys()


def test_the_recipe_of_a_risk_function_is_one_that_keeps_the_risk_limit() -> None:
    (code,) = blocks_of(DOCS / "add" / "risk_function.md")
    made: dict[str, Any] = {}
    exec(code, made)

    def p_values(drawn: Floats, population: Population) -> Floats:
        found: Floats = made["RISK"].of_many(drawn, [population] * drawn.shape[1], [{}] * drawn.shape[1])
        return found

    assert all(worst(p_values, False, space) <= 1e-9 for space in SPACES[:4])
    assert made["RISK"].draws_needed(0.75, 0.05, Population(10_000, 1.0), {}) < 100


def unfurnished(source: Path) -> set[str]:
    """Rooms in which nothing stands but a sentence that says what they are for."""
    sentences = {
        path.parent
        for path in (source / "faircount").glob("*/__init__.py")
        if len(ast.parse(path.read_text("utf-8")).body) <= 1
    }
    return {room.name for room in sentences if len(list(room.rglob("*.py"))) == 1}


NOT_BUILT = r"not (yet )?(built|furnished)|stands? empty|empty yet"


def rooms_in(text: str, words: str) -> list[set[str]]:
    """Return, of each sentence or cell in which `words` stand, the names in `code`: `screen`, `web/`."""
    sentences = re.split(r"(?<=\.)\s|\n\n|\||\*\)", text)
    return [set(re.findall(r"`(\w+)/?`", said)) for said in sentences if re.search(words, said, re.I)]


def test_no_page_says_that_something_is_not_built_which_is() -> None:
    for path in PAGES:
        if path.parent.name != "changelog.d":
            for rooms in rooms_in(path.read_text("utf-8"), NOT_BUILT):
                assert rooms and rooms <= unfurnished(ROOT / "src"), f"{short(path)}: {rooms or 'a word'}"


def test_empty_rooms_are_called_so_where_the_house_is_shown() -> None:
    for page in (ROOT / "README.md", DOCS / "path.md", ROOT / "CONTRIBUTING.md"):
        said = set().union(*rooms_in(page.read_text("utf-8"), NOT_BUILT + r"|\b(is|are) empty\b"))
        assert said == unfurnished(ROOT / "src"), short(page)


def test_the_natural_path_and_the_guide_name_every_room_and_house() -> None:
    rooms = {path.parent.name for path in (ROOT / "src").glob("*/*/__init__.py") if path.parts[-3] == "faircount"}
    houses = {path.parent.name for path in (ROOT / "src").glob("*/__init__.py")} - {"faircount"}
    for page in (DOCS / "path.md", ROOT / "CONTRIBUTING.md"):
        named = set(re.findall(r"(\w+)/?`", page.read_text("utf-8")))
        assert rooms | houses <= named, short(page)


def test_the_pure_rooms_of_the_natural_path_are_those_of_the_walls() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    sources = {one["name"].split(":")[0]: one.get("source_modules", []) for one in contracts}
    walls = {
        "are **pure**": sources["The core is pure"],
        "are **edges**": sources["The edges know the nouns and nothing else"],
    }
    lines = (DOCS / "path.md").read_text("utf-8").splitlines()
    for words, modules in walls.items():
        line = next(line for line in lines if words in line)
        said = set(re.findall(r"`(\w+)`", line.partition(words)[0]))
        assert said == {name.rpartition(".")[2] for name in modules} - unfurnished(ROOT / "src"), words


def test_decisions_are_numbered_without_a_gap_and_say_what_was_given_up() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{n:04}" for n in range(1, len(pages) + 1)]
    for page in pages:
        text = page.read_text("utf-8")
        assert text.startswith(f"# {page.name[:4]} "), page.name
        for part in ("**Context.**", "**Choice.**", "**What we gave up.**"):
            assert part in text, f"{page.name}: {part}"


def test_every_fragment_has_a_kind() -> None:
    for fragment in (ROOT / "changelog.d").iterdir():
        if fragment.name != "README.md":
            assert re.fullmatch(r"[a-z0-9-]+\.(added|changed|fixed|removed)\.md", fragment.name), fragment.name
            assert fragment.read_text("utf-8").strip()


NOT_OURS = re.compile("fr" + "aud|su" + "spicio|rig" + "ged|sto" + "len", re.I)


@pytest.mark.parametrize("path", [*PAGES, *sorted((ROOT / "src").rglob("*.py"))], ids=short)
def test_words_are_those_of_a_careful_clerk(path: Path) -> None:
    assert not NOT_OURS.search(path.read_text("utf-8")), "what differs is said, never what someone may have meant by it"


@pytest.mark.parametrize("name", ["faircount", "test", ".ci/run", "requirements/lock"])
def test_what_is_to_be_typed_can_be_started(name: str) -> None:
    assert (ROOT / name).stat().st_mode & stat.S_IXUSR
    assert (ROOT / name).read_text("utf-8").startswith("#!")


def test_continuous_integration_calls_the_test_command_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert len(lines) == 2 and lines[1].endswith('/../test"')
