/**
 * The verdict's sentence (`albatross.verdict.text`) from a document; null when it has none.
 */
export function verdictText(document: string): string | null {
  const { albatross } = JSON.parse(document) as { albatross?: { verdict?: { text?: unknown } } };
  const text = albatross?.verdict?.text;
  return typeof text === 'string' ? text : null;
}
