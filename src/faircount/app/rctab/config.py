"""A configuration of RCTab as it lies on disk: which files, which candidates, which rules."""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from faircount.app.rctab.fields import Fields
from faircount.model import BadInputError
from faircount.read.syntax.json_strict import strict_loads

MAX_BYTES = 16 << 20
"""A configuration of 500 candidates has 0.1 MB."""
POOL = "Undeclared Write-ins"
"""What RCTab calls the pooled write-ins in its reports."""
RESERVED = ("exhausted", "residual surplus", "uncounted", "overvote", "undervote", POOL.lower())
MAX_SEED = 140_737_488_355_328

_TOP = ("tabulatorVersion", "outputSettings", "cvrFileSources", "candidates", "rules")
_OUTPUT = (
    "contestName", "outputDirectory", "contestDate", "contestJurisdiction", "contestOffice", "contestId",
    "tabulateByBatch", "tabulateByPrecinct", "generateCdfJson",
)  # fmt: skip
_SOURCE = (
    "provider", "filePath", "contestId", "firstVoteColumnIndex", "firstVoteRowIndex", "idColumnIndex",
    "batchColumnIndex", "precinctColumnIndex", "overvoteDelimiter", "overvoteLabel", "skippedRankLabel",
    "undervoteLabel", "undeclaredWriteInLabel", "treatBlankAsUndeclaredWriteIn",
)  # fmt: skip
_CANDIDATE = ("name", "code", "aliases", "excluded", "contestId")
_RULES = (
    "tiebreakMode", "overvoteRule", "winnerElectionMode", "randomSeed", "numberOfWinners",
    "multiSeatBottomsUpPercentageThreshold", "decimalPlacesForVoteArithmetic", "minimumVoteThreshold",
    "maxSkippedRanksAllowed", "maxRankingsAllowed", "nonIntegerWinningThreshold",
    "doesFirstRoundDetermineThreshold", "hareQuota", "batchElimination", "cutoffElimination",
    "continueUntilTwoCandidatesRemain", "stopTabulationEarlyAfterRound", "exhaustOnDuplicateCandidate",
    "treatBlankAsUndeclaredWriteIn", "rulesDescription", "overvoteLabel", "undervoteLabel",
    "undeclaredWriteInLabel",
)  # fmt: skip


def _words(*said: tuple[str, ...]) -> dict[str, str]:
    """Return word → the first of its row: how RCTab 2 writes it; the others are what older versions wrote."""
    return {re.sub(r"[^a-z0-9]", "", word.lower()): row[0] for row in said for word in row}


PROVIDERS = _words(
    ("cdf",), ("clearBallot",), ("dominion",), ("ess", "ES&S"), ("genericCsv", "csv"), ("hart",)
)  # fmt: skip
TIES = _words(
    ("random",),
    ("stopCountingAndAsk", "interactive"),
    ("previousRoundCountsThenRandom", "Previous round counts (then random)"),
    ("previousRoundCountsThenAsk", "Previous round counts (then stop counting and ask)",
     "previousRoundCountsThenInteractive"),
    ("useCandidateOrder", "Use candidate order in the config file", "usePermutationInConfig"),
    ("generatePermutation",),
)  # fmt: skip
OVERVOTES = _words(("alwaysSkipToNextRank",), ("exhaustImmediately",), ("exhaustIfMultipleContinuing",))
MODES = _words(
    ("singleWinnerMajority", "Single-winner majority determines winner", "standardSingleWinner", "standard"),
    ("multiWinnerAllowOnlyOneWinnerPerRound", "multiSeatAllowOnlyOneWinnerPerRound"),
    ("multiWinnerAllowMultipleWinnersPerRound", "multiSeatAllowMultipleWinnersPerRound"),
    ("bottomsUp", "multiSeatBottomsUpUntilNWinners"),
    ("bottomsUpUsingPercentageThreshold", "multiSeatBottomsUpUsingPercentageThreshold"),
    ("multiPassIrv", "multiSeatSequentialWinnerTakesAll"),
)
STV_MODES = ("multiWinnerAllowOnlyOneWinnerPerRound", "multiWinnerAllowMultipleWinnersPerRound")


@dataclass(frozen=True, slots=True)
class CvrSource:
    """One file or folder of cast vote records. Columns count from 1, as spreadsheets do; None where not stated."""

    provider: str
    path: Path
    contest: str
    """The contest's id or name in this file; empty where the file holds one contest."""
    first_column: int | None
    first_row: int | None
    id_column: int | None
    precinct_column: int | None
    batch_column: int | None
    delimiter: str
    overvote: str
    skipped: str
    write_in: str
    """The label, or in Dominion and Hart exports the code, of undeclared write-ins; empty where there are none."""
    blank_is_write_in: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A declared candidate, with the other names and codes that files use."""

    name: str
    aliases: tuple[str, ...]
    excluded: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of the count, in RCTab's own words."""

    tie: str
    overvote: str
    mode: str
    seed: int | None
    winners: int
    part: Fraction | None
    """Of bottoms-up by percentage: the part, cut to the decimals of the count, as RCTab cuts it."""
    decimals: int
    minimum: int
    skipped: int | None
    """None: unlimited."""
    ranks: int | None
    """None: as many as the ballots have."""
    fractional_quota: bool
    first_round_threshold: bool
    hare: bool
    batch: bool
    cutoff: bool
    until_two: bool
    stop_after: int | None
    exhaust_repeated: bool


@dataclass(frozen=True, slots=True)
class Config:
    """A whole configuration. `candidates` are in its order, which decides ties where it says so."""

    place: str
    title: str
    date: str
    jurisdiction: str
    office: str
    by_precinct: bool
    by_batch: bool
    sources: tuple[CvrSource, ...]
    candidates: tuple[Candidate, ...]
    rules: Rules

    @property
    def pooled(self) -> bool:
        """Whether undeclared write-ins are counted, pooled as one choice that cannot win."""
        return any(source.write_in for source in self.sources)


def read_config(path: Path) -> Config:
    """Read a configuration. Raises `BadInputError` for the first thing in it that does not hold."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadInputError(str(path), "the configuration can be read", str(error), "check the path") from error
    if len(data) > MAX_BYTES:
        raise BadInputError(str(path), f"a configuration has at most {MAX_BYTES:,} bytes", "more")
    place = path.name
    top = Fields(strict_loads(data, place), place, _TOP)
    output, rules = top.section("outputSettings", _OUTPUT), top.section("rules", _RULES)
    sources = top.objects("cvrFileSources", _SOURCE)
    if not sources:
        raise top.refusal("cvrFileSources", "names at least one file of cast vote records", "none", "add one")
    read = tuple(_source(one, rules, path.parent) for one in sources)
    if len({(one.path, one.contest) for one in read}) != len(read):
        raise top.refusal("cvrFileSources", "names each file once", "one of them twice", "remove one")
    candidates = _candidates(top, read)
    return Config(
        place=place,
        title=output.text("contestName", required=True),
        date=output.text("contestDate"),
        jurisdiction=output.text("contestJurisdiction"),
        office=output.text("contestOffice"),
        by_precinct=output.flag("tabulateByPrecinct"),
        by_batch=output.flag("tabulateByBatch"),
        sources=read,
        candidates=candidates,
        rules=_rules(rules, sum(not one.excluded for one in candidates), any(one.overvote for one in read)),
    )


def _source(fields: Fields, rules: Fields, folder: Path) -> CvrSource:
    provider = fields.word("provider", PROVIDERS)
    table = provider in ("ess", "genericCsv")
    said = fields.text("filePath", required=True)
    try:
        path = folder / said
        exists = path.exists()
    except (OSError, ValueError):
        exists = False
    if not exists:
        raise fields.refusal("filePath", "names a file or folder that is there, seen from the configuration",
                             repr(said), "copy the file there, or correct the path")  # fmt: skip
    contest = fields.text("contestId", required=not table)
    write_in = fields.text("undeclaredWriteInLabel") or rules.text("undeclaredWriteInLabel")
    blank = fields.flag("treatBlankAsUndeclaredWriteIn") or rules.flag("treatBlankAsUndeclaredWriteIn")
    if blank and not write_in:
        raise fields.refusal("undeclaredWriteInLabel", "is stated where blank cells are write-ins", "nothing")
    delimiter, overvote = fields.text("overvoteDelimiter"), fields.text("overvoteLabel") or rules.text("overvoteLabel")
    if delimiter and overvote:
        raise fields.refusal("overvoteDelimiter", "and overvoteLabel are not stated together", repr(delimiter))
    skipped = fields.text("skippedRankLabel") or fields.text("undervoteLabel") or rules.text("undervoteLabel")
    labels = [label for label in (overvote, skipped, write_in) if label]
    if len(set(labels)) != len(labels):
        raise fields.refusal("overvoteLabel", "differs from the labels of skipped ranks and write-ins", repr(labels))
    return CvrSource(
        provider, path, contest,
        fields.whole("firstVoteColumnIndex", 1, 1_000, required=table),
        fields.whole("firstVoteRowIndex", 1, 100_000, required=table),
        fields.whole("idColumnIndex", 1, 1_000),
        fields.whole("precinctColumnIndex", 1, 1_000),
        fields.whole("batchColumnIndex", 1, 1_000),
        delimiter, overvote, skipped, write_in, blank,
    )  # fmt: skip


def _candidates(top: Fields, sources: tuple[CvrSource, ...]) -> tuple[Candidate, ...]:
    made: list[Candidate] = []
    taken: dict[str, str] = {}
    labels = {label for one in sources for label in (one.overvote, one.skipped, one.write_in) if label}
    for fields in top.objects("candidates", _CANDIDATE):
        name, code = fields.text("name", required=True), fields.text("code")
        aliases = tuple(dict.fromkeys((*([code] if code else []), *fields.texts("aliases"))))
        if name.lower() in RESERVED:
            raise fields.refusal("name", "is no word that the report uses otherwise", repr(name), "spell it otherwise")
        for word in dict.fromkeys((name, *aliases)):
            if taken.setdefault(word, name) != name or (word == name and any(one.name == name for one in made)):
                raise fields.refusal("name", "and aliases belong to one candidate", repr(word), "remove one of them")
            if word in labels:
                raise fields.refusal("name", "and aliases are no labels of cells", repr(word), "correct the labels")
        made.append(Candidate(name, aliases, fields.flag("excluded")))
    if all(one.excluded for one in made):
        raise top.refusal("candidates", "names one who is not excluded", f"{len(made)} candidates", "add one")
    return tuple(made)


def _rules(fields: Fields, candidates: int, labelled: bool) -> Rules:
    tie, overvote = fields.word("tiebreakMode", TIES), fields.word("overvoteRule", OVERVOTES)
    mode = fields.word("winnerElectionMode", MODES)
    seed = fields.whole("randomSeed", -MAX_SEED, MAX_SEED - 1)
    if seed is None and tie in ("random", "previousRoundCountsThenRandom", "generatePermutation"):
        raise fields.refusal("randomSeed", f"is stated where tiebreakMode is {tie}", "nothing", "state the seed")
    if labelled and overvote == "exhaustIfMultipleContinuing":
        raise fields.refusal("overvoteRule", "is another where a label stands for overvotes: it names nobody", overvote)
    decimals = fields.whole("decimalPlacesForVoteArithmetic", 1, 20, required=True) or 1
    percent = fields.whole("multiSeatBottomsUpPercentageThreshold", 1, 100)
    made = Rules(
        tie=tie, overvote=overvote, mode=mode, seed=seed,
        winners=fields.whole("numberOfWinners", 0, max(candidates, 1), required=True) or 0,
        part=None if percent is None else Fraction(percent * 10**decimals // 100, 10**decimals),
        decimals=decimals,
        minimum=fields.whole("minimumVoteThreshold", 0, 1_000_000) or 0,
        skipped=fields.whole_or("maxSkippedRanksAllowed", "unlimited", 0, 1_000_000),
        ranks=fields.whole_or("maxRankingsAllowed", "max", 1, 1_000_000),
        fractional_quota=fields.flag("nonIntegerWinningThreshold"),
        first_round_threshold=fields.flag("doesFirstRoundDetermineThreshold"),
        hare=fields.flag("hareQuota"),
        batch=fields.flag("batchElimination"),
        cutoff=fields.flag("cutoffElimination"),
        until_two=fields.flag("continueUntilTwoCandidatesRemain"),
        stop_after=fields.whole("stopTabulationEarlyAfterRound", 1, 1_000_000),
        exhaust_repeated=fields.flag("exhaustOnDuplicateCandidate"),
    )  # fmt: skip
    _refuse_contradictions(fields, made)
    return made


def _refuse_contradictions(fields: Fields, rules: Rules) -> None:
    """Raise for rules that contradict the mode: RCTab refuses them too, and a count would not be what they say."""
    mode, by_part = rules.mode, rules.mode == "bottomsUpUsingPercentageThreshold"
    single = mode == "singleWinnerMajority"
    right = rules.winners == 1 if single else rules.winners == 0 if by_part else rules.winners > 1
    if not right:
        wanted = "1" if single else "0" if by_part else "more than 1"
        raise fields.refusal("numberOfWinners", f"is {wanted} where winnerElectionMode is {mode}", str(rules.winners))
    if by_part != (rules.part is not None):
        rule = "is stated where, and only where, winnerElectionMode is bottomsUpUsingPercentageThreshold"
        raise fields.refusal("multiSeatBottomsUpPercentageThreshold", rule, mode)
    wrong = {
        "batchElimination": rules.batch and not (single or mode == "multiPassIrv"),
        "continueUntilTwoCandidatesRemain": rules.until_two and not single,
        "doesFirstRoundDetermineThreshold": rules.first_round_threshold and not single,
        "hareQuota": rules.hare and mode not in STV_MODES,
        "nonIntegerWinningThreshold": rules.fractional_quota and mode not in STV_MODES,
        "cutoffElimination": rules.cutoff and not by_part,
    }
    for key, is_wrong in wrong.items():
        if is_wrong:
            raise fields.refusal(key, f"is not true where winnerElectionMode is {mode}", "true", "set it to false")
