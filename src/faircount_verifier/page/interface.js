// The page: takes a folder or a zip, shows what was found. Texts of a bundle are only ever shown as text.
import { fromBase64, hex, utf8 } from "./bytes.js";
import { canonical, readCanonical } from "./canonical.js";
import { isSigned } from "./ed25519.js";
import { Fraction } from "./fraction.js";
import { impliesLead, whyNotImplied } from "./law.js";
import { leafHash, rootOf, tilesOf } from "./merkle.js";
import { FAIL, NOT_CHECKED, PASS, STEPS } from "./protocol.js";
import { outcomeOf } from "./rules.js";
import { smallestP } from "./risk.js";
import { sha256, sha512 } from "./sha.js";
import { verify } from "./verify.js";
import { readZip, withoutTopFolder } from "./zip.js";

const byId = (id) => document.getElementById(id);
const SIGNS = { [PASS]: "✓", [FAIL]: "✗", [NOT_CHECKED]: "–" };
const HEADLINES = { [PASS]: "PASS", [FAIL]: "FAIL", [NOT_CHECKED]: "NOT CHECKED" };
const MEANINGS = {
  [PASS]: "Everything that must hold holds.",
  [FAIL]: "Something does not hold. Each failure is listed with its place.",
  [NOT_CHECKED]: "Nothing failed, and something could not be checked. This is no PASS.",
};

/** Signs that turn or hide text become visible, so that a name cannot pass for another. */
const visible = (text) =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `[U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.map((child) => (typeof child === "string" ? visible(child) : child)));
  return made;
}

function chip(status) {
  const sign = element("span", { ariaHidden: "true" }, SIGNS[status]);
  return element("span", { className: `chip ${status.toLowerCase().replace(" ", "-")}` }, sign, ` ${status}`);
}

const wordsOfCode = (wanted) => STEPS.map(([, codes]) => codes[wanted]).find(Boolean);

function sentence({ code, place, words }) {
  const where = place ? [element("code", {}, place), ": "] : [];
  return element("li", {}, element("b", {}, code), " ", ...where, `${words}. (Must hold: ${wordsOfCode(code)}.)`);
}

function titledList(title, items, className = "") {
  if (!items.length) return [];
  return [element("h3", {}, title), element("ul", { className }, ...items)];
}

function stepView(step) {
  const rows = step.codes.map(({ code, words, status, note }) => {
    return element("li", {}, chip(status), " ", element("b", {}, code), ` ${words}${note ? ` (${note})` : ""}`);
  });
  const isPart = step.status === PASS && step.codes.some(({ status }) => status !== PASS);
  const title = element("h3", {}, `${step.number}. ${step.title} `, chip(step.status), isPart ? " of what was checked" : "");
  return element("li", { className: "step" }, title, element("ul", { className: "codes" }, ...rows));
}

function show(result, count) {
  const failures = result.failures.length;
  byId("verdict").className = result.verdict.toLowerCase().replace(" ", "-");
  byId("verdict").replaceChildren(
    element("p", { className: "word" }, element("span", { ariaHidden: "true" }, `${SIGNS[result.verdict]} `), HEADLINES[result.verdict]),
    element("p", {}, `${MEANINGS[result.verdict]} ${count} files were read; ${failures} ${failures === 1 ? "failure" : "failures"}.`),
  );
  byId("details").replaceChildren(
    ...titledList("Failures", result.failures.map(sentence)),
    ...titledList("Not checked", result.not_checked.map(sentence)),
    ...titledList("To know", result.remarks.map((words) => element("li", {}, words))),
    element("h3", {}, "Every step"),
    element("ol", { className: "steps" }, ...result.steps.map(stepView)),
  );
  byId("result").hidden = false;
  byId("verdict").focus();
}

const say = (words) => (byId("status").textContent = words);

/** A moment for the browser to show what was said. */
const breath = () => new Promise((resolve) => setTimeout(resolve, 30));

/** How the last bundle was read, so that a key given later is checked against the same. */
let lastGather = null;

async function check(gather) {
  lastGather = gather;
  byId("result").hidden = true;
  say("Reading…");
  await breath();
  try {
    const { files, problems } = await gather();
    say(`Checking ${files.size} files…`);
    await breath();
    const result = verify(withoutTopFolder(files), { key: byId("key").value.trim(), problems });
    say(`Done: ${HEADLINES[result.verdict]}.`);
    show(result, files.size);
  } catch (error) {
    say(`This could not be read: ${error.message}`);
  }
}

const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());

async function fromList(chosen) {
  if (chosen.length === 1 && !chosen[0].webkitRelativePath) return readZip(await bytesOf(chosen[0]));
  const files = new Map();
  for (const file of chosen) files.set(file.webkitRelativePath || file.name, await bytesOf(file));
  return { files, problems: [] };
}

/** Every file below a dropped folder. */
async function walk(entry, files) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    files.set(entry.fullPath.slice(1), await bytesOf(file));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const one of some) await walk(one, files);
  }
}

async function fromDrop(entries) {
  const [first] = entries;
  if (entries.length === 1 && first.isFile) {
    const file = await new Promise((resolve, reject) => first.file(resolve, reject));
    return readZip(await bytesOf(file));
  }
  const files = new Map();
  for (const entry of entries) await walk(entry, files);
  return { files, problems: [] };
}

function start() {
  const zone = byId("zone");
  for (const id of ["folder", "zip"]) {
    byId(id).addEventListener("change", ({ target }) => {
      const chosen = [...target.files];
      if (chosen.length) check(() => fromList(chosen));
    });
    byId(id).addEventListener("click", ({ target }) => {
      target.value = ""; // the same file, chosen again, is read again
    });
  }
  byId("key").addEventListener("change", () => {
    if (lastGather) check(lastGather);
  });
  for (const name of ["dragover", "dragleave", "drop"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", name === "dragover");
    });
  }
  zone.addEventListener("drop", ({ dataTransfer }) => {
    const entries = [...dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    if (entries.length) check(() => fromDrop(entries));
  });
}

start();
window.faircountVerifier = {
  canonical, Fraction, fromBase64, hex, impliesLead, isSigned, leafHash, outcomeOf, readCanonical, readZip, rootOf, sha256,
  sha512, smallestP, tilesOf, utf8, verify, whyNotImplied, withoutTopFolder,
};
