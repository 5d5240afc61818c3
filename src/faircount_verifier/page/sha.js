// SHA-256 and SHA-512 (FIPS 180-4), synchronous. The constants are computed as the standard defines them.
import { hex, utf8 } from "./bytes.js";

/** The first 64 bits of the fractional part of the k-th root of a prime. */
function fractionalBits(prime, k) {
  const target = BigInt(prime) << BigInt(64 * k);
  let low = 0n;
  let high = 1n << 80n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(k) <= target) low = middle;
    else high = middle;
  }
  return BigInt.asUintN(64, low);
}

const PRIMES = Array.from({ length: 410 }, (_, n) => n).filter(
  (n) => n > 1 && Array.from({ length: n }, (_, d) => d).every((d) => d < 2 || n % d),
);
const ROUND_512 = PRIMES.slice(0, 80).map((prime) => fractionalBits(prime, 3));
const START_512 = PRIMES.slice(0, 8).map((prime) => fractionalBits(prime, 2));
const upperHalf = (word) => Number(word >> 32n) | 0;
const ROUND_256 = Int32Array.from(ROUND_512.slice(0, 64), upperHalf);
const START_256 = Int32Array.from(START_512, upperHalf);

/** The message with a one bit, zeros and its length in bits, a multiple of `block` bytes. */
function padded(message, block) {
  const counter = block / 8;
  const length = Math.ceil((message.length + 1 + counter) / block) * block;
  const whole = new Uint8Array(length);
  whole.set(message);
  whole[message.length] = 0x80;
  new DataView(whole.buffer).setBigUint64(length - 8, BigInt(message.length) * 8n);
  return whole;
}

const schedule = new Int32Array(64);

export function sha256(message) {
  const state = Int32Array.from(START_256);
  const whole = padded(message, 64);
  const view = new DataView(whole.buffer);
  for (let at = 0; at < whole.length; at += 64) {
    for (let t = 0; t < 16; t++) schedule[t] = view.getInt32(at + 4 * t);
    for (let t = 16; t < 64; t++) {
      const x = schedule[t - 15];
      const y = schedule[t - 2];
      const small0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const small1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      schedule[t] = (schedule[t - 16] + small0 + schedule[t - 7] + small1) | 0;
    }
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let t = 0; t < 64; t++) {
      const big1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + big1 + ((e & f) ^ (~e & g)) + ROUND_256[t] + schedule[t]) | 0;
      const big0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
  const sum = new Uint8Array(32);
  state.forEach((word, n) => new DataView(sum.buffer).setInt32(4 * n, word));
  return sum;
}

const word64 = (value) => BigInt.asUintN(64, value);
const turned = (x, n) => word64((x >> BigInt(n)) | (x << BigInt(64 - n)));

/** SHA-512 on BigInt: slow, and used for signatures only. */
export function sha512(message) {
  const state = [...START_512];
  const whole = padded(message, 128);
  const view = new DataView(whole.buffer);
  for (let at = 0; at < whole.length; at += 128) {
    const w = Array.from({ length: 16 }, (_, t) => view.getBigUint64(at + 8 * t));
    for (let t = 16; t < 80; t++) {
      const small0 = turned(w[t - 15], 1) ^ turned(w[t - 15], 8) ^ (w[t - 15] >> 7n);
      const small1 = turned(w[t - 2], 19) ^ turned(w[t - 2], 61) ^ (w[t - 2] >> 6n);
      w.push(word64(w[t - 16] + small0 + w[t - 7] + small1));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 80; t++) {
      const big1 = turned(e, 14) ^ turned(e, 18) ^ turned(e, 41);
      const one = h + big1 + ((e & f) ^ (word64(~e) & g)) + ROUND_512[t] + w[t];
      const big0 = turned(a, 28) ^ turned(a, 34) ^ turned(a, 39);
      const two = big0 + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, word64(d + one), c, b, a, word64(one + two)];
    }
    [a, b, c, d, e, f, g, h].forEach((word, n) => (state[n] = word64(state[n] + word)));
  }
  const sum = new Uint8Array(64);
  state.forEach((word, n) => new DataView(sum.buffer).setBigUint64(8 * n, word));
  return sum;
}

/** SHA-256 of bytes, or of a text in UTF-8, in hexadecimal. */
export const sum256 = (message) => hex(sha256(typeof message === "string" ? utf8(message) : message));
