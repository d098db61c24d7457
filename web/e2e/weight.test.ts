import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const ASSETS = fileURLToPath(new URL('../dist/assets/', import.meta.url));
/** The parser's and the sample's bytes travel as long base64 texts; all else is script. The rules
 * for user agents are a chunk of their own. */
const EMBEDDED = /[A-Za-z0-9+/]{1000,}={0,2}/g;

it('weighs at most 40 kB of script, gzipped, without parser, sample and rules', () => {
  let script = 0;
  let rules = 0;
  for (const name of readdirSync(ASSETS)) {
    expect(name).toMatch(/\.(js|css)$/);
    if (!name.endsWith('.js')) continue;
    const text = readFileSync(ASSETS + name, 'utf8');
    if (name.startsWith('regexes-')) {
      rules += gzipSync(text).length;
      continue;
    }
    script += gzipSync(text.replace(EMBEDDED, '')).length;
  }
  console.log(
    `script: ${(script / 1000).toFixed(1)} kB gzipped, rules: ${(rules / 1000).toFixed(1)} kB`,
  );
  expect(rules).toBeGreaterThan(0);
  expect(script).toBeLessThanOrEqual(40_000);
});
