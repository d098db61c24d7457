import { signal } from '@preact/signals';

const BLOCK = 128;
const MAX_BLOCKS = 64;

/**
 * The few items of a long list that have been on screen lately, fetched from the worker in blocks.
 * Reading `version.value` subscribes to arrivals.
 */
export class WindowCache<T> {
  readonly version = signal(0);
  readonly #fetch: (first: number, count: number) => Promise<T[] | null>;
  /** Insertion order is order of use: the first is the one to drop. */
  readonly #blocks = new Map<number, T[]>();
  readonly #pending = new Set<number>();
  #generation = 0;

  constructor(fetch: (first: number, count: number) => Promise<T[] | null>) {
    this.#fetch = fetch;
  }

  /** The item, or undefined while it is on its way. */
  at(index: number): T | undefined {
    return this.#blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK];
  }

  /** Fetches what is missing of `first..end` in a list of `total` items so far. */
  want(first: number, end: number, total: number): void {
    for (let block = Math.floor(first / BLOCK); block * BLOCK < Math.min(end, total); block++) {
      const held = this.#blocks.get(block);
      const complete = Math.min(BLOCK, total - block * BLOCK);
      if (held !== undefined) {
        this.#blocks.delete(block);
        this.#blocks.set(block, held);
      }
      if ((held?.length ?? 0) < complete && !this.#pending.has(block)) void this.#load(block);
    }
  }

  /** Forgets everything, answers under way included. */
  clear(): void {
    this.#generation++;
    this.#blocks.clear();
    this.#pending.clear();
    this.version.value++;
  }

  async #load(block: number): Promise<void> {
    const generation = this.#generation;
    this.#pending.add(block);
    const items = await this.#fetch(block * BLOCK, BLOCK);
    if (generation !== this.#generation) return;
    this.#pending.delete(block);
    if (items === null) return;
    this.#blocks.set(block, items);
    if (this.#blocks.size > MAX_BLOCKS) {
      const oldest = this.#blocks.keys().next();
      if (!oldest.done) this.#blocks.delete(oldest.value);
    }
    this.version.value++;
  }
}
