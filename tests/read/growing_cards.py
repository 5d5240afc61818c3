"""Exports of cast vote records in rows, of any size: a row a card, or a few rows."""

from read.growing import WAYS, Growing, padded, rankings

_CHOICES = [f"Ada {n} Quill" for n in range(1, 9)]
_FIVE = [(1, 2, 3), (2, 1)] * 8 + rankings(8, 5, 1)[16:]
"""The first rows are such that a reader knows them for ranks."""
_THREE = rankings(4, 3, 2)
_OFFICES = [f"Office {n}" for n in range(1, 13)]


def _cells(width: int, seed: int) -> list[list[str]]:
    """0 and 1 for 12 contests of five choices, one of them marked, and then ranks of four choices."""
    found = []
    for at, ranking in enumerate(rankings(4, 3, seed)):
        cells = ["0"] * width
        for contest in range(12):
            cells[contest * 5 + (at * 7 + contest * 3) % 5] = "1"
        for rank, choice in enumerate(ranking):
            cells[60 + rank * 4 + choice - 1] = "1"
        found.append(cells)
    return found


_OVALS = [",".join(cells) for cells in _cells(72, 3)]


def _dominion_csv(_records: int) -> str:
    first = '"Fern County Election 2031",5.17.17.1\n'
    titles = [f"{office} (Vote For=1)" for office in _OFFICES for _ in range(5)]
    titles += ['"Mayor (Number of positions=1, Number of ranks=3)"'] * 12
    names = [f"Choice {n}" for _ in _OFFICES for n in range(5)]
    names += [f"Person {n}({rank})" for rank in (1, 2, 3) for n in range(4)]
    ids = "CvrNumber,TabulatorNum,BatchId,RecordId,ImprintedId,CountingGroup,PrecinctPortion,BallotType"
    return f"{first}{',' * 8}{','.join(titles)}\n{',' * 8}{','.join(names)}\n{ids}{',' * 72}\n"


def _dominion_row(n: int) -> str:
    tabulator, batch, record = n // 30_000 + 1, n // 100, n % 100
    place = f"{tabulator},{batch},{record},{tabulator}-{batch}-{record},Mail,Ward {n // 700 % 90},A"
    return f"{n + 1},{place},{_OVALS[n % WAYS]}\n"


def _clear_ballot(_records: int) -> str:
    ovals = [f"{office}:Vote For 1:Choice {n}:" for office in _OFFICES for n in range(5)]
    ovals += [f"Council:{rank}:Number of Winners 1:Person {n}:" for rank in (1, 2, 3) for n in range(4)]
    contests = [at // 5 for at in range(60)] + [12] * 12
    named = [f"Choice_{at}_{contests[at]}:{oval}" for at, oval in enumerate(ovals)]
    ids = "RowNumber,BoxID,BoxPosition,BallotID,PrecinctID,BallotStyleID,PrecinctStyleName,ScanComputerName,Status"
    return f"{ids},Remade,{','.join(named)}\n"


def _clear_ballot_row(n: int) -> str:
    box, place = n // 200, n % 200 + 1
    precinct = n // 700 % 90
    return f"{n + 1},B-{box},{place},B-{box}+{10_000 + place},{precinct},1,P {precinct},S-1,0,0,{_OVALS[n % WAYS]}\n"


_ESS_HEAD = "Cast Vote Record,Precinct,Ballot Style," + ",".join(f"Mayor Choice {n} ({n})" for n in range(1, 6))
_ESS_HEAD += ",Clerk Choice 1 (6),Clerk Choice 2 (7),Clerk Choice 3 (8),Bond\n"
_ESS = [
    ",".join([*padded([_CHOICES[c - 1] for c in five], 5, "undervote"),
              *padded([_CHOICES[c - 1] for c in three], 3, "overvote" if at % 50 == 0 else "undervote"),
              ("Yes", "No", "undervote")[at % 3]])
    for at, (five, three) in enumerate(zip(_FIVE, _THREE, strict=True))
]  # fmt: skip
_ESS_PLAIN = "Cast Vote Record,Precinct,Ballot Style,Mayor,Clerk,Bond\n"
_ESS_LIST = "Cast Vote Record,Batch,Ballot Status,Original Ballot Exception,Tabulator CVR,Precinct ID\n"


def _ess_row(n: int) -> str:
    return f"{n + 1},Precinct {n // 700 % 90},A,{_ESS[n % WAYS]}\n"


_MATRIX = [",".join(padded([_CHOICES[c - 1] for c in five], 5)) for five in _FIVE]
_PLACES = [",".join(str(five.index(c) + 1) if c in five else "" for c in range(1, 9)) for five in _FIVE]
_FORMAL = [
    ",".join(["", "", "", *(str(five.index(c) + 1) if c in five else "" for c in range(1, 9))]) for five in _FIVE
]
_FORMAL_HEAD = (
    "State,Division,Vote Collection Point Name,Vote Collection Point ID,Batch No,Paper No,A:Reeds,B:Dunes,C:,"
)
_FORMAL_HEAD += ",".join(f"{'ABC'[n % 3]}:{name}" for n, name in enumerate(_CHOICES)) + "\n"
_OLD_HEAD = "ElectorateNm,VoteCollectionPointNm,VoteCollectionPointId,BatchNo,PaperNo,Preferences\n"
_OLD_NAMES = (
    "2031 Election [Event:9]\nStateAb,Ticket,CandidateID,BallotPosition,CandidateDetails,PartyName,TotalVotes\n"
)
_OLD_NAMES += "".join(
    f'NT,{letter},{at}{place},{place},"{letter} Group {place}",Reeds,1\n'
    for at, letter in enumerate("ABC") for place in range(4 if letter == "A" else 5 if letter == "B" else 2)
)  # fmt: skip


def _formal_row(n: int) -> str:
    return f"NT,North,Town Hall {n // 5_000},{n // 5_000},{n // 50},{n % 50 + 1},{_FORMAL[n % WAYS]}\n"


def _old_row(n: int) -> str:
    return f'North,Town Hall {n // 5_000},{n // 5_000},{n // 50},{n % 50 + 1},"{_FORMAL[n % WAYS]}"\n'


def _act_rows(n: int) -> str:
    return "".join(f"{n // 50},{n % 50},{rank},A,{c - 1},0\n" for rank, c in enumerate(_FIVE[n % WAYS], 1))


def _nsw_rows(n: int) -> str:
    return "".join(
        f"{n}\tOrdinary\t{n}\t{rank}\t{rank}\t{_CHOICES[c - 1]}\tA\n" for rank, c in enumerate(_FIVE[n % WAYS], 1)
    )


_ACT = {
    "Electorates.txt": "ecode,electorate\n1,Harbour\n",
    "Groups.txt": "ecode,pcode,pname,pabbrev,cands\n1,A,Reeds,R,8\n",
    "Candidates.txt": "ecode,pcode,ccode,cname\n" + "".join(f"1,A,{n},{name}\n" for n, name in enumerate(_CHOICES)),
}  # fmt: skip
_PLAIN_HEAD = "card,tabulator,batch,precinct,style,contest,choices\n"
_SHARES_HEAD = "account,lot,shares,class,votes_per_share,proposal,choice,source,received\n"


def _plain_rows(n: int) -> str:
    first = f"c{n},{n // 30_000},{n // 100},P{n // 700 % 90},1"
    ranked = ">".join(_CHOICES[c - 1] for c in _FIVE[n % WAYS])
    return f"{first},Mayor,{ranked}\n{first},Clerk,{_CHOICES[n % 3]}\n{first},Bond,{('Yes', 'No')[n % 2]}\n"


def _share_row(n: int) -> str:
    return f"A-{n},,{n % 5_000 + 1},common,,1. Elect Ada Lark,{('For', 'Withhold')[n % 2]},proxy,2031-05-01T09:00:00Z\n"


_CHOICEPLUS = '.CONTEST "Council"\n.ELECT 3\n.BALLOT-FORMAT-FIELDS BALLOT-ID-ALPHA IGNORE-FIELD RANKINGS-ALPHA\n'
_CHOICEPLUS += "".join(f'.CANDIDATE C{n:02d}, "{name}"\n' for n, name in enumerate(_CHOICES, 1))


def _choiceplus_row(n: int) -> str:
    ranked = ",".join(f"C{c:02d}[{rank}]" for rank, c in enumerate(_FIVE[n % WAYS], 1))
    return f"{n // 700 % 90:06d}-00-{n % 10**9:09d},1) {ranked}\n"


def _image_rows(n: int) -> str:
    ranking = padded([f"{10 + c:07d}00" for c in _FIVE[n % WAYS][:3]], 3, "000000001")
    voter = f"0000001{n % 10**9:09d}0000010002{n // 700 % 90:07d}"
    return "".join(f"{voter}{rank:03d}{cell}\n" for rank, cell in enumerate(ranking, 1))


_LOOKUP = "".join(
    f"{kind:<10}{number:07d}{name:<50}{number:07d}{contest:07d}00\n"
    for kind, number, name, contest in (
        ("Contest", 1, "Mayor", 0), ("Tally Type", 2, "Mail", 0),
        *(("Candidate", 10 + n, name, 1) for n, name in enumerate(_CHOICES, 1)),
        *(("Precinct", n, f"Pct {n}", 0) for n in range(90)),
    )
)  # fmt: skip
_RAIRE_IDS = ",".join(str(n) for n in range(1, 9))
_RAIRE = [",".join(map(str, five)) for five in _FIVE]


def _several(n: int) -> str:
    return f"1,{n // 5_000}_{n // 100}_{n % 100},{_RAIRE[n % WAYS]}\n2,{n // 5_000}_{n // 100}_{n % 100},{n % 3 + 1}\n"


_EACH = ("cards", 1)
GROWING = (
    Growing("dominion-csv", "dominion-csv", "csv", "cvr.csv", _dominion_row, _dominion_csv, counts=_EACH),
    Growing("clear-ballot", "clear-ballot", "csv", "fern.cvr.csv", _clear_ballot_row, _clear_ballot, counts=_EACH),
    Growing("ess", "ess", "csv", "cvr.csv", _ess_row, lambda _: _ESS_HEAD, counts=_EACH),
    Growing("raire", "raire", "ragged", "mayor.raire", lambda n: _several(n).splitlines(True)[0],
            lambda _: f"1\nContest,1,8,{_RAIRE_IDS}\n", counts=_EACH),
    Growing("raire-several", "raire", "ragged", "two.raire", _several,
            lambda _: f"2\nContest,1,8,{_RAIRE_IDS}\nContest,2,3,1,2,3\n", counts=_EACH),
    Growing("votekit-raw", "votekit-csv", "csv", "raw.csv", lambda n: f"{n},{_MATRIX[n % WAYS]}\n",
            lambda _: ",Rank 1,Rank 2,Rank 3,Rank 4,Rank 5\n", counts=_EACH),
    Growing("rank-matrix", "rank-matrix", "csv", "ranks.csv",
            lambda n: f"{n + 1},P{n // 700 % 90},B{n // 100},{_MATRIX[n % WAYS]}\n",
            lambda _: "Ballot #,precinct_id,batch_id,1st Choice,2nd Choice,3rd Choice,4th Choice,5th Choice\n",
            counts=_EACH),
    Growing("rank-matrix-choices", "rank-matrix", "csv", "choices.csv",
            lambda n: f"R_{n + 1},P{n // 700 % 90},B{n // 100},{_PLACES[n % WAYS]}\n",
            lambda _: f"Response ID,precinct_id,batch_id,{','.join(_CHOICES)}\n", counts=_EACH),
    Growing("aec-formal-2019", "aec-formal-csv", "csv", "formal-NT.csv", _formal_row, lambda _: _FORMAL_HEAD,
            counts=_EACH),
    Growing("aec-formal-2016", "aec-formal-csv", "csv", "formalpreferences-99-NT.csv", _old_row, lambda _: _OLD_HEAD,
            beside={"SenateFirstPrefsByStateByVoteTypeDownload-99.csv": _OLD_NAMES}, counts=_EACH),
    Growing("elections-act", "elections-act", "csv", "HarbourTotal.txt", _act_rows,
            lambda _: "batch,pindex,pref,pcode,ccode,rcand\n", beside=_ACT, counts=_EACH),
    Growing("nsw-preferences", "nsw-preferences", "csv", "nsw.txt", _nsw_rows,
            lambda _: "SequenceNumber\tVoteType\tVCBallotPaperID\tPreferenceMark\tPreferenceNumber\tCandidateName"
                      "\tGroupCode\n", counts=_EACH),
    Growing("plain-csv", "plain-csv", "csv", "cards.csv", _plain_rows, lambda _: _PLAIN_HEAD, counts=_EACH),
    Growing("shareholder-csv", "shareholder-csv", "csv", "instructions.csv", _share_row, lambda _: _SHARES_HEAD,
            counts=_EACH),
    Growing("choiceplus", "choiceplus", "lines", "council.chp", _choiceplus_row, lambda _: _CHOICEPLUS, counts=_EACH),
    Growing("sf-ballot-image", "sf-ballot-image", "lines", "ballotimage.txt", _image_rows,
            beside={"masterlookup.txt": _LOOKUP}, counts=_EACH),
)  # fmt: skip
