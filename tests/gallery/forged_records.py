"""Forgeries of committed files, lists of cards, pools and totals, and of files that acts name (steps 6 and 14)."""

from dataclasses import replace

from gallery.catalog import forgery
from gallery.forged_outcomes import with_first, with_margins
from gallery.good import replayed
from gallery.resealing import Case, Files, Json

from faircount.model import Ballot, CardCount, Commitment, Counted


# ---- cards and totals -----------------------------------------------------------------------------------------------
@forgery("comparison", "14.1")
def cards_removed_from_the_list(case: Case) -> Files:
    """Cards are taken out of the list that could be drawn, and the number of cards stays."""
    return replayed("comparison", lambda held: with_margins(replace(held, listed=held.listed[2:])))


@forgery("comparison", "14.1")
def one_card_too_few_stated(case: Case) -> Files:
    """A contest is said to be on one card fewer than are listed."""

    def change(held: Commitment) -> Commitment:
        one = held.subjects[0]
        return with_margins(with_first(held, cards=CardCount(one.cards - 1)))

    return replayed("comparison", change)


@forgery("comparison", "14.1")
def a_phantom_left_out(case: Case) -> Files:
    """One more card is stated than listed: the phantom that should stand for it is not there to be drawn."""

    def change(held: Commitment) -> Commitment:
        one = held.subjects[0]
        return with_margins(with_first(held, cards=CardCount(one.cards + 1)))

    return replayed("comparison", change)


@forgery("small", "14.1")
def more_cards_than_may_be(case: Case) -> Files:
    """More cards are counted than the contest can be on."""

    def change(held: Commitment) -> Commitment:
        one = held.subjects[0]
        return with_margins(with_first(held, cards=CardCount(one.cards - 5)))

    return replayed("small", change)


@forgery("oneaudit", "8.1")
def the_totals_of_a_pool_changed(case: Case) -> Files:
    """In the totals of a pool three votes go from the loser to the winner, and margins stay."""

    def change(held: Commitment) -> Commitment:
        pool, parts = next(iter(held.pools.items()))
        counted = parts["c1"]
        ballots = dict(counted.ballots)
        winner = Ballot(((held.subjects[0].elected[0], 1),))
        blank = next(b for b in ballots if b != winner)
        ballots[winner] += 1
        ballots[blank] -= 1
        kept = Counted(counted.cards, tuple((b, n) for b, n in ballots.items() if n))
        return replace(held, pools={pool: {**parts, "c1": kept}})

    return replayed("oneaudit", change)


@forgery("oneaudit", "6.2")
def a_pool_of_another_size(case: Case) -> None:
    """A pool's totals are of more cards than are listed in it."""

    def change(value: Json) -> None:
        next(iter(value.values()))["c1"]["cards"] += 3

    case.json("pools.json", change)


@forgery("oneaudit", "6.2")
def a_record_for_a_card_in_a_pool(case: Case) -> None:
    """A card in a pool has a vote record, too."""
    pool = next(
        line for line in case.files["cards.csv"].split(b"\n") if line.endswith(b"c1:") and b"phantom" not in line
    )
    case.swap("cards.csv", pool + b"\n", pool + b"0\n")


@forgery("comparison", "6.2")
def a_card_listed_twice(case: Case) -> None:
    """One card is in the list twice, under one name."""
    lines = case.files["cards.csv"].splitlines(keepends=True)
    case.files["cards.csv"] = b"".join([*lines[:2], *lines[1:]])


@forgery("comparison", "6.2")
def a_contest_twice_on_a_card(case: Case) -> None:
    """A card has two records of one contest, and a reader takes the first or the last."""
    lines = case.files["cards.csv"].splitlines(keepends=True)
    lines[1] = lines[1].rstrip(b"\n") + b";c1:0\n"
    case.files["cards.csv"] = b"".join(lines)


@forgery("small", "6.2")
def two_files_for_one_role(case: Case) -> None:
    """The commit names contests.json and 2-contests.json, with another limit, and either could be meant."""
    case.files["2-contests.json"] = case.files["contests.json"].replace(b'"risk_limit":"1/4"', b'"risk_limit":"1/2"')
    files = case.body("commit")["files"]
    files.insert(0, {**next(one for one in files if one["name"] == "contests.json"), "name": "2-contests.json"})


@forgery("comparison", "6.2")
def a_record_that_is_not_there(case: Case) -> None:
    """A card points to a ballot that there is not."""
    lines = case.files["cards.csv"].splitlines(keepends=True)
    lines[1] = lines[1].replace(b"c1:", b"c1:9", 1)
    case.files["cards.csv"] = b"".join(lines)


@forgery("small", "6.2", "14.1")
def more_cards_than_the_batches_have(case: Case) -> Files:
    """A contest's totals, and its N, are of more cards than the batches have."""

    def change(held: Commitment) -> Commitment:
        most = CardCount(held.subjects[0].cards + 10)
        totals = {name: replace(one, cards=most) for name, one in held.totals.items()}
        return with_margins(replace(with_first(held, cards=most), totals=totals))

    return replayed("small", change)


@forgery("batch", "6.2")
def a_contest_on_more_cards_than_its_batch(case: Case) -> None:
    """In a batch a contest is on more cards than the batch has."""
    case.json("batches.json", lambda value: value[0].update(cards=1))


@forgery("batch", "6.2")
def batches_not_in_order(case: Case) -> None:
    """The batches are not in the order of their names, which decides the draw."""
    case.json("batches.json", lambda value: value.reverse())


@forgery("small", "6.2")
def a_total_with_a_fraction(case: Case) -> None:
    """A total is written 30.0."""
    case.files["totals.json"] = case.files["totals.json"].replace(b'"cards":30', b'"cards":30.0')


@forgery("small", "6.2")
def a_table_quoted_otherwise(case: Case) -> None:
    """A table has quotes where none are needed: the same values, other bytes."""
    line = case.files["batches.csv"].split(b"\n")[1]
    name, number = line.rsplit(b",", 1)
    case.swap("batches.csv", line, name + b',"' + number + b'"')


@forgery("small", "6.2")
def a_choice_that_is_not_there(case: Case) -> None:
    """The outcome names a choice that the contest does not have."""
    case.json("contests.json", lambda value: value[0]["outcome"].update(elected=[9]))


@forgery("small", "6.2")
def a_fraction_not_in_lowest_terms(case: Case) -> None:
    """The risk limit is written 2/8."""
    case.json("contests.json", lambda value: value[0].update(risk_limit="2/8"))


@forgery("small", "6.2")
def a_limit_of_one(case: Case) -> None:
    """The risk limit is 1, so that nothing needs to be looked at."""
    case.json("contests.json", lambda value: value[0].update(risk_limit="1"))


@forgery("oneaudit", "6.2")
def contests_not_in_order(case: Case) -> None:
    """The contests are not in the order of their ids."""
    case.json("contests.json", lambda value: value.reverse())


@forgery("small", "6.2")
def a_file_of_contests_missing(case: Case) -> None:
    """The commit does not name the contests."""
    body = case.body("commit")
    body["files"] = [one for one in body["files"] if one["name"] != "contests.json"]
    del case.files["contests.json"]


# ---- files that acts name -------------------------------------------------------------------------------------------
@forgery("small", "6.1")
def another_sum_than_committed(case: Case) -> None:
    """The commit states the sum of other totals; the statement covers those that are there."""
    case.loose.add("totals.json")
    case.json("totals.json", lambda value: value["c1"]["ballots"].reverse())


@forgery("small", "6.1")
def another_length_than_committed(case: Case) -> None:
    """The commit states another length of a file."""
    case.loose.add("totals.json")
    next(one for one in case.body("commit")["files"] if one["name"] == "totals.json")["bytes"] += 1


@forgery("small", "6.1")
def a_committed_file_that_is_gone(case: Case) -> None:
    """A file that was committed is not in the bundle, and the statement knows nothing of it."""
    del case.files["totals.json"]


@forgery("small", "6.1")
def two_files_of_one_name(case: Case) -> None:
    """A later act names a file as the commit does, with another sum."""
    named = {"bytes": 1, "name": "totals.json", "sha256": "0" * 64}
    case.add(case.at("draw"), "late", {"files": [named], "what": "replaced-file", "words": "Better ones."})
    case.loose.add("totals.json")
