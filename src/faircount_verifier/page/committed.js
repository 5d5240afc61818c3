// Steps 6.2 and 14.1: the committed files, read and held against each other.
import { isBallotOf, isGroup, isTermOf, whyTooMany } from "./ballots.js";
import { textOf } from "./bytes.js";
import { readCanonical } from "./canonical.js";
import { readCsv } from "./csv.js";
import {
  exactly, isDistinct, isFlag, isLine, isName, isObject, isPositive, isText, isWhole, listOf, mapOf, nullOr, readable, record,
} from "./forms.js";
import { Fraction, ONE, ZERO } from "./fraction.js";

const isFraction = (value) => isText(value) && readable(Fraction.of)(value);
const isAbove0 = (value) => isFraction(value) && Fraction.of(value).isAbove(ZERO);
const isBelow0 = (value) => isFraction(value) && ZERO.isAbove(value);
const isLimit = (value) => isAbove0(value) && ONE.isAbove(value);
const READ_HERE = ["contests.json", "ballots.json", "pools.json", "totals.json", "batches.json"];
const VERDICTS = ["elected", "passed", "not passed", "runoff", "tie", "no votes", "stopped"];
const MOST_CARDS = 20_000_000; // of a polling audit: each has a ticket to be made
const isPhantom = (unit) => unit.startsWith("phantom-");

const isContest = record({
  assertions: listOf(isObject), audited: isFlag, cards: isWhole,
  choices: listOf(record({ kind: isText, name: isName, party: nullOr(isText) })),
  id: (value) => isLine(value) && !/[:;]/.test(value),
  implies: exactly("outcome", "part", "nothing"), options: mapOf(isText), outcome: isObject, ranks: isWhole,
  risk_function: isText, risk_limit: isLimit, rule: isText, seats: isPositive,
  settings: mapOf(readable(Fraction.ofDecimal)), title: isName, votes_allowed: isPositive, words: isText,
});

function isAssertionOf(contest) {
  const isChoice = (value) => isWhole(value) && value < contest.choices.length;
  return record({
    assorter: record({ least: isBelow0, terms: listOf(isTermOf(contest)), upper: isAbove0 }),
    claim: isText, kind: isText, loser: nullOr(isChoice), margin: isFraction,
    standing: (value) => listOf(isChoice)(value) && isDistinct(value), winner: nullOr(isChoice),
  });
}

function isOutcomeOf(contest) {
  const isChoice = (value) => isWhole(value) && value < contest.choices.length;
  const isSeats = (value) => listOf(isWhole)(value) && value.length === contest.choices.length;
  return record({ elected: listOf(isChoice), verdict: exactly(...VERDICTS) }, { seats: isSeats });
}

/** Refuse: throws with words, which become a failure 6.2 at the file. */
function must(isSo, words) {
  if (!isSo) throw new Error(words);
}

function readContests(bytes) {
  const contests = readCanonical(bytes);
  must(listOf(isContest)(contests) && contests.length, "not a list of contests of the form asked for");
  for (const contest of contests) {
    must(isOutcomeOf(contest)(contest.outcome), `${contest.id}: the outcome has not the form asked for`);
    contest.assertions.forEach((one, at) =>
      must(isAssertionOf(contest)(one), `${contest.id}: assertion ${at} has not the form asked for`),
    );
    must(isDistinct(contest.choices.map(({ name }) => name)), `${contest.id}: two choices of one name`);
  }
  contests.forEach(({ id }, at) =>
    must(at === 0 || contests[at - 1].id < id, `${id}: contests are not in the order of id`),
  );
  must(contests.some(({ audited }) => audited), "no contest is audited");
  return contests;
}

/** Read what a commit names. Returns `{design, contests, groups, units, …}`, or null where it cannot be read. */
export function readCommitted(files, commit, protocol) {
  const has = new Map();
  for (const { name } of commit.body.files) {
    const plain = name.replace(/^[0-9]+-/, ""); // a later commit puts a number before a name
    if (has.has(plain)) protocol.fail("6.2", name, `stands for ${plain}, and so does ${has.get(plain)}`);
    has.set(plain, name);
  }
  const open = (name, read) => {
    if (!has.has(name)) protocol.fail("6.2", name, "is not among the committed files");
    const bytes = has.has(name) && files.get(`files/${has.get(name)}`);
    return bytes ? protocol.attempt("6.2", has.get(name), () => read(bytes)) : null;
  };
  for (const [plain, name] of has) {
    const isOther = plain.endsWith(".json") && !READ_HERE.includes(plain);
    if (isOther && files.has(`files/${name}`)) open(plain, readCanonical);
  }
  const contests = open("contests.json", readContests);
  if (!contests) return null;
  const byId = new Map(contests.map((contest) => [contest.id, contest]));
  const { design } = commit.body;
  const found = { comparison: readCards, polling: readTotals, batch: readBatches }[design](open, byId, protocol);
  if (!found) return null;
  checkTotals(found, byId, protocol);
  checkBounds(design, found, contests, protocol);
  protocol.did("6.2");
  if (found.total > MOST_CARDS) {
    protocol.leaveOpen("10.1", has.get("batches.csv"), `more than ${MOST_CARDS} cards are not drawn again here`);
    return null;
  }
  return { design, contests, byId, ...found };
}

/** No group of cards has more votes than it can hold. */
function checkTotals({ groups }, byId, protocol) {
  for (const [id, list] of groups) {
    const wrong = list.map((group) => whyTooMany(byId.get(id), group)).find(Boolean);
    if (wrong) protocol.fail("6.2", id, wrong);
  }
}

/** Step 14.1. */
function checkBounds(design, { listed }, contests, protocol) {
  for (const { id, cards } of contests) {
    const n = listed.get(id) ?? 0;
    const isWrong = n > cards || (design === "comparison" && n < cards);
    if (isWrong) protocol.fail("14.1", id, `${n} cards are listed, and ${cards} are stated`);
  }
  protocol.did("14.1");
}

const indexOf = (text) => {
  must(/^(0|[1-9][0-9]{0,9})$/.test(text), `${text} is no index`);
  return Number(text);
};

/** `c1:0;c2:` as contest → index, or null where there is none. */
function readRecord(text, byId) {
  const found = new Map();
  for (const part of text ? text.split(";") : []) {
    const [id, index, ...more] = part.split(":");
    must(byId.has(id) && !found.has(id) && index !== undefined && !more.length, `record ${text}`);
    found.set(id, index === "" ? null : indexOf(index));
  }
  return found;
}

function readCards(open, byId, protocol) {
  const isMark = (mark) => Array.isArray(mark) && mark.length === 3 && isWhole(mark[0]) && isWhole(mark[1]);
  const isScored = (mark) => isMark(mark) && nullOr(isWhole)(mark[2]);
  const ballots = open("ballots.json", (bytes) => {
    const all = readCanonical(bytes);
    must(mapOf(Array.isArray)(all), "not contest → list of ballots");
    for (const [id, list] of Object.entries(all)) {
      must(byId.has(id), `${id} is no contest`);
      const { choices } = byId.get(id);
      const isIn = (marks) => listOf(isScored)(marks) && marks.every(([choice]) => choice < choices.length);
      const form = record({ ballot: isBallotOf(byId.get(id)), marks: isIn }, { stated: isText });
      list.forEach((one, at) => must(form(one), `${id}: ballot ${at} has not the form asked for`));
      const stated = list.filter((one) => one.stated !== undefined).length;
      if (stated) protocol.remark(`${id}: ${stated} ways to vote are taken as the voting system stated them, and not read from marks.`);
    }
    return all;
  });
  const pools = open("pools.json", (bytes) => {
    const all = readCanonical(bytes);
    must(mapOf(isObject)(all), "not pool → contest → totals");
    for (const [pool, groups] of Object.entries(all)) {
      for (const [id, group] of Object.entries(groups)) {
        must(byId.has(id) && isGroup(byId.get(id))(group), `${pool}, ${id}: not the totals of a contest`);
      }
    }
    return all;
  });
  return ballots && pools && open("cards.csv", (bytes) => readRows(bytes, byId, ballots, pools));
}

function readRows(bytes, byId, ballots, pools) {
  const rows = readCsv(textOf(bytes), ["unit", "batch", "position", "pool", "record"]);
  const units = new Map();
  const listed = new Map();
  const pooled = new Map();
  const counts = new Map([...byId.keys()].map((id) => [id, new Map()]));
  const count = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const [unit, , , pool, text] of rows) {
    must(unit && !units.has(unit), `unit ${unit} is listed twice, or has no name`);
    must(!pool || Object.hasOwn(pools, pool), `unit ${unit} is in the pool ${pool}, which has no totals`);
    must(!pool || !isPhantom(unit), `${unit} is a phantom, and no card of the pool ${pool}`);
    const held = readRecord(text, byId);
    if (pool) {
      const isOfPool = [...held.keys()].every((id) => Object.hasOwn(pools[pool], id));
      must(isOfPool && held.size === Object.keys(pools[pool]).length, `unit ${unit} does not list the contests of its pool ${pool}`);
      count(pooled, pool);
    }
    for (const [id, index] of held) {
      must((index === null) === (pool !== "" || isPhantom(unit)), `unit ${unit}, ${id}: an index too many or missing`);
      must(index === null || index < (ballots[id]?.length ?? 0), `unit ${unit}, ${id}: no ballot ${index}`);
      count(listed, id);
      if (index !== null) count(counts.get(id), index);
    }
    units.set(unit, { pool, held, isPhantom: isPhantom(unit) });
  }
  const ofPools = [...byId.keys()].map((id) => [id, poolsOf(id, pools, pooled)]);
  const groups = new Map(ofPools);
  for (const [id, list] of groups) {
    const records = [...counts.get(id)].map(([index, n]) => [ballots[id][index].ballot, n]);
    list.push({ ballots: records, cards: records.reduce((total, [, n]) => total + n, 0) });
  }
  return { units, listed, groups, ballots, pools, pooled };
}

/** The totals that pools have of a contest: which of a pool's cards hold it is not known, and there may be fewer. */
function poolsOf(id, pools, pooled) {
  const found = [];
  for (const [pool, groups] of Object.entries(pools)) {
    if (!groups[id]) continue;
    const cards = pooled.get(pool) ?? 0;
    must(groups[id].cards <= cards, `pool ${pool}, ${id}: ${groups[id].cards} cards hold it, and the pool has ${cards}`);
    found.push(groups[id]);
  }
  return found;
}

function readTotals(open, byId) {
  const batches = open("batches.csv", (bytes) => {
    const rows = readCsv(textOf(bytes), ["batch", "cards"]).map(([batch, cards]) => [batch, indexOf(cards)]);
    must(rows.length && rows.every(([batch]) => batch), "a batch has no name, or there is none");
    for (const [batch] of rows) must(!isPhantom(batch), `${batch}: no batch is called a phantom`);
    must(isDistinct(rows.map(([batch]) => batch)), "two batches of one name");
    return rows;
  });
  const total = (batches ?? []).reduce((cards, [, n]) => cards + n, 0);
  return batches && open("totals.json", (bytes) => {
    const totals = readCanonical(bytes);
    must(isObject(totals), "not contest → totals");
    for (const [id, group] of Object.entries(totals)) {
      must(byId.has(id) && isGroup(byId.get(id))(group), `${id}: not the totals of a contest`);
      must(group.cards <= total, `${id}: more cards than the batches have`);
    }
    for (const id of byId.keys()) must(Object.hasOwn(totals, id), `${id}: no totals`);
    const groups = new Map([...byId.keys()].map((id) => [id, [totals[id]]]));
    const listed = new Map([...byId.keys()].map((id) => [id, totals[id].cards]));
    return { batches, total, groups, listed };
  });
}

function readBatches(open, byId) {
  return open("batches.json", (bytes) => {
    const batches = readCanonical(bytes);
    const form = record({ batch: isName, cards: isWhole, contests: isObject });
    must(listOf(form)(batches) && batches.length, "not a list of batches");
    const groups = new Map([...byId.keys()].map((id) => [id, []]));
    batches.forEach(({ batch, cards, contests }, at) => {
      must(at === 0 || batches[at - 1].batch < batch, `${batch}: not in the order of names`);
      must(!isPhantom(batch), `${batch}: no batch is called a phantom`);
      for (const [id, group] of Object.entries(contests)) {
        must(byId.has(id) && isGroup(byId.get(id))(group), `${batch}, ${id}: not the totals of a contest`);
        must(group.cards <= cards, `${batch}, ${id}: more cards than the batch has`);
        groups.get(id).push(group);
      }
    });
    const listed = new Map([...groups].map(([id, list]) => [id, list.reduce((n, { cards }) => n + cards, 0)]));
    return { batches, groups, listed };
  });
}
