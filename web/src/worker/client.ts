import type { Input, PageMessage, Queries, Query, QueryName, WorkerMessage } from './protocol.ts';

/** What the worker tells unasked. */
export type WorkerEvent = Exclude<WorkerMessage, { kind: 'answer' }>;

/** The part of `Worker` that is used. */
export type Port = Pick<Worker, 'postMessage' | 'onmessage' | 'onerror'>;

/** The page's end of the line to the worker: commands, questions, and events. */
export class Client {
  readonly #port: Port;
  readonly #waiting = new Map<number, (answer: never) => void>();
  #nextQuery = 0;

  constructor(port: Port, onEvent: (event: WorkerEvent) => void) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      if (data.kind !== 'answer') {
        onEvent(data);
        return;
      }
      const resolve = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      resolve?.(data.answer as never);
    };
    // What the worker could not catch itself: it did not start, or its memory is in disorder.
    port.onerror = ({ message }) => onEvent({ kind: 'fault', message });
  }

  open(run: number, inputs: Input[], settings: string): void {
    this.#post({ kind: 'open', run, inputs, settings });
  }

  cancel(run: number): void {
    this.#post({ kind: 'cancel', run });
  }

  filter(text: string): void {
    this.#post({ kind: 'filter', text });
  }

  setRedactionKey(key: string): void {
    this.#post({ kind: 'key', key });
  }

  setUserAgentRules(yaml: string): void {
    this.#post({ kind: 'rules', yaml });
  }

  /** Asks about the data set of `run`; null when another has taken its place. */
  query<Name extends QueryName>(
    run: number,
    name: Name,
    parameters: Queries[Name]['parameters'],
  ): Promise<Queries[Name]['answer'] | null> {
    const id = this.#nextQuery++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#post({ kind: 'query', id, run, name, parameters } as Query);
    });
  }

  #post(message: PageMessage): void {
    this.#port.postMessage(message);
  }
}
