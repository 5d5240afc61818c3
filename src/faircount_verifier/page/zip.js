// Zip archives (APPNOTE 6.3.9 §§ 4.3.7, 4.3.12, 4.3.16): stored and deflated files, and nothing more.
import { sameBytes, textOf, utf8 } from "./bytes.js";

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const LINK = 0o120000;
const MOST_BYTES = 2 ** 31;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Inflate to exactly `size` bytes; stops as soon as there would be more. */
async function inflated(bytes, size) {
  const whole = new Uint8Array(size);
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (at + value.length > size) {
      await reader.cancel();
      throw new Error("holds more than it says");
    }
    whole.set(value, at);
    at += value.length;
  }
  if (at !== size) throw new Error("holds less than it says");
  return whole;
}

function endOf(view) {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 65557); at--) {
    if (view.getUint32(at, true) === END && at + 22 + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  throw new Error("no zip archive");
}

function* centralEntries(view, bytes) {
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff) throw new Error("a zip archive of a kind (Zip64) that is not read here");
  for (let n = 0; n < count; n++) {
    if (view.getUint32(at, true) !== CENTRAL) throw new Error("the list of files is broken");
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    yield {
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      mode: view.getUint16(at + 40, true),
      local: view.getUint32(at + 42, true),
      name: textOf(bytes.subarray(at + 46, at + 46 + nameLength)),
    };
    at += 46 + nameLength + extra + comment;
  }
}

async function contentOf(one, view, bytes) {
  if (one.flags & 1) throw new Error("is encrypted");
  if ((one.mode & 0o170000) === LINK) throw new Error("is a link");
  if (view.getUint32(one.local, true) !== LOCAL) throw new Error("is not where the list of files says");
  const written = bytes.subarray(one.local + 30, one.local + 30 + view.getUint16(one.local + 26, true));
  if (!sameBytes(written, utf8(one.name))) throw new Error("has another name before its bytes than in the list of files");
  const start = one.local + 30 + view.getUint16(one.local + 26, true) + view.getUint16(one.local + 28, true);
  const packed = bytes.subarray(start, start + one.packed);
  if (packed.length !== one.packed) throw new Error("breaks off");
  if (one.method !== 0 && one.method !== 8) throw new Error(`is packed by a method (${one.method}) that is not read here`);
  const content = one.method === 8 ? await inflated(packed, one.size) : packed.slice();
  if (content.length !== one.size || crc32(content) !== one.crc) throw new Error("is damaged");
  return content;
}

/** Files of a zip archive and what is wrong with it: `{files: Map, problems: [{place, words}]}`. */
export async function readZip(bytes) {
  const files = new Map();
  const problems = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [first, total] = [Infinity, 0];
  try {
    for (const one of centralEntries(view, bytes)) {
      first = Math.min(first, one.local);
      if (one.name.endsWith("/") && !one.size) continue;
      total += one.size;
      if (total > MOST_BYTES) throw new Error("more than 2 GiB when unpacked");
      if (files.has(one.name)) problems.push({ place: one.name, words: "is in the archive twice" });
      try {
        files.set(one.name, await contentOf(one, view, bytes));
      } catch (error) {
        problems.push({ place: one.name, words: error.message });
      }
    }
    if (first > 0) throw new Error("something lies before it, which other programs may read");
  } catch (error) {
    problems.push({ place: "the archive", words: `cannot be read: ${error.message}` });
  }
  return { files, problems };
}

/** Names without the one folder that everything lies in, where there is one. */
export function withoutTopFolder(files) {
  if (files.has("statement.dsse.json")) return files;
  const names = [...files.keys()];
  const top = `${names[0]?.split("/")[0]}/`;
  const isFolder = /^(?!\.)[^\\:\u0000-\u001f]+\/$/.test(top); // and no way out of it, such as `../`
  const isInTop = isFolder && names.every((name) => name.startsWith(top));
  return isInTop ? new Map([...files].map(([name, bytes]) => [name.slice(top.length), bytes])) : files;
}
