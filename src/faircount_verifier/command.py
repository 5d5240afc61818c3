"""The command: what was looked at, every failure, and the status of the whole."""

import argparse
import re
import sys
from pathlib import Path

from faircount_verifier.audit import Audit
from faircount_verifier.bundle import Bundle
from faircount_verifier.forms import CODES, UNSEEN, Findings, dumped


def verify(path: str, key: str | None = None) -> Findings:
    """Return the findings on a bundle; `key` is the log's verifier key as known from elsewhere."""
    findings = Findings()
    with findings.step("5.1", "log"):
        Audit(Bundle(path, key, findings), findings)
    for code in (code for code in CODES if code not in findings.seen | {"2.3"}):
        findings.rows[code, "NOT CHECKED", "bundle", "nothing that could be read leads to this step", ""] = None
    return findings


def report(findings: Findings, as_json: bool) -> tuple[str, str]:
    """Return the status of the whole, which is that of its worst step, and the report."""
    each = {code: findings.status(code) for code in CODES}
    found = {status for code, status in each.items() if (code, status) != ("2.3", "NOT CHECKED")}  # a key is a choice
    whole = next((status for status in ("FAIL", "NOT CHECKED") if status in found), "PASS")
    rows = sorted(findings.rows, key=lambda row: CODES.index(row[0]))
    if as_json:
        listed = [dict(zip(("code", "status", "place", "found", "expected"), row, strict=True)) for row in rows]
        return whole, dumped({"findings": listed, "remarks": findings.remarks, "result": whole, "steps": each}) + "\n"
    lines = [f"{code:5}{status}" for code, status in each.items()]
    lines += [" | ".join(row) for row in rows] + [f"remark: {remark}" for remark in findings.remarks] + [whole]
    return whole, "".join(re.sub(UNSEEN, lambda c: f"\\x{ord(c[0]):02x}", line) + "\n" for line in lines)


def main(arguments: list[str]) -> int:
    """Verify a bundle and return the exit code: 0 PASS, 1 FAIL, 3 NOT CHECKED."""
    parser = argparse.ArgumentParser("verify.py", description="Check an evidence bundle (see its README).")
    here = str(Path(sys.argv[0]).parent) if sys.argv[0].endswith("verify.py") else "."
    parser.add_argument("bundle", nargs="?", default=here, help="folder or zip; else where this file lies")
    parser.add_argument("--key", help="the log's verifier key, from elsewhere than the bundle")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    given = parser.parse_args(arguments)
    whole, text = report(verify(given.bundle, given.key), given.json)
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    return {"PASS": 0, "FAIL": 1}.get(whole, 3)
