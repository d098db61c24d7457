import { describe, expect, it } from 'vitest';
import { rowAfterKey } from './keys.ts';

describe('rowAfterKey', () => {
  it.each([
    ['ArrowDown', 5, 6],
    ['ArrowDown', 99, 99],
    ['ArrowUp', 5, 4],
    ['ArrowUp', 0, 0],
    ['PageDown', 5, 15],
    ['PageDown', 95, 99],
    ['PageUp', 15, 5],
    ['PageUp', 5, 0],
    ['Home', 50, 0],
    ['End', 50, 99],
  ])('%s goes from %i to %i', (key, from, to) => {
    expect(rowAfterKey(key, from, 100, 10)).toBe(to);
  });

  it('leaves other keys alone', () => {
    expect(rowAfterKey('a', 5, 100, 10)).toBeNull();
    expect(rowAfterKey('Tab', 5, 100, 10)).toBeNull();
  });
});
