// Step 4: the note that witnesses have seen, so that nobody could keep two logs and choose after the dice.
import { placeOf } from "./acts.js";
import { hex } from "./bytes.js";
import { readCheckpoint, rootOf } from "./merkle.js";
import { isCosigned, isNoteSigned, readKey, readNote, rootInHex, WITNESS_KEY } from "./notes.js";

/** Check one `witness` act; returns what its checkpoint says, or null where it says nothing. */
export function checkWitness(act, log, key, { origin, quorum, witnesses }, protocol) {
  const place = placeOf(act);
  const note = protocol.attempt("4.1", place, () => readNote(act.body.checkpoint));
  const head = note && protocol.attempt("4.1", place, () => readCheckpoint(note.text));
  if (!head) return null;
  const before = hex(rootOf(log.leaves.slice(0, act.n)));
  if (head.origin !== origin) protocol.fail("4.1", place, `is of ${head.origin}, and the log is ${origin}`);
  if (head.size !== act.n) protocol.fail("4.1", place, `covers ${head.size} entries, and there were ${act.n}`);
  else if (rootInHex(head.root) !== before) protocol.fail("4.1", place, "has another root than the entries before it");
  if (!isNoteSigned(note, key)) protocol.fail("4.1", place, "is not signed by the log's key");
  const keys = witnesses.map((text) => protocol.attempt("4.2", text, () => readKey(text, WITNESS_KEY))).filter(Boolean);
  const different = new Map(keys.map((witness) => [hex(witness.bytes), witness]));
  const good = [...different.values()].filter((witness) => isCosigned(note, witness));
  if (good.length < quorum) protocol.fail("4.2", place, `${good.length} witnesses signed, and ${quorum} must`);
  if (!quorum) protocol.remark("No witness was asked for: nobody outside confirms that there was only one log.");
  return head;
}
