import { describe, expect, it } from 'vitest';
import { caretLine } from './caret-line.ts';

describe('caretLine', () => {
  it('marks the place', () => {
    expect(caretLine('statuss: 404', 0, 7)).toEqual({ text: 'statuss: 404', marks: '^^^^^^^' });
  });

  it('marks what is missing, behind the end too', () => {
    expect(caretLine('a and', 5, 0)).toEqual({ text: 'a and', marks: '     ^' });
  });

  it('counts characters, not UTF-16 units', () => {
    expect(caretLine('😀 x: 1', 3, 1)).toEqual({ text: '😀 x: 1', marks: '  ^' });
  });

  it('shows the neighbourhood of a place in a long text', () => {
    const { text, marks } = caretLine(`${'a'.repeat(99)} bad ${'b'.repeat(99)}`, 100, 3);
    expect(text).toBe(`…${'a'.repeat(14)} bad ${'b'.repeat(19)}…`);
    expect(marks).toBe(`${' '.repeat(16)}^^^`);
  });

  it('keeps to one line', () => {
    expect(caretLine('a\n\tb', 3, 1)).toEqual({ text: 'a  b', marks: '   ^' });
  });
});
