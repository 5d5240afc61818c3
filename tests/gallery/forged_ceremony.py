"""Forgeries of the ceremony and of what is committed: witnesses, sign-offs, pools and phantoms (steps 4 to 6)."""

import hashlib

from gallery.catalog import WITNESS, forgery
from gallery.in_memory import COSIGNED, LOG, ORIGIN, WITNESSES, MemoryLog
from gallery.resealing import Case

from faircount.evidence.log.checkpoint import cosign
from faircount.evidence.log.note import COSIGNATURE, SigningKey

LATE = COSIGNED + 10**8
"""Three years after every act of these audits."""


@forgery("polling", "5.1")
def a_promise_after_the_last_witness(case: Case) -> None:
    """A promise was made after the log was witnessed, and nobody witnessed it: it could be made to suit the dice."""
    case.move("promise", "dice")


@forgery("polling", "5.1")
def a_second_witness_of_the_same_promises(case: Case) -> None:
    """The log was witnessed twice with no promise between, so that one of two roots could be chosen for the seed."""
    case.add(case.at("dice"), "witness", {"checkpoint": ""})


@forgery("comparison", "4.2", who=WITNESS)
def a_cosignature_of_later_years(case: Case) -> None:
    """A witness cosigned years after the act that shows its cosignature."""

    def note(log: MemoryLog) -> str:
        late = WITNESSES[1].sign(log.head().text, LATE)
        return bytes(log.note(LOG, WITNESSES[:1])).decode() + late.line + "\n"

    case.note = note


@forgery("comparison", "4.2")
def the_log_as_its_own_witness(case: Case) -> None:
    """One of the two witnesses has the log's key under another name."""
    own = SigningKey.from_seed(
        "witness.example/own", hashlib.sha256(f"gallery {ORIGIN}".encode()).digest(), COSIGNATURE
    )
    case.body("open")["witnesses"][1] = str(own.verifier)
    case.witnesses = (WITNESSES[0], own)
    case.note = lambda log: bytes(cosign(log.note(LOG, WITNESSES[:1]), own, COSIGNED)).decode()


@forgery("comparison", "5.3")
def one_official_signed_off_again(case: Case) -> None:
    """Of three sign-offs two are by one person."""
    case.add(case.at("publish"), "sign-off", {"words": ""}, case.find("sign-off")["by"]["name"])


@forgery("comparison", "5.3")
def one_of_three_resolved_twice(case: Case) -> None:
    """Two entries that disagreed were resolved by three persons, of whom one is named twice."""
    people = case.body("resolve")["people"]
    people.append(people[0])


@forgery("comparison", "6.2")
def nothing_is_audited(case: Case) -> None:
    """No contest decides the audit, so that it is over before it began."""
    case.json("contests.json", lambda contests: [one.update(audited=False) for one in contests])


@forgery("polling", "6.2")
def a_batch_named_like_a_phantom(case: Case) -> None:
    """A batch is named so that its cards are taken for phantoms, which nobody need look at."""
    header, _, rows = case.files["batches.csv"].partition(b"\n")
    case.files["batches.csv"] = header + b"\nphantom-" + rows


@forgery("oneaudit", "6.2")
def a_pool_whose_cards_list_different_contests(case: Case) -> None:
    """One card of a pool does not list a contest of the pool, so that it is never drawn for it."""
    header, *rows = case.files["cards.csv"].decode().splitlines()
    at = next(at for at, row in enumerate(rows) if row.split(",")[3])
    start, _, listed = rows[at].rpartition(",")
    rows[at] = f"{start},{listed.partition(';')[2]}"
    case.files["cards.csv"] = "".join(f"{row}\n" for row in [header, *rows]).encode()
