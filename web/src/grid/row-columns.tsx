import { formatBytes } from '../format/bytes.ts';
import { formatDuration } from '../format/duration.ts';
import { formatLogged } from '../format/time.ts';
import { statusClass } from '../histogram/status-class.ts';
import type { Row } from '../inspection.ts';
import { formatName } from '../views/format-name.ts';
import { verdictName } from '../views/verdict-name.ts';
import type { Column } from './grid.tsx';
import { splitUrl } from './url-parts.ts';

/** The columns of the table of rows: when, what came of it and why, then the request. */
export const ROW_COLUMNS: readonly Column<Row>[] = [
  { name: 'Line', width_rem: 4.5, numeric: true, cell: (row) => row.line },
  { name: 'Time (UTC)', width_rem: 9.5, cell: (row) => formatLogged(row.time) },
  { name: 'Status', width_rem: 4.5, cell: (row) => <Status status={row.status} /> },
  {
    name: 'Verdict',
    width_rem: 12,
    cell: (row) => verdictName(row.verdict_by, row.verdict_reason),
  },
  { name: 'Method', width_rem: 4.5, cell: (row) => row.method },
  { name: 'Path', width_rem: 18, grows: true, cell: (row) => splitUrl(row.url).path },
  {
    name: 'Took',
    width_rem: 5.5,
    numeric: true,
    cell: (row) => (row.duration_ms === null ? '–' : formatDuration(row.duration_ms)),
  },
  {
    name: 'Sent',
    width_rem: 5.5,
    numeric: true,
    cell: (row) => (row.sent_bytes === null ? '–' : formatBytes(row.sent_bytes)),
  },
  { name: 'Type', width_rem: 7.5, cell: (row) => formatName(row.format) },
  { name: 'Host', width_rem: 15, cell: (row) => splitUrl(row.url).origin },
  { name: 'Client', width_rem: 11, cell: (row) => row.client },
  { name: 'Target', width_rem: 10, cell: (row) => row.target },
  {
    name: 'Target status',
    width_rem: 6.5,
    numeric: true,
    cell: (row) => row.target_status ?? '–',
  },
  { name: 'User agent', width_rem: 24, cell: (row) => row.user_agent },
];

function Status({ status }: { status: number | null }) {
  return <span class={`status ${statusClass(status).id}`}>{status ?? 'none'}</span>;
}
