"""Ways of drawing: a published seed → the order of cards or batches. To add one: a file here, a line in `SAMPLERS`."""

from faircount.model import Catalog
from faircount.sample import consistent, in_place, numbered, tickets
from faircount.sample.sampler import Sampler

SAMPLERS: Catalog[Sampler] = Catalog(
    "sampler",
    consistent.SAMPLER,
    tickets.SAMPLER,
    numbered.COLORADO,
    numbered.RIVEST,
    in_place.SHANGRLA,
    in_place.RLAUXE,
)

__all__ = ["SAMPLERS", "Sampler"]
