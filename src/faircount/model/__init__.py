"""The nouns of the house: frozen values, no behaviour that touches the world."""

from typing import TYPE_CHECKING, Any

from faircount.model.assertion import HALF, Assertion, Assorter, assorter_of
from faircount.model.audit import Paper, Verdict
from faircount.model.ballot import NOBODY, Ballot, Ballots
from faircount.model.catalog import Catalog, DuplicateNameError, UnknownNameError
from faircount.model.commitment import (
    PHANTOM,
    Act,
    BatchReport,
    Commitment,
    Counted,
    Design,
    ListedCard,
    Person,
    Read,
    Seen,
    Subject,
)
from faircount.model.contest import KINDS, CandidateIndex, CardCount, Choice, Contest, Rank, VoteCount, Weight
from faircount.model.errors import (
    BadInputError,
    FaircountError,
    MissingToolError,
    RejectedRow,
    RejectedRowsError,
    TamperError,
    UsageError,
)
from faircount.model.finding import Answer, Check, Finding, Report, Status
from faircount.model.names import NAME_STATUSES, NameDecision, batch_label, name_key
from faircount.model.profile import Mark, Pattern, Profile
from faircount.model.result import ContestResult, Digest, ElectionPage, Margin, NotCounted, Source
from faircount.model.sample import Draw, Sample
from faircount.model.transcript import INACTIVE_CAUSES, VERDICTS, Exhibit, Round, Tie, Transcript, Transfer

if TYPE_CHECKING:
    from faircount.model.tables import TABLES, Batch, rows_to_table

__all__ = [
    "HALF",
    "INACTIVE_CAUSES",
    "KINDS",
    "NAME_STATUSES",
    "NOBODY",
    "PHANTOM",
    "TABLES",
    "VERDICTS",
    "Act",
    "Answer",
    "Assertion",
    "Assorter",
    "BadInputError",
    "Ballot",
    "Ballots",
    "Batch",
    "BatchReport",
    "CandidateIndex",
    "CardCount",
    "Catalog",
    "Check",
    "Choice",
    "Commitment",
    "Contest",
    "ContestResult",
    "Counted",
    "Design",
    "Digest",
    "Draw",
    "DuplicateNameError",
    "ElectionPage",
    "Exhibit",
    "FaircountError",
    "Finding",
    "ListedCard",
    "Margin",
    "Mark",
    "MissingToolError",
    "NameDecision",
    "NotCounted",
    "Paper",
    "Pattern",
    "Person",
    "Profile",
    "Rank",
    "Read",
    "RejectedRow",
    "RejectedRowsError",
    "Report",
    "Round",
    "Sample",
    "Seen",
    "Source",
    "Status",
    "Subject",
    "TamperError",
    "Tie",
    "Transcript",
    "Transfer",
    "UnknownNameError",
    "UsageError",
    "Verdict",
    "VoteCount",
    "Weight",
    "assorter_of",
    "batch_label",
    "name_key",
    "rows_to_table",
]


def __getattr__(name: str) -> Any:
    """Load the tables when they are first asked for: `--help` and `doctor` must start without Arrow."""
    if name in ("TABLES", "Batch", "rows_to_table"):
        from faircount.model import tables

        return getattr(tables, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
