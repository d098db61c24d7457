import type { Row } from '../inspection.ts';
import type { LineDetail } from '../worker/protocol.ts';
import { BytesBlock } from './bytes-block.tsx';
import { JsonView } from './json-view.tsx';
import { verdictName } from './verdict-name.ts';
import { verdictText } from './verdict-text.ts';

interface RowDetailProps {
  /** Undefined while the table's own window is on its way. */
  row: Row | undefined;
  line: LineDetail;
}

/** One row: its verdict in words, and the bytes that the ingest would send for it. */
export function RowDetail({ row, line }: RowDetailProps) {
  const sentence = verdictText(line.document);
  return (
    <div class="detail-body" data-testid="row-detail" data-row={line.row}>
      {row !== undefined && (
        <p class="verdict" data-testid="verdict">
          <strong>{verdictName(row.verdict_by, row.verdict_reason)}</strong>
          {sentence !== null && <span>{sentence}</span>}
        </p>
      )}
      <BytesBlock title="Raw line" text={line.raw} testId="raw-bytes" />
      <BytesBlock title="Bulk action" text={line.action} testId="action-bytes" />
      <BytesBlock title="Document" text={line.document} testId="document-bytes">
        <JsonView json={line.document} label="Document, laid out" />
      </BytesBlock>
    </div>
  );
}
