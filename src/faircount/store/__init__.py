"""The store: Parquet as the truth, SQL on top. The only room that speaks to a database of votes."""

from faircount.store.commit import Commit, free_number, source_digest
from faircount.store.contests import contests_of
from faircount.store.engine import INTERPRETED, RESIDUE, Engine
from faircount.store.names import keep_names, names_of
from faircount.store.profiles import UNITS, patterns_of, profile, profiles
from faircount.store.staging import rows_of, stage
from faircount.store.workspace import Election, Workspace, short

__all__ = [
    "INTERPRETED",
    "RESIDUE",
    "UNITS",
    "Commit",
    "Election",
    "Engine",
    "Workspace",
    "contests_of",
    "free_number",
    "keep_names",
    "names_of",
    "patterns_of",
    "profile",
    "profiles",
    "rows_of",
    "short",
    "source_digest",
    "stage",
]
