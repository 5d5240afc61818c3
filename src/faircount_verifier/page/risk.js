// Step 12: p-values of draws without replacement by bets, and of batches by taints. Sums that decide are exact.
import { Fraction, largest, ONE, ratio, ZERO } from "./fraction.js";

function number(settings, name, otherwise) {
  if (Object.hasOwn(settings, name)) return Fraction.ofDecimal(settings[name]).toNumber();
  if (otherwise === undefined) throw new Error(`the setting ${name} is missing`);
  return otherwise;
}

/** The bet λ of a draw from what was known before it: `{drawn, size, total, mean, upper}` (S_j, μ_j, U). */
const BETS = {
  "betting-fixed": (settings) => {
    const bet = number(settings, "bet");
    return () => bet;
  },
  "kaplan-kolmogorov": (settings) => {
    const g = number(settings, "g");
    return ({ mean }) => 1 / (Math.max(mean, 0) + g);
  },
  "alpha-fixed": (settings, reported) => {
    const eta0 = number(settings, "eta0", reported);
    return (past) => {
      const eta = (past.size * eta0 - past.total) / (past.size - past.drawn);
      return betOf(Math.min(Math.max(eta, past.mean), past.upper), past);
    };
  },
  alpha: (settings, reported) => {
    const eta0 = number(settings, "eta0", reported);
    const [d, c] = [number(settings, "d", 100), number(settings, "c", (eta0 - 0.5) / 2)];
    return (past) => {
      const weight = d + past.drawn;
      const eta = Math.max((d * eta0 + past.total) / weight, past.mean + c / Math.sqrt(weight));
      return betOf(Math.min(eta, past.upper * (1 - 2 ** -52)), past);
    };
  },
  cobra: (settings) => {
    const q = number(settings, "winner_to_loser");
    return ({ upper }) => {
      const gain = upper / 2 - 0.5;
      // Where the derivative of (1 − q) ln(1 + λ·gain) + q ln(1 − λ/2) is 0.
      return gain > 0 ? Math.min(Math.max(2 - 2 * q - q / gain, 0), 2) : 0;
    };
  },
};
const SETTINGS = {
  "betting-fixed": ["bet"], "kaplan-kolmogorov": ["g"], "alpha-fixed": ["eta0"], alpha: ["eta0", "d", "c"],
  cobra: ["winner_to_loser"], macro: [],
};

/** ALPHA's η as a bet; 0 where the mean of what is left is not between 0 and the bound. */
const betOf = (eta, { mean, upper }) => (mean > 0 && mean < upper ? (eta / mean - 1) / (upper - mean) : 0);

/** Whether this page knows the risk function and every setting of it. */
export const isKnownRisk = (name, settings) =>
  Object.hasOwn(SETTINGS, name) && Object.keys(settings).every((key) => SETTINGS[name].includes(key));

/** A common denominator, so that sums are of whole numbers. */
function denominatorOf(fractions) {
  const gcd = (a, b) => (b ? gcd(b, a % b) : a);
  return fractions.reduce((shared, { d }) => (shared / gcd(shared, d)) * d, 2n);
}

/**
 * The smallest p_j over the draws: the null is that the mean of `size` cards is ½. `values` are fractions between 0
 * and `upper`, in the order of draws; `reported` stands for `eta0` where it is not stated. 1 where nothing was drawn.
 */
export function smallestP(name, settings, values, size, upper, reported) {
  const bet = BETS[name](settings, reported);
  const shared = denominatorOf([...new Set(values), upper]);
  const scaled = ({ n, d }) => n * (shared / d);
  const most = scaled(upper);
  const bound = upper.toNumber();
  let room = (BigInt(size) * shared) / 2n;
  let logWealth = 0;
  let smallest = 1;
  values.forEach((value, drawn) => {
    const left = size - drawn;
    const mean = ratio(room, BigInt(left) * shared);
    const total = ratio(BigInt(size) * shared - 2n * room, 2n * shared);
    const wanted = bet({ drawn, size, total, mean, upper: bound });
    const limit = mean > 0 ? 1 / mean : 0;
    const lambda = Math.min(Math.max(wanted, 0), limit);
    logWealth += Math.log1p(Math.max(lambda * (value.toNumber() - mean), -1));
    room -= scaled(value);
    smallest = Math.min(smallest, pAfter(room, BigInt(left - 1) * most, logWealth));
  });
  return smallest;
}

/** p after a draw: certain where the draws leave no doubt, else 1/T. `room` is N t less the sum so far. */
function pAfter(room, mostLeft, logWealth) {
  if (room < 0n) return 0;
  if (room >= mostLeft) return 1;
  return Math.exp(Math.min(0, -logWealth));
}

/**
 * MACRO: the smallest p after any of the draws. `taints` and `bound` are exact; once a taint is at the bound, all that
 * could be overstated is.
 */
export function macroP(bound, taints) {
  if (ONE.isAbove(bound)) return 0;
  const end = taints.findIndex((taint) => taint.compare(bound) >= 0);
  const counted = end < 0 ? taints : taints.slice(0, end);
  const every = bound.equals(1) ? -Infinity : Math.log1p(-ONE.over(bound).toNumber());
  let log = 0;
  let smallest = 1;
  for (const taint of counted) {
    log += every - Math.log1p(-largest([ZERO, taint]).over(bound).toNumber());
    smallest = Math.min(smallest, Math.exp(log));
  }
  return smallest;
}

/** A card's overstatement as a number that is above ½ on average where the claim is true. */
export function comparisonValue(reported, found, upper, margin) {
  const two = new Fraction(2n);
  return ONE.minus(reported.minus(found).over(upper)).over(two.minus(margin.over(upper)));
}

export const comparisonUpper = (upper, margin) => new Fraction(2n).over(new Fraction(2n).minus(margin.over(upper)));
