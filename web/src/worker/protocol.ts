import type {
  FilterProblem,
  Histogram,
  Progress,
  RejectedLine,
  Row,
  Summary,
} from '../inspection.ts';

/** A file to read, and the object it stands for (`s3://bucket/key`), if the user said so. */
export interface Input {
  file: File;
  source: string | null;
}

/** What the ingest would send for one row, and the line it comes from. */
export interface LineDetail {
  /** Place among the selected rows. */
  index: number;
  row: Row;
  raw: string;
  /** Both empty when the settings' own filter leaves the row out. */
  action: string;
  document: string;
}

/** Whether the settings ask for a key to replace addresses, and whether it was given. */
export type RedactionKey = 'unneeded' | 'missing' | 'given';

/** Questions about the data set: parameters and answer by name. */
export interface Queries {
  rows: { parameters: { first: number; count: number }; answer: Row[] };
  rejections: { parameters: { first: number; count: number }; answer: RejectedLine[] };
  histogram: { parameters: { bins: number }; answer: Histogram };
  line: { parameters: { index: number }; answer: LineDetail | null };
}

export type QueryName = keyof Queries;

/** One question; `run` names the data set it is about, so that a late answer harms nothing. */
export type Query = {
  [Name in QueryName]: {
    kind: 'query';
    id: number;
    run: number;
    name: Name;
    parameters: Queries[Name]['parameters'];
  };
}[QueryName];

export type PageMessage =
  /** Replace the data set by these files; none is a check of the settings. */
  | { kind: 'open'; run: number; inputs: Input[]; settings: string }
  | { kind: 'cancel'; run: number }
  /** Select rows, of this data set and of those to come; empty: all. */
  | { kind: 'filter'; text: string }
  /** The key for addresses, for this data set and those to come; kept in memory only. */
  | { kind: 'key'; key: string }
  /** uap-core's `regexes.yaml`; files are not read before. */
  | { kind: 'rules'; yaml: string }
  | Query;

/** A file the browser could not read to its end (moved, changed, no permission). */
export interface Unreadable {
  name: string;
  message: string;
}

/** How far reading has come, in bytes of the files as they lie on disk. */
export interface ReadPosition {
  file: number;
  read_bytes: number;
  total_bytes: number;
  elapsed_ms: number;
}

export type WorkerMessage =
  | { kind: 'ready'; version: string; default_settings: string }
  /** Settings and sources were accepted: this run's data set takes the former one's place. */
  | { kind: 'opened'; run: number; summary: Summary; redaction_key: RedactionKey }
  /** Filter or key changed what rows and documents there are. */
  | {
      kind: 'selected';
      run: number;
      filter: string;
      summary: Summary;
      redaction_key: RedactionKey;
    }
  | { kind: 'progress'; run: number; position: ReadPosition; counts: Progress }
  | { kind: 'summary'; run: number; summary: Summary }
  | {
      kind: 'finished';
      run: number;
      cancelled: boolean;
      position: ReadPosition;
      summary: Summary;
      unreadable: Unreadable[];
    }
  /** The settings or a source were not accepted; what was on show stays. */
  | { kind: 'refused'; run: number; about: 'settings' | 'source'; message: string }
  | { kind: 'filter_refused'; text: string; problem: FilterProblem }
  | { kind: 'key_refused'; message: string }
  /** `answer` is null when another run has taken the data set's place. */
  | { kind: 'answer'; id: number; answer: Queries[QueryName]['answer'] | null }
  /** A defect of the page itself, told rather than hidden. */
  | { kind: 'fault'; message: string };
