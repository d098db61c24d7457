import { expect, it } from 'vitest';
import { splitUrl } from './url-parts.ts';

it.each([
  ['https://a.example:443/x?y=z', 'https://a.example:443', '/x?y=z'],
  ['https://a.example', 'https://a.example', ''],
  ['http://a.example:80-', 'http://a.example:80-', ''],
  ['wss://a.example:443?x', 'wss://a.example:443', '?x'],
  ['/only/path', '', '/only/path'],
  ['-', '', '-'],
  ['', '', ''],
])('%s', (url, origin, path) => expect(splitUrl(url)).toEqual({ origin, path }));
