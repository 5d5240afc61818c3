"""Vendor exports → canonical tables. Add a format: one file here, one line in `READERS`."""

from faircount.model import Catalog
from faircount.read import cdf, mapping
from faircount.read.audits import (
    arlo_audit_report,
    arlo_batch_tallies,
    colorado_comparison,
    colorado_contest_list,
    colorado_contests,
    colorado_report,
    colorado_selection,
    colorado_tabulation,
    georgia_comparison,
)
from faircount.read.clear_ballot import reading as clear_ballot
from faircount.read.dominion import csv_export as dominion_csv
from faircount.read.dominion import json_export as dominion_json
from faircount.read.dominion import rcr_csv as dominion_rcr
from faircount.read.ess import reading as ess
from faircount.read.export import Export
from faircount.read.hart import reading as hart
from faircount.read.manifests import batch_comparison, manifest_csv, manifest_xlsx
from faircount.read.plain import plain_csv, shareholder_csv
from faircount.read.rankings import (
    abc_yaml,
    abif,
    aec_act_folder,
    aec_cache_text,
    aec_concrete_json,
    aec_formal_csv,
    aec_nsw_text,
    blt,
    preflib,
    raire,
    raire_json,
    rank_matrix,
    scottish_csv,
    sf_ballot_image,
    votekit,
)
from faircount.read.reader import Part, Reader, Recognition
from faircount.read.results import (
    belgium,
    bulgaria,
    clarity_detail,
    clarity_summary,
    county_table,
    electoral_votes,
    figures_json,
    medsl,
    nist_results,
    openelections,
    protocol_table,
    rcv_report_json,
    round_table,
    sf_summary,
    statement_of_votes,
)
from faircount.read.vxsuite import reading as vxsuite

READERS: Catalog[Reader] = Catalog(
    "format",
    dominion_json.READER,
    dominion_csv.READER,
    ess.READER,
    clear_ballot.READER,
    dominion_rcr.READER,
    hart.READER,
    sf_ballot_image.READER,
    raire.READER,
    raire_json.READER,
    blt.READER,
    scottish_csv.READER,
    preflib.READER,
    abc_yaml.READER,
    abif.READER,
    votekit.READER,
    aec_formal_csv.READER,
    aec_concrete_json.READER,
    aec_cache_text.READER,
    aec_act_folder.READER,
    aec_nsw_text.READER,
    rank_matrix.READER,
    manifest_csv.READER,
    manifest_xlsx.READER,
    batch_comparison.READER,
    arlo_batch_tallies.READER,
    arlo_audit_report.READER,
    colorado_contests.READER,
    colorado_contest_list.READER,
    colorado_selection.READER,
    colorado_comparison.READER,
    colorado_tabulation.READER,
    colorado_report.READER,
    georgia_comparison.READER,
    sf_summary.READER,
    openelections.READER,
    medsl.READER,
    county_table.READER,
    bulgaria.READER,
    belgium.READER,
    protocol_table.READER,
    electoral_votes.READER,
    round_table.READER,
    rcv_report_json.READER,
    figures_json.READER,
    nist_results.READER,
    clarity_detail.READER,
    clarity_summary.READER,
    statement_of_votes.READER,
    cdf.READER,
    vxsuite.READER,
    plain_csv.READER,
    mapping.READER,
    shareholder_csv.READER,
)

__all__ = ["READERS", "Export", "Part", "Reader", "Recognition"]
