import { batch, computed, signal } from '@preact/signals';
import type { FilterProblem, Histogram, RejectedLine, Row, Summary } from '../inspection.ts';
import { Client, type Port, type WorkerEvent } from '../worker/client.ts';
import type {
  Input,
  LineDetail,
  Queries,
  QueryName,
  ReadPosition,
  RedactionKey,
  Unreadable,
} from '../worker/protocol.ts';
import { sourcesOf } from './source.ts';
import { WindowCache } from './window-cache.ts';

export type Phase = 'empty' | 'loading' | 'complete' | 'cancelled' | 'failed';

/** What the detail panel shows: a row or a rejected line, by index in its list. */
export interface Selection {
  list: 'rows' | 'rejections';
  index: number;
}

/** A text that is no filter, and why. */
export interface FilterRefusal {
  text: string;
  problem: FilterProblem;
}

/** What the user wants to see: which files, as which objects, by which settings. */
interface Proposal {
  files: readonly File[];
  source: string;
  settings: string;
}

/** Everything the page knows: what the user gave, and what the worker says about it. */
export class Session {
  readonly phase = signal<Phase>('empty');
  /** Files, source (see `sourcesOf`) and settings (JSON text) of what is on show. */
  readonly files = signal<readonly File[]>([]);
  readonly source = signal('');
  readonly settings = signal('');
  /** Why the last source or settings were not accepted, to be shown beside them. */
  readonly sourceError = signal<string | null>(null);
  readonly settingsError = signal<string | null>(null);
  /** The filter box's text; the filter last asked for, and what is wrong with it; the one on show. */
  readonly filterText = signal('');
  readonly filterAsked = signal('');
  readonly filterRefusal = signal<FilterRefusal | null>(null);
  readonly filter = signal('');
  readonly redactionKey = signal<RedactionKey>('unneeded');
  readonly keyError = signal<string | null>(null);
  readonly defaultSettings = signal('');
  readonly version = signal('');

  readonly summary = signal<Summary | null>(null);
  readonly position = signal<ReadPosition | null>(null);
  readonly inflatedBytes = signal(0);
  /** Rows that the filter selects, and all of them. */
  readonly rowCount = signal(0);
  readonly readRows = signal(0);
  readonly rejectionCount = signal(0);
  readonly unreadable = signal<readonly Unreadable[]>([]);
  readonly fault = signal<string | null>(null);
  /** Why a part of the page did not arrive: files are not read without it. */
  readonly missing = signal<string | null>(null);
  readonly selection = signal<Selection | null>(null);
  /** Counts sets of files: another source or other settings read the same set again. */
  readonly fileSet = signal(0);
  /** The run whose data set is on show, and how often its rows or documents became others. */
  readonly run = signal(0);
  readonly revision = signal(0);
  readonly loading = computed(() => this.phase.value === 'loading');

  readonly rows = new WindowCache<Row>((first, count) => this.#query('rows', { first, count }));
  readonly rejections = new WindowCache<RejectedLine>((first, count) =>
    this.#query('rejections', { first, count }),
  );

  #client: Client | null = null;
  /** The last run asked for; what each asked for, until it is on show; what to ask for next. */
  #asked = 0;
  readonly #proposals = new Map<number, Proposal>();
  #proposal: Proposal = { files: [], source: '', settings: '' };

  /** Gives the session its worker. */
  connect(port: Port): void {
    this.#client = new Client(port, (event) => batch(() => this.#on(event)));
  }

  /** Replaces the data set by these files. */
  open(files: readonly File[]): void {
    this.#propose({ files });
  }

  /** Reads the same files again, with another source. */
  setSource(source: string): void {
    this.sourceError.value = null;
    this.#propose({ source });
  }

  /** Reads the same files again, with other settings. */
  setSettings(settings: string): void {
    this.settingsError.value = null;
    this.#propose({ settings });
  }

  /** Selects rows; blank: all. */
  setFilter(text: string): void {
    this.filterText.value = text;
    const filter = text.trim() === '' ? '' : text;
    if (filter === this.filterAsked.value) return;
    this.filterAsked.value = filter;
    this.filterRefusal.value = null;
    this.#client?.filter(filter);
  }

  /** Gives the key under which addresses are replaced; the page does not keep it. */
  setRedactionKey(key: string): void {
    this.keyError.value = null;
    this.#client?.setRedactionKey(key);
  }

  /** Gives the rules by which user agents are told. */
  setUserAgentRules(yaml: string): void {
    this.#client?.setUserAgentRules(yaml);
  }

  cancel(): void {
    this.#client?.cancel(this.run.value);
  }

  histogram(bins: number): Promise<Histogram | null> {
    return this.#query('histogram', { bins });
  }

  line(index: number): Promise<LineDetail | null> {
    return this.#query('line', { index });
  }

  /** Asks the worker for it; before the worker is ready, it is kept until then. */
  #propose(change: Partial<Proposal>): void {
    this.#proposal = { ...this.#proposal, ...change };
    if (this.#client === null || this.version.value === '') return;
    const { files, source, settings } = this.#proposal;
    const names = files.map(({ name }) => name);
    let inputs: Input[];
    try {
      const sources = sourcesOf(source, names);
      inputs = files.map((file, index) => ({ file, source: sources[index] ?? null }));
    } catch (error) {
      this.sourceError.value = (error as Error).message;
      return;
    }
    this.#proposals.set(++this.#asked, this.#proposal);
    this.#client.open(this.#asked, inputs, settings);
  }

  async #query<Name extends QueryName>(
    name: Name,
    parameters: Queries[Name]['parameters'],
  ): Promise<Queries[Name]['answer'] | null> {
    return (await this.#client?.query(this.run.peek(), name, parameters)) ?? null;
  }

  #on(event: WorkerEvent): void {
    if ('run' in event && event.kind !== 'opened' && event.kind !== 'refused') {
      if (event.run !== this.run.value) return;
    }
    switch (event.kind) {
      case 'ready':
        this.version.value = event.version;
        this.defaultSettings.value = event.default_settings;
        // Without files too: it tells the digest of the settings.
        this.#propose({ settings: event.default_settings });
        break;
      case 'opened':
        this.#opened(event.run, event.summary);
        this.redactionKey.value = event.redaction_key;
        break;
      case 'selected':
        this.#selected(event.filter, event.summary);
        this.redactionKey.value = event.redaction_key;
        break;
      case 'progress':
        this.position.value = event.position;
        this.rowCount.value = event.counts.rows;
        this.readRows.value = event.counts.rows;
        this.rejectionCount.value = event.counts.rejected;
        this.inflatedBytes.value = event.counts.inflated_bytes;
        break;
      case 'summary':
        this.summary.value = event.summary;
        break;
      case 'finished':
        this.position.value = event.position;
        this.#summarise(event.summary);
        this.unreadable.value = event.unreadable;
        if (this.files.value.length > 0) {
          this.phase.value = event.cancelled ? 'cancelled' : 'complete';
        }
        break;
      case 'refused':
        this.#refused(event.about, event.message);
        break;
      case 'filter_refused':
        if (event.text === this.filterAsked.value) this.filterRefusal.value = event;
        break;
      case 'key_refused':
        this.keyError.value = event.message;
        break;
      case 'fault':
        this.fault.value = event.message;
        if (this.loading.value) this.phase.value = 'failed';
        break;
    }
  }

  #opened(run: number, summary: Summary): void {
    this.run.value = run;
    const { files, source, settings } = this.#proposals.get(run) ?? this.#proposal;
    this.source.value = source;
    this.settings.value = settings;
    // The worker selects again once all is read.
    if (this.filter.value !== '') this.selection.value = null;
    this.filter.value = '';
    if (files !== this.files.value) {
      this.files.value = files;
      this.fileSet.value++;
      this.selection.value = null;
    }
    for (const older of this.#proposals.keys()) if (older <= run) this.#proposals.delete(older);
    this.phase.value = this.files.value.length > 0 ? 'loading' : 'empty';
    this.position.value = null;
    this.sourceError.value = null;
    this.fault.value = null;
    this.unreadable.value = [];
    this.#summarise(summary);
    this.rows.clear();
    this.rejections.clear();
  }

  #selected(filter: string, summary: Summary): void {
    if (filter !== this.filter.value) this.selection.value = null;
    this.filter.value = filter;
    this.keyError.value = null;
    this.revision.value++;
    this.#summarise(summary);
    this.rows.clear();
  }

  #refused(about: 'settings' | 'source', message: string): void {
    if (about === 'source') {
      this.sourceError.value = message;
      return;
    }
    this.settingsError.value = message;
    // What is asked for next must not fail for the same reason.
    this.#proposal = { ...this.#proposal, settings: this.settings.value };
  }

  #summarise(summary: Summary): void {
    this.summary.value = summary;
    this.rowCount.value = summary.rows;
    this.readRows.value = summary.files.reduce((sum, { rows }) => sum + rows, 0);
    this.rejectionCount.value = summary.rejected;
    this.inflatedBytes.value = summary.inflated_bytes;
  }
}
