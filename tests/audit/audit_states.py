"""One small audit in each of its states, and for every act a body that would be good there."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from audit.small_audits import DIGITS, Fold, comparison, saying

from faircount.audit.ceremony import promise
from faircount.audit.files import files_of, sample_file
from faircount.audit.rounds import closing
from faircount.model import UsageError

CARDS = comparison([("", {"c1": "A"})] * 12 + [("", {"c1": "B"})] * 4, limit=Fraction(1, 4))
OTHER = "2" * 20
NONCE, VALUE = "7f", "blue kettle"
Body = Mapping[str, Any]


def truth(fold: Fold, unit: str) -> dict[str, str | None]:
    """Return what is on paper: as recorded."""
    return {"c1": "A" if int(unit.partition(", ")[2]) <= 12 else "B"}


def draft() -> Fold:
    fold = Fold(CARDS)
    fold.open()
    return fold


def committed() -> Fold:
    fold = draft()
    fold.commit()
    return fold


def witnessed() -> Fold:
    fold = committed()
    fold.witness()
    return fold


def promised() -> Fold:
    fold = witnessed()
    fold.do("promise", "Oak", party="Oak", sha256=promise("Oak", NONCE, VALUE))
    return fold


def covered() -> Fold:
    fold = promised()
    fold.witness()
    return fold


def rolling() -> Fold:
    fold = covered()
    fold.do("dice", "Ada", digits=DIGITS)
    return fold


def rolled() -> Fold:
    fold = rolling()
    fold.do("dice", "Bo", digits=DIGITS)
    return fold


def revealed() -> Fold:
    fold = rolled()
    fold.do("reveal", "Oak", party="Oak", nonce=NONCE, value=VALUE)
    return fold


def seeded() -> Fold:
    fold = revealed()
    fold.do("seed", seed=fold.audit.seed_due())
    return fold


def drawn() -> Fold:
    fold = seeded()
    fold.draw(c1=2)
    return fold


def half_entered() -> Fold:
    fold = drawn()
    fold.enter(fold.audit.waiting[0], truth(fold, fold.audit.waiting[0]))
    return fold


def entered() -> Fold:
    fold = drawn()
    for unit in fold.audit.waiting:
        fold.enter(unit, truth(fold, unit))
    return fold


def undecided() -> Fold:
    fold = entered()
    assert fold.close() == {"c1": "CONTINUE"}
    return fold


def decided() -> Fold:
    fold = undecided()
    for unit in fold.draw(c1=14):
        fold.enter(unit, truth(fold, unit))
    assert fold.close() == {"c1": "CONFIRMED"}
    return fold


def counted() -> Fold:
    fold = undecided()
    fold.do(
        "hand-count", contest="c1", cards=16, ballots=[[{"votes": [[0, 1]]}, 12], [{"votes": [[1, 1]]}, 4]], elected=[0]
    )
    return fold


def signed_once() -> Fold:
    fold = decided()
    fold.do("sign-off", "Ada", words="as decided")
    return fold


def signed() -> Fold:
    fold = signed_once()
    fold.do("sign-off", "Bo", words="as decided")
    return fold


def published() -> Fold:
    fold = signed()
    fold.do("publish")
    return fold


STATES: dict[str, Callable[[], Fold]] = {
    one.__name__: one
    for one in (draft, committed, witnessed, promised, covered, rolling, rolled, revealed, seeded, drawn, half_entered,
                entered, undecided, decided, counted, signed_once, signed, published)
}  # fmt: skip


def bodies(fold: Fold) -> dict[str, tuple[str, Body]]:
    """Return every act with somebody and a body that would be good in the state in which the act may come."""
    audit = fold.audit
    number = max(1, len(audit.rounds))
    waiting = audit.waiting[0] if audit.waiting else (audit.drawn.units or ("b, 1",))[0]
    done = next(iter(audit.entries.settled), waiting)
    of = audit.entries.settled[done].n if done in audit.entries.settled else 0
    sizes = {"c1": 14}
    urn = audit.urn if audit.ceremony.seed else None
    sample = sample_file(urn.drawn(sizes), False) if urn else b"ticket,unit\n"
    says = {"round": number, **saying(truth(fold, waiting)), "unit": waiting}
    fixed = {"round": number, **saying(truth(fold, done)), "unit": done}
    closed = {"decisions": {"c1": "CONTINUE"}, "measured": [], "round": number}
    if urn and audit.rounds and not audit.waiting:
        closed = closing(urn, number, audit.drawn, audit.entries.seen)
    files = [fold.keep(name, data) for name, data in files_of(CARDS).items()]
    hand = {"contest": "c1", "cards": 16, "ballots": [[{"votes": [[0, 1]]}, 12]], "elected": [0]}
    seed = DIGITS if not audit.committed or not audit.ceremony.size else ""
    if not seed:
        try:
            seed = audit.seed_due()
        except UsageError:
            seed = DIGITS
    return {
        "open": ("Ada", fold.log[0].body),
        "commit": ("Ada", {"design": "comparison", "double_entry": False, "files": files, "min_digits": 20}),
        "witness": ("Ada", {"checkpoint": fold.checkpoint()}),
        "promise": ("Elm", {"party": "Elm", "sha256": promise("Elm", NONCE, VALUE)}),
        "dice": ("Bo", {"digits": DIGITS}),
        "reveal": ("Oak", {"party": "Oak", "nonce": NONCE, "value": VALUE}),
        "seed": ("Ada", {"seed": seed}),
        "draw": ("Ada", {"round": len(audit.rounds) + 1, "sizes": sizes,
                         "sample": fold.keep(f"sample-{len(fold.log)}.csv", sample)}),
        "entry": ("Bo", says),
        "resolve": ("Bo", {**says, "people": ["Bo", "Cy"]}),
        "correct": ("Bo", {**fixed, "of": of, "reason": "the wrong card", "approved_by": "Ada"}),
        "close": ("Ada", closed),
        "hand-count": ("Ada", hand),
        "late": ("Ada", {"files": [], "what": "late-ballots", "words": "nine more"}),
        "restart": ("Ada", {"reason": "the manifest was wrong"}),
        "note": ("Ada", {"words": "it rains"}),
        "sign-off": ("Cy", {"words": "as decided"}),
        "publish": ("Ada", {}),
    }  # fmt: skip
