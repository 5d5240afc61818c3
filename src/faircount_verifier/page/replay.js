// Steps 4, 5, 9, 10 and 11: the acts played through, one after the other, by the table of docs/bundle.md.
import { filesOf, placeOf } from "./acts.js";
import { canonical } from "./canonical.js";
import { readCommitted } from "./committed.js";
import { drawnBy, promiseOf, seedOf } from "./draw.js";
import { checkEntry } from "./entries.js";
import { isObject, personOf } from "./forms.js";
import { textOf } from "./bytes.js";
import { checkWitness } from "./witness.js";

const CONTROL_SIGN = /[\u0000-\u001f\u007f]/;

/** One commit and all that hangs on it, until a late event or a restart makes it void. */
class Era {
  constructor(commit, isJudged, data) {
    this.commit = commit;
    this.isJudged = isJudged;
    this.design = commit.body.design;
    this.data = data;
    this.witnessed = null;
    this.promises = new Map();
    this.reveals = new Map();
    this.dice = [];
    this.seed = null;
    this.round = 0;
    this.isOpen = false;
    this.sizes = {};
    this.drawn = null;
    this.settled = new Map();
    this.waiting = new Map();
    this.closes = [];
    this.corrections = 0;
    this.handCounts = new Map();
    this.signers = [];
  }

  get lastClose() {
    return this.closes.at(-1);
  }

  get isClosed() {
    return this.closes.length > 0 && !this.isOpen;
  }

  /** Contests that decide the audit and are not confirmed by the last close. */
  unconfirmed() {
    const audited = this.data.contests.filter((contest) => contest.audited).map(({ id }) => id);
    return audited.filter((id) => this.lastClose?.body.decisions[id] !== "CONFIRMED");
  }
}

export class Replay {
  constructor(files, log, key, protocol) {
    Object.assign(this, { files, log, key, protocol });
    this.acts = log.entries;
    this.era = null;
    this.judged = lastStanding(this.acts);
    this.isPublished = false;
    this.policy = null;
  }

  run() {
    this.checkTimes();
    this.acts.forEach((act) => {
      const place = placeOf(act);
      if (this.isPublished) this.protocol.fail("5.1", place, "comes after the end");
      if ((act.act === "open") !== (act.n === 0)) this.protocol.fail("5.1", place, "open comes first, and once");
      this.protocol.attempt("5.1", place, () => this[act.act](act, place));
    });
    this.sayWhatWasDone();
    return this.era;
  }

  sayWhatWasDone() {
    const { protocol, acts, era } = this;
    const has = (name) => acts.some(({ act }) => act === name);
    for (const code of ["5.1", "5.2", "5.3"]) protocol.did(code);
    if (has("witness")) for (const code of ["4.1", "4.2"]) protocol.did(code);
    if (!era?.isJudged || era.seed === null) return;
    protocol.did("9.1", era.promises.size ? "" : "nobody promised anything");
    protocol.did("9.2");
    if (!era.data || !era.closes.length) return;
    for (const code of ["10.1", "11.1", "11.2"]) protocol.did(code);
    protocol.did("11.3", has("correct") || has("resolve") ? "" : "nothing was corrected or resolved");
  }

  checkTimes() {
    this.acts.forEach((act, n) => {
      if (n && act.at < this.acts[n - 1].at) this.protocol.fail("5.2", placeOf(act), `is earlier than entry ${n - 1}`);
    });
  }

  /** Say that an act may not come here unless it may. Of what became void, only acts and persons are judged. */
  only(isAllowed, place, words, code = "5.1") {
    const isVoid = !code.startsWith("5.") && !this.era.isJudged;
    if (!isAllowed && !isVoid) this.protocol.fail(code, place, words);
    return isAllowed;
  }

  open(act) {
    this.policy ??= act.body;
  }

  commit(act, place) {
    this.only(!this.era, place, "something is committed already");
    const isJudged = act.n === this.judged;
    if (!isJudged) this.protocol.remark("What was committed before the last late event or restart is void; it was not read.");
    this.era = new Era(act, isJudged, isJudged ? readCommitted(this.files, act, this.protocol) : null);
  }

  witness(act, place) {
    const { era } = this;
    const isDue = era && !era.witnessed && !era.dice.length;
    if (!this.only(isDue, place, "a witnessed note comes after the commit or a promise, and before dice")) return;
    era.witnessed = checkWitness(act, this.log, this.key, this.policy, this.protocol);
  }

  isBeforeSeed() {
    return Boolean(this.era?.witnessed) && this.era.seed === null;
  }

  promise({ body }, place) {
    const { era } = this;
    const isDue = era && era.seed === null && !era.dice.length;
    if (!this.only(isDue, place, "a promise comes after the commit and before dice")) return;
    era.witnessed = null; // what was witnessed does not cover this promise
    this.only(!era.promises.has(body.party), place, `${body.party} promised before`);
    this.only(!CONTROL_SIGN.test(body.party) && !body.party.includes("="), place, "a party's name has a sign that it may not have", "9.1");
    era.promises.set(body.party, body.sha256);
  }

  dice({ body, by }, place) {
    const { era } = this;
    const isDue = this.isBeforeSeed() && era.dice.length < 2 && !era.reveals.size;
    if (!this.only(isDue, place, "dice come twice, after the witness and before reveals")) return;
    const [first] = era.dice;
    this.only(!first || first.by !== personOf(by.name), place, `${by.name} entered the dice before`, "5.3");
    this.only(!first || first.digits === body.digits, place, "other digits than the first person's", "9.2");
    const fewest = era.commit.body.min_digits;
    this.only(body.digits.length >= fewest, place, `fewer than ${fewest} digits`, "9.2");
    const isKnown = this.acts.some((one) => one.act === "dice" && one.n < era.commit.n && one.body.digits === body.digits);
    this.only(!isKnown, place, "these digits were known before the audit began again", "9.2");
    era.dice.push({ by: personOf(by.name), digits: body.digits });
  }

  reveal({ body }, place) {
    const { era } = this;
    if (!this.only(this.isBeforeSeed() && era.dice.length === 2, place, "a reveal comes after both dice")) return;
    this.only(!era.reveals.has(body.party), place, `${body.party} revealed before`);
    const isKept = era.promises.get(body.party) === promiseOf(body.party, body.nonce, body.value);
    const isPlain = !CONTROL_SIGN.test(body.nonce + body.value);
    this.only(isKept && isPlain, place, `is not what ${body.party} promised`, "9.1");
    era.reveals.set(body.party, body.value);
  }

  seed({ body }, place) {
    const { era } = this;
    if (!this.only(this.isBeforeSeed() && era.dice.length === 2, place, "a seed comes after both dice")) return;
    for (const party of era.promises.keys()) this.only(era.reveals.has(party), place, `${party} did not reveal`, "9.1");
    const right = seedOf(era.dice[0].digits, era.witnessed.root, era.reveals);
    this.only(body.seed === right, place, `dice and reveals give ${right}`, "9.2");
    era.seed = body.seed;
  }

  draw({ body }, place) {
    const { era } = this;
    if (!this.only(era && era.seed !== null && !era.isOpen, place, "a draw comes after the seed, with no round open")) return;
    this.only(body.round === era.round + 1, place, `the next round is ${era.round + 1}`);
    for (const [contest, size] of Object.entries(era.sizes)) {
      this.only((body.sizes[contest] ?? 0) >= size, place, `the size of ${contest} is smaller than in the round before`);
    }
    Object.assign(era, { round: body.round, isOpen: true, sizes: body.sizes, signers: [] });
    if (!era.data) return;
    const drawn = this.protocol.attempt("10.1", place, () => drawnBy(era, body.sizes));
    era.drawn = drawn ?? era.drawn ?? { units: new Set(), drawn: [] };
    const file = this.files.get(`files/${body.sample.name}`);
    const isDraw = file && drawn && this.protocol.attempt("10.1", place, () => textOf(file)) === drawn.csv;
    if (drawn) this.only(isDraw, place, `${body.sample.name} is not the draw of these sizes and this seed`, "10.1");
  }

  /** What every act about a unit must be: of the open round, of a unit drawn, and of contests that it may hold. */
  isOfRound({ body }, place) {
    const { era } = this;
    if (!this.only(era?.isOpen && body.round === era.round, place, "its round is not open")) return false;
    if (era.data) {
      this.only(era.drawn.units.has(body.unit), place, `${body.unit} was not drawn`, "11.1");
      const isPhantom = era.data.units?.get(body.unit)?.isPhantom;
      this.only(!isPhantom, place, "a phantom is no card, and is never entered", "11.1");
      checkEntry(era.data, body, place, this.protocol);
    }
    return true;
  }

  entry(act, place) {
    const { era } = this;
    if (!this.isOfRound(act, place)) return;
    const { unit } = act.body;
    if (!this.only(!era.settled.has(unit), place, `${unit} is settled already`)) return;
    if (!era.commit.body.double_entry) return this.settle(act);
    const [first, second] = era.waiting.get(unit) ?? [];
    if (!this.only(!second, place, `two entries of ${unit} disagree, and wait for a resolve`)) return;
    if (!first) return void era.waiting.set(unit, [act]);
    this.only(personOf(first.by.name) !== personOf(act.by.name), place, `${act.by.name} entered ${unit} before`, "5.3");
    if (isSameReading(first.body, act.body)) this.settle(act);
    else era.waiting.set(unit, [first, act]);
  }

  settle(act) {
    const { unit, found, contests } = act.body;
    this.era.settled.set(unit, { n: act.n, found, contests });
    this.era.waiting.delete(unit);
  }

  resolve(act, place) {
    const { era } = this;
    if (!this.isOfRound(act, place)) return;
    const { people, unit } = act.body;
    const isDue = era.waiting.get(unit)?.length === 2;
    if (!this.only(isDue, place, `no two entries of ${unit} disagree`)) return;
    const different = new Set(people.map(personOf));
    this.only(people.length >= 2 && different.size === people.length, place, "two or more different persons resolve", "5.3");
    this.settle(act);
  }

  correct(act, place) {
    const { era } = this;
    const { approved_by, of, reason, round, unit } = act.body;
    if (!this.only(era && (era.isOpen || era.isClosed) && round === era.round, place, "its round is not the last one")) return;
    era.isOpen = true;
    era.signers = [];
    this.isOfRound(act, place);
    if (!this.only(era.settled.has(unit), place, `${unit} is not settled`)) return;
    const last = era.settled.get(unit).n;
    this.only(of === last, place, `${unit} was last settled by entry ${last}, not ${of}`, "11.3");
    this.only(reason.trim() !== "", place, "no reason is given", "11.3");
    this.only(personOf(approved_by) !== personOf(act.by.name), place, "somebody else must approve", "5.3");
    era.corrections += 1;
    this.settle(act);
  }

  close(act, place) {
    const { era } = this;
    if (!this.only(era?.isOpen && act.body.round === era.round, place, "its round is not open")) return;
    for (const unit of era.drawn?.units ?? []) {
      const isSettled = era.settled.has(unit) || era.data.units?.get(unit)?.isPhantom;
      this.only(isSettled, place, `${unit} was drawn and is not settled`, "11.1");
    }
    era.isOpen = false;
    const { settled, drawn, corrections } = era;
    era.closes.push({ place, body: act.body, settled: new Map(settled), drawn, corrections });
  }

  "hand-count"({ body }, place) {
    const { era } = this;
    if (!this.only(era?.isClosed && !era.signers.length, place, "no round is closed, or it is signed off")) return;
    if (era.data) {
      const isDue = era.unconfirmed().includes(body.contest);
      this.only(isDue, place, `${body.contest} is not audited, or confirmed already`);
    }
    era.handCounts.set(body.contest, { place, ...body });
  }

  late(act, place) {
    this.restart(act, place);
  }

  /** Nothing committed, drawn or entered before counts any more. */
  restart() {
    this.era = null;
  }

  note() {}

  "sign-off"({ by }, place) {
    const { era } = this;
    if (!this.only(era?.isClosed, place, "no round is closed")) return;
    for (const id of era.data ? era.unconfirmed() : []) {
      this.only(era.handCounts.has(id), place, `${id} is neither confirmed nor counted by hand`);
    }
    this.only(!era.signers.includes(personOf(by.name)), place, `${by.name} signed before`, "5.3");
    era.signers.push(personOf(by.name));
  }

  publish(act, place) {
    const signers = new Set(this.era?.signers);
    this.only(this.era?.isClosed && signers.size >= 2, place, "two sign-offs come before");
    this.isPublished = true;
  }
}

/** The number of the last commit, if nothing made it void; else −1. */
function lastStanding(acts) {
  const at = acts.findLastIndex(({ act }) => ["commit", "late", "restart"].includes(act));
  return acts[at]?.act === "commit" ? at : -1;
}

/** A reading as it is compared: an absent list of votes or preferences is an empty one, `1` is `"1"`. */
function compared(reading) {
  if (Array.isArray(reading)) return reading.map(compared);
  if (!isObject(reading)) return typeof reading === "number" ? String(reading) : reading;
  const isSaid = ([key, value]) => !(["votes", "ranking"].includes(key) && Array.isArray(value) && !value.length);
  return Object.fromEntries(Object.entries(reading).filter(isSaid).map(([key, value]) => [key, compared(value)]));
}

const isSameReading = (one, other) =>
  one.found === other.found && canonical(compared(one.contests)) === canonical(compared(other.contests));

/** Step 6.1: the files that acts name. */
export function checkNamedFiles(files, acts, sumOf, protocol) {
  const stated = new Map();
  for (const act of acts) {
    for (const { bytes, name, sha256 } of filesOf(act)) {
      const place = `${placeOf(act)}, ${name}`;
      if (stated.has(name) && stated.get(name) !== sha256) protocol.fail("6.1", place, "another act says another sum");
      if (stated.has(name)) continue;
      stated.set(name, sha256);
      const file = files.get(`files/${name}`);
      if (!file) protocol.fail("6.1", place, "is not there");
      else if (file.length !== bytes) protocol.fail("6.1", place, `has ${file.length} bytes and not ${bytes}`);
      else if (sumOf(file) !== sha256) protocol.fail("6.1", place, "has another SHA-256 than stated");
    }
  }
  protocol.did("6.1");
}
