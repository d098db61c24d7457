import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { AlbatrossPage } from './albatross-page.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COMMAND = `${ROOT}target/lambda/albatross/bootstrap`;
const FILTERS = readFileSync(`${ROOT}tests/fixtures/filters.txt`, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const LINES = 20_000;

/** The other half, that the command and an engine count the same, is in `tests/test_filter.py`. */
it.skipIf(!existsSync(COMMAND))(
  'one filter, two counts: the page selects as many rows as the command lets through',
  { timeout: 600_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'albatross-counts-'));
    const log = join(folder, 'access.log');
    const albatross = await AlbatrossPage.open();
    try {
      const lines = ['--lines', String(LINES), '--seed', '7', '--out', log];
      execFileSync('python3', [`${ROOT}tests/generate.py`, ...lines]);
      await albatross.choose(log);
      let telling = 0;
      for (const filter of FILTERS) {
        const sent = execFileSync(COMMAND, ['parse', '--where', filter, log], {
          maxBuffer: 1 << 30,
        });
        const expected = sent.reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 0);
        if (expected > 0 && expected < LINES) telling++;
        await albatross.filter(filter);
        expect(await albatross.rowCount(), filter).toBe(expected);
      }
      // A filter that finds nothing, or everything, tries little.
      expect(telling).toBeGreaterThanOrEqual(45);
    } finally {
      await albatross.close();
      rmSync(folder, { recursive: true });
    }
  },
);
