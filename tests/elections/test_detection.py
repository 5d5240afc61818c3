"""Over every file of the collection: never two readers equally sure, and only companions of exports are nobody's."""

import re

import pytest

from elections.samples import SAMPLES
from elections.shared import DATA
from faircount.model import FaircountError
from faircount.read import READERS, Export

COMPANIONS = re.compile(
    r"(Manifest|Configuration)\.json$|\.(md|txt)$|(LICENSE|SHA256SUMS)$|_config\.json$|"
    r"rctab/MANIFEST\.csv$|\.otc$|nsw2021_raire_expected_dev\.csv$|bulgaria-2021-07-11/\d\d_[a-z_]+\.csv$"
)
"""Parts of an export that is a folder, notes, and tables of what a test should expect."""


@pytest.mark.skipif(not DATA.is_dir(), reason="real election data is not here")
def test_every_file_is_claimed_once_or_is_a_companion() -> None:
    tied, nobodys = [], []
    for path in sorted(p for p in DATA.rglob("*") if p.is_file()):
        name = path.relative_to(DATA).as_posix()
        try:
            export = Export(path)
        except FaircountError as error:
            nobodys.append(f"{name}: {error}")
            continue
        claims = sorted(((c.confidence, r.name) for r in READERS.values() if (c := r.recognise(export))), reverse=True)
        if len(claims) > 1 and claims[0][0] == claims[1][0]:
            tied.append((name, claims))
        if not claims and not COMPANIONS.search(name):
            nobodys.append(name)
    assert not tied and not nobodys


def test_every_reader_that_has_samples_is_in_the_list() -> None:
    """Readers without a sample are those whose formats nobody publishes; their pages in docs/formats say so."""
    without = set(READERS) - {sample.format for sample in SAMPLES}
    assert without == {
        "aec-formal-csv", "abcvoting-yaml", "canonical", "choiceplus", "clarity-detail-xml", "clarity-summary-csv",
        "colorado-tabulation", "dominion-rcr", "elections-act",
        "mapped-table", "nist-results", "nsw-preferences", "plain-csv", "preflib", "sf-ballot-image", "shareholder-csv",
        "statement-of-votes-csv", "vxsuite",
    }  # fmt: skip
