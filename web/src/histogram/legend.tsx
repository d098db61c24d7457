import { formatCount } from '../format/count.ts';
import { STATUS_CLASSES } from './status-class.ts';

interface LegendProps {
  /** Rows by class index. */
  counts: readonly number[];
  hidden: ReadonlySet<number>;
  onToggle: (index: number) => void;
}

/** The classes that occur, with colour, pattern and count; each can be hidden. */
export function Legend({ counts, hidden, onToggle }: LegendProps) {
  return (
    <ul class="legend">
      {STATUS_CLASSES.filter(({ index }) => (counts[index] ?? 0) > 0).map((one) => (
        <li key={one.id}>
          <button
            type="button"
            aria-pressed={!hidden.has(one.index)}
            title={`${one.meaning}: show or hide`}
            onClick={() => onToggle(one.index)}
          >
            <span class={`swatch ${one.id} ${one.pattern}`} aria-hidden="true" />
            {one.name} <b>{formatCount(counts[one.index] ?? 0)}</b>
          </button>
        </li>
      ))}
    </ul>
  );
}
