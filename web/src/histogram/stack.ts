import type { Histogram } from '../inspection.ts';
import { STATUS_CLASSES } from './status-class.ts';

const CLASSES = STATUS_CLASSES.length;

/** Rows of one class in one bin. */
export function countAt(histogram: Histogram, bin: number, classIndex: number): number {
  return histogram.counts[bin * CLASSES + classIndex] ?? 0;
}

/** Rows in a bin, of the classes that are not hidden. */
export function binTotal(histogram: Histogram, bin: number, hidden: ReadonlySet<number>): number {
  let total = 0;
  for (const { index } of STATUS_CLASSES) {
    if (!hidden.has(index)) total += countAt(histogram, bin, index);
  }
  return total;
}

/** The highest bin of the classes that are not hidden. */
export function highestBin(histogram: Histogram, hidden: ReadonlySet<number>): number {
  let highest = 0;
  for (let bin = 0; bin < histogram.bins; bin++) {
    highest = Math.max(highest, binTotal(histogram, bin, hidden));
  }
  return highest;
}
