// The acts of a log: the form of each (step 3.4), with the names of files and persons in it.
import { readCanonical } from "./canonical.js";
import {
  any, exactly, isDigits, isFlag, isLine, isName, isObject, isPositive, isSum, isText, isTime, isWhole, listOf, mapOf, record,
} from "./forms.js";

const isFileName = (value) => isText(value) && /^[a-z0-9][a-z0-9._-]{0,99}$/.test(value);
const isFile = record({ bytes: isWhole, name: isFileName, sha256: isSum });
const isMeasure = record({
  assertion: isWhole,
  contest: isName,
  draws: isWhole,
  p: (value) => isText(value) && /^(?:0\.[0-9]{10}|1\.0{10})$/.test(value),
});
const DECISIONS = ["CONFIRMED", "CONTINUE", "HAND COUNT"];
const entry = { contests: isObject, found: isFlag, round: isPositive, unit: isName };

const BODIES = {
  open: record({
    election: any, format: exactly("faircount/1"), log_key: isLine, origin: isLine, quorum: isWhole, software: any,
    witnesses: listOf(isLine),
  }),
  commit: record({
    design: exactly("comparison", "polling", "batch"), double_entry: isFlag, files: listOf(isFile),
    min_digits: (value) => isWhole(value) && value >= 20,
  }),
  witness: record({ checkpoint: isText }),
  promise: record({ party: isName, sha256: isSum }),
  dice: record({ digits: isDigits }),
  reveal: record({ nonce: isName, party: isName, value: isName }),
  seed: record({ seed: isText }),
  draw: record({ round: isPositive, sample: isFile, sizes: mapOf(isWhole) }),
  entry: record(entry),
  resolve: record({ ...entry, people: listOf(isLine) }),
  correct: record({ ...entry, approved_by: isLine, of: isWhole, reason: isText }),
  close: record({ decisions: mapOf(exactly(...DECISIONS)), measured: listOf(isMeasure), round: isPositive }),
  "hand-count": record({ ballots: Array.isArray, cards: isWhole, contest: isName, elected: listOf(isWhole) }),
  late: record({
    files: listOf(isFile), what: exactly("late-ballots", "replaced-file", "second-upload"), words: isText,
  }),
  restart: record({ reason: isText }),
  note: record({ words: isText }),
  "sign-off": record({ words: isText }),
  publish: record({}),
};

const isAct = record({
  act: (value) => isText(value) && Object.hasOwn(BODIES, value), // a list of one text would name a key as well
  at: isTime,
  body: isObject,
  by: record({ name: isLine, role: isText }),
  n: isWhole,
});

const isElsewhere = record({ in: isFile });

/** A body too long for an entry lies in the file that the entry names, and takes its place in the act. */
function fetchBody(act, files) {
  if (act.act === "open" || !isElsewhere(act.body)) return;
  act.bodyFile = act.body.in;
  act.body = readCanonical(files.get(`files/${act.bodyFile.name}`));
}

/** Step 3.4: whether every entry is an act of the form asked for. */
export function areActs(entries, files, protocol) {
  let areGood = true;
  entries.forEach((act, n) => {
    const wrong = act === undefined ? "" : wrongInAct(act, n, files);
    if (wrong) protocol.fail(act?.bodyFile && !files.has(`files/${act.bodyFile.name}`) ? "6.1" : "3.4", `entry ${n}`, wrong);
    areGood &&= act !== undefined && !wrong;
  });
  protocol.did("3.4");
  return areGood;
}

function wrongInAct(act, n, files) {
  if (!isAct(act)) return "is no act of the form asked for";
  if (act.n !== n) return `calls itself number ${act.n}`;
  try {
    fetchBody(act, files);
  } catch {
    return `its body, files/${act.bodyFile.name}, is not there or no canonical JSON`;
  }
  if (!BODIES[act.act](act.body)) return `the body of ${act.act} has not the form asked for`;
  return "";
}

/** The files that an act names. */
export const filesOf = ({ body, bodyFile }) =>
  [...(Array.isArray(body.files) ? body.files : []), body.sample, bodyFile].filter(Boolean);

/** Where an act stands, for a reader. */
export const placeOf = (act) => `entry ${act.n}, ${act.act}`;
