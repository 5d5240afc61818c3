// The whole check of a bundle: files in, steps and failures out. Written from docs/bundle.md and nothing else.
import { areActs } from "./acts.js";
import {
  checkLog, checkNames, checkSignature, logKey, readEntries, readStatement,
} from "./envelope.js";
import { checkLaw } from "./law.js";
import { checkReported, checkRounds } from "./measuring.js";
import { Protocol } from "./protocol.js";
import { checkNamedFiles, Replay } from "./replay.js";
import { sum256 } from "./sha.js";
import { remarkOnWitnesses } from "./witness.js";

/**
 * Check a bundle: `files` is name → bytes; `key` the log's verifier key where it came from elsewhere; `problems` what
 * could not be read on the way in. Returns `{verdict, steps, failures, not_checked, remarks}` and never throws.
 */
export function verify(files, { key = "", problems = [] } = {}) {
  const protocol = new Protocol();
  problems.forEach(({ place, words }) => protocol.fail("1.1", place, words));
  protocol.attempt("1.1", "the bundle", () => checkAll(files, key, protocol));
  return protocol.result();
}

function checkAll(files, given, protocol) {
  checkNames(files, protocol);
  const signed = readStatement(files, protocol);
  const log = readEntries(files, protocol);
  if (!log) return;
  const areReadable = areActs(log.entries, files, protocol);
  const key = log.entries[0] && logKey(log.entries, protocol);
  if (!key) return;
  if (signed) checkSignature(signed, key, given, protocol);
  const { body } = log.entries[0];
  const end = checkLog(files, log, key, body.origin, signed?.statement, protocol);
  if (!areReadable) return;
  if (end) remarkOnWitnesses(end, body, protocol);
  checkNamedFiles(files, log.entries, sum256, protocol);
  checkAudit(new Replay(files, log, key, protocol), protocol);
}

function checkAudit(replay, protocol) {
  const era = replay.run();
  if (!replay.isPublished) protocol.leaveOpen("5.1", "the log", "the audit is not published: it goes on");
  if (!era?.data) return;
  protocol.attempt("8.1", "the committed records", () => checkReported(era.data, protocol));
  protocol.attempt("8.2", "the committed records", () => checkLaw(era.data, protocol));
  protocol.attempt("12.1", "the rounds", () => checkRounds(era, protocol));
}
