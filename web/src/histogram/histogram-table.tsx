import { formatTime } from '../format/time.ts';
import type { Histogram } from '../inspection.ts';
import { binTotal, countAt } from './stack.ts';
import { STATUS_CLASSES } from './status-class.ts';

const ALL: ReadonlySet<number> = new Set();

/** The bars as a table, for those who listen. Empty intervals are left out. */
export function HistogramTable({ histogram }: { histogram: Histogram }) {
  const bins = Array.from({ length: histogram.bins }, (_, bin) => bin);
  return (
    <div class="visually-hidden">
      <table>
        <caption>Rows by interval and status class</caption>
        <thead>
          <tr>
            <th scope="col">From (UTC)</th>
            {STATUS_CLASSES.map(({ id, name }) => (
              <th key={id} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bins
            .filter((bin) => binTotal(histogram, bin, ALL) > 0)
            .map((bin) => (
              <tr key={bin}>
                <th scope="row">{formatTime(histogram.start_ms + bin * histogram.bin_ms)}</th>
                {STATUS_CLASSES.map(({ id, index }) => (
                  <td key={id}>{countAt(histogram, bin, index)}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
