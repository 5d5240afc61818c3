"""The catalog of forgeries: each a small function, with what it does in one sentence, who could do it, and its code."""

from collections.abc import Callable
from dataclasses import dataclass

from gallery.resealing import Case, Disk, Files

Made = Files | bytes | Disk | None
OUTSIDER = "anybody who has the bundle"
HOLDER = "who holds the log's key"
WITNESS = "who holds the log's key and that of one witness"


@dataclass(frozen=True)
class Forgery:
    """One forgery of one good bundle."""

    name: str
    words: str
    who: str
    codes: tuple[str, ...]
    """Steps that are right to refuse it: each verifier names at least one. Two, where the table reads both ways."""
    base: str
    """Which good bundle it is made from."""
    forge: Callable[[Case], Made]
    unseen: str = ""
    """Why the page cannot see it; empty where it does."""

    def made(self, case: Case) -> Files | bytes | Disk:
        """Return the forged bundle: files, a zip, or a folder with links."""
        found = self.forge(case)
        return case.sealed() if found is None else found


CATALOG: dict[str, Forgery] = {}


def forgery(
    base: str, *codes: str, who: str = HOLDER, unseen: str = ""
) -> Callable[[Callable[[Case], Made]], Callable[[Case], Made]]:
    """Put a function into the catalog. It changes its case, which is then sealed, or returns what it made of it."""

    def put(made: Callable[[Case], Made]) -> Callable[[Case], Made]:
        name = made.__name__.replace("_", "-")
        if name in CATALOG or not made.__doc__:
            raise ValueError(f"{name}: a forgery has a name of its own, and a sentence")
        CATALOG[name] = Forgery(name, " ".join(made.__doc__.split()), who, codes, base, made, unseen)
        return made

    return put
