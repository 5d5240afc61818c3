"""The verifier as one HTML page: plain modules, inlined in the order in which they need each other."""

import base64
import hashlib
import re
from importlib.resources import files
from importlib.resources.abc import Traversable

START = "interface"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z0-9]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class)\b)", re.MULTILINE)


def page() -> str:
    """Return the page; equal sources give equal bytes. Its policy allows this one script and style, and no network."""
    folder = files(__package__) / "page"
    template, style = (_text(folder, name) for name in ("template.html", "page.css"))
    ordered: dict[str, str] = {}
    _gather(folder, START, ordered, ())
    script = "\n'use strict';\n{\n" + "\n".join(ordered.values()) + "}\n"
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = {"policy": policy, "style": style, "script": script}
    return re.sub(r"\{\{(policy|style|script)\}\}", lambda found: parts[found[1]], template)


def _text(folder: Traversable, name: str) -> str:
    return (folder / name).read_text("utf-8")


def _gather(folder: Traversable, name: str, ordered: dict[str, str], above: tuple[str, ...]) -> None:
    """Add a module below all that it imports. Raises `ValueError` for a circle, and for a line that stays behind."""
    if name in above:
        raise ValueError(f"modules import each other in a circle: {' → '.join((*above, name))}")
    if name in ordered:
        return
    source = _text(folder, f"{name}.js")
    for needed in _IMPORT.findall(source):
        _gather(folder, needed, ordered, (*above, name))
    plain = _EXPORT.sub("", _IMPORT.sub("", source))
    if left := re.search(r"^(?:import|export)\b.*|</script", plain, re.MULTILINE):
        raise ValueError(f"{name}.js cannot be inlined: {left[0]}")
    ordered[name] = f"// ---- {name}.js\n{plain}"


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
