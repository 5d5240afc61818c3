// Step 4: the note that witnesses have seen, so that nobody could keep two logs and choose after the dice.
import { placeOf } from "./acts.js";
import { hex, sameBytes } from "./bytes.js";
import { readable } from "./forms.js";
import { readCheckpoint, rootOf } from "./merkle.js";
import { cosignaturesOf, isNoteSigned, readKey, readNote, rootInHex, WITNESS_KEY } from "./notes.js";

const MOST_SECONDS_AHEAD = 300;

const keyOf = (text) => readKey(text, WITNESS_KEY);

/** Check one `witness` act; returns what its checkpoint says, or null where it says nothing. */
export function checkWitness(act, log, key, policy, protocol) {
  const place = placeOf(act);
  const note = protocol.attempt("4.1", place, () => readNote(act.body.checkpoint));
  const head = note && protocol.attempt("4.1", place, () => readCheckpoint(note.text));
  if (!head) return null;
  const before = hex(rootOf(log.leaves.slice(0, act.n)));
  if (head.origin !== policy.origin) protocol.fail("4.1", place, `is of ${head.origin}, and the log is ${policy.origin}`);
  if (head.size !== act.n) protocol.fail("4.1", place, `covers ${head.size} entries, and there were ${act.n}`);
  else if (rootInHex(head.root) !== before) protocol.fail("4.1", place, "has another root than the entries before it");
  if (!isNoteSigned(note, key)) protocol.fail("4.1", place, "is not signed by the log's key");
  checkCosignatures(note, act, key, policy, protocol);
  return head;
}

/** Step 4.2. */
function checkCosignatures(note, act, key, policy, protocol) {
  const place = placeOf(act);
  const witnesses = policy.witnesses.map((text) => protocol.attempt("4.2", text, () => keyOf(text))).filter(Boolean);
  for (const { bytes, name } of witnesses) {
    if (sameBytes(bytes, key.bytes)) protocol.fail("4.2", name, "is the log's own key, and no witness");
  }
  const { bad, good, times } = cosignaturesOf(note, witnesses);
  for (const name of bad) protocol.fail("4.2", place, `the line by ${name} is no good cosignature`);
  const latest = BigInt(Date.parse(act.at) / 1000 + MOST_SECONDS_AHEAD);
  for (const { name, time } of times) {
    if (time > latest) protocol.fail("4.2", place, `${name} signed more than ${MOST_SECONDS_AHEAD} seconds after ${act.at}`);
  }
  if (good < policy.quorum) protocol.fail("4.2", place, `${good} witnesses signed, and ${policy.quorum} must`);
}

/** What a reader must know of the witnesses, and of who saw the end of the log. */
export function remarkOnWitnesses(end, policy, protocol) {
  const witnesses = policy.witnesses.filter(readable(keyOf)).map(keyOf);
  if (!policy.quorum) protocol.remark("No witness was asked for: nobody outside confirms that there was only one log.");
  if (witnesses.length) {
    protocol.remark("The witnesses' keys come only from the bundle: that proves nothing about who the witnesses are.");
  }
  const { bad, good } = cosignaturesOf(end, witnesses);
  for (const name of bad) protocol.fail("3.1", "log/checkpoint", `the line by ${name} is no good cosignature`);
  if (good >= policy.quorum) return;
  protocol.remark(
    `The final checkpoint has ${good} good cosignatures of ${policy.quorum}: what came after the commit rests on the log's key alone.`,
  );
}
