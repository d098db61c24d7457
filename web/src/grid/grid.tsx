import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useReducer, useRef } from 'preact/hooks';
import type { WindowCache } from '../state/window-cache.ts';
import { rowAfterKey } from './keys.ts';
import { VirtualScroll } from './virtual-scroll.ts';

const ROW_HEIGHT = 30;
const OVERSCAN = 8;
const SETTLE_AFTER_MS = 120;

/** A column: its heading, and what stands in a cell. */
export interface Column<T> {
  name: string;
  /** Least width. */
  width_rem: number;
  /** Takes what width is left. */
  grows?: boolean;
  numeric?: boolean;
  cell: (item: T) => ComponentChildren;
}

interface GridProps<T> {
  label: string;
  columns: readonly Column<T>[];
  items: WindowCache<T>;
  count: Signal<number>;
  /** The row with the focus, or that would get it. */
  active: Signal<number>;
  /** Whether the active row is open in the detail panel. */
  open: boolean;
  /** Enter, or a click. */
  onOpen: (row: number) => void;
  /** The active row changed by a key. */
  onMove: (row: number) => void;
}

/**
 * A table of any number of rows of one height, of which only those in view are in the document.
 * One row is in the tab order (roving); when it is scrolled out of view, the grid itself stands in.
 */
export function Grid<T>(props: GridProps<T>) {
  const { label, columns, items, count, active, open, onOpen, onMove } = props;
  const scroll = useMemo(() => new VirtualScroll(ROW_HEIGHT), []);
  const container = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const settleTimer = useRef(0);
  const [, redraw] = useReducer((drawings: number) => drawings + 1, 0);

  const rowCount = count.value;
  void items.version.value;
  const viewport = (): number =>
    Math.max(0, (container.current?.clientHeight ?? 0) - ROW_HEIGHT /* the heading */);
  scroll.resize(rowCount, viewport());
  const window = scroll.window(OVERSCAN);
  items.want(window.first, window.end, rowCount);
  const activeRow = Math.min(active.value, Math.max(0, rowCount - 1));
  const activeShown = activeRow >= window.first && activeRow < window.end;

  useLayoutEffect(() => {
    const element = container.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => redraw(undefined));
    observer.observe(element);
    return () => {
      observer.disconnect();
      clearTimeout(settleTimer.current);
    };
  }, []);

  useLayoutEffect(() => {
    const element = container.current;
    if (element === null) return;
    if (Math.abs(element.scrollTop - scroll.scrollTop) >= 1) element.scrollTop = scroll.scrollTop;
    if (!element.contains(document.activeElement)) return;
    const row = body.current?.querySelector<HTMLElement>('[tabindex="0"]');
    (row ?? element).focus({ preventScroll: true });
  });

  // The focused row may be about to leave the document: the grid keeps the focus meanwhile.
  const holdFocus = (): void => {
    const element = container.current;
    if (element?.contains(document.activeElement)) element.focus({ preventScroll: true });
  };

  const onScroll = (): void => {
    const element = container.current;
    if (element === null || element.scrollTop === scroll.scrollTop) return;
    holdFocus();
    scroll.scrolled(element.scrollTop);
    redraw(undefined);
    clearTimeout(settleTimer.current);
    settleTimer.current = setTimeout(() => {
      element.scrollTop = scroll.settle();
      redraw(undefined);
    }, SETTLE_AFTER_MS) as unknown as number;
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || rowCount === 0) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onOpen(activeRow);
      return;
    }
    const row = rowAfterKey(event.key, activeRow, rowCount, scroll.pageRows);
    if (row === null) return;
    event.preventDefault();
    holdFocus();
    scroll.reveal(row);
    active.value = row;
    onMove(row);
  };

  const tracks = { gridTemplateColumns: columns.map(track).join(' ') };
  // Heading and rows lie in boxes of their own: the same least width keeps their tracks in line.
  const minWidth = `${columns.reduce((sum, { width_rem }) => sum + width_rem, 1)}rem`;
  const rows = [];
  for (let row = window.first; row < window.end; row++) {
    const item = items.at(row);
    rows.push(
      // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys for all its rows
      <div
        key={row}
        role="row"
        class="grid-row"
        data-row={row}
        style={tracks}
        aria-rowindex={row + 2}
        aria-selected={open && row === activeRow}
        aria-busy={item === undefined}
        tabIndex={row === activeRow ? 0 : -1}
        onClick={() => {
          active.value = row;
          onOpen(row);
        }}
      >
        {columns.map((column, index) => (
          <div
            key={column.name}
            role="gridcell"
            aria-colindex={index + 1}
            class={column.numeric ? 'cell numeric' : 'cell'}
          >
            {item === undefined ? '' : column.cell(item)}
          </div>
        ))}
      </div>,
    );
  }

  return (
    <div
      ref={container}
      class="grid"
      role="grid"
      aria-label={label}
      aria-rowcount={rowCount + 1}
      aria-colcount={columns.length}
      tabIndex={activeShown ? -1 : 0}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" class="grid-head" style={{ minWidth }}>
        <div role="row" class="grid-row" style={tracks} aria-rowindex={1}>
          {columns.map((column, index) => (
            <div
              key={column.name}
              role="columnheader"
              aria-colindex={index + 1}
              class={column.numeric ? 'cell numeric' : 'cell'}
            >
              {column.name}
            </div>
          ))}
        </div>
      </div>
      <div
        role="presentation"
        class="grid-space"
        style={{ minWidth, height: `${scroll.height}px` }}
      >
        <div
          ref={body}
          role="rowgroup"
          class="grid-window"
          style={{ transform: `translateY(${window.top}px)` }}
        >
          {rows}
        </div>
      </div>
    </div>
  );
}

function track<T>({ width_rem, grows }: Column<T>): string {
  return grows ? `minmax(${width_rem}rem, 1fr)` : `${width_rem}rem`;
}
