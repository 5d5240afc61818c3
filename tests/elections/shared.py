"""Real elections stand beside the project, not in it: tests that want them skip, saying so, where they are absent."""

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def real(*names: str) -> Path:
    """Return the path of a real file; skip the test where the collection is absent."""
    path = DATA.joinpath(*names)
    if not DATA.is_dir():
        pytest.skip(f"real election data is not here: {'/'.join(names)}")
    assert path.exists(), path
    return path
