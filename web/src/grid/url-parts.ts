/** A logged URL in two parts for two columns: scheme, host and port; then path and query. */
export interface UrlParts {
  origin: string;
  path: string;
}

/** Splits without judging: attack strings and half URLs are logged too, and nothing may be lost. */
export function splitUrl(url: string): UrlParts {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
  return { origin, path: url.slice(origin.length) };
}
