// What a value must look like, said once: each form is a question that a value answers with yes or no.

export const any = () => true;
export const isText = (value) => typeof value === "string";
export const isName = (value) => isText(value) && value.trim() !== "";
export const isLine = (value) => isName(value) && !/[\u0000-\u001f\u007f]/.test(value);
export const isWhole = (value) => Number.isSafeInteger(value) && value >= 0;
export const isPositive = (value) => isWhole(value) && value > 0;
export const isFlag = (value) => typeof value === "boolean";
export const isSum = (value) => isText(value) && /^[0-9a-f]{64}$/.test(value);
export const isDigits = (value) => isText(value) && /^[0-9]+$/.test(value);
export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
export const exactly = (...values) => (value) => values.includes(value);
export const nullOr = (form) => (value) => value === null || form(value);
export const listOf = (form) => (value) => Array.isArray(value) && value.every(form);
export const mapOf = (form) => (value) => isObject(value) && Object.values(value).every(form);
export const isDistinct = (list) => new Set(list).size === list.length;

/** An object with these keys and no others; those of `optional` may be absent. */
export const record = (fields, optional = {}) => {
  const forms = new Map([...Object.entries(fields), ...Object.entries(optional)]);
  return (value) =>
    isObject(value) &&
    Object.keys(fields).every((key) => Object.hasOwn(value, key)) &&
    Object.keys(value).every((key) => forms.get(key)?.(value[key]));
};

/** Whether a reader (one that throws) can read the value. */
export const readable = (read) => (value) => {
  try {
    read(value);
    return true;
  } catch {
    return false;
  }
};

/** What Python's `split` takes for blanks: \s and U+0085 and U+001C to U+001F, without U+FEFF. */
const BLANKS = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** A person's name as persons are compared: without case and needless blanks. */
export const personOf = (name) => name.toLowerCase().split(BLANKS).filter(Boolean).join(" ");

/** A moment that the calendar has, written `2026-11-22T10:00:00Z`. */
export const isTime = (value) =>
  isText(value) &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString() === value.replace("Z", ".000Z");
