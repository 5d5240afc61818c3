"""Pages made by hand for the tests of the report; every name in them is invented."""

from fractions import Fraction

from faircount.model import (
    Answer,
    CandidateIndex,
    CardCount,
    Choice,
    Contest,
    ContestResult,
    Digest,
    ElectionPage,
    Exhibit,
    Finding,
    Margin,
    NotCounted,
    Report,
    Round,
    Source,
    Status,
    Tie,
    Transcript,
    Transfer,
)

C = CandidateIndex


def source(name="County export", cards=24_690, **rows):
    return Source(
        Digest("0123456789abcdef" * 4), 1, name, "dominion-json", "5.17", "Alder County", 987_654_321, 42,
        (("cards", cards), *rows.items()),
    )  # fmt: skip


def finding(number, status, found="24,690 cards were compared.", rows=(), disagreements=0):
    return Finding(
        number, "manifest-v-cards", "Every batch holds as many cards as the manifest says.", status, found,
        Answer(("batch", "cards_in_manifest", "cards_read"), tuple(rows)), disagreements or len(rows),
        ("A batch was scanned again after a jam.", "The manifest was written before the last batch came in."),
    )  # fmt: skip


def plurality(title="County Treasurer", names=("Ada Quill", "Bo Winter", "Cy Marsh"), votes=(5200, 4100, 300),
              reported=(5200, 4102, None), undervotes=350, overvotes=50):  # fmt: skip
    cards = sum(votes) + undervotes + overvotes
    contest = Contest(title, (*(Choice(n, "Lantern Party") for n in names), Choice("Write-in", kind="write-in")))
    inactive = tuple((c, n) for c, n in (("undervote", undervotes), ("overvote", overvotes)) if n)
    one = Round((*votes, 0), inactive, elected=(C(0),))
    transcript = Transcript("plurality", cards, (one,), "elected", (("overvoted cards", "count for nobody"),))
    margin = Margin(C(0), C(1), votes[0] - votes[1], "first and second choice")
    given = (*reported, 0) if reported else ()
    return ContestResult(contest, CardCount(cards), cards, transcript, margin, given)


def vote_for_three():
    names = ("Dee Alm", "Eli Bright", "Fay Crane", "Gus Dell", "Hal Erst")
    contest = Contest("School Board", tuple(Choice(n) for n in names), seats=3, votes_allowed=3)
    one = Round((2000, 1900, 1500, 1400, 700), (("undervote", 1480), ("overvote", 20)), (C(0), C(1), C(2)))
    transcript = Transcript("plurality", 9000, (one,), "elected")
    return ContestResult(contest, CardCount(3000), 3000, transcript, Margin(C(2), C(3), 100, "third and fourth choice"),
                         (2000, 1900, 1500, 1400, 700))  # fmt: skip


def measure():
    contest = Contest("Measure A: library bond", (Choice("Yes"), Choice("No")), rule="measure")
    one = Round((6000, 3990), (("undervote", 10),), elected=(C(0),))
    transcript = Transcript("measure", 10_000, (one,), "passed", threshold="more than 60% of the votes for yes or no")
    return ContestResult(
        contest, CardCount(10_000), 10_000, transcript, Margin(C(0), C(1), 6, "yes over threshold"), ()
    )


def instant_runoff():
    """Four rounds; a tie for last place in the first was decided by lot."""
    names = ("Ina Frost", "Jo Grove", "Kim Heath", "Lee Isle", "Max Jonquil")
    contest = Contest("Mayor", tuple(Choice(n) for n in names), ranks=5, rule="instant-runoff")

    def moved(a, b, n, cause="transferred"):
        return Transfer(C(a), None if b is None else C(b), cause, n)

    rounds = (
        Round((3000, 2500, 1500, 800, 800), (("undervote", 300), ("overvote", 100)), excluded=(C(4),),
              ties=(Tie((C(3), C(4)), "excluded", C(4), "lot drawn by the county clerk"),),
              transfers=(moved(4, 0, 300), moved(4, 2, 350), moved(4, 3, 50), moved(4, None, 80, "exhausted"),
                         moved(4, None, 20, "overvote"))),
        Round((3300, 2500, 1850, 850, 0), (("undervote", 300), ("overvote", 120), ("exhausted", 80)), excluded=(C(3),),
              transfers=(moved(3, 0, 200), moved(3, 1, 400), moved(3, 2, 100), moved(3, None, 150, "exhausted"))),
        Round((3500, 2900, 1950, 0, 0), (("undervote", 300), ("overvote", 120), ("exhausted", 230)), excluded=(C(2),),
              transfers=(moved(2, 0, 500), moved(2, 1, 1250), moved(2, None, 200, "exhausted"))),
        Round((4000, 4150, 0, 0, 0), (("undervote", 300), ("overvote", 120), ("exhausted", 430)), elected=(C(1),)),
    )  # fmt: skip
    transcript = Transcript(
        "instant-runoff", 9000, rounds, "elected", (("ties", "by lot"),), threshold="more than half"
    )
    return ContestResult(contest, CardCount(9000), 9000, transcript, Margin(C(1), C(0), 150, "final round"),
                         (3000, 2500, 1500, 800, 800))  # fmt: skip


def fractional():
    contest = Contest("Council", (Choice("Nan"), Choice("Oz"), Choice("Pia")), seats=2, ranks=3, rule="stv")
    third = Fraction(1, 3)
    rounds = (
        Round((60, 25, 15), elected=(C(0),), transfers=(Transfer(C(0), C(1), "transferred", 26 - third),)),
        Round((34 + third, 51 - third, 15), elected=(C(1),)),
    )
    transcript = Transcript("stv", 100, rounds, "elected")
    return ContestResult(contest, CardCount(100), 100, transcript, Margin(C(1), C(2), 36 - third, "last round"), ())


def tie():
    contest = Contest("Coroner", (Choice("Quin Reed"), Choice("Ray Stone")))
    one = Round((500, 500), ties=(Tie((C(0), C(1)), "elected"),))
    transcript = Transcript("plurality", 1000, (one,), "tie")
    return ContestResult(contest, CardCount(1000), 1000, transcript, None, (500, 500))


def lists():
    """Four seats for three lists, with the quotients that gave them."""
    names = ("Lantern", "Meadow", "Quarry")
    contest = Contest("Council", tuple(Choice(n) for n in names), seats=4, rule="highest-averages")
    quotients = Exhibit("Quotients", ("list", "1", "2"), (("Lantern", 900, 450), ("Meadow", 600, 300),
                        ("Quarry", Fraction(1, 3), None)), "Votes by divisor.")  # fmt: skip
    one = Round((900, 600, 100), elected=(C(0), C(1), C(0), C(1)), note="Seats go to the highest quotients.")
    transcript = Transcript("lists", 1600, (one,), "elected", exhibits=(quotients,), seats_won=(2, 2, 0))
    return ContestResult(contest, CardCount(1600), 1600, transcript, None, ())


def pairwise():
    """Three choices, each against each."""
    names = ("Ash & Co", "Birch", "Cedar")
    contest = Contest("Warden", tuple(Choice(n) for n in names), ranks=3, rule="pairs")
    votes = ((None, 6, 4), (3, None, 7), (5, 2, None))
    rows = tuple((name, *line) for name, line in zip(names, votes, strict=True))
    matrix = Exhibit("Pairwise votes", ("", *names), rows, "Row preferred to column.", "pairwise")
    one = Round((4, 3, 2), elected=(C(0),))
    return ContestResult(contest, CardCount(9), 9, Transcript("p", 9, (one,), "elected", exhibits=(matrix,)), None, ())


def no_votes():
    contest = Contest("Fence Viewer", (Choice("Sol Thorn"),))
    return ContestResult(contest, CardCount(0), 0, Transcript("plurality", 0, (Round((0,)),), "no votes"), None, ())


SQL = "select batch, cards, count(*)\nfrom manifest join cards using (batch)\nwhere cards < 5 -- <b>\norder by batch"


def page(**changes):
    """Return a full page; `changes` replace its fields."""
    rows = tuple((f"batch {n}", 200, 200 + n % 3 + 1) for n in range(40))
    fields = {
        "name": "Alder County General Election",
        "date": "2026-11-03",
        "sources": (source(manifest=120, reported=3_041, rejected=2), source("Official results", 0, reported=804)),
        "ballots": 12_345,
        "cards": 24_690,
        "adjudicated_cards": 311,
        "counts": (("manifest", "Batches in manifests", 120), ("reported", "Reported figures", 3_845)),
        "results": (plurality(), vote_for_three(), measure(), instant_runoff(), fractional(), tie()),
        "not_counted": (NotCounted("Retention of judges", "the export does not say how many votes were allowed"),),
        "findings": Report((
            finding("R01", Status.FAIL, "2 of 120 batches hold other numbers of cards than the manifest.", rows, 1_040),
            finding("R02", Status.PASS),
            finding("R03", Status.NOT_CHECKED, "No source gives ballots of several cards."),
            finding("R04", Status.PASS, "120 batches were compared."),
        )),
        "questions": (("R01", SQL), ("R02", SQL), ("R04", SQL)),
        "not_checked": (
            "Whether the paper ballots say what the records say.", "Whether every voter who voted was entitled to.",
        ),
        "commands": ("faircount read alder/", "faircount report alder/ --out page.html"),
        "program": "faircount 0.1.0",
    }  # fmt: skip
    return ElectionPage(**(fields | changes))
