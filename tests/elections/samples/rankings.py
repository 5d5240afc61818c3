"""Rankings of Scotland, Australia, Portland, Burlington and San Francisco, against what others published of them."""

import csv
import json
from collections import Counter
from collections.abc import Callable

from elections.reading import Totals
from elections.samples.sample import Sample
from elections.shared import real
from faircount.count import RULES


def contest_of(read: Totals) -> str:
    """The title of the only contest."""
    (row,) = read.tables["contests"]
    return str(row["contest"])


def winner(read: Totals, title: str, **options: str) -> str:
    """Who wins by instant runoff; ties would stop the count."""
    contest, profile = read.profile(title, options=tuple(sorted(options.items())))
    transcript = RULES["instant-runoff"].count(contest, profile)
    (elected,) = transcript.elected
    return contest.name_of(elected)


# ---- Portland, Oregon, 2024 -------------------------------------------------
def official_first_round() -> dict[str, int]:
    """The city's first round: candidate → votes."""
    with real("rcv", "portland-2024-stv", "Portland_D1_official_rounds.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.reader(stream))
    first = next(at for at, row in enumerate(rows) if row[:1] == ["Candace Avalos"])
    last = next(at for at, row in enumerate(rows) if row[:1] == ["Uncertified Write In"])
    return {row[0]: int(float(row[1])) for row in rows[first : last + 1]}


def portland_blt(read: Totals) -> None:
    official = official_first_round()
    assert len(official) == 17 and sum(official.values()) == 42_871 == read.cards
    assert read.firsts("Portland District 1") == official
    assert read.tables["contests"][0]["seats"] == 3 and not read.tables["rejected"]


def portland_raw(read: Totals) -> None:
    """The raw marks make the official first round once overvotes, blanks and undeclared write-ins are passed over."""
    official = official_first_round()
    firsts: Counter[str] = Counter()
    for (marks, *_), cards in read.ways[contest_of(read)].items():
        named = sorted((mark[1], mark[0]) for mark in marks if mark[0] in official)
        if named:
            firsts[named[0][1]] += cards
    assert dict(firsts) == official and not read.tables["rejected"]
    overvoted = sum(len(way[3]) * n for way, n in read.ways[contest_of(read)].items())
    path = real("rcv", "portland-2024-stv", "Portland_D1_raw_votekit_format.csv")
    assert overvoted == path.read_text("utf-8").count("overvote") == 3_933


# ---- Scotland ----------------------------------------------------------------
def scotland(year: str, wards: int) -> Callable[[Totals], None]:
    def check(read: Totals) -> None:
        assert len(read.tables["contests"]) == wards and not read.tables["rejected"]
        keys = {row["key"]: row for row in read.tables["contests"]}
        for path in sorted(real("rcv", "scotland-stv", year).glob("*.csv")):
            text = path.read_text("utf-8", "replace").splitlines()
            first = Counter[str]()
            for line in text[1:]:
                cells = line.split(",")
                if not cells[0].isdecimal():
                    break
                first[cells[1]] += int(cells[0])
            row = keys[path.stem]
            names = {c["key"]: c["choice"] for c in read.tables["choices"] if c["contest"] == row["contest"]}
            assert read.firsts(row["contest"]) == {names[key]: n for key, n in first.items()}, path.name
            assert row["seats"] == int(text[0].split(",")[1])

    return check


# ---- Australia ---------------------------------------------------------------
FIRSTS = {"B": 39_353, "C": 38_513, "H": 10_752}
"""First preferences of three parties: above the line and for each of their candidates."""


def senate(read: Totals) -> None:
    title = contest_of(read)
    assert read.cards_of(title) == 105_027 and not read.tables["rejected"]
    of_group = {c["choice"]: c["party"] for c in read.tables["choices"]}
    letters = {c["party"]: c["key"] for c in read.tables["choices"] if c["kind"] == "group"}
    sums: Counter[str] = Counter()
    for choice, votes in read.firsts(title).items():
        sums[letters[of_group[choice]]] += votes
    assert FIRSTS.items() <= sums.items() and sum(sums.values()) == 105_027


def senate_elected(read: Totals) -> None:
    senate(read)
    assert read.fact("elected") == ["Federal Senate, NT 2019: McCARTHY, Malarndirri; McMAHON, Sam"]
    by_kind = Counter(c["kind"] for c in read.tables["choices"])
    assert by_kind == {"group": 9, "regular": 18} and read.tables["contests"][0]["seats"] == 2


def nsw_mayors(read: Totals) -> None:
    """Seventeen contests: ballots and the winner as the auditors' table has them, rankings as a plain loop adds them.

    The table's `distinct_rankings` are the rows of a file: one ranking stands in several of them.
    """
    with real("rla", "nsw2021_raire_expected_dev.csv").open(encoding="utf-8") as stream:
        expected = list(csv.DictReader(stream))
    folder = real("rla", "nsw-2021-irv-raire")
    titles = {
        row["contest"].partition(" election for ")[2].partition(".")[0]: row["contest"]
        for row in read.tables["contests"]
    }
    assert len(expected) == len(titles) == 17 and not read.tables["rejected"]
    for row in expected:
        title = titles[row["contest"]]
        assert read.cards_of(title) == int(row["ballots"])
        (path,) = (p for p in folder.iterdir() if p.stem.replace("_", " ") == row["contest"])
        votes = json.loads(path.read_bytes())["votes"]
        assert len(votes) == int(row["distinct_rankings"])
        plain: Counter[tuple[int, ...]] = Counter()
        for vote in votes:
            plain[tuple(vote["prefs"])] += vote["n"]
        assert sorted(read.ways[title].values()) == sorted(plain.values())
        names = {c["key"]: c["choice"] for c in read.tables["choices"] if c["contest"] == title}
        assert len(names) == int(row["candidates"])
        assert winner(read, title) == names[row["winner_index"]], title


# ---- Burlington and San Francisco ----------------------------------------------
def burlington(read: Totals) -> None:
    """Kiss wins by instant runoff; Montroll is ranked above Kiss on 4,067 ballots and below on 3,477."""
    title = contest_of(read)
    kiss, montroll = "Bob Kiss (Progressive)", "Andy Montroll (Democrat)"
    contest, profile = read.profile(title)
    transcript = RULES["instant-runoff"].count(contest, profile)
    names = [choice.name.split()[-2] if "(" in choice.name else choice.name for choice in contest.choices]
    first = dict(zip(names, transcript.rounds[0].votes, strict=True))
    assert first == {"Wright": 2_951, "Kiss": 2_585, "Montroll": 2_063, "Smith": 1_306, "Write-in": 36, "Simpson": 35}
    assert [contest.name_of(index) for index in transcript.elected] == [kiss] and not read.tables["rejected"]
    assert max(transcript.rounds[-1].votes) == 4_313
    beats: Counter[bool] = Counter()
    for (marks, *_), cards in read.ways[title].items():
        ranks = {mark[0]: mark[1] for mark in marks}
        a, b = ranks.get(montroll, 99), ranks.get(kiss, 99)
        if a != b:
            beats[a < b] += cards
    assert (beats[True], beats[False]) == (4_067, 3_477)


def san_francisco(read: Totals) -> None:
    title = contest_of(read)
    blank = sum(cards for (marks, *_), cards in read.ways[title].items() if not marks)
    assert blank == 10_263 and not read.tables["rejected"]
    assert winner(read, title) == "15"


SAMPLES = (
    Sample(
        "rcv/portland-2024-stv/Portland_D1.blt", "blt", "", 42_871,
        "the city's first round, 17 candidates", portland_blt,
    ),
    Sample(
        "rcv/portland-2024-stv/Portland_D1_raw_votekit_format.csv", "votekit-csv", "raw rankings", 43_669,
        "the city's first round; overvoted ranks", portland_raw,
    ),
    Sample(
        "rcv/scotland-stv/2007", "scottish-csv", "", 188_376,
        "21 wards: first preferences, seats by other lines; with 2012, 1,744,849 ballots", scotland("2007", 21),
    ),
    Sample(
        "rcv/scotland-stv/2012", "scottish-csv", "", 1_744_849 - 188_376,
        "353 wards: first preferences and seats by a few other lines", scotland("2012", 353),
    ),
    Sample(
        "rcv/aus-senate/FederalSenate2019NT.json", "concretestv-json", "", 105_027,
        "formal papers, first preferences of three parties, who was elected", senate_elected,
    ),
    Sample(
        "rcv/aus-senate/federal_2019_NT.stv", "aec-cache-text", "2", 105_027,
        "formal papers, first preferences of three parties", senate,
    ),
    Sample(
        "rla/nsw-2021-irv-raire", "raire-json", "", 608_860,
        "17 contests: ballots, rows and winners of the auditors' table; rankings by a plain loop", nsw_mayors,
    ),
    Sample(
        "rcv/burlington-2009/burl2009.abif", "abif", "0.1", 8_980,
        "the official first round, who won, and the published pairwise figures of Montroll and Kiss", burlington,
    ),
    Sample(
        "rla/sf-da-2019-irv/SFDA2019_PrelimReport12VBMJustDASheets.raire", "raire", "", 146_662,
        "who won; blank rankings", san_francisco,
    ),
)  # fmt: skip
