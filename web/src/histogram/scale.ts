const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps between ticks that a person can read off; beyond them, whole numbers of days. */
const TIME_STEPS_MS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 28].map((count) => count * DAY),
];

/** Bars about this wide can be told apart and hit with a pointer. */
const BAR_PX = 8;

/** How many bins to ask for in a plot of this width. */
export function binCount(width_px: number): number {
  return Math.min(200, Math.max(20, Math.floor(width_px / BAR_PX)));
}

/** Round times inside a span, at most `max` of them. */
export interface TimeTicks {
  step_ms: number;
  at_ms: number[];
}

export function timeTicks(start_ms: number, end_ms: number, max: number): TimeTicks {
  const least = (end_ms - start_ms) / Math.max(1, max);
  const step_ms =
    TIME_STEPS_MS.find((step) => step >= least) ?? Math.ceil(least / (28 * DAY)) * 28 * DAY;
  const at_ms: number[] = [];
  for (let at = Math.ceil(start_ms / step_ms) * step_ms; at <= end_ms; at += step_ms) {
    at_ms.push(at);
  }
  return { step_ms, at_ms };
}

/** A round number (1, 2 or 5 times a power of ten) that is not below `count`. */
export function niceCeiling(count: number): number {
  if (count <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(count));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= count) ?? 10;
  return factor * power;
}
