// Canonical JSON: RFC 8785 without floats. What is read must be, byte for byte, what would be written.
import { textOf } from "./bytes.js";

const DEEPEST = 64;

/** The canonical text of a value; throws for numbers that are not whole or beyond 2^53 − 1, and for broken letters. */
export function canonical(value, depth = 0) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error("a number is not whole, or beyond 2^53 − 1");
    return String(value);
  }
  if (typeof value === "string") return quoted(value);
  if (depth === DEEPEST) throw new Error(`more than ${DEEPEST} levels`);
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, depth + 1)).join(",")}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${quoted(key)}:${canonical(value[key], depth + 1)}`).join(",")}}`;
}

function quoted(text) {
  if (/\p{Surrogate}/u.test(text)) throw new Error("half of a letter (a lone surrogate)");
  return JSON.stringify(text);
}

/** Nothing is inherited: a key that is not in the file is not in the object, whatever its name. */
function bare(value) {
  if (value === null || typeof value !== "object") return value;
  Object.values(value).forEach(bare);
  return Array.isArray(value) ? value : Object.setPrototypeOf(value, null);
}

/**
 * The value of canonical JSON. Repeated keys, floats, other orders, blanks and escapes all come out differently when
 * written again, and so are refused here.
 */
export function readCanonical(bytes) {
  const text = textOf(bytes);
  const value = JSON.parse(text);
  if (canonical(value) !== text) throw new Error("not canonical JSON");
  return bare(value);
}
