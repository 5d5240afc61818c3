"""Every sample of the collection, gathered from the modules of this folder: each states `SAMPLES`."""

import importlib
import pkgutil

from elections.samples.sample import Sample

SAMPLES: tuple[Sample, ...] = tuple(
    sample
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name != "sample")
    for sample in importlib.import_module(f"{__name__}.{module}").SAMPLES
)
"""In the order of the modules' names and of their lists."""
