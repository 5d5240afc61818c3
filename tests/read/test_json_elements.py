"""Elements of arrays in JSON of any size: the same as `json` gives, however the blocks fall, and nothing let pass."""

import hashlib
import io
import json
import tracemalloc
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faircount.model import BadInputError
from faircount.read.syntax import json_elements
from faircount.read.syntax.json_elements import JsonElements, check_keys
from faircount.read.syntax.json_strict import strict_loads

ANY = msgspec.json.Decoder(list[Any])


def split(data: bytes, *arrays: str, skim: bool = False) -> tuple[dict[str, list[Any]], Any]:
    """Return (array → its elements, what is left of the object)."""
    document = JsonElements(io.BytesIO(data), "x.json", frozenset(arrays or ("CVR",)), skim=skim)
    found: dict[str, list[Any]] = {}
    for group in document:
        assert group.first == len(found.setdefault(group.array, []))
        found[group.array] += group.decode(ANY)
    assert document.bytes == len(data) and document.sha256() == hashlib.sha256(data).hexdigest()
    return found, strict_loads(document.rest, "x.json")


@pytest.fixture(params=[1, 7, 64, 1 << 20], ids=lambda n: f"blocks of {n}")
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_elements, "BLOCK", request.param)


texts = st.text(st.sampled_from('ab"\\{}[],: é\U0001f600\n/'), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
records = st.lists(st.dictionaries(texts, values, max_size=4) | st.lists(values, max_size=3), max_size=5)


@settings(max_examples=150, deadline=None)
@given(
    records, st.dictionaries(texts.filter(lambda k: k != "CVR"), values, max_size=4), st.integers(0, 4),
    st.sampled_from([1, 5, 16, 64, 4096]), st.sampled_from([None, 0, 2]), st.booleans(),
)  # fmt: skip
def test_same_as_json(
    elements: list[Any], others: dict[str, Any], at: int, size: int, indent: int | None, ascii_only: bool
) -> None:
    items = list(others.items())
    items.insert(min(at, len(items)), ("CVR", elements))
    data = json.dumps(dict(items), indent=indent, ensure_ascii=ascii_only).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_elements, "BLOCK", size)
        found, rest = split(data)
    assert found.get("CVR", []) == elements
    assert rest == {**others, "CVR": []} and list(rest) == [key for key, _ in items]


@pytest.mark.usefixtures("block")
def test_arrays_in_any_order_and_of_any_name() -> None:
    data = b'\xef\xbb\xbf {"B":[{"A":[1]}, []],"x":{"A":[{}]},"A" : [ ] , "C":[[1,"]"]],"B2":[2]} \n'
    found, rest = split(data, "A", "B", "C")
    assert found == {"B": [{"A": [1]}, []], "C": [[1, "]"]]}
    assert rest == {"B": [], "x": {"A": [{}]}, "A": [], "C": [], "B2": [2]}


@pytest.mark.usefixtures("block")
def test_an_array_is_known_by_its_key_even_with_escapes() -> None:
    assert split(b'{"C\\u0056R":[{"a":1}],"CVR2":[{}],"n":{"CVR":[{}]}}')[0] == {"CVR": [{"a": 1}]}


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "not empty"),
        (b"\xff\xfe{\0}\0", "UTF-16"),
        (b"[1]", "one JSON object"),
        (b'{"CVR":[{}', "goes on until"),
        (b'{"CVR":[', "goes on until"),
        (b'{"CVR":[{}]', "valid JSON"),
        (b'{"CVR":[{}]}}', "valid JSON"),
        (b'{"CVR":[{}]} x', "valid JSON"),
        (b'{"CVR":[{}}', "valid JSON"),
        (b'{"CVR":[{},]}', "one comma"),
        (b'{"CVR":[,{}]}', "one comma"),
        (b'{"CVR":[5]}', "one comma"),
        (b'{"CVR":[5,{}]}', "one comma"),
        (b'{"CVR":[{}],"CVR":[{}]}', "stands once"),
        (b'{"a":1,"a":2}', "stands once"),
        (b'{"a":NaN}', "finite"),
    ],
)
def test_refused(text: bytes, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        split(text)


@pytest.mark.parametrize(
    "inside",
    [
        b'{"a":1,"a":2}', b'{"b":{"k":1,"c":[{"k":2}],"k":3}}', b'{"":1,"":2}', b'{"ae":1,"a\\u0065":1}',
        b'{"longer than eight":1,"x":[{}],"longer than eight":1}', b'{"a":{},"a":[]}', b'{"q\\"":1,"q\\"":2}',
    ],
)  # fmt: skip
def test_a_key_stands_once_in_an_object(inside: bytes) -> None:
    for data in (b'{"CVR":[' + inside + b"]}", b'{"CVR":[{"a":1},{"a":1},' + inside + b"]}"):
        with pytest.raises(BadInputError, match="stands once"):
            split(data)
    with pytest.raises(BadInputError, match="stands once"):
        check_keys(b'{"x":' + inside + b"}", "x.json")


def test_equal_keys_of_different_objects_are_no_repetition() -> None:
    inside = '{"a":{"a":{"a":"a"}},"b":[{"a":1},{"a":1}],"c":"a","same start 1 same end":1,"same start 2 same end":2}'
    found, _ = split(f'{{"CVR":[{inside},{inside}]}}'.encode())
    assert found["CVR"] == [json.loads(inside)] * 2
    check_keys(inside.encode(), "x.json")


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        (b'{"a":NaN}', "valid JSON"), (b'{"a":01}', "valid JSON"), (b'{"a":1}{"b":2}', "valid JSON"),
        (b'{"a":1},2', "one comma"), (b'{"a":1},2,{}', "fields of their format"), (b'{"a":"\\ud800"}', "valid JSON"),
        (b'{"a":"\xff"}', "UTF-8"), (b'{"a":' + b"[" * 70 + b"]" * 70 + b"}", "64 levels"), (b'{"a" 1}', "valid JSON"),
        (b'{"a":"\x01"}', "valid JSON"), (b'{"a"]}', "valid JSON"),
    ],
)  # fmt: skip
def test_elements_are_held_to_json(inside: bytes, words: str) -> None:
    class Nothing(msgspec.Struct):
        pass

    decoder = msgspec.json.Decoder(list[Nothing])  # a typed decoder that skips every field
    with pytest.raises(BadInputError, match=words):
        document = JsonElements(io.BytesIO(b'{"CVR":[' + inside + b"]}"), "x.json", frozenset({"CVR"}))
        for group in document:
            group.decode(decoder)
        strict_loads(document.rest, "x.json")


def test_an_error_names_the_element_or_the_byte() -> None:
    class Record(msgspec.Struct):
        n: int

    decoder = msgspec.json.Decoder(list[Record])
    data = b'{"x":1,"CVR":[{"n":1},{"n":2},{"n":"three"}]}'
    with pytest.raises(BadInputError, match=r"x.json, CVR 3: .*found Expected `int`, got `str` - at `\$\.n`"):
        for group in JsonElements(io.BytesIO(data), "x.json", frozenset({"CVR"})):
            group.decode(decoder)
    data = data.replace(b'"three"', b"3 3")
    with pytest.raises(BadInputError, match=rf"byte {data.index(b'3 3') + 2} of the file"):
        for group in JsonElements(io.BytesIO(data), "x.json", frozenset({"CVR"})):
            group.decode(decoder)


@pytest.mark.usefixtures("block")
def test_a_file_cut_anywhere_is_refused() -> None:
    data = b'{"a":{"b":"}"},"CVR":[{"c":"\\""},{"d":[1,{"e":2}]}],"z":[3]}'
    assert split(data)[0] == {"CVR": [{"c": '"'}, {"d": [1, {"e": 2}]}]}
    for end in range(len(data)):
        with pytest.raises(BadInputError):
            split(data[:end])


def test_skimming_passes_over_elements() -> None:
    found, rest = split(b'{"CVR":[{"a":1,"a":2},{"b":[]}],"z":{"y":1}}', skim=True)
    assert found == {} and rest == {"CVR": [], "z": {"y": 1}}


def test_memory_stays_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_elements, "BLOCK", 1 << 16)
    record = json.dumps({"id": "x" * 500, "list": list(range(100))}).encode()

    class Endless(io.RawIOBase):
        left, first = 20_000, True

        def read(self, size: int = -1) -> bytes:
            if self.first:
                self.first = False
                return b'{"CVR":[' + record
            many = min(self.left, max(1, size // len(record)))
            self.left -= many
            if many:
                return (b"," + record) * many
            return b"]}" if self.left == 0 and not self.closed and setattr(self, "left", -1) is None else b""

    tracemalloc.start()
    count = sum(len(g.decode(ANY)) for g in JsonElements(Endless(), "x", frozenset({"CVR"})))  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_001 and peak < 8 << 20


def test_an_element_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_elements, "BLOCK", 1 << 10)
    monkeypatch.setattr(json_elements, "MAX_ELEMENT", 1 << 14)
    monkeypatch.setattr(json_elements, "MAX_REST", 1 << 14)
    with pytest.raises(BadInputError, match="CVR 2: an element has at most"):
        split(b'{"CVR":[{},{"a":"' + b"x" * (1 << 18))
    for endless in (b'{"a":"' + b"x" * (1 << 18), b'{"a":[' + b"{}," * (1 << 16)):
        with pytest.raises(BadInputError, match="beside its CVR"):
            split(endless)
