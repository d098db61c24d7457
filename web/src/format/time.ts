/** Log times are UTC and are shown so, never in the reader's zone. */

/** `2026-09-23 07:15:26`. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** A logged time (`2026-09-23T07:15:26.379899Z`) for a table cell: `09-23 07:15:26.379`. */
export function formatLogged(time: string): string {
  return time.length >= 19 ? `${time.slice(5, 10)} ${time.slice(11, 23)}`.replace(/Z$/, '') : time;
}

/** As much of a time as tells ticks `step_ms` apart from each other. */
export function formatTick(ms: number, step_ms: number): string {
  const iso = new Date(ms).toISOString();
  if (step_ms >= 86_400_000) return iso.slice(5, 10);
  if (step_ms >= 60_000) return iso.slice(11, 16);
  if (step_ms >= 1000) return iso.slice(11, 19);
  return iso.slice(11, 23);
}
