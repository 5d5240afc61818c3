"""Every sample of the collection is claimed by its reader alone, read whole, and tells what is known to be true."""

import pytest

from elections.reading import totals
from elections.samples import SAMPLES, Sample
from elections.shared import real
from faircount.app.sniffing import sniff
from faircount.read import READERS, Export


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.path)
def test_a_sample_tells_what_is_known(sample: Sample) -> None:
    path = real(sample.path)
    found = sniff(path)
    assert found.reader is not None, found.problem
    assert found.reader.name == sample.format
    claims = sorted((c.confidence for r in READERS.values() if (c := r.recognise(Export(path)))), reverse=True)
    assert len(claims) == 1 or claims[0] > claims[1], f"two readers claim it equally: {claims}"
    read = totals(found.reader, path)
    assert (read.version, read.cards) == (sample.version, sample.cards)
    sample.check(read)
