import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlbatrossPage } from './albatross-page.ts';

const FIXTURES = fileURLToPath(new URL('../../tests/fixtures/', import.meta.url));
const SOURCE = readFileSync(`${FIXTURES}source.txt`, 'utf8').trim();
const NAMES = readdirSync(FIXTURES).filter((name) => /\.log(\.gz)?$/.test(name));

let albatross: AlbatrossPage;
beforeAll(async () => {
  albatross = await AlbatrossPage.open();
});
afterAll(() => albatross.close());

/** A golden file's lines; no file means none. */
function golden(stem: string, kind: string): string[] {
  const path = `${FIXTURES}${stem}.${kind}`;
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
}

describe('parity: the page shows what the golden files hold', () => {
  it.each(NAMES)('%s', async (name) => {
    const stem = name.replace(/\.log(\.gz)?$/, '');
    await albatross.reload();
    await albatross.setSource(SOURCE.replaceAll('{name}', stem));
    await albatross.choose(`${FIXTURES}${name}`);

    const shown: string[] = [];
    const rows = await albatross.rowCount();
    for (let row = 0; row < rows; row++) {
      if (row === 0) await albatross.openFirst();
      else await albatross.openNext(row);
      shown.push(await albatross.textOf('action-bytes'), await albatross.textOf('document-bytes'));
    }
    expect(shown).toEqual(golden(stem, 'ndjson'));

    await albatross.page.getByRole('tab', { name: /^Rejected/ }).click();
    const rejected: unknown[] = [];
    const rejections = await albatross.rowCount();
    for (let index = 0; index < rejections; index++) {
      if (index === 0) await albatross.openFirst();
      else await albatross.openNext(index);
      rejected.push(await readRejection());
    }
    const expected = golden(stem, 'rejected.ndjson').map((line) => {
      // The page names the file once, above; the length is the whole line's, which it shows.
      const { file: _file, length: _length, ...rest } = JSON.parse(line);
      return rest;
    });
    expect(rejected).toEqual(expected);
    expect(albatross.errors).toEqual([]);
  });
});

/** The open rejected line, in the shape of `albatross parse`'s standard error. */
async function readRejection(): Promise<unknown> {
  const field = await albatross.textOf('rejected-field');
  return {
    line: Number(await albatross.textOf('rejected-line')),
    offset: Number(await albatross.textOf('rejected-offset')),
    code: await albatross.textOf('rejected-code'),
    field: field === '–' ? null : field,
    span: (await albatross.textOf('rejected-span')).split('–').map(Number),
    message: await albatross.textOf('rejected-message'),
    raw: await albatross.textOf('rejected-raw'),
  };
}
