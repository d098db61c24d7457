import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { formatNumberOf } from '../format/count.ts';
import { formatTime } from '../format/time.ts';
import type { Histogram as Data } from '../inspection.ts';
import type { Session } from '../state/session.ts';
import { HistogramTable } from './histogram-table.tsx';
import { Legend } from './legend.tsx';
import { MARGIN, paint } from './paint.ts';
import { binCount } from './scale.ts';
import { binTotal, countAt } from './stack.ts';
import { STATUS_CLASSES } from './status-class.ts';

const HEIGHT = 220;
const NOTHING: ReadonlySet<number> = new Set();

/** Status classes over time: bars, a legend that hides classes, a read-out by pointer and keys. */
export function Histogram({ session }: { session: Session }) {
  const data = useSignal<Data | null>(null);
  const width = useSignal(0);
  const hidden = useSignal(NOTHING);
  const marked = useSignal<number | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);

  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      width.value = element.clientWidth;
    });
    observer.observe(element);
    width.value = element.clientWidth;
    return () => observer.disconnect();
  }, []);

  // A new summary means new rows.
  const summary = session.summary.value;
  const bins = binCount(width.value - MARGIN.left - MARGIN.right);
  useEffect(() => {
    if (width.peek() === 0) return;
    void session.histogram(bins).then((answer) => {
      if (answer === null) return;
      data.value = answer;
      marked.value = null;
    });
  }, [summary, bins, width.value === 0]);

  const draw = (): void => {
    const context = canvas.current?.getContext('2d');
    const histogram = data.value;
    if (!canvas.current || !context || histogram === null || width.value === 0) return;
    const scale = devicePixelRatio;
    canvas.current.width = Math.round(width.value * scale);
    canvas.current.height = Math.round(HEIGHT * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const style = getComputedStyle(canvas.current);
    paint(context, {
      histogram,
      hidden: hidden.value,
      marked: marked.value,
      width: width.value,
      height: HEIGHT,
      colour: (property) => style.getPropertyValue(property),
    });
  };
  useLayoutEffect(draw);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => dark.removeEventListener('change', draw);
  }, []);

  const histogram = data.value;
  const last = Math.max(0, (histogram?.bins ?? 1) - 1);
  const mark = (bin: number | null): void => {
    marked.value = bin === null ? null : Math.min(last, Math.max(0, bin));
  };
  const onPointerMove = (event: PointerEvent): void => {
    const plot = width.value - MARGIN.left - MARGIN.right;
    const share = (event.offsetX - MARGIN.left) / plot;
    mark(share < 0 || share > 1 ? null : Math.floor(share * (last + 1)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = marked.value ?? -1;
    const moves: Record<string, number | null> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      PageDown: at - 10,
      PageUp: at + 10,
      Home: 0,
      End: last,
      Escape: null,
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    mark(move);
  };

  const readOut = histogram === null ? '' : describeBin(histogram, marked.value, hidden.value);
  return (
    <section class="card histogram" aria-labelledby="histogram-heading">
      <header class="card-head">
        <h2 id="histogram-heading">Status over time</h2>
        <Legend
          counts={summary?.status_classes ?? []}
          hidden={hidden.value}
          onToggle={(index) => {
            const next = new Set(hidden.value);
            if (!next.delete(index)) next.add(index);
            hidden.value = next;
          }}
        />
      </header>
      <div
        ref={frame}
        class="plot"
        role="slider"
        tabIndex={0}
        aria-label="Interval of the histogram"
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={marked.value ?? 0}
        aria-valuetext={readOut}
        onPointerMove={onPointerMove}
        onPointerLeave={() => mark(null)}
        onKeyDown={onKeyDown}
        onBlur={() => mark(null)}
      >
        <canvas ref={canvas} style={{ width: '100%', height: `${HEIGHT}px` }} />
      </div>
      <p class="read-out">{readOut}</p>
      {histogram !== null && !session.loading.value && <HistogramTable histogram={histogram} />}
    </section>
  );
}

/** One interval in words; without one, what the bars are. */
function describeBin(data: Data, bin: number | null, hidden: ReadonlySet<number>): string {
  if (bin === null) {
    const end_ms = data.start_ms + data.bins * data.bin_ms;
    return `${formatTime(data.start_ms)} to ${formatTime(end_ms)} UTC · hover, or focus and use ← →`;
  }
  const start_ms = data.start_ms + bin * data.bin_ms;
  const classes = STATUS_CLASSES.filter(({ index }) => !hidden.has(index))
    .map(({ index, name }) => [name, countAt(data, bin, index)] as const)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`);
  const total = formatNumberOf(binTotal(data, bin, hidden), 'row');
  return [`${formatTime(start_ms)} UTC`, total, ...classes].join(' · ');
}
