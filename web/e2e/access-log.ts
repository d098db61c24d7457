const START_MS = Date.UTC(2026, 8, 23, 6);

/** An ALB access line: one a second, from 06:00 on; every tenth answered 404, every fiftieth 502. */
export function accessLine(index: number): string {
  const time = new Date(START_MS + index * 1000).toISOString().replace('Z', '000Z');
  const client = `203.0.113.${index % 250}:${20_000 + (index % 40_000)}`;
  const target = `10.0.1.${4 + (index % 12)}:80`;
  const failed = index % 50 === 49;
  const status = index % 10 === 5 ? 404 : 200;
  const outcome = failed
    ? '-1 -1 -1 502 -'
    : `0.001 0.0${10 + (index % 80)} 0.000 ${status} ${status}`;
  return [
    `https ${time} app/shop/50dc6c495c0c9188 ${client} ${failed ? '-' : target} ${outcome}`,
    `${300 + (index % 700)} ${1000 + (index % 9000)}`,
    `"GET https://shop.example.com:443/products/${index}?page=2 HTTP/2.0" "Mozilla/5.0 (X11; Linux x86_64)"`,
    'ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2',
    'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067',
    `"Root=1-68d23c80-${index.toString(16).padStart(24, '0')}" "shop.example.com" "session-reused" 100`,
    `${time} "forward" "-" "-" "${failed ? '-' : target}" "${failed ? '-' : status}" "-" "-"`,
    'TID_558e26a7adede44b9fdb98006014afcf',
  ].join(' ');
}

/** A log of so many lines, each with its newline. */
export function accessLog(lines: number): string {
  return Array.from({ length: lines }, (_, index) => `${accessLine(index)}\n`).join('');
}
