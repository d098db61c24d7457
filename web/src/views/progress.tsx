import { formatBytes } from '../format/bytes.ts';
import { formatCount, formatNumberOf, formatShort } from '../format/count.ts';
import type { Phase, Session } from '../state/session.ts';

interface Reading {
  read: number;
  total: number;
  rows: number;
  took: string;
  rate: string;
}

const ENDINGS: Readonly<Record<Exclude<Phase, 'empty' | 'loading'>, (reading: Reading) => string>> =
  {
    complete: ({ total, took, rate }) => `Read ${formatBytes(total)} in ${took}${rate}.`,
    cancelled: ({ read, total, rows }) =>
      `Cancelled after ${formatBytes(read)} of ${formatBytes(total)}: the ${formatCount(rows)} rows read so far are shown.`,
    failed: ({ read, total }) => `Failed after ${formatBytes(read)} of ${formatBytes(total)}.`,
  };

/** How far reading is, or how it ended; with a way to stop it. */
export function Progress({ session }: { session: Session }) {
  const phase = session.phase.value;
  const position = session.position.value;
  if (phase === 'empty') return null;
  const read = position?.read_bytes ?? 0;
  const total =
    position?.total_bytes ?? session.files.value.reduce((sum, { size }) => sum + size, 0);
  const elapsed_s = (position?.elapsed_ms ?? 0) / 1000;
  const rows = session.readRows.value;
  const percent = total === 0 ? 100 : Math.floor((100 * read) / total);
  const rate = elapsed_s > 0 ? ` · ${formatShort(rows / elapsed_s)} rows/s` : '';

  if (phase === 'loading') {
    return (
      <div class="card progress">
        <progress aria-label="Reading files" max={100} value={percent} />
        <p>
          <b>{percent} %</b> · {formatBytes(read)} of {formatBytes(total)} ·{' '}
          {formatNumberOf(rows, 'row')}
          {rate}
        </p>
        <button type="button" onClick={() => session.cancel()}>
          Cancel
        </button>
      </div>
    );
  }
  const took = `${elapsed_s < 1 ? elapsed_s.toFixed(2) : elapsed_s.toFixed(1)} s`;
  return (
    <p class="outcome" role="status" data-testid="outcome">
      {ENDINGS[phase]({ read, total, rows, took, rate })}
    </p>
  );
}
