// The seed, the tickets and the samples (steps 9 and 10).
import { Assorter } from "./ballots.js";
import { canonical } from "./canonical.js";
import { writeCsv } from "./csv.js";
import { largest, ZERO } from "./fraction.js";
import { rootInHex } from "./notes.js";
import { sum256 } from "./sha.js";

const MOST_DRAWS = 10_000_000;

/** What a promise commits to. */
export const promiseOf = (party, nonce, value) => sum256(["faircount-promise/1", party, nonce, value].join("\n"));

/** The seed of dice and reveals; `root` is that of the witnessed checkpoint, in base64. */
export function seedOf(digits, root, reveals) {
  if (!reveals.size) return digits;
  const parts = [...reveals].map(([party, value]) => `${party}=${value}`).sort();
  return sum256(["faircount-seed/1", rootInHex(root), digits, ...parts].join("\n"));
}

const ticketOf = (seed, unit) => sum256(canonical([seed, unit]));

/** Units with their tickets, lowest ticket first. */
export function byTicket(seed, units) {
  const drawn = Array.from(units, (unit) => [ticketOf(seed, unit), unit]);
  return drawn.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
}

/** Units of a polling audit: `batch, 1` … `batch, n`. */
export const pollingUnits = (batches) =>
  batches.flatMap(([batch, n]) => Array.from({ length: n }, (_, at) => `${batch}, ${at + 1}`));

/** For a batch audit: what each batch could hold of error, by contest and over all audited, and its whole bound. */
export function boundsOf({ contests, batches }) {
  const ofContest = new Map(contests.map((contest) => [contest.id, errorsPossible(contest, batches)]));
  const audited = contests.filter((contest) => contest.audited && contest.assertions.length);
  const most = batches.map((_, at) => largest([ZERO, ...audited.map(({ id }) => ofContest.get(id).most[at])]));
  const whole = most.map((u) => (u.n * 10n ** 9n + u.d - 1n) / u.d);
  return { ofContest, whole, total: whole.reduce((total, b) => total + b, 0n) };
}

/** Of each assertion r_i and V, and u_i = (r_i − n_i·least)/V at most over the assertions of the contest. */
function errorsPossible(contest, batches) {
  const assertions = contest.assertions.map(({ assorter }) => {
    const made = new Assorter(assorter);
    const gains = batches.map(({ contests }) => (contests[contest.id] ? made.gainOfGroup(contests[contest.id]) : ZERO));
    return { assorter: made, gains, all: gains.reduce((total, r) => total.plus(r), ZERO) };
  });
  const isUsable = assertions.length > 0 && assertions.every(({ all }) => all.isAbove(ZERO));
  const most = batches.map(({ contests }, at) => {
    if (!isUsable) return ZERO;
    const cards = contests[contest.id]?.cards ?? 0;
    return largest(assertions.map(({ assorter, gains, all }) => gains[at].minus(assorter.least.times(cards)).over(all)));
  });
  return { assertions, most, isUsable };
}

/** The index of the batch of draw d: a number from a hash, drawn again where it would not be even. */
function batchOfDraw(seed, d, bounds) {
  const limit = (2n ** 256n / bounds.total) * bounds.total;
  let number;
  for (let k = 0; number === undefined || number >= limit; k++) number = BigInt(`0x${sum256(`${seed},${d},${k}`)}`);
  let left = number % bounds.total;
  return bounds.whole.findIndex((bound) => {
    left -= bound;
    return left < 0n;
  });
}

/**
 * Everything that a round draws: the rows of its sample file, and the units. `era` has the seed and the committed
 * data; the tickets are made once. Throws where the sizes have not the form that the design asks for.
 */
export function drawnBy(era, sizes) {
  const { data, seed } = era;
  if (data.design === "comparison") return drawnCards(era, sizes);
  if (Object.keys(sizes).join() !== "*") throw new Error('the sizes of this design are {"*": n}');
  if (data.design === "polling") {
    era.tickets ??= byTicket(seed, pollingUnits(data.batches));
    return sampleOf("ticket", era.tickets.slice(0, sizes["*"]));
  }
  era.bounds ??= boundsOf(data);
  if (sizes["*"] > MOST_DRAWS) throw new Error(`more than ${MOST_DRAWS} draws`);
  if (era.bounds.total <= 0n) throw new Error("no batch could hold an error, so none can be drawn");
  if (era.bounds.total >= 2n ** 256n) throw new Error("the bounds are beyond what a hash can draw from");
  const drawn = Array.from({ length: sizes["*"] }, (_, at) => batchOfDraw(seed, at + 1, era.bounds));
  return { ...sampleOf("draw", drawn.map((at, d) => [String(d + 1), data.batches[at].batch])), drawn };
}

function drawnCards(era, sizes) {
  const { data, seed } = era;
  era.tickets ??= byTicket(seed, data.units.keys());
  const unknown = Object.keys(sizes).find((id) => !data.byId.has(id));
  if (unknown !== undefined) throw new Error(`${unknown} is no contest`);
  const left = new Map(Object.entries(sizes));
  const taken = era.tickets.filter(([, unit]) => {
    let isTaken = false;
    for (const id of data.units.get(unit).held.keys()) {
      if (!(left.get(id) > 0)) continue;
      left.set(id, left.get(id) - 1);
      isTaken = true;
    }
    return isTaken;
  });
  return sampleOf("ticket", taken);
}

const sampleOf = (first, rows) => ({
  csv: writeCsv([[first, "unit"], ...rows]),
  units: new Set(rows.map(([, unit]) => unit)),
});
