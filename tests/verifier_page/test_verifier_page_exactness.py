"""The page is as exact as the program: archives read in two ways, persons in two spellings, stated ballots."""

import base64
import io
import zipfile

import pytest
from verifier_page import bundle_by_hand_js as hand
from verifier_page import more_bundles_by_hand_js as more

pytestmark = pytest.mark.browser

DRAFTS = {"polling": hand.polling(), "comparison": more.comparison()}
ASK = """async (zip) => {
  const {files, problems} = await faircountVerifier.readZip(Uint8Array.from(atob(zip), (c) => c.charCodeAt(0)));
  return faircountVerifier.verify(faircountVerifier.withoutTopFolder(files), {problems});
}"""


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def shifted(data, by):
    """An archive behind other bytes whose list of files knows of them: programs that look for its end read it."""
    moved = bytearray(data)
    end = len(data) - 22
    at = int.from_bytes(data[end + 16 : end + 20], "little")
    moved[end + 16 : end + 20] = (at + by).to_bytes(4, "little")
    while moved[at : at + 4] == b"PK\1\2":
        local = int.from_bytes(moved[at + 42 : at + 46], "little")
        moved[at + 42 : at + 46] = (local + by).to_bytes(4, "little")
        at += 46 + sum(int.from_bytes(moved[at + n : at + n + 2], "little") for n in (28, 30, 32))
    return bytes(by) + bytes(moved)


def good():
    return sorted(hand.edited(DRAFTS["polling"], lambda draft: None).items())


@pytest.mark.parametrize("top", ["", "evidence (1)/"])
def test_a_zip_as_people_make_them_passes(tab, top):
    made = zipped([(top + name, data) for name, data in good()])
    assert tab.evaluate(ASK, base64.b64encode(made).decode())["failures"] == []


@pytest.mark.parametrize(
    "made",
    [
        lambda: zipped([("../" + name, data) for name, data in good()]),
        lambda: zipped([("/" + name, data) for name, data in good()]),
        lambda: zipped([("C:/" + name, data) for name, data in good()]),
        lambda: shifted(zipped(good()), 64),
        lambda: zipped(good()).replace(b"README.md", b"README.mx", 1),
    ],
    ids=["climbs", "root", "drive", "behind other bytes", "two names"],
)
def test_a_zip_that_can_be_read_in_two_ways_is_refused(tab, made):
    answer = tab.evaluate(ASK, base64.b64encode(made()).decode())
    assert "1.1" in {one["code"] for one in answer["failures"]}


def codes(verify, name, change):
    return {one["code"] for one in verify(hand.edited(DRAFTS[name], change))["failures"]}


def same_signer(draft):
    first, second = (act for act in draft.acts if act["act"] == "sign-off")
    second["by"]["name"] = f" {first['by']['name'].upper()}"


def same_roller(draft):
    first, second = (act for act in draft.acts if act["act"] == "dice")
    second["by"]["name"] = first["by"]["name"].lower().replace(" ", "  ")


def same_roller_next_line(draft):
    """U+0085 is a blank to one language and none to another."""
    first, second = (act for act in draft.acts if act["act"] == "dice")
    second["by"]["name"] = first["by"]["name"] + "\u0085"


@pytest.mark.parametrize("change", [same_signer, same_roller, same_roller_next_line])
def test_one_person_in_two_spellings_is_one(verify, change):
    assert "5.3" in codes(verify, "polling", change)


def renamed(name):
    return lambda draft: draft.acts[-1]["by"].update(name=name)


def number_for_a_fraction(draft):
    draft.rewrite("contests.json", lambda v: v[0]["assertions"][0]["assorter"]["terms"][0].__setitem__(0, 1))


def exponent(draft):
    draft.rewrite("contests.json", lambda v: v[0]["settings"].update(bet="15e-1"))


@pytest.mark.parametrize(
    ("change", "code"),
    [(renamed("Ada\tLark"), "3.4"), (renamed("\u2028"), "3.4"), (number_for_a_fraction, "6.2"), (exponent, "6.2")],
)
def test_forms_are_those_of_the_program(verify, change, code):
    assert code in codes(verify, "polling", change)


def stated(draft):
    draft.rewrite("ballots.json", lambda v: [row.update(stated="overvoted") for rows in v.values() for row in rows])


def test_ballots_as_stated_are_remarked(verify):
    told = verify(hand.edited(DRAFTS["comparison"], stated))["remarks"]
    assert any("not read from marks" in words for words in told)
    plain = verify(hand.edited(DRAFTS["comparison"], lambda draft: None))["remarks"]
    assert not any("not read from marks" in words for words in plain)


def negative_score(draft):
    draft.rewrite(
        "ballots.json", lambda v: [m.__setitem__(2, -1) for rows in v.values() for row in rows for m in row["marks"]]
    )


def test_scores_are_from_0(verify):
    assert "6.2" in codes(verify, "comparison", negative_score)


def nul_in_a_name(draft):
    head, rest = draft.files["batches.csv"].split(b"\n", 1)
    draft.replace("batches.csv", head + b"\n" + rest.replace(b"o", b"o\0"))


def test_no_cell_holds_a_nul(verify):
    assert "6.2" in codes(verify, "polling", nul_in_a_name)
