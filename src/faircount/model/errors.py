"""One tree of exceptions. Each kind knows the exit code of the program that meets it."""

MAX_FOUND = 500
"""Characters of a bad value that are shown: a file of the wrong kind can put a megabyte where a number should be."""


class FaircountError(Exception):
    """Something a person must act on; `str(error)` is a complete, plain sentence."""

    exit_code = 2


class UsageError(FaircountError):
    """What was asked cannot be done as asked: an unknown contest, rule or option."""

    exit_code = 2


class BadInputError(FaircountError):
    """A file or a value breaks its own rules: names the place, the rule, what was found and what to do.

    Parameters are joined to one sentence: `place: rule; found …; fix`. Of what was found, the first 500 characters.
    """

    exit_code = 3

    def __init__(self, place: str, rule: str, found: str = "", fix: str = "") -> None:
        place, found = (text if len(text) <= MAX_FOUND else text[:MAX_FOUND] + "…" for text in (place, found))
        self.place, self.rule, self.found, self.fix = place, rule, found, fix
        parts = [f"{place}: {rule}"]
        if found:
            parts.append(f"found {found}")
        if fix:
            parts.append(fix)
        super().__init__("; ".join(parts))

    def __reduce__(self) -> tuple[type, tuple[str, str, str, str]]:
        """Survive the way back from a worker process."""
        return type(self), (self.place, self.rule, self.found, self.fix)


class RejectedRowsError(BadInputError):
    """An export holds more rows that break its rules than the user allows: the first thousand, and how many in all.

    `rows` are (file, row, column, value, rule, fix), `total` counts every rejected row met until the reading stopped.
    """

    def __init__(self, place: str, rows: "tuple[RejectedRow, ...]", total: int, allowed: int) -> None:
        file, row, column, value, rule, _ = rows[0]
        where = f"{place}: {file}, row {row}" + (f", column {column}" if column else "")
        others = f"{total:,} rows are rejected in all" if total > 1 else "it is the only one"
        limit = "--strict" if allowed == 0 else f"--max-errors {allowed}"
        super().__init__(where, rule, repr(value), f"{others}; without {limit} they are kept aside and counted")
        self.rows, self.total, self.allowed, self._at = rows, total, allowed, place

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:  # type: ignore[override]
        """Survive the way back from a worker process."""
        return type(self), (self._at, self.rows, self.total, self.allowed)


RejectedRow = tuple[str, int, str | None, str | None, str, str | None]
"""(file, row, column, value, rule, fix) of a row that could not be read."""


class TamperError(FaircountError):
    """Something stored is no longer what was recorded."""

    exit_code = 4


class MissingToolError(FaircountError):
    """This machine lacks something; the message says the command that brings it."""

    exit_code = 5
