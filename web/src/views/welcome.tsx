import { FileInput } from './file-input.tsx';

interface WelcomeProps {
  over: boolean;
  onFiles: (files: File[]) => void;
  onSample: () => void;
}

/** The page before the first file. */
export function Welcome({ over, onFiles, onSample }: WelcomeProps) {
  return (
    <section class={`welcome ${over ? 'over' : ''}`} aria-labelledby="welcome-heading">
      <svg viewBox="0 0 64 40" aria-hidden="true">
        <path d="M4 16c14-8 20 0 28 9 8-9 14-17 28-9-11 0-18 9-28 21C22 25 15 16 4 16z" />
      </svg>
      <h2 id="welcome-heading">Drop load-balancer logs here</h2>
      <p>
        <code>.log.gz</code> or <code>.log</code>, one or several. See every row, every rejected
        line, and byte for byte the document that would be indexed.
      </p>
      <div class="buttons">
        <FileInput class="primary" onFiles={onFiles}>
          Choose files…
        </FileInput>
        <button type="button" onClick={onSample}>
          Try the sample
        </button>
      </div>
      <p class="hint">
        Nothing leaves this page: its security policy forbids every connection, and the parser runs
        in your browser.
      </p>
    </section>
  );
}
