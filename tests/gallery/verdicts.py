"""Asking the Python verifier about a bundle that is in memory, or on a disk."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from unittest.mock import patch

from faircount_verifier import bundle, forms, keys
from faircount_verifier.command import report, verify
from faircount_verifier.forms import Findings

Files = Mapping[str, bytes]
REMEMBERED = lru_cache(maxsize=None)(keys.verified)
"""The verifier's own check of a signature; what it said of one is not asked again."""
READ = lru_cache(maxsize=4096)(forms.canonical)
"""Its own reading of JSON, which it never changes afterwards."""


@contextmanager
def reading(files: Files) -> Iterator[None]:
    """Let the verifier read these files, whatever path it is given."""
    with patch.object(bundle, "members", lambda path: iter(files.items())), patch.object(keys, "verified", REMEMBERED):
        with patch.object(bundle, "verified", REMEMBERED), patch.object(bundle, "canonical", READ):
            yield


def findings(files: Files, key: str | None = None) -> Findings:
    """Return all that the verifier finds."""
    with reading(files):
        return verify("memory", key)


def verdict(found: Findings) -> str:
    """Return PASS, FAIL or NOT CHECKED."""
    return report(found, as_json=False)[0]


def failures(found: Findings) -> set[str]:
    """Return the codes of what failed."""
    return {row[0] for row in found.rows if row[1] == "FAIL"}
