// Exact fractions of BigInt.

function gcd(a, b) {
  while (b) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
}

const bits = (n) => BigInt(n.toString(2).length);

/** The nearest-but-rounding double of n/d, also where both are beyond the range of doubles; d above 0. */
export function ratio(n, d) {
  if (n === 0n) return 0;
  if (n < 0n) return -ratio(-n, d);
  const shift = 70n - bits(n) + bits(d);
  const scaled = shift >= 0n ? (n << shift) / d : n / (d << -shift);
  return Number(scaled) * 2 ** -Number(shift);
}

export class Fraction {
  constructor(n, d = 1n) {
    const shared = gcd(n, d) * (d < 0n ? -1n : 1n);
    if (!shared || !d) throw new Error("a fraction without a denominator");
    this.n = n / shared;
    this.d = d / shared;
  }

  /** Reads `"3/4"`, `"-1/2"`, `"7"`, in lowest terms, or a whole number; throws for anything else. */
  static of(value) {
    if (value instanceof Fraction) return value;
    if (typeof value === "bigint" || Number.isSafeInteger(value)) return new Fraction(BigInt(value));
    const found = typeof value === "string" && /^(-?(?:0|[1-9][0-9]{0,299}))(?:\/([1-9][0-9]{0,299}))?$/.exec(value);
    if (!found) throw new Error("not a fraction");
    const fraction = new Fraction(BigInt(found[1]), BigInt(found[2] ?? 1));
    if (fraction.toString() !== value) throw new Error("a fraction that is not in lowest terms");
    return fraction;
  }

  /** Reads decimal text, `0.05` or `3`. */
  static ofDecimal(text) {
    const found = typeof text === "string" && /^(-?[0-9]{1,30})(?:\.([0-9]{1,30}))?$/.exec(text);
    if (!found) throw new Error("not a decimal number");
    const digits = found[2] ?? "";
    return new Fraction(BigInt(found[1] + digits), 10n ** BigInt(digits.length));
  }

  plus(other) {
    const o = Fraction.of(other);
    return new Fraction(this.n * o.d + o.n * this.d, this.d * o.d);
  }

  minus(other) {
    return this.plus(Fraction.of(other).times(-1n));
  }

  times(other) {
    const o = Fraction.of(other);
    return new Fraction(this.n * o.n, this.d * o.d);
  }

  over(other) {
    const o = Fraction.of(other);
    return new Fraction(this.n * o.d, this.d * o.n);
  }

  /** Below 0, 0 or above 0, as this is less than, equal to or more than `other`. */
  compare(other) {
    const o = Fraction.of(other);
    const difference = this.n * o.d - o.n * this.d;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  isAbove(other) {
    return this.compare(other) > 0;
  }

  equals(other) {
    return this.compare(other) === 0;
  }

  toNumber() {
    return ratio(this.n, this.d);
  }

  toString() {
    return this.d === 1n ? `${this.n}` : `${this.n}/${this.d}`;
  }
}

export const ZERO = new Fraction(0n);
export const ONE = new Fraction(1n);
export const HALF = new Fraction(1n, 2n);
export const sum = (fractions) => fractions.reduce((total, one) => total.plus(one), ZERO);
export const largest = (fractions) => fractions.reduce((most, one) => (one.isAbove(most) ? one : most));
