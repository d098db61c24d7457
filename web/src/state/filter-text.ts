/** A filter for the rows with this verdict. */
export function verdictClause(by: string | null, reason: string): string {
  const why = `albatross.verdict.reason: ${reason}`;
  return by === null ? why : `albatross.verdict.by: ${by} and ${why}`;
}

/** The filter with one more condition; unchanged where it ends with that already. */
export function narrowed(filter: string, clause: string): string {
  const text = filter.trim();
  if (text === '') return clause;
  if (text === clause || text.endsWith(` and ${clause}`)) return filter;
  // `or` binds weaker than `and`. Parentheses around one that is quoted change nothing.
  const left = /\bor\b/i.test(text) ? `(${text})` : text;
  return `${left} and ${clause}`;
}

/** The settings with this filter; where they have one already, with both. */
export function withFilter(settings: string, filter: string): string {
  const values = JSON.parse(settings) as { filter?: string | null };
  const own = values.filter ?? '';
  return JSON.stringify({
    ...values,
    filter: own.trim() === '' ? filter : `(${own}) and (${filter})`,
  });
}
