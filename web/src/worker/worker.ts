import type { Inspection } from '../inspection.ts';
import { load } from './load.ts';
import { createInspection, default_settings, version } from './parser.ts';
import type {
  Input,
  PageMessage,
  Queries,
  Query,
  QueryName,
  RedactionKey,
  WorkerMessage,
} from './protocol.ts';

const SUMMARY_EVERY_MS = 300;

/** The data set on show, and the run (one accepted `open`) that fills it. */
let inspection: Inspection | null = null;
let run = -1;
let loading = false;
let cancelled = false;
/** What the user asks of every data set. */
let filter = '';
let redactionKey = '';
/** Whether the settings of the data set on show ask for the key. */
let asksForKey = false;
let giveRules: (yaml: string) => void;
const rules = new Promise<string>((resolve) => {
  giveRules = resolve;
});

self.onmessage = ({ data }: MessageEvent<PageMessage>) => {
  switch (data.kind) {
    case 'open':
      open(data.run, data.inputs, data.settings).catch(fault);
      break;
    case 'cancel':
      if (data.run === run) cancelled = true;
      break;
    case 'filter':
      select(data.text);
      break;
    case 'key':
      unlock(data.key);
      break;
    case 'rules':
      giveRules(data.yaml);
      break;
    case 'query':
      answer(data);
      break;
  }
};

post({ kind: 'ready', version: version(), default_settings: default_settings() });

async function open(newRun: number, inputs: Input[], settings: string): Promise<void> {
  // Documents without the rules would be others than those that are sent.
  const yaml = inputs.length > 0 ? await rules : null;
  const filled = accept(newRun, inputs, settings);
  if (filled === null) return;
  if (yaml !== null) filled.set_user_agent_rules(yaml);
  asksForKey = filled.lacks_redaction_key();
  if (asksForKey && redactionKey !== '') filled.set_redaction_key(redactionKey);
  // A former run that still waits for a chunk sees that it was replaced, and stops.
  inspection?.free();
  inspection = filled;
  run = newRun;
  loading = true;
  cancelled = false;
  const replaced = (): boolean => run !== newRun;
  post({ kind: 'opened', run, summary: filled.summary(), redaction_key: keyState(filled) });

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
  if (replaced()) return;
  loading = false;
  if (filter !== '') select(filter);
  post({ kind: 'finished', run, ...result, summary: filled.summary() });
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

/** Selects the rows, or says what is wrong with the filter. */
function select(text: string): void {
  const now = Date.now();
  const problem = inspection?.check_filter(text, now) ?? null;
  if (problem !== null) {
    post({ kind: 'filter_refused', text, problem });
    return;
  }
  filter = text;
  // Rows that are still to come are selected at the end: until then all are shown.
  if (inspection === null || loading) return;
  inspection.set_filter(text, now);
  tellSelected(inspection);
}

/** Takes the key for addresses. */
function unlock(key: string): void {
  if (inspection === null) return;
  try {
    inspection.set_redaction_key(key);
  } catch (error) {
    post({ kind: 'key_refused', message: messageOf(error) });
    return;
  }
  redactionKey = key;
  tellSelected(inspection);
}

function tellSelected(from: Inspection): void {
  post({
    kind: 'selected',
    run,
    filter: loading ? '' : filter,
    summary: from.summary(),
    redaction_key: keyState(from),
  });
}

function keyState(of: Inspection): RedactionKey {
  if (!asksForKey) return 'unneeded';
  return of.lacks_redaction_key() ? 'missing' : 'given';
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
      const { index } = query.parameters;
      const [row] = from.rows(index, 1);
      if (row === undefined) return null;
      const at = row.row;
      return {
        index,
        row,
        raw: from.raw(at),
        action: from.action(at),
        document: from.document(at),
      };
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
