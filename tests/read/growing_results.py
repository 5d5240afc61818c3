"""Exports of results and manifests, of any size: a row a figure, or a row a batch."""

import re

from read.growing import Growing
from read.reading import FIXTURES

_PEOPLE = ("Ada Lark", "Bo Finch", "Cy Wren", "Di Swift")
_UGANDA = (
    "Year,Dist_name_previous,Const_name_previous,Sub_cty_name_previous,Par_name_previous,Station_string_previous,"
    "Original_Station_ID_previous,Reg.Voters,M_18.30,M_31.up,F_18.30,F_31.up,A.Lake,B.Hill,V.Votes,Inv.Votes,T.Votes,"
    "NON_REP,Map11.16_reg_name,Map11.16_dist_name,ID,Map11.16_agg_code\n"
)
_MEDSL = (
    "precinct,office,party_detailed,party_simplified,mode,votes,county_name,county_fips,jurisdiction_name,"
    "jurisdiction_fips,candidate,district,magnitude,dataverse,year,stage,state,special,writein,state_po,state_fips,"
    "state_cen,state_ic,date,readme_check\n"
)
_CLARITY = (
    '"line number","contest name","choice name","party name","total votes","percent of votes","registered voters",'
    '"ballots cast","num Area total","num Area rptg","over votes","under votes"\n'
)
_COMPARED = (
    "county_name,contest_name,imprinted_id,ballot_type,choice_per_voting_computer,audit_board_selection,consensus,"
    "record_type,audit_board_comment,timestamp,cvr_id,audit_reason\n"
)
_PARTICIPANTS = "code;name;registration_code;registration_sub_code;registration_name\n" + "".join(
    f"{n};PARTY {n};{n};0;PARTY {n}\n" for n in range(1, 30)
)


def _place(n: int) -> tuple[int, int, int]:
    """County, precinct and office of the nth figure, four choices each."""
    return n // 4_000, n // 40, n // 4 % 10


def _openelections(n: int) -> str:
    county, precinct, office = _place(n)
    return (
        f"County {county},Precinct {precinct},Office {office},,LAN,{_PEOPLE[n % 4]},{n * 7 % 900},{n % 300},{n % 200}\n"
    )


def _medsl(n: int) -> str:
    county, precinct, office = _place(n)
    code, votes = 99_000 + county, n * 7 % 900
    return (
        f'"WARD {precinct}","OFFICE {office}","LANTERN","OTHER","TOTAL",{votes},"COUNTY {county}","{code}",'
        f'"COUNTY {county}","{code}","{_PEOPLE[n % 4]}","STATEWIDE",1.0,"STATE",2031,"GEN","ALDERLAND","FALSE",'
        '"FALSE","AL","99","99","99","2031-11-04","FALSE"\n'
    )


def _statement(n: int) -> str:
    _, precinct, office = _place(n)
    return f'"{precinct}","Office {office}","{_PEOPLE[n % 4]}","1,204","1,001",{n * 7 % 250},{precinct % 40},0\n'


def _uganda(n: int) -> str:
    return (
        f"2016,DISTRICT {n // 900},EAST,LOWER,REEDS,REEDS SCHOOL {n},O-1-{n},400,90,110,95,105,120,130,250,6,256,0,"
        f"NORTH,DISTRICT {n // 900},1-{n},0\n"
    )


def _clarity(n: int) -> str:
    return f'{n + 1},"Office {n // 4} (Vote For 1)","{_PEOPLE[n % 4]}","LAN",{n * 7 % 900},25.00,0,0,4,4,"6","28"\n'


def _compared(n: int) -> str:
    choice = f'"""{_PEOPLE[n % 4]}"""'
    place = f"{101 + n // 9_000}-{n // 90}-{n % 90}"
    marked = f'A,{choice},{choice},YES,uploaded,"",2025-11-12 09:47:13'
    return f"Lantern {n // 90_000},Office {n % 10},{place},{marked},{n},COUNTY_WIDE_CONTEST\n"


def _listed(n: int) -> str:
    """Ids of the cards of a contest."""
    return ",".join(str(1_000_000 + n * 7 + at * 13) for at in range(20))


def _totals(n: int) -> str:
    """Votes of a batch for each of twenty choices."""
    return ",".join(str((n + at) * 7 % 900) for at in range(20))


_NOTE = "two electors at large and one for each district as the law of the state has it since 1972"
_LONG = "Retain a judge of the court of appeals: Ada Lark of Lantern for a term of eight years: question"
_MANY = ",".join(f"Ada Quill {at} (Gulls)" for at in range(20))
_COUNTIES = "state_name,county_fips,county_name,votes_gop,votes_dem,total_votes\n"
_SEEN = "16 bytes of each name, up to 36 MB a set; more lie on disk"
_CONTESTS = (
    "contest_name,audit_reason,random_audit_status,winners_allowed,ballot_card_count,contest_ballot_card_count,winners,"
    "min_margin,risk_limit\n"
)
_MAPPING = (FIXTURES / "mapped-table/cards/export.csv.mapping.json").read_text("utf-8")
_AUDITED = (FIXTURES / "arlo-audit-report/export.csv").read_text("utf-8").partition("TORCH,Mail 1,12")[0]
_SAMPLED = '"Ada Quill (I) (Gulls): {}; Bo Tarn (Terns): 6"'

_BEFORE, _OFFICE, _BEHIND = re.split(
    r"(<ContestIdGroup .*</ContestIdGroup>)",
    (FIXTURES / "sf-summary-xml/export.xml").read_text("utf-8-sig"),
    flags=re.S,
)
_OFFICE = _OFFICE.partition("</ContestIdGroup>")[0] + "</ContestIdGroup>"


GROWING = (
    Growing("sf-summary-xml", "sf-summary-xml", "xml", "summary.xml",
            lambda n: _OFFICE.replace('contestId="MAYOR', f'contestId="OFFICE {n}', 1), lambda _: _BEFORE,
            lambda _: _BEHIND),
    Growing("county-table", "county-table", "csv", "counties.csv",
            lambda n: f"Alderland,{n},County of the Lower Lantern River {n},{n},{n + 7},{2 * n + 9}\n",
            lambda _: _COUNTIES, counts=("reported", 3), holds=_SEEN),
    Growing("electoral-votes", "electoral-votes", "csv", "electors.csv",
            lambda n: f"S{n},5,1000,{n},{n + 1900},0,5,{_NOTE}\n",
            lambda _: "state,electors,dem_votes,rep_votes,total_votes,ev_dem,ev_rep,note\n", counts=("reported", 6)),
    Growing("mapped-table", "mapped-table", "csv", "cards.csv", lambda n: f"{n},{n % 2},0,{(n + 1) % 2}\n",
            lambda _: "Ballot ID,Ada Öl,Bo Quill,Cy Wren\n", beside={"cards.csv.mapping.json": _MAPPING},
            counts=("cards", 1)),
    Growing("colorado-contests", "colorado-contests", "csv", "contest.csv",
            lambda n: f'{_LONG} {n},county_wide_contest,in_progress,1,1000,990,"""Ada""",{n % 500},0.03\n',
            lambda _: _CONTESTS, counts=("contests", 1), holds=_SEEN),
    Growing("colorado-selection", "colorado-selection", "csv", "contestSelection.csv",
            lambda n: f'{n % 500},{_LONG} {n},"[{_listed(n)}]"\n',
            lambda _: "min_margin,contest_name,contest_cvr_ids\n", counts=("contests", 1), holds=_SEEN),
    Growing("arlo-batch-tallies", "arlo-batch-tallies", "csv", "candidate-totals.csv",
            lambda n: f"Ward {n // 9} Mail {n},{_totals(n)}\n", lambda _: f"Batch Name,{_MANY}\n",
            counts=("reported", 20)),
    Growing("arlo-audit-report", "arlo-audit-report", "ragged", "report.csv",
            lambda n: f"TORCH,Mail {n},12,Round 1: 0.12,{_SAMPLED.format(5)},{_SAMPLED.format(4)}\n",
            lambda _: _AUDITED),
    Growing("openelections-csv", "openelections-csv", "csv", "precinct.csv", _openelections,
            lambda _: "county,precinct,office,district,party,candidate,votes,early_voting,election_day\n"),
    Growing("medsl-csv", "medsl-csv", "csv", "medsl.csv", _medsl, lambda _: _MEDSL),
    Growing("statement-of-votes-csv", "statement-of-votes-csv", "csv", "sov.csv", _statement,
            lambda _: "Precinct,Contest Title,Choice Name,Active Voters,Total Ballots,Total Votes,Total Undervotes,"
                      "Total Overvotes\n"),
    Growing("clarity-summary-csv", "clarity-summary-csv", "csv", "summary.csv", _clarity, lambda _: _CLARITY),
    Growing("protocol-table", "protocol-table", "csv", "stations.csv", _uganda, lambda _: _UGANDA),
    Growing("bulgaria-opendata", "bulgaria-opendata", "csv", "50_votes_paper.csv",
            lambda n: f"{10_100_000 + n // 29:09d};{n % 29 + 1};{n * 7 % 300}\n", lambda _: "section_id;party;votes\n",
            beside={"21_participants.csv": _PARTICIPANTS}),
    Growing("manifest-csv", "manifest-csv", "csv", "manifest.csv",
            lambda n: f"Lantern,{n // 5_000},{n + 1},{n * 7 % 300},Box {n // 20}\n",
            lambda _: "County,Tabulator ID,Batch,# of Ballot Cards,Location\n", counts=("manifest", 1)),
    Growing("batch-comparison", "batch-comparison", "csv", "batches.csv",
            lambda n: f"Lantern,{n // 5_000},{n + 1},{n * 7 % 300},{n * 7 % 300},0\n",
            lambda _: "county_name,scanner_id,batch_id,count_per_manifest,count_per_cvr_file,difference\n"),
    Growing("colorado-comparison", "colorado-comparison", "csv", "contestComparison.csv", _compared,
            lambda _: _COMPARED, counts=("votes", 1)),
    Growing("colorado-tabulation", "colorado-tabulation", "csv", "tabulateCounty.csv",
            lambda n: f"County {n // 4_000},Office {n // 4 % 700},{_PEOPLE[n % 4]},{n * 7 % 900}\n",
            lambda _: "county_name,contest_name,choice,votes\n"),
)  # fmt: skip
