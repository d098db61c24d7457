import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessLine, accessLog } from './access-log.ts';
import { AlbatrossPage } from './albatross-page.ts';

let albatross: AlbatrossPage;
beforeAll(async () => {
  albatross = await AlbatrossPage.open();
});
beforeEach(() => albatross.reload());
afterAll(() => albatross.close());

describe('a dropped .log.gz', () => {
  it('shows every row, and the document of each', async () => {
    const { page } = albatross;
    await albatross.drop('access.log.gz', gzipSync(accessLog(300)));

    expect(await albatross.rowCount()).toBe(300);
    const first = page.locator('[role=row][data-row="0"]');
    expect(await first.getAttribute('aria-rowindex')).toBe('2');
    expect(await first.textContent()).toContain('/products/0?page=2');

    await albatross.openFirst();
    expect(await albatross.textOf('raw-bytes')).toBe(accessLine(0));
    const document = JSON.parse(await albatross.textOf('document-bytes'));
    expect(document.url.path).toBe('/products/0');
    expect(document.http.response.status_code).toBe(200);
    expect(document.log?.file).toBeUndefined();
    const action = JSON.parse(await albatross.textOf('action-bytes'));
    expect(action.create._index).toBe('albatross-elb-2026.09.23');
    expect(albatross.errors).toEqual([]);
  });

  it('is read again when the source changes, and the open line with it', async () => {
    await albatross.drop('access.log.gz', gzipSync(accessLog(3)));
    await albatross.openFirst();
    await albatross.setSource('s3://logs/AWSLogs/');
    const path = 's3://logs/AWSLogs/access.log.gz';
    await albatross.page.getByTestId('document-bytes').filter({ hasText: path }).waitFor();
    const document = JSON.parse(await albatross.textOf('document-bytes'));
    expect(document.log.file.path).toBe(path);
  });

  it('tells damage, and shows the whole lines before it', async () => {
    const whole = gzipSync(accessLog(3000));
    await albatross.drop('cut.log.gz', whole.subarray(0, whole.length / 2));
    expect(await albatross.page.getByTestId('damage').textContent()).toContain('cut.log.gz');
    const rows = await albatross.rowCount();
    expect(rows).toBeGreaterThan(100);
    expect(rows).toBeLessThan(3000);
  });

  it('lists what was rejected, with the place', async () => {
    const good = accessLine(0);
    await albatross.drop('mixed.log', Buffer.from(`${good}\nhttps not-a-time app/x\n${good}\n`));
    expect(await albatross.rowCount()).toBe(2);
    await albatross.page.getByRole('tab', { name: 'Rejected 1' }).click();
    await albatross.openFirst();
    expect(await albatross.textOf('rejected-line')).toBe('2');
    expect(await albatross.textOf('rejected-offset')).toBe(String(good.length + 1));
    expect(await albatross.textOf('rejected-raw')).toBe('https not-a-time app/x');
    expect(await albatross.page.locator('[data-testid=rejected-raw] mark').textContent()).toBe(
      'not-a-time',
    );
  });
});

describe('several files', () => {
  it('are one list; a single object’s address for them is refused', async () => {
    const { page } = albatross;
    await page.locator('input[type=file]').setInputFiles([
      { name: 'one.log', mimeType: 'text/plain', buffer: Buffer.from(accessLog(2)) },
      { name: 'two.log', mimeType: 'text/plain', buffer: Buffer.from(accessLog(3)) },
    ]);
    await albatross.loaded('one.log', 'two.log');
    expect(await albatross.rowCount()).toBe(5);
    await albatross.setSource('s3://logs/one.log');
    await page.getByText('2 files cannot all be this one object').waitFor();
    expect(await albatross.rowCount()).toBe(5);
  });
});

describe('settings', () => {
  it('change digest and documents', async () => {
    const { page } = albatross;
    await albatross.drop('access.log', Buffer.from(accessLog(1)));
    const digest = await albatross.textOf('settings-digest');
    await page.getByText('Edit settings JSON').click();
    const text = page.getByLabel('Settings JSON');
    const settings = JSON.parse(await text.inputValue());
    await text.fill(JSON.stringify({ ...settings, keep_original: true }));
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.waitForFunction(
      (before) => document.querySelector('[data-testid=settings-digest]')?.textContent !== before,
      digest,
    );
    await albatross.loaded('access.log');
    await albatross.openFirst();
    const document = JSON.parse(await albatross.textOf('document-bytes'));
    expect(document.event.original).toBe(accessLine(0));
  });

  it('that are wrong are refused beside the text, and what is shown stays', async () => {
    const { page } = albatross;
    await albatross.drop('access.log', Buffer.from(accessLog(2)));
    await page.getByText('Edit settings JSON').click();
    await page.getByLabel('Settings JSON').fill('{"index": 1');
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.locator('.settings .error').waitFor();
    expect(await albatross.rowCount()).toBe(2);

    // The text that was refused does not stand in the way of a source.
    await albatross.openFirst();
    await albatross.setSource('s3://logs/one.log');
    const document = page.getByTestId('document-bytes');
    await document.filter({ hasText: 's3://logs/one.log' }).waitFor();
    await albatross.setSource('one.log');
    await page.locator('.field .error').nth(1).waitFor();
    expect(await document.textContent()).toContain('s3://logs/one.log');
  });
});

describe('the table by keyboard', () => {
  it('reaches the exact rows, with the focus on them', async () => {
    const { page } = albatross;
    await albatross.drop('access.log', Buffer.from(accessLog(5000)));
    const focusedRow = () =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex'));
    await page.locator('[role=row][data-row="0"]').focus();
    for (const [key, rowIndex] of [
      ['ArrowDown', '3'],
      ['End', '5001'],
      ['ArrowUp', '5000'],
      ['Home', '2'],
    ] as const) {
      await page.keyboard.press(key);
      expect(await focusedRow(), key).toBe(rowIndex);
    }
    await page.keyboard.press('PageDown');
    expect(Number(await focusedRow())).toBeGreaterThan(8);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.locator('.detail-body[data-row="4999"]').waitFor();
    await page.keyboard.press('Escape');
    expect(await focusedRow()).toBe('5001');
  });
});

describe('a list higher than browsers let an element be', () => {
  it('shows the very last row, and moves by single rows', async () => {
    const { page } = albatross;
    const rows = 300_000;
    await albatross.drop('access.log.gz', gzipSync(accessLog(rows)));
    expect(await albatross.rowCount()).toBe(rows);
    await page.locator('[role=row][data-row="0"]').focus();
    await page.keyboard.press('End');
    const last = page.locator(`[role=row][data-row="${rows - 1}"]`);
    await last.getByText(`/products/${rows - 1}`).waitFor();
    await last.press('Enter');
    await page.locator(`.detail-body[data-row="${rows - 1}"]`).waitFor();
    expect(await albatross.textOf('raw-bytes')).toBe(accessLine(rows - 1));

    await page.getByRole('grid').hover();
    const firstShown = () =>
      page.evaluate(() => {
        const top = document.querySelector('.grid-head')?.getBoundingClientRect().bottom ?? 0;
        const rows = [...document.querySelectorAll('.grid-window [role=row]')];
        const shown = rows.find((row) => row.getBoundingClientRect().bottom > top + 1);
        return Number(shown?.getAttribute('data-row'));
      });
    const before = await firstShown();
    await page.mouse.wheel(0, -300);
    await page.waitForTimeout(400);
    expect(before - (await firstShown())).toBe(10);
  });
});

describe('cancel', () => {
  it('keeps what was read so far', async () => {
    const { page } = albatross;
    const rows = 200_000;
    await page.evaluate(() => {
      new MutationObserver((_, observer) => {
        const cancel = [...document.querySelectorAll('button')].find(
          ({ textContent }) => textContent === 'Cancel',
        );
        if (cancel === undefined) return;
        cancel.click();
        observer.disconnect();
      }).observe(document.body, { childList: true, subtree: true });
    });
    await albatross.drop('access.log.gz', gzipSync(accessLog(rows)));
    expect(await albatross.textOf('outcome')).toContain('Cancelled');
    expect(await albatross.rowCount()).toBeLessThan(rows);
    expect(await page.getByTestId('damage').count()).toBe(0);
  });
});

describe('the sample', () => {
  it('is built in', async () => {
    await albatross.page.getByRole('button', { name: 'Try the sample' }).click();
    await albatross.loaded('sample.log.gz');
    expect(await albatross.rowCount()).toBeGreaterThan(0);
    expect(albatross.errors).toEqual([]);
  });

  it('is open at once at an address of its own', async () => {
    await albatross.page.goto('about:blank');
    await albatross.page.goto(`${albatross.server.origin}/#sample`);
    await albatross.loaded('sample.log.gz');
    expect(await albatross.rowCount()).toBeGreaterThan(0);
  });
});
