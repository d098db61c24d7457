/**
 * The row that a key moves to, after the ARIA grid pattern; null when the key is not for moving.
 */
export function rowAfterKey(
  key: string,
  row: number,
  rowCount: number,
  pageRows: number,
): number | null {
  const last = rowCount - 1;
  switch (key) {
    case 'ArrowDown':
      return Math.min(row + 1, last);
    case 'ArrowUp':
      return Math.max(row - 1, 0);
    case 'PageDown':
      return Math.min(row + pageRows, last);
    case 'PageUp':
      return Math.max(row - pageRows, 0);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
