import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessLine, accessLog } from './access-log.ts';
import { AlbatrossPage } from './albatross-page.ts';

/** Of 500 lines every fiftieth is a 502 of the load balancer, every tenth a 404. */
const LOG = Buffer.from(accessLog(500));
const FAILED = 'http.response.status_code >= 500';

let albatross: AlbatrossPage;
beforeAll(async () => {
  albatross = await AlbatrossPage.open();
});
beforeEach(async () => {
  await albatross.reload();
  await albatross.drop('access.log', LOG);
});
afterAll(() => albatross.close());

describe('a filter', () => {
  it('selects the rows of table, tiles, verdicts and histogram', async () => {
    const { page } = albatross;
    expect(await albatross.filter(FAILED)).toBe('10 of 500 rows');
    expect(await albatross.rowCount()).toBe(10);
    expect(await page.getByTestId('summary').textContent()).toContain('Rows10match the filter');
    expect(await page.locator('.verdicts li').count()).toBe(1);
    const bars = page.locator('.histogram table tbody td');
    await page.waitForFunction(() => document.querySelectorAll('.histogram tbody tr').length <= 10);
    const counts = (await bars.allTextContents()).map(Number);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10);

    await albatross.openFirst();
    expect(await albatross.textOf('raw-bytes')).toBe(accessLine(49));
    await albatross.openNext(1);
    expect(await albatross.textOf('raw-bytes')).toBe(accessLine(99));
    expect(albatross.errors).toEqual([]);
  });

  it('that is wrong is told at its place, and what is shown stays', async () => {
    const { page } = albatross;
    await albatross.filter(FAILED);
    const box = page.getByLabel('Filter', { exact: true });
    await box.fill('not http.response.status: 404');
    await box.press('Enter');
    const error = page.getByTestId('filter-error');
    await error.waitFor();
    expect(await error.textContent()).toContain('At character 5: no such field');
    const caret = await albatross.textOf('filter-caret');
    expect(caret).toBe(`not http.response.status: 404\n    ${'^'.repeat(20)}`);
    expect(await box.getAttribute('aria-invalid')).toBe('true');
    const note = page.locator(`[id="${await box.getAttribute('aria-describedby')}"]`);
    expect(await note.getAttribute('aria-live')).toBe('polite');
    expect(await note.textContent()).toContain('no such field');
    expect(await albatross.rowCount()).toBe(10);
  });

  it('is cleared by Escape and by its button', async () => {
    const { page } = albatross;
    const box = page.getByLabel('Filter', { exact: true });
    const all = page.getByText('All 500 rows');
    await albatross.filter(FAILED);
    await box.press('Escape');
    await all.waitFor();
    expect(await box.inputValue()).toBe('');
    expect(await albatross.rowCount()).toBe(500);
    await albatross.filter(FAILED);
    await page.getByRole('button', { name: 'Clear' }).click();
    await all.waitFor();
    expect(await albatross.rowCount()).toBe(500);
  });

  it('is narrowed by a click on a verdict, and written by one on an example', async () => {
    const { page } = albatross;
    const count = page.getByTestId('filter-count');
    await albatross.filter('http.response.status_code: (502 or 404) or googlebot');
    await page.locator('.verdicts button').first().click();
    await page.waitForFunction(() =>
      document.querySelector<HTMLInputElement>('.filter input')?.value.includes(') and albatross'),
    );
    await count.filter({ hasText: /^50 of 500 rows$/ }).waitFor();
    await page.getByText('How to write filters').click();
    await page.getByRole('button', { name: FAILED }).click();
    await count.filter({ hasText: /^10 of 500 rows$/ }).waitFor();
  });

  it('stays when the files are read again', async () => {
    await albatross.filter(FAILED);
    await albatross.setSource('s3://logs/AWSLogs/');
    await albatross.filtered(FAILED, 's3://logs/AWSLogs/');
    const count = albatross.page.getByTestId('filter-count');
    await count.filter({ hasText: '10 of 500 rows' }).waitFor();
    await albatross.openFirst();
    expect(await albatross.textOf('document-bytes')).toContain('s3://logs/AWSLogs/access.log');
  });

  it('can be made a setting: the other rows have no document then', async () => {
    const { page } = albatross;
    const digest = await albatross.textOf('settings-digest');
    await albatross.filter(FAILED);
    await page.getByRole('button', { name: 'Add to the settings' }).click();
    await page.waitForFunction(
      (before) => document.querySelector('[data-testid=settings-digest]')?.textContent !== before,
      digest,
    );
    await albatross.filtered(FAILED);
    await page.getByRole('button', { name: 'Clear' }).click();
    await albatross.filtered('');
    await page.getByText('All 500 rows').waitFor();
    await albatross.openFirst();
    await page.getByTestId('not-sent').waitFor();
  });
});

it('a key for addresses is asked for, used, and not kept', async () => {
  const { page } = albatross;
  await page.getByText('Edit settings JSON').click();
  await page.getByLabel('Settings JSON').fill('{"redact":{"addresses":"hmac"}}');
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  const field = page.getByLabel('Key for addresses');
  await field.waitFor();
  await albatross.loaded('access.log');
  await albatross.openFirst();
  const addressOf = async (): Promise<string> =>
    JSON.parse(await albatross.textOf('document-bytes')).source.address;
  expect(await addressOf()).not.toMatch(/^[0-9a-f]{32}$/);

  await field.fill('short');
  await field.press('Enter');
  await page.getByTestId('key-note').filter({ hasText: 'key' }).waitFor();
  await field.fill('a key that is long enough for anyone');
  await field.press('Enter');
  await page.getByTestId('key-note').filter({ hasText: 'was given' }).waitFor();
  await page.waitForFunction(() =>
    /"address":"[0-9a-f]{32}"/.test(
      document.querySelector('[data-testid=document-bytes]')?.textContent ?? '',
    ),
  );
  expect(await field.inputValue()).toBe('');
  expect(await field.getAttribute('type')).toBe('password');
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
});
