// Ties, decided only as the contest's options say (docs/ties.md): by earlier rounds, an order, a record or a draw.
import { canonical } from "./canonical.js";
import { sum256 } from "./sha.js";

/** Thrown where this page cannot do what a rule asks for; the step is then NOT CHECKED. */
export class CannotCount extends Error {}

const LOTS = ["stop", "order", "recorded", "draw"];

export class Ties {
  constructor(contest) {
    this.contest = contest;
    this.options = contest.options;
    this.met = 0;
    this.used = 0;
  }

  indexes(text) {
    const names = JSON.parse(text);
    return names.map((name) => this.contest.choices.findIndex((choice) => choice.name === name));
  }

  /** Whom the tie picks out, or null where nothing decides and the count stops. `rounds` are votes, oldest first. */
  pick(tied, about, rounds = [], isIdle = false) {
    this.met += 1;
    const how = this.options.tie ?? "stop";
    if (!["previous-rounds", "previous-rounds-all-differ", "first-rounds"].includes(how)) {
      return this.lot(how, tied, about, isIdle);
    }
    let left = [...tied];
    for (const votes of how === "first-rounds" ? rounds : [...rounds].reverse()) {
      const figures = left.map((c) => votes[c]);
      if (how === "previous-rounds-all-differ" && new Set(figures).size < left.length) continue;
      const best = about === "excluded" ? Math.min(...figures) : Math.max(...figures);
      left = left.filter((c) => votes[c] === best);
      if (left.length === 1) return left[0];
    }
    return this.lot(this.options.tie_then ?? "stop", left, about, isIdle);
  }

  lot(how, tied, about, isIdle) {
    if (!LOTS.includes(how)) throw new CannotCount(`ties by ${how} are not counted here`);
    if (how === "order") return this.byOrder(tied, about);
    if (how === "recorded") return this.byRecord(tied, isIdle);
    return how === "draw" ? this.byDraw(tied, about) : null;
  }

  byOrder(tied, about) {
    const stated = this.options.tie_order ?? "ballot";
    const order = stated === "ballot" ? this.contest.choices.map((_, at) => at) : this.indexes(stated);
    const favoured = order.filter((c) => tied.includes(c));
    return about === "excluded" ? favoured.at(-1) : favoured[0];
  }

  byRecord(tied, isIdle) {
    const record = (this.options.tie_record ?? "none") === "none" ? [] : this.indexes(this.options.tie_record);
    if (this.used >= record.length) return null;
    const chosen = record[this.used];
    if (!tied.includes(chosen)) {
      if (isIdle) return null;
      throw new Error("a recorded decision picks somebody who is not tied");
    }
    this.used += 1;
    return chosen;
  }

  byDraw(tied, about) {
    const seed = this.options.tie_seed ?? "none";
    if (seed === "none") return null;
    const name = (c) => this.contest.choices[c].name;
    const ticket = (c) => sum256(canonical([seed, this.contest.title, about, this.met, name(c)]));
    return tied.map((c) => [ticket(c), c]).sort(([one], [other]) => (one < other ? -1 : 1))[0][1];
  }
}
