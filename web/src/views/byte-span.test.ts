import { describe, expect, it } from 'vitest';
import { splitAtSpan } from './byte-span.ts';

describe('splitAtSpan', () => {
  it('splits by bytes', () => {
    expect(splitAtSpan('http 2026 app', [5, 9])).toEqual(['http ', '2026', ' app']);
  });

  it('counts bytes, not UTF-16 units', () => {
    expect(splitAtSpan('é😀x', [6, 7])).toEqual(['é😀', 'x', '']);
    expect(splitAtSpan('é😀x', [2, 6])).toEqual(['é', '😀', 'x']);
  });

  it('takes a character whole when the span cuts it', () => {
    expect(splitAtSpan('é😀x', [3, 4])).toEqual(['é', '😀', 'x']);
  });

  it('marks nothing for an empty span, at its place', () => {
    expect(splitAtSpan('abc', [3, 3])).toEqual(['abc', '', '']);
    expect(splitAtSpan('abc', [1, 1])).toEqual(['a', '', 'bc']);
  });

  it('stays inside the line', () => {
    expect(splitAtSpan('abc', [2, 99])).toEqual(['ab', 'c', '']);
    expect(splitAtSpan('', [0, 0])).toEqual(['', '', '']);
  });
});
