"""Forgeries of the order of acts, of who did them, and of the seed (steps 5 and 9)."""

import base64
import copy
import hashlib

from gallery.catalog import forgery
from gallery.resealing import Case


def sample_of(case: Case, nth: int = 0) -> str:
    return str(case.body("draw", nth)["sample"]["name"])


# ---- the order of acts ----------------------------------------------------------------------------------------------
@forgery("small", "5.1")
def a_seed_before_the_commitment(case: Case) -> None:
    """The dice were rolled before anything was committed, so that the records could be made to suit them."""
    for _ in range(2):
        case.move("dice", "commit", 1)
    case.move("seed", "commit")


@forgery("small", "5.1")
def a_commitment_without_witness(case: Case) -> None:
    """The commitment was never witnessed, and could have been made after the dice."""
    case.drop("witness")


@forgery("small", "5.1")
def a_witness_after_the_dice(case: Case) -> None:
    """The commitment was witnessed after the dice were known."""
    case.move("witness", "seed")
    case.note = None


@forgery("small", "5.1")
def a_draw_before_the_seed(case: Case) -> None:
    """The sample was drawn before there was a seed."""
    case.move("seed", "entry")


@forgery("small", "5.1")
def a_second_commitment(case: Case) -> None:
    """After the seed was known, other risk limits were committed to."""
    body = copy.deepcopy(case.body("commit"))
    for one in body["files"]:
        if one["name"] == "contests.json":
            one["name"] = "2-contests.json"
    case.files["2-contests.json"] = case.files["contests.json"].replace(b'"risk_limit":"1/4"', b'"risk_limit":"1/2"')
    case.add(case.at("draw"), "commit", body)


@forgery("small", "5.1")
def two_beginnings(case: Case) -> None:
    """A log begins twice."""
    case.add(case.at("commit"), "open", copy.deepcopy(case.body("open")))


@forgery("polling", "5.1")
def a_promise_after_the_dice(case: Case) -> None:
    """A party promises its value when the dice are known, and can choose it to suit them."""
    case.move("dice", "promise")


@forgery("polling", "5.1")
def a_value_revealed_before_the_dice(case: Case) -> None:
    """A party reveals its value before the second person has entered the dice."""
    case.move("reveal", "dice")


@forgery("small", "5.1")
def a_round_skipped(case: Case) -> None:
    """After round 1 comes round 3."""
    case.body("draw", 1)["round"] = 3
    for act in case.acts[case.at("draw", 1) + 1 :]:
        if "round" in act["body"]:
            act["body"]["round"] = 3


@forgery("small", "5.1")
def a_round_that_was_never_closed(case: Case) -> None:
    """The next round is drawn before the first is closed, and nobody says what it would have decided."""
    case.drop("close")


@forgery("small", "5.1")
def an_entry_after_the_close(case: Case) -> None:
    """A card is entered when the round is closed and its risk known."""
    entry = case.acts.pop(case.at("entry", 0))
    case.acts.insert(case.at("close") + 1, entry)


@forgery("small", "5.1")
def a_sample_that_shrinks(case: Case) -> None:
    """The second round has fewer cards than the first: what was drawn before is forgotten."""
    case.body("draw", 1)["sizes"] = {"*": 3}


@forgery("small", "5.1")
def acts_after_the_end(case: Case) -> None:
    """After it was published the log goes on."""
    case.add(len(case.acts), "note", {"words": "One thing more."})


@forgery("small", "5.1")
def a_correction_after_the_end(case: Case) -> None:
    """After it was published an entry is corrected."""
    body = copy.deepcopy(case.body("entry")) | {"approved_by": "Bo Lund", "of": case.find("entry")["n"], "reason": "so"}
    case.add(len(case.acts), "correct", body, "Di Ortega")


@forgery("small", "5.1")
def signed_off_before_it_was_decided(case: Case) -> None:
    """People sign off an audit that still has to go on."""
    case.add(case.at("draw", 1), "sign-off", {"words": "Seen."})


@forgery("batch", "5.1")
def signed_off_without_the_count_by_hand(case: Case) -> None:
    """A contest is neither confirmed nor counted by hand, and the audit ends."""
    case.drop("hand-count")


@forgery("small", "5.1")
def published_by_surprise(case: Case) -> None:
    """The audit is published in the middle of a round, and nothing more is said."""
    del case.acts[case.at("close", 1) : case.at("publish")]


@forgery("small", "5.2")
def times_backwards(case: Case) -> None:
    """An act is earlier than the one before it."""
    case.find("close")["at"] = case.find("open")["at"]


@forgery("small", "5.2")
def a_seed_dated_back(case: Case) -> None:
    """The dice are dated to before the commitment."""
    case.find("dice")["at"] = "2030-11-11T09:00:00Z"


@forgery("small", "9.2", "5.1")
def the_seed_of_before_a_restart(case: Case) -> None:
    """The audit begins again after its seed was known, other records are committed, and the same dice count again."""
    again = [copy.deepcopy(act) for act in case.acts[case.at("commit") : case.at("draw")]]
    place = case.at("draw")
    for act in reversed(again):
        case.add(place, act["act"], act["body"], act["by"]["name"])
    case.add(place, "restart", {"reason": "A slip."})


@forgery("small", "9.2", "5.1")
def the_dice_of_before_a_late_event(case: Case) -> None:
    """A late event is declared when the dice are on the table, and they stay there for the next commitment."""
    again = [copy.deepcopy(act) for act in case.acts[case.at("commit") : case.at("seed")]]
    place = case.at("seed")
    for act in reversed(again):
        case.add(place, act["act"], act["body"], act["by"]["name"])
    case.add(place, "late", {"files": [], "what": "late-ballots", "words": "A box was found."})


# ---- persons --------------------------------------------------------------------------------------------------------
@forgery("small", "5.3")
def dice_by_one_person(case: Case) -> None:
    """One person entered the dice twice."""
    case.find("dice", 1)["by"] = case.find("dice")["by"]


@forgery("small", "5.3")
def one_person_signs_off_twice(case: Case) -> None:
    """Both sign-offs are by one person."""
    case.find("sign-off", 1)["by"] = case.find("sign-off")["by"]


@forgery("small", "5.3", "5.1")
def one_sign_off(case: Case) -> None:
    """Only one person signed off."""
    case.drop("sign-off")


@forgery("small", "5.3", "5.1")
def a_sign_off_from_before_a_correction(case: Case) -> None:
    """Somebody signed off, then an entry was corrected, and only one person signed what it became."""
    one = case.drop("sign-off")
    close, entry = copy.deepcopy(case.body("close", 1)), case.find("entry")
    body = copy.deepcopy(entry["body"]) | {"approved_by": "Bo Lund", "of": entry["n"], "reason": "Read again."}
    body["round"] = close["round"]
    place = case.at("sign-off")
    case.add(place, "close", close)
    case.add(place, "correct", body, "Di Ortega")
    case.add(place, "sign-off", one["body"], one["by"]["name"])


@forgery("comparison", "5.3")
def both_entries_by_one_person(case: Case) -> None:
    """Under double entry one person entered a card twice."""
    case.find("entry", 1)["by"] = case.find("entry")["by"]


@forgery("comparison", "5.3")
def resolved_by_one_person(case: Case) -> None:
    """Two people had to look at a card together, and there was one, named twice."""
    case.body("resolve")["people"] = ["Cy Moor", "Cy Moor"]


@forgery("comparison", "5.3")
def a_correction_approved_by_its_author(case: Case) -> None:
    """Whoever corrected an entry approved it."""
    case.body("correct")["approved_by"] = case.find("correct")["by"]["name"]


# ---- the seed -------------------------------------------------------------------------------------------------------
@forgery("polling", "9.1")
def another_value_than_promised(case: Case) -> None:
    """A party reveals another value than it promised, and the seed follows from that."""
    case.body("reveal")["value"] = "0.5"
    _seed_follows(case)


@forgery("polling", "9.1")
def another_nonce_than_promised(case: Case) -> None:
    """A party reveals its value with another nonce."""
    case.body("reveal")["nonce"] = "0.5"


@forgery("polling", "9.1")
def a_promise_that_nobody_keeps(case: Case) -> None:
    """A party does not reveal its value, and the seed is made without it: the last to speak chooses."""
    case.drop("reveal")
    _seed_follows(case)


@forgery("polling", "9.1", "5.1")
def a_party_that_promises_twice(case: Case) -> None:
    """A party promises two values, and reveals the one that suits it."""
    one = copy.deepcopy(case.body("promise"))
    case.add(case.at("dice"), "promise", one | {"sha256": hashlib.sha256(b"another").hexdigest()})
    case.move("promise", "promise", 2)


@forgery("small", "9.2")
def another_seed_than_the_dice(case: Case) -> None:
    """The seed is not what the dice show, and the sample is drawn by it."""
    case.body("seed")["seed"] = "11111222223333344444"
    _drawn_again(case)


@forgery("small", "9.2")
def two_persons_see_other_dice(case: Case) -> None:
    """The two who entered the dice did not enter the same digits."""
    case.body("dice", 1)["digits"] = "11111222223333344444"


@forgery("small", "9.2")
def dice_of_few_digits(case: Case) -> None:
    """Six digits were rolled, and twenty were asked for."""
    for nth in range(2):
        case.body("dice", nth)["digits"] = "314159"
    case.body("seed")["seed"] = "314159"
    _drawn_again(case)


@forgery("polling", "9.2")
def values_left_out_of_the_seed(case: Case) -> None:
    """Parties promised and revealed values, and the seed is the digits alone."""
    case.body("seed")["seed"] = case.body("dice")["digits"]
    _drawn_again(case)


@forgery("small", "9.2")
def a_seed_that_is_chosen(case: Case) -> None:
    """The seed is a word."""
    case.body("seed")["seed"] = "luck"
    _drawn_again(case)


def _seed_follows(case: Case) -> None:
    """Make the seed what the reveals give now, and the sample with it."""
    note = next(one["body"]["checkpoint"] for one in case.acts if one["act"] == "witness")
    root = base64.b64decode(note.split("\n")[2]).hex()
    values = sorted(f"{a['body']['party']}={a['body']['value']}" for a in case.acts if a["act"] == "reveal")
    text = "\n".join(["faircount-seed/1", root, case.body("dice")["digits"], *values])
    case.body("seed")["seed"] = hashlib.sha256(text.encode()).hexdigest()
    _drawn_again(case)


def _drawn_again(case: Case) -> None:
    """Draw and read again by the seed that is there now: each new card says what an old one said."""
    units = list(dict.fromkeys(act["body"]["unit"] for act in case.acts if "unit" in act["body"]))
    case.redraw()
    sample = [
        row.partition(",")[2].strip().strip('"') for row in case.files[sample_of(case, -1)].decode().split("\n")[1:-1]
    ]
    for act in case.acts:
        if "unit" in act["body"]:
            act["body"]["unit"] = sample[units.index(act["body"]["unit"])]
    case.remeasured()
