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

/** `Target: connection failed`, from the stable codes; a code of tomorrow reads well too. */
export function verdictName(by: string, reason: string): string {
  const prefix = `${by}_`;
  // `target_5xx` by the target says it twice.
  const rest = reason.startsWith(prefix) ? reason.slice(prefix.length) : reason;
  return `${DECIDERS[by] ?? by}: ${rest.replaceAll('_', ' ')}`;
}
