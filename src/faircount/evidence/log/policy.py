"""Trust policies: whose word a reader wants before believing a checkpoint: "log + 2 of 3" (c2sp.org/tlog-policy)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from faircount.evidence.log.checkpoint import Checkpoint, signed_checkpoint
from faircount.evidence.log.note import COSIGNATURE, ED25519, Note, VerifierKey, from_decimal
from faircount.model import BadInputError, FaircountError

NOBODY = "none"
"""The quorum of a policy that asks for no witness."""


class UnwitnessedError(FaircountError):
    """The log signed, but fewer witnesses than the policy asks for: not wrong, and not to be believed yet."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint that satisfies a policy."""

    checkpoint: Checkpoint
    times: tuple[tuple[str, int], ...]
    """(witness, POSIX seconds of its cosignature), in the order of the policy."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Known logs, known witnesses, and the quorum. Each public key stands once, so that none counts twice."""

    logs: tuple[VerifierKey, ...]
    """Type `ED25519`; a log's name is its origin."""
    witnesses: Mapping[str, VerifierKey] = field(default_factory=dict)
    """Name within the policy → key of type `COSIGNATURE`."""
    groups: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    """Name → (how many, of which witnesses or earlier groups)."""
    quorum: str = NOBODY

    def __post_init__(self) -> None:
        keys = [*self.logs, *self.witnesses.values()]
        if len({key.public for key in keys}) != len(keys):
            raise BadInputError("policy", "a public key stands once: no key counts twice, and no log witnesses itself")
        for key in self.logs:
            _of_type(key, ED25519, "log")
        for key in self.witnesses.values():
            _of_type(key, COSIGNATURE, "witness")
        known, used = {NOBODY, *self.witnesses}, set[str]()
        if len(known) != 1 + len(self.witnesses) or known & self.groups.keys():
            raise BadInputError(
                "policy", f"witnesses and groups have names of their own, and none is called {NOBODY!r}"
            )
        for name, (needed, members) in self.groups.items():
            if not 1 <= needed <= len(members):
                raise BadInputError(f"policy, group {name}", "asks for 1 to all of its members", str(needed))
            if len(set(members)) != len(members) or used & set(members) or not set(members) <= known - {NOBODY}:
                raise BadInputError(
                    f"policy, group {name}", "names witnesses or groups above it, each in one group only"
                )
            used |= set(members)
            known.add(name)
        if self.quorum not in known:
            raise BadInputError("policy", "its quorum is a witness or a group above it", ascii(self.quorum))

    @classmethod
    def of(cls, log: VerifierKey, witnesses: Iterable[VerifierKey] = (), needed: int = 0) -> "Policy":
        """Return "the log and `needed` of `witnesses`"."""
        keys = tuple(witnesses)
        named = {key.name: key for key in keys}
        if len(named) != len(keys):
            raise BadInputError("policy", "witnesses have different names", ", ".join(key.name for key in keys))
        if needed == 0:
            return cls((log,), named)
        return cls((log,), named, {"quorum": (needed, tuple(named))}, "quorum")

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """Read a policy file: lines `log`, `witness`, `group`, `quorum`; addresses are read over."""
        logs: list[VerifierKey] = []
        witnesses: dict[str, VerifierKey] = {}
        groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        quorums: list[str] = []
        for number, line in enumerate(text.split("\n"), 1):
            place = f"policy, line {number}"
            match line.replace("\t", " ").split():
                case []:
                    pass
                case [first, *_] if first.startswith("#"):
                    pass
                case ["log", vkey] | ["log", vkey, _]:
                    logs.append(VerifierKey.parse(vkey))
                case ["witness", name, vkey] | ["witness", name, vkey, _] if name not in witnesses:
                    witnesses[name] = VerifierKey.parse(vkey)
                case ["group", name, needed, *members] if members and name not in groups:
                    count = {"all": len(members), "any": 1}.get(needed)
                    groups[name] = (from_decimal(needed, place) if count is None else count, tuple(members))
                    _known_above(members, witnesses, groups, name, place)
                case ["quorum", name]:
                    quorums.append(name)
                case _:
                    raise BadInputError(place, "is log, witness, group or quorum, each name once", ascii(line))
        if len(quorums) != 1:
            raise BadInputError("policy", "has one quorum line", str(len(quorums)))
        return cls(tuple(logs), witnesses, groups, quorums[0])

    def check(self, note: Note) -> Witnessed:
        """Return the checkpoint in `note` if a known log signed it and the quorum cosigned it.

        TamperError for a signature that does not fit; UnwitnessedError if too few vouch. Strangers count nothing.
        """
        checkpoint = signed_checkpoint(note, *self.logs)
        vouching = note.verified(self.witnesses.values())
        met = {name for name, key in self.witnesses.items() if key in vouching} | {NOBODY}
        for name, (needed, members) in self.groups.items():
            if len(met & set(members)) >= needed:
                met.add(name)
        if self.quorum not in met:
            who = ", ".join(key.name for key in vouching) or "nobody"
            raise UnwitnessedError(
                f"The checkpoint of {checkpoint.origin} at size {checkpoint.size} is cosigned by {who}; "
                f"the policy asks for {self._wanted()}."
            )
        return Witnessed(checkpoint, tuple((key.name, signature.time) for key, signature in vouching.items()))

    def _wanted(self) -> str:
        if self.quorum not in self.groups:
            return self.quorum
        needed, members = self.groups[self.quorum]
        return f"{needed} of {', '.join(members)}"


def _of_type(key: VerifierKey, algorithm: int, role: str) -> None:
    if key.algorithm != algorithm:
        raise BadInputError(f"policy, {role} {key.name}", f"has a key of type {algorithm}", str(key.algorithm))


def _known_above(
    members: list[str], witnesses: Mapping[str, VerifierKey], groups: Mapping[str, object], own: str, place: str
) -> None:
    for name in members:
        if name == own or (name not in witnesses and name not in groups):
            raise BadInputError(place, "a group names witnesses or groups on lines above it", ascii(name))
