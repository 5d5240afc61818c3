"""The form of each act: which keys its body has, what each holds, and in which states of the audit it may come."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from faircount.model import Act, BadInputError

DRAFT, COMMITTED, SEEDED, OPEN, CLOSED, PUBLISHED = "draft", "committed", "seeded", "round open", "closed", "published"
_TIME = re.compile("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
ANY = (DRAFT, COMMITTED, SEEDED, OPEN, CLOSED)
"""Every state of an audit that still takes acts."""

IN_FILE = "in"
"""The one key of a body that was too long for an entry of the log, and lies in the file named here."""

Kind = tuple[str, Callable[[Any], bool]]
"""What a value of a body is, in words and as a test."""


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not any(ord(c) < 32 or ord(c) == 127 for c in value)


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_file(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"bytes", "name", "sha256"}
        and _is_count(value["bytes"])
        and isinstance(value["name"], str)
        and re.fullmatch("[a-z0-9][a-z0-9._-]{0,99}", value["name"]) is not None
        and _is_sum(value["sha256"])
    )


def _is_sum(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _is_measured(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"assertion", "contest", "draws", "p"}
        and _is_count(value["assertion"])
        and isinstance(value["contest"], str)
        and _is_count(value["draws"])
        and isinstance(value["p"], str)
        and re.fullmatch(r"[01]\.[0-9]{10}", value["p"]) is not None
    )


def _each(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(test, value))


def _values(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(map(test, value.values()))


LINE: Kind = ("a line of text", _is_line)
LINES: Kind = ("a list of lines of text", _each(_is_line))
TEXT: Kind = ("text", lambda value: isinstance(value, str))
WORDS: Kind = ("some words", lambda value: isinstance(value, str) and bool(value.strip()))
COUNT: Kind = ("a whole number from 0", _is_count)
COUNTS: Kind = ("a list of whole numbers from 0", _each(_is_count))
FLAG: Kind = ("true or false", lambda value: type(value) is bool)
SUM: Kind = ("a SHA-256, 64 digits from 0 to f", _is_sum)
_NAMED = "bytes, name (up to 100 of a-z0-9._-, a letter or digit first) and sha256"
FILE: Kind = (f"a file: {_NAMED}", _is_file)
FILES: Kind = (f"a list of files: {_NAMED}", _each(_is_file))
SIZES: Kind = ("a whole number from 0 by contest", _values(_is_count))
OBJECT: Kind = ("an object", lambda value: isinstance(value, dict))
LIST: Kind = ("a list", lambda value: isinstance(value, list))
DIGITS: Kind = ("digits from 0 to 9", lambda v: isinstance(v, str) and re.fullmatch("[0-9]+", v) is not None)
PARTY: Kind = ("a line of text without =", lambda value: _is_line(value) and "=" not in value)
DESIGN: Kind = ("comparison, polling or batch", lambda value: value in ("comparison", "polling", "batch"))
WHAT: Kind = (
    "late-ballots, replaced-file or second-upload",
    lambda value: value in ("late-ballots", "replaced-file", "second-upload"),
)
MEASURED: Kind = ("a list of contest, assertion, draws and p (10 digits after the point)", _each(_is_measured))
DECISIONS: Kind = (
    "CONFIRMED, CONTINUE or HAND COUNT by contest",
    _values(lambda word: word in ("CONFIRMED", "CONTINUE", "HAND COUNT")),
)


@dataclass(frozen=True, slots=True)
class Form:
    """When an act may come, and what its body holds: exactly these keys."""

    stages: tuple[str, ...]
    body: Mapping[str, Kind]


_ENTRY: Mapping[str, Kind] = {"contests": OBJECT, "found": FLAG, "round": COUNT, "unit": TEXT}
FORMS: Mapping[str, Form] = {
    "open": Form(("",), {"election": OBJECT, "format": TEXT, "log_key": LINE, "origin": LINE, "quorum": COUNT,
                         "software": TEXT, "witnesses": LINES}),
    "commit": Form((DRAFT,), {"design": DESIGN, "double_entry": FLAG, "files": FILES, "min_digits": COUNT}),
    "witness": Form((COMMITTED,), {"checkpoint": TEXT}),
    "promise": Form((COMMITTED,), {"party": PARTY, "sha256": SUM}),
    "dice": Form((COMMITTED,), {"digits": DIGITS}),
    "reveal": Form((COMMITTED,), {"nonce": LINE, "party": PARTY, "value": LINE}),
    "seed": Form((COMMITTED,), {"seed": LINE}),
    "draw": Form((SEEDED, CLOSED), {"round": COUNT, "sample": FILE, "sizes": SIZES}),
    "entry": Form((OPEN,), _ENTRY),
    "resolve": Form((OPEN,), {**_ENTRY, "people": LINES}),
    "correct": Form((OPEN, CLOSED), {**_ENTRY, "approved_by": LINE, "of": COUNT, "reason": WORDS}),
    "close": Form((OPEN,), {"decisions": DECISIONS, "measured": MEASURED, "round": COUNT}),
    "hand-count": Form((CLOSED,), {"ballots": LIST, "cards": COUNT, "contest": TEXT, "elected": COUNTS}),
    "late": Form(ANY, {"files": FILES, "what": WHAT, "words": WORDS}),
    "restart": Form(ANY, {"reason": WORDS}),
    "note": Form(ANY, {"words": WORDS}),
    "sign-off": Form((CLOSED,), {"words": TEXT}),
    "publish": Form((CLOSED,), {}),
}  # fmt: skip
"""Every act there is (docs/bundle.md), by name."""


def form_of(act: Act) -> Form:
    """Return the form of an act after holding the act against it. Raises `BadInputError` where it has another.

    It looks at the act alone; whether it may come now is for the state to say.
    """
    place = f"act {act.n}"
    form = FORMS.get(act.act)
    if form is None:
        raise BadInputError(place, f"an act is one of {', '.join(sorted(FORMS))}", repr(act.act))
    if not _is_line(act.by.name) or not isinstance(act.by.role, str):
        raise BadInputError(place, "it says who did it: a name and a role", repr((act.by.name, act.by.role)))
    if not _is_time(act.at):
        raise BadInputError(place, "a time is written 2026-11-22T10:00:00Z", repr(act.at))
    if act.body.keys() != form.body.keys():
        keys = ", ".join(form.body) or "nothing"
        raise BadInputError(f"{place}, {act.act}", f"its body holds {keys}", ", ".join(sorted(act.body)) or "nothing")
    for key, (words, fits) in form.body.items():
        if not fits(act.body[key]):
            raise BadInputError(f"{act.act}, {key}", f"it is {words}", repr(act.body[key])[:200])
    return form


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None
