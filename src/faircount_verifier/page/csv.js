// RFC 4180 with line ends \n, a header, and cells quoted only where they must be.

const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\n)/y;

/** Rows of cells, the header among them not; throws unless the text is what would be written of them. */
export function readCsv(text, header) {
  if (text.includes("\0")) throw new Error("U+0000 in a cell");
  const rows = [];
  let row = [];
  CELL.lastIndex = 0;
  while (CELL.lastIndex < text.length) {
    const found = CELL.exec(text);
    if (!found) throw new Error(`row ${rows.length + 1} cannot be read`);
    row.push(found[1] === undefined ? found[2] : found[1].replaceAll('""', '"'));
    if (found[3] === ",") continue;
    if (row.length !== header.length) throw new Error(`row ${rows.length + 1} has not ${header.length} cells`);
    rows.push(row);
    row = [];
  }
  if (row.length || writeCsv(rows) !== text) throw new Error("not in the form of writing asked for");
  const [first, ...rest] = rows;
  if (!first || first.join() !== header.join()) throw new Error(`the header is not ${header.join()}`);
  return rest;
}

export function writeCsv(rows) {
  const cell = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => `${row.map(cell).join(",")}\n`).join("");
}
