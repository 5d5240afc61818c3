"""The page docs/forgeries.md: the catalog in plain words."""

from gallery.forgeries import FORGERIES

HEAD = """\
# The gallery of forgeries

An evidence bundle is worth what it withstands. Here are {count} forgeries of good bundles. Each is made by a small
program from an audit that passes, and each is refused for the right reason, a step of [the specification](bundle.md),
by both verifiers: `verify.py`, and the page `verify.html`, which says itself what it does not look at.

A forger who holds the log's key signs everything anew, and whatever hangs on the forgery is made to follow it: numbers
of acts, sums of files, the witnessed checkpoint, tiles, statement, and, where records were forged, the draw, entries,
every risk and decision. So a forgery is wrong in what was forged, and in nothing else. The log's key is given to the
verifiers from elsewhere than the bundle.

Beside these, every single byte of a small bundle is changed, one after the other: none of the changes is accepted.

- Who: **anybody** has the bundle and no key; **the log** means who holds the log's key; **the log and a witness**, who
  holds that of one witness, too.
- Step: where two are named, the table of acts can be read both ways, and a verifier names the one or the other.
- Not on the page: what `verify.html` does not look at. It says so, and never calls that step PASS.
- The forged bundles themselves, for whoever writes a verifier: `python tests/gallery/write.py OUT`.

What no verifier can see: paper that was not kept safely, people who did not write down what they saw, a key that was
never the officials'. For that there are eyes, witnesses, and the key published elsewhere.
"""
STEPS = (
    "The bundle", "The statement", "The log", "Witnesses", "The order of acts", "The files", "The reported outcome",
    "The assertions", "The seed", "The sample", "The paper", "The risk", "The decisions", "The number of cards",
)  # fmt: skip
WHO = {
    "anybody who has the bundle": "anybody",
    "who holds the log's key": "the log",
    "who holds the log's key and that of one witness": "the log and a witness",
}


def page() -> str:
    """Return the page."""
    note = "<!-- Written by docs/generate.py from the catalog tests/gallery/forgeries: change it there, not here. -->\n"
    lines = [note, HEAD.format(count=len(FORGERIES))]
    for number, title in enumerate(STEPS, 1):
        lines += [
            f"## {number}. {title}\n",
            "| Step | What is forged | Who could | Its name |",
            "| --- | --- | --- | --- |",
        ]
        for one in FORGERIES:
            if one.codes[0].split(".")[0] == str(number):
                words = one.words + (f" Not on the page: {one.unseen}." if one.unseen else "")
                cells = (" or ".join(one.codes), words.replace("|", "\\|"), WHO[one.who], f"`{one.name}`")
                lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)
