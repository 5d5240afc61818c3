"""Everything a county hands over after an invented election, as the bytes of its files."""

import io
import zipfile

from faircount.simulate.dominion import dominion_files
from faircount.simulate.election import Election
from faircount.simulate.plain import batch_comparison_csv, manifest_csv, precinct_csv, precinct_file_name, turnout_csv
from faircount.simulate.summary import summary_xml
from faircount.simulate.tally import tally

_EPOCH = (2030, 11, 20, 12, 0, 0)
"""Every member of the zip bears this date, so that equal elections give equal bytes."""


def exports(election: Election) -> dict[str, bytes]:
    """Return name → bytes of every file: the vendor's zip, the manifest, two reports of results, turnout, comparison.

    Equal elections give equal bytes (with one version of zlib). In a clean election all files agree to the last vote.
    """
    counts = tally(election)
    return {
        "CVR_Export.zip": _zip(election),
        "manifest.csv": manifest_csv(election),
        "summary.xml": summary_xml(election, counts),
        precinct_file_name(election): precinct_csv(election, counts),
        "turnout.csv": turnout_csv(election, counts),
        "batch_count_comparison.csv": batch_comparison_csv(election),
    }


def _zip(election: Election) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in dominion_files(election):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system = 3  # the same byte whichever machine writes it
            archive.writestr(member, data, zipfile.ZIP_DEFLATED, 3)
    return buffer.getvalue()
