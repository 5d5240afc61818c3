"""Pages of audits made by hand for the tests of the report; every name in them is invented."""

from dataclasses import replace
from fractions import Fraction

from faircount.model.explained import (
    AuditPage,
    BranchTold,
    ClaimTold,
    ContestTold,
    Corrected,
    Happened,
    Looked,
    Near,
    TreeTold,
    Weighed,
)

HALF = Fraction(1, 2)


def weighed(number, differs, start=1.0):
    """One draw: the risk falls by a tenth with each, and rises where record and paper differ."""
    risk = max(1e-12, start * 0.9**number * (2 if differs else 1))
    effect = "worse" if differs else "none"
    sentence = f"On record: Ada Quill; on paper: {'Bo Winter' if differs else 'Ada Quill'}; the risk moved."
    found, p = HALF if differs else Fraction(1), min(1.0, risk)
    return Weighed(Fraction(1), found, Fraction(595, 1116), 0.5, 1.9678, 1 / risk, p, p, effect, sentence)


def claim(number, words, draws, start=1.0):
    rows = tuple(weighed(draw.number, draw.differs, start) for draw in draws)
    risk = f"{rows[-1].least:.10f}" if rows else ""
    return ClaimTold(number, words, Fraction(74, 595), Fraction(1), 36, rows, risk, bool(rows) and rows[-1].least < 0.1,
                     0 if rows else 36)  # fmt: skip


def draws(n):
    return tuple(
        Looked(at, f"1002-{at}, {at % 50}", "Ada Quill", "Bo Winter" if at % 17 == 0 else "Ada Quill", at % 17 == 0)
        for at in range(1, n + 1)
    )


def tree():
    below = (BranchTold("Ada Quill", 2), BranchTold("Cy Marsh", None, (BranchTold("Ada Quill", 1),)))
    return TreeTold("Ada Quill", (BranchTold("Bo Winter", None, below), BranchTold("Cy Marsh", 1),
                                  BranchTold("Dee Alm", 1)), 6, 0)  # fmt: skip


def contest(name="c1", title="Mayor", n=60, **changes):
    looked = draws(n)
    claims = (claim(1, "Ada Quill is not excluded before Cy Marsh", looked),
              claim(2, "Ada Quill has more votes than Bo Winter", looked, 1.2))  # fmt: skip
    fields = {
        "id": name, "title": title, "reported": "Ada Quill", "is_audited": True, "decision": "CONFIRMED",
        "rule": "instant-runoff", "cards": 595, "risk_limit": Fraction(1, 10), "risk_function": "cobra",
        "implies": "outcome", "words": "every other order contradicts one of these", "claims": claims, "draws": looked,
        "hardest": None, "outlook": "Every claim is confirmed: each measured risk is at most the limit of 0.1.",
        "near": Near("KNOWN", "If 5 of 595 cards said otherwise, the outcome could be another.",
                     ("5 cards: Ada Quill → Bo Winter",)),
        "tree": tree(),
    }  # fmt: skip
    return ContestTold(**(fields | changes))


def unclaimed():
    return contest("c3", "Coroner", 0, claims=(), draws=(), implies="nothing", words="a tie was decided by lot",
                   decision="HAND COUNT", tree=None, outlook="No sample can confirm it: only a full hand count does.",
                   near=Near("NOT CHECKED", "the rule has no bound of use"))  # fmt: skip


def page(**changes):
    """Return a full page; `changes` replace its fields."""
    open_one = replace(contest("c2", "Council", 40, tree=None), is_audited=False, decision="measured only")
    fields = {
        "name": "Alder County General Election", "date": "2026-11-03", "design": "comparison", "stage": "closed",
        "state": ("Round 2 is closed.", "2 contests decide the audit."),
        "history": (Happened(0, 0, "2026-11-10T09:00:14Z", "open", ("Ada Vale",), "no witnesses"),
                    Happened(1, 120, "2026-11-10T09:10:14Z", "entry", ("Bo Winter", "Cy Marsh"), "60 units read")),
        "seed": "31415926535897932384", "seed_words": ("Dice were rolled in public.", "The seed is the digits."),
        "rounds": ((1, "Mayor 60", 60), (2, "Mayor 109", 109)),
        "contests": (contest(), unclaimed(), open_one),
        "corrected": (Corrected(15, "correct", "1002-17, 17", "Bo Winter", "Cy Marsh", "found in the next box",
                                ("not found",), ("Mayor: Bo Winter",)),),
        "drawn": 109, "settled": 109, "read_twice": 20, "differed": 1,
        "not_checked": ("Who voted: NOT CHECKED.", "Council: NOT CHECKED."),
        "origin": "faircount.local/0123456789abcdef",
        "acts": 121, "root": "0123456789abcdef" * 4, "log_key": "faircount.local/0123456789abcdef+1f393066+Abj3Dk4U",
        "files": (("cards.csv", "0123456789abcdef" * 4),),
        "beside": (("bundle.zip", "All the evidence, as one file"), ("contest-c1.html", "Mayor, draw by draw")),
        "program": "faircount 0.1.0",
    }  # fmt: skip
    return AuditPage(**(fields | changes))
