"""Exports of JSON and XML, of any size, and workbooks: their heads, records and tails are those of the fixtures."""

import json
from functools import cache
from typing import Any

from read.growing import WAYS, Growing, padded, rankings
from read.growing_counted import ess_counted
from read.reading import FIXTURES

_NAMES = [f"Ada {n} Quill" for n in range(1, 9)]
_FIVE = rankings(8, 5, 5)
_NUMBER = "0123456789"
"""Stands in a record's text where its running number comes."""


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


# ---- Dominion's JSON: CvrExport files beside small lists
_DOMINION = FIXTURES / "dominion-json/version-5.17/export"
_LISTS = {path.name: path.read_text("utf-8") for path in sorted(_DOMINION.glob("*.json")) if "Cvr" not in path.name}
_SESSION_HEAD = '{"Version":"5.17.18.1","ElectionId":"H","Sessions":['


def _mark(candidate: int, rank: int) -> str:
    return (
        f'{{"CandidateId":{candidate},"ManifestationId":{candidate},"PartyId":7,"Rank":{rank},"MarkDensity":80,'
        '"IsAmbiguous":false,"IsVote":true,"OutstackConditionIds":[]}'
    )


def _contest(number: int, marks: list[str]) -> str:
    head = f'{{"Id":{number},"ManifestationId":{number},"Undervotes":0,"Overvotes":0,"OutstackConditionIds":[],'
    return f'{head}"Marks":[{",".join(marks)}]}}'


_CONTESTS = [
    ",".join([_contest(1, [_mark(c, rank) for rank, c in enumerate(mayor, 1)]),
              _contest(2, [_mark(21 + at % 2, 1)]), _contest(3, [_mark(31, 1)][: at % 3])])
    for at, mayor in enumerate([(11,), (12,), (11, 12), (12, 11), (13, 11), (11, 13, 12)] * 12)
]  # fmt: skip


def _session(n: int) -> str:
    batch, record = n // 100, n % 100 + 1
    return (
        f'{{"TabulatorId":101,"BatchId":{batch},"RecordId":{record},"CountingGroupId":1,"ImageMask":'
        f'"C:\\\\Results\\\\Images\\\\00101_{batch:05d}_{record:06d}*.*","SessionType":"ScannedVote",'
        '"VotingSessionIdentifier":"","UniqueVotingIdentifier":"","Original":{"PrecinctPortionId":1,"BallotTypeId":1,'
        f'"IsCurrent":true,"Cards":[{{"Id":{n},"KeyInId":{n},"PaperIndex":0,"Contests":[{_CONTESTS[n % 72]}],'
        '"OutstackConditionIds":[]}]}}'
    )


# ---- NIST SP 1500-103 and 1500-100
@cache
def _cdf_json() -> tuple[str, list[str], str]:
    """Head, records and tail of the fixture; the lists that records point into come after the records."""
    report = json.loads((FIXTURES / "cdf-cvr/json/export.json").read_text("utf-8"))
    records = [_compact(record | {"BallotPrePrintedId": _NUMBER}) for record in report.pop("CVR")[:2]]
    kind = report.pop("@type")
    return f'{{"@type":{_compact(kind)},"CVR":[\n', records, f"\n],{_compact(report)[1:]}\n"


@cache
def _cdf_xml() -> tuple[str, list[str], str]:
    text = (FIXTURES / "cdf-cvr/xml/export.xml").read_text("utf-8")
    head, *records = text.split("<cdf:CVR>")
    tail = records[-1].partition("</cdf:CVR>")[2]
    shown = [f"<cdf:CVR>{record}".replace("PrePrintedId>" + str(at), f"PrePrintedId>{_NUMBER}")
             for at, record in enumerate(records[:2], 1)]  # fmt: skip
    return head, shown, tail


def _cdf_record(made: tuple[str, list[str], str], n: int) -> str:
    return made[1][n % 2].replace(_NUMBER, str(n))


_UNITS = [f"p{n}" for n in range(100)]
_COUNTS = ",".join(
    f'{{"@type":"ElectionResults.VoteCounts","GpUnitId":"{unit}","Type":"total","Count":{n * 7 % 400}}}'
    for n, unit in enumerate(_UNITS)
)
_COUNTS_XML = "".join(
    f"<VoteCounts><GpUnitId>{unit}</GpUnitId><Type>total</Type><Count>{n * 7 % 400}</Count></VoteCounts>\n"
    for n, unit in enumerate(_UNITS)
)


def _text(words: str) -> dict[str, Any]:
    content = [{"@type": "ElectionResults.LanguageString", "Content": words, "Language": "en"}]
    return {"@type": "ElectionResults.InternationalizedText", "Text": content}


def _results_contest(n: int) -> str:
    selection = '{"@type":"ElectionResults.CandidateSelection","@id":"s%d-%d","CandidateIds":["%s"],"VoteCounts":[%s]}'
    selections = ",".join(selection % (n, at, ("ada", "bo")[at], _COUNTS) for at in range(2))
    return (
        f'{{"@type":"ElectionResults.CandidateContest","@id":"c{n}","Name":"Office {n}","ElectionDistrictId":"p0",'
        f'"VotesAllowed":1,"VoteVariation":"plurality","ContestSelection":[{selections}]}}'
    )


def _results_tail() -> str:
    units = [
        {"@type": "ElectionResults.ReportingUnit", "@id": unit, "Name": _text(f"Precinct {unit}"), "Type": "precinct"}
        for unit in _UNITS
    ]
    people = [{"@type": "ElectionResults.Candidate", "@id": key, "BallotName": _text(key)} for key in ("ada", "bo")]
    return f'],"Candidate":{_compact(people)}}}],"GpUnit":{_compact(units)}}}\n'


_RESULTS_HEAD = (
    '{"@type":"ElectionResults.ElectionReport","Format":"precinct-level","GeneratedDate":"2031-11-06T10:00:00Z",'
    '"Issuer":"Amity","IssuerAbbreviation":"AM","SequenceStart":1,"SequenceEnd":1,"Status":"certified",'
    '"VendorApplicationId":"Tally 3","Election":[{"@type":"ElectionResults.Election","ElectionScopeId":"p0","Name":'
    + _compact(_text("Amity General")) + ',"StartDate":"2031-11-04","EndDate":"2031-11-04","Type":"general","Contest":['
)  # fmt: skip
_RESULTS_XML = """<?xml version="1.0" encoding="UTF-8"?>
<ElectionReport xmlns="http://itl.nist.gov/ns/voting/1500-100/v2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<Format>precinct-level</Format><GeneratedDate>2031-11-06T10:00:00Z</GeneratedDate><Issuer>Amity</Issuer>
<IssuerAbbreviation>AM</IssuerAbbreviation><SequenceStart>1</SequenceStart><SequenceEnd>1</SequenceEnd>
<Status>certified</Status><VendorApplicationId>Tally 3</VendorApplicationId><Election>
<ElectionScopeId>p0</ElectionScopeId><Name><Text Language="en">Amity General</Text></Name>
<StartDate>2031-11-04</StartDate><EndDate>2031-11-04</EndDate><Type>general</Type>
<Candidate ObjectId="ada"><BallotName><Text Language="en">Ada</Text></BallotName></Candidate>
<Candidate ObjectId="bo"><BallotName><Text Language="en">Bo</Text></BallotName></Candidate>
"""


def _results_xml(n: int) -> str:
    selections = "".join(
        f'<ContestSelection ObjectId="s{n}-{at}" xsi:type="CandidateSelection"><CandidateIds>{key}</CandidateIds>\n'
        f"{_COUNTS_XML}</ContestSelection>\n" for at, key in enumerate(("ada", "bo"))
    )  # fmt: skip
    return (
        f'<Contest ObjectId="c{n}" xsi:type="CandidateContest"><Name>Office {n}</Name><ElectionDistrictId>p0'
        f"</ElectionDistrictId><VotesAllowed>1</VotesAllowed><VoteVariation>plurality</VoteVariation>\n{selections}</Contest>\n"
    )


def _results_xml_tail() -> str:
    units = "".join(
        f'<GpUnit ObjectId="{unit}" xsi:type="ReportingUnit"><Name><Text Language="en">Precinct {unit}</Text></Name>'
        "<Type>precinct</Type></GpUnit>\n" for unit in _UNITS
    )  # fmt: skip
    return f"</Election>{units}</ElectionReport>\n"


_PLACES = "".join(f'<Precinct name="Alder {n:02d}" votes="{n * 7 % 400}" />\n' for n in range(100))
_CLARITY = (
    '<?xml version="1.0"?>\n<ElectionResult>\n<Timestamp>11/8/2031 9:05:00 PM EST</Timestamp>\n<ElectionName>Amity'
    "</ElectionName>\n<ElectionDate>11/4/2031</ElectionDate>\n<Region>Alder</Region>\n"
)


def _clarity(n: int) -> str:
    choices = "".join(
        f'<Choice key="{n}{at}" text="Ada {at}" party="NP" totalVotes="19900">\n<VoteType name="Election Day" '
        f'votes="19900">\n{_PLACES}</VoteType>\n</Choice>\n' for at in range(2)
    )  # fmt: skip
    return f'<Contest key="{n}" text="Office {n} (Vote For 1)" voteFor="1" isQuestion="false">\n{choices}</Contest>\n'


# ---- archives of small files
@cache
def _sheet() -> str:
    name = "1_00000001-1111-4222-8333-000000000001.xml"
    text = (FIXTURES / "hart/verity/export" / name).read_text("utf-8-sig")
    return text.replace("00000001-1111-4222-8333-000000000001", _NUMBER).replace(
        "<BatchSequence>1<", f"<BatchSequence>{_NUMBER[::-1]}<"
    )


def _guid(n: int) -> str:
    return f"{n:08x}-1111-4222-8333-{n:012x}"


def _hart(n: int) -> str:
    return _sheet().replace(_NUMBER, _guid(n)).replace(_NUMBER[::-1], str(n + 1))


@cache
def _scanned() -> tuple[str, str]:
    """Metadata and a record of VxSuite; its images are absent, so that the hash over all records is not looked at."""
    folder = FIXTURES / "vxsuite/export"
    report = sorted(folder.glob("*/cast-vote-record-report.json"))[0]
    return (folder / "metadata.json").read_text("utf-8"), report.read_text("utf-8").replace(report.parent.name, _NUMBER)


_ESS_ROWS = ["\t".join(padded([_NAMES[c - 1] for c in five], 5, "undervote")) for five in _FIVE]
_ESS_HEAD = "Cast Vote Record\tPrecinct\tBallot Style\t" + "\t".join(f"Mayor Choice {n}" for n in range(1, 6))
_EACH = ("cards", 1)
_FILES, _ROWS = 490_000, 1_048_575
_CELLS = "no more than 4,000,000 cells from one pass to the next"
GROWING = (
    Growing("dominion-json", "dominion-json", "json", "export.zip", _session, lambda _: _SESSION_HEAD, lambda _: "]}",
            beside=_LISTS, member=lambda n: f"CvrExport_{n}.json", together=100, between=",", counts=_EACH),
    Growing("dominion-json-one", "dominion-json", "json", "CvrExport.json", _session, lambda _: _SESSION_HEAD,
            lambda _: "]}", beside=_LISTS, between=",", counts=_EACH),
    Growing("cdf-json", "cdf-cvr", "json", "cvr.json", lambda n: _cdf_record(_cdf_json(), n), lambda _: _cdf_json()[0],
            lambda _: _cdf_json()[2], between=",\n", counts=_EACH),
    Growing("cdf-xml", "cdf-cvr", "xml", "cvr.xml", lambda n: _cdf_record(_cdf_xml(), n), lambda _: _cdf_xml()[0],
            lambda _: _cdf_xml()[2], counts=_EACH),
    Growing("hart", "hart", "xml", "hart.zip", _hart, member=lambda n: f"1_{_guid(n)}.xml", counts=_EACH,
            most=_FILES, holds="the table of contents of its archive, some 1 kB a file"),
    Growing("vxsuite", "vxsuite", "json", "vxsuite.zip", lambda n: _scanned()[1].replace(_NUMBER, _guid(n)),
            beside={"metadata.json": _scanned()[0]}, counts=_EACH,
            member=lambda n: f"{_guid(n)}/cast-vote-record-report.json", most=_FILES,
            holds="the table of contents of its archive, some 1 kB a file"),
    Growing("nist-results-json", "nist-results", "json", "results.json", _results_contest, lambda _: _RESULTS_HEAD,
            lambda _: _results_tail(), between=",", counts=("contests", 1)),
    Growing("nist-results-xml", "nist-results", "xml", "results.xml", _results_xml, lambda _: _RESULTS_XML,
            lambda _: _results_xml_tail(), counts=("contests", 1)),
    Growing("clarity-detail-xml", "clarity-detail-xml", "xml", "detail.xml", _clarity, lambda _: _CLARITY,
            lambda _: "</ElectionResult>\n", counts=("contests", 1)),
    Growing("ess-xlsx", "ess", "xlsx", "cvr.xlsx", lambda n: f"{n + 1}\tWard {n // 700 % 90}\tA\t{_ESS_ROWS[n % WAYS]}",
            lambda _: _ESS_HEAD, counts=_EACH, most=_ROWS, holds=_CELLS),
    Growing("ess-counted-xlsx", "ess", "xlsx", "counted.xlsx", lambda n: ess_counted(n).strip().replace(",", "\t"),
            lambda _: "Precinct\t1ST CHOICE MAYOR FERN\t2ND CHOICE MAYOR FERN\t3RD CHOICE MAYOR FERN\tCOUNT",
            most=_ROWS, holds=_CELLS),
    Growing("manifest-xlsx", "manifest-xlsx", "xlsx", "manifest.xlsx",
            lambda n: f"{n // 20}\t{99_000 + n // 5_000}\t{n + 1}\t{n * 7 % 300}\t3",
            lambda _: "Tray #\tTabulator Number\tBatch Number\tTotal Ballots\tCart number", counts=("manifest", 1),
            most=_ROWS),
)  # fmt: skip
