"""Faults to plant, by name: each breaks one thing on purpose, so that one check must see it and no other may."""

from collections.abc import Callable
from dataclasses import dataclass

from faircount.model import Catalog
from faircount.simulate import card_faults as card
from faircount.simulate import report_faults as report
from faircount.simulate.election import Election


@dataclass(frozen=True, slots=True)
class Fault:
    """One planted fault: its name, the number of the check that must see it, and what happened, in a sentence.

    `plant` takes a clean election and returns one whose exports have this fault and no other disagreement.
    """

    name: str
    check: str
    sentence: str
    plant: Callable[[Election], Election]


FAULTS: Catalog[Fault] = Catalog(
    "fault",
    Fault("manifest-card-extra", "R01", "The manifest lists one card more in a batch than its records hold.",
          report.manifest_card_extra),
    Fault("batch-not-in-manifest", "R01", "A batch has records but no row in the manifest.",
          report.batch_not_in_manifest),
    Fault("card-lost", "R01", "The records of one ballot are missing from its batch, and the count ran without them.",
          card.card_lost),
    Fault("sheet-twice", "R02", "One ballot is recorded with two cards of the same sheet.", card.sheet_twice),
    Fault("ballots-cast-misreported", "R02", "One ballot fewer is reported as cast than there are records of.",
          report.ballots_cast_misreported),
    Fault("card-twice", "R03", "One ballot's record is in its batch's file twice, and was counted twice.",
          card.card_twice),
    Fault("batch-scanned-twice", "R04", "The same stack of cards was scanned and counted under two batch numbers.",
          card.batch_scanned_twice),
    Fault("manifest-lists-batch-twice", "R04", "The manifest has the same row twice.",
          report.manifest_lists_batch_twice),
    Fault("file-twice", "R05", "One file of records was exported, and counted, a second time under another name.",
          card.file_twice),
    Fault("position-gap", "R06", "A batch skips one record number.", card.position_gap),
    Fault("contest-missing-from-card", "R07", "One card lacks a contest that its ballot type should hold.",
          card.contest_missing_from_card),
    Fault("contest-foreign-to-style", "R07", "One card holds a contest that is not on its ballot type.",
          card.contest_foreign_to_style),
    Fault("vote-moved", "R08", "In one precinct one vote is reported for another choice than the records show.",
          report.vote_moved),
    Fault("precincts-swapped", "R08", "The results of one contest are exchanged between two precincts.",
          report.precincts_swapped),
    Fault("groups-swapped", "R08", "In one precinct votes for two choices are exchanged between counting groups.",
          report.groups_swapped),
    Fault("undervotes-misreported", "R09", "In one precinct one undervote is reported as an overvote.",
          report.undervotes_misreported),
    Fault("ballots-exceed-registered", "R10", "One precinct reports fewer registered voters than ballots cast.",
          report.ballots_exceed_registered),
    Fault("checked-in-short", "R10", "One precinct reports fewer voters checked in than ballots cast.",
          report.checked_in_short),
    Fault("total-not-sum", "R11", "A total row of the precinct file is one vote above the sum of its precincts.",
          report.total_not_sum),
    Fault("sources-disagree", "R12", "The summary states other registered voters than the turnout file.",
          report.sources_disagree),
    Fault("name-respelled", "R13", "One choice is spelled otherwise in the precinct file than in the records.",
          report.name_respelled),
    Fault("negative-registered", "R14", "One precinct reports -1 registered voters, a code for not known.",
          report.negative_registered),
    Fault("marks-unbalanced", "R15", "On one card the exported undervotes are one more than the marks leave.",
          card.marks_unbalanced),
    Fault("row-unreadable", "R16", "The turnout file has a row whose count is n/a.", report.row_unreadable),
    Fault("export-filtered", "R17", "The configuration of the export says that it was cut down to one precinct.",
          card.export_filtered),
    Fault("claims-differ", "R18", "The state counted one card fewer in a batch's records than there are.",
          report.claims_differ),
    Fault("results-unbalanced", "R19", "A contest's ballots cast are one fewer than its votes and non-votes make.",
          report.results_unbalanced),
    Fault("contest-unreported", "R20", "One contest on the ballots is in no report of results.",
          report.contest_unreported),
)  # fmt: skip
"""Every fault, in the order of the checks that must see them."""
