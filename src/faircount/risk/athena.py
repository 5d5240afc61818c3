"""Athena: Minerva that also wants the ballots themselves to be likelier under the report than under a tie, by 1/δ.

So no round ends on a sample that by itself speaks against the report. Source: Zagórski, McClearn, Morin, McBurnett &
Vora 2020, "The Athena Class of Risk-Limiting Ballot Polling Audits", arXiv:2008.02315, § 4 (δ = 1: the paper's).
"""

from faircount.risk.minerva import in_rounds
from faircount.risk.risk_function import Setting

RISK = in_rounds(
    "athena", "Zagórski et al. 2020, The Athena Class of Risk-Limiting Ballot Polling Audits, arXiv:2008.02315, § 4",
    (Setting("delta", 1, 1e-9, 1e9, "δ: the ballots are at least 1/δ times as likely under the report"),),
)  # fmt: skip
