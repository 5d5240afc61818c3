"""The typed shape of NIST SP 1500-103 (cast vote records): what is read of it, whether JSON or XML.

Fields that no canonical table holds (images, annotations' messages, codes) are left in the raw file, which is kept.
Numbers as exported; a rank or a number of votes is a whole number, fractions are only noticed.
"""

from typing import Annotated, Any

import msgspec

Id = str | int
"""An id; some vendors write numbers."""
Small = Annotated[int, msgspec.Meta(ge=0, le=32_767)]
Sequence = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
Fraction = str | int | float
"""A number with decimals, as a number or as text; never counted with here."""


class ImageHash(msgspec.Struct, gc=False, frozen=True):
    """The hash of an image; VxSuite joins that of its layout with a hyphen."""

    Value: str = ""
    Type: str = ""


class Image(msgspec.Struct, gc=False, frozen=True):
    """Where an image is, and its hash."""

    Location: str = ""
    Hash: ImageHash | None = None


class WriteIn(msgspec.Struct, gc=False, frozen=True):
    """What stands on a write-in line."""

    Text: str = ""
    WriteInImage: Image | None = None


class Position(msgspec.Struct, gc=False, frozen=True):
    """One place on the ballot for a choice, with what was found there."""

    HasIndication: str = ""
    IsAllocable: str = ""
    IsGenerated: str = ""
    NumberVotes: Small | None = None
    FractionalVotes: Fraction | None = None
    Rank: Small | None = None
    MarkMetricValue: tuple[str | int | float, ...] = ()
    Status: tuple[str, ...] = ()
    OtherStatus: str = ""
    CVRWriteIn: WriteIn | None = None


class Selection(msgspec.Struct, gc=False, frozen=True):
    """One choice of a contest on one card."""

    ContestSelectionId: Id = ""
    SelectionPosition: tuple[Position, ...] = ()
    Rank: Small | None = None
    Status: tuple[str, ...] = ()
    OtherStatus: str = ""
    TotalNumberVotes: Small | None = None
    TotalFractionalVotes: Fraction | None = None


class ContestRecord(msgspec.Struct, gc=False, frozen=True):
    """One contest on one card."""

    ContestId: Id
    CVRContestSelection: tuple[Selection, ...] = ()
    Undervotes: Small | None = None
    Overvotes: Small | None = None
    Status: tuple[str, ...] = ()
    OtherStatus: str = ""


class Adjudication(msgspec.Struct, gc=False):
    """Who changed a reading."""

    AdjudicatorName: tuple[str, ...] = ()


class Snapshot(msgspec.Struct, gc=False):
    """One reading of a card: as the machine saw it, after rules, or after a person.

    Its contests are left as bytes, each a `ContestRecord`: equal bytes are decoded once.
    """

    id: Id = msgspec.field(name="@id", default="")
    Type: str = ""
    CVRContest: tuple[msgspec.Raw, ...] = ()
    Annotation: tuple[Adjudication, ...] = ()
    Status: tuple[str, ...] = ()
    OtherStatus: str = ""


class Record(msgspec.Struct, gc=False):
    """One cast vote record: a card with its readings, of which one is current."""

    CVRSnapshot: tuple[Snapshot, ...]
    CurrentSnapshotId: Id = ""
    ElectionId: Id = ""
    BallotAuditId: Id = ""
    BallotPrePrintedId: Id = ""
    UniqueId: Id = ""
    BallotSheetId: Id = ""
    BallotStyleId: Id = ""
    BallotStyleUnitId: Id = ""
    BatchId: Id = ""
    BatchSequenceId: Sequence | None = None
    CreatingDeviceId: Id = ""
    BallotImage: tuple[Image, ...] = ()
    vxBallotType: str = ""


class CandidateDefinition(msgspec.Struct):
    """A person, or a ticket; VxSuite and Unisyn leave the name of a write-in line out."""

    id: Id = msgspec.field(name="@id")
    Name: str = ""
    PartyId: Id = ""


class Option(msgspec.Struct):
    """What can be selected in a contest: candidates, an answer, parties, or a line to write on."""

    id: Id = msgspec.field(name="@id")
    CandidateIds: tuple[Id, ...] = ()
    IsWriteIn: bool = False
    Selection: str = ""
    PartyIds: tuple[Id, ...] = ()


class ContestDefinition(msgspec.Struct):
    """A contest as it is defined."""

    id: Id = msgspec.field(name="@id")
    Name: str = ""
    ContestSelection: tuple[Option, ...] = ()
    VotesAllowed: Small | None = None
    NumberElected: Small | None = None
    VoteVariation: str = ""


class ElectionDefinition(msgspec.Struct):
    """An election with its contests and candidates."""

    id: Id = msgspec.field(name="@id", default="")
    Name: str = ""
    Candidate: tuple[CandidateDefinition, ...] = ()
    Contest: tuple[ContestDefinition, ...] = ()
    ElectionScopeId: Id = ""


class OtherName(msgspec.Struct):
    """What others call a thing: a word for the system of names, and the name in it."""

    Type: str = ""
    OtherType: str = ""
    Value: Id = ""


class Unit(msgspec.Struct):
    """A geographical unit, such as a precinct, or a party: an id with a name."""

    id: Id = msgspec.field(name="@id")
    Name: str = ""
    Type: str = ""
    Code: tuple[OtherName, ...] = ()


class Device(msgspec.Struct):
    """A device that made records or reports."""

    id: Id = msgspec.field(name="@id", default="")
    Application: str = ""
    Manufacturer: str = ""
    Model: str = ""
    SerialNumber: str = ""


class Definitions(msgspec.Struct):
    """A report without its records: what their ids mean."""

    Election: tuple[ElectionDefinition, ...] = ()
    GpUnit: tuple[Unit, ...] = ()
    Party: tuple[Unit, ...] = ()
    ReportingDevice: tuple[Device, ...] = ()
    ReportGeneratingDeviceIds: tuple[Id, ...] = ()
    ReportType: tuple[str, ...] = ()
    OtherReportType: str = ""
    GeneratedDate: str = ""
    Notes: str = ""
    Version: str = ""
    CVR: list[Any] = []
    """Always empty here: records are read as a stream."""
