"""Invented elections from a seed, as real vendor exports, clean or with one planted fault."""

from faircount.simulate.dominion import dominion_folder
from faircount.simulate.election import Changes, ContestTruth, Election, Truth
from faircount.simulate.faults import FAULTS, Fault
from faircount.simulate.handover import exports
from faircount.simulate.plan import SIZES, Plan
from faircount.simulate.scanning import simulate

__all__ = [
    "FAULTS",
    "SIZES",
    "Changes",
    "ContestTruth",
    "Election",
    "Fault",
    "Plan",
    "Truth",
    "dominion_folder",
    "exports",
    "simulate",
]
