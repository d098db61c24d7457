import { formatBytes } from '../format/bytes.ts';
import { formatCount, formatShare } from '../format/count.ts';
import { formatSpan } from '../format/duration.ts';
import { formatTime } from '../format/time.ts';
import type { Session } from '../state/session.ts';

interface Tile {
  name: string;
  value: string;
  note: string;
  attention?: boolean;
}

/** The data set in five numbers. */
export function SummaryTiles({ session }: { session: Session }) {
  const summary = session.summary.value;
  if (summary === null) return null;
  const rows = session.rowCount.value;
  const rejected = session.rejectionCount.value;
  const skipped = summary.blank + summary.control;
  const { first_ms, last_ms } = summary;
  const failures = summary.status_classes[5] ?? 0;
  const spanned = first_ms !== null && last_ms !== null;
  const tiles: Tile[] = [
    {
      name: 'Rows',
      value: formatCount(rows),
      note: session.filter.value === '' ? 'become documents' : 'match the filter',
    },
    {
      name: 'Rejected',
      value: formatCount(rejected),
      note: rejected === 0 ? 'every line was understood' : 'lines with an error, listed below',
      attention: rejected > 0,
    },
    {
      name: 'Skipped',
      value: formatCount(skipped),
      note: `${formatCount(summary.blank)} blank, ${formatCount(summary.control)} control`,
    },
    {
      name: 'Server errors',
      value: formatShare(failures, rows),
      note: `${formatCount(failures)} rows with 5xx`,
      attention: failures > 0,
    },
    {
      name: 'Time span',
      value: spanned ? formatSpan(last_ms - first_ms) : '–',
      note: spanned ? `${formatTime(first_ms)} – ${timeAfter(first_ms, last_ms)} UTC` : 'no rows',
    },
    {
      name: 'Log size',
      value: formatBytes(session.inflatedBytes.value),
      note: 'inflated',
    },
  ];
  return (
    <section aria-labelledby="summary-heading">
      <h2 id="summary-heading" class="visually-hidden">
        Summary
      </h2>
      <dl class="tiles" data-testid="summary">
        {tiles.map(({ name, value, note, attention }) => (
          <div key={name} class={`card tile ${attention ? 'attention' : ''}`}>
            <dt>{name}</dt>
            <dd class="value">{value}</dd>
            <dd class="note">{note}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The second end of a span, without the date when it is the first's. */
function timeAfter(first_ms: number, last_ms: number): string {
  const [first, last] = [formatTime(first_ms), formatTime(last_ms)];
  return first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last;
}
