"""Values of a configuration, read one by one: each refusal names the file, the key, the rule and what to do."""

import difflib
import re
from collections.abc import Iterable, Mapping

from faircount.model import BadInputError

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_FLAGS = {"true": True, "false": False}
MAX_TEXT = 1_000
"""Longest text that RCTab's documentation allows."""


class Fields:
    """One object of a configuration. `place` says which: `config.json, rules`.

    Values may be text or JSON numbers and booleans: RCTab 2 writes numbers as text, older versions wrote numbers.
    Blank text and null are as if the key were absent.
    """

    def __init__(self, found: object, place: str, known: Iterable[str]) -> None:
        if not isinstance(found, dict):
            raise BadInputError(place, "a JSON object is here", _kind(found), "compare with a file that RCTab wrote")
        self.place, self._found = place, found
        names = tuple(known)
        for key in found:
            # RCTab passes over keys that it does not know: a misspelt rule would count otherwise, in silence.
            if key not in names and not key.startswith("_"):
                near = difflib.get_close_matches(key, names, n=1)
                hint = f"did you mean {near[0]}?" if near else "remove it, or begin its name with _"
                raise BadInputError(place, "every key is one that RCTab reads", repr(key), hint)

    def text(self, key: str, required: bool = False, most: int = MAX_TEXT) -> str:
        """Return a text, blanks around it removed; empty where absent."""
        found = self._found.get(key)
        if found is None:
            found = ""
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise self.refusal(key, "is a text or a whole number", _kind(found))
        text = str(found).strip()
        if len(text) > most:
            raise self.refusal(key, f"has at most {most:,} characters", f"{len(text):,}")
        if required and not text:
            raise self.refusal(key, "is stated", "nothing")
        return text

    def flag(self, key: str) -> bool:
        """Return true or false; false where absent."""
        found = self._found.get(key)
        if isinstance(found, str):
            found = _FLAGS.get(found.strip().lower(), found) if found.strip() else None
        if found is not None and not isinstance(found, bool):
            raise self.refusal(key, "is true or false", _kind(found))
        return bool(found)

    def whole(self, key: str, least: int, most: int, required: bool = False) -> int | None:
        """Return a whole number between `least` and `most`; None where absent."""
        text = self.text(key, required)
        if not text:
            return None
        if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
            raise self.refusal(key, f"is a whole number from {least:,} to {most:,}", repr(text))
        return int(text)

    def whole_or(self, key: str, word: str, least: int, most: int) -> int | None:
        """Return a whole number, None for `word`. Raises where the key is absent."""
        return None if self.text(key, required=True).lower() == word else self.whole(key, least, most, required=True)

    def word(self, key: str, words: Mapping[str, str]) -> str:
        """Return what `words` makes of the word under `key`, case and blanks aside."""
        text = self.text(key, required=True)
        found = words.get(re.sub(r"[^a-z0-9]", "", text.lower()))
        if found is None:
            raise self.refusal(key, f"is one of {', '.join(dict.fromkeys(words.values()))}", repr(text))
        return found

    def objects(self, key: str, known: Iterable[str], most: int = 10_000) -> list["Fields"]:
        """Return a list of objects, empty where absent."""
        found = self._found.get(key)
        if found is None:
            return []
        if not isinstance(found, list):
            raise self.refusal(key, "is a list", _kind(found))
        if len(found) > most:
            raise self.refusal(key, f"has at most {most:,} entries", f"{len(found):,}")
        names = tuple(known)
        return [Fields(one, f"{self.place}, {key} {n}", names) for n, one in enumerate(found, 1)]

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, blank ones left out; empty where absent."""
        found = self._found.get(key)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(isinstance(one, str) and len(one) <= MAX_TEXT for one in found):
            raise self.refusal(key, "is a list of texts", _kind(found))
        return tuple(one.strip() for one in found if one.strip())

    def section(self, key: str, known: Iterable[str]) -> "Fields":
        """Return the object under `key`."""
        if key not in self._found:
            raise self.refusal(key, "is stated", "nothing")
        return Fields(self._found[key], f"{self.place}, {key}", known)

    def refusal(self, key: str, rule: str, found: str = "", fix: str = "correct it in the file") -> BadInputError:
        """Return the error that says what is wrong with the value under `key`."""
        return BadInputError(self.place, f"{key} {rule}", found, fix)


def _kind(found: object) -> str:
    kinds: dict[type, str] = {dict: "an object", list: "a list", type(None): "null"}
    return kinds.get(type(found), repr(found)[:200])
