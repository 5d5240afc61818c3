"""Where a figure of a NIST report belongs: its geopolitical unit as jurisdiction and precinct."""

from faircount.read.results.nist_results_records import Record, one, refs, text

_JURISDICTIONS = frozenset(("county", "borough", "city", "town", "township", "village", "municipality"))
_PRECINCTS = frozenset(("precinct", "combined-precinct", "split-precinct", "ward", "polling-place", "vote-center"))
_EVERYWHERE = frozenset(("state", "country"))

Place = tuple[str | None, str | None]
"""Jurisdiction and precinct; None: all."""


class Units:
    """The units of a report and which of them are made of which.

    A unit of one kind may be a part of another in many ways, and figures of both would be counted twice by whoever
    adds them up. So there is one level of jurisdictions (the outermost counties, cities or towns) and one of precincts;
    what lies between them or inside a precinct is not placed, with the reason.
    """

    def __init__(self, units: dict[str, Record], scope: str) -> None:
        self._units, self._scope = units, scope
        self._parents: dict[str, list[str]] = {}
        for key, unit in units.items():
            for child in refs(unit, "ComposingGpUnitIds"):
                self._parents.setdefault(child, []).append(key)
        self._places: dict[tuple[str, bool], Place | str] = {}

    def place(self, key: str, district: str = "") -> Place | str:
        """Return where figures of a unit belong, or in words why they are left out.

        `district` is the unit whose voters elect: its figures are the whole contest. Raises `KeyError` for a unit that
        the report does not define.
        """
        if key not in self._units:
            raise KeyError(key)
        known = (key, key == district)
        if known not in self._places:
            self._places[known] = self._find(*known)
        return self._places[known]

    def name(self, key: str) -> str:
        """Return the name of a unit; empty if there is no such unit."""
        unit = self._units.get(key, {})
        return text(one(unit, "Name")) or text(one(unit, "Number")) or (key if unit else "")

    def _kind(self, key: str) -> str:
        unit = self._units.get(key, {})
        return "device" if str(unit.get("@type", "")).endswith("ReportingDevice") else text(one(unit, "Type"))

    def _find(self, key: str, is_district: bool) -> Place | str:
        kind = self._kind(key)
        if is_district or kind in _EVERYWHERE:
            return None, None
        if kind not in _JURISDICTIONS | _PRECINCTS:
            return (None, None) if key == self._scope else f"figures by {kind or 'a unit of no kind'}"
        above = self._above(key)
        outer = sorted((a for a in above if self._kind(a) in _JURISDICTIONS), key=lambda a: (-len(self._above(a)), a))
        outermost = [a for a in outer if not any(self._kind(b) in _JURISDICTIONS for b in self._above(a))]
        if not outermost and key != self._scope and self._kind(self._scope) in _JURISDICTIONS:
            outermost = [self._scope]
        jurisdiction = self.name(outermost[0]) if len(outermost) == 1 else None
        if kind in _JURISDICTIONS:
            if not outermost:
                return self.name(key), None
            if refs(self._units[key], "ComposingGpUnitIds"):
                return f"figures by {kind}, a part of {jurisdiction or 'another jurisdiction'} with parts of its own"
        elif any(self._kind(a) in _PRECINCTS for a in above):
            return "figures by parts of precincts"
        return jurisdiction, self.name(key)

    def _above(self, key: str) -> set[str]:
        """Return every unit that this one is a part of, however far up; circles end."""
        found: set[str] = set()
        todo = [key]
        while todo:
            for parent in self._parents.get(todo.pop(), ()):
                if parent not in found and parent != key:
                    found.add(parent)
                    todo.append(parent)
        return found
