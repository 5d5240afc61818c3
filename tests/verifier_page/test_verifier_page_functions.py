"""Vectors of the standards, and second opinions, for what the page computes itself."""

import base64
import hashlib
import math
import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from verifier_page import bundle_by_hand_js as hand

from faircount.count import RULES
from faircount.model import Choice, Contest, Mark, Pattern, Profile
from faircount.risk import RISKS, Population

pytestmark = pytest.mark.browser

BYTES = (
    "const f = faircountVerifier; const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));"
)


def b64(data):
    return base64.b64encode(data).decode()


# ---- hashes and signatures ---------------------------------------------------
def test_hashes_are_those_of_the_standard(tab):
    chance = random.Random(1)
    messages = [
        b"",
        b"abc",
        b"a" * 1_000,
        *(chance.randbytes(n) for n in (1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129)),
    ]
    for name in ("sha256", "sha512"):
        found = tab.evaluate(
            f"(all) => {{ {BYTES} return all.map((m) => f.hex(f.{name}(bytes(m)))); }}", [*map(b64, messages)]
        )
        assert found == [hashlib.new(name, message).hexdigest() for message in messages]


def is_signed(tab, key, message, signature):
    return tab.evaluate(
        f"([k, m, s]) => {{ {BYTES} return f.isSigned(bytes(k), bytes(m), bytes(s)); }}",
        [*map(b64, (key, message, signature))],
    )


RFC_8032 = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_signatures_of_rfc_8032(tab, key, message, signature):
    key, message, signature = map(bytes.fromhex, (key, message, signature))
    assert is_signed(tab, key, message, signature) is True
    assert is_signed(tab, key, message + b"!", signature) is False
    for at in (0, 31, 32, 63):
        changed = bytearray(signature)
        changed[at] ^= 1
        assert is_signed(tab, key, message, bytes(changed)) is False


def test_a_signature_has_one_form_only(tab):
    key, message, signature = (bytes.fromhex(part) for part in RFC_8032[1])
    scalar = int.from_bytes(signature[32:], "little")
    again = signature[:32] + (scalar + ORDER).to_bytes(32, "little")
    assert is_signed(tab, key, message, again) is False, "S above the order of the group"
    assert is_signed(tab, key, message, signature[:-1]) is False
    neutral = (1).to_bytes(32, "little")
    for small in (neutral, (2**255 - 20).to_bytes(32, "little"), (2**255 - 18).to_bytes(32, "little")):
        assert is_signed(tab, small, message, neutral + bytes(32)) is False, "a point of small order, or written past p"


def test_signatures_as_another_library_makes_them(tab):
    chance = random.Random(2)
    for size in (0, 1, 100, 300):
        private = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        message = chance.randbytes(size)
        assert is_signed(tab, public, message, private.sign(message)) is True


# ---- the log -----------------------------------------------------------------
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def test_roots_are_those_of_certificate_transparency(tab):
    leaves = [b64(bytes.fromhex(leaf)) for leaf in LEAVES]
    for size, root in ROOTS.items():
        found = tab.evaluate(
            f"(all) => {{ {BYTES} return f.hex(f.rootOf(all.map(bytes).map(f.leafHash))); }}", leaves[:size]
        )
        assert found == root


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600])
def test_tiles_of_logs_of_every_shape(tab, size):
    entries = [f"entry {n}".encode() for n in range(size)]
    found = tab.evaluate(
        f"(all) => {{ {BYTES} return [...f.tilesOf(all.map(bytes))].map(([p, t]) => [p, f.hex(f.sha256(t))]); }}",
        [*map(b64, entries)],
    )
    assert dict(found) == {path: hand.sha(data) for path, data in hand.tiles(entries).items()}


# ---- canonical JSON ----------------------------------------------------------
REFUSED = ['{"b":1,"a":2}', '{"a":1,"a":1}', "[1.0]", "[1.5]", "[1e3]", "[-0]", "[01]", "[9007199254740992]", "[ 1]",
           "[1]\n", '["\\u0041"]', '["\\ud800"]', '["\\/"]', "﻿[1]", "[1,]", "", "[9007199254740993]",
           "[" * 65 + "]" * 65]  # fmt: skip
TAKEN = [
    "[" * 64 + "]" * 64,
    "[9007199254740991,-9007199254740991,0]",
    '{"":{},"a":[],"é":"ü\\n\\u0001","😀":null,"\ufb33":true}',
]


@pytest.mark.parametrize(("text", "is_good"), [*((t, False) for t in REFUSED), *((t, True) for t in TAKEN)])
def test_json_is_canonical_or_refused(tab, text, is_good):
    asked = f"(t) => {{ {BYTES} try {{ f.readCanonical(bytes(t)); return true; }} catch {{ return false; }} }}"
    assert tab.evaluate(asked, b64(text.encode())) is is_good


# ---- counting and risk -------------------------------------------------------
OPTIONS = {
    "batch": ["yes", "no", "zero-votes", "not-above-next"], "minimum": ["0", "2"],
    "threshold": ["each-round", "first-round"],
    "until_two": ["no", "yes", "unless-in-round-1", "elected-before"],
    "write_ins": ["count", "excluded-first", "excluded-once-voted"],
    "tie": ["stop", "order", "draw", "previous-rounds", "first-rounds", "previous-rounds-all-differ"],
    "tie_then": ["stop", "order", "draw"], "tie_seed": ["none", "1842"], "stop_after": ["never", "2"],
    "without_votes": ["stop", "go-on"],
}  # fmt: skip


def instant_runoff(chance):
    kinds = [chance.choice(["regular"] * 6 + ["write-in", "withdrawn"]) for _ in range(chance.randint(1, 5))]
    choices = tuple(Choice(f"Choice {at}", kind=kind) for at, kind in enumerate(kinds))
    options = {name: chance.choice(values) for name, values in OPTIONS.items() if chance.random() < 0.5}
    contest = Contest("Mayor", choices, ranks=5, rule="instant-runoff", options=tuple(sorted(options.items())))
    rankings = [
        tuple(chance.sample(range(len(kinds)), chance.randint(0, len(kinds)))) for _ in range(chance.randint(1, 9))
    ]
    return contest, sorted(set(rankings)), [chance.randint(1, 4) for _ in set(rankings)]


def as_page_has_it(contest):
    choices = [{"kind": c.kind, "name": c.name, "party": c.party} for c in contest.choices]
    return {"title": contest.title, "choices": choices, "seats": contest.seats, "rule": contest.rule,
            "options": dict(contest.options), "ranks": contest.ranks}  # fmt: skip


def test_instant_runoff_against_the_program(tab):
    chance = random.Random(3)
    asked, right = [], []
    for _ in range(400):
        contest, rankings, cards = instant_runoff(chance)
        patterns = tuple(Pattern(tuple(Mark(c, rank) for rank, c in enumerate(r, 1))) for r in rankings)
        found = RULES["instant-runoff"].count(contest, Profile(patterns, tuple(cards), tuple(cards)))
        gone = {at for at, choice in enumerate(contest.choices) if choice.kind == "withdrawn"}
        ballots = [[{"ranking": [c for c in r if c not in gone]}, n] for r, n in zip(rankings, cards, strict=True)]
        asked.append([as_page_has_it(contest), [{"ballots": ballots, "cards": sum(cards)}]])
        right.append({"elected": list(found.elected), "verdict": found.verdict})
    assert tab.evaluate("(all) => all.map(([c, g]) => faircountVerifier.outcomeOf(c, g))", asked) == right
    assert {one["verdict"] for one in right} == {"elected", "tie", "no votes", "stopped"}


def test_plurality_against_the_program(tab):
    chance = random.Random(4)
    asked, right = [], []
    for _ in range(200):
        choices = tuple(Choice(f"Choice {at}") for at in range(chance.randint(1, 5)))
        tie = chance.choice([{}, {"tie": "order"}, {"tie": "draw", "tie_seed": "1842"}])
        contest = Contest("Board", choices, seats=chance.randint(1, 3), options=tuple(sorted(tie.items())))
        cards = [chance.randint(0, 3) for _ in choices]
        patterns = tuple(Pattern((Mark(at, 1),)) for at, n in enumerate(cards) if n)
        numbers = tuple(n for n in cards if n)
        found = RULES["plurality"].count(contest, Profile(patterns, numbers, numbers))
        ballots = [[hand.one_vote(at), n] for at, n in enumerate(cards) if n]
        asked.append([as_page_has_it(replace(contest)), [{"ballots": ballots, "cards": sum(cards)}]])
        right.append((sorted(found.elected), found.verdict))
    found = tab.evaluate("(all) => all.map(([c, g]) => faircountVerifier.outcomeOf(c, g))", asked)
    assert [(sorted(one["elected"]), one["verdict"]) for one in found] == right


SETTINGS = {
    "betting-fixed": {"bet": "0.75"}, "kaplan-kolmogorov": {"g": "0.1"}, "alpha-fixed": {"eta0": "0.6"},
    "alpha": {"eta0": "0.6", "d": "50", "c": "0.05"}, "cobra": {"winner_to_loser": "0.001"},
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_p_values_against_the_program(tab, name):
    chance = random.Random(5)
    asked, right = [], []
    for _ in range(40):
        size = chance.randint(4, 60)
        upper = Fraction(chance.choice(["1", "15/23", "30/23", "3/2", "1001/999"]))
        drawn = chance.randint(1, size)
        values = [
            upper * chance.choice([0, 1, 1, Fraction(1, 2), Fraction(1, 2), Fraction(3, 4)]) for _ in range(drawn)
        ]
        given = {key: float(text) for key, text in SETTINGS[name].items()}
        if name == "cobra":
            given["upper"] = float(upper)
        numbers = {key: given[key] for key in {s.name for s in RISKS[name].settings} & given.keys()}
        p = RISKS[name].p_values(np.array([float(x) for x in values]), Population(size, float(upper)), numbers)
        asked.append([[str(x) for x in values], size, str(upper)])
        right.append(float(np.min(p)))
    ask = """([name, settings, all]) => { const f = faircountVerifier; const known = new Map();
      const read = (t) => known.get(t) ?? known.set(t, f.Fraction.of(t)).get(t);
      return all.map(([values, size, upper]) => f.smallestP(name, settings, values.map(read), size, read(upper))); }"""
    found = tab.evaluate(ask, [name, SETTINGS[name], asked])
    for one, other in zip(found, right, strict=True):
        assert math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-12)
    assert {0.0, 1.0} < {round(p, 9) for p in right}
