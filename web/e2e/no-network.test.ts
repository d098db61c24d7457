import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessLog } from './access-log.ts';
import { AlbatrossPage } from './albatross-page.ts';
import { type LocalServer, serveAnything } from './static-server.ts';

let albatross: AlbatrossPage;
let elsewhere: LocalServer;
beforeAll(async () => {
  elsewhere = await serveAnything();
  albatross = await AlbatrossPage.open();
});
afterAll(async () => {
  await albatross.close();
  await elsewhere.close();
});

/** Tries to send something out; the answer is the error's name, or `sent`. */
const FETCH = (address: string): Promise<string> =>
  fetch(address, { method: 'POST', body: 'a line of a log' }).then(
    () => 'sent',
    (error: Error) => error.name,
  );

it('neither the page nor its worker can reach a server that would answer anyone', async () => {
  const { page } = albatross;
  // The server does answer: the refusal below is the policy's, not the network's.
  expect(await fetch(elsewhere.origin).then((response) => response.text())).toBe('leaked');
  expect(elsewhere.requests).toEqual(['GET /']);
  elsewhere.requests.length = 0;

  const [worker] = page.workers();
  expect(worker?.url()).toMatch(/^blob:/);
  for (const address of [`${elsewhere.origin}/fetch`, `${albatross.server.origin}/index.html`]) {
    expect(await page.evaluate(FETCH, address)).toBe('TypeError');
    expect(await worker?.evaluate(FETCH, address)).toBe('TypeError');
  }

  // The other ways out that a page has.
  await page.evaluate((origin) => {
    navigator.sendBeacon(`${origin}/beacon`, 'a line');
    new Image().src = `${origin}/image`;
    const form = Object.assign(document.createElement('form'), {
      action: `${origin}/form`,
      method: 'post',
    });
    document.body.append(form);
    form.submit();
    const frame = Object.assign(document.createElement('iframe'), { src: `${origin}/frame` });
    const script = Object.assign(document.createElement('script'), { src: `${origin}/script` });
    document.body.append(frame, script);
    new WebSocket(origin.replace('http', 'ws')).onerror = () => {};
  }, elsewhere.origin);
  await page.waitForTimeout(500);
  expect(elsewhere.requests).toEqual([]);
});

it('asks its own server for its static files only, also while a log is read', async () => {
  await albatross.reload();
  albatross.server.requests.length = 0;
  await albatross.reload();
  await albatross.drop('access.log', Buffer.from(accessLog(500)));
  await albatross.openFirst();
  for (const request of albatross.server.requests) {
    expect(request).toMatch(/^GET \/(assets\/[\w-]+\.(js|css))?$/);
  }
  expect(new Set(albatross.server.requests).size).toBe(albatross.server.requests.length);
});
