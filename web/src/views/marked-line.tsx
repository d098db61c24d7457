import { splitAtSpan } from './byte-span.ts';

interface MarkedLineProps {
  raw: string;
  span: readonly [number, number];
}

/** A raw line with the bytes that an error is about marked; its text stays the line's. */
export function MarkedLine({ raw, span }: MarkedLineProps) {
  const [before, marked, after] = splitAtSpan(raw, span);
  return (
    <span class="raw">
      {before}
      <mark class={marked === '' ? 'missing' : ''}>{marked}</mark>
      {after}
    </span>
  );
}
