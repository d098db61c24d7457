import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { formatCount } from '../format/count.ts';
import type { Session } from '../state/session.ts';
import type { LineDetail } from '../worker/protocol.ts';
import { RejectionDetail } from './rejection-detail.tsx';
import { RowDetail } from './row-detail.tsx';

interface DetailProps {
  session: Session;
  onClose: () => void;
}

/** The chosen line, beside the table it was chosen in. */
export function Detail({ session, onClose }: DetailProps) {
  const detail = useSignal<LineDetail | null>(null);
  const selection = session.selection.value;
  const isRow = selection?.list === 'rows';
  const index = selection?.index ?? 0;

  // While the files are read again (another source, other settings) the row may not be there yet.
  const arrived = index < session.rowCount.value;
  useEffect(() => {
    if (!isRow || !arrived) return;
    let current = true;
    void session.line(index).then((answer) => {
      if (current && answer !== null) detail.value = answer;
    });
    return () => {
      current = false;
    };
  }, [isRow, index, arrived, session.run.value, session.revision.value]);

  if (selection === null) return null;
  void session.rows.version.value;
  void session.rejections.version.value;
  const item = isRow ? session.rows.at(index) : session.rejections.at(index);
  const file = item && session.summary.value?.files[item.file]?.name;
  const rejection = isRow ? undefined : session.rejections.at(index);
  return (
    <aside
      class="card detail"
      aria-labelledby="detail-heading"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <header class="card-head">
        <h2 id="detail-heading">
          {item === undefined ? 'Line' : `Line ${formatCount(item.line)}`}
          {file !== undefined && <small>{file}</small>}
        </h2>
        <button type="button" class="quiet" onClick={onClose}>
          Close <kbd>Esc</kbd>
        </button>
      </header>
      {isRow && detail.value !== null && <RowDetail line={detail.value} />}
      {rejection !== undefined && <RejectionDetail index={index} line={rejection} />}
    </aside>
  );
}
