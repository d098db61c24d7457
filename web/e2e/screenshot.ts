import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { AlbatrossPage } from './albatross-page.ts';

const FILE = fileURLToPath(new URL('../../docs/page.png', import.meta.url));

it('takes the picture of the page for the README', async () => {
  const albatross = await AlbatrossPage.open({
    viewport: { width: 1360, height: 1160 },
    reducedMotion: 'reduce',
  });
  try {
    const { page } = albatross;
    await albatross.setSource('s3://acme-alb-logs/AWSLogs/');
    await page.getByRole('button', { name: 'Try the sample' }).click();
    await albatross.loaded('sample.log.gz');
    // The sample's incident, among what else failed.
    await albatross.filter('http.response.status_code >= 500');
    await albatross.openFirst();
    await page.mouse.move(0, 0);
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: FILE });
  } finally {
    await albatross.close();
  }
  expect(statSync(FILE).size).toBeLessThan(300_000);
});
