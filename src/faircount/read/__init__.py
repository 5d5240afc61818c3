"""Vendor exports → canonical tables. Add a format: one file here, one line in `READERS`."""

import importlib

from faircount.model.catalog import Catalog, LazyCatalog
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition


def _reader(module: str) -> Reader:
    reader: Reader = importlib.import_module(f"faircount.read.{module}").READER
    return reader


READERS: Catalog[Reader] = LazyCatalog(
    "format",
    _reader,
    {
        "dominion-json": "dominion.json_export",
        "dominion-csv": "dominion.csv_export",
        "ess": "ess.reading",
        "clear-ballot": "clear_ballot.reading",
        "dominion-rcr": "dominion.rcr_csv",
        "hart": "hart.reading",
        "sf-ballot-image": "rankings.sf_ballot_image",
        "choiceplus": "rankings.choiceplus",
        "raire": "rankings.raire",
        "raire-json": "rankings.raire_json",
        "blt": "rankings.blt",
        "scottish-csv": "rankings.scottish_csv",
        "preflib": "rankings.preflib",
        "abcvoting-yaml": "rankings.abc_yaml",
        "abif": "rankings.abif",
        "votekit-csv": "rankings.votekit",
        "aec-formal-csv": "rankings.aec_formal_csv",
        "concretestv-json": "rankings.aec_concrete_json",
        "aec-cache-text": "rankings.aec_cache_text",
        "elections-act": "rankings.aec_act_folder",
        "nsw-preferences": "rankings.aec_nsw_text",
        "rank-matrix": "rankings.rank_matrix",
        "manifest-csv": "manifests.manifest_csv",
        "manifest-xlsx": "manifests.manifest_xlsx",
        "batch-comparison": "manifests.batch_comparison",
        "arlo-batch-tallies": "audits.arlo_batch_tallies",
        "arlo-audit-report": "audits.arlo_audit_report",
        "colorado-contests": "audits.colorado_contests",
        "colorado-contest-list": "audits.colorado_contest_list",
        "colorado-selection": "audits.colorado_selection",
        "colorado-comparison": "audits.colorado_comparison",
        "colorado-tabulation": "audits.colorado_tabulation",
        "colorado-report": "audits.colorado_report",
        "georgia-comparison": "audits.georgia_comparison",
        "sf-summary-xml": "results.sf_summary",
        "openelections-csv": "results.openelections",
        "medsl-csv": "results.medsl",
        "county-table": "results.county_table",
        "bulgaria-opendata": "results.bulgaria",
        "belgium-results": "results.belgium",
        "protocol-table": "results.protocol_table",
        "electoral-votes": "results.electoral_votes",
        "round-table": "results.round_table",
        "rcv-report-json": "results.rcv_report_json",
        "figures-json": "results.figures_json",
        "nist-results": "results.nist_results",
        "clarity-detail-xml": "results.clarity_detail",
        "clarity-summary-csv": "results.clarity_summary",
        "statement-of-votes-csv": "results.statement_of_votes",
        "cdf-cvr": "cdf",
        "vxsuite": "vxsuite.reading",
        "plain-csv": "plain.plain_csv",
        "canonical": "canonical.reading",
        "mapped-table": "mapping.mapped_table",
        "shareholder-csv": "plain.shareholder_csv",
    },
)
"""Name → reader. Each is a module here, imported when it is first used: all together take longer than a small count."""

__all__ = ["READERS", "Export", "Part", "Reader", "Recognition"]
