// Step 7.1: the two rules that this page counts, plurality and instant runoff (docs/rules.md has every option).
import { CannotCount, Ties } from "./ties.js";

/** Count groups of ballots, `[{ballots, cards}]`: `{elected, verdict}`. Throws CannotCount for what it does not know. */
export function outcomeOf(contest, groups) {
  if (contest.rule === "plurality") return plurality(contest, groups);
  if (contest.rule === "instant-runoff") return instantRunoff(contest, groups);
  throw new CannotCount(`the rule ${contest.rule} is not counted on this page`);
}

/** Whether two outcomes are the same: who is elected, and how the count ended. */
export function isSameOutcome(one, other) {
  const sorted = ({ elected }) => [...elected].sort((a, b) => a - b).join();
  return sorted(one) === sorted(other) && (one.verdict ?? other.verdict) === (other.verdict ?? one.verdict);
}

/** Choices that say how somebody did not vote for a person: no seat is theirs. */
export const isNobody = ({ kind }) => ["abstain", "withhold", "broker-non-vote"].includes(kind);

function plurality(contest, groups) {
  if (contest.choices.some(isNobody)) throw new CannotCount("votes withheld and abstentions are not counted here");
  const votes = contest.choices.map(() => 0);
  for (const [ballot, n] of groups.flatMap(({ ballots }) => ballots)) {
    for (const [choice, given] of ballot.votes ?? []) {
      if (!Number.isSafeInteger(given)) throw new CannotCount("parts of votes are not counted here");
      votes[choice] += given * n;
    }
  }
  const order = votes.map((_, c) => c).filter((c) => votes[c] > 0).sort((a, b) => votes[b] - votes[a] || a - b);
  if (order.length <= contest.seats) return { elected: order, verdict: order.length ? "elected" : "no votes" };
  const last = votes[order[contest.seats - 1]];
  const elected = order.filter((c) => votes[c] > last);
  const level = order.filter((c) => votes[c] === last);
  if (elected.length + level.length === contest.seats) return { elected: [...elected, ...level], verdict: "elected" };
  const ties = new Ties(contest);
  while (elected.length < contest.seats) {
    const chosen = ties.pick(level.filter((c) => !elected.includes(c)), "elected");
    if (chosen === null) return { elected, verdict: "tie" };
    elected.push(chosen);
  }
  return { elected, verdict: "elected" };
}

const DEFAULTS = {
  batch: "yes", minimum: "0", overvote: "exhaust", stop_after: "never", threshold: "each-round", until_two: "no",
  without_votes: "stop", write_ins: "count",
};

function instantRunoff(contest, groups) {
  const decided = { ...DEFAULTS, ...contest.options };
  if (!["exhaust", "skip"].includes(decided.overvote)) throw new CannotCount(`overvote=${decided.overvote} is not counted here`);
  return new InstantRunoff(contest, groups.flatMap(({ ballots }) => ballots), decided).run();
}

/** A count round by round; San Francisco Charter § 13.102 and the options that put other laws in its place. */
class InstantRunoff {
  constructor(contest, ballots, decided) {
    if (ballots.some(([ballot]) => ballot.votes?.length && !ballot.ranking?.length)) {
      throw new CannotCount("only totals are known, and rankings are needed");
    }
    this.ballots = ballots;
    this.decided = decided;
    this.ties = new Ties(contest);
    this.names = contest.choices;
    this.standing = contest.choices.map((_, c) => c).filter((c) => contest.choices[c].kind !== "withdrawn");
    this.pool = decided.write_ins === "count" ? [] : this.standing.filter((c) => contest.choices[c].kind === "write-in");
    this.rounds = [];
    this.elected = [];
    this.isFirst = true;
    this.minimum = Number(decided.minimum);
  }

  run() {
    for (;;) {
      this.votes = this.tally();
      const found = this.writeInsOut() ?? this.decideWithoutPool();
      this.elected.push(...(found.elected ?? []));
      if (!found.verdict && String(this.rounds.length + 1) === this.decided.stop_after) {
        found.verdict = this.elected.length ? "elected" : "stopped";
      }
      if (found.verdict) return { elected: this.elected, verdict: found.verdict };
      this.rounds.push(this.votes);
      this.standing = this.standing.filter((c) => !(found.excluded ?? []).includes(c));
    }
  }

  tally() {
    const votes = this.names.map(() => 0);
    for (const [ballot, n] of this.ballots) {
      const choice = (ballot.ranking ?? []).find((c) => this.standing.includes(c));
      if (choice !== undefined) votes[choice] += n;
    }
    return votes;
  }

  /** Pooled write-ins that have votes go out alone, where `write_ins` says so. */
  writeInsOut() {
    const pooled = this.pool.filter((c) => this.standing.includes(c));
    const voted = pooled.filter((c) => this.votes[c]);
    if (!voted.length) return null;
    return { excluded: this.decided.write_ins === "excluded-first" ? pooled : voted };
  }

  /** Where write-ins go first, those without votes take no part and go out with whoever does in the first round. */
  decideWithoutPool() {
    const aside = this.decided.write_ins === "excluded-first" ? this.pool.filter((c) => this.standing.includes(c)) : [];
    const among = this.standing.filter((c) => !aside.includes(c));
    const found = this.elect(among) ?? this.exclude(among);
    this.isFirst = false;
    return { ...found, excluded: [...aside, ...(found.excluded ?? [])] };
  }

  elect(among) {
    const active = among.reduce((total, c) => total + this.votes[c], 0);
    if (!among.length || (!active && this.decided.without_votes === "stop")) return { verdict: "no votes" };
    const isFinal = among.length <= 2;
    const on = this.decided.until_two;
    if (this.elected.length) return isFinal ? { verdict: "elected" } : null;
    const most = Math.max(...among.map((c) => this.votes[c]));
    const level = among.filter((c) => this.votes[c] === most);
    if (most < this.minimum) return null;
    if (2 * most > this.base()) {
      if (isFinal || on === "no" || (on === "unless-in-round-1" && this.isFirst)) {
        return { verdict: "elected", elected: [level[0]] };
      }
      return on === "elected-before" ? { elected: [level[0]] } : null;
    }
    if (!isFinal) return null;
    if (level.length === 1) {
      const isAlone = this.decided.threshold === "first-round" || among.length === 1;
      return isAlone ? { verdict: "elected", elected: level } : null;
    }
    const chosen = this.ties.pick(level, "elected", this.rounds);
    return chosen === null ? { verdict: "tie" } : { verdict: "elected", elected: [chosen] };
  }

  /** What a majority is more than half of. */
  base() {
    const votes = this.decided.threshold === "first-round" && this.rounds.length ? this.rounds[0] : this.votes;
    return votes.reduce((total, n) => total + n, 0);
  }

  exclude(among) {
    const below = among.filter((c) => this.votes[c] < this.minimum);
    if (below.length && below.length === among.length) return { verdict: "stopped" };
    if (below.length) return { excluded: below };
    const mustRemain = this.decided.until_two === "no" ? 1 : 2;
    const batch = ["yes", "not-above-next"].includes(this.decided.batch) ? this.hopeless(among, mustRemain) : [];
    if (batch.length) return { excluded: batch };
    if (this.decided.batch === "zero-votes") {
      const unvoted = among.filter((c) => !this.votes[c]);
      if (unvoted.length >= 2 && unvoted.length <= among.length - mustRemain) return { excluded: unvoted };
    }
    return this.lowest(among);
  }

  /**
   * The largest group of two or more lowest that together have fewer votes than the next one up; `not-above-next`: or
   * as many, where that one has more than each of them.
   */
  hopeless(among, mustRemain) {
    const upwards = [...among].sort((a, b) => this.votes[a] - this.votes[b]);
    let together = 0;
    let size = 0;
    upwards.slice(0, -mustRemain).forEach((c, at) => {
      together += this.votes[c];
      const above = this.votes[upwards[at + 1]];
      const isLevel = this.decided.batch === "not-above-next" && together === above && above > this.votes[c];
      if (together < above || isLevel) size = at + 1;
    });
    return size >= 2 ? upwards.slice(0, size) : [];
  }

  /** Choices without any vote whose tie nothing breaks go out together: no vote moves, so their order cannot matter. */
  lowest(among) {
    const fewest = Math.min(...among.map((c) => this.votes[c]));
    const level = among.filter((c) => this.votes[c] === fewest);
    if (level.length === 1) return { excluded: level };
    const isIdle = fewest === 0 && level.length < among.length;
    const chosen = this.ties.pick(level, "excluded", this.rounds, isIdle);
    if (chosen !== null) return { excluded: [chosen] };
    return isIdle ? { excluded: level } : { verdict: "tie" };
  }
}
