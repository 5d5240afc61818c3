"""How an audit begins, in its folder: a beginning that was cut off goes on, promises enter the seed."""

from pathlib import Path

import pytest
from audit.small_audits import comparison

from faircount.app.auditing import acting
from faircount.app.auditing.held import HeldAudit, opened_audit, person
from faircount.app.auditing.preparing import Prepared
from faircount.app.auditing.rehearsing import ticking
from faircount.evidence.log.checkpoint import cosign
from faircount.evidence.log.note import COSIGNATURE, SigningKey
from faircount.model import Person, UsageError
from faircount.store import Workspace

ADA, BO, CY = (Person(name, "official") for name in ("Ada", "Bo", "Cy"))
DIGITS = "31415926535897932384"
RECORDS = [("", {"c1": way}) for way in "AAAB" * 10]


def test_a_beginning_that_was_cut_off_is_taken_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = Workspace.create(tmp_path / "e")
    with monkeypatch.context() as patch:
        patch.setattr(HeldAudit, "do", lambda *_, **__: (_ for _ in ()).throw(OSError("power cut")))
        with pytest.raises(OSError, match="power cut"):
            HeldAudit.create(space, ADA)
    key = (tmp_path / "e" / "log" / "key").read_bytes()
    assert (tmp_path / "e" / "log" / "key").stat().st_mode & 0o777 == 0o600
    with HeldAudit.create(space, ADA) as held:
        assert held.audit.stage == "draft" and (tmp_path / "e" / "log" / "key").read_bytes() == key
    with pytest.raises(UsageError, match="holds an audit's log already"):
        HeldAudit.create(space, ADA)
    with pytest.raises(UsageError, match="no audit was begun"):
        opened_audit(Workspace.create(tmp_path / "other").root)
    with pytest.raises(UsageError, match="every act says who did it"):
        person(" ", "official")


def test_a_seed_that_a_crash_kept_back_is_set_with_the_first_draw(tmp_path: Path) -> None:
    with HeldAudit.create(Workspace.create(tmp_path / "e"), ADA, clock=ticking()) as held:
        acting.commit(held, ADA, Prepared(comparison(RECORDS), (), ()))
        acting.witness(held, ADA)
        acting.roll(held, ADA, DIGITS)
        held.do("dice", BO, {"digits": DIGITS})
        acting.draw(held, ADA, {"c1": 3})
        assert [act.act for act in held.acts][-2:] == ["seed", "draw"]


def test_promises_enter_the_seed(tmp_path: Path) -> None:
    with HeldAudit.create(Workspace.create(tmp_path / "e"), ADA, clock=ticking()) as held:
        acting.commit(held, ADA, Prepared(comparison(RECORDS), (), ()))
        acting.witness(held, ADA)
        acting.make_promise(held, CY, "Oak", acting.promise("Oak", "n", "v"))
        assert [len(acting.roll(held, by, DIGITS)) for by in (ADA, BO)] == [1, 1]
        done = acting.reveal(held, CY, "Oak", "n", "v")
        assert [one.act.act for one in done] == ["reveal", "seed"] and held.audit.ceremony.seed != DIGITS


def test_a_ceremony_that_was_cut_off_after_a_promise_goes_on(tmp_path: Path) -> None:
    """The promise is in the log, and its note is not: whoever rolls witnesses it first."""
    with HeldAudit.create(Workspace.create(tmp_path / "e"), ADA, clock=ticking()) as held:
        acting.commit(held, ADA, Prepared(comparison(RECORDS), (), ()))
        held.do("promise", CY, {"party": "Oak", "sha256": acting.promise("Oak", "n", "v")})
        acting.roll(held, ADA, DIGITS)
        assert [act.act for act in held.acts][2:] == ["promise", "witness", "dice"]


def test_a_cosignature_from_the_future_is_refused(tmp_path: Path) -> None:
    key = SigningKey.generate("witness.example/east", COSIGNATURE)
    with HeldAudit.create(
        Workspace.create(tmp_path / "e"), ADA, clock=ticking(), witnesses=[str(key.verifier)], quorum=1
    ) as held:
        acting.commit(held, ADA, Prepared(comparison(RECORDS), (), ()))
        _, note = held.checkpoint()
        now = held.seconds
        with pytest.raises(UsageError, match="east says that it cosigned later than now"):
            acting.witness(held, ADA, cosign(note, key, now + acting.PATIENCE + 60))
        acting.witness(held, ADA, cosign(note, key, now + acting.PATIENCE - 60))
        assert held.acts[-1].act == "witness"
