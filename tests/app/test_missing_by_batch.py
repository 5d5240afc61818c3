"""Cards without a record are counted batch by batch: what one batch has too many fills no gap in another."""

from pathlib import Path

import pytest

from faircount.app.auditing.preparing import Prepared, Wish, prepare
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.store import Workspace


def prepared(root: Path, manifest: dict[str, int]) -> Prepared:
    """Eight records in batch A, six of them for Ada, and as many in batch B."""
    cards = [f"{b}-{at},{b},{at},Mayor,{'Ada' if at < 7 else 'Bo'}\n" for b in "AB" for at in range(1, 9)]
    (root / "in").mkdir()
    (root / "in" / "cards.csv").write_text("card,batch,position,contest,choices\n" + "".join(cards), "utf-8")
    rows = [f"{name},{n}\n" for name, n in manifest.items()]
    (root / "in" / "manifest.csv").write_text("batch,cards\n" + "".join(rows), "utf-8")
    space = Workspace.create(root / "e")
    ingest(space, [root / "in"], jobs=1)
    return prepare(Opened(space.root), Wish())


@pytest.mark.parametrize(
    ("manifest", "phantoms", "words"),
    [
        ({"A": 8, "B": 8}, 0, []),
        ({"A": 6, "B": 10}, 2, ["2 card records are more than", "2 cards of the manifest have no record"]),
        ({"A": 6, "B": 12}, 4, ["2 card records are more than", "4 cards of the manifest have no record"]),
        ({"A": 8, "B": 8, "C": 3}, 3, ["3 cards of the manifest have no record"]),
        # Only the names differ, perhaps: then nobody knows which batch lacks records.
        ({"A": 8, "X": 9}, 1, ["NOT CHECKED: 8 card records lie in batches", "1 cards of the manifest have no record"]),
    ],
)
def test_each_batch_has_its_own_missing_cards(
    tmp_path: Path, manifest: dict[str, int], phantoms: int, words: list[str]
) -> None:
    found = prepared(tmp_path, manifest)
    (one,) = found.commitment.subjects
    assert one.cards == 16 + phantoms and one.margins == (one.margins[0],) and one.margins[0] * one.cards == 8
    assert len(found.commitment.listed) == 16 + phantoms
    assert [remark[: len(word)] for remark, word in zip(found.remarks, words, strict=True)] == words
