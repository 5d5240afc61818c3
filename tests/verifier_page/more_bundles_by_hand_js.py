"""A comparison audit with pool, phantoms, promises, two entries a card and corrections; and a batch audit."""

from fractions import Fraction
from itertools import takewhile
from typing import Any

from verifier_page.bundle_by_hand_js import (
    Draft,
    begun,
    by_ticket,
    canonical,
    contest,
    ended,
    one_vote,
    sample_file,
    sha,
    smallest_p,
)

HALF = Fraction(1, 2)
ADA, BO, NOBODY = one_vote(0), one_vote(1), dict[str, Any]()
RANKINGS = [[0, 1], [0], [1, 0, 2], [2, 1]]
BOARD_PILES = [5, 3, 2, 2]
"""How many of twelve cards bear each of RANKINGS: Ada has eight first preferences."""


def ranked(ranking: list[int]) -> dict[str, Any]:
    return {"ranking": ranking, "votes": [[ranking[0], 1]]}


def board() -> dict[str, Any]:
    names = ["Ada Lark", "Bo Wren", "Zoë Ash"]
    assertions = []
    for loser in (1, 2):
        terms = [["1", "first", [0]], ["-1", "prefers", [loser, 0, True]]]
        above = sum(n for ranking, n in zip(RANKINGS, BOARD_PILES, strict=True) if ranking[0] == 0)
        behind = sum(
            n for ranking, n in zip(RANKINGS, BOARD_PILES, strict=True)
            if loser in ranking and (0 not in ranking or ranking.index(loser) < ranking.index(0))
        )  # fmt: skip
        assertions.append({
            "kind": "not-excluded-before", "claim": f"Ada Lark stays longer than {names[loser]}", "winner": 0,
            "loser": loser, "standing": [], "margin": str(Fraction(above - behind, 12)),
            "assorter": {"terms": terms, "least": "-1", "upper": "1"},
        })  # fmt: skip
    return contest(
        id="board", title="Board", rule="instant-runoff", ranks=3, cards=12, assertions=assertions,
        choices=[{"kind": "regular", "name": name, "party": ""} for name in names],
        options={"batch": "yes", "overvote": "exhaust", "tie": "stop"}, risk_function="kaplan-kolmogorov",
        settings={"g": "0.1"},
    )  # fmt: skip


def cards() -> list[tuple[str, str, dict[str, int | None]]]:
    """(unit, pool, contest → index into the ballots): 24 with vote records, 4 in a pool, 2 phantoms."""
    piles = [at for at, n in enumerate(BOARD_PILES) for _ in range(n)]
    found: list[tuple[str, str, dict[str, int | None]]] = []
    for n in range(24):
        held: dict[str, int | None] = {"mayor": 0 if n % 4 else 1}
        found.append((f"card-{n + 1}", "", held | ({"board": piles[n]} if n < 12 else {})))
    found += [(f"card-{n}", "P1", {"mayor": None}) for n in range(25, 29)]
    return found + [(f"phantom-{n}", "", {"mayor": None}) for n in (1, 2)]


def row(at: int, unit: str, pool: str, held: dict[str, int | None]) -> str:
    record = ";".join(f"{key}:{'' if index is None else index}" for key, index in sorted(held.items()))
    return f"{unit},B1,{at + 1},{pool},{record}\n"


def margin_of(gain: int) -> Fraction:
    """The mayor's margin over thirty cards, where those in the pool give Ada so many more votes than Bo."""
    return Fraction(12 + gain, 30)


def comparison_files(gain: int = 2) -> dict[str, bytes]:
    """Of the pool's four cards `gain` + 2 hold the contest; each of them lists it."""
    mayor = contest(cards=30, settings={"eta0": "0.65"})
    mayor["assertions"][0]["margin"] = str(margin_of(gain))
    ballots = {
        "board": [{"marks": [[c, at + 1, None] for at, c in enumerate(r)], "ballot": ranked(r)} for r in RANKINGS],
        "mayor": [{"marks": [[c, 1, None]], "ballot": one_vote(c)} for c in (0, 1)],
    }
    rows = "".join(row(at, *card) for at, card in enumerate(cards()))
    return {
        "contests.json": canonical([board(), mayor]),
        "cards.csv": ("unit,batch,position,pool,record\n" + rows).encode(),
        "ballots.json": canonical(ballots),
        "pools.json": canonical({"P1": {"mayor": {"cards": gain + 2, "ballots": [[ADA, gain + 1], [BO, 1]]}}}),
    }


def on_paper(unit: str, held: dict[str, int | None]) -> dict[str, Any]:
    """What the paper says: the records, and in the pool three for Ada and one for Bo."""
    read = {"mayor": [ADA, BO], "board": [ranked(ranking) for ranking in RANKINGS]}
    said = {key: read[key][index] for key, index in held.items() if index is not None}
    return said or {"mayor": BO if unit == "card-28" else ADA}


def value(gain: int, pool: str, held: dict[str, int | None], paper: dict[str, Any]) -> Fraction:
    """The comparison value of the mayor's contest; u = 1. Cards of the pool that lack the contest count as half."""
    index = held["mayor"]
    found = Fraction(0)
    if paper and paper["mayor"] is None:
        found = HALF if pool else Fraction(0)
    elif paper:
        found = HALF if paper["mayor"] == NOBODY else Fraction(int(paper["mayor"] == ADA))
    reported = Fraction(4 + gain, 8) if pool else HALF if index is None else Fraction(1 - index)
    return (1 - (reported - found)) / (2 - margin_of(gain))


def comparison(gain: int = 2) -> Draft:
    """Two rounds; one card on which two readers differ, one that is not found, one corrected after a close."""
    draft, seed = begun("comparison", comparison_files(gain), double=True, parties=("Heron", "Crane"))
    known = {unit: (unit, pool, held) for unit, pool, held in cards()}
    tickets = by_ticket(seed, known)
    papers = {unit: on_paper(unit, held) if not unit.startswith("phantom") else {} for unit, _, held in known.values()}
    order = [unit for _, unit in tickets]
    lost = next(unit for unit in order if not unit.startswith("phantom") and known[unit][2].get("board") is None)
    papers[lost] = {}
    # Two cards lack the contest: one that a record says it has, one of the pool.
    simple = [unit for unit in order[:20] if unit != lost and papers[unit] and "board" not in known[unit][2]]
    lacking = [next(unit for unit in simple if known[unit][1] == pool) for pool in ("", "P1")]
    for unit in lacking:
        papers[unit] = {"mayor": None}
    fixed = next(unit for unit in order[:20] if unit != lost and "board" in known[unit][2])
    disputed = next(unit for unit in order[:20] if unit not in (lost, fixed, *lacking) and papers[unit])
    misread = {fixed: {**papers[fixed], "mayor": NOBODY}}
    entered: set[str] = set()
    drawn = [u for n, (_, u) in enumerate(tickets) if n < 20 or "board" in known[u][2]]
    for number, sample in enumerate((drawn, order), 1):
        chosen = [(ticket, unit) for ticket, unit in tickets if unit in sample]
        named = draft.file(f"sample-{number}.csv", sample_file(chosen))
        draft.act("draw", {"round": number, "sizes": {"board": 12, "mayor": (20, 30)[number - 1]}, "sample": named})
        for unit in (u for _, u in chosen if u not in entered and not u.startswith("phantom")):
            entered.add(unit)
            enter(draft, number, unit, (papers | misread)[unit], unit == disputed)
        if number == 2:
            close(draft, (number, gain), papers | misread, known, order)
            last = max(n for n, act in enumerate(draft.acts) if act["body"].get("unit") == fixed)
            body = {"round": number, "unit": fixed, "found": True, "contests": papers[fixed], "of": last,
                    "reason": "a line was skipped", "approved_by": "Heron"}  # fmt: skip
            draft.act("correct", body, by="Wren")
        read = papers if number == 2 else papers | misread
        close(draft, (number, gain), read, known, [u for u in order if u in sample])
    return ended(draft)


def enter(draft: Draft, number: int, unit: str, paper: dict[str, Any], disputed: bool) -> None:
    body = {"round": number, "unit": unit, "found": bool(paper), "contests": paper}
    draft.act("entry", body, by="Finch")
    draft.act("entry", {**body, "contests": {**paper, "mayor": NOBODY}} if disputed else dict(body), by="Wren")
    if disputed:
        draft.act("resolve", {**body, "people": ["Finch", "Wren"]})


def close(draft: Draft, of: tuple[int, int], papers: dict[str, Any], known: dict[str, Any], sample: list[str]) -> None:
    """Measure and decide; the board's cards were all drawn and agree, so nothing else is possible: p is 0."""
    number, gain = of
    everyone = [unit for _, unit in by_ticket(draft.first("seed")["body"]["seed"], known)]
    order = [unit for unit, other in takewhile(lambda pair: pair[0] == pair[1], zip(sample, everyone, strict=False))]
    values = [value(gain, *known[unit][1:], papers[unit]) for unit in order]
    upper = 2 / (2 - margin_of(gain))
    p = smallest_p(values, 30, upper, 0.65)
    measured = [{"contest": "board", "assertion": at, "draws": 12, "p": "0.0000000000"} for at in (0, 1)]
    measured.append({"contest": "mayor", "assertion": 0, "draws": len(order), "p": p})
    decision = "CONFIRMED" if Fraction(p) <= Fraction(1, 10) else "CONTINUE"
    draft.act("close", {"round": number, "measured": measured, "decisions": {"board": "CONFIRMED", "mayor": decision}})


# ---- batches -----------------------------------------------------------------
REPORTED = {"Hill": (32, 20, 12), "Mill": (40, 18, 11), "Vale": (20, 10, 4)}
"""Cards, for Ada, for Bo."""


def counted(ada: int, bo: int) -> list[Any]:
    return [[choice, n] for choice, n in ((ADA, ada), (BO, bo)) if n]


def batch() -> Draft:
    """Three batches, four draws, one vote read otherwise; a question that claims imply in part is counted by hand."""
    mayor = contest(cards=92, risk_limit="1/2", risk_function="macro", settings={})
    mayor["assertions"][0]["margin"] = str(Fraction(21, 92))
    law = contest(id="law", title="Law", cards=20, implies="part", risk_function="macro", settings={})
    law["assertions"][0]["margin"] = str(Fraction(6, 20))
    groups = [
        {"batch": name, "cards": cards, "contests": {"mayor": {"cards": cards, "ballots": counted(ada, bo)}}}
        for name, (cards, ada, bo) in REPORTED.items()
    ]
    groups[2]["contests"]["law"] = {"cards": 20, "ballots": counted(10, 4)}  # type: ignore[index]
    files = {"contests.json": canonical([law, mayor]), "batches.json": canonical(groups)}
    draft, seed = begun("batch", files)
    mayors = {name: Fraction(ada - bo + cards, 21) for name, (cards, ada, bo) in REPORTED.items()}
    laws = {"Vale": Fraction(6 + 20, 6)}
    most = {name: max(mayors[name], laws.get(name, Fraction(0))) for name in REPORTED}
    bounds = {name: -(-(10**9) * u.numerator // u.denominator) for name, u in most.items()}
    drawn = draw(seed, bounds, 4)
    sample = draft.file("sample-1.csv", sample_file(((str(d), name) for d, name in enumerate(drawn, 1)), "draw"))
    draft.act("draw", {"round": 1, "sizes": {"*": 4}, "sample": sample})
    papers = {name: (cards, ada - (name == drawn[0]), bo) for name, (cards, ada, bo) in REPORTED.items()}
    for name in dict.fromkeys(drawn):
        cards, ada, bo = papers[name]
        said = {"mayor": {"cards": cards, "ballots": counted(ada, bo)}}
        if name == "Vale":
            said["law"] = {"cards": 20, "ballots": counted(10, 4)}
        draft.act("entry", {"round": 1, "unit": name, "found": True, "contests": said}, by="Finch")
    weights = {name: Fraction(b, sum(bounds.values())) for name, b in bounds.items()}
    taints = {name: Fraction(REPORTED[name][1] - papers[name][1], 21) / weights[name] for name in REPORTED}
    of_mayor = macro(max(mayors[n] / weights[n] for n in REPORTED), [taints[n] for n in drawn])
    of_law = macro(laws["Vale"] / weights["Vale"], [Fraction(0)] * 4)
    measured = [{"contest": "law", "assertion": 0, "draws": 4, "p": of_law},
                {"contest": "mayor", "assertion": 0, "draws": 4, "p": of_mayor}]  # fmt: skip
    decision = "CONFIRMED" if Fraction(of_mayor) <= HALF else "HAND COUNT" if len(set(drawn)) == 3 else "CONTINUE"
    draft.act("close", {"round": 1, "measured": measured, "decisions": {"law": "HAND COUNT", "mayor": decision}})
    draft.act("hand-count", {"contest": "law", "cards": 20, "ballots": counted(11, 4), "elected": [0]})
    if decision != "CONFIRMED":
        draft.act("hand-count", {"contest": "mayor", "cards": 92, "ballots": counted(47, 27), "elected": [0]})
    return ended(draft)


def draw(seed: str, bounds: dict[str, int], draws: int) -> list[str]:
    total = sum(bounds.values())
    found = []
    for d in range(1, draws + 1):
        k = 0
        while (number := int(sha(f"{seed},{d},{k}"), 16)) >= 2**256 // total * total:
            k += 1
        left = number % total
        for name, bound in bounds.items():
            left -= bound
            if left < 0:
                found.append(name)
                break
    return found


def macro(bound: Fraction, taints: list[Fraction]) -> str:
    p = Fraction(1)
    for taint in taints:
        p *= (1 - 1 / bound) / (1 - max(taint, Fraction(0)) / bound)
    return f"{float(min(p, Fraction(1))):.10f}"
