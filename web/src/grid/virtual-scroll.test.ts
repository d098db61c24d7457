import { describe, expect, it } from 'vitest';
import { MAX_HEIGHT, VirtualScroll } from './virtual-scroll.ts';

const ROW = 30;
const VIEWPORT = 600;

function list(rows: number): VirtualScroll {
  const scroll = new VirtualScroll(ROW);
  scroll.resize(rows, VIEWPORT);
  return scroll;
}

/** Where a row stands inside the viewport. */
function placeOf(scroll: VirtualScroll, row: number): number {
  const { first, top } = scroll.window(0);
  return top + (row - first) * ROW - scroll.scrollTop;
}

describe('a list below the height limit', () => {
  it('is as high as its rows and maps one to one', () => {
    const scroll = list(1000);
    expect(scroll.height).toBe(30_000);
    scroll.scrolled(3015);
    expect(scroll.window(0)).toEqual({ first: 100, end: 121, top: 3000 });
  });

  it('never asks for rows that are not there', () => {
    expect(list(0).window(5)).toEqual({ first: 0, end: 0, top: 0 });
    expect(list(3).window(5)).toEqual({ first: 0, end: 3, top: 0 });
    const scroll = list(1000);
    scroll.scrolled(1e9);
    expect(scroll.window(5)).toEqual({ first: 975, end: 1000, top: 29_250 });
  });

  it('keeps its place while rows are added', () => {
    const scroll = list(1000);
    scroll.scrolled(3000);
    scroll.resize(200_000, VIEWPORT);
    expect(scroll.window(0).first).toBe(100);
  });
});

describe('a list of ten million rows', () => {
  const rows = 10_000_000;

  it('stays below the height that browsers clamp', () => {
    expect(list(rows).height).toBe(MAX_HEIGHT);
  });

  it('shows the very first and the very last row at the ends of the bar', () => {
    const scroll = list(rows);
    expect(placeOf(scroll, 0)).toBe(0);
    scroll.scrolled(MAX_HEIGHT - VIEWPORT);
    expect(scroll.window(0).end).toBe(rows);
    expect(placeOf(scroll, rows - 1)).toBe(VIEWPORT - ROW);
    scroll.scrolled(0);
    expect(placeOf(scroll, 0)).toBe(0);
  });

  it('goes to the proportional row when the bar is dragged', () => {
    const scroll = list(rows);
    scroll.scrolled((MAX_HEIGHT - VIEWPORT) / 2);
    expect(scroll.window(0).first).toBeCloseTo(rows / 2, -2);
  });

  it('moves by pixels, not by thousands of rows, when the wheel turns', () => {
    const scroll = list(rows);
    scroll.scrolled(4_000_000);
    const { first } = scroll.window(0);
    for (let turn = 1; turn <= 10; turn++) scroll.scrolled(4_000_000 + 30 * turn);
    expect(scroll.window(0).first).toBe(first + 10);
  });

  it('settles without moving the list', () => {
    const scroll = list(rows);
    scroll.scrolled(4_000_000);
    for (let turn = 1; turn <= 100; turn++) scroll.scrolled(4_000_000 + 100 * turn);
    const { first } = scroll.window(0);
    const place = placeOf(scroll, first);
    scroll.scrolled(scroll.settle());
    expect(scroll.window(0).first).toBe(first);
    expect(placeOf(scroll, first)).toBeCloseTo(place);
  });

  it('reveals exactly the row that the keyboard went to', () => {
    const scroll = list(rows);
    for (const row of [0, 1, 19, 20, 21, 4_999_999, 5_000_000, 5_000_001, rows - 1, rows - 2, 0]) {
      scroll.reveal(row);
      expect(placeOf(scroll, row)).toBeGreaterThanOrEqual(0);
      expect(placeOf(scroll, row)).toBeLessThanOrEqual(VIEWPORT - ROW);
      const { first, end } = scroll.window(0);
      expect(row).toBeGreaterThanOrEqual(first);
      expect(row).toBeLessThan(end);
    }
  });
});
