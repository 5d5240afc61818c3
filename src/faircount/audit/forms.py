"""Nouns of an audit as plain JSON values, and back: what docs/bundle.md calls a ballot, counted ballots, a contest.

Reading is strict: what has another form is refused with its place, so that nothing is half understood.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from faircount.model import (
    Assertion,
    BadInputError,
    Ballot,
    CandidateIndex,
    CardCount,
    Choice,
    Contest,
    Counted,
    Seen,
    Subject,
)
from faircount.model.assertion import as_json, assorter_from_json

Json = Any


def utf16(text: str) -> bytes:
    """Return what texts are sorted by: their UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")


def written(number: Fraction | int) -> str:
    """Return a fraction as text in lowest terms: `3/4`, `-1/2`, `7`."""
    return str(Fraction(number))


def fraction_of(text: Json, place: str) -> Fraction:
    """Return the fraction that is written so. Raises `BadInputError` unless it is text in lowest terms."""
    try:
        found = Fraction(text) if isinstance(text, str) else None
    except (ValueError, ZeroDivisionError):
        found = None
    if found is None or str(found) != text:
        raise BadInputError(place, "a fraction is text in lowest terms, 3/4 or 7", repr(text))
    return found


def whole_of(value: Json, place: str, most: int | None = None) -> int:
    """Return a whole number from 0, or to `most`. Raises `BadInputError` for anything else, true and false included."""
    if type(value) is not int or value < 0 or (most is not None and value > most):
        raise BadInputError(place, f"a whole number from 0{f' to {most}' if most is not None else ''}", repr(value))
    return value


def ballot_json(ballot: Ballot) -> Json:
    """Return a ballot as JSON; parts of votes (a law that divides them) as text."""
    found: dict[str, Json] = {}
    if ballot.votes:
        found["votes"] = [[int(c), int(n) if n.denominator == 1 else written(n)] for c, n in sorted(ballot.votes)]
    if ballot.ranking:
        found["ranking"] = [int(c) for c in ballot.ranking]
    return found


def ballot_of(value: Json, contest: Contest, place: str) -> Ballot:
    """Return the ballot. Raises `BadInputError` for a vote that the contest does not know or allow."""
    if not isinstance(value, dict) or not value.keys() <= {"votes", "ranking"}:
        raise BadInputError(place, "a ballot has votes, a ranking, or neither", repr(value))
    last = len(contest.choices) - 1
    votes = []
    for pair in _list(value.get("votes", []), place):
        if not isinstance(pair, list) or len(pair) != 2:
            raise BadInputError(place, "votes are pairs of a choice and a number", repr(pair))
        number = fraction_of(pair[1], place) if isinstance(pair[1], str) else whole_of(pair[1], place)
        if isinstance(number, Fraction) and number.denominator == 1:
            raise BadInputError(place, "whole votes are numbers, and parts of votes are text", repr(pair))
        if number <= 0:
            raise BadInputError(place, "a choice without votes is not listed", repr(pair))
        votes.append((CandidateIndex(whole_of(pair[0], place, last)), number))
    ranking = [CandidateIndex(whole_of(c, place, last)) for c in _list(value.get("ranking", []), place)]
    if [c for c, _ in votes] != sorted({c for c, _ in votes}) or len(set(ranking)) != len(ranking):
        raise BadInputError(place, "each choice is there once, votes in the order of the ballot", repr(value))
    return Ballot(tuple(votes), tuple(ranking))


def counted_json(counted: Counted) -> Json:
    """Return counted ballots as JSON."""
    return {"cards": int(counted.cards), "ballots": [[ballot_json(ballot), n] for ballot, n in counted.ballots]}


def counted_of(value: Json, contest: Contest, place: str) -> Counted:
    """Return the counted ballots. Raises `BadInputError` for another form."""
    if not isinstance(value, dict) or value.keys() != {"cards", "ballots"}:
        raise BadInputError(place, "counted ballots have `cards` and `ballots`", repr(value))
    ballots = []
    for pair in _list(value["ballots"], place):
        if not isinstance(pair, list) or len(pair) != 2:
            raise BadInputError(place, "counted ballots are pairs of a ballot and a number", repr(pair))
        ballots.append((ballot_of(pair[0], contest, place), whole_of(pair[1], place)))
    return Counted(CardCount(whole_of(value["cards"], place)), tuple(ballots))


def seen_json(seen: Seen) -> Json:
    """Return what was found of a unit as the body of an entry has it."""
    found: dict[str, Json] = {}
    for contest, one in sorted(seen.contests.items()):
        found[contest] = None if one is None else counted_json(one) if isinstance(one, Counted) else ballot_json(one)
    return {"found": seen.found, "contests": found}


def seen_of(body: Mapping[str, Json], contests: Mapping[str, Contest], batch: bool, place: str) -> Seen:
    """Return what an entry says was found. Raises `BadInputError` for an unknown contest or another form."""
    found, parts = body.get("found"), body.get("contests")
    if not isinstance(found, bool) or not isinstance(parts, dict) or (parts and not found):
        raise BadInputError(
            place, "an entry says whether the unit was found, and if so what is on it", repr(body)[:200]
        )
    made: dict[str, Ballot | Counted | None] = {}
    for name, value in parts.items():
        if name not in contests:
            raise BadInputError(place, f"a contest is one of {', '.join(sorted(contests))}", repr(name))
        where = f"{place}, contest {name}"
        if batch:
            made[name] = counted_of(value, contests[name], where)
        else:
            made[name] = None if value is None else ballot_of(value, contests[name], where)
    return Seen(found, made)


def subject_json(one: Subject) -> Json:
    """Return a contest as committed, as JSON."""
    held, outcome = one.contest, {"elected": [int(c) for c in one.elected], "verdict": one.verdict}
    if one.seats_won:
        outcome["seats"] = [int(n) for n in one.seats_won]
    return {
        "id": one.id, "title": held.title, "seats": held.seats, "votes_allowed": held.votes_allowed,
        "ranks": held.ranks, "rule": held.rule, "options": dict(held.options), "cards": int(one.cards),
        "choices": [{"kind": c.kind, "name": c.name, "party": c.party} for c in held.choices],
        "outcome": outcome, "audited": one.audited, "risk_limit": written(one.risk_limit),
        "risk_function": one.risk_function, "settings": dict(one.settings), "implies": one.implies, "words": one.words,
        "assertions": [
            _claim_json(assertion, margin) for assertion, margin in zip(one.assertions, one.margins, strict=True)
        ],
    }  # fmt: skip


def _claim_json(one: Assertion, margin: Fraction) -> Json:
    sides = {side: None if at is None else int(at) for side, at in (("winner", one.winner), ("loser", one.loser))}
    standing = [int(c) for c in one.standing]
    return {"kind": one.kind, "claim": one.claim, **sides, "standing": standing, "assorter": as_json(one.assorter),
            "margin": written(margin)}  # fmt: skip


def subject_of(value: Json, place: str) -> Subject:
    """Return a contest as committed. Raises `BadInputError` for another form."""
    try:
        contest = Contest(
            value["title"], tuple(Choice(c["name"], c["party"], c["kind"]) for c in value["choices"]),
            whole_of(value["seats"], place), whole_of(value["votes_allowed"], place), whole_of(value["ranks"], place),
            value["rule"], tuple(sorted(value["options"].items())), CardCount(whole_of(value["cards"], place)),
        )  # fmt: skip
        outcome, claims = value["outcome"], value["assertions"]
        assertions = tuple(
            Assertion(contest.title, c["kind"], c["claim"], assorter_from_json(c["assorter"]),
                      c["winner"], c["loser"], tuple(c["standing"]))
            for c in claims
        )  # fmt: skip
        return Subject(
            value["id"], contest, CardCount(value["cards"]), tuple(outcome["elected"]), outcome["verdict"],
            tuple(outcome.get("seats", ())), value["audited"], fraction_of(value["risk_limit"], place),
            value["risk_function"], tuple(sorted(value["settings"].items())), value["implies"], value["words"],
            assertions, tuple(fraction_of(c["margin"], place) for c in claims),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadInputError(
            place, "a contest has the form of docs/bundle.md", f"{type(error).__name__}: {error}"
        ) from None


def _list(value: Json, place: str) -> list[Json]:
    if not isinstance(value, list):
        raise BadInputError(place, "a list", repr(value))
    return value
