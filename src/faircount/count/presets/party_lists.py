"""Laws that share seats among lists. Each is for one constituency; what joins constituencies is named in the note."""

from faircount.count.presets.preset import Preset, decisions

_LOT = "Equal claims are decided by lot: record who won it with tie_record."

PRESETS = (
    Preset(
        "belgium-chamber",
        "Belgium: Chamber of Representatives, one constituency",
        "highest-averages",
        "Code électoral, arts. 165bis, 166, 167 and 172",
        decisions(choices="auto", divisor="dhondt", equal="more-votes", persons="devolution", threshold="1/20"),
        years="since 2003",
        note="Successors (art. 173) are not counted.",
        held_against="the seats of all eleven constituencies and the members elected, 9 June 2024",
    ),
    Preset(
        "spain-congress",
        "Spain: Congress of Deputies, one province",
        "highest-averages",
        "Ley Orgánica 5/1985 del Régimen Electoral General, arts. 96 and 163",
        decisions(
            choices="auto",
            divisor="dhondt",
            equal="more-votes",
            persons="list-order",
            threshold="3/100",
            threshold_base="valid-and-blank",
        ),
        note="Of several ties between lists with equal votes the first goes by lot and the others in turn "
        "(art. 163.1(d)): record each. Blank ballots must be among the cards.",
    ),
    Preset(
        "finland",
        "Finland: Parliament, one electoral district",
        "highest-averages",
        "Election Act (714/1998) §§ 88–90",
        decisions(choices="auto", divisor="dhondt", persons="personal-votes", tie="recorded"),
        note=f"{_LOT} An alliance of parties is one list: give its candidates one party.",
    ),
    Preset(
        "netherlands",
        "Netherlands: House of Representatives",
        "highest-averages",
        "Kieswet arts. P 5–P 7, P 10 and P 15",
        decisions(
            choices="auto",
            divisor="dhondt",
            persons="personal-threshold",
            personal_base="votes-per-seat",
            personal_part="1/4",
            personal_reach="more-than",
            threshold="1/150",
            tie="recorded",
        ),
        years="since 2017",
        seats=150,
        note=f"{_LOT} The full quotas of art. P 6 and the remaining seats of art. P 7 are together D'Hondt among lists "
        "that reach one quota. A list with a majority of votes and no majority of seats (art. P 9) is not corrected.",
    ),
    Preset(
        "sweden-fixed-seats",
        "Sweden: fixed seats of one constituency of the Riksdag",
        "highest-averages",
        "Vallag (2005:837) ch. 14 §§ 2, 3 and 9",
        decisions(
            choices="auto",
            divisor="modified-sainte-lague-1.2",
            persons="personal-threshold",
            personal_base="list-votes",
            personal_part="1/20",
            tie="recorded",
        ),
        years="since 2018",
        note=f"{_LOT} The thresholds, 4 percent of the country or 12 percent of the constituency, are for you to "
        "apply: leave out the lists that reach neither. Levelling seats (§§ 4–6) are not shared out here.",
    ),
)

NOT_COVERED = (
    ("Sweden, Norway, Denmark: levelling seats", "they follow from the whole country; counts here are of one contest"),
    ("Portugal", "of lists with an equal claim the one with fewer votes takes the seat; no option does that"),
    ("Israel", "surplus agreements between lists are shared out before lists are; no option does that"),
)
