"""One tree of exceptions. Each kind knows the exit code of the program that meets it."""


class FaircountError(Exception):
    """Something a person must act on; `str(error)` is a complete, plain sentence."""

    exit_code = 2


class UsageError(FaircountError):
    """What was asked cannot be done as asked: an unknown contest, rule or option."""

    exit_code = 2


class BadInputError(FaircountError):
    """A file or a value breaks its own rules: names the place, the rule, what was found and what to do.

    Parameters are joined to one sentence: `place: rule; found …; fix`.
    """

    exit_code = 3

    def __init__(self, place: str, rule: str, found: str = "", fix: str = "") -> None:
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


class TamperError(FaircountError):
    """Something stored is no longer what was recorded."""

    exit_code = 4


class MissingToolError(FaircountError):
    """This machine lacks something; the message says the command that brings it."""

    exit_code = 5
