"""How long work tells its watcher how far it is. The faces draw it; the work only says it."""

from typing import Protocol


class Progress(Protocol):
    """A watcher of long work, measured in bytes or other units of one task at a time."""

    def start(self, label: str, total: int, unit: str = "bytes") -> None:
        """A task begins, `total` units long."""
        ...

    def advance(self, done: int) -> None:
        """`done` more units are finished."""
        ...

    def finish(self) -> None:
        """The task has ended."""
        ...


class Silent:
    """A watcher that does not look."""

    def start(self, label: str, total: int, unit: str = "bytes") -> None:
        """Ignore it."""

    def advance(self, done: int) -> None:
        """Ignore it."""

    def finish(self) -> None:
        """Ignore it."""
