import { formatShort } from '../format/count.ts';
import { formatTick } from '../format/time.ts';
import type { Histogram } from '../inspection.ts';
import { niceCeiling, timeTicks } from './scale.ts';
import { countAt, highestBin } from './stack.ts';
import { STACKING, type StatusClass } from './status-class.ts';

/** Room around the bars, in CSS pixels: counts on the left, times below. */
export const MARGIN = { top: 8, right: 8, bottom: 22, left: 44 } as const;
const TICK_EVERY_PX = 90;

/** What to paint, and how. */
export interface Picture {
  histogram: Histogram;
  hidden: ReadonlySet<number>;
  /** The bin under the pointer or the keyboard's cursor. */
  marked: number | null;
  width: number;
  height: number;
  /** Reads a custom property, so that colours follow the theme. */
  colour: (property: string) => string;
}

/** Paints the stacked bars with their axes. `context` is scaled to CSS pixels. */
export function paint(context: CanvasRenderingContext2D, picture: Picture): void {
  const { histogram, hidden, marked, width, height, colour } = picture;
  const plot = {
    width: width - MARGIN.left - MARGIN.right,
    height: height - MARGIN.top - MARGIN.bottom,
  };
  const base = MARGIN.top + plot.height;
  const ceiling = niceCeiling(highestBin(histogram, hidden));
  context.clearRect(0, 0, width, height);
  context.font = '11px system-ui, sans-serif';
  context.lineWidth = 1;

  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const share of ceiling > 1 ? [0, 0.5, 1] : [0, 1]) {
    const y = Math.round(base - share * plot.height) + 0.5;
    context.strokeStyle = colour('--line');
    line(context, MARGIN.left, y, width - MARGIN.right, y);
    context.fillStyle = colour('--muted');
    context.fillText(formatShort(share * ceiling), MARGIN.left - 6, y);
  }

  const slot = plot.width / histogram.bins;
  if (marked !== null) {
    context.fillStyle = colour('--hover');
    context.fillRect(MARGIN.left + marked * slot, MARGIN.top, slot, plot.height);
  }
  const gap = slot >= 4 ? 1 : 0;
  const fills = new Map(STACKING.map((one) => [one.index, fill(context, one, colour)]));
  for (let bin = 0; bin < histogram.bins; bin++) {
    const left = Math.round(MARGIN.left + bin * slot);
    const right = Math.max(left + 1, Math.round(MARGIN.left + (bin + 1) * slot) - gap);
    let bottom = base;
    for (const { index } of STACKING) {
      const count = hidden.has(index) ? 0 : countAt(histogram, bin, index);
      if (count === 0) continue;
      // A single error among millions is what the reader looks for: never less than two pixels.
      const tall = Math.max(2, (count / ceiling) * plot.height);
      context.fillStyle = fills.get(index) ?? '';
      context.fillRect(left, bottom - tall, right - left, tall);
      bottom -= tall;
    }
  }

  const end_ms = histogram.start_ms + histogram.bins * histogram.bin_ms;
  const ticks = timeTicks(histogram.start_ms, end_ms, Math.floor(plot.width / TICK_EVERY_PX));
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (const at of ticks.at_ms) {
    const x =
      MARGIN.left + ((at - histogram.start_ms) / (end_ms - histogram.start_ms)) * plot.width;
    if (x > width - 24) continue;
    context.strokeStyle = colour('--line');
    line(context, x, base, x, base + 4);
    context.fillStyle = colour('--muted');
    context.fillText(formatTick(at, ticks.step_ms), x, base + 7);
  }
}

/** The class's colour with its pattern over it. */
function fill(
  context: CanvasRenderingContext2D,
  { id, pattern }: StatusClass,
  colour: Picture['colour'],
): string | CanvasPattern {
  const plain = colour(`--class-${id}`);
  const tile = new OffscreenCanvas(6, 6);
  const ink = tile.getContext('2d');
  if (pattern === 'plain' || ink === null) return plain;
  ink.fillStyle = plain;
  ink.fillRect(0, 0, 6, 6);
  ink.strokeStyle = ink.fillStyle = colour('--pattern');
  ink.lineWidth = 1;
  if (pattern === 'dots') {
    ink.fillRect(1, 1, 1.5, 1.5);
    ink.fillRect(4, 4, 1.5, 1.5);
  } else {
    for (const shift of [-6, 0, 6]) {
      line(ink, shift - 1, 7, shift + 7, -1);
      if (pattern === 'cross') line(ink, shift - 1, -1, shift + 7, 7);
    }
  }
  return context.createPattern(tile, 'repeat') ?? plain;
}

function line(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
): void {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}
