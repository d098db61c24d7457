import { describe, expect, it } from 'vitest';
import { binCount, niceCeiling, timeTicks } from './scale.ts';

describe('binCount', () => {
  it('follows the width, within limits', () => {
    expect(binCount(0)).toBe(20);
    expect(binCount(800)).toBe(100);
    expect(binCount(5000)).toBe(200);
  });
});

describe('timeTicks', () => {
  const seven = Date.UTC(2026, 8, 23, 7, 0, 0);

  it('stands on round times', () => {
    const { step_ms, at_ms } = timeTicks(seven + 12_345, seven + 3_600_000, 6);
    expect(step_ms).toBe(600_000);
    expect(at_ms).toEqual([1, 2, 3, 4, 5, 6].map((tick) => seven + tick * 600_000));
  });

  it.each([1, 999, 60_000, 5 * 86_400_000, 40 * 365 * 86_400_000])(
    'gives some, and few, for a span of %i ms',
    (span) => {
      const { at_ms } = timeTicks(seven, seven + span, 8);
      expect(at_ms.length).toBeGreaterThanOrEqual(1);
      expect(at_ms.length).toBeLessThanOrEqual(9);
    },
  );

  it('copes with a span of nothing', () => {
    expect(timeTicks(seven, seven, 8).at_ms).toEqual([seven]);
  });
});

describe('niceCeiling', () => {
  it.each([
    [0, 1],
    [1, 1],
    [3, 5],
    [10, 10],
    [11, 20],
    [501, 1000],
    [123_456, 200_000],
  ])('%i fits under %i', (count, ceiling) => expect(niceCeiling(count)).toBe(ceiling));
});
