import { describe, expect, it } from 'vitest';
import type { Inspection } from '../inspection.ts';
import { load } from './load.ts';

/** Writes down what is done to the data set. */
function recorder(): { calls: string[]; inspection: Inspection } {
  const calls: string[] = [];
  const inspection = {
    begin: (name: string, source?: string) => calls.push(`begin ${name} ${source}`),
    push: (chunk: Uint8Array) => calls.push(`push ${new TextDecoder().decode(chunk)}`),
    finish: () => calls.push('finish'),
  } as unknown as Inspection;
  return { calls, inspection };
}

const quiet = { cancelled: () => false, progress: () => {} };

describe('load', () => {
  it('reads file after file to the end', async () => {
    const { calls, inspection } = recorder();
    const inputs = [
      { file: new File(['one'], 'a.log'), source: 's3://bucket/a.log' },
      { file: new File(['three'], 'b.log'), source: null },
    ];
    const { cancelled, position, unreadable } = await load(inspection, inputs, quiet);
    expect(calls).toEqual([
      'begin a.log s3://bucket/a.log',
      'push one',
      'finish',
      'begin b.log undefined',
      'push three',
      'finish',
    ]);
    expect(cancelled).toBe(false);
    expect(position).toMatchObject({ file: 1, read_bytes: 8, total_bytes: 8 });
    expect(unreadable).toEqual([]);
  });

  it('tells progress after the first chunk', async () => {
    const { inspection } = recorder();
    const read: number[] = [];
    const inputs = [{ file: new File(['one'], 'a.log'), source: null }];
    await load(inspection, inputs, {
      cancelled: () => false,
      progress: ({ read_bytes }) => read.push(read_bytes),
    });
    expect(read).toEqual([3]);
  });

  it('does not touch the data set once cancelled', async () => {
    const { calls, inspection } = recorder();
    const inputs = [{ file: new File(['one'], 'a.log'), source: null }];
    let cancelled = false;
    const result = await load(inspection, inputs, {
      cancelled: () => cancelled,
      progress: () => {
        cancelled = true;
      },
    });
    expect(calls).toEqual(['begin a.log undefined', 'push one']);
    expect(result.cancelled).toBe(true);
  });

  it('tells a file that cannot be read, and goes on with the next', async () => {
    const { calls, inspection } = recorder();
    const gone = new File(['one'], 'gone.log');
    gone.stream = () =>
      new ReadableStream({
        start: (controller) => controller.error(new DOMException('moved', 'NotFoundError')),
      });
    const inputs = [
      { file: gone, source: null },
      { file: new File(['two'], 'b.log'), source: null },
    ];
    const { unreadable } = await load(inspection, inputs, quiet);
    expect(unreadable).toEqual([{ name: 'gone.log', message: 'moved' }]);
    expect(calls).toContain('push two');
  });

  it('tells a folder that was dropped, whose read is rejected in another way', async () => {
    const { calls, inspection } = recorder();
    const folder = new File([], 'logs');
    folder.stream = () =>
      new ReadableStream({ start: (controller) => controller.error(new TypeError('a folder')) });
    const inputs = [
      { file: folder, source: null },
      { file: new File(['two'], 'b.log'), source: null },
    ];
    const { unreadable } = await load(inspection, inputs, quiet);
    expect(unreadable).toEqual([{ name: 'logs', message: 'a folder' }]);
    expect(calls).toContain('push two');
  });
});
