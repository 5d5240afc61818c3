"""Forgeries of the draw, of what people read from paper, of risks and decisions (steps 10 to 13)."""

import copy

from gallery.catalog import HOLDER, forgery
from gallery.forged_order import sample_of
from gallery.resealing import Case


def _ticketless(case: Case, name: str, at: int) -> None:
    """Take one row out of a sample."""
    lines = case.files[name].splitlines(keepends=True)
    case.files[name] = b"".join(lines[:at] + lines[at + 1 :])


# ---- the draw -------------------------------------------------------------------------------------------------------
@forgery("small", "10.1")
def a_card_less_in_thesample_of(case: Case) -> None:
    """A card that was drawn is not in the sample, and nobody looked at it."""
    unit = case.body("entry")["unit"]
    for nth in range(2):
        case.files[sample_of(case, nth)] = b"".join(
            line
            for line in case.files[sample_of(case, nth)].splitlines(keepends=True)
            if f'"{unit}"'.encode() not in line
        )
    case.drop("entry")


@forgery("small", "10.1")
def a_card_more_in_thesample_of(case: Case) -> None:
    """A card that was not drawn is in the sample."""
    case.files[sample_of(case)] = case.files[sample_of(case)] + b'ffff,"Berg, 1"\n'


@forgery("small", "10.1")
def a_sample_in_another_order(case: Case) -> None:
    """The cards of the sample are in another order, and order decides the risk."""
    head, *rows = case.files[sample_of(case)].splitlines(keepends=True)
    case.files[sample_of(case)] = b"".join([head, *reversed(rows)])


@forgery("small", "10.1")
def a_card_swapped_in_thesample_of(case: Case) -> None:
    """One card is exchanged for the one that would have come next."""
    case.files[sample_of(case)] = case.files[sample_of(case, 1)].splitlines(keepends=True)[0] + b"".join(
        case.files[sample_of(case, 1)].splitlines(keepends=True)[2 : 2 + case.body("draw")["sizes"]["*"]])  # fmt: skip


@forgery("small", "10.1")
def a_size_that_is_not_the_samples(case: Case) -> None:
    """The draw says one card more than its sample has."""
    case.body("draw", 1)["sizes"]["*"] += 1


@forgery("batch", "10.1")
def a_batch_drawn_twice_listed_once(case: Case) -> None:
    """A batch that was drawn more than once is listed once."""
    _ticketless(case, sample_of(case, 1), 2)


@forgery("comparison", "10.1")
def a_draw_for_a_contest_that_is_not(case: Case) -> None:
    """Cards are drawn for a contest that there is not."""
    case.body("draw")["sizes"]["c9"] = 3


# ---- entries --------------------------------------------------------------------------------------------------------
@forgery("small", "11.1")
def an_entry_of_a_card_not_drawn(case: Case) -> None:
    """People looked at a card that nobody drew, in place of one that was."""
    drawn = {
        row.partition(",")[2].strip().strip('"') for row in case.files[sample_of(case, 1)].decode().split("\n")[1:]
    }
    batch = case.body("entry")["unit"].rsplit(", ", 1)[0]
    case.body("entry")["unit"] = next(u for u in (f"{batch}, {n}" for n in range(1, 99)) if u not in drawn)


@forgery("small", "11.1")
def a_bad_card_skipped(case: Case) -> None:
    """A card of the sample was never entered."""
    case.drop("entry", 2)


@forgery("oneaudit", "11.1")
def a_phantom_counted_as_found(case: Case) -> None:
    """There is no record of a card, and somebody found it, with a vote for the winner."""
    body = copy.deepcopy(case.body("entry")) | {"unit": "phantom-1"}
    body["contests"] = {"c1": body["contests"]["c1"]}
    case.add(case.at("close"), "entry", body, "Cy Moor")


@forgery("comparison", "11.1")
def one_entry_under_double_entry(case: Case) -> None:
    """Two people must enter each card, and one did."""
    case.drop("entry", 1)


@forgery("comparison", "11.1")
def a_disagreement_settled_silently(case: Case) -> None:
    """Two people disagreed about a card, and nobody resolved it."""
    case.drop("resolve")


@forgery("small", "5.1")
def a_card_entered_twice(case: Case) -> None:
    """A card that is settled is entered again, with better news."""
    case.add(case.at("close"), "entry", copy.deepcopy(case.body("entry")), "Di Ortega")


@forgery("small", "11.2")
def an_impossible_vote(case: Case) -> None:
    """A card has two votes where one is allowed."""
    case.body("entry")["contests"]["c1"] = {"votes": [[0, 1], [1, 1]]}


@forgery("small", "11.2")
def a_vote_that_counts_double(case: Case) -> None:
    """A card gives one choice two votes."""
    case.body("entry")["contests"]["c1"] = {"votes": [[0, 2]]}


@forgery("small", "11.2")
def a_vote_below_nothing(case: Case) -> None:
    """A card gives a choice a vote less than none."""
    case.body("entry")["contests"]["c1"] = {"votes": [[0, "-1"]]}


@forgery("small", "11.2")
def a_vote_for_nobody_there(case: Case) -> None:
    """A card has a vote for a choice that there is not."""
    case.body("entry")["contests"]["c1"] = {"votes": [[9, 1]]}


@forgery("small", "11.2")
def an_unknown_contest(case: Case) -> None:
    """An entry speaks of a contest that there is not."""
    case.body("entry")["contests"]["c9"] = {}


@forgery("small", "11.2")
def a_contest_left_out(case: Case) -> None:
    """An entry says nothing of a contest that decides the audit."""
    case.body("entry")["contests"] = {}


@forgery("small", "11.2")
def votes_on_a_card_not_found(case: Case) -> None:
    """A card was not found, and has a vote all the same."""
    case.body("entry")["found"] = False


@forgery("comparison", "11.2")
def a_ranking_with_a_choice_twice(case: Case) -> None:
    """A card ranks one choice first and third."""
    for nth in range(20):
        body = case.body("entry", nth)
        if body["contests"].get("c2"):
            body["contests"]["c2"]["ranking"] = [0, 1, 0]
            return


@forgery("oneaudit", "11.2")
def a_ranking_where_nobody_ranks(case: Case) -> None:
    """A card has a ranking in a contest of single votes."""
    case.body("entry")["contests"]["c1"] = {"ranking": [0]}


@forgery("batch", "11.2")
def more_votes_than_cards(case: Case) -> None:
    """A batch has more votes for a choice than cards."""
    body = case.body("entry", 1)["contests"]["c1"]
    body["ballots"].append([{"votes": [[0, 1]]}, 100])


# ---- corrections ----------------------------------------------------------------------------------------------------
@forgery("comparison", "11.3")
def a_correction_without_a_reason(case: Case) -> None:
    """An entry is corrected, and nobody says why."""
    case.body("correct")["reason"] = ""


@forgery("comparison", "11.3", "3.4")
def a_correction_that_nobody_approved(case: Case) -> None:
    """An entry is corrected without a word on who approved it."""
    del case.body("correct")["approved_by"]


@forgery("comparison", "11.3")
def a_correction_of_another_act(case: Case) -> None:
    """A correction says that it replaces an act which settled another card."""
    case.body("correct")["of"] = case.acts[case.at("entry", 8)]["n"]


@forgery("small", "11.3", "5.1")
def a_correction_of_what_was_never_settled(case: Case) -> None:
    """A card that nobody had entered is corrected."""
    entry = case.drop("entry")
    body = entry["body"] | {"approved_by": "Bo Lund", "of": case.find("seed")["n"], "reason": "so"}
    case.add(case.at("entry"), "correct", body, "Di Ortega")


@forgery("comparison", "11.3", "5.1")
def a_resolution_of_what_agrees(case: Case) -> None:
    """Two entries agree, and a resolution replaces them."""
    at = next(n for n, a in enumerate(case.acts) if a["act"] == "entry" and case.acts[n + 1]["act"] == "entry"
              and case.acts[n + 2]["act"] == "entry" and case.acts[n + 1]["body"] == a["body"])  # fmt: skip
    body = copy.deepcopy(case.acts[at]["body"]) | {"people": ["Cy Moor", "Di Ortega"]}
    case.add(at + 2, "resolve", body, "Cy Moor")


# ---- risks and decisions --------------------------------------------------------------------------------------------
@forgery("small", "12.1")
def a_risk_too_low(case: Case) -> None:
    """A risk is stated lower than the entries give it, and the outcome is confirmed a round early."""
    close = case.body("close")
    close["measured"] = [one | {"p": "0.0100000000"} for one in close["measured"]]
    close["decisions"] = dict.fromkeys(close["decisions"], "CONFIRMED")
    del case.acts[case.at("draw", 1) : case.at("sign-off")]


@forgery("small", "12.1")
def a_risk_slightly_off(case: Case) -> None:
    """A risk differs in its sixth digit."""
    close = case.body("close", 1)
    for one in close["measured"]:
        one["p"] = f"{float(one['p']) * 1.00001 + 2e-10:.10f}"


@forgery("small", "12.1")
def draws_misreported(case: Case) -> None:
    """A risk is said to be of more draws than there were."""
    case.body("close", 1)["measured"][0]["draws"] += 1


@forgery("comparison", "12.1")
def a_claim_not_measured(case: Case) -> None:
    """The claim that came out worst is not in the list of risks."""
    for nth in range(2):
        case.body("close", nth)["measured"].pop()


@forgery("comparison", "12.1")
def risks_in_another_order(case: Case) -> None:
    """The risks are not in the order of contests and claims."""
    case.body("close")["measured"].reverse()


@forgery("small", "12.1")
def a_card_read_in_the_winners_favour(case: Case) -> None:
    """What was entered was changed after the risk was computed."""
    for act in case.acts:
        if act["act"] == "entry" and act["body"]["contests"]["c1"].get("votes"):
            act["body"]["contests"]["c1"] = {}
            return


@forgery("small", "13.1")
def confirmed_above_the_limit(case: Case) -> None:
    """The risk is above the limit, and the outcome is called confirmed."""
    case.body("close")["decisions"] = dict.fromkeys(case.body("close")["decisions"], "CONFIRMED")
    del case.acts[case.at("draw", 1) : case.at("sign-off")]


@forgery("small", "13.1")
def decided_by_another_limit(case: Case) -> None:
    """The limit that was committed to is lower than the one that decided."""
    case.swap("contests.json", b'"risk_limit":"1/4"', b'"risk_limit":"1/100000"')


@forgery("comparison", "13.1")
def a_contest_nobody_decided(case: Case) -> None:
    """A close says nothing of a contest that decides the audit."""
    for nth in range(2):
        del case.body("close", nth)["decisions"]["c2"]


@forgery("small", "13.1")
def a_count_by_hand_where_none_is_due(case: Case) -> None:
    """A close says HAND COUNT while there is more to draw."""
    case.body("close")["decisions"] = dict.fromkeys(case.body("close")["decisions"], "HAND COUNT")


@forgery("batch", "13.2")
def a_count_by_hand_with_another_winner(case: Case) -> None:
    """A full count by hand names somebody whom its ballots do not elect."""
    body = case.body("hand-count")
    body["elected"] = [1 if body["elected"] == [0] else 0]


@forgery("batch", "13.2", who=HOLDER)
def a_count_by_hand_of_more_votes_than_cards(case: Case) -> None:
    """A full count by hand has more votes than cards."""
    case.body("hand-count")["cards"] = 3


@forgery("batch", "5.1")
def a_count_by_hand_of_another_contest(case: Case) -> None:
    """A count by hand is of a contest that there is not."""
    case.body("hand-count")["contest"] = "c9"
