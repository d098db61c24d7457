import { formatCount, formatShare } from '../format/count.ts';
import { narrowed, verdictClause } from '../state/filter-text.ts';
import type { Session } from '../state/session.ts';
import { verdictName } from './verdict-name.ts';

const SHOWN = 8;

/** The commonest verdicts, each with a bar for its share of the rows. */
export function Verdicts({ session }: { session: Session }) {
  const summary = session.summary.value;
  const verdicts = summary?.verdicts ?? [];
  const most = verdicts[0]?.count ?? 1;
  const rest = verdicts.slice(SHOWN).reduce((sum, { count }) => sum + count, 0);
  return (
    <section class="card verdicts" aria-labelledby="verdicts-heading">
      <header class="card-head">
        <h2 id="verdicts-heading">Who decided, and why</h2>
      </header>
      <ol>
        {verdicts.slice(0, SHOWN).map(({ by, reason, count }) => (
          <li key={`${by} ${reason}`}>
            <button
              type="button"
              class="name"
              title={`Only these rows: ${verdictClause(by, reason)}`}
              onClick={() =>
                session.setFilter(narrowed(session.filter.value, verdictClause(by, reason)))
              }
            >
              {verdictName(by, reason)}
            </button>
            <span class="count">
              {formatCount(count)} <small>{formatShare(count, summary?.rows ?? 0)}</small>
            </span>
            <span class="bar" aria-hidden="true">
              <span
                class={`by-${by} ${reason}`}
                style={{ width: `${Math.max(0.5, (100 * count) / most)}%` }}
              />
            </span>
          </li>
        ))}
      </ol>
      {rest > 0 && (
        <p class="hint">
          and {formatCount(rest)} rows with {verdicts.length - SHOWN} rarer verdicts
        </p>
      )}
    </section>
  );
}
