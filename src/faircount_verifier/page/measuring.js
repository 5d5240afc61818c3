// Steps 7, 8, 12 and 13: what the committed records and the entries give, held against what was said.
import { areCounted, Assorter, whyImpossible, whyTooMany } from "./ballots.js";
import { boundsOf } from "./draw.js";
import { Fraction, HALF, largest, ZERO } from "./fraction.js";
import { comparisonUpper, comparisonValue, isKnownRisk, macroP, smallestP } from "./risk.js";
import { isSameOutcome, outcomeOf } from "./rules.js";
import { CannotCount } from "./ties.js";

/** Steps 7.1 and 8.1. */
export function checkReported({ contests, design, groups, batches }, protocol) {
  if (design === "batch") remarkOnUnlisted(contests, batches, protocol);
  for (const contest of contests) {
    countAgain("7.1", contest.id, contest, groups.get(contest.id), contest.outcome, protocol);
    contest.assertions.forEach(({ assorter, margin }, at) => {
      const place = `${contest.id}, assertion ${at}`;
      const right = protocol.attempt("8.1", place, () => marginOf(new Assorter(assorter), groups.get(contest.id), contest.cards));
      if (!right) return;
      if (!right.equals(Fraction.of(margin))) protocol.fail("8.1", place, `the records give the margin ${right}`);
      else if (!right.isAbove(ZERO)) protocol.fail("8.1", place, `the margin ${right} is not above 0`);
    });
  }
  protocol.did("7.1");
  protocol.did("8.1");
}

/** Cards of a batch that are not listed for a contest could hold it all the same. */
function remarkOnUnlisted(contests, batches, protocol) {
  for (const { id, title } of contests.filter(({ audited }) => audited)) {
    const fuller = batches.filter(({ cards, contests: listed }) => listed[id] && cards > listed[id].cards);
    const names = fuller.map(({ batch }) => batch);
    if (names.length) protocol.remark(`${title}: batches that hold more cards than they list for it: ${names.join(", ")}.`);
  }
}

/** 2·mean − 1: Σ g / (−least · N), since every card without a vote record or pool has the value ½. */
const marginOf = (assorter, groups, cards) =>
  groups.reduce((total, group) => total.plus(assorter.gainOfGroup(group)), ZERO).over(assorter.least.times(-cards));

function countAgain(code, place, contest, groups, stated, protocol) {
  try {
    const found = outcomeOf(contest, groups);
    if (!isSameOutcome(found, stated)) protocol.fail(code, place, `a count gives: ${inWords(contest, found)}`);
    return found;
  } catch (error) {
    if (error instanceof CannotCount) protocol.leaveOpen(code, place, error.message);
    else protocol.fail(code, place, `cannot be counted: ${error.message}`);
    return null;
  }
}

const inWords = (contest, { elected, verdict }) =>
  `${elected.map((c) => contest.choices[c]?.name ?? c).join(", ") || "nobody"}${verdict ? ` (${verdict})` : ""}`;

/** Steps 12.1, 13.1 and 13.2. */
export function checkRounds(era, protocol) {
  let before = null;
  for (const close of era.closes) {
    const p = checkMeasured(era, close, protocol);
    checkDecisions(era, close, p, before, protocol);
    before = close;
  }
  for (const count of era.handCounts.values()) checkHandCount(era.data, count, protocol);
  if (!era.closes.length) return;
  protocol.did("12.1");
  protocol.did("13.1");
  protocol.did("13.2", era.handCounts.size ? "" : "nothing was counted by hand");
}

/** Step 12.1 at one close; returns contest → its stated p-values. */
function checkMeasured(era, { body, place, settled, drawn }, protocol) {
  const stated = new Map(era.data.contests.map(({ id }) => [id, []]));
  const order = new Map(era.data.contests.map(({ id }, at) => [id, at]));
  let last = [-1, -1];
  for (const one of body.measured) {
    const at = [order.get(one.contest) ?? -1, one.assertion];
    if (at[0] < last[0] || (at[0] === last[0] && at[1] <= last[1])) {
      protocol.fail("12.1", place, `${one.contest}, assertion ${one.assertion}: unknown, or not in order`);
    }
    last = at;
    stated.get(one.contest)?.push(one);
  }
  for (const contest of era.data.contests) {
    const list = stated.get(contest.id);
    const isWhole = list.length === contest.assertions.length && list.every(({ assertion }, at) => assertion === at);
    if (!isWhole) {
      protocol.fail("12.1", `${place}, ${contest.id}`, "not every assertion is measured once");
      continue;
    }
    if (!list.length) continue;
    if (!isKnownRisk(contest.risk_function, contest.settings)) {
      protocol.leaveOpen("12.1", contest.id, `the risk function ${contest.risk_function} or a setting of it is not known here`);
      continue;
    }
    const where = `${place}, ${contest.id}`;
    const right = protocol.attempt("12.1", where, () => measured(era, contest, settled, drawn));
    if (right) list.forEach((one, at) => compare(one, right[at], `${where}, assertion ${at}`, protocol));
  }
  return stated;
}

function compare(stated, { draws, p }, place, protocol) {
  if (stated.draws !== draws) protocol.fail("12.1", place, `${draws} cards count, and ${stated.draws} are stated`);
  const difference = Math.abs(Number(stated.p) - p);
  const isClose = difference <= 1e-10 || difference <= 1e-6 * p;
  if (!isClose) protocol.fail("12.1", place, `p is ${p.toFixed(10)}, and ${stated.p} is stated`);
}

/** Draws and p of every assertion of a contest. */
function measured(era, contest, settled, drawn) {
  if (era.data.design === "batch") return measuredBatches(era, contest, settled, drawn);
  if (contest.risk_function === "macro") throw new Error("macro is for batches");
  const isComparison = era.data.design === "comparison";
  const units = isComparison ? cardsInOrder(era, contest, drawn) : cardsRead(contest, settled, drawn);
  return contest.assertions.map(({ assorter, margin }) => {
    const made = new Assorter(assorter);
    const upper = isComparison ? comparisonUpper(made.upper, Fraction.of(margin)) : made.upper;
    const valueOf = isComparison ? comparing(era.data, contest, made, Fraction.of(margin)) : polling(contest, made);
    const values = units.map((unit) => valueOf(unit, settled.get(unit)));
    const size = isComparison ? contest.cards : era.data.total;
    const eta0 = isComparison ? upper.over(2) : Fraction.of(margin).plus(1).over(2);
    if (values.some((value) => value.isAbove(upper) || ZERO.isAbove(value))) throw new Error("a value beyond its bounds");
    if (values.length > size) throw new Error("more cards are drawn than there are");
    return { draws: values.length, p: smallestP(contest.risk_function, contest.settings, values, size, upper, eta0.toNumber()) };
  });
}

/** Cards that list the contest, by ticket, as long as each is in the sample. */
function cardsInOrder(era, contest, drawn) {
  const listing = era.tickets.map(([, unit]) => unit).filter((unit) => era.data.units.get(unit).held.has(contest.id));
  const end = listing.findIndex((unit) => !drawn.units.has(unit));
  return end < 0 ? listing : listing.slice(0, end);
}

/** Cards by ticket, as long as each entry says something of the contest; one that was not found says enough. */
function cardsRead(contest, settled, drawn) {
  const units = [...drawn.units];
  const isSilent = (reading) => reading.found && reading.contests[contest.id] === undefined;
  const end = units.findIndex((unit) => !settled.has(unit) || isSilent(settled.get(unit)));
  return end < 0 ? units : units.slice(0, end);
}

/** Values of equal cards are made once. */
function remembering(make) {
  const made = new Map();
  return (key, ...rest) => {
    if (!made.has(key)) made.set(key, make(...rest));
    return made.get(key);
  };
}

function comparing(data, contest, assorter, margin) {
  const make = remembering((unit, reading) => {
    const { held, isPhantom, pool } = data.units.get(unit);
    const index = held.get(contest.id);
    const reported = reportedValue(data, contest, assorter, index, pool, isPhantom);
    const found = isPhantom || !reading.found ? ZERO : paperValue(assorter, reading.contests[contest.id], index);
    return comparisonValue(reported, found, assorter.upper, margin);
  });
  return (unit, reading) => {
    const { held, isPhantom, pool } = data.units.get(unit);
    if (!isPhantom && !reading) throw new Error(`${unit} is not settled`);
    const paper = reading?.found ? JSON.stringify(reading.contests[contest.id]) : "none";
    return make(`${held.get(contest.id)} ${isPhantom} ${JSON.stringify(pool)} ${paper}`, unit, reading);
  };
}

function reportedValue(data, contest, assorter, index, pool, isPhantom) {
  if (isPhantom) return HALF;
  if (index === null) return assorter.meanOfPool(data.pools[pool][contest.id], data.pooled.get(pool));
  return assorter.value(data.ballots[contest.id][index].ballot);
}

/** A card without the contest: 0 where a vote record says that it has it, ½ where it is in a pool. */
function paperValue(assorter, ballot, index) {
  if (ballot) return assorter.value(ballot);
  return index === null ? HALF : ZERO;
}

function polling(contest, assorter) {
  const make = remembering((reading) => {
    if (!reading.found) return ZERO;
    const ballot = reading.contests[contest.id];
    return ballot ? assorter.value(ballot) : HALF;
  });
  return (_, reading) => make(reading.found ? JSON.stringify(reading.contests[contest.id]) : "none", reading);
}

function measuredBatches(era, contest, settled, drawn) {
  if (contest.risk_function !== "macro") throw new Error("the risk function for batches is macro");
  const bounds = (era.bounds ??= boundsOf(era.data));
  const { assertions, most, isUsable } = bounds.ofContest.get(contest.id);
  if (!isUsable) throw new Error("an assertion whose margin is not above 0");
  const weights = bounds.whole.map((b) => new Fraction(b, bounds.total));
  const possible = most.map((u, at) => [u, weights[at]]).filter(([u]) => u.isAbove(ZERO));
  // A batch that could hold an error and cannot be drawn leaves the error without bound.
  const isBlind = possible.some(([, weight]) => weight.equals(ZERO));
  const bound = isBlind ? null : largest([ZERO, ...possible.map(([u, weight]) => u.over(weight))]);
  const taintOf = remembering((at) => errorIn(era.data.batches[at], contest, assertions, at, settled).over(weights[at]));
  const taints = drawn.drawn.map((at) => taintOf(at, at));
  const p = bound === null ? 1 : macroP(bound, taints);
  return contest.assertions.map(() => ({ draws: taints.length, p }));
}

/** e: by which share of a margin a batch overstated it, at most over the contest's assertions. */
function errorIn({ batch, contests }, contest, assertions, at, settled) {
  const reading = settled.get(batch);
  if (!reading) throw new Error(`${batch} is not settled`);
  const nothing = { ballots: [], cards: 0 };
  const found = (reading.found && reading.contests[contest.id]) || nothing;
  const missing = Math.max(0, (contests[contest.id]?.cards ?? 0) - found.cards);
  return largest(assertions.map(({ assorter, gains, all }) => {
    const real = assorter.gainOfGroup(found).plus(assorter.least.times(missing));
    return gains[at].minus(real).over(all);
  }));
}

/** Step 13.1 at one close. */
function checkDecisions(era, close, measures, before, protocol) {
  const { body, place } = close;
  const audited = era.data.contests.filter((contest) => contest.audited);
  const ids = audited.map(({ id }) => id).sort().join();
  if (Object.keys(body.decisions).sort().join() !== ids) {
    protocol.fail("13.1", place, "decisions are not those of the audited contests");
  }
  for (const contest of audited) {
    const stated = body.decisions[contest.id];
    const right = decisionOn(era, contest, close, measures.get(contest.id), before);
    if (stated !== undefined && stated !== right) {
      protocol.fail("13.1", `${place}, ${contest.id}`, `${stated} is stated, and it is ${right}`);
    }
  }
}

function decisionOn(era, contest, close, list, before) {
  if (contest.implies !== "outcome" || !contest.assertions.length) return "HAND COUNT";
  const limit = Fraction.of(contest.risk_limit);
  const isBelow = list.every(({ p }) => !Fraction.ofDecimal(p).isAbove(limit));
  const wasConfirmed = before?.body.decisions[contest.id] === "CONFIRMED" && before.corrections === close.corrections;
  if (isBelow || wasConfirmed) return "CONFIRMED";
  return isAllDrawn(era, contest, close.drawn) ? "HAND COUNT" : "CONTINUE";
}

function isAllDrawn({ data }, { id }, { units }) {
  if (data.design === "polling") return units.size === data.total;
  if (data.design === "batch") return data.batches.every(({ batch, contests }) => units.has(batch) || !contests[id]);
  return [...data.units].every(([unit, { held }]) => units.has(unit) || !held.has(id));
}

/** Step 13.2. */
function checkHandCount(data, { ballots, cards, contest: id, elected, place }, protocol) {
  const contest = data.byId.get(id);
  if (!contest) return;
  const where = `${place}, ${id}`;
  if (!areCounted(contest)(ballots)) {
    protocol.fail("13.2", where, "the ballots have not the form asked for");
    return;
  }
  const wrong = ballots.map(([ballot]) => whyImpossible(contest, ballot)).find(Boolean) || whyTooMany(contest, { ballots, cards });
  if (wrong) protocol.fail("13.2", where, `no such ballots: ${wrong}`);
  if (cards !== contest.cards) {
    protocol.remark(`${contest.title}: ${cards} cards were counted by hand, and the contest has ${contest.cards}.`);
  }
  const found = countAgain("13.2", where, contest, [{ ballots, cards }], { elected }, protocol);
  if (found?.verdict === "no votes") protocol.leaveOpen("13.2", where, "a count by hand that found no vote at all");
  if (found && !isSameOutcome({ elected }, { elected: contest.outcome.elected })) {
    protocol.remark(`${contest.title}: the count by hand gives another outcome than was reported: ${inWords(contest, { elected })}.`);
  }
}
