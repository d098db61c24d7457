import { useId } from 'preact/hooks';
import type { Session } from '../state/session.ts';

/** Which S3 object the files stand for: the part of a document that a dropped file cannot know. */
export function SourceField({ session }: { session: Session }) {
  const id = useId();
  const error = session.sourceError.value;
  const apply = (value: string): void => {
    if (value !== session.source.value || error !== null) session.setSource(value);
  };
  return (
    <div class="field">
      <label for={`${id}-input`}>Source</label>
      <input
        id={`${id}-input`}
        type="text"
        spellcheck={false}
        autocomplete="off"
        placeholder="s3://bucket/key, or s3://bucket/prefix/"
        defaultValue={session.source.value}
        aria-describedby={`${id}-note`}
        aria-invalid={error !== null}
        onChange={(event) => apply(event.currentTarget.value)}
      />
      <p id={`${id}-note`} class={error === null ? 'hint' : 'error'} aria-live="polite">
        {error ??
          (session.source.value.trim() === ''
            ? 'No source: log.file.path is left out, and the ids come from each file’s base name.'
            : 'The documents are those of this object. A source that ends in “/” takes each file’s name.')}
      </p>
    </div>
  );
}
