import { expect, it } from 'vitest';
import { formatName } from './format-name.ts';

it.each([
  ['alb_health_check', 'ALB health'],
  ['tomorrow', 'tomorrow'],
])('%s reads “%s”', (code, name) => expect(formatName(code)).toBe(name));
