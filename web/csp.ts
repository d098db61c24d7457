import type { Plugin } from 'vite';

/**
 * The page's Content-Security-Policy: nothing may be loaded from, or sent to, anywhere but the
 * page's own static files. The worker is made from a blob and inherits this policy.
 */
const DIRECTIVES: Readonly<Record<string, string>> = {
  // Whatever is not named below is refused: frames, fonts, media, objects, manifests.
  'default-src': "'none'",
  // Own bundles; 'wasm-unsafe-eval' lets the parser be compiled, and nothing be eval'ed.
  'script-src': "'self' 'wasm-unsafe-eval'",
  // Own style sheet; style attributes in markup stay refused (the code sets styles by CSSOM).
  'style-src': "'self'",
  // The icon is written into index.html, so that not even /favicon.ico is asked for.
  'img-src': 'data:',
  // The worker's code travels inside the bundle.
  'worker-src': 'blob:',
  // No fetch, no XMLHttpRequest, no WebSocket, no beacon: a dropped log cannot leave.
  'connect-src': "'none'",
  // No form can carry it away either, and no <base> can redirect the bundles.
  'form-action': "'none'",
  'base-uri': "'none'",
};

/** Writes the policy into the built index.html (the dev server needs its own socket and styles). */
export function contentSecurityPolicy(): Plugin {
  const content = Object.entries(DIRECTIVES)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content },
        injectTo: 'head-prepend',
      },
    ],
  };
}
