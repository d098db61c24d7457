import { useId, useRef } from 'preact/hooks';
import { formatCount, formatNumberOf } from '../format/count.ts';
import { withFilter } from '../state/filter-text.ts';
import type { FilterRefusal, Session } from '../state/session.ts';
import { caretLine } from './caret-line.ts';
import { FilterHelp } from './filter-help.tsx';

/** The filter that selects rows, with its count, or with what is wrong with it. */
export function FilterBox({ session }: { session: Session }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const text = session.filterText.value;
  const filter = session.filter.value;
  const refusal = session.filterRefusal.value;
  const apply = (next: string): void => {
    session.setFilter(next);
    input.current?.focus();
  };
  return (
    <div class="card field filter">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          session.setFilter(text);
        }}
      >
        <label for={`${id}-input`}>Filter</label>
        <input
          ref={input}
          id={`${id}-input`}
          type="text"
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          placeholder="http.response.status_code >= 500 and not url.path: /health*"
          value={text}
          aria-describedby={`${id}-note`}
          aria-invalid={refusal !== null}
          onInput={(event) => {
            session.filterText.value = event.currentTarget.value;
          }}
          onChange={(event) => session.setFilter(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && text !== '') apply('');
          }}
        />
        <button type="submit" aria-label="Apply filter">
          Apply
        </button>
        <button type="button" class="quiet" disabled={text === ''} onClick={() => apply('')}>
          Clear <kbd>Esc</kbd>
        </button>
      </form>
      <div id={`${id}-note`} class="note" aria-live="polite" data-testid="filter-note">
        {refusal === null ? (
          <Selected session={session} />
        ) : (
          <Refused session={session} refusal={refusal} />
        )}
      </div>
      <div class="aside">
        <FilterHelp onTry={apply} />
        {filter !== '' && (
          <button
            type="button"
            class="quiet"
            title="The ingest, too, would send these rows only"
            onClick={() => session.setSettings(withFilter(session.settings.value, filter))}
          >
            Add to the settings
          </button>
        )}
      </div>
    </div>
  );
}

/** How many rows are on show. */
function Selected({ session }: { session: Session }) {
  const total = session.readRows.value;
  if (session.filterAsked.value !== session.filter.value) {
    return (
      <p class="hint">
        {session.loading.value ? 'The filter is applied once all is read.' : 'Selecting…'}
      </p>
    );
  }
  if (session.filter.value === '') return <p class="hint">All {formatNumberOf(total, 'row')}</p>;
  return (
    <p>
      <b data-testid="filter-count">
        {formatCount(session.rowCount.value)} of {formatNumberOf(total, 'row')}
      </b>
    </p>
  );
}

/** What is wrong, under its place. The picture is for the eye; the words say the place as well. */
function Refused({ session, refusal }: { session: Session; refusal: FilterRefusal }) {
  const { text, problem } = refusal;
  const line = caretLine(text, problem.offset, problem.length);
  return (
    <>
      <pre class="caret" aria-hidden="true" data-testid="filter-caret">
        {line.text}
        {'\n'}
        <b>{line.marks}</b>
      </pre>
      <p class="error" data-testid="filter-error">
        <span class="visually-hidden">At character {problem.offset + 1}: </span>
        {problem.message}
        {session.filter.value !== '' && (
          <span class="hint"> · the rows of the last filter are still shown</span>
        )}
      </p>
    </>
  );
}
