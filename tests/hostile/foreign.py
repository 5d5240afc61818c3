"""Files that are nobody's: hostile, absurd, or of another kind, by name. TRUST: numbers 12 to 18 of the attack list."""

import io
import json
import lzma
import zipfile
from collections.abc import Callable

from hostile.mutations import archive_of

Made = Callable[[], bytes]
_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)
_ROOTS = (
    b'<Cvr xmlns="http://tempuri.org/CVRDesign.xsd">%s</Cvr>',
    b'<CastVoteRecordReport xmlns="NIST_V0_cast_vote_records.xsd">%s</CastVoteRecordReport>',
    b'<ElectionReport xmlns="NIST_V2_election_results_reporting.xsd">%s</ElectionReport>',
    b"<ElectionResult>%s</ElectionResult>",
    b"<Report>%s</Report>",
)
"""Elements with which files of known formats begin."""


def xml_files() -> dict[str, Made]:
    """Return XML that laughs, reads other files, nests without end, or says nothing, behind every known root."""
    found: dict[str, Made] = {}
    for number, root in enumerate(_ROOTS):
        found[f"laughs-{number}.xml"] = lambda root=root: _LAUGHS + root % b"&j;"
        found[f"quadratic-{number}.xml"] = lambda root=root: (
            b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 100_000 + b'">]>' + root % (b"&a;" * 10_000)
        )
        found[f"outside-{number}.xml"] = lambda root=root: (
            b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + root % b"<Contests>&a;</Contests>"
        )
        found[f"deep-{number}.xml"] = lambda root=root: root % (b"<a>" * 100_000 + b"</a>" * 100_000)
        found[f"text-{number}.xml"] = lambda root=root: root % (b"<Contest>" + b"x" * 30_000_000 + b"</Contest>")
        found[f"attributes-{number}.xml"] = lambda root=root: (
            root % (b"<Contest " + b" ".join(b'a%d="1"' % n for n in range(50_000)) + b"/>")
        )
        found[f"include-{number}.xml"] = lambda root=root: (
            root % b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
        )
        found[f"empty-{number}.xml"] = lambda root=root: root % b""
        found[f"twice-{number}.xml"] = lambda root=root: root % b"" + root % b""
        found[f"namespace-{number}.xml"] = lambda root=root: (root % b"").replace(b"xmlns=", b"xmlns:other=")
        found[f"utf16-{number}.xml"] = lambda root=root: (root % b"").decode().encode("utf-16")
    return found


def json_files() -> dict[str, Made]:
    """Return JSON that nests, repeats keys, and writes numbers no election has, behind every known first key."""
    deep = b"[" * 100_000 + b"]" * 100_000
    starts = {
        "sessions": b'{"Version":"5.10.50.85","ElectionId":"x","Sessions":%s}',
        "cdf": b'{"@type":"CVR.CastVoteRecordReport","Version":"1.0.0","CVR":%s}',
        "results": b'{"@type":"ElectionResults.ElectionReport","Election":%s}',
        "raire": b'{"metadata":{"candidates":["a"],"contest":"c"},"num_candidates":1,"votes":%s}',
        "tables": b'{"results":%s,"config":{"contest":"x"},"summary":{}}',
        "mapping": b'{"faircount_mapping":1,"columns":%s}',
    }
    values = {
        "deep": deep, "null": b"null", "number": b"1", "text": b'"x"', "empty": b"[]", "object": b"{}",
        "nan": b"[NaN]", "large": b"[9007199254740993]", "huge": b"[" + b"9" * 5_000 + b"]", "float": b"[1e999]",
        "surrogate": b'["\\ud800"]', "nothing": b"", "nested": b"[[[[{}]]]]", "wide": b"[" + b"{}," * 200_000 + b"{}]",
        "keys": b'[{"a":1,"a":2}]', "members": json.dumps([{str(n): n for n in range(50_000)}]).encode(),
        "open": b'[{"a":"', "mixed": b'[1,"a",null,true,{},[]]',
    }  # fmt: skip
    return {
        f"{kind}-{what}.json": lambda start=start, value=value: start % value
        for kind, start in starts.items()
        for what, value in values.items()
    } | {"mark.json": lambda: b'\xef\xbb\xbf{"Sessions":[]}', "lines.ndjson": lambda: b"{}\n" * 1000}


def table_files() -> dict[str, Made]:
    """Return tables that are none: other kinds under the name of CSV, a million columns, quotes without end."""
    return {
        "pdf.csv": lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40,
        "workbook.csv": lambda: archive_of({"xl/workbook.xml": b"<workbook/>"}),
        "old-excel.xlsx": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000),
        "columns.csv": lambda: b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n" + b"1," * 1_000_000,
        "quote.csv": lambda: b'a,b\n"' + b"x,y\n" * 300_000,
        "field.csv": lambda: b"a,b\n" + b"x" * 5_000_000 + b",1\n",
        "nul.csv": lambda: b"a,b\n1,\x002\n",
        "blank.csv": lambda: b"\n" * 100_000,
        "delimiters.csv": lambda: (b"," * 30 + b"\n") * 20_000,
        "one-line.csv": lambda: b"x" * 20_000_000,
        "mixed.csv": lambda: "Precinct,Candidate,Votes\nNorth,Ada Öl,1\n".encode() + "Süd,Bo,2\n".encode("cp1252"),
        "zeros.bin": lambda: bytes(1_000_000),
        "random.bin": lambda: bytes((n * 7919 + n // 3) % 256 for n in range(100_000)),
        "regex.csv": lambda: b"(" * 60_000 + b"a" * 60_000 + b"\n" + b"1" * 60_000,
        "numbers.txt": lambda: b"3 2\n" + b"1 1 2 3 0\n" * 5 + b"0\n",
        "one-ballot-of-a-billion.blt": lambda: b'2 1\n1000000000000 1 2 0\n0\n"A"\n"B"\n"T"\n',
        "counts.soi": lambda: b"# NUMBER ALTERNATIVES: 2\n# NUMBER VOTERS: 9999999999999\n9999999999999: 1,2\n",
        "candidates.blt": lambda: b"999999999 1\n1 1 0\n0\n",
        "candidates.raire": lambda: b"1\nContest,1,999999999,1,2\n1,a,1\n",
    }


def archives() -> dict[str, Made]:
    """Return archives that are bombs, lead out of their folder, lie, or hold what nobody should unpack."""

    def with_members(names: "list[tuple[str, bytes]]") -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in names:
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        return out.getvalue()

    bomb = {"xl/workbook.xml": b'<workbook xmlns:r="r"><sheets><sheet name="a" r:id="1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": b'<R><Relationship Id="1" Target="worksheets/sheet1.xml"/></R>'}  # fmt: skip
    cell = b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    far = b'<worksheet><sheetData><row r="999999999"><c r="A999999999"><v>1</v></c></row></sheetData></worksheet>'
    back = b'<worksheet><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>'
    return {
        "bomb.zip": lambda: with_members([("CvrExport.json", bytes(200 << 20))]),
        "nested.zip": lambda: with_members([("a.zip", with_members([("b.zip", with_members([("c.csv", b"a,b")]))]))]),
        "up.zip": lambda: with_members([("../../evil.csv", b"a,b\n1,2\n")]),
        "root.zip": lambda: with_members([("/etc/evil.csv", b"a,b\n1,2\n")]),
        "drive.zip": lambda: with_members([("C:\\evil.csv", b"a,b\n1,2\n")]),
        "twins.zip": lambda: with_members([("A.csv", b"a"), ("a.csv", b"b")]),
        "many.zip": lambda: with_members([(f"{n}.csv", b"") for n in range(20_000)]),
        "empty.zip": lambda: with_members([]),
        "far-corner.xlsx": lambda: archive_of({**bomb, "xl/worksheets/sheet1.xml": cell}),
        "beyond.xlsx": lambda: archive_of({**bomb, "xl/worksheets/sheet1.xml": far}),
        "backwards.xlsx": lambda: archive_of({**bomb, "xl/worksheets/sheet1.xml": back}),
        "sheet-bomb.xlsx": lambda: archive_of({**bomb, "xl/worksheets/sheet1.xml": b"<worksheet>" + bytes(100 << 20)}),
        "no-sheet.xlsx": lambda: archive_of(bomb),
        "no-list.xlsx": lambda: archive_of({"xl/workbook.xml": bomb["xl/workbook.xml"]}),
        "laughs.xlsx": lambda: archive_of({**bomb, "xl/workbook.xml": _LAUGHS + b"<workbook>&j;</workbook>"}),
        "xz-bomb.csv.xz": lambda: lzma.compress(b"a,b\n" + bytes(300 << 20)),
        "cut.csv.xz": lambda: lzma.compress(b"a,b\n1,2\n" * 1000)[:-20],
        "not-gzip.csv.gz": lambda: b"a,b\n1,2\n",
    }  # fmt: skip


FOREIGN: dict[str, Made] = {**xml_files(), **json_files(), **table_files(), **archives()}
