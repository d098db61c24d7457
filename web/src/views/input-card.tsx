import { formatBytes } from '../format/bytes.ts';
import { formatNumberOf } from '../format/count.ts';
import type { Session } from '../state/session.ts';
import { RedactionKeyField } from './redaction-key-field.tsx';
import { SettingsField } from './settings-field.tsx';
import { SourceField } from './source-field.tsx';

/** What goes into the documents: the files, the object they stand for, the settings. */
export function InputCard({ session }: { session: Session }) {
  const files = session.files.value;
  const read = session.summary.value?.files ?? [];
  return (
    <section class="card input" aria-labelledby="input-heading">
      <h2 id="input-heading" class="visually-hidden">
        Input
      </h2>
      {files.length > 0 && (
        <div class="field files">
          <p class="label">{files.length === 1 ? 'File' : `${files.length} files`}</p>
          <ul>
            {files.map((file, index) => (
              <li key={index}>
                <b>{file.name}</b>{' '}
                <span class="hint">
                  {formatBytes(file.size)}
                  {read[index] !== undefined && ` · ${formatNumberOf(read[index].rows, 'row')}`}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <SourceField session={session} />
      <SettingsField session={session} />
      {session.redactionKey.value !== 'unneeded' && <RedactionKeyField session={session} />}
    </section>
  );
}
