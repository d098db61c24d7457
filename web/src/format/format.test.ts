import { describe, expect, it } from 'vitest';
import { formatBytes } from './bytes.ts';
import { formatNumberOf, formatShare } from './count.ts';
import { formatDuration, formatSpan } from './duration.ts';
import { formatLogged, formatTick, formatTime } from './time.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [12_345, '12.3 kB'],
    [123_456, '123 kB'],
    [999_499, '999 kB'],
    [999_600, '1.00 MB'],
    [5_000_000_000, '5.00 GB'],
    [2e15, '2000 TB'],
  ])('%i is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('formatShare', () => {
  it.each([
    [0, 0, '–'],
    [0, 10, '0.0 %'],
    [1, 3, '33.3 %'],
    [1, 1e6, '<0.1 %'],
    [999_999, 1e6, '>99.9 %'],
    [10, 10, '100.0 %'],
  ])('%i of %i is %s', (part, whole, text) => expect(formatShare(part, whole)).toBe(text));
});

describe('formatNumberOf', () => {
  it('knows one from many', () => {
    expect(formatNumberOf(1, 'row')).toBe('1 row');
    expect(formatNumberOf(2000, 'row')).toBe('2,000 rows');
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [0.4, '0.4 ms'],
    [12.3, '12 ms'],
    [999.6, '1.00 s'],
    [1250, '1.25 s'],
    [125_000, '2 min 5 s'],
  ])('%d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('formatSpan', () => {
  it.each([
    [0, '0 s'],
    [45_000, '45 s'],
    [750_000, '12 min 30 s'],
    [3_600_000, '1 h'],
    [3 * 86_400_000 + 4 * 3_600_000 + 59_000, '3 d 4 h'],
  ])('%i ms is %s', (ms, text) => expect(formatSpan(ms)).toBe(text));
});

describe('times are UTC', () => {
  const at = Date.UTC(2026, 8, 23, 7, 15, 26, 379);
  it('in full', () => expect(formatTime(at)).toBe('2026-09-23 07:15:26'));
  it.each([
    [86_400_000, '09-23'],
    [60_000, '07:15'],
    [1000, '07:15:26'],
    [100, '07:15:26.379'],
  ])('on ticks %i ms apart: %s', (step_ms, text) => expect(formatTick(at, step_ms)).toBe(text));
  it.each([
    ['2026-09-23T07:15:26.379899Z', '09-23 07:15:26.379'],
    ['2026-09-23T07:15:26Z', '09-23 07:15:26'],
    ['', ''],
  ])('as logged: %s', (logged, text) => expect(formatLogged(logged)).toBe(text));
});
