import type { Inspection } from '../inspection.ts';
import { load } from './load.ts';
import { createInspection, default_settings, version } from './parser.ts';
import type { Input, PageMessage, Queries, Query, QueryName, WorkerMessage } from './protocol.ts';

const SUMMARY_EVERY_MS = 300;

/** The data set on show, and the run (one accepted `open`) that fills it. */
let inspection: Inspection | null = null;
let run = -1;
let cancelled = false;

self.onmessage = ({ data }: MessageEvent<PageMessage>) => {
  switch (data.kind) {
    case 'open':
      open(data.run, data.inputs, data.settings).catch(fault);
      break;
    case 'cancel':
      if (data.run === run) cancelled = true;
      break;
    case 'query':
      answer(data);
      break;
  }
};

post({ kind: 'ready', version: version(), default_settings: default_settings() });

async function open(newRun: number, inputs: Input[], settings: string): Promise<void> {
  const filled = accept(newRun, inputs, settings);
  if (filled === null) return;
  // A former run that still waits for a chunk sees that it was replaced, and stops.
  inspection?.free();
  inspection = filled;
  run = newRun;
  cancelled = false;
  const replaced = (): boolean => run !== newRun;
  post({ kind: 'opened', run, summary: filled.summary() });

  let summary_due = 0;
  const result = await load(filled, inputs, {
    cancelled: () => replaced() || cancelled,
    progress(position) {
      post({ kind: 'progress', run, position, counts: filled.progress() });
      if (position.elapsed_ms >= summary_due) {
        summary_due = position.elapsed_ms + SUMMARY_EVERY_MS;
        post({ kind: 'summary', run, summary: filled.summary() });
      }
    },
  });
  if (!replaced()) post({ kind: 'finished', run, ...result, summary: filled.summary() });
}

/**
 * An empty data set with these settings, once every source is known to be good too. Otherwise tells
 * the page why not, and the data set on show stays.
 */
function accept(newRun: number, inputs: readonly Input[], settings: string): Inspection | null {
  const refuse = (about: 'settings' | 'source', error: unknown): null => {
    post({ kind: 'refused', run: newRun, about, message: messageOf(error) });
    return null;
  };
  let filled: Inspection;
  let trial: Inspection;
  try {
    filled = createInspection(settings);
    trial = createInspection(settings);
  } catch (error) {
    return refuse('settings', error);
  }
  try {
    for (const { file, source } of inputs) {
      trial.begin(file.name, source ?? undefined);
      trial.finish();
    }
  } catch (error) {
    filled.free();
    return refuse('source', error);
  } finally {
    trial.free();
  }
  return filled;
}

function answer(query: Query): void {
  let reply: Queries[QueryName]['answer'] | null = null;
  try {
    if (inspection !== null && query.run === run) reply = ask(inspection, query);
  } catch (error) {
    fault(error);
  }
  post({ kind: 'answer', id: query.id, answer: reply });
}

function ask(from: Inspection, query: Query): Queries[QueryName]['answer'] {
  switch (query.name) {
    case 'rows':
      return from.rows(query.parameters.first, query.parameters.count);
    case 'rejections':
      return from.rejections(query.parameters.first, query.parameters.count);
    case 'histogram': {
      const histogram = from.histogram(query.parameters.bins);
      const { start_ms, bin_ms, bins, counts } = histogram;
      histogram.free();
      return { start_ms, bin_ms, bins, counts };
    }
    case 'line': {
      const { row } = query.parameters;
      return { row, raw: from.raw(row), action: from.action(row), document: from.document(row) };
    }
  }
}

function fault(error: unknown): void {
  post({ kind: 'fault', message: messageOf(error) });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function post(message: WorkerMessage): void {
  self.postMessage(message);
}
