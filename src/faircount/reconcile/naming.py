"""Which names of different records may mean the same contest or choice? Proposals for a person, never a merger.

Likeness is measured by RapidFuzz (M. Bachmann; token-sort ratio, 0 to 100) on names without case, accents,
punctuation and vendors' decorations. What tells two contests apart outweighs it: a number, a party's primary, a term,
or choices that are not the same people. A confidence is a way to sort the list, not a probability.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from faircount.model import name_key

LEAST = 60
"""Proposals below this confidence are not made."""
SAME_PERSON = 85
"""Likeness from which two spellings of a surname or a title are one."""
SAME_CHOICE = 75
"""Likeness from which two choices count as shared when contests are compared: a surname alone is enough."""
MAX_PAIRS = 5_000_000
"""Pairs of titles that share nothing but letters are looked at up to here; beyond, only pairs that share choices."""


@dataclass(frozen=True, slots=True)
class Named:
    """A contest as one source names it; `choices` as that source names them, `on_cards` where cards hold it."""

    source: str
    contest: str
    choices: tuple[str, ...]
    on_cards: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """`name` may mean `means`. For a choice, `contest` is the contest both stand in; for a contest it is empty."""

    kind: str
    """`contest` or `choice`."""
    contest: str
    name: str
    means: str
    confidence: int
    """0 to 100, to sort by; no probability."""
    why: str
    sources: tuple[str, ...]
    """Sources that use `name`."""


# ---- what a name says -----------------------------------------------------------------------------------------------
_VOTE_FOR = re.compile(
    r"\(?\b(vote for|number of (positions|ranks|winners)|vote)\s*[=:]?\s*\d+\b[^)]*\)?", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+")
_IDENTIFIER = re.compile(r"\(\s*\d{2,}\s*\)|#\s*\d+\s*$")
_PARTY = re.compile(
    r"^(DEM|REP|LIB|GRN|IND|NPP|NPA|NON|DFL|GOP|D|R|L|G|I)\s+(?=\S)|\s*[(\[][A-Za-z ]{1,24}[)\]]\s*$|\s-\s[A-Z]{2,4}$"
)
_WORDS = {
    "dist": "district", "rep": "representative", "reps": "representatives", "sen": "senator", "co": "county",
    "cnty": "county", "bd": "board", "dept": "department", "prop": "proposition", "meas": "measure",
    "cmte": "committee",
    "comm": "commissioner", "supv": "supervisor", "atty": "attorney", "gov": "governor", "pres": "president",
    "us": "united states",
    "st": "state", "jr": "junior", "sr": "senior", "mem": "member", "ed": "education",
    "no": "number", "amend": "amendment", "ord": "ordinance", "res": "resolution", "twp": "township",
}  # fmt: skip
_ORDINAL = re.compile(r"\b(\d+)\s*(st|nd|rd|th)\b")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}
_NUMERALS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
             "nine": "9", "ten": "10"}  # fmt: skip
_TELLING = frozenset(
    "unexpired short full special primary runoff retention recall democratic republican libertarian green "
    "nonpartisan lieutenant vice deputy junior senior north south east west upper lower house senate "
    "appeals supreme circuit superior municipal even odd".split()
)
"""Words that make another contest of a title: where only one of two titles has one, they are not alike."""
_SAYINGS = (
    frozenset({"write in", "write ins", "writein", "uwi", "undeclared write ins", "unqualified write ins", "wi",
               "write in votes", "uncertified write in", "write in totals", "total write ins"}),
    frozenset({"yes", "yes for", "for", "yes si", "si", "approve", "bonds yes"}),
    frozenset({"no", "no against", "against", "reject", "bonds no"}),
    frozenset({"none of these candidates", "none of the above", "no preference"}),
)  # fmt: skip
"""Sayings for one thing that share few letters."""
_GENERATIONS = ("jr", "sr", "ii", "iii", "iv")
ONE_GENERATION = 80
"""How alike two names are at most of which one has `Jr.` or the like, and the other nothing."""


def title_key(title: str) -> str:
    """Return a contest's title for comparison: what vendors add taken off, abbreviations written out."""
    plain = name_key(_VOTE_FOR.sub(" ", title))
    words = _ORDINAL.sub(r"\1", plain).split()
    return " ".join(_number(_ROMAN.get(_NUMERALS.get(w, w), _NUMERALS.get(w, _WORDS.get(w, w)))) for w in words)


def _number(word: str) -> str:
    return word.lstrip("0") or "0" if word.isdecimal() else word


def _generation(name: str) -> str:
    """Return what tells a father from a son, `jr`; empty where a name does not say."""
    return next((word for word in name_key(name).split() if word in _GENERATIONS), "")


def choice_key(name: str) -> str:
    """Return a choice's name for comparison: party, number and running mate off, `LAST, FIRST` turned round."""
    plain = _IDENTIFIER.sub("", name).strip()
    plain = _PARTY.sub("", plain).strip() or plain
    first = re.split(r"\s*/\s*|\s+&\s+|\s+[aA][nN][dD]\s+", plain)[0] or plain
    last, comma, given = first.partition(",")
    turned = f"{given} {last}" if comma and name_key(given) not in ("", *_GENERATIONS) else first
    words = [w for w in name_key(turned).split() if w not in _GENERATIONS]
    kept = [w for at, w in enumerate(words) if len(w) > 1 or at in (0, len(words) - 1)]  # initials in the middle
    return " ".join(kept) or name_key(name)


def alike(one: str, other: str) -> tuple[int, str]:
    """Return how alike two names of choices are, 0 to 100, and why.

    Equal surnames with first names that differ are two people until somebody says otherwise.
    """
    if one == other:
        return 100, "the same but for case, punctuation, party, initials or order"
    for saying in _SAYINGS:
        if one in saying and other in saying:
            return 90, "two sayings for the same thing"
        if one in saying or other in saying:
            return 0, ""
    score = round(fuzz.token_sort_ratio(one, other))
    a, b = one.split(), other.split()
    if len(a) > 1 and len(b) > 1 and fuzz.ratio(a[-1], b[-1]) >= SAME_PERSON:
        if a[0][0] == b[0][0] and (a[0].startswith(b[0]) or b[0].startswith(a[0])):
            return max(score, 88), "one surname, and one first name shortens the other"
        if fuzz.ratio(a[0], b[0]) < SAME_PERSON:
            return min(score, 55), "one surname, two first names"
    if 1 in (len(a), len(b)) and a[-1] == b[-1]:
        return max(score, 75), "one surname, no first name beside it"
    return score, "spelt alike"


# ---- contests --------------------------------------------------------------------------------------------------------
def contests(
    named: Sequence[Named], same: Mapping[str, str], different: Iterable[tuple[str, str]] = ()
) -> tuple[Proposal, ...]:
    """Propose which titles of different sources mean one contest.

    `same` is title → title that it means, as a person decided; `different` are pairs decided not to be one.

    A title that stands on cards is what others may mean; else the one that more sources use. Two titles of one source
    are two contests. Each title is proposed once, for the best it may mean. Order: contest titles.
    """
    sources: dict[str, set[str]] = defaultdict(set)
    choices: dict[str, set[str]] = defaultdict(set)
    rank: dict[str, tuple[bool, int]] = {}
    for one in named:
        sources[one.contest].add(one.source)
        choices[one.contest] |= {choice_key(c) for c in one.choices}
        on_cards, used = rank.get(one.contest, (False, 0))
        rank[one.contest] = (on_cards or one.on_cards, used + 1)
    settled = {frozenset(pair) for pair in different}
    for name, means in same.items():
        sources[means] |= sources[name]
        choices[means] |= choices[name]
        rank.setdefault(means, rank.get(name, (False, 0)))
    titles = sorted(title for title in sources if title not in same)
    scored = []
    for a, b in _worth_a_look(titles, choices):
        if sources[a] & sources[b] or frozenset((a, b)) in settled:
            continue
        confidence, why = _same_contest(a, b, choices[a], choices[b])
        if confidence >= LEAST:
            name, means = (a, b) if (rank[a], b) < (rank[b], a) else (b, a)
            scored.append((-confidence, name, means, why))
    return _best(sorted(scored), sources)


def _worth_a_look(titles: Sequence[str], choices: Mapping[str, set[str]]) -> Iterable[tuple[str, str]]:
    """Yield pairs that share choices or letters, each once, in order; all pairs of a nation would be too many."""
    pairs: set[tuple[int, int]] = set()
    holders: dict[str, list[int]] = defaultdict(list)
    for at, title in enumerate(titles):
        for choice in choices[title]:
            if not any(choice in saying for saying in _SAYINGS):
                holders[choice].append(at)
    for found in holders.values():
        if len(found) <= 200:  # a name in more contests than this tells nothing
            pairs |= {(a, b) for i, a in enumerate(found) for b in found[i + 1 :]}
    keys = [title_key(title) for title in titles]
    if len(titles) ** 2 <= 2 * MAX_PAIRS:
        likeness = process.cdist(keys, keys, scorer=fuzz.token_sort_ratio, score_cutoff=LEAST, dtype=np.uint8)
        rows, columns = np.nonzero(np.triu(likeness, 1))
        pairs |= set(zip(rows.tolist(), columns.tolist(), strict=True))
    else:
        same: dict[str, list[int]] = defaultdict(list)
        for at, key in enumerate(keys):
            same[key].append(at)
        pairs |= {(a, b) for found in same.values() for i, a in enumerate(found) for b in found[i + 1 :]}
    return ((titles[a], titles[b]) for a, b in sorted(pairs))


def _same_contest(one: str, other: str, here: set[str], there: set[str]) -> tuple[int, str]:
    a, b = title_key(one), title_key(other)
    title = round(fuzz.token_sort_ratio(a, b))
    if Counter(_NUMBER.findall(a)) != Counter(_NUMBER.findall(b)) and a != b:
        if _NUMBER.search(a) and _NUMBER.search(b):
            return 0, ""  # District 1 and District 2 differ by one letter
        title -= 25
    only_here, only_there = set(a.split()) - set(b.split()), set(b.split()) - set(a.split())
    if any(len(w) == 1 for w in only_here) and any(len(w) == 1 for w in only_there):
        return 0, ""  # Measure A and Measure B
    if (only_here | only_there) & _TELLING:
        title -= 30
    people = [c for c in here if not any(c in s for s in _SAYINGS)]
    others = [c for c in there if not any(c in s for s in _SAYINGS)]
    if not people or not others:
        return (title if title >= SAME_PERSON else 0), f"titles alike by {title}; no names of choices to compare"
    few, many = sorted((people, others), key=len)
    shared = sum(max(alike(c, d)[0] for d in many) >= SAME_CHOICE for c in few)
    share = round(100 * shared / len(few))
    if share < 50:
        return min(title, LEAST - 1), ""
    why = f"titles alike by {title}, {shared} of {len(few)} choices the same"
    return max(0, (2 * title + 3 * share) // 5), why


# ---- choices ---------------------------------------------------------------------------------------------------------
def choices(named: Sequence[Named], different: Iterable[tuple[str, str, str]] = ()) -> tuple[Proposal, ...]:
    """Propose which names of choices, within one contest, mean one choice.

    `named` has titles and names as already decided; `different` holds (contest, name, name) decided not to be one.
    Two names in one source are two choices. Order: contest, name.
    """
    settled = {(contest, frozenset((a, b))) for contest, a, b in different}
    by_contest: dict[str, list[Named]] = defaultdict(list)
    for one in named:
        by_contest[one.contest].append(one)
    made: list[Proposal] = []
    for contest, listed in sorted(by_contest.items()):
        sources: dict[str, set[str]] = defaultdict(set)
        on_cards: dict[str, bool] = defaultdict(bool)
        for one in listed:
            for name in one.choices:
                sources[name].add(one.source)
                on_cards[name] |= one.on_cards
        names = sorted(sources)
        keys = {name: choice_key(name) for name in names}
        scored = []
        for i, a in enumerate(names):
            for b in names[i + 1 :]:
                if sources[a] & sources[b] or (contest, frozenset((a, b))) in settled:
                    continue
                confidence, why = alike(keys[a], keys[b])
                ages = {_generation(a), _generation(b)}
                if len(ages) == 2:
                    why = f"{why}, and one says {max(ages)}"
                    confidence = min(confidence, ONE_GENERATION) if "" in ages else 0
                if confidence >= LEAST:
                    rank_a, rank_b = (on_cards[a], len(sources[a])), (on_cards[b], len(sources[b]))
                    name, means = (a, b) if (rank_a, b) < (rank_b, a) else (b, a)
                    scored.append((-confidence, name, means, why))
        made += _best(sorted(scored), sources, "choice", contest)
    return tuple(made)


def _best(
    scored: Sequence[tuple[int, str, str, str]],
    sources: Mapping[str, set[str]],
    kind: str = "contest",
    contest: str = "",
) -> tuple[Proposal, ...]:
    """Take the best pairs first; a name is proposed once, and no two names of one source for the same meaning.

    Where a second pair was as good, that is said, and the confidence is no more than `LEAST`.
    """
    taken: dict[str, str] = {}
    used: dict[str, set[str]] = defaultdict(set)
    made: dict[str, Proposal] = {}
    for negative, name, means, why in scored:
        rival = next((m for n, s, m in ((name, -negative, taken.get(name)),) if m), None)
        if rival:
            if made[name].confidence == -negative and rival != means:
                one = made[name]
                made[name] = Proposal(
                    kind, contest, name, rival, LEAST, f"{one.why}; {means!r} is as near", one.sources
                )
            continue
        if name in used or means in taken or used[means] & sources[name]:
            continue
        taken[name] = means
        used[means] |= sources[name]
        made[name] = Proposal(kind, contest, name, means, -negative, why, tuple(sorted(sources[name])))
    return tuple(made[name] for name in sorted(made))
