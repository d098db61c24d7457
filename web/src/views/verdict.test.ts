import { expect, it } from 'vitest';
import { verdictName } from './verdict-name.ts';
import { verdictText } from './verdict-text.ts';

it.each([
  ['target', 'answered', 'Target: answered'],
  ['target', 'target_5xx', 'Target: 5xx'],
  ['waf', 'waf_blocked', 'WAF: blocked'],
  ['configuration', 'no_registered_target', 'Configuration: no registered target'],
  ['tomorrow', 'new_reason', 'tomorrow: new reason'],
  [null, 'not_told', 'Not told'],
])('%s, %s reads “%s”', (by, reason, name) => expect(verdictName(by, reason)).toBe(name));

it('finds the sentence in a document, or none', () => {
  expect(verdictText('{"albatross":{"verdict":{"text":"It went well."}}}')).toBe('It went well.');
  expect(verdictText('{"albatross":{}}')).toBeNull();
  expect(verdictText('{}')).toBeNull();
});
