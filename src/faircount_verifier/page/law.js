// Steps 7.2, 8.2 and 8.3 for the rules that this page counts: how marks are read, what claims are, what they imply.
import { Fraction, sum, ZERO } from "./fraction.js";
import { isNobody } from "./rules.js";
import { CannotCount } from "./ties.js";

const MOST_STATES = 20_000;

function known(isSo, words) {
  if (!isSo) throw new CannotCount(words);
}

/** Do one check; what this page cannot do is NOT CHECKED, and a text is why it fails. */
function judge(code, place, protocol, check) {
  try {
    const wrong = check();
    if (wrong) protocol.fail(code, place, wrong);
  } catch (error) {
    if (error instanceof CannotCount) protocol.leaveOpen(code, place, error.message);
    else protocol.fail(code, place, `cannot be worked with: ${error.message}`);
  }
}

/** Steps 7.2, 8.2 and 8.3 for every contest. */
export function checkLaw({ contests, ballots }, protocol) {
  for (const contest of contests) {
    const marked = (ballots?.[contest.id] ?? []).filter(({ stated }) => stated === undefined);
    judge("7.2", contest.id, protocol, () => wrongInMarks(contest, marked));
    contest.assertions.forEach((one, at) =>
      judge("8.3", `${contest.id}, assertion ${at}`, protocol, () => wrongInAssorter(contest, one)),
    );
    if (contest.implies === "outcome") judge("8.2", contest.id, protocol, () => whyNotImplied(contest));
  }
  protocol.did("7.2", ballots ? "" : "no marks are committed");
  protocol.did("8.2");
  protocol.did("8.3");
}

// ---- 7.2: marks ----------------------------------------------------------------
function wrongInMarks(contest, marked) {
  for (const { ballot, marks } of marked) {
    const votes = (ballot.votes ?? []).map(([choice, n]) => [choice, Number(n)]);
    const right = read(contest, marks);
    const isLeftOut = contest.rule === "instant-runoff" && !votes.length;
    const isAsRead = isSame(ballot.ranking ?? [], right.ranking) && (isLeftOut || isSame(votes, right.votes));
    if (!isAsRead) return `the marks ${JSON.stringify(marks)} are read as ${JSON.stringify(right)}`;
  }
  return "";
}

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The ballot that the law reads from marks `[choice, rank, score or null]`. */
function read(contest, marks) {
  const isWithdrawn = ([choice]) => contest.choices[choice].kind === "withdrawn";
  known(!marks.some(isWithdrawn), "marks for withdrawn choices are not read here");
  if (contest.rule === "plurality") return { ranking: [], votes: votesIn(contest, marks) };
  const ranking = rankingIn(contest, marks);
  return { ranking, votes: ranking.slice(0, 1).map((choice) => [choice, 1]) };
}

/** A mark is a vote, a second one for the same choice is not, but write-ins are several; none of an overvote. */
function votesIn({ choices, votes_allowed }, marks) {
  const votes = new Map();
  for (const [choice] of marks) {
    votes.set(choice, choices[choice].kind === "write-in" ? (votes.get(choice) ?? 0) + 1 : 1);
  }
  const total = [...votes.values()].reduce((all, n) => all + n, 0);
  return total > votes_allowed ? [] : [...votes].sort(([a], [b]) => a - b);
}

function rankingIn(contest, marks) {
  known(contest.rule === "instant-runoff", `marks under ${contest.rule} are not read here`);
  const { overvote = "exhaust", repeated = "skip", skipped = "unlimited" } = contest.options;
  const isKnown = ["exhaust", "skip"].includes(overvote) && ["exhaust", "skip"].includes(repeated) && skipped === "unlimited";
  known(isKnown && marks.every(([, rank]) => rank > 0), "marks without ranks, or read by other options, are not read here");
  const ranking = [];
  for (const rank of [...new Set(marks.map(([, at]) => at))].sort((a, b) => a - b)) {
    const here = [...new Set(marks.filter(([, at]) => at === rank).map(([choice]) => choice))];
    if (here.length > 1 && overvote === "exhaust") break;
    if (here.some((c) => ranking.includes(c)) && repeated === "exhaust") break;
    if (here.length === 1 && !ranking.includes(here[0])) ranking.push(here[0]);
  }
  return ranking;
}

// ---- 8.3: assorters ------------------------------------------------------------
/** Terms of votes alone as what each choice's vote and, last, each card counts; null for other terms. */
function vectorOf({ terms }, choices) {
  if (terms.some(([, feature]) => feature !== "votes" && feature !== "cards")) return null;
  const of = (wanted) => sum(terms.filter(wanted).map(([coefficient]) => Fraction.of(coefficient)));
  const each = choices.map((_, c) => of(([, feature, list]) => feature === "votes" && list.includes(c)));
  return [...each, of(([, feature]) => feature === "cards")];
}

/** `{winner, loser, standing}` of "not excluded before" (nobody standing) or "ahead when these are left"; else null. */
function claimOf({ terms }) {
  if (terms.length !== 2) return null;
  const [[up, one, a], [down, other, b]] = terms.map(([n, ...rest]) => [Fraction.of(n), ...rest]).sort(([x], [y]) => y.compare(x));
  if (!up.plus(down).equals(0) || !up.isAbove(ZERO)) return null;
  if (one === "first" && other === "prefers") {
    const isClaim = a.length === 1 && b[1] === a[0] && b[0] !== a[0] && b[2] === true;
    return isClaim ? { winner: a[0], loser: b[0], standing: [], most: up } : null;
  }
  if (one !== "head" || other !== "head" || a[0] === b[0]) return null;
  const isOne = isSame(sorted(a[1]), sorted(b[1])) && a[1].includes(b[0]);
  return isOne ? { winner: a[0], loser: b[0], standing: sorted(a[1]), most: up } : null;
}

const sorted = (list) => [...list].sort((a, b) => a - b);

function wrongInAssorter(contest, { assorter, kind, loser, standing, winner }) {
  const vector = vectorOf(assorter, contest.choices);
  const claim = vector ? null : claimOf(assorter);
  known(claim || (vector && contest.rule === "plurality"), `assorters of the kind ${kind} under ${contest.rule} are not known here`);
  const isSaid = claim
    ? winner === claim.winner && loser === claim.loser && isSame(sorted(standing), claim.standing)
    : winner === null || loser === null || (vector[winner].isAbove(ZERO) && ZERO.isAbove(vector[loser]));
  if (!isSaid) return "winner, loser and standing are not those of its terms";
  const [lowest, highest] = claim ? [ZERO.minus(claim.most), claim.most] : [-1, 1].map((sign) => farthest(vector, sign, contest));
  const least = Fraction.of(assorter.least);
  if (least.isAbove(lowest)) return `a ballot can give ${lowest}, below least`;
  const upper = highest.minus(least).over(least.times(-2));
  return upper.isAbove(assorter.upper) ? `a ballot can have the value ${upper}, above upper` : "";
}

/** The most, or with sign −1 the least, that a card can give: one vote a choice, write-ins more, as many as are allowed. */
function farthest(vector, sign, { choices, votes_allowed }) {
  const away = choices.map(({ kind }, c) => ({ each: vector[c].times(sign), cap: kind === "write-in" ? votes_allowed : 1 }));
  let left = votes_allowed;
  let end = vector.at(-1);
  for (const { each, cap } of away.filter(({ each }) => each.isAbove(ZERO)).sort((a, b) => b.each.compare(a.each))) {
    end = end.plus(each.times(sign * Math.min(cap, left)));
    left -= Math.min(cap, left);
  }
  return end;
}

// ---- 8.2: what assertions imply --------------------------------------------------
/** Why the assertions, were they all true, would not make the outcome so; empty where they would. */
export function whyNotImplied(contest) {
  const readers = { plurality: pairsLeft, "instant-runoff": orderLeft };
  known(Object.hasOwn(readers, contest.rule), `what assertions imply under ${contest.rule} is not known here`);
  const { elected, verdict } = contest.outcome;
  const seats = contest.rule === "plurality" ? Math.min(contest.seats, contest.choices.length) : 1;
  if (verdict !== "elected" || elected.length !== seats) return `${seats} are not elected`;
  const left = readers[contest.rule](contest);
  if (!left) return "";
  const areReadable = contest.assertions.every(({ assorter }) => vectorOf(assorter, contest.choices) || claimOf(assorter));
  known(areReadable, `assertions of a kind not known here; without them this is open: ${left}`);
  return `the assertions leave open: ${left}`;
}

const nameOf = ({ choices }) => (c) => choices[c].name;

/** A pair, elected and not, that no assertion speaks of; empty where there is none. */
function pairsLeft(contest) {
  const { elected } = contest.outcome;
  const vectors = contest.assertions.map(({ assorter }) => vectorOf(assorter, contest.choices)).filter(Boolean);
  for (const winner of elected) {
    for (const loser of contest.choices.keys()) {
      if (elected.includes(loser) || vectors.some((vector) => impliesLead(vector, winner, loser))) continue;
      const words = [winner, loser].map(nameOf(contest)).join(" beats ");
      const { kind } = contest.choices[loser];
      known(kind !== "withdrawn" && !isNobody(contest.choices[loser]), `choices of the kind ${kind}: ${words}`);
      return words;
    }
  }
  return "";
}

/**
 * Whether Σ g > 0 means that the winner has more votes: for some t > 0, their lead less t·g has no part below 0. Votes
 * and cards are counts from 0, so what is left is at least 0.
 */
export function impliesLead(vector, winner, loser) {
  const gain = vector[winner];
  const cost = vector[loser];
  const isElsewhere = (n, c) => c !== winner && c !== loser && n.isAbove(ZERO);
  if (!gain.isAbove(ZERO) || !ZERO.isAbove(cost) || vector.some(isElsewhere)) return false;
  return !gain.plus(cost).isAbove(ZERO); // t at most 1/gain, and at least −1/cost
}

/** An order of exclusion with another winner that no assertion contradicts, from the last standing backwards. */
function orderLeft(contest) {
  const { minimum = "0", overvote = "exhaust", stop_after = "never", without_votes = "stop", write_ins = "count" } = contest.options;
  const isPooled = write_ins !== "count" && contest.choices.some(({ kind }) => kind === "write-in");
  const isUsual = minimum === "0" && stop_after === "never" && without_votes === "stop" && ["exhaust", "skip"].includes(overvote);
  known(contest.seats === 1 && isUsual && !isPooled, "what assertions imply under these options is not known here");
  const claims = contest.assertions.map(({ assorter }) => claimOf(assorter)).filter(Boolean);
  const everybody = [...contest.choices.keys()].filter((c) => contest.choices[c].kind !== "withdrawn");
  const waiting = everybody.filter((c) => c !== contest.outcome.elected[0]).map((c) => [c]);
  // What can be said of who goes before the last k depends on who these are, and not on their order.
  const seen = new Set(waiting.map((tail) => tail.join()));
  while (waiting.length) {
    const tail = waiting.pop();
    if (tail.length === everybody.length) return tail.map(nameOf(contest)).join(", ");
    for (const first of everybody.filter((c) => !tail.includes(c))) {
      const set = sorted([first, ...tail]);
      const contradicts = ({ winner, loser, standing }) =>
        winner === first && tail.includes(loser) && (!standing.length || isSame(standing, set));
      if (seen.has(set.join()) || claims.some(contradicts)) continue;
      seen.add(set.join());
      known(seen.size < MOST_STATES, "more orders of exclusion than this page follows");
      waiting.push([first, ...tail]);
    }
  }
  return "";
}
