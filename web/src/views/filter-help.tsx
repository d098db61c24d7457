/** The language in examples: each can be tried by a click. */
const EXAMPLES: readonly [filter: string, meaning: string][] = [
  ['http.response.status_code >= 500', 'numbers, times, addresses and text: <, <=, >, >='],
  ['http.response.status_code: (502 or 504)', 'any of several values'],
  ['url.path: /api/* and not url.query: *', '* for any text; alone: the field is there'],
  ['source.ip: 203.0.113.0/24', 'an address or a network'],
  ['@timestamp >= 2026-09-23T12', 'a time in UTC, as exact as it is written'],
  ['@timestamp >= now-7d/d', 'a time from now'],
  ['albatross.verdict.by: waf', 'who decided'],
  ['http.response.*: 404', 'any field of such a name'],
  ['504 or POST', 'a value of any field'],
  ['googlebot or "closed_connection"', 'words anywhere in URL, user agent, hosts, reasons'],
];

/** A short grammar, and examples that can be clicked. */
export function FilterHelp({ onTry }: { onTry: (filter: string) => void }) {
  return (
    <details class="filter-help">
      <summary>How to write filters</summary>
      <p>
        Kibana’s KQL: <code>field: value</code>, joined by <code>and</code>, <code>or</code>,{' '}
        <code>not</code> and parentheses. Fields are those of the documents. The same text serves
        the ingest as its setting <code>filter</code> (without <code>now</code>), and means the same
        in Kibana.
      </p>
      <dl>
        {EXAMPLES.map(([filter, meaning]) => (
          <div key={filter}>
            <dt>
              <button type="button" onClick={() => onTry(filter)}>
                <code>{filter}</code>
              </button>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
