"""Forgeries of bodies that lie in files, since they were too long for an entry of the log."""

import json

from gallery.catalog import OUTSIDER, forgery
from gallery.resealing import Case, Files, Json, canonical

ASIDE = "aside.json"


@forgery("small", "6.1")
def a_body_that_is_not_there(case: Case) -> None:
    """The file with the body of an act is missing."""
    case.put_aside("close")
    del case.files[ASIDE]


@forgery("small", "6.1")
def a_body_that_was_replaced(case: Case) -> None:
    """The file with the body of an act has another sum than the act says."""
    case.put_aside("close")
    case.loose.add(ASIDE)


@forgery("small", "1.2", "6.1", who=OUTSIDER)
def a_body_changed_on_the_way(case: Case) -> Files:
    """In the file with the body of an act a letter is another, and nothing is signed anew."""
    case.put_aside("note" if any(act["act"] == "note" for act in case.acts) else "sign-off")
    whole = case.sealed()
    return whole | {f"files/{ASIDE}": whole[f"files/{ASIDE}"].replace(b"e", b"a", 1)}


@forgery("small", "3.4")
def a_body_with_blanks(case: Case) -> None:
    """The body in a file is written with a blank too many."""
    case.put_aside("close")
    case.files[ASIDE] += b" "


@forgery("small", "3.4")
def a_body_that_is_a_list(case: Case) -> None:
    """The file with the body of an act holds a list."""
    case.put_aside("close")
    case.files[ASIDE] = b"[]"


@forgery("small", "3.4")
def a_body_of_another_act(case: Case) -> None:
    """The file with the body of a close holds that of a sign-off."""
    case.put_aside("close")
    case.files[ASIDE] = canonical(case.body("sign-off"))


@forgery("small", "3.4")
def a_body_in_a_body(case: Case) -> None:
    """The file with the body of an act names itself, or another file, and so on."""
    case.put_aside("close")
    case.files["further.json"] = case.files[ASIDE]
    case.files[ASIDE] = canonical(case.body("close"))


@forgery("small", "3.4")
def an_opening_in_a_file(case: Case) -> None:
    """The body of the first act, which names the keys, lies in a file."""
    origin = case.origin
    case.put_aside("open")
    case.acts[0]["body"]["origin"] = origin


@forgery("small", "12.1")
def risks_in_a_file(case: Case) -> None:
    """The measured risks lie in a file, and one of them is another."""
    _changed(case, "close", lambda body: body["measured"][0].update(p="0.0000000001"))


@forgery("batch", "13.2")
def a_hand_count_in_a_file(case: Case) -> None:
    """A hand count lies in a file, and elects somebody else."""
    _changed(case, "hand-count", lambda body: body.update(elected=[one + 1 for one in body["elected"]]))


@forgery("small", "11.2")
def an_entry_in_a_file(case: Case) -> None:
    """An entry lies in a file, and says nothing of a contest that is audited."""
    _changed(case, "entry", lambda body: body["contests"].clear())


def _changed(case: Case, act: str, change: Json) -> None:
    case.put_aside(act)
    body = json.loads(case.files[ASIDE])
    change(body)
    case.files[ASIDE] = canonical(body)
