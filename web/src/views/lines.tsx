import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { formatCount } from '../format/count.ts';
import { Grid } from '../grid/grid.tsx';
import { REJECTION_COLUMNS } from '../grid/rejection-columns.tsx';
import { ROW_COLUMNS } from '../grid/row-columns.tsx';
import type { Selection, Session } from '../state/session.ts';
import { Detail } from './detail.tsx';

type List = Selection['list'];
const LISTS: readonly List[] = ['rows', 'rejections'];

/** All lines, in two lists (rows and rejected), and the chosen one beside them. */
export function Lines({ session }: { session: Session }) {
  const list = useSignal<List>('rows');
  const activeRow = useSignal(0);
  const activeRejection = useSignal(0);
  const panel = useRef<HTMLDivElement>(null);
  const open = session.selection.value?.list === list.value;

  const show = (next: List): void => {
    list.value = next;
    session.selection.value = null;
  };
  const close = (): void => {
    session.selection.value = null;
    panel.current?.querySelector<HTMLElement>('[role=grid] [tabindex="0"]')?.focus();
  };
  const select = (index: number): void => {
    session.selection.value = { list: list.value, index };
  };
  // Once a line is open, the panel follows the keyboard through the list.
  const follow = (index: number): void => {
    if (open) select(index);
  };
  const names: Record<List, string> = {
    rows: `Rows ${formatCount(session.rowCount.value)}`,
    rejections: `Rejected ${formatCount(session.rejectionCount.value)}`,
  };

  return (
    <section
      class={`lines ${open ? 'with-detail' : ''}`}
      aria-labelledby="lines-heading"
      data-source={session.source.value}
      data-filter={session.filter.value}
    >
      <h2 id="lines-heading" class="visually-hidden">
        Lines
      </h2>
      <div class="card table">
        <div class="card-head tabs" role="tablist" aria-label="Lists of lines">
          {LISTS.map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              id={`tab-${one}`}
              aria-selected={list.value === one}
              aria-controls="lines-panel"
              tabIndex={list.value === one ? 0 : -1}
              class={one === 'rejections' && session.rejectionCount.value > 0 ? 'attention' : ''}
              onClick={() => show(one)}
              onKeyDown={(event) => {
                if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
                const other = one === 'rows' ? 'rejections' : 'rows';
                show(other);
                document.getElementById(`tab-${other}`)?.focus();
              }}
            >
              {names[one]}
            </button>
          ))}
          <p class="hint">
            <kbd>↑</kbd> <kbd>↓</kbd> move · <kbd>Enter</kbd> opens what would be indexed
          </p>
        </div>
        <div
          ref={panel}
          id="lines-panel"
          role="tabpanel"
          class="tab-panel"
          aria-labelledby={`tab-${list.value}`}
        >
          {list.value === 'rows' ? (
            <Grid
              key="rows"
              label="Rows"
              columns={ROW_COLUMNS}
              items={session.rows}
              count={session.rowCount}
              active={activeRow}
              open={open}
              onOpen={select}
              onMove={follow}
            />
          ) : (
            <Grid
              key="rejections"
              label="Rejected lines"
              columns={REJECTION_COLUMNS}
              items={session.rejections}
              count={session.rejectionCount}
              active={activeRejection}
              open={open}
              onOpen={select}
              onMove={follow}
            />
          )}
          {list.value === 'rejections' && session.rejectionCount.value === 0 && (
            <p class="nothing">No line was rejected.</p>
          )}
        </div>
      </div>
      <Detail session={session} onClose={close} />
    </section>
  );
}
