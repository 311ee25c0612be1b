/** Tables as files: comma-separated values, as RFC 4180 has them. */

/**
 * Fields with a comma, a quote or a line end are quoted. A field that begins with = + - @ gets a quote
 * mark before it, for a spreadsheet would take what somebody typed as a name for a formula.
 */
export function csvOf(lines: readonly (readonly string[])[]): string {
  const field = (text: string) => {
    const tame = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
  };
  return lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}
