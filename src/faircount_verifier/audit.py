"""The acts of an audit in their order, and what they must be (steps 5, 6, 9 to 13)."""

import hashlib
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from faircount_verifier.bundle import Bundle
from faircount_verifier.forms import LINE, SUM, Findings, canonical, dumped, fits, must, order_key
from faircount_verifier.records import Records

FILE = {"bytes": int, "name": "[a-z0-9][a-z0-9._-]{0,99}", "sha256": SUM}
ENTRY = {"contests": dict, "found": bool, "round": int, "unit": str}
MEASURED = {"assertion": int, "contest": str, "draws": int, "p": r"[01]\.[0-9]{10}"}
COMMIT = {"design": "comparison|polling|batch", "double_entry": bool, "files": [FILE], "min_digits": int}
ACTS: dict[str, tuple[str, dict[str, Any]]] = {  # act → the states in which it may come ("": any but the last), body
    "commit": ("draft", COMMIT),
    "promise": ("committed witnessed", {"party": r"(?=.*\S)[^\x00-\x1f\x7f=]+", "sha256": SUM}),
    "reveal": ("rolled", {"nonce": LINE, "party": LINE, "value": LINE}),
    "draw": ("seeded closed signed", {"round": int, "sample": FILE, "sizes": {"*": int}}),
    "entry": ("open", ENTRY),
    "resolve": ("open", {**ENTRY, "people": [LINE]}),
    "correct": ("open closed signed", {**ENTRY, "approved_by": LINE, "of": int, "reason": str}),
    "close": ("open", {"decisions": {"*": str}, "measured": [MEASURED], "round": int}),
    "hand-count": ("closed", {"ballots": [(dict, int)], "cards": int, "contest": str, "elected": [int]}),
    "late": ("", {"files": [FILE], "what": "late-ballots|replaced-file|second-upload", "words": str}),
}
ACTS |= {"open": ("no state", {"*": object}), "witness": ("committed", {"checkpoint": str}), "publish": ("signed", {})}
ACTS |= {"restart": ("", {"reason": str}), "note": ("", {"words": str}), "sign-off": ("closed signed", {"words": str})}
ACTS |= {"dice": ("witnessed rolling", {"digits": "[0-9]+"}), "seed": ("rolled", {"seed": str})}
ODD = {"entry": "11.2", "resolve": "11.3", "correct": "11.3"}  # the code of a body of another form; else 3.4


def person(name: str) -> str:
    """Return a name as persons are compared: without case and needless blanks."""
    return " ".join(name.lower().split())


class Audit:
    """The state of an audit, act by act. What does not hold is a finding, and the audit goes on as far as it can."""

    def __init__(self, bundle: Bundle, findings: Findings) -> None:
        self.bundle, self.findings, self.need = bundle, findings, findings.need
        self.named, self.rolled, before = dict[str, Any](), list[str](), ""  # rolled: all digits, also void ones
        self.last_reset = max((act["n"] for act in bundle.acts if act["act"] in ("late", "restart")), default=-1)
        self._reset()
        for act in bundle.acts:
            self.n, self.by, self.place = act["n"], person(act["by"]["name"]), f"act {act['n']}, {act['act']}"
            self.need(before <= act["at"], "5.2", self.place, act["at"], f"{before} or later")
            before = self.at = act["at"]
            with findings.step("5.1", self.place):
                if self.n:
                    self._follow(act["act"], act["body"])
        if self.state != "published":
            findings.rows["5.1", "NOT CHECKED", "log", "the audit is not published: nothing is final", ""] = None

    def _reset(self) -> None:
        self.state, self.double, self.round, self.seed, self.root, self.min_digits = "draft", False, 0, "", "", 0
        self.records: Records | None = None
        self.promises, self.reveals, self.dice = dict[str, str](), dict[str, str](), list[tuple[str, str]]()
        self.sizes, self.drawn, self.pending = dict[str, int](), list[str](), dict[str, list[tuple[str, Any]]]()
        self.settled, self.said, self.signed = dict[str, int](), dict[str, Any](), set[str]()
        self.open, self.counted = set[str](), set[str]()  # contests that are not confirmed; those counted by hand

    def _follow(self, name: str, body: dict[str, Any]) -> None:
        """Hold an act against the table, then do what it says."""
        states, shape = ACTS.get(name, ("no state", {"": None}))
        if fits(body, {"in": FILE}):  # it was too long for an entry
            self._look(body["in"])
            with self.findings.step("3.4", self.place):
                body = canonical(self.bundle.files[f"files/{body['in']['name']}"], self.place)
        if not self.need(fits(body, shape), ODD.get(name, "3.4"), self.place, body, "an act of the form given"):
            return
        for file in [*body.get("files", []), *([body["sample"]] if name == "draw" else [])]:
            self._look(file)
        may = self.state in states.split() if states else self.state != "published"
        self.need(may, "5.1", self.place, f"state {self.state}", f"state {states or 'before publish'}")
        first = name in {"promise", "dice", "reveal", "seed"}
        (self._enter if "round" in body else self._seed if first else self._frame)(name, body)

    def _look(self, file: dict[str, Any]) -> None:
        """Hold a file that an act names against what the act says of it (step 6.1)."""
        data, first = self.bundle.files.get(f"files/{file['name']}"), self.named.setdefault(file["name"], file)
        has = {} if data is None else {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        same, place = has and {**file, **has} == file == first, f"{self.place}: {file['name']}"
        self.need(same, "6.1", place, has or "nothing", file)

    def _frame(self, name: str, body: dict[str, Any]) -> None:
        """Follow what commits and is witnessed, what resets, hand counts, sign-offs and the end."""
        if name in {"late", "restart"} and self.state != "draft":
            self.findings.remarks += [f"{self.place}: began again, {self.state}: {body.get('words') or body['reason']}"]
            self._reset()
        if name == "witness":
            self.state = "witnessed"
            with self.findings.step("4.1", self.place):
                self.root = self.bundle.witnessed(self.n, self.at, body["checkpoint"], self.place)
        if name == "commit":
            self.state, self.double, self.min_digits = "committed", body["double_entry"], body["min_digits"]
            self.need(self.min_digits >= 20, "3.4", self.place, self.min_digits, "at least 20 digits")
            names = {re.sub("^[0-9]+-", "", file["name"]): f"files/{file['name']}" for file in body["files"]}
            with self.findings.step("6.2", self.place):
                must(len(names) == len(body["files"]), self.place, [*names], "one file of each name")
                if self.n > self.last_reset:
                    files = {role: self.bundle.files.get(name, b"") for role, name in names.items()}
                    self.records = Records(body["design"], files, self.findings)
                    self.records.check()
        self.counted |= {body["contest"]} if name == "hand-count" else set()
        if name == "hand-count" and self.records:
            with self.findings.step("13.2", self.place):
                c, contest = body["contest"], self.records.contests[body["contest"]]
                self.need(c in self.open, "5.1", self.place, c, "a contest that is not confirmed")
                tally = contest.tally({"ballots": body["ballots"], "cards": body["cards"]}, self.place)
                words = {"threshold": ["not passed", "passed"], "majority-or-runoff": ["", "elected", "runoff"]}
                verdict = (words.get(contest.rule) or ["elected"] * 999)[len(body["elected"])]
                contest.check_outcome(tally, {"elected": body["elected"], "verdict": verdict})
                hand, told = [[one["cards"], sorted(one["elected"])] for one in (body, contest.said | contest.outcome)]
                apart = f"{c}, its cards and elected: {dumped(hand)} by hand, {dumped(told)} as reported"
                self.findings.remark(hand != told, f"{self.place}: {apart}")
        if name == "sign-off":
            left = sorted(self.open - self.counted)
            self.need(not left, "5.1", self.place, left, "each confirmed or counted by hand")
            self.need(self.by not in self.signed, "5.3", self.place, self.by, "nobody twice")
            self.signed, self.state = self.signed | {self.by}, "signed"
        if name == "publish":
            self.need(len(self.signed) > 1, "5.3", self.place, sorted(self.signed), "sign-offs of two persons")
            self.state = "published"
            self.findings.seen |= {"7.2", "8.1", "8.3", "11.3", "13.2"} if self.records else set()

    def _seed(self, name: str, body: dict[str, Any]) -> None:
        """Follow promises, dice, reveals and the seed that they give."""
        party, digits = body.get("party", ""), body.get("digits", "")
        if name == "promise":
            self.need(party not in self.promises, "9.1", self.place, party, "one promise a party")
            self.promises[party], self.state = body["sha256"], "committed"  # what is witnessed must cover it
        if name == "dice":
            self.state = "rolled" if self.dice else "rolling"
            self.need(self.by not in dict(self.dice), "5.3", self.place, self.by, "a second person")
            self.dice, self.rolled = [*self.dice, (self.by, digits)], [*self.rolled, digits]
            good = len(digits) >= self.min_digits and digits == self.dice[0][1] and self.rolled.count(digits) < 3
            self.need(good, "9.2", self.place, digits, f"{self.min_digits} new digits or more, twice the same")
        if name == "reveal":
            text = "\n".join(["faircount-promise/1", party, body["nonce"], body["value"]])
            digest, promised = hashlib.sha256(text.encode()).hexdigest(), self.promises.get(party, "nothing")
            self.need(digest == promised and party not in self.reveals, "9.1", self.place, digest, promised)
            self.reveals[party] = body["value"]
        if name == "seed":
            self.need(self.promises.keys() == self.reveals.keys(), "9.1", self.place, [*self.reveals], [*self.promises])
            values = sorted((f"{one}={value}" for one, value in self.reveals.items()), key=order_key)
            text = "\n".join(["faircount-seed/1", self.root, self.dice[0][1], *values])
            seed = hashlib.sha256(text.encode()).hexdigest() if self.promises else self.dice[0][1]
            self.need(body["seed"] == seed, "9.2", self.place, body["seed"], seed)
            self.state, self.seed = "seeded", body["seed"]

    def _draw(self, body: dict[str, Any]) -> None:
        """Draw again, and hold the sample against that (step 10.1)."""
        more = all(body["sizes"].get(c, -1) >= size for c, size in self.sizes.items())
        self.need(more, "5.1", self.place, body["sizes"], f"no size below {dumped(self.sizes)}")
        self.state, self.round, self.sizes, self.signed = "open", body["round"], body["sizes"], set()
        if self.records:
            with self.findings.step("10.1", self.place):
                known = self.records.contests.keys() if self.records.design == "comparison" else {"*"}
                must(body["sizes"].keys() <= known, self.place, body["sizes"], sorted(known))
                text, self.drawn = self.records.draw(self.seed, body["sizes"])
                same = self.bundle.files.get(f"files/{body['sample']['name']}") == text.encode()
                must(same, f"{self.place}: {body['sample']['name']}", "another sample", text[:200])

    def _enter(self, name: str, body: dict[str, Any]) -> None:
        """Follow the draw, the entries and what settles them, and the close of a round."""
        expected = self.round + (name == "draw")
        self.need(body["round"] == expected, "5.1", self.place, body["round"], expected)
        if name in {"draw", "close"}:
            return self._draw(body) if name == "draw" else self._close(body)
        unit, said, known = body["unit"], None, self.settled.get(body["unit"])
        drawn = unit in self.drawn and not unit.startswith("phantom-")
        if self.records and self.need(drawn, "11.1", self.place, unit, "a unit drawn, and no phantom"):
            with self.findings.step("11.2", self.place):
                must(body["found"] or not body["contests"], self.place, body["contests"], "nothing where not found")
                said = self.records.read_entry(unit, body["contests"], self.place) if body["found"] else None
        before, settles = self.pending.setdefault(unit, []), True
        if name == "entry":
            must(known is None and len(before) < 2, self.place, unit, "a unit that is not settled")
            self.need(self.by not in dict(before), "5.3", self.place, self.by, "a second person")
            before.append((self.by, [body["found"], said if self.records else body["contests"]]))
            settles = not self.double or (len(before) == 2 and before[0][1] == before[1][1])
        if name == "resolve":
            two = len({*map(person, body["people"])}) == len(body["people"]) > 1
            self.need(two, "5.3", self.place, body["people"], "two persons or more, none twice")
            self.need(len(before) == 2 and known is None, "11.3", self.place, unit, "two entries that disagree")
        if name == "correct":
            self.need(person(body["approved_by"]) != self.by, "5.3", self.place, self.by, "somebody else who approves")
            right = known == body["of"] and body["reason"].strip()
            self.need(right, "11.3", self.place, [body["of"], body["reason"]], [known, "a reason"])
            self.state, self.signed = "open", set()
        if settles:
            self.settled[unit], self.said[unit] = self.n, said
        return None

    def _close(self, body: dict[str, Any]) -> None:
        """Hold measured risks and decisions against the entries (steps 11.1, 12.1 and 13.1)."""
        self.state, rows, wanted, records = "closed", iter(body["measured"]), dict[str, str](), self.records
        self.open = {c for c, decision in body["decisions"].items() if decision != "CONFIRMED"}
        if not records:
            return
        left = [unit for unit in self.drawn if unit not in self.settled and not unit.startswith("phantom-")]
        self.need(not left, "11.1", self.place, left[:9], "every unit drawn is settled")
        for c, contest in records.contests.items():
            stated = [next(rows, {"p": "9"}) for _ in contest.assertions]
            for index, (a, row) in enumerate(zip(contest.assertions, stated, strict=True)):
                with self.findings.step("12.1", f"{self.place}: {a.place}"):
                    draws, p = records.measured(contest, a, self.drawn, self.seed, self.said)
                    near = abs(Decimal(row["p"]) - p) <= max(Decimal("1e-10"), p / 10**6)
                    same = row | {"p": ""} == {"assertion": index, "contest": c, "draws": draws, "p": ""}
                    must(near and same, f"{self.place}: {a.place}", row, [c, index, draws, f"{p:.10f}"])
            if contest.audited:
                all_drawn = {*records.units(c, self.seed)} <= {*self.drawn}
                outcome = contest.said["implies"] == "outcome" and stated
                sure = outcome and all(Fraction(row["p"]) <= contest.limit for row in stated)
                wanted[c] = "CONFIRMED" if sure else "HAND COUNT" if all_drawn or not outcome else "CONTINUE"
        self.need(next(rows, None) is None, "12.1", self.place, "more rows", "one row an assertion")
        self.need(body["decisions"] == wanted, "13.1", self.place, body["decisions"], wanted)
