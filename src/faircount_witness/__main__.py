"""Run a witness of audits' logs: with files that travel on a stick, or by HTTP. Python 3.10 or later, nothing else.

python3 -m faircount_witness init example.org/witness-of-ada
"""

import argparse
import json
import os
import re
import stat
import sys
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from faircount_witness.keys import Trouble, key_of
from faircount_witness.witness import Refusal, Witness, own_key, parsed

LONGEST = 100_000
"""Bytes of a request at most."""
PLAIN, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"


class Door(BaseHTTPRequestHandler):
    """POST /add-checkpoint cosigns; GET /seen tells what was cosigned last, for whoever wants to compare."""

    witness: Witness
    protocol_version, timeout = "HTTP/1.1", 20

    def do_POST(self) -> None:
        """Answer a request with the status, type and body of c2sp.org/tlog-witness."""
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch("[0-9]{1,9}", length) or int(length) > LONGEST:
            self.close_connection = True  # the body is not read, and must not be taken for the next request
            return self._say(413, f"A request states its length, {LONGEST} bytes at most.\n")
        body = self.rfile.read(int(length))
        if self.path != "/add-checkpoint":
            return self._say(404, "POST /add-checkpoint, GET /seen.\n")
        try:
            line = self.witness.answer(body).decode()
        except Refusal as no:
            told = (f"{no.seen[0]}\n", SIZE) if no.seen else (f"{no}\n", PLAIN)
            return self._say(no.status, *told, str(no))
        except (OSError, Trouble) as error:
            return self._say(500, "The memory cannot be kept; nothing was cosigned.\n", words=str(error))
        self._say(200, line)

    def do_GET(self) -> None:
        """Tell what was cosigned last of each log."""
        if self.path != "/seen":
            return self._say(404, "POST /add-checkpoint, GET /seen.\n")
        told = {"key": str(own_key(self.witness.folder)[0]), "seen": self.witness.memory()["seen"]}
        self._say(200, json.dumps(told), "application/json")

    def _say(self, status: int, body: str, kind: str = PLAIN, words: str = "") -> None:
        self.send_response_only(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body.encode())))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())
        say(f"{self.path} {status} {words}")


def say(words: str) -> None:
    """Say something on standard error, in such a way that no name can steer a terminal."""
    print("".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in words), file=sys.stderr)


def answer_file(witness: Witness, source: Path, target: Path) -> int:
    """Answer a request that came as a file; return 0, or 1 where it is refused. Either answer is a file, too."""
    body = source.read_bytes() if source.stat().st_size <= LONGEST else b""
    try:
        said, code = witness.answer(body), 0
        request = parsed(body)
        say(f"Cosigned: {request.origin}, {request.size} acts, root\n{request.root.hex()}")
        say("If another root was read aloud for this log, say so now, and loudly.")
    except Refusal as no:
        last = f"{no.seen[0]} {no.seen[1].hex()}\n" if no.seen else ""
        said, code = f"refused {no.status} {own_key(witness.folder)[0].name}\n{last}{no}\n".encode(), 1
        say(f"REFUSED ({no.status}): {no}")
    with target.open("wb") as stream:
        stream.write(said)
        stream.flush()
        if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):  # a stick is pulled out without asking
            os.fsync(stream.fileno())
    say(f"Carry this back: {target}")
    return code


def main(arguments: "list[str] | None" = None) -> int:
    """Do what is asked for; return 0, 1 where a request was refused, 2 where something is in the way."""
    parser = argparse.ArgumentParser(prog="witness", description="Cosign the checkpoints of audits' logs.")
    folder = Path(os.environ.get("FAIRCOUNT_WITNESS") or Path.home() / "faircount-witness")
    parser.add_argument("--folder", type=Path, default=folder, help="where key and memory are; default: %(default)s")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("init", help="make a key").add_argument("name", help="such as example.org/witness-of-ada")
    commands.add_parser("key", help="print the key that you give to the log's owner and to everybody else")
    trust = commands.add_parser("trust", help="watch a log")
    trust.add_argument("origin")
    trust.add_argument("vkey")
    answer = commands.add_parser("answer", help="answer a request that came as a file")
    answer.add_argument("request", type=Path)
    answer.add_argument("-o", "--out", type=Path, help="default: beside the request, ending in .answer")
    serve = commands.add_parser("serve", help="answer requests by HTTP")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=0, help="default: a free one")
    chosen, code = parser.parse_args(arguments), 0
    try:
        if chosen.command != "key":
            with closing(Witness(chosen.folder, begin=chosen.command == "init")) as witness:
                code = obey(witness, chosen)
        if chosen.command in ("init", "key"):
            print(own_key(chosen.folder)[0])
        return code
    except (Trouble, OSError) as error:
        say(f"witness: {error}")
        return 2
    except KeyboardInterrupt:
        return 130


def obey(witness: Witness, chosen: argparse.Namespace) -> int:
    """Do what was typed."""
    if chosen.command == "init":
        witness.begin(chosen.name)
    witness.memory()
    if chosen.command == "trust":
        witness.trust(chosen.origin, key_of(chosen.vkey))
    elif chosen.command == "answer":
        out = chosen.out or Path(str(chosen.request).removesuffix(".request") + ".answer")
        return answer_file(witness, chosen.request, out)
    elif chosen.command == "serve":
        with ThreadingHTTPServer((chosen.host, chosen.port), type("Here", (Door,), {"witness": witness})) as server:
            print(f"http://{chosen.host}:{server.server_address[1]}", flush=True)
            server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
