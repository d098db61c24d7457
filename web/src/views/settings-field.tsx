import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { Session } from '../state/session.ts';

/** The settings that shape documents, as the one JSON text that the ingest reads too. */
export function SettingsField({ session }: { session: Session }) {
  const id = useId();
  const draft = useSignal<string | null>(null);
  const error = session.settingsError.value;
  const text = draft.value ?? session.settings.value;
  const isDefault = session.settings.value === session.defaultSettings.value;
  const apply = (settings: string): void => {
    draft.value = settings;
    session.setSettings(settings);
  };
  return (
    <div class="field settings">
      <p class="label">
        Settings{' '}
        <span class="hint">
          {isDefault ? 'defaults' : 'your own'} · digest{' '}
          <code data-testid="settings-digest">{session.summary.value?.settings_digest ?? '…'}</code>
        </span>
      </p>
      <details>
        <summary>Edit settings JSON</summary>
        <textarea
          id={`${id}-text`}
          aria-label="Settings JSON"
          spellcheck={false}
          rows={6}
          value={text}
          aria-describedby={`${id}-note`}
          aria-invalid={error !== null}
          onInput={(event) => {
            draft.value = event.currentTarget.value;
          }}
        />
        <div class="buttons">
          <button type="button" onClick={() => apply(text)}>
            Apply
          </button>
          <button type="button" class="quiet" onClick={() => apply(session.defaultSettings.value)}>
            Defaults
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => void navigator.clipboard.writeText(text)}
          >
            Copy
          </button>
        </div>
        <p id={`${id}-note`} class={error === null ? 'hint' : 'error'} aria-live="polite">
          {error ??
            (text === session.settings.value
              ? 'Give the ingest the same text (ALBATROSS_SETTINGS) and its digest will be the same.'
              : 'Not applied yet.')}
        </p>
      </details>
    </div>
  );
}
