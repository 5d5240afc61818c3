"""Laws for voters who mark one: majorities and runoffs, and primaries from which the leading go on."""

from faircount.count.presets.preset import Preset, decisions

PRESETS = (
    Preset(
        "georgia-runoff",
        "Georgia: majority or runoff",
        "majority-or-runoff",
        "Official Code of Georgia Annotated § 21-2-501(a)",
        note="Presidential electors need no majority (§ 21-2-501(f)); a municipality may have a charter that says "
        "otherwise.",
    ),
    Preset(
        "louisiana",
        "Louisiana: majority in the primary, or a general election of the leading two",
        "majority-or-runoff",
        "Louisiana Revised Statutes §§ 18:481, 18:482, 18:511 and 18:512",
        note="Where several are level for a place, § 18:482 lets all of them go on; here the tie stops the "
        "count. Since 2026 some offices have party primaries instead (Act 1 of the first extraordinary session 2024).",
    ),
    Preset(
        "california-top-two",
        "California: voter-nominated primary",
        "top-n",
        "California Constitution, art. II § 5(a); Elections Code §§ 8141.5 and 8142(b)",
        decisions(advance="2", last_place="all-advance"),
        years="since 2012",
    ),
    Preset(
        "california-nonpartisan-primary",
        "California: nonpartisan offices, majority in the primary elects",
        "top-n",
        "California Elections Code §§ 8140 and 8141",
        decisions(advance="2", last_place="all-advance", majority="elected"),
        note="For offices of one seat; charter cities and counties may say otherwise.",
    ),
    Preset(
        "washington-top-two",
        "Washington: top-two primary",
        "top-n",
        "Revised Code of Washington §§ 29A.36.170, 29A.52.112 and 29A.60.221",
        decisions(advance="2", last_place="decide", least="1/100", tie="recorded"),
        years="since 2008",
        note="Ties are decided by lot (§ 29A.60.221): record who won it with tie_record.",
    ),
    Preset(
        "alaska-primary",
        "Alaska: top-four primary",
        "top-n",
        "Alaska Statutes §§ 15.15.025 and 15.25.010",
        decisions(advance="4"),
        years="since 2022",
        note="Whoever withdraws at least 64 days before the general election is replaced by the fifth (§ 15.25.100).",
    ),
)
