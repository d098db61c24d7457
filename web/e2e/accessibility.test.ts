import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { describe, expect, it } from 'vitest';
import { accessLine, accessLog } from './access-log.ts';
import { AlbatrossPage } from './albatross-page.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const LOG = Buffer.from(`${accessLog(500)}not a log line\n${accessLine(1)}\n`);

/** What axe finds, one line each; the policy is by-passed for its script alone. */
async function violations(albatross: AlbatrossPage): Promise<string[]> {
  await albatross.page.addScriptTag({ path: AXE });
  const results = await albatross.page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

describe.each(['light', 'dark'] as const)('axe, in the %s theme', (colorScheme) => {
  it.each([
    ['wide', { width: 1440, height: 1000 }],
    ['narrow', { width: 390, height: 844 }],
  ])('finds nothing on a %s screen', async (_, viewport) => {
    const albatross = await AlbatrossPage.open({ colorScheme, viewport, bypassCSP: true });
    try {
      expect(await violations(albatross)).toEqual([]);
      await albatross.drop('access.log', LOG);
      await albatross.openFirst();
      expect(await violations(albatross)).toEqual([]);
      await albatross.page.getByRole('tab', { name: /^Rejected/ }).click();
      await albatross.openFirst();
      await albatross.page.getByText('Edit settings JSON').click();
      expect(await violations(albatross)).toEqual([]);
      await albatross.page.getByText('How to write filters').click();
      await albatross.page.getByLabel('Filter', { exact: true }).fill('status: 404');
      await albatross.page.getByLabel('Filter', { exact: true }).press('Enter');
      await albatross.page.getByTestId('filter-error').waitFor();
      expect(await violations(albatross)).toEqual([]);
      // Nothing is wider than the screen: what is wide scrolls inside its own box.
      const overflow = () =>
        document.documentElement.scrollWidth - document.documentElement.clientWidth;
      expect(await albatross.page.evaluate(overflow)).toBe(0);
    } finally {
      await albatross.close();
    }
  });
});
