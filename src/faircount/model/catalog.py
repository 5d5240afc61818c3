"""A catalog: the one obvious place where a family of things is listed."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, TypeVar

from faircount.model.errors import UsageError


class Named(Protocol):
    """Anything with a name of its own."""

    @property
    def name(self) -> str:
        """The word a user types to choose it."""
        ...


T = TypeVar("T", bound=Named)


class DuplicateNameError(ValueError):
    """Two entries of one catalog claim the same name."""


class UnknownNameError(UsageError, KeyError):
    """The catalog holds nothing by that name; says what it does hold."""

    def __str__(self) -> str:
        return str(self.args[0])


class Catalog(Mapping[str, T]):
    """An immutable name → entry table; entries name themselves, so no name is written twice.

    `called` maps other words for an entry to what to type for it: they are no names, and an error gives them.
    """

    def __init__(self, kind: str, *entries: T, called: Mapping[str, str] | None = None) -> None:
        self.kind = kind
        self._called = called or {}
        self._entries = {entry.name: entry for entry in entries}
        if len(self._entries) != len(entries):
            raise DuplicateNameError(f"duplicate {kind} names among {[e.name for e in entries]}")

    def __getitem__(self, name: str) -> T:
        try:
            return self._entries[name]
        except KeyError:
            near = difflib.get_close_matches(name, self, n=1)
            meant = self._called.get(name.casefold()) or (repr(near[0]) if near else "")
            hint = f"did you mean {meant}? " if meant else ""
            raise UnknownNameError(f"no {self.kind} named {name!r}; {hint}known: {', '.join(self)}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class LazyCatalog(Catalog[T]):
    """A catalog that loads an entry when it is first asked for. Its names, and how many there are, load none.

    `places` say by name what `load` makes the entry from. Raises `ValueError` for an entry that has another name than
    the one it is listed under.
    """

    def __init__(self, kind: str, load: Callable[[str], T], places: Mapping[str, str]) -> None:
        super().__init__(kind)
        self._load, self._places = load, places

    def __getitem__(self, name: str) -> T:
        if name in self._places and name not in self._entries:
            entry = self._load(self._places[name])
            if entry.name != name:
                raise ValueError(f"{self.kind} {entry.name!r} is listed as {name!r}")
            self._entries[name] = entry
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
