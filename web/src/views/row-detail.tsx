import type { LineDetail } from '../worker/protocol.ts';
import { BytesBlock } from './bytes-block.tsx';
import { formatName } from './format-name.ts';
import { JsonView } from './json-view.tsx';
import { verdictName } from './verdict-name.ts';
import { verdictText } from './verdict-text.ts';

/** One row: its verdict in words, and the bytes that the ingest would send for it. */
export function RowDetail({ line }: { line: LineDetail }) {
  const { index, row, raw, action, document } = line;
  const sent = document !== '';
  const sentence = sent ? verdictText(document) : null;
  return (
    <div class="detail-body" data-testid="row-detail" data-row={index}>
      <p class="verdict" data-testid="verdict">
        <strong>{verdictName(row.verdict_by, row.verdict_reason)}</strong>
        {sentence !== null && <span>{sentence}</span>}
        <small>{formatName(row.format)} log</small>
      </p>
      <BytesBlock title="Raw line" text={raw} testId="raw-bytes" />
      {sent ? (
        <>
          <BytesBlock title="Bulk action" text={action} testId="action-bytes" />
          <BytesBlock title="Document" text={document} testId="document-bytes">
            <JsonView json={document} label="Document, laid out" />
          </BytesBlock>
        </>
      ) : (
        <p class="verdict rejected" data-testid="not-sent">
          The settings leave this row out: nothing would be sent for it.
        </p>
      )}
    </div>
  );
}
