import { describe, expect, it } from 'vitest';
import { sourcesOf } from './source.ts';

describe('sourcesOf', () => {
  it('leaves every file without a source when the field is empty', () => {
    expect(sourcesOf('  ', ['a.log', 'b.log'])).toEqual([null, null]);
  });

  it('takes one object for one file', () => {
    expect(sourcesOf(' s3://bucket/key ', ['a.log'])).toEqual(['s3://bucket/key']);
  });

  it('appends each name to a prefix', () => {
    expect(sourcesOf('s3://bucket/logs/', ['a.log', 'b.log'])).toEqual([
      's3://bucket/logs/a.log',
      's3://bucket/logs/b.log',
    ]);
  });

  it('refuses one object for several files', () => {
    expect(() => sourcesOf('s3://bucket/key', ['a.log', 'b.log'])).toThrow('2 files');
  });
});
