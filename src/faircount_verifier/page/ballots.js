// Ballots as the law has read them, and the numbers that assorters make of them.
import { Fraction, sum, ZERO } from "./fraction.js";
import { isDistinct, isText, isWhole, listOf, readable, record } from "./forms.js";

const isAmount = (value) => readable(Fraction.of)(value) && Fraction.of(value).isAbove(ZERO);

/** The form of a ballot of a contest: votes by choice in ascending order, none with 0; a ranking where voters rank. */
export function isBallotOf(contest) {
  const isChoice = (value) => isWhole(value) && value < contest.choices.length;
  const isVote = (pair) => Array.isArray(pair) && pair.length === 2 && isChoice(pair[0]) && isAmount(pair[1]);
  const isAscending = (votes) => votes.every(([choice], at) => at === 0 || votes[at - 1][0] < choice);
  const isRanking = (list) => listOf(isChoice)(list) && isDistinct(list) && (contest.ranks > 0 || !list.length);
  return record({}, { ranking: isRanking, votes: (votes) => listOf(isVote)(votes) && isAscending(votes) });
}

/** The form of counted ballots: a list of [ballot, cards]. */
export function areCounted(contest) {
  const isBallot = isBallotOf(contest);
  return listOf((pair) => Array.isArray(pair) && pair.length === 2 && isBallot(pair[0]) && isWhole(pair[1]));
}

/** The form of `{"cards", "ballots"}`. */
export const isGroup = (contest) => record({ ballots: areCounted(contest), cards: isWhole });

/** Rules under which a card may give more than it has votes. */
const POINTS = ["score", "star", "borda", "dowdall"];
const votesOf = (ballot) => ballot.votes ?? [];
const rankingOf = (ballot) => ballot.ranking ?? [];
const given = (ballot, choice) => Fraction.of(votesOf(ballot).find(([at]) => at === choice)?.[1] ?? 0);

/** Why a vote is impossible; empty where it is not. The form of a ballot has been looked at before. */
export function whyImpossible(contest, ballot) {
  const total = sum(votesOf(ballot).map(([, n]) => Fraction.of(n)));
  const isLimited = contest.ranks === 0 && !POINTS.includes(contest.rule);
  if (isLimited && total.isAbove(contest.votes_allowed)) return `has ${total} votes of ${contest.votes_allowed}`;
  const beyond = contest.assertions.findIndex(({ assorter }) => !new Assorter(assorter).isInBounds(ballot));
  return beyond < 0 ? "" : `is beyond the bounds of assertion ${beyond}`;
}

/** Why totals of so many cards cannot be; empty where they can. */
export function whyTooMany(contest, { ballots, cards }) {
  const ranked = ballots.reduce((total, [ballot, n]) => total + (rankingOf(ballot).length ? n : 0), 0);
  if (ranked > cards) return `${ranked} rankings on ${cards} cards`;
  if (contest.ranks !== 0 || POINTS.includes(contest.rule)) return "";
  const total = sum(ballots.map(([ballot, n]) => sum(votesOf(ballot).map(([, v]) => Fraction.of(v))).times(n)));
  return total.isAbove(cards * contest.votes_allowed) ? `${total} votes on ${cards} cards` : "";
}

/** What an assorter may ask of a ballot: the table in docs/assertions.md. */
const FEATURES = {
  cards: () => 1,
  evenly: (ballot, [choice]) => (given(ballot, choice).isAbove(0) ? new Fraction(1n, BigInt(votesOf(ballot).length)) : ZERO),
  first: (ballot, choices) => Number(choices.includes(rankingOf(ballot)[0])),
  head: (ballot, [choice, standing]) => Number(rankingOf(ballot).find((c) => standing.includes(c)) === choice),
  higher: (ballot, [a, b]) => Number(given(ballot, a).isAbove(given(ballot, b))),
  passed: (ballot, [f, a, b]) => Number(rankingOf(ballot)[0] === f && prefers(ballot, [a, b, true])),
  prefers,
  ranks: (ballot, choices) => Number(rankingOf(ballot).some((c) => choices.includes(c))),
  votes: (ballot, choices) => sum(votesOf(ballot).map(([c, n]) => (choices.includes(c) ? Fraction.of(n) : ZERO))),
};

/** 1 where a is ranked before b; where b is not ranked, only if unranked choices are below every ranked one. */
function prefers(ballot, [a, b, below]) {
  const [placeOfA, placeOfB] = [rankingOf(ballot).indexOf(a), rankingOf(ballot).indexOf(b)];
  return Number(placeOfA >= 0 && (placeOfB < 0 ? below : placeOfA < placeOfB));
}

/** The form of a term `[coefficient, feature, arguments]` of an assorter. */
export function isTermOf(contest) {
  const isChoice = (value) => isWhole(value) && value < contest.choices.length;
  const some = (list) => listOf(isChoice)(list) && isDistinct(list);
  const forms = {
    cards: (list) => list.length === 0,
    evenly: (list) => list.length === 1 && isChoice(list[0]),
    first: some,
    head: (list) => list.length === 2 && isChoice(list[0]) && some(list[1]) && list[1].includes(list[0]),
    higher: (list) => list.length === 2 && some(list),
    passed: (list) => list.length === 3 && listOf(isChoice)(list),
    prefers: (list) => list.length === 3 && some(list.slice(0, 2)) && typeof list[2] === "boolean",
    ranks: some,
    votes: some,
  };
  return (term) =>
    Array.isArray(term) && term.length === 3 && isText(term[0]) && readable(Fraction.of)(term[0]) && isText(term[1]) &&
    Object.hasOwn(forms, term[1]) && Array.isArray(term[2]) && forms[term[1]](term[2]);
}

/** One assorter: g of a ballot, and what is made of it. All exact. */
export class Assorter {
  constructor({ terms, least, upper }) {
    this.terms = terms.map(([coefficient, feature, choices]) => [Fraction.of(coefficient), feature, choices]);
    this.least = Fraction.of(least);
    this.upper = Fraction.of(upper);
  }

  gain(ballot) {
    return sum(this.terms.map(([coefficient, feature, choices]) => coefficient.times(FEATURES[feature](ballot, choices))));
  }

  /** A(b) = (g(b) − least) / (−2 least). */
  value(ballot) {
    return this.valueOfGain(this.gain(ballot));
  }

  isInBounds(ballot) {
    const value = this.value(ballot);
    return !ZERO.isAbove(value) && !value.isAbove(this.upper);
  }

  valueOfGain(gain) {
    return gain.minus(this.least).over(this.least.times(-2));
  }

  /** Σ g over a group; the cards are those stated, since totals are no cards. */
  gainOfGroup({ ballots, cards }) {
    const [ofCards, others] = [(term) => term[1] === "cards", (term) => term[1] !== "cards"];
    const fixed = sum(this.terms.filter(ofCards).map(([coefficient]) => coefficient.times(cards)));
    const rest = this.terms.filter(others).map(([coefficient, feature, choices]) =>
      coefficient.times(sum(ballots.map(([ballot, n]) => Fraction.of(FEATURES[feature](ballot, choices)).times(n)))),
    );
    return fixed.plus(sum(rest));
  }

  /** The mean of A over the cards listed for a pool: those that do not hold the contest gain nothing, and count ½. */
  meanOfPool(group, listed) {
    return this.valueOfGain(this.gainOfGroup(group).over(listed));
  }
}
