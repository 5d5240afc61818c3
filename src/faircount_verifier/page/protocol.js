// What a verifier writes down: failures with code, place and words, what was done, and remarks.

/** Every step of docs/bundle.md with its codes, and what must hold for each. */
export const STEPS = [
  ["The bundle", {
    1.1: "the bundle can be read, and its names are plain",
    1.2: "each file that the statement names is there, with its sum",
    1.3: "nothing is there that the statement does not name",
  }],
  ["The statement", {
    2.1: "the statement has the form asked for",
    2.2: "it is signed by the log's key",
    2.3: "the log's key is the one given from outside",
  }],
  ["The log", {
    3.1: "the checkpoint is signed by the log's key",
    3.2: "the entries hash to the root and number of the checkpoint",
    3.3: "each tile is what the entries give",
    3.4: "each entry is an act in the form asked for",
    3.5: "the statement names this log",
  }],
  ["Witnesses", {
    4.1: "the witnessed note is of this log as it then was",
    4.2: "enough different witnesses signed it",
  }],
  ["The order of acts", {
    5.1: "acts come in an order that is allowed",
    5.2: "times do not run backwards",
    5.3: "as many different persons acted as must",
  }],
  ["The files", {
    6.1: "each file that an act names is there, with its length and sum",
    6.2: "the committed files have the form asked for, and agree",
  }],
  ["The reported outcome", {
    7.1: "the committed records give the reported outcome",
    7.2: "marks are read as the law says",
  }],
  ["The assertions", {
    8.1: "each margin is that of the committed records, and above 0",
    8.2: "the assertions imply the outcome",
    8.3: "assorters and their bounds are what their kind says",
  }],
  ["The seed", {
    9.1: "promises and reveals agree",
    9.2: "the seed is what dice and reveals give",
  }],
  ["The sample", { 10.1: "each sample is the draw of its sizes and the seed" }],
  ["The paper", {
    11.1: "what was entered was drawn, and what was drawn is settled",
    11.2: "entries have the form asked for, and hold no impossible vote",
    11.3: "corrections and resolutions say what they replace, and why",
  }],
  ["The risk", { 12.1: "each p-value is the one that the entries give" }],
  ["The decisions", {
    13.1: "each decision is what p-values and limits give",
    13.2: "a hand count's outcome is what its ballots give",
  }],
  ["The number of cards", { 14.1: "no contest has more cards listed than is stated" }],
];

export const PASS = "PASS";
export const FAIL = "FAIL";
export const NOT_CHECKED = "NOT CHECKED";

export class Protocol {
  constructor() {
    this.failures = [];
    this.remarks = [];
    this.open = [];
    this.done = new Map();
    this.fail = this.fail.bind(this);
  }

  fail(code, place, words) {
    this.failures.push({ code, place, words });
  }

  /** Something that the verdict waits for was not looked at. */
  leaveOpen(code, place, words) {
    this.open.push({ code, place, words });
  }

  remark(words) {
    if (!this.remarks.includes(words)) this.remarks.push(words);
  }

  /** This code was looked at to the end; `words` where there was nothing to look at. */
  did(code, words = "") {
    this.done.set(code, words);
  }

  /**
   * Do one part of the work; whatever it cannot read is a failure under `code`, never an end without words,
   * and then there is no value (undefined; null is something that JSON can say).
   */
  attempt(code, place, work) {
    try {
      return work();
    } catch (error) {
      this.fail(code, place, `cannot be read: ${error.message}`);
      return undefined;
    }
  }

  statusOf(code) {
    if (this.failures.some((one) => one.code === code)) return FAIL;
    if (this.open.some((one) => one.code === code) || !this.done.has(code)) return NOT_CHECKED;
    return PASS;
  }

  result() {
    const steps = STEPS.map(([title, codes], at) => {
      const parts = Object.entries(codes).map(([code, words]) => this.part(code, words));
      const counted = parts.filter(({ code }) => !this.isOptional(code));
      return { number: at + 1, title, status: worst(counted.map(({ status }) => status)), codes: parts };
    });
    const open = steps.flatMap(({ codes }) => codes).filter(({ code, status }) => this.holdsBack(code, status));
    const notReached = open.filter(({ code }) => !this.open.some((one) => one.code === code));
    const not_checked = [
      ...this.open,
      ...notReached.map(({ code }) => ({ code, place: "", words: "not reached: an earlier step could not be done" })),
    ];
    const verdict = this.failures.length ? FAIL : not_checked.length ? NOT_CHECKED : PASS;
    return { verdict, steps, failures: this.failures, not_checked, remarks: this.remarks };
  }

  part(code, words) {
    return { code, words, status: this.statusOf(code), note: this.done.get(code) ?? "" };
  }

  /** 2.3 can only be done with a key from outside, and does not stop PASS. */
  isOptional(code) {
    return code === "2.3" && this.statusOf(code) === NOT_CHECKED;
  }

  holdsBack(code, status) {
    return status === NOT_CHECKED && !this.isOptional(code);
  }
}

function worst(statuses) {
  return [FAIL, NOT_CHECKED].find((status) => statuses.includes(status)) ?? PASS;
}
