"""Laws of instant runoff: single seats, and what is elected by two rounds on one ballot."""

from faircount.count.presets.preset import Preset, decisions

_BY_LOT = "Ties are decided by lot: record with tie_record whom it excluded or, of two left at the end, elected."

PRESETS = (
    Preset(
        "maine",
        "Maine: primaries, federal and presidential elections",
        "instant-runoff",
        "21-A M.R.S. § 723-A, as amended by P.L. 2023, ch. 304; 29-250 C.M.R. ch. 535 § 4",
        decisions(batch="no", overvote="exhaust", repeated="skip", skipped="1", tie="recorded", until_two="yes"),
        years="since August 2024",
        note=f"{_BY_LOT} The statute exhausts a ballot at an overvote at its highest continuing ranking; an overvoted "
        "rank whose candidates are all out would be passed over by that text, and ends the ballot here.",
    ),
    Preset(
        "maine-2018",
        "Maine: until batch elimination was repealed",
        "instant-runoff",
        "21-A M.R.S. § 723-A, as enacted by I.B. 2015, ch. 3, § 5; 29-250 C.M.R. ch. 535 § 4(2)",
        decisions(
            batch="not-above-next", overvote="exhaust", repeated="skip", skipped="1", tie="recorded", until_two="yes"
        ),
        years="2018–2024",
        note=f"{_BY_LOT} Batch elimination is allowed, not commanded: also count with batch=no. Overvotes as in preset "
        "maine.",
    ),
    Preset(
        "alaska",
        "Alaska: general elections",
        "instant-runoff",
        "Alaska Statutes §§ 15.15.350(c)–(g), 15.15.360 and 15.15.370",
        decisions(
            batch="no", overvote="exhaust", repeated="skip", skipped="1", tie="recorded", until_two="unless-in-round-1"
        ),
        years="since 2022",
        note=f"{_BY_LOT} A tie of the last two goes to a recount first. Write-ins that are not resolved "
        "are left out of the count by the Division of Elections: make them kind withdrawn to do the same.",
    ),
    Preset(
        "san-francisco",
        "San Francisco: Mayor, Board of Supervisors and other city offices",
        "instant-runoff",
        "San Francisco Charter § 13.102(a)–(f)",
        decisions(batch="yes", overvote="exhaust", repeated="skip", skipped="unlimited", until_two="no"),
        years="since 2004",
        note="The Department of Elections reports further rounds than the Charter needs: with batch=no and "
        "until_two=yes the rounds are those of its reports. Ties as State law says, § 13.102(f): by lot.",
    ),
    Preset(
        "new-york-city",
        "New York City: primaries and special elections for city offices",
        "instant-runoff",
        "New York City Charter § 1057-g",
        decisions(
            batch="yes",
            overvote="exhaust",
            repeated="skip",
            skipped="unlimited",
            tie="recorded",
            until_two="unless-in-round-1",
        ),
        years="since 2021",
        note=f"{_BY_LOT} The Board of Elections may eliminate in batches or one by one; the figures of the last round "
        "are the same.",
    ),
    Preset(
        "minneapolis",
        "Minneapolis: Mayor, City Council and other single seats",
        "instant-runoff",
        "Minneapolis Code of Ordinances, ch. 167, §§ 167.20 and 167.60",
        decisions(
            batch="yes",
            overvote="skip",
            repeated="skip",
            skipped="unlimited",
            threshold="first-round",
            tie="recorded",
            until_two="no",
            write_ins="excluded-first",
        ),
        years="since 2013",
        note=_BY_LOT,
        held_against="the final round of the Mayor, 2013 (38,870 and 24,972) and 2017 (46,716 and 34,971)",
    ),
    Preset(
        "portland-me",
        "Portland, Maine: Mayor, Council and School Board",
        "instant-runoff",
        "Portland, Maine, City Charter, art. II § 3; the city's rules for ranked choice voting of 19 September 2011",
        decisions(batch="no", overvote="exhaust", repeated="skip", skipped="unlimited", tie="recorded", until_two="no"),
        years="since 2011",
        note=f"{_BY_LOT} Several at-large seats by further runoffs (2021) are rule sequential-instant-runoff.",
    ),
    Preset(
        "portland-or",
        "Portland, Oregon: Mayor and Auditor",
        "instant-runoff",
        "Portland, Oregon, City Code §§ 2.08.010 and 2.08.030",
        decisions(
            batch="no",
            overvote="skip",
            repeated="skip",
            skipped="unlimited",
            tie="recorded",
            until_two="no",
            write_ins="excluded-first",
        ),
        years="since 2024",
        note=_BY_LOT,
    ),
    Preset(
        "burlington-vt-2009",
        "Burlington, Vermont: Mayor",
        "instant-runoff",
        "24 App. V.S.A. ch. 3, § 5(b), as in force until 2010",
        decisions(
            batch="no",
            overvote="exhaust-if-multiple-continuing",
            repeated="skip",
            skipped="unlimited",
            until_two="unless-in-round-1",
        ),
        years="2006 and 2009",
        held_against="the Mayor, March 2009: final round 4,313 and 4,061",
    ),
    Preset(
        "oakland",
        "Oakland: Mayor, City Council and other city offices",
        "instant-runoff",
        "Oakland City Charter § 1105",
        decisions(batch="no", overvote="exhaust", repeated="skip", skipped="unlimited", until_two="no"),
        years="since 2010",
        note="A ballot whose first rank is empty counts for its next choice; the county's count of 2022 suspended such "
        "ballots in round 1 and named the wrong winner of one seat at first.",
    ),
    Preset(
        "berkeley",
        "Berkeley: Mayor, Auditor and City Council",
        "instant-runoff",
        "Berkeley City Charter, art. III § 5(12); Berkeley Municipal Code ch. 2.14",
        decisions(batch="no", overvote="exhaust", repeated="skip", skipped="unlimited", until_two="no"),
        years="since 2010",
        note="As in preset oakland, which the same county counts.",
    ),
    Preset(
        "london-mayor-2000",
        "London and other English mayors: supplementary vote",
        "final-n-instant-runoff",
        "Greater London Authority Act 1999, Schedule 2, §§ 3 and 4, until the Elections Act 2022 § 13",
        decisions(final="most-votes", finalists="2", last_place="all-stay", tie="recorded"),
        years="2000–2021",
        note="Voters had two crosses, no ranks: the contest has 2 ranks. A final tie is decided by lot.",
    ),
    Preset(
        "sri-lanka",
        "Sri Lanka: President",
        "final-n-instant-runoff",
        "Constitution of Sri Lanka, art. 94; Presidential Elections Act No. 15 of 1981, §§ 56–60",
        decisions(finalists="2", tie="recorded"),
        years="since 1982",
        note="Voters rank three at most.",
    ),
)

NOT_COVERED = (
    (
        "Burlington, Vermont, since 2022 (Code of Ordinances § 2-9)",
        "the lowest that are tied go out together where their sum is below the next; no option does that",
    ),
)
