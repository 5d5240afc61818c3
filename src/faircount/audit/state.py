"""The state of an audit: a fold over the acts of its log, which takes them in no order but the one that is safe.

What must be fixed is committed before there is a seed, the seed before there is a draw, the draw before anybody looks
at paper. docs/bundle.md says of each act when it may come; whatever else comes is refused with the reason.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from faircount.audit.acts import CLOSED, COMMITTED, DRAFT, FILE, IN_FILE, OPEN, PUBLISHED, SEEDED, form_of
from faircount.audit.agreement import refuse_disagreement
from faircount.audit.ceremony import LEAST_DIGITS, checked_digits, promise, seed_of
from faircount.audit.drawing import Urn
from faircount.audit.entries import Entries, refuse_impossible
from faircount.audit.files import body_of, commitment_of, sample_file
from faircount.audit.forms import counted_of
from faircount.audit.rounds import refuse_closing
from faircount.model import Act, BadInputError, Commitment, Design, Sample, UsageError, Verdict

FORMAT = "faircount/1"
Body = Mapping[str, Any]
File = Callable[[str], bytes]
"""SHA-256 → the bytes of a file that an act names."""
SIGNERS = 2
"""How many different persons sign an audit off."""


@dataclass
class Round:
    """One round: what it was to draw, what was drawn up to it, and what it decided when it was closed."""

    number: int
    sizes: dict[str, int]
    sample: Sample
    decisions: dict[str, Verdict] = field(default_factory=dict)
    measured: list[Body] = field(default_factory=list)


@dataclass
class Ceremony:
    """What leads to the seed."""

    size: int = 0
    """Entries that the witnessed checkpoint covers; 0 before it is witnessed, and again after a promise."""
    root: str = ""
    promises: dict[str, str] = field(default_factory=dict)
    dice: dict[str, str] = field(default_factory=dict)
    """By who entered them."""
    revealed: dict[str, str] = field(default_factory=dict)
    seed: str = ""


class Audit:
    """The acts taken so far, and what they amount to. `take` refuses what may not come and then changes nothing."""

    def __init__(self, file: File) -> None:
        self._file = file
        self.acts = 0
        self.at = ""
        self.stage = ""
        self.policy: Body = {}
        """The body of `open`: election, keys, witnesses."""
        self.began = 0
        """The act that the audit began with, or began again with: what was said before it counts no more."""
        self.used_seeds: set[str] = set()
        self._rolled: set[str] = set()
        """Digits of dice from before the audit began again: whoever commits now knows them."""
        self.names: dict[str, str] = {}
        """Name → SHA-256 of every file that an act named."""
        self._begin()

    def _begin(self) -> None:
        self.committed: Body = {}
        self.ceremony = Ceremony()
        self.rounds: list[Round] = []
        self.entries = Entries(False)
        self.hand_counts: dict[str, Body] = {}
        self.signed: list[str] = []
        self._commitment: Commitment | None = None
        self.__dict__.pop("urn", None)

    @property
    def commitment(self) -> Commitment:
        """What was committed, read from its files. Raises `UsageError` before anything was."""
        if self._commitment is None:
            raise UsageError("nothing is committed yet: faircount commit")
        return self._commitment

    @cached_property
    def urn(self) -> Urn:
        """What is drawn from, with the seed. Raises `UsageError` before there is one."""
        if not self.ceremony.seed:
            raise UsageError("there is no seed yet: faircount seed")
        return Urn(self.commitment, self.ceremony.seed)

    @property
    def drawn(self) -> Sample:
        """All that is drawn so far; nothing before the first draw."""
        return self.rounds[-1].sample if self.rounds else Sample("", self.ceremony.seed, ())

    @property
    def waiting(self) -> tuple[str, ...]:
        """Units drawn that are not settled yet, in the order of the draw; phantoms are never looked for."""
        return self.entries.waiting(self.drawn.units)

    def undecided(self) -> tuple[str, ...]:
        """Return the audited contests that are neither confirmed nor counted by hand."""
        decided = self.rounds[-1].decisions if self.rounds else {}
        return tuple(
            one.id
            for one in self.commitment.audited
            if decided.get(one.id) is not Verdict.CONFIRMED and one.id not in self.hand_counts
        )

    def take(self, act: Act) -> Act:
        """Take the next act, and return it with its body where that lay in a file.

        Raises `UsageError` for one that may not come now, `BadInputError` for one ill formed.
        """
        if act.n != self.acts:
            raise UsageError(f"the next act is number {self.acts}, not {act.n}")
        kept, act = self._whole(act)
        form = form_of(act)
        if act.at < self.at:
            raise UsageError(f"times do not run backwards: {act.at} comes after {self.at}; set the clock right")
        if (act.act == "open") == bool(self.stage):
            raise UsageError("a log begins with `open`, once")
        if self.stage == PUBLISHED:
            raise UsageError("the audit is published and takes nothing more; a new one needs a log of its own")
        if self.stage not in form.stages:
            raise UsageError(f"`{act.act}` may come when the audit is {' or '.join(form.stages)}; it is: {self.stage}")
        named = self._named([*kept, *act.body.get("files", ()), *([act.body["sample"]] if act.act == "draw" else ())])
        _TAKERS[act.act](self, act)
        self.names |= named
        self.acts, self.at = act.n + 1, act.at
        return act

    def _whole(self, act: Act) -> tuple[list[Body], Act]:
        """Return the file in which an act's body lies, if any, and the act with its body."""
        if act.act == "open" or act.body.keys() != {IN_FILE}:
            return [], act
        named = act.body[IN_FILE]
        if not FILE[1](named):
            raise BadInputError(f"{act.act}, {IN_FILE}", f"it is {FILE[0]}", repr(named)[:200])
        return [named], replace(act, body=body_of(self._file(named["sha256"]), named["name"]))

    def _named(self, held: Sequence[Body]) -> dict[str, str]:
        """Return the files that an act names; refuse one that is not there, and a name that stands for two."""
        found: dict[str, str] = {}
        for one in held:
            name, digest = one["name"], one["sha256"]
            if {self.names.get(name, digest), found.get(name, digest)} != {digest}:
                raise UsageError(f"another file was named {name!r} before; give this one a name of its own")
            if len(self._file(digest)) != one["bytes"]:
                raise BadInputError(f"file {name}", "it has the length that the act says", f"{one['bytes']:,} bytes")
            found[name] = digest
        return found

    def _open(self, act: Act) -> None:
        if act.body.get("format") != FORMAT:
            raise BadInputError("act 0", f"the format is {FORMAT}", repr(act.body.get("format")))
        self.policy, self.stage = act.body, DRAFT

    def _commit(self, act: Act) -> None:
        if act.body["min_digits"] < LEAST_DIGITS:
            raise BadInputError("commit", f"a seed has at least {LEAST_DIGITS} digits", str(act.body["min_digits"]))
        files: dict[str, bytes] = {}
        for one in act.body["files"]:
            name = plain_name(one["name"])
            if name in files:
                raise BadInputError("commit", "files differ in more than a number before their names", repr(name))
            files[name] = self._file(one["sha256"])
        commitment = commitment_of(Design(act.body["design"]), files)
        refuse_disagreement(commitment)
        self.committed, self._commitment, self.stage = act.body, commitment, COMMITTED
        self.entries = Entries(act.body["double_entry"])

    def _witness(self, act: Act) -> None:
        if self.ceremony.size:
            raise UsageError("the commitment and all promises are witnessed already")
        lines = act.body["checkpoint"].split("\n")
        if len(lines) < 3 or lines[0] != self.policy["origin"] or lines[1] != str(act.n):
            rule = f"the checkpoint is of {self.policy['origin']} and covers all {act.n} acts before this one"
            raise BadInputError("witness", rule, " / ".join(lines[:2]))
        try:
            root = base64.b64decode(lines[2], validate=True)
        except (binascii.Error, ValueError):
            root = b""
        if len(root) != 32:
            raise BadInputError("witness", "the third line of a checkpoint is a root in Base64", repr(lines[2]))
        self.ceremony.size, self.ceremony.root = act.n, root.hex()

    def _before_seed(self) -> Ceremony:
        if self.stage != COMMITTED:
            raise UsageError(f"a seed is made when the audit is {COMMITTED}; it is: {self.stage}")
        if not self.ceremony.size:
            raise UsageError("commitment and promises are not witnessed yet: faircount log request, then the seed")
        return self.ceremony

    def _promise(self, act: Act) -> None:
        made, party = self.ceremony, act.body["party"]
        if self.stage != COMMITTED:
            raise UsageError(f"promises are made when the audit is {COMMITTED}; it is: {self.stage}")
        if made.dice:
            raise UsageError("dice were entered: a promise made now could be chosen to suit them")
        if party in made.promises:
            raise UsageError(f"{party} has promised already, and a promise stays")
        made.promises[party] = act.body["sha256"]
        # Who holds the log's key could else choose a promise once the dice have fallen, and write it in before them.
        made.size, made.root = 0, ""

    def _dice(self, act: Act) -> None:
        made = self._before_seed()
        digits = checked_digits(act.body["digits"], self.committed["min_digits"])
        if digits in self._rolled:
            raise UsageError("these dice were rolled before the audit began again, and are known; roll new ones")
        if act.by.name in made.dice:
            raise UsageError(f"{act.by.name} has entered the dice already; a second person enters them again")
        if len(made.dice) == 2:
            raise UsageError("two persons have entered the dice")
        if made.dice and digits not in made.dice.values():
            other = next(iter(made.dice))
            raise UsageError(
                f"these are not the digits that {other} entered; look at the dice, and enter what they show"
            )
        made.dice[act.by.name] = digits

    def _reveal(self, act: Act) -> None:
        made, party = self._before_seed(), act.body["party"]
        if len(made.dice) < 2:
            raise UsageError("values are revealed after two persons have entered the dice")
        if party not in made.promises or party in made.revealed:
            raise UsageError(f"{party} has promised nothing, or has revealed it")
        value = act.body["value"]
        if promise(party, act.body["nonce"], value) != made.promises[party]:
            raise BadInputError(
                f"reveal of {party}", "it is what was promised", "another sum", "look for a slip of typing"
            )
        made.revealed[party] = value

    def seed_due(self) -> str:
        """Return the seed that the ceremony gives. Raises `UsageError` while something is missing."""
        made = self._before_seed()
        if len(made.dice) < 2:
            raise UsageError(f"{2 - len(made.dice)} more must enter the dice")
        if missing := sorted(made.promises.keys() - made.revealed.keys()):
            raise UsageError(f"{missing[0]} promised a value and has not revealed it; without it, begin again: restart")
        return seed_of(next(iter(made.dice.values())), made.root, made.revealed)

    def _seed(self, act: Act) -> None:
        due = self.seed_due()
        if act.body["seed"] != due:
            raise BadInputError("seed", "it is what dice and revealed values give", repr(act.body["seed"]))
        if due in self.used_seeds:
            raise UsageError("this seed was used before the audit began again; roll a new one")
        self.used_seeds.add(due)
        self.ceremony.seed, self.stage = due, SEEDED

    def _draw(self, act: Act) -> None:
        if self.stage == CLOSED and not self.undecided():
            raise UsageError("every contest is confirmed or counted by hand; there is nothing to draw for")
        number, sizes = act.body["round"], dict(act.body["sizes"])
        if number != len(self.rounds) + 1:
            raise UsageError(f"the next round is {len(self.rounds) + 1}, not {number}")
        before = self.rounds[-1].sizes if self.rounds else {}
        if fewer := sorted(c for c, n in before.items() if sizes.get(c, 0) < n):
            raise UsageError(f"sizes are of all rounds together and only grow; {fewer[0]} had {before[fewer[0]]:,}")
        sample = self.urn.drawn(sizes)
        if sample_file(sample, self.commitment.design is Design.BATCH) != self._file(act.body["sample"]["sha256"]):
            raise BadInputError("draw", "the sample is the one that seed and sizes give", "another")
        self.rounds.append(Round(number, sizes, sample))
        self.entries.drawn(sample.units)
        self.signed = []
        self.stage = OPEN

    def _enter(self, act: Act) -> None:
        if act.body["round"] != self.rounds[-1].number:
            raise UsageError(f"round {self.rounds[-1].number} is open, not {act.body['round']}: ask for the list again")
        self.entries.enter(act, self.commitment)

    def _correct(self, act: Act) -> None:
        last = self.rounds[-1]
        if act.body["round"] != last.number:
            raise UsageError(f"the last round is {last.number}, not {act.body['round']}")
        self.entries.correct(act, self.commitment)
        # What was decided of the earlier reading is decided anew; a full hand count does not hang on a sample.
        last.decisions, last.measured, self.signed = {}, [], []
        self.stage = OPEN

    def _close(self, act: Act) -> None:
        last = self.rounds[-1]
        if act.body["round"] != last.number:
            raise UsageError(f"round {last.number} is open, not {act.body['round']}")
        if waiting := self.waiting:
            raise UsageError(f"{len(waiting):,} units are drawn and not settled, first {waiting[0]!r}")
        refuse_closing(act.body, self.urn, last.sample, self.entries.seen)
        last.decisions = {name: Verdict(word) for name, word in act.body["decisions"].items()}
        last.measured = list(act.body["measured"])
        self.stage = CLOSED

    def _hand_count(self, act: Act) -> None:
        name = act.body["contest"]
        subject = next((one for one in self.commitment.audited if one.id == name), None)
        if subject is None or self.rounds[-1].decisions.get(name) is Verdict.CONFIRMED:
            waiting = ", ".join(self.undecided()) or "none"
            raise UsageError(f"{name!r} is no audited contest that waits for a decision; these do: {waiting}")
        if self.signed:
            raise UsageError("the audit is signed off as it stands; begin again with a reason: restart")
        place = f"hand count of {name}"
        counted = counted_of({key: act.body[key] for key in ("ballots", "cards")}, subject.contest, place)
        refuse_impossible(subject, counted, place)
        elected = act.body["elected"]
        if len(set(elected)) != len(elected) or max(elected, default=-1) >= len(subject.contest.choices):
            raise BadInputError(place, "choices of the contest are elected, each once", repr(elected))
        self.hand_counts[name] = act.body

    def _again(self, act: Act) -> None:
        self._rolled |= set(self.ceremony.dice.values())
        self._begin()
        self.began, self.stage = act.n, DRAFT

    def _sign_off(self, act: Act) -> None:
        if undecided := self.undecided():
            raise UsageError(
                f"{len(undecided)} contests are neither confirmed nor counted by hand, first {undecided[0]!r}"
            )
        if act.by.name in self.signed:
            raise UsageError(f"{act.by.name} has signed; another person must, too")
        self.signed.append(act.by.name)

    def _publish(self, act: Act) -> None:
        del act
        if len(self.signed) < SIGNERS:
            raise UsageError(
                f"{SIGNERS} different persons sign off before an audit is published; {len(self.signed)} did"
            )
        self.stage = PUBLISHED

    def _note(self, act: Act) -> None:
        """Change nothing: a note is for people."""


def plain_name(name: str) -> str:
    """Return what a committed file is read as: `2-contests.json` is a later `contests.json`."""
    return re.sub("^[0-9]+-", "", name)


_TAKERS: Mapping[str, Callable[[Audit, Act], None]] = {
    "open": Audit._open, "commit": Audit._commit, "witness": Audit._witness, "promise": Audit._promise,
    "dice": Audit._dice, "reveal": Audit._reveal, "seed": Audit._seed, "draw": Audit._draw, "entry": Audit._enter,
    "resolve": Audit._enter, "correct": Audit._correct, "close": Audit._close, "hand-count": Audit._hand_count,
    "late": Audit._again, "restart": Audit._again, "note": Audit._note, "sign-off": Audit._sign_off,
    "publish": Audit._publish,
}  # fmt: skip
