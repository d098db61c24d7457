import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { it } from 'vitest';
import { AlbatrossPage } from './albatross-page.ts';

/** Made by `make bench`, like everything else that is measured. */
const LOG = fileURLToPath(new URL('../../target/bench/200k.log.gz', import.meta.url));
const LINES = 200_000;
const RUNS = 5;

it(`reads ${LINES} lines: from the file's arrival to the full table`, async () => {
  const albatross = await AlbatrossPage.open();
  try {
    const { length } = gunzipSync(readFileSync(LOG));
    for (let run = 1; run <= RUNS; run++) {
      await albatross.reload();
      await albatross.page.evaluate(watch, LINES);
      await albatross.choose(LOG);
      const { firstRows_ms, full_ms } = await albatross.page.evaluate(
        () => (globalThis as unknown as { timing: Promise<Timing> }).timing,
      );
      const rate = length / 1000 / full_ms;
      console.log(
        `run ${run}: first rows ${firstRows_ms.toFixed(0)} ms, full table ${full_ms.toFixed(0)} ms, ${rate.toFixed(0)} MB/s of log`,
      );
    }
  } finally {
    await albatross.close();
  }
});

interface Timing {
  firstRows_ms: number;
  full_ms: number;
}

/** Runs in the page: the clock starts when the page gets the file. */
function watch(lines: number): void {
  const timing = new Promise<Timing>((resolve) => {
    document.addEventListener(
      'change',
      () => {
        const started = performance.now();
        let firstRows_ms = 0;
        const look = (): void => {
          const elapsed = performance.now() - started;
          const grid = document.querySelector('[role=grid]');
          const filled = grid?.querySelector('[data-row="0"] .cell')?.textContent !== '';
          if (firstRows_ms === 0 && grid?.querySelector('[data-row="0"]') && filled) {
            firstRows_ms = elapsed;
          }
          const full = grid?.getAttribute('aria-rowcount') === String(lines + 1);
          if (full && filled && document.querySelector('[data-testid=outcome]')) {
            resolve({ firstRows_ms, full_ms: elapsed });
          } else {
            requestAnimationFrame(look);
          }
        };
        look();
      },
      { capture: true, once: true },
    );
  });
  Object.assign(globalThis, { timing });
}
