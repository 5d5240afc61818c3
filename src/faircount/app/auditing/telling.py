"""The log and the bundle as tables that people read."""

import hashlib
import zipfile
from pathlib import Path
from typing import Any

from faircount.app.auditing.held import HeldAudit
from faircount.model import Act, Answer, BadInputError, UsageError


def act_rows(held: HeldAudit, kind: str = "") -> Answer:
    """Return every act in a line, or those of one kind."""
    rows = tuple(
        (act.n, act.at, act.act, act.by.name, act.by.role, _about(act)) for act in held.acts if kind in ("", act.act)
    )
    return Answer(("act", "at", "what", "who", "as", "about"), rows)


def act_document(held: HeldAudit, number: int) -> dict[str, Any]:
    """Return one act whole. Raises `UsageError` where there is none."""
    if number >= len(held.acts):
        raise UsageError(f"the log has {len(held.acts):,} acts, 0 to {len(held.acts) - 1:,}")
    act = held.acts[number]
    by = {"name": act.by.name, "role": act.by.role}
    return {"act": act.act, "at": act.at, "body": dict(act.body), "by": by, "n": act.n}


def _about(act: Act) -> str:
    body = act.body
    if act.act in ("entry", "resolve", "correct"):
        return str(body["unit"]) + ("" if body["found"] else ": not found")
    for name in ("seed", "digits", "party", "contest", "words", "reason", "design"):
        if name in body:
            return str(body[name])
    return f"round {body['round']}" if "round" in body else ""


def files_of_bundle(path: Path) -> Answer:
    """Return the files of a bundle, a folder or a zip, with length and SHA-256."""
    if path.is_dir():
        parts = {str(one.relative_to(path)): one.read_bytes() for one in path.rglob("*") if one.is_file()}
    else:
        try:
            with zipfile.ZipFile(path) as archive:
                parts = {name: archive.read(name) for name in archive.namelist()}
        except (zipfile.BadZipFile, OSError, RuntimeError) as error:
            raise BadInputError(str(path), "a bundle is a folder or a zip", str(error)) from error
    return Answer(("file", "bytes", "SHA-256"), tuple(
        (name, len(data), hashlib.sha256(data).hexdigest()) for name, data in sorted(parts.items())))  # fmt: skip
