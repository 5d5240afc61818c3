"""explain: before an audit, in it, for a card, as a page; and one clear refusal each for what cannot be explained."""

import json
from fractions import Fraction

import pytest
from app.explained_audits import BO, committed, entered

from faircount.app.auditing import acting
from faircount.model import Design


@pytest.fixture
def audited(mine):
    held, truth = committed(mine, Design.COMPARISON)
    acting.draw(held, BO, {one.id: 20 for one in held.audit.commitment.audited})
    entered(held, truth)
    acting.close(held, BO)
    unit = held.audit.drawn.units[0]
    held.close()
    return mine, unit


def test_before_an_audit_it_says_what_would_be_claimed(here, town):
    found = here("-w", town, "explain", "governor", "--risk-limit", "10%")
    assert found.code == 0 and "without error would confirm it" in found.out and "NOT CHECKED" in found.out
    told = here("-w", town, "--json", "explain", "governor", "--risk-limit", "10%").document
    assert (told["title"], told["risk_limit"], told["draws"]) == ("Governor", "1/10", [])
    assert all(Fraction(one["margin"]) > 0 and one["alone"] > 0 for one in told["claims"])
    assert told["near"]["status"] == "KNOWN"


def test_in_an_audit_it_shows_draws_and_the_page(here, audited, tmp_path):
    folder, _ = audited
    told = here("-w", folder, "--json", "explain", "mayor").document
    assert len(told["draws"]) == len(told["claims"][0]["rows"]) == 20 and told["tree"]["open"] == []
    found = here("-w", folder, "explain", "mayor", "--claim", "2", "--draws", "3")
    assert "claim 2: the last 3 of 20 draws" in found.out and "all are crossed out" in found.out
    written = here("-w", folder, "explain", "mayor", "-o", tmp_path / "mayor.html")
    assert written.code == 0 and "<h1><bdi>Mayor</bdi></h1>" in (tmp_path / "mayor.html").read_text("utf-8")


def test_a_card_is_explained_by_its_name(here, audited):
    folder, unit = audited
    told = here("-w", folder, "--json", "explain", unit).document
    assert (told["unit"], told["drawn_in"], len(told["readings"])) == (unit, 1, 1)
    found = here("-w", folder, "explain", unit)
    assert found.code == 0 and "drawn in round 1" in found.out and "What people read" in found.out


def test_what_cannot_be_explained_is_refused_once(here, audited, town, tmp_path):
    folder, unit = audited
    for arguments, said in (
        (("-w", folder, "explain", "dogcatcher"), "no contest's title holds 'dogcatcher'"),
        (("-w", folder, "explain", "harbor"), "Harbor Commissioner: NOT CHECKED by this audit"),
        (("-w", folder, "explain", "mayor", "--claim", "99"), "there is no claim 99"),
        (("-w", folder, "explain", unit, "-o", tmp_path / "x.html"), "not of one card"),
        (("-w", town, "explain", "measure"), "fits 3 contests"),
        (("-w", town, "explain", "mayor", "-o", tmp_path / "x.html"), "no audit was begun"),
    ):  # fmt: skip
        found = here(*arguments)
        assert found.code == 2 and said in found.err, (arguments, found.err)
    assert not (tmp_path / "x.html").exists()
    assert json.loads(here("-w", folder, "explain", "governor", "--json").out)["id"]
