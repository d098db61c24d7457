import type { Inspection } from '../inspection.ts';
import type { Input, ReadPosition, Unreadable } from './protocol.ts';

const PROGRESS_EVERY_MS = 100;

/** Asked and told while files are being read. */
export interface LoadObserver {
  /** Once true, the data set is not touched any more. */
  cancelled(): boolean;
  progress(position: ReadPosition): void;
}

/** How reading ended. */
export interface LoadResult {
  cancelled: boolean;
  position: ReadPosition;
  unreadable: Unreadable[];
}

/**
 * Reads the files one after the other, in chunks, into the data set. At least every 100 ms it lets
 * the worker's other messages in, so that the page can draw and cancel.
 *
 * A cancelled file is left without `finish`: what is missing was not asked for, so it is no damage.
 */
export async function load(
  inspection: Inspection,
  inputs: readonly Input[],
  observer: LoadObserver,
): Promise<LoadResult> {
  const started = performance.now();
  const unreadable: Unreadable[] = [];
  const position: ReadPosition = {
    file: 0,
    read_bytes: 0,
    total_bytes: inputs.reduce((sum, { file }) => sum + file.size, 0),
    elapsed_ms: 0,
  };
  const result = (cancelled: boolean): LoadResult => {
    position.elapsed_ms = performance.now() - started;
    return { cancelled, position, unreadable };
  };
  // Progress is told after the very first chunk: from then on there is something to draw.
  let due = started;

  for (const [index, { file, source }] of inputs.entries()) {
    position.file = index;
    inspection.begin(file.name, source ?? undefined);
    const reader = file.stream().getReader();
    for (;;) {
      // A folder's rejection is a TypeError, a file's that changed a DOMException: neither may end the page.
      const chunk = await reader.read().catch((error: unknown) => asError(error));
      if (observer.cancelled()) {
        reader.cancel().catch(() => {});
        return result(true);
      }
      if (chunk instanceof Error) {
        unreadable.push({ name: file.name, message: chunk.message });
        break;
      }
      if (chunk.done) break;
      inspection.push(chunk.value);
      position.read_bytes += chunk.value.byteLength;

      const now = performance.now();
      if (now >= due) {
        due = now + PROGRESS_EVERY_MS;
        position.elapsed_ms = now - started;
        observer.progress({ ...position });
        await nextTask();
        if (observer.cancelled()) return result(true);
      }
    }
    inspection.finish();
  }
  return result(false);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Lets queued messages run; awaiting a promise alone would not. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
