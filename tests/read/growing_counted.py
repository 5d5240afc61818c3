"""Exports of rankings with a number of ballots each, of any size."""

from read.growing import WAYS, Growing, padded, rankings

_NAMES = [f"Ada {n} Quill" for n in range(1, 21)]
_TWENTY = rankings(20, 20, 4)
"""Rankings of twenty, as long as those of a council's ward or a Senate paper."""
_COUNTS = (1, 3, 2, 1, 1, 7, 1, 2)
_MOST = 8_000_000
"""Records that state fewer ballots than the limit on counted ones."""


def _count(n: int) -> int:
    return _COUNTS[n % 8]


def _total(records: int) -> int:
    """Ballots of so many records."""
    return records // 8 * sum(_COUNTS) + sum(_COUNTS[: records % 8])


def _joined(mark: str) -> list[str]:
    return [mark.join(map(str, ranking)) for ranking in _TWENTY]


_SPACED, _COMMAS = _joined(" "), _joined(",")
_ABIF = [">".join(f"C{c}" for c in ranking) for ranking in _TWENTY]
_PAPERS = [",".join(str(c - 1) for c in ranking) for ranking in _TWENTY]
_TIED = [
    f"{{{','.join(map(str, r[:2]))}}}{''.join(f',{c}' for c in r[2:])}" if len(r) > 1 else str(r[0]) for r in _TWENTY
]
_CATEGORIES = [
    f"{{{','.join(map(str, r))}}},{{{','.join(str(c) for c in range(1, 21) if c not in r)}}}" for r in _TWENTY
]


def _preflib(kind: str, more: str) -> str:
    named = "".join(f"# ALTERNATIVE NAME {n}: {name}\n" for n, name in enumerate(_NAMES, 1))
    first = f"# FILE NAME: 99999-00000001.{kind}\n# TITLE: Harbour\n# DATA TYPE: {kind}\n"
    return f"{first}# NUMBER ALTERNATIVES: 20\n{more}{named}"


def _toi(records: int) -> str:
    return _preflib("toi", f"# NUMBER VOTERS: {_total(records)}\n# NUMBER UNIQUE ORDERS: {records}\n")


def _cat(records: int) -> str:
    more = f"# NUMBER VOTERS: {_total(records)}\n# NUMBER UNIQUE PREFERENCES: {records}\n# NUMBER CATEGORIES: 2\n"
    return _preflib("cat", f"{more}# CATEGORY NAME 1: Yes\n# CATEGORY NAME 2: No\n")


def _rcr(_records: int) -> str:
    precincts = "".join(f"{n}\tWard {n}\n" for n in range(1, 91))
    return "1\t20\t90\t2\nMayor\n" + "\n".join(_NAMES) + f"\n{precincts}1\tElection Day\n2\tMail\n"


def _rcr_row(n: int) -> str:
    cells = padded(_TWENTY[n % WAYS][:10], 10, "0")
    return f"{n // 700 % 90 + 1}\t{n % 2 + 1}\t{_count(n)}\t" + "\t".join(cells) + "\n"


def _cache(records: int) -> str:
    papers = "\n".join(f"{name}\tA\t{n}" for n, name in enumerate(_NAMES, 1))
    first = "Election data cache file version \t2\n2031\tMade Up\tSenate\tNT\nCandidates\n20\n"
    sections = "Groups\n1\nA\tReeds\t\nOfficial Results\n0\nDownload Location\n1\nmade up\nInformal\t4\n"
    return f"{first}{papers}\n{sections}SATLs\n1\nA\t5\nRATLs\n0\nBTLs\n{records}\n"


_STERN = "".join(f'"Candidate {n}","{name}","Independent (Ind)",\n' for n, name in enumerate(_NAMES, 1))
_PREFIXES = ",".join(f"({name}:A{n})" for n, name in enumerate(_NAMES, 1))
_PROFILE = [",".join([*(f"{{'A{c}'}}" for c in ranking), *[""] * (20 - len(ranking))]) for ranking in _TWENTY]
_PROFILE_HEAD = (
    f"VoteKit RankProfile\nCandidates\n{_PREFIXES}\nMax Ranking Length\n20\nIncludes Voter Set\nFalse\n{'=,' * 23}=\n"
)
_PROFILE_HEAD += ",".join(f"Ranking_{n}" for n in range(1, 21)) + ",&,Weight,&\n"
_QUOTED = ",".join(f'"{name}"' for name in _NAMES)
_RAIRE_JSON = f'{{"metadata":{{"candidates":[{_QUOTED}],"contest":"Mayor"}},"num_candidates":20,"votes":[\n'
_CONCRETE = (
    '{"metadata":{"name":{"year":"2031","authority":"Made Up","name":"Senate","electorate":"NT"},"candidates":['
    + ",".join(f'{{"name":"{name}","party":0,"position":{n},"ec_id":"{n}"}}' for n, name in enumerate(_NAMES, 1))
    + '],"parties":[{"column_id":"A","name":"Reeds","atl_allowed":true,"candidates":['
    + ",".join(map(str, range(20)))
    + "]}]"
    + ',"source":[],"results":[0],"vacancies":1},"atl":[],"atl_types":[],"btl":[\n'
)
_ESS_COUNTED = "Precinct,1ST CHOICE MAYOR FERN,2ND CHOICE MAYOR FERN,3RD CHOICE MAYOR FERN,COUNT\n"


def ess_counted(n: int) -> str:
    """Return a row of the form that Minneapolis publishes: precinct, three choices, how many ballots."""
    cells = padded([_NAMES[c - 1] for c in _TWENTY[n % WAYS][:3]], 3, "undervote")
    return f"W-{n // 900 % 13} P-{n // 100 % 9},{','.join(cells)},{_count(n)}\n"


GROWING = (
    Growing("blt", "blt", "lines", "ward.blt", lambda n: f"{_count(n)} {_SPACED[n % WAYS]} 0\n", lambda _: "20 2\n",
            lambda _: "0\n" + "".join(f'"{name}"\n' for name in _NAMES) + '"Ward"\n', most=_MOST),
    Growing("scottish-csv", "scottish-csv", "ragged", "north_2031_ward1.csv",
            lambda n: f"{_count(n)},{_COMMAS[n % WAYS]},\n", lambda _: "20,2,\n",
            lambda _: f'{_STERN}"Harbour Ward",\n', most=_MOST),
    Growing("preflib", "preflib", "lines", "99999-1.toi", lambda n: f"{_count(n)}: {_TIED[n % WAYS]}\n", _toi,
            most=_MOST),
    Growing("preflib-cat", "preflib", "lines", "99999-1.cat", lambda n: f"{_count(n)}: {_CATEGORIES[n % WAYS]}\n", _cat,
            most=_MOST),
    Growing("abif", "abif", "lines", "mayor.abif", lambda n: f"{_count(n)}:{_ABIF[n % WAYS]}\n",
            lambda records: f'{{title: "Mayor"}}\n{{"ballotcount": {_total(records)}}}\n'
            + "".join(f"=C{n}:[{name}]\n" for n, name in enumerate(_NAMES, 1)), most=_MOST),
    Growing("dominion-rcr", "dominion-rcr", "lines", "mayor.txt", _rcr_row, _rcr, most=_MOST),
    Growing("ess-counted", "ess", "csv", "cvr.csv", ess_counted, lambda _: _ESS_COUNTED, most=_MOST),
    Growing("votekit-profile", "votekit-csv", "csv", "profile.csv",
            lambda n: f"{_PROFILE[n % WAYS]},&,{_count(n)}.0,&\n", lambda _: _PROFILE_HEAD, most=_MOST),
    Growing("aec-cache-text", "aec-cache-text", "lines", "nt.stv", lambda n: f"{_PAPERS[n % WAYS]}\t{_count(n)}\n",
            _cache, most=_MOST),
    Growing("raire-json", "raire-json", "json", "mayor.json",
            lambda n: f'{{"n":{_count(n)},"prefs":[{_PAPERS[n % WAYS]}]}}', lambda _: _RAIRE_JSON,
            lambda _: '\n],"winner":0,"audit":{"type":"OneOnMargin"}}\n', between=",\n", most=_MOST),
    Growing("concretestv-json", "concretestv-json", "json", "nt.json",
            lambda n: f'{{"candidates":[{_PAPERS[n % WAYS]}],"n":{_count(n)}}}', lambda _: _CONCRETE,
            lambda _: '\n],"btl_types":[],"informal":4}\n', between=",\n", most=_MOST),
    Growing("abcvoting-yaml", "abcvoting-yaml", "lines", "club.abc.yaml", lambda n: f"  [{_PAPERS[n % WAYS]}]",
            lambda _: "num_cand: 20\ncommitteesize: 2\nprofile: [\n", lambda _: "]\n", between=",\n",
            counts=("cards", 1)),
)  # fmt: skip
