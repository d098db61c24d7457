import { formatCount } from '../format/count.ts';
import type { RejectedLine } from '../inspection.ts';
import { MarkedLine } from '../views/marked-line.tsx';
import type { Column } from './grid.tsx';

/** The columns of the list of rejected lines: where, why, and the line with the place marked. */
export const REJECTION_COLUMNS: readonly Column<RejectedLine>[] = [
  { name: 'Line', width_rem: 5.5, numeric: true, cell: (rejected) => formatCount(rejected.line) },
  {
    name: 'Offset',
    width_rem: 7,
    numeric: true,
    cell: (rejected) => formatCount(rejected.offset),
  },
  { name: 'Code', width_rem: 10, cell: (rejected) => <code>{rejected.code}</code> },
  { name: 'Reason', width_rem: 20, cell: (rejected) => rejected.message },
  {
    name: 'Raw line',
    width_rem: 24,
    grows: true,
    cell: (rejected) => <MarkedLine raw={rejected.raw} span={rejected.span} />,
  },
];
