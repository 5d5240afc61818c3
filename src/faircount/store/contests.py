"""The contests of a workspace: what the sources say of them, and what a person has decided."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from faircount.model import BadInputError, CardCount, Choice, Contest, name_key
from faircount.store.engine import Engine

_CONTESTS = """
with held as (select contest, max(list_max(list_transform(marks, lambda m: m.rank))) as deepest
                from patterns group by contest),
     said as (select contest, min(votes_allowed) as least, max(votes_allowed) as votes_allowed, max(ranks) as ranks,
                     min(seats) as fewest, max(seats) as seats, min(place) as place,
                     bool_or(source in (select source from sources where format = 'shareholder-csv')) as of_a_meeting
                from contests group by contest)
select coalesce(said.contest, held.contest) as contest, votes_allowed, least, ranks, seats, fewest,
       held.contest is not null as on_cards, deepest, coalesce(of_a_meeting, false)
  from said full join held on said.contest = held.contest
 order by said.place nulls last, 1
"""

_CHOICES = """
with marked as (select distinct contest, unnest(list_transform(marks, lambda m: m.choice)) as choice from patterns),
     said as (select contest, choice, max(party) as party, min(kind) as kind, min(place) as place
                from choices group by contest, choice)
select coalesce(said.contest, marked.contest) as contest, coalesce(said.choice, marked.choice) as choice,
       coalesce(party, '') as party, coalesce(kind, 'regular') as kind
  from said full join marked on said.contest = marked.contest and said.choice = marked.choice
 order by 1, place nulls last, 2
"""

YES_NO = ({"yes", "no"}, {"yes for", "no against"}, {"bonds yes", "bonds no"}, {"for", "against"})
"""Names, as keys, by which a measure is known."""

_YES = frozenset({"yes", "yes for", "bonds yes", "for"})

ABSTENTIONS = {
    **dict.fromkeys(("abstain", "abstained", "abstention"), "abstain"),
    **dict.fromkeys(("withhold", "withheld"), "withhold"),
    **dict.fromkeys(("broker non vote", "broker non votes"), "broker-non-vote"),
}
"""Name, as a key, → kind of choices of which no form says whether they count. Marks elect nobody who is called so."""

PROXY_CARD = {"for", "against", "withhold", "abstain"}
"""Names, as keys, of what a proxy card offers: which part of which votes passes a proposal is for bylaws to say."""


def contests_of(
    engine: Engine, decisions: Mapping[str, Mapping[str, Any]], undecided: str = ""
) -> tuple[dict[str, Contest], dict[str, str]]:
    """Return title → contest for every contest that a card or a source names, and title → why it has no contest.

    Where no person decided, the rule is taken from the form: ranked → `instant-runoff`; a single choice between yes
    and no → `threshold` at more than half; else → `plurality` with as many seats as votes allowed. Order: as the
    sources place them. A contest whose sources contradict one another, or without choices, is in the second part.
    A proposal of a shareholders' meeting has the choice FOR, whether or not anybody voted so. A choice by a name of
    `ABSTENTIONS` has the kind that it says where voters mark; where they rank, they may place it like anybody
    (as "none of the above" and "further discussion" are). `undecided` is the rule of contests whose rule a person has
    still to decide, for who counts nothing; without it they have no contest.
    """
    choices: dict[str, list[Choice]] = {}
    for title, name, party, kind in engine.ask(_CHOICES).rows:
        choices.setdefault(title, []).append(Choice(name, party, kind))
    found: dict[str, Contest] = {}
    without: dict[str, str] = {}
    for title, allowed, least, ranks, seats, fewest, on_cards, deepest, meeting in engine.ask(_CONTESTS).rows:
        decided = decisions.get(title, {})
        keys = {name_key(choice.name) for choice in choices.get(title, ())}
        proposal = meeting and bool(keys) and (keys <= PROXY_CARD or decided.get("rule") == "proposal")
        if proposal and not keys & {"for", "yes"}:
            choices[title].insert(0, Choice("FOR"))
        waiting = (
            "" if "rule" in decided else _waiting(choices.get(title, ()), proposal or bool(keys & ABSTENTIONS.keys()))
        )
        if waiting and undecided:
            decided = {**decided, "rule": undecided}
        if not on_cards:
            without[title] = "no card holds it"
        elif not choices.get(title):
            without[title] = "no source lists its choices and no card bears a mark in it"
        elif waiting and not undecided:
            without[title] = waiting
        elif "votes_allowed" not in decided and allowed != least:
            without[title] = f"sources disagree on votes allowed ({least} and {allowed}): faircount decide"
        elif "seats" not in decided and seats != fewest:
            without[title] = f"sources disagree on seats ({fewest} and {seats}): faircount decide"
        else:
            ranked = max(ranks or 0, deepest or 0)
            try:
                found[title] = _contest(title, tuple(choices.get(title, ())), allowed, ranked, seats, decided)
            except BadInputError as error:
                without[title] = str(error)
    return found, without


def _waiting(choices: Iterable[Choice], can_abstain: bool) -> str:
    """Return why a person must decide the rule of a contest with such choices; empty where its form says it."""
    if any(choice.kind == "group" for choice in choices):
        return (
            "its ballots can be marked for groups: which rule says what that means is for a person to say: "
            "faircount decide, for the Australian Senate with --rule senate-stv"
        )
    if can_abstain:
        return (
            "which votes it needs, and whether abstentions count, is for its law or bylaws to say: faircount "
            "decide, for shareholders with --rule proposal -O standard=… (votes-cast, present, represented or "
            "outstanding)"
        )
    return ""


def _contest(
    title: str, choices: tuple[Choice, ...], allowed: int | None, ranks: int, seats: int | None,
    decided: Mapping[str, Any],
) -> Contest:  # fmt: skip
    ranked = ranks > 1
    allowed = int(decided.get("votes_allowed") or allowed or 1)
    seats = int(decided.get("seats") or seats or (1 if ranked else allowed))
    options = {str(k): str(v) for k, v in decided.get("options", {}).items()}
    if not ranked:
        choices = tuple(
            replace(choice, kind=ABSTENTIONS.get(name_key(choice.name), "regular"))
            if choice.kind == "regular"
            else choice
            for choice in choices
        )
    keys = {name_key(choice.name) for choice in choices if choice.kind == "regular"}
    rule = "instant-runoff" if ranked else "plurality"
    if not ranked and allowed == 1 and keys in YES_NO:
        rule = "threshold"
    rule = str(decided.get("rule") or rule)
    if rule == "threshold":
        options = measured(choices, options)
    return Contest(
        title=title,
        choices=choices,
        seats=seats,
        votes_allowed=1 if ranked else allowed,
        ranks=ranks if ranked else 0,
        rule=rule,
        options=tuple(sorted(options.items())),
        cards_bound=CardCount(int(decided["cards"])) if "cards" in decided else None,
    )


def measured(choices: Iterable[Choice], options: Mapping[str, str]) -> dict[str, str]:
    """Return the options of a measure with the choice that says yes, where nobody stated it and it is not the first.

    Records without an order of the ballot have `No` before `Yes`, and some ballots do; a measure that passes by its No
    is none.
    """
    regular = [choice.name for choice in choices if choice.kind == "regular"]
    says = [name for name in regular if name_key(name) in _YES]
    if "yes" in options or {name_key(name) for name in regular} not in YES_NO or says == regular[:1]:
        return dict(options)
    return {**options, "yes": says[0]}
