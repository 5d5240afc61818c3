// The log as a tree of hashes (RFC 6962 § 2.1) and as tiles (C2SP tlog-tiles).
import { concat } from "./bytes.js";
import { sha256 } from "./sha.js";

const WIDTH = 256;

export const leafHash = (entry) => sha256(concat(Uint8Array.of(0), entry));
const nodeHash = (left, right) => sha256(concat(Uint8Array.of(1), left, right));

/** The root of these leaf hashes: split at the largest power of two below their number. */
export function rootOf(leaves) {
  if (leaves.length === 0) return sha256(new Uint8Array());
  if (leaves.length === 1) return leaves[0];
  let split = 1;
  while (2 * split < leaves.length) split *= 2;
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/** `x001/x234/067`, and `.p/17` behind it for a tile that is not full. */
function tilePath(number, width) {
  const digits = String(number).padStart(3 * Math.ceil(String(number).length / 3), "0");
  const groups = digits.match(/.{3}/g);
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  return width < WIDTH ? `${path}.p/${width}` : path;
}

function tilesOfLevel(level, items, join) {
  const tiles = new Map();
  for (let at = 0; at < items.length; at += WIDTH) {
    const part = items.slice(at, at + WIDTH);
    tiles.set(`log/tile/${level}/${tilePath(at / WIDTH, part.length)}`, join(part));
  }
  return tiles;
}

const withLength = (entry) => concat(Uint8Array.of(entry.length >> 8, entry.length & 255), entry);

/** Every tile of a log of these entries: path → bytes. */
export function tilesOf(entries) {
  const tiles = tilesOfLevel("entries", entries, (part) => concat(...part.map(withLength)));
  let hashes = entries.map(leafHash);
  for (let level = 0; hashes.length; level++) {
    for (const [path, bytes] of tilesOfLevel(level, hashes, (part) => concat(...part))) tiles.set(path, bytes);
    const full = Math.floor(hashes.length / WIDTH);
    hashes = Array.from({ length: full }, (_, n) => rootOf(hashes.slice(n * WIDTH, (n + 1) * WIDTH)));
  }
  return tiles;
}

/** The entries in the tiles `log/tile/entries/…`, in the order of the log; throws where a tile breaks off. */
export function entriesIn(files) {
  const tiles = [];
  for (const path of files.keys()) {
    const found = /^log\/tile\/entries\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/[0-9]+)?$/.exec(path);
    if (found) tiles.push([Number(found[1].replaceAll(/[x/]/g, "")), path]);
  }
  tiles.sort((one, other) => one[0] - other[0] || (one[1] < other[1] ? -1 : 1));
  return tiles.flatMap(([, path]) => entriesOfTile(files.get(path), path));
}

function entriesOfTile(bytes, path) {
  const entries = [];
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at] << 8) | bytes[at + 1];
    if (at + 2 + length > bytes.length) throw new Error(`${path} breaks off within entry ${entries.length + 1}`);
    entries.push(bytes.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}

/** What a checkpoint's text says (C2SP tlog-checkpoint): origin, size and root in base64. */
export function readCheckpoint(text) {
  const found = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text);
  if (!found || !Number.isSafeInteger(Number(found[2]))) throw new Error("not the text of a checkpoint");
  return { origin: found[1], size: Number(found[2]), root: found[3] };
}
