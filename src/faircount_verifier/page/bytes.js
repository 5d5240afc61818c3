// Bytes and the ways in which a bundle writes them down. Every reader here refuses what it would write differently.

export const utf8 = (text) => new TextEncoder().encode(text);

/** Text of UTF-8 bytes; throws for bytes that are none. A byte order mark stays in the text, where it is seen. */
export const textOf = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function fromHex(text) {
  if (text.length % 2 || /[^0-9a-f]/.test(text)) throw new Error("not lower-case hexadecimal");
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** Bytes of base64 as RFC 4648 § 4 has it: padded, no other signs, no bits left over. */
export function fromBase64(text) {
  const binary = atob(text);
  if (btoa(binary) !== text) throw new Error("not canonical base64");
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const sameBytes = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
