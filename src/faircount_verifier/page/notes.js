// Signed notes, verifier keys and cosignatures of witnesses (C2SP signed-note, tlog-cosignature), and DSSE.
import { concat, fromBase64, hex, sameBytes, textOf, utf8 } from "./bytes.js";
import { isSigned } from "./ed25519.js";
import { sha256 } from "./sha.js";

export const LOG_KEY = 1;
export const WITNESS_KEY = 4;

/** A verifier key `name+hash+base64(type ‖ key)`; throws unless the hash is that of name and key. */
export function readKey(text, type) {
  const found = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text);
  if (!found) throw new Error("not a verifier key");
  const [, name, id, encoded] = found;
  const typed = fromBase64(encoded);
  if (typed.length !== 33 || typed[0] !== type) throw new Error(`not a key of type ${type}`);
  const hash = sha256(concat(utf8(`${name}\n`), typed)).slice(0, 4);
  if (hex(hash) !== id) throw new Error("the hash is not that of the name and the key");
  return { name, id, bytes: typed.slice(1) };
}

/** A note's text (its last line end included) and its signatures, each `{name, id, bytes}`; throws otherwise. */
export function readNote(note) {
  const whole = typeof note === "string" ? note : textOf(note);
  const split = whole.lastIndexOf("\n\n");
  if (split < 0 || !whole.endsWith("\n")) throw new Error("not a signed note");
  if (/[\u0000-\u0009\u000b-\u001f]/.test(whole)) throw new Error("a signed note with control characters");
  const signatures = whole.slice(split + 2, -1).split("\n").map(readSignature);
  return { text: whole.slice(0, split + 1), signatures };
}

function readSignature(line) {
  const found = /^— ([^+\s]+) ([A-Za-z0-9+/=]+)$/u.exec(line);
  if (!found) throw new Error("a line of a note is no signature");
  const bytes = fromBase64(found[2]);
  if (bytes.length < 5) throw new Error("a signature is too short");
  return { name: found[1], id: hex(bytes.slice(0, 4)), bytes: bytes.slice(4) };
}

const signaturesBy = (note, key) => note.signatures.filter(({ name, id }) => name === key.name && id === key.id);

/** Whether the note is signed by the log's key, and bears no bad line by it. */
export function isNoteSigned(note, key) {
  const lines = signaturesBy(note, key);
  return lines.length > 0 && lines.every(({ bytes }) => isSigned(key.bytes, utf8(note.text), bytes));
}

/** The time, in seconds, of a good cosignature: eight bytes of it, then the signature; undefined for a bad one. */
function timeOf({ bytes }, key, text) {
  if (bytes.length !== 72) return undefined;
  const time = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  return isSigned(key.bytes, utf8(`cosignature/v1\ntime ${time}\n${text}`), bytes.slice(8)) ? time : undefined;
}

/** The cosignatures of these witnesses: how many different keys signed well, when, and whose lines are bad. */
export function cosignaturesOf(note, witnesses) {
  const signed = new Set();
  const [times, bad] = [[], []];
  const different = new Map(witnesses.map((key) => [`${key.name} ${hex(key.bytes)}`, key]));
  for (const key of different.values()) {
    for (const line of signaturesBy(note, key)) {
      const time = timeOf(line, key, note.text);
      if (time === undefined) {
        bad.push(key.name);
        continue;
      }
      signed.add(hex(key.bytes));
      times.push({ name: key.name, time });
    }
  }
  return { good: signed.size, times, bad };
}

/** Whether a signature of a DSSE envelope over `payload` is by the key. */
export function isEnvelopeSigned(key, type, payload, signature) {
  const head = `DSSEv1 ${utf8(type).length} ${type} ${payload.length} `;
  return isSigned(key.bytes, concat(utf8(head), payload), signature);
}

export const isSameKey = (one, other) =>
  one.name === other.name && one.id === other.id && sameBytes(one.bytes, other.bytes);

export const rootInHex = (root) => hex(fromBase64(root));
