import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** A server on a free port of the loopback address, and what it was asked for. */
export interface LocalServer {
  origin: string;
  requests: string[];
  close(): Promise<void>;
}

/** Serves the files below a folder, as any web host would serve the page. */
export async function serveFolder(folder: string): Promise<LocalServer> {
  return listen(async (path) => {
    const file = join(folder, normalize(path === '/' ? '/index.html' : path));
    return { body: await readFile(file), type: TYPES[extname(file)] ?? 'application/octet-stream' };
  });
}

/** Answers whatever it is asked, to anyone: the place where a leaked log would arrive. */
export async function serveAnything(): Promise<LocalServer> {
  return listen(async () => ({ body: Buffer.from('leaked'), type: 'text/plain' }));
}

async function listen(
  answer: (path: string) => Promise<{ body: Buffer; type: string }>,
): Promise<LocalServer> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    requests.push(`${request.method} ${path}`);
    answer(path).then(
      ({ body, type }) => {
        response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' });
        response.end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
