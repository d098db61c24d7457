/** A status class of the histogram's `counts`: 0 for no status, 1 to 5 for 1xx to 5xx. */
export interface StatusClass {
  index: number;
  /** Names the class in CSS: `--class-…`, `.status.…`. */
  id: string;
  name: string;
  meaning: string;
  /** Drawn over the colour, so that colour is not the only carrier. */
  pattern: 'plain' | 'dots' | 'diagonal' | 'cross';
}

export const STATUS_CLASSES: readonly [
  StatusClass,
  StatusClass,
  StatusClass,
  StatusClass,
  StatusClass,
  StatusClass,
] = [
  { index: 0, id: 'none', name: 'none', meaning: 'no status', pattern: 'dots' },
  { index: 1, id: 's1xx', name: '1xx', meaning: 'informational', pattern: 'plain' },
  { index: 2, id: 's2xx', name: '2xx', meaning: 'success', pattern: 'plain' },
  { index: 3, id: 's3xx', name: '3xx', meaning: 'redirection', pattern: 'dots' },
  { index: 4, id: 's4xx', name: '4xx', meaning: 'client error', pattern: 'diagonal' },
  { index: 5, id: 's5xx', name: '5xx', meaning: 'server error', pattern: 'cross' },
];

/** Bottom to top: errors stand on the base line, where heights can be compared. */
export const STACKING: readonly StatusClass[] = [5, 4, 0, 3, 1, 2].map(
  (index) => STATUS_CLASSES[index] ?? STATUS_CLASSES[0],
);

/** The class that a status belongs to; statuses outside 100–599 count as none. */
export function statusClass(status: number | null): StatusClass {
  return STATUS_CLASSES[status === null ? 0 : Math.floor(status / 100)] ?? STATUS_CLASSES[0];
}
