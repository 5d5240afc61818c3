// Ed25519 signatures, checked strictly (RFC 8032 § 5.1.7): one encoding of each point and scalar, no small order.
import { concat, sameBytes } from "./bytes.js";
import { sha512 } from "./sha.js";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (x) => ((x % P) + P) % P;

function power(base, exponent) {
  let result = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = (b * b) % P) if (e & 1n) result = (result * b) % P;
  return result;
}

const inverse = (x) => power(x, P - 2n);
const D = mod(-121665n * inverse(121666n));
const ROOT_OF_MINUS_1 = power(2n, (P - 1n) / 4n);
const NEUTRAL = [0n, 1n, 1n, 0n];

/** The sum of two points in extended coordinates [X, Y, Z, T]; complete, so that doubling is no special case. */
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * D * t1 * t2);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function times(scalar, point) {
  let result = NEUTRAL;
  for (let p = point, s = scalar; s > 0n; s >>= 1n, p = add(p, p)) if (s & 1n) result = add(result, p);
  return result;
}

const isNeutral = ([x, y, z]) => x === 0n && y === z;
const hasSmallOrder = (point) => isNeutral(times(8n, point));

const littleEndian = (bytes) => bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);

function encoded([x, y, z]) {
  const [flatX, flatY] = [mod(x * inverse(z)), mod(y * inverse(z))];
  const number = flatY | ((flatX & 1n) << 255n);
  return Uint8Array.from({ length: 32 }, (_, at) => Number((number >> BigInt(8 * at)) & 255n));
}

/** The point that 32 bytes encode; null where they encode none, or not in the one form allowed. */
function decoded(bytes) {
  const number = littleEndian(bytes);
  const y = number & (2n ** 255n - 1n);
  if (y >= P) return null;
  const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x - square) !== 0n) x = mod(x * ROOT_OF_MINUS_1);
  if (mod(x * x - square) !== 0n) return null;
  const isOdd = number >> 255n;
  if (x === 0n && isOdd) return null;
  if ((x & 1n) !== isOdd) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

const BASE_Y = mod(4n * inverse(5n));
const BASE = decoded(Uint8Array.from({ length: 32 }, (_, at) => Number((BASE_Y >> BigInt(8 * at)) & 255n)));

/** Whether `signature` (64 bytes) of `message` is by `key` (32 bytes). */
export function isSigned(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const [rBytes, sBytes] = [signature.slice(0, 32), signature.slice(32)];
  const a = decoded(key);
  const r = decoded(rBytes);
  const s = littleEndian(sBytes);
  if (!a || !r || s >= L || hasSmallOrder(a) || hasSmallOrder(r)) return false;
  const h = littleEndian(sha512(concat(rBytes, key, message))) % L;
  return sameBytes(encoded(times(s, BASE)), encoded(add(r, times(h, a))));
}
