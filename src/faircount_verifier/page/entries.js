// Step 11.2: what was read from paper has the form asked for, and could be on paper.
import { isBallotOf, isGroup, whyImpossible, whyTooMany } from "./ballots.js";

/** Check `found` and `contests` of an entry, a resolution or a correction. */
export function checkEntry(data, { contests, found, unit }, place, protocol) {
  const fail = (words) => protocol.fail("11.2", place, words);
  const ids = Object.keys(contests);
  if (!found) {
    if (ids.length) fail("a unit that was not found holds no contests");
    return;
  }
  for (const id of expected(data, unit)) if (!ids.includes(id)) fail(`${id} is missing`);
  for (const id of ids) {
    const contest = data.byId.get(id);
    const wrong = contest ? wrongInReading(data.design, contest, contests[id]) : "is no contest";
    if (wrong) fail(`${id}: ${wrong}`);
  }
}

/** The contests that must be there. */
function expected({ design, contests, units, batches }, unit) {
  if (design === "comparison") return units.get(unit)?.held.keys() ?? [];
  if (design === "batch") return Object.keys(batches.find(({ batch }) => batch === unit)?.contests ?? {});
  return contests.filter((contest) => contest.audited).map(({ id }) => id);
}

function wrongInReading(design, contest, value) {
  if (design !== "batch") {
    if (value === null) return "";
    return isBallotOf(contest)(value) ? whyImpossible(contest, value) : "is no ballot of this contest";
  }
  if (!isGroup(contest)(value)) return "is not cards and ballots of this contest";
  return value.ballots.map(([ballot]) => whyImpossible(contest, ballot)).find(Boolean) || whyTooMany(contest, value);
}
