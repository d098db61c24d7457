import { describe, expect, it } from 'vitest';
import { layOut } from './json-tokens.ts';

const text = (json: string): string =>
  layOut(json)
    .map((token) => token.text)
    .join('');

describe('layOut', () => {
  it('lays out as JSON.stringify does', () => {
    const value = { a: [1, -2.5e3, true, null], b: { c: 'x', d: {} }, e: [] };
    expect(text(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
  });

  it('leaves numbers and escapes as they are', () => {
    const json = '{"n":12345678901234567890,"f":0.10,"s":"a\\u0022b\\\\\\"{}[],:"}';
    expect(text(json).replaceAll(/\n */g, '').replaceAll(': ', ':')).toBe(json);
  });

  it('tells keys from strings', () => {
    expect(layOut('{"a":"b"}').map(({ kind }) => kind)).toEqual([
      'mark',
      'space',
      'key',
      'mark',
      'space',
      'string',
      'space',
      'mark',
    ]);
  });

  it('takes a single value', () => {
    expect(text('"x"')).toBe('"x"');
    expect(text('')).toBe('');
  });
});
