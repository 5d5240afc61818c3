// Steps 1 to 3: the files, the signed statement over them, and the log with its checkpoint.
import { fromBase64, hex, sameBytes } from "./bytes.js";
import { readCanonical } from "./canonical.js";
import { exactly, isName, isSum, isText, isWhole, listOf, record } from "./forms.js";
import { entriesIn, leafHash, readCheckpoint, rootOf, tilesOf } from "./merkle.js";
import { isEnvelopeSigned, isNoteSigned, isSameKey, LOG_KEY, readKey, readNote, rootInHex } from "./notes.js";
import { sum256 } from "./sha.js";

const STATEMENT = "statement.dsse.json";
const CHECKPOINT = "log/checkpoint";
const REQUIRED = ["README.md", STATEMENT, CHECKPOINT];
const PAYLOAD_TYPE = "application/vnd.in-toto+json";

const isEnvelope = record({
  payload: isText,
  payloadType: exactly(PAYLOAD_TYPE),
  signatures: (list) => listOf(record({ keyid: isText, sig: isText }))(list) && list.length === 1,
});
const isStatement = record({
  _type: exactly("https://in-toto.io/Statement/v1"),
  predicate: record({
    format: exactly("faircount/1"),
    log: record({ origin: isName, root: isSum, size: isWhole }),
  }),
  predicateType: exactly("https://faircount.org/bundle/v1"),
  subject: listOf(record({ digest: record({ sha256: isSum }), name: isText })),
});

/** Step 1.1. */
export function checkNames(files, protocol) {
  const seen = new Map();
  for (const name of files.keys()) {
    const isPlain = name.split("/").every((part) => /^[A-Za-z0-9._-]+$/.test(part) && part !== "." && part !== "..");
    if (!isPlain) protocol.fail("1.1", name, "is no plain name");
    const folded = name.normalize("NFC").toLowerCase();
    if (seen.has(folded)) protocol.fail("1.1", name, `differs from ${seen.get(folded)} in case only`);
    seen.set(folded, name);
  }
  for (const name of REQUIRED) if (!files.has(name)) protocol.fail("1.1", name, "is missing");
  protocol.did("1.1");
}

/** Steps 1.2, 1.3 and 2.1; returns the envelope and the statement, or null. */
export function readStatement(files, protocol) {
  if (!files.has(STATEMENT)) return null;
  const envelope = protocol.attempt("2.1", STATEMENT, () => readCanonical(files.get(STATEMENT)));
  if (envelope === undefined) return null;
  if (!isEnvelope(envelope)) {
    protocol.fail("2.1", STATEMENT, "is not an envelope of the form asked for");
    return null;
  }
  const payload = protocol.attempt("2.1", `${STATEMENT}, payload`, () => fromBase64(envelope.payload));
  if (payload === undefined) return null;
  const statement = protocol.attempt("2.1", `${STATEMENT}, payload`, () => readCanonical(payload));
  if (statement === undefined) return null;
  if (!isStatement(statement)) {
    protocol.fail("2.1", `${STATEMENT}, payload`, "is not a statement of the form asked for");
    return null;
  }
  protocol.did("2.1");
  checkSubjects(files, statement.subject, protocol);
  return { envelope, payload, statement };
}

function checkSubjects(files, subjects, protocol) {
  const named = new Set([STATEMENT]);
  for (const { name, digest } of subjects) {
    if (named.has(name)) protocol.fail("2.1", name, "is named twice by the statement, or is the statement itself");
    named.add(name);
    if (!files.has(name)) protocol.fail("1.2", name, "is named by the statement and is not there");
    else if (sum256(files.get(name)) !== digest.sha256) protocol.fail("1.2", name, "has another SHA-256 than stated");
  }
  for (const name of files.keys()) if (!named.has(name)) protocol.fail("1.3", name, "is not named by the statement");
  protocol.did("1.2");
  protocol.did("1.3");
}

/** Step 3.4 as far as it needs no table of acts: the entries as values, undefined where one is not canonical. */
export function readEntries(files, protocol) {
  const raw = protocol.attempt("3.3", "log/tile/entries", () => entriesIn(files));
  if (raw?.length === 0) protocol.fail("3.2", "log/tile/entries", "there are no entries");
  if (!raw?.length) return null;
  const entries = raw.map((bytes, n) => protocol.attempt("3.4", `entry ${n}`, () => readCanonical(bytes)));
  return { raw, entries, leaves: raw.map(leafHash) };
}

/** The log's key as its first act states it; null where there is none to be read. */
export function logKey(entries, protocol) {
  const stated = entries[0]?.body?.log_key;
  return protocol.attempt("3.4", "entry 0, log_key", () => readKey(stated, LOG_KEY));
}

/** Steps 2.2 and 2.3. */
export function checkSignature({ envelope, payload }, key, given, protocol) {
  const keyId = `${key.name}+${key.id}`;
  const [{ keyid, sig }] = envelope.signatures;
  const bytes = protocol.attempt("2.2", STATEMENT, () => fromBase64(sig));
  const isGood = keyid === keyId && bytes && isEnvelopeSigned(key, PAYLOAD_TYPE, payload, bytes);
  if (!isGood) protocol.fail("2.2", STATEMENT, `is not signed by the log's key ${keyId}`);
  protocol.did("2.2");
  if (!given) {
    protocol.remark("No key was given from outside: the signatures prove that nothing was changed since, and not who made them.");
    return;
  }
  const outside = protocol.attempt("2.3", "the key given", () => readKey(given, LOG_KEY));
  if (outside && !isSameKey(outside, key)) protocol.fail("2.3", keyId, "is not the key given from outside");
  protocol.did("2.3");
}

/** Steps 3.1, 3.2, 3.3 and 3.5; returns the final checkpoint as a note, where there is one to be read. */
export function checkLog(files, log, key, origin, statement, protocol) {
  const note = files.has(CHECKPOINT) && protocol.attempt("3.1", CHECKPOINT, () => readNote(files.get(CHECKPOINT)));
  const head = note && protocol.attempt("3.1", CHECKPOINT, () => readCheckpoint(note.text));
  if (head) {
    if (head.origin !== origin) protocol.fail("3.1", CHECKPOINT, `is of ${head.origin}, and the log is ${origin}`);
    if (!isNoteSigned(note, key)) protocol.fail("3.1", CHECKPOINT, "is not signed by the log's key");
    protocol.did("3.1");
    const root = hex(rootOf(log.leaves));
    const words = `says ${head.size} entries; there are ${log.raw.length}`;
    if (head.size !== log.raw.length) protocol.fail("3.2", CHECKPOINT, words);
    else if (rootInHex(head.root) !== root) protocol.fail("3.2", CHECKPOINT, "has another root than the entries");
    protocol.did("3.2");
    if (statement) checkNamedLog(statement.predicate.log, head, protocol);
  }
  checkTiles(files, log.raw, protocol);
  return note;
}

function checkNamedLog(named, head, protocol) {
  const isSame = named.origin === head.origin && named.size === head.size && named.root === rootInHex(head.root);
  if (!isSame) protocol.fail("3.5", STATEMENT, "names another origin, size or root than the checkpoint");
  protocol.did("3.5");
}

function checkTiles(files, raw, protocol) {
  const right = tilesOf(raw);
  for (const [path, bytes] of right) {
    if (!files.has(path)) protocol.fail("3.3", path, "is missing");
    else if (!sameBytes(files.get(path), bytes)) protocol.fail("3.3", path, "is not what the entries give");
  }
  for (const path of files.keys()) {
    const isStray = path.startsWith("log/") && path !== CHECKPOINT && !right.has(path);
    if (isStray) protocol.fail("3.3", path, "is no tile of this log");
  }
  protocol.did("3.3");
}
