const DIGITS = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** A whole number with its thousands grouped: `1,234,567`. */
export function formatCount(count: number): string {
  return DIGITS.format(count);
}

/** A number in three digits, for axes and rates: `1.23M`. */
export function formatShort(count: number): string {
  return SHORT.format(count);
}

/** A part of a whole: `12.3 %`, and `<0.1 %` rather than a zero that is none. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (100 * part) / whole;
  if (part > 0 && percent < 0.05) return '<0.1 %';
  if (part < whole && percent >= 99.95) return '>99.9 %';
  return `${percent.toFixed(1)} %`;
}

/** `1 row`, `2 rows`. */
export function formatNumberOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
