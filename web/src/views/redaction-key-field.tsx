import { useId, useRef } from 'preact/hooks';
import type { Session } from '../state/session.ts';

/** The key by which the settings replace addresses: it is no setting, and is not kept. */
export function RedactionKeyField({ session }: { session: Session }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const error = session.keyError.value;
  const missing = session.redactionKey.value === 'missing';
  return (
    <form
      class="field key"
      onSubmit={(event) => {
        event.preventDefault();
        if (input.current === null) return;
        session.setRedactionKey(input.current.value);
        input.current.value = '';
      }}
    >
      <label for={`${id}-input`}>Key for addresses</label>
      <div class="buttons">
        <input
          ref={input}
          id={`${id}-input`}
          type="password"
          autocomplete="off"
          aria-describedby={`${id}-note`}
          aria-invalid={error !== null}
        />
        <button type="submit">Use</button>
      </div>
      <p
        id={`${id}-note`}
        class={error !== null || missing ? 'error' : 'hint'}
        aria-live="polite"
        data-testid="key-note"
      >
        {error ??
          (missing
            ? 'The settings replace addresses under a key, which this page has not: documents show a placeholder. Give the ingest’s ALBATROSS_REDACT_KEY; it stays in this page’s memory.'
            : 'The documents’ addresses are made with the key that was given.')}
      </p>
    </form>
  );
}
