import {
  default_settings,
  initSync,
  Inspection as Parser,
  version,
} from '../../wasm/parser_wasm.js';
import wasm from '../../wasm/parser_wasm_bg.wasm?url&inline';
import type { Inspection } from '../inspection.ts';

// The module's bytes travel in the bundle and are compiled from memory: a fetch, even of a
// data: address, is what the page's policy forbids.
const base64 = wasm.slice(wasm.indexOf(',') + 1);
initSync({ module: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) });

export { default_settings, version };

/**
 * An empty data set.
 *
 * @throws Error with a message for the user when `settings` (JSON; empty: defaults) is not accepted
 */
export function createInspection(settings: string): Inspection {
  return new Parser(settings);
}
