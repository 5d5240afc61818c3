"""Tables that no reader knows: what their columns may mean, what a person confirmed, and the reading by it."""

from faircount.read.mapping.guess import propose
from faircount.read.mapping.mapped_table import READER
from faircount.read.mapping.mapping import Column, Mapping, mapping_from

__all__ = ["READER", "Column", "Mapping", "mapping_from", "propose"]
