"""What an election's records can hold, by name: so that what a format does not hold is said and never forgotten."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that records may hold. `grave`: without it votes are no longer the votes that were cast."""

    name: str
    words: str
    """What it is, in words that begin a sentence about what is lost."""
    about: str
    """`cards`, `patterns` (what is said in a contest), `contests`, `tables`: where it belongs."""
    grave: bool = False


_ALL = (
    Feature("jurisdiction", "the jurisdiction of each card", "cards"),
    Feature("tabulator", "the tabulator of each card", "cards"),
    Feature("batch", "the batch of each card", "cards"),
    Feature("position", "the place of each card in its batch", "cards"),
    Feature("imprinted_id", "the id imprinted on each card", "cards"),
    Feature("sheet", "which sheet of its ballot a card is", "cards"),
    Feature("style", "the ballot style of each card", "cards"),
    Feature("precinct", "the precinct of each card", "cards"),
    Feature("portion", "the precinct portion of each card", "cards"),
    Feature("counting_group", "the counting group of each card (by mail, election day, provisional)", "cards"),
    Feature("session_type", "how each card was scanned (session type)", "cards"),
    Feature("adjudicated", "which cards a person adjudicated", "cards"),
    Feature("weight", "cards that count for other than one vote each (shares, fractions)", "cards", grave=True),
    Feature("ballots", "which cards belong to one ballot", "cards"),
    Feature("place_in_source", "the file and record of the source from which each card was read", "cards"),
    Feature("superseded", "readings that were replaced, such as the machine's before adjudication", "cards"),
    Feature("density", "densities of marks", "cards"),
    Feature("write_in_density", "densities of write-in areas", "cards"),
    Feature("write_in", "texts or images of write-ins", "cards"),
    Feature("vote_flags", "whether the tabulator called each mark a vote", "patterns"),
    Feature("ambiguous", "marks that the export calls ambiguous", "patterns"),
    Feature("score", "scores of marks", "patterns"),
    Feature("mark_conditions", "the voting system's remarks on single marks", "patterns"),
    Feature("conditions", "the voting system's remarks on contests of a card", "patterns"),
    Feature("overvoted_ranks", "ranks that the export calls overvoted without naming the choices", "patterns"),
    Feature("figures", "the under- and overvotes that the export states for each card", "patterns"),
    Feature("contest_key", "the source's own ids of contests", "contests"),
    Feature("votes_allowed", "how many votes a contest allows", "contests"),
    Feature("ranks", "how many ranks a voter could use", "contests"),
    Feature("seats", "how many seats a contest fills", "contests"),
    Feature("district", "the district of each contest", "contests"),
    Feature("choice_key", "the source's own ids of choices", "contests"),
    Feature("party", "the parties of choices", "contests"),
    Feature("kind", "which choices are write-ins, and of which kind", "contests"),
    Feature("no_cards", "contests that no card holds", "contests"),
    Feature("cards", "cast vote records", "tables"),
    Feature("styles", "which contests each ballot style holds", "tables"),
    Feature("manifest", "the ballot manifest", "tables"),
    Feature("manifest_claims", "counts of batches claimed by others than the manifest", "tables"),
    Feature("manifest_county", "the jurisdiction of each batch", "tables"),
    Feature("manifest_container", "the container of each batch", "tables"),
    Feature("manifest_tabulator", "the tabulator of each batch", "tables"),
    Feature("reported", "reported results", "tables"),
    Feature("turnout", "reported turnout", "tables"),
    Feature("rejected", "rows of the sources that could not be read", "tables", grave=True),
    Feature("facts", "what the sources say of themselves", "tables"),
    Feature("files", "names and SHA-256 of the sources' files", "tables"),
    Feature("decisions", "what a person has decided on contests (rule, seats, options)", "tables"),
)
FEATURES: dict[str, Feature] = {feature.name: feature for feature in _ALL}
"""Everything a writer may declare that it holds, by name."""


def about(*kinds: str, without: tuple[str, ...] = ()) -> frozenset[str]:
    """Return the names of all features of these kinds, except `without`."""
    return frozenset(f.name for f in _ALL if f.about in kinds and f.name not in without)
