import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlbatrossPage } from './albatross-page.ts';

let albatross: AlbatrossPage;
beforeAll(async () => {
  albatross = await AlbatrossPage.open();
});
afterAll(() => albatross.close());

describe('a part of the page that does not arrive', () => {
  it.each(['worker', 'regexes'])('is told: %s', async (part) => {
    const { page, server } = albatross;
    const pattern = `**/assets/${part}-*.js`;
    await page.route(pattern, (route) => route.abort());
    await page.goto(server.origin);
    const alert = page.getByRole('alert');
    await alert.getByText('A part of the page did not arrive. Load it again.').waitFor();
    expect(await alert.textContent()).toContain(part);
    await page.unroute(pattern);
    await albatross.reload();
    expect(await alert.count()).toBe(0);
  });
});
