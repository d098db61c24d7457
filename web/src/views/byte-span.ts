/** A line in three parts: before, within and after the marked bytes. */
export type MarkedParts = [before: string, marked: string, after: string];

/**
 * Splits a line at a span of UTF-8 byte offsets. An offset inside a character takes the whole
 * character in; an empty span marks nothing, which stands for "here something is missing".
 */
export function splitAtSpan(line: string, [start, end]: readonly [number, number]): MarkedParts {
  const from = indexOfByte(line, start, 'before');
  const to = Math.max(from, indexOfByte(line, end, 'after'));
  return [line.slice(0, from), line.slice(from, to), line.slice(to)];
}

/** The UTF-16 index of a byte offset; inside a character, the border on the side asked for. */
function indexOfByte(line: string, offset: number, side: 'before' | 'after'): number {
  let bytes = 0;
  let index = 0;
  for (const character of line) {
    if (bytes >= offset) return index;
    bytes += utf8Length(character.codePointAt(0) ?? 0);
    if (bytes > offset && side === 'before') return index;
    index += character.length;
  }
  return line.length;
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
