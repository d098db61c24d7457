import { expect, it } from 'vitest';
import { Client, type Port, type WorkerEvent } from './client.ts';
import type { LineDetail, PageMessage, WorkerMessage } from './protocol.ts';

/** A client and the worker's end of its line. */
function connect() {
  const sent: PageMessage[] = [];
  const events: WorkerEvent[] = [];
  const port: Port = {
    postMessage: (message: PageMessage) => sent.push(message),
    onmessage: null,
    onerror: null,
  };
  const client = new Client(port, (event) => events.push(event));
  const reply = (data: WorkerMessage): void => {
    port.onmessage?.call(port as Worker, new MessageEvent('message', { data }));
  };
  return { client, sent, events, port, reply };
}

it('matches answers to questions, in whatever order they come', async () => {
  const { client, sent, events, reply } = connect();
  const first = client.query(1, 'rows', { first: 0, count: 10 });
  const second = client.query(1, 'line', { index: 7 });
  const [one, two] = sent;
  if (one?.kind !== 'query' || two?.kind !== 'query') throw new Error('two questions were asked');
  const line = { index: 7, raw: 'r', action: 'a', document: 'd' } as LineDetail;
  reply({ kind: 'answer', id: two.id, answer: line });
  reply({ kind: 'answer', id: one.id, answer: null });
  expect(await second).toEqual(line);
  expect(await first).toBeNull();
  expect(events).toEqual([]);
});

it('hands on what the worker tells unasked', () => {
  const { events, reply } = connect();
  const ready: WorkerMessage = { kind: 'ready', version: '1', default_settings: '{}' };
  reply(ready);
  expect(events).toEqual([ready]);
});

it('turns a broken worker into a fault', () => {
  const { events, port } = connect();
  port.onerror?.call(port as Worker, { message: 'unreachable' } as ErrorEvent);
  expect(events).toEqual([{ kind: 'fault', message: 'unreachable' }]);
});
