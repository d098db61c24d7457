/** The deciders of `albatross.verdict.by`, as a person would name them. */
const DECIDERS: Readonly<Record<string, string>> = {
  target: 'Target',
  client: 'Client',
  load_balancer: 'Load balancer',
  configuration: 'Configuration',
  waf: 'WAF',
  auth: 'Authentication',
  rule: 'Rule',
};

/**
 * `Target: connection failed`, from the stable codes; a code of tomorrow reads well too. Where the line does not tell who
 * decided, there is only the reason.
 */
export function verdictName(by: string | null, reason: string): string {
  if (by === null) return sentence(reason);
  const prefix = `${by}_`;
  // `target_5xx` by the target says it twice.
  const rest = reason.startsWith(prefix) ? reason.slice(prefix.length) : reason;
  return `${DECIDERS[by] ?? by}: ${rest.replaceAll('_', ' ')}`;
}

function sentence(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
