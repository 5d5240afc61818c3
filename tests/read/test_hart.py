"""Hart Verity and Vanguard: bit strings, overvotes that list their options, write-ins, signatures, several vDrives."""

import base64
import hashlib
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from elections.reading import Totals, totals

from faircount.app.sniffing import sniff
from faircount.count.interpretation import ranking, read_marks
from faircount.model import BadInputError
from faircount.read.export import Export
from faircount.read.hart import drives as hart_drives
from faircount.read.hart import reading as hart
from faircount.read.hart import survey as hart_survey
from faircount.read.hart.reading import READER
from read.reading import FIXTURES, facts, read_all

VERITY = FIXTURES / "hart" / "verity" / "export"
VANGUARD = FIXTURES / "hart" / "vanguard" / "export"
SIGNED = """<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod \
Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315" /><SignatureMethod \
Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" /><Reference URI="file:///C:/out/{name}"><DigestMethod \
Algorithm="http://www.w3.org/2001/04/xmlenc#sha256" /><DigestValue>{digest}</DigestValue></Reference></SignedInfo>\
<SignatureValue>{value}</SignatureValue></Signature>"""
CANONICAL = """<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><CanonicalizationMethod \
Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></CanonicalizationMethod><SignatureMethod \
Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod><Reference \
URI="file:///C:/out/{name}"><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>\
<DigestValue>{digest}</DigestValue></Reference></SignedInfo>"""


def guid(number: int) -> str:
    return f"{number:08x}-1111-4222-8333-{number:012x}"


def option(name: str, value: str = "1", more: str = "") -> str:
    named = f"<Name>{name}</Name>" if name else ""
    return f"<Option>{named}<Id>id-{name}</Id><Value>{value}</Value>{more}</Option>"


def contest(title: str, *options: str, more: str = "", key: str = "") -> str:
    return f"<Contest><Name>{title}</Name><Id>{key or title}</Id><Options>{''.join(options)}</Options>{more}</Contest>"


def sheet(number: int, *contests: str, more: str = "") -> str:
    return (
        f'<Cvr xmlns="http://tempuri.org/CVRDesign.xsd"><Contests>{"".join(contests)}</Contests>'
        f"<SheetNumber>1</SheetNumber><BatchNumber>3</BatchNumber>{more}<CvrGuid>{guid(number)}</CvrGuid></Cvr>"
    )


def folder(path: Path, *sheets: str) -> Path:
    path.mkdir(exist_ok=True)
    for number, text in enumerate(sheets, 1):
        (path / f"1_{guid(number)}.xml").write_text(text)
    return path


@pytest.fixture(scope="module")
def verity() -> Totals:
    return totals(READER, VERITY)


def way(read: Totals, contest_title: str, *choices: str):
    """Return (contest, pattern) of the cards with marks for these choices, as the counting rules get them."""
    found, profile = read.profile(contest_title)
    index = {c.name: n for n, c in enumerate(found.choices)}
    (pattern,) = [p for p in profile.patterns if [m.choice for m in p.marks] == [index[c] for c in choices]]
    return found, pattern


def test_an_overvoted_contest_lists_its_options_and_counts_nobody(verity):
    reading = read_marks(*way(verity, "MAYOR (000000a1)", "Ada Quill", "Hal Pike"))
    assert (reading.votes, reading.undervotes, reading.overvotes) == ((), 0, 1)


def test_an_overvote_is_believed_even_where_the_listed_options_would_fit(tmp_path):
    blank, over = "<Undervotes>3</Undervotes>", "<Overvoted />"
    sheets = sheet(1, contest("A", more=blank)), sheet(2, contest("A", option("x"), option("y"), more=over))
    reading = read_marks(*way(totals(READER, folder(tmp_path / "x", *sheets)), "A", "x", "y"))
    assert (reading.votes, reading.undervotes, reading.overvotes) == ((), 0, 3)


def test_votes_allowed_follow_from_marks_and_undervotes(verity):
    allowed = {row["contest"]: (row["votes_allowed"], row["ranks"]) for row in verity.tables["contests"]}
    assert allowed == {
        "HARBOUR BOARD": (3, 0), "LIBRARY TRUSTEES": (4, 0), "MAYOR (000000a1)": (1, 0), "MAYOR (000000b1)": (1, 0),
        "MEASURE 1": (1, 0), "PARTY SELECTOR": (None, 0), "TOWN COUNCIL": (1, 3),
    }  # fmt: skip


def test_contradicting_sheets_state_no_votes_allowed(tmp_path):
    sheets = [sheet(n, contest("A", option("x"), more=f"<Undervotes>{n}</Undervotes>")) for n in (1, 2)]
    (row,) = totals(READER, folder(tmp_path / "x", *sheets)).tables["contests"]
    assert row["votes_allowed"] is None


def test_positions_are_ranks_and_equal_ranks_are_overvotes(verity):
    found, pattern = way(verity, "TOWN COUNCIL", "Una Wold", "Dot Reed", "Ed Vane")
    named = tuple((rank, tuple(found.name_of(c) for c in at)) for rank, at in ranking(found, pattern))
    assert named == ((1, ("Una Wold",)), (2, ("Dot Reed", "Ed Vane")))


def test_cumulative_votes_are_scores_and_said_to_be_uncounted(verity):
    scores = {(m[0], m[1], m[2]) for marks, *_ in verity.ways["LIBRARY TRUSTEES"] for m in marks}
    assert scores == {("Flo Ash", 1, 2), ("Gus Oak", 1, 1), ("Ivy Elm", 1, 1), ("Gus Oak", 1, 4)}
    assert any("LIBRARY TRUSTEES" in note and "NOT CHECKED" in note for note in verity.fact("note"))


def test_two_write_ins_at_one_rank_are_an_overvoted_rank(tmp_path):
    write_in = (
        "<WriteInData><Text /><ImageId>i{}</ImageId><WriteInDataStatus>Unresolved</WriteInDataStatus></WriteInData>"
    )
    options = option("", "100", write_in.format(1)), option("", "100", write_in.format(2)), option("y", "010")
    read = totals(READER, folder(tmp_path / "x", sheet(1, contest("A", *options, more="<Undervotes>2</Undervotes>"))))
    ((_, _, _, overvoted, _),) = read.ways["A"]
    assert overvoted == (1,)


def test_two_contests_of_one_title_stay_apart(verity):
    assert verity.firsts("MAYOR (000000b1)") == {"Kit Lowe": 1}
    assert "Kit Lowe" not in verity.firsts("MAYOR (000000a1)")


def test_write_ins_by_their_status(verity):
    found, pattern = way(verity, "HARBOUR BOARD", "Bo Finch", "Jo Tarn", "Write-in")
    reading = read_marks(found, pattern)
    assert [(found.name_of(c), n) for c, n in reading.votes] == [("Bo Finch", 1), ("Jo Tarn", 1)]
    assert reading.undervotes == 1, "a rejected write-in is no vote"
    kinds = {c.name: c.kind for c in found.choices}
    assert kinds["Jo Tarn"] == "qualified-write-in" and kinds["Write-in"] == "write-in"


def test_cards_carry_what_the_scan_says_of_them():
    tables = read_all(READER, VERITY)
    cards = {card["imprinted_id"]: card for card in tables["cards"]}
    assert (cards["serial-02"]["tabulator"], cards["serial-02"]["counting_group"]) == ("SCAN-A", "Absentee Voting")
    assert (cards["serial-02"]["position"], cards["serial-02"]["precinct"], cards["serial-02"]["sheet"]) == (
        2,
        "101",
        1,
    )
    assert cards[guid(5)]["session_type"] == "electronic" and cards[guid(6)]["session_type"] == "provisional"
    assert "3 × sheet without scanned ballot information" in facts(tables, "note")
    assert not any("12345" in str(row) for rows in tables.values() for row in rows), "a provisional code is kept"


def test_marks_by_rule_and_invalid_straight_party_are_said(verity):
    ((marks, _, _, _, conditions),) = [w for w in verity.ways["HARBOUR BOARD"] if w[4]]
    assert conditions == ("invalid-straight-party",) and marks[0][5] == ("generated-by-rule",)


def test_vanguard_has_no_namespace_and_write_ins_outside_options():
    assert READER.recognise(Export(VANGUARD)).version == "Vanguard"
    read = totals(READER, VANGUARD)
    assert read.firsts("MAYOR") == {"Ada Quill": 1, "Jo Tarn": 1, "Write-in": 1}
    assert read.firsts("HARBOUR BOARD") == {"Bo Finch": 2, "Cy Marl": 1, "Write-in": 1}
    assert {row["contest"]: row["votes_allowed"] for row in read.tables["contests"]} == {"MAYOR": 1, "HARBOUR BOARD": 3}


def test_unknown_elements_are_said(tmp_path):
    text = sheet(1, contest("A", option("x"), more="<Mood>good</Mood>"), more="<Weather>rain</Weather>")
    notes = totals(READER, folder(tmp_path / "x", text)).fact("note")
    assert any("element Mood of a contest" in n for n in notes) and any(
        "element Weather of a sheet" in n for n in notes
    )


@pytest.mark.parametrize(
    ("broken", "column"),
    [
        (contest("A", option("x", "2")), "Value"),
        (contest("A", option("x", "1" * 300)), "Value"),
        (contest("A", "<Option><Name>x</Name></Option>"), "Value"),
        (contest("A", more="<Undervotes>many</Undervotes>"), "Undervotes"),
        ("<Contest><Id>1</Id><Options /></Contest>", "Name"),
    ],
)
def test_a_sheet_that_breaks_the_format_is_rejected_whole(tmp_path, broken, column):
    path = folder(tmp_path / "x", sheet(1, contest("B", option("y")), broken), sheet(2, contest("B", option("y"))))
    tables = read_all(READER, path)
    assert len(tables["cards"]) == 1 and len(tables["votes"]) == 1
    ((row,),) = ([r for r in tables["rejected"]],)
    assert (row["file"], row["column"]) == (f"1_{guid(1)}.xml", column)
    assert sorted(f["records"] for f in tables["files"]) == [0, 1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (sheet(1, contest("A", option("x")))[:-9], "well-formed"),
        ("", "well-formed"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + sheet(1, contest("A", option("x"))), "document type"),
        ("<Report><Contests/></Report>", "root element Cvr"),
    ],
)
def test_a_file_that_is_no_sheet_stops_the_reading(tmp_path, text, words):
    with pytest.raises(BadInputError, match=words):
        read_all(READER, folder(tmp_path / "x", sheet(1, contest("A", option("x"))), text))


def signed(path: Path, key: rsa.RSAPrivateKey) -> None:
    """Put a signature beside a file, as Verity Count does."""
    digest = base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()
    canonical = CANONICAL.format(name=path.name, digest=digest).encode()
    value = base64.b64encode(key.sign(canonical, padding.PKCS1v15(), hashes.SHA256())).decode()
    text = SIGNED.format(name=path.name, digest=digest, value=value)
    path.with_name(path.name + ".sig.xml").write_text(text)


@pytest.fixture(scope="module")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def rsa_key_value(key: rsa.RSAPrivateKey) -> str:
    public = key.public_key().public_numbers()
    parts = [(public.n, "Modulus", 256), (public.e, "Exponent", 3)]
    inner = "".join(f"<{t}>{base64.b64encode(v.to_bytes(s)).decode()}</{t}>\n" for v, t, s in parts)
    return f"<RSAKeyValue>\n{inner}</RSAKeyValue>"


def test_signatures_are_verified_with_a_key_beside(tmp_path, private_key):
    path = folder(tmp_path / "x", *(sheet(n, contest("A", option("x"))) for n in (1, 2, 3)))
    for file in sorted(path.iterdir()):
        signed(file, private_key)
    assert facts(read_all(READER, path), "signatures") == [
        "3 files: SHA-256 as signed; signature NOT CHECKED: no public key lies beside"
    ]
    (path / "public_key.txt").write_text(rsa_key_value(private_key))
    tables = read_all(READER, path)
    assert facts(tables, "signatures") == ["3 files: the signature verifies with the public key beside"]
    assert len(tables["cards"]) == 3 and not tables["rejected"] and len(tables["files"]) == 7
    (path / "public_key.txt").unlink()
    pem = private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (path / "key.pem").write_bytes(pem)
    (path / f"1_{guid(2)}.xml.sig.xml").unlink()
    assert facts(read_all(READER, path), "signatures") == [
        "1 files: NOT CHECKED: without a signature", "2 files: the signature verifies with the public key beside",
    ]  # fmt: skip


@pytest.mark.parametrize("fault", ["changed sheet", "other key", "other name"])
def test_a_sheet_whose_signature_does_not_fit_is_not_counted(tmp_path, private_key, fault):
    path = folder(tmp_path / "x", *(sheet(n, contest("A", option("x"))) for n in (1, 2)))
    first = path / f"1_{guid(1)}.xml"
    for file in sorted(path.iterdir()):
        signed(file, private_key)
    (path / "public_key.txt").write_text(rsa_key_value(private_key))
    signature = first.with_name(first.name + ".sig.xml")
    if fault == "changed sheet":
        first.write_text(first.read_text().replace("<Name>x<", "<Name>y<"))
    elif fault == "other key":
        signed(first, rsa.generate_private_key(65537, 2048))
    else:
        signature.write_text(signature.read_text().replace(guid(1), guid(9)))
    tables = read_all(READER, path)
    assert [(r["file"], r["column"]) for r in tables["rejected"]] == [(first.name, "signature")]
    assert len(tables["cards"]) == 1


def archive(path: Path, *sheets: str, start: int = 1) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for number, text in enumerate(sheets, start):
            file.writestr(f"1_{guid(number)}.xml", text)
    return path


def test_several_vdrives_in_one_folder_are_one_export(tmp_path):
    path = tmp_path / "x"
    path.mkdir()
    archive(path / "drive-a.zip", sheet(1, contest("A", option("x"))), sheet(2, contest("A", option("x"))))
    archive(path / "drive-b.zip", sheet(3, contest("A", option("y"))), start=3)
    found = sniff(path)
    assert found.reader is READER
    tables = read_all(READER, path)
    assert [c["tabulator"] for c in tables["cards"]] == ["drive-a", "drive-a", "drive-b"]
    names = sorted(f["name"] for f in tables["files"])
    assert names == ["drive-a.zip", *(f"drive-a.zip/1_{guid(n)}.xml" for n in (1, 2)), "drive-b.zip",
                     f"drive-b.zip/1_{guid(3)}.xml"]  # fmt: skip
    assert len({f["file"] for f in tables["files"]}) == 5


def test_the_name_of_an_archive_states_its_counts(tmp_path):
    sheets = [sheet(n, contest("A", option("x"))) for n in (1, 2)]
    whole = archive(tmp_path / "CVRArchive_2_2_0_638000.zip", *sheets)
    assert not facts(read_all(READER, whole), "partial")
    short = archive(tmp_path / "CVRArchive_3_3_0_638000.zip", *sheets)
    (partial,) = facts(read_all(READER, short), "partial")
    assert "states 3 CVRs" in partial and "holds 2 CVRs" in partial


def test_a_zip_in_a_zip_is_refused_with_the_way_out(tmp_path):
    inner = archive(tmp_path / "drive-a.zip", sheet(1, contest("A", option("x"))))
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as file:
        file.write(inner, "drive-a.zip")
    with pytest.raises(BadInputError, match="unpack the outer zip"):
        READER.plan(Export(tmp_path / "outer.zip"))


def test_parts_cut_by_files_read_the_same(tmp_path, monkeypatch):
    contests = [contest("MAYOR", option("x"), key="a"), contest("MAYOR", option("y"), key="b")]
    full, rest = (option("p", "110"), option("q", "100")), "<Undervotes>1</Undervotes>"
    lists = [contest("LIST", *full), contest("LIST", full[0], more=rest)]
    sheets = [sheet(n, contests[n % 2], lists[n == 9]) for n in range(1, 10)]
    path = folder(tmp_path / "x", *sheets)
    whole = totals(READER, path)
    for module in (hart, hart_drives):
        monkeypatch.setattr(module, "SHEETS_PER_PART", 2)
    assert len(READER.plan(Export(path))) == 5
    parted = totals(READER, path)
    assert parted.ways == whole.ways and parted.cards == 9
    assert len({row["file"] for row in parted.tables["files"]}) == 9
    terms = {(c["contest"], c["votes_allowed"], c["ranks"]) for c in parted.tables["contests"]}
    assert terms == {("MAYOR (a)", 1, 0), ("MAYOR (b)", 1, 0), ("LIST", 3, 0)}


def test_a_contest_beyond_the_survey_is_read_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(hart_survey, "SURVEYED", 1)
    path = folder(
        tmp_path / "x", sheet(1, contest("MAYOR", option("x"), key="aaaa")),
        sheet(2, contest("MAYOR", option("y"), key="bbbb"), contest("LATE", option("z", "10"), option("w", "01"))),
    )  # fmt: skip
    read = totals(READER, path)
    assert read.firsts("MAYOR (bbbb)") == {"y": 1} and read.firsts("MAYOR") == {"x": 1}
    (late,) = [c for c in read.tables["contests"] if c["contest"] == "LATE"]
    assert late["ranks"] == 2


def test_a_folder_with_another_format_is_not_claimed(tmp_path):
    path = folder(tmp_path / "x", sheet(1, contest("A", option("x"))))
    assert READER.recognise(Export(path)) is not None
    for name, text in (("CvrExport.json", "{}"), ("votes.csv", "a,b\n1,2\n"), ("detail.xml", "<ElectionResult/>")):
        (path / name).write_text(text)
        assert READER.recognise(Export(path)) is None, name
        (path / name).unlink()
