/**
 * The surface of `parser-wasm` that this page calls, as `wasm.rs` documents it. The generated
 * declarations type structured results as `any`; these interfaces say what is in them.
 */

/** Rows that became documents, lines that did not, and log bytes after inflating, so far. */
export interface Progress {
  rows: number;
  rejected: number;
  skipped: number;
  inflated_bytes: number;
}

export interface FileSummary {
  name: string;
  /** `s3://bucket/key`, or null when the file's base name is all that is known. */
  source: string | null;
  rows: number;
  rejected: number;
  blank: number;
  control: number;
  inflated_bytes: number;
  /** What was found around lines and taken off, in sentences. */
  told: string[];
  /** Where and how the file is damaged; whole lines before it are kept. */
  damage: string | null;
}

/** Who decided an outcome and why (codes of `albatross.verdict.*`), and how often. */
export interface VerdictCount {
  /** Null where the line does not tell who decided. */
  by: string | null;
  reason: string;
  count: number;
}

/** Counts of the rows that the filter selects; what is no row, and each file, is counted whole. */
export interface Summary {
  rows: number;
  rejected: number;
  blank: number;
  control: number;
  inflated_bytes: number;
  /** Milliseconds since 1970, UTC; null without rows. */
  first_ms: number | null;
  last_ms: number | null;
  /** Six counts: no status, then 1xx to 5xx. */
  status_classes: number[];
  /** Most frequent first. */
  verdicts: VerdictCount[];
  files: FileSummary[];
  settings_digest: string;
}

/** Rows over time by status class: `counts[bin * 6 + class]`. */
export interface Histogram {
  start_ms: number;
  bin_ms: number;
  bins: number;
  counts: Uint32Array;
}

export interface Row {
  /** Index over all files, from 0. */
  row: number;
  /** Index into `Summary.files`. */
  file: number;
  /** Physical line in its file, from 1. */
  line: number;
  /** `alb_access`, `alb_connection`, `alb_health_check`, `nlb_tls` or `classic`. */
  format: string;
  time: string;
  client: string;
  method: string;
  url: string;
  status: number | null;
  target_status: number | null;
  target: string;
  duration_ms: number | null;
  received_bytes: number | null;
  sent_bytes: number | null;
  /** Null where the line does not tell. */
  verdict_by: string | null;
  verdict_reason: string;
  user_agent: string;
}

export interface RejectedLine {
  file: number;
  line: number;
  /** Byte offset of the line in the inflated log. */
  offset: number;
  code: string;
  field: string | null;
  /** Byte range in the line: start, end (exclusive). */
  span: [number, number];
  message: string;
  raw: string;
}

/** What is wrong with a filter, and where: in UTF-16 units, as JavaScript counts. */
export interface FilterProblem {
  offset: number;
  /** 0 where something is missing. */
  length: number;
  message: string;
}

/** The data set of all files given so far; owned by the worker. */
export interface Inspection {
  begin(file_name: string, source?: string): void;
  push(chunk: Uint8Array): void;
  finish(): void;
  /** null when the text can be set; `now_ms` is what `now` means in it. */
  check_filter(text: string, now_ms: number): FilterProblem | null;
  /** Summary, histogram and rows are about the rows that match, until another is set. */
  set_filter(text: string, now_ms: number): void;
  /** @throws Error when the key is too short */
  set_redaction_key(key: string): void;
  /** Whether documents show a placeholder for want of that key. */
  lacks_redaction_key(): boolean;
  /** Gives the rules, uap-core's `regexes.yaml`, by which user agents are told. */
  set_user_agent_rules(yaml: string): void;
  progress(): Progress;
  summary(): Summary;
  /** An object in WASM memory: to be copied out, and freed. */
  histogram(bins: number): Histogram & { free(): void };
  rows(first: number, count: number): Row[];
  rejections(first: number, count: number): RejectedLine[];
  raw(row: number): string;
  action(row: number): string;
  document(row: number): string;
  free(): void;
}
