import { expect, it, vi } from 'vitest';
import { WindowCache } from './window-cache.ts';

const numbers = async (first: number, count: number): Promise<number[]> =>
  Array.from({ length: count }, (_, index) => first + index);
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

it('fetches whole blocks around the window, each once', async () => {
  const fetch = vi.fn(numbers);
  const cache = new WindowCache(fetch);
  cache.want(120, 140, 1000);
  cache.want(120, 140, 1000);
  expect(cache.at(120)).toBeUndefined();
  await settled();
  expect(cache.at(120)).toBe(120);
  expect(cache.at(139)).toBe(139);
  cache.want(120, 140, 1000);
  expect(fetch.mock.calls).toEqual([
    [0, 128],
    [128, 128],
  ]);
});

it('tells arrivals', async () => {
  const cache = new WindowCache(numbers);
  const before = cache.version.value;
  cache.want(0, 10, 1000);
  await settled();
  expect(cache.version.value).toBeGreaterThan(before);
});

it('fetches a block again that was cut short by the list’s end, once the list has grown', async () => {
  let total = 10;
  const cache = new WindowCache((first, count) => numbers(first, Math.min(count, total - first)));
  cache.want(0, 10, total);
  await settled();
  expect(cache.at(10)).toBeUndefined();
  total = 50;
  cache.want(0, 50, total);
  await settled();
  expect(cache.at(49)).toBe(49);
});

it('holds a bounded number of blocks, and drops the one unused for longest', async () => {
  const cache = new WindowCache(numbers);
  for (let first = 0; first < 100 * 128; first += 128) {
    cache.want(first, first + 1, 1e6);
    cache.want(0, 1, 1e6);
    await settled();
  }
  expect(cache.at(0)).toBe(0);
  expect(cache.at(128)).toBeUndefined();
  expect(cache.at(99 * 128)).toBe(99 * 128);
});

it('ignores answers about what was cleared', async () => {
  const cache = new WindowCache(numbers);
  cache.want(0, 10, 1000);
  cache.clear();
  await settled();
  expect(cache.at(0)).toBeUndefined();
});

it('asks again after an answer that was superseded', async () => {
  const fetch = vi.fn(async (): Promise<number[] | null> => null);
  const cache = new WindowCache(fetch);
  cache.want(0, 10, 1000);
  await settled();
  cache.want(0, 10, 1000);
  expect(fetch).toHaveBeenCalledTimes(2);
});
