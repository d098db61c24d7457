const CONTEXT = 16;
const LONGEST = 40;

/** A piece of text, and a line of marks to stand under it. */
export interface CaretLine {
  text: string;
  marks: string;
}

/**
 * The piece of a text around a place, with `^` under the place: one at least, which may stand behind
 * the end, where something is missing. Offset and length are in UTF-16 units.
 */
export function caretLine(text: string, offset: number, length: number): CaretLine {
  const flat = text.replaceAll(/\s/g, ' ');
  const before = [...flat.slice(0, offset)];
  const marked = [...flat.slice(offset, offset + length)];
  const after = [...flat.slice(offset + length)];
  const head = before.length > CONTEXT ? ['…', ...before.slice(1 - CONTEXT)] : before;
  const tail = [...marked, ...after];
  const room = LONGEST - head.length;
  const shown = tail.length > room ? [...tail.slice(0, room - 1), '…'] : tail;
  const width = Math.max(1, Math.min(marked.length, shown.length));
  return {
    text: [...head, ...shown].join(''),
    marks: ' '.repeat(head.length) + '^'.repeat(width),
  };
}
