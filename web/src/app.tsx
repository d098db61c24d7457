import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Histogram } from './histogram/histogram.tsx';
import type { Session } from './state/session.ts';
import { Alerts } from './views/alerts.tsx';
import { acceptDrops } from './views/drop-target.ts';
import { FileInput } from './views/file-input.tsx';
import { FilterBox } from './views/filter-box.tsx';
import { InputCard } from './views/input-card.tsx';
import { Lines } from './views/lines.tsx';
import { Progress } from './views/progress.tsx';
import { SummaryTiles } from './views/summary.tsx';
import { Verdicts } from './views/verdicts.tsx';
import { Welcome } from './views/welcome.tsx';

/** The page: a welcome, then the data set. */
export function App({ session }: { session: Session }) {
  const over = useSignal(false);
  const empty = session.phase.value === 'empty';
  const open = (files: readonly File[]): void => session.open(files);
  const openSample = (): void => {
    void import('./views/sample.ts').then(({ sampleFile }) => open([sampleFile()]));
  };
  useEffect(() => acceptDrops(over, open), []);

  return (
    <>
      <header class="page-head">
        <h1>
          <svg viewBox="0 0 64 40" aria-hidden="true">
            <path d="M4 16c14-8 20 0 28 9 8-9 14-17 28-9-11 0-18 9-28 21C22 25 15 16 4 16z" />
          </svg>
          Albatross
        </h1>
        <p class="tagline">load-balancer logs, as they will be indexed</p>
        {!empty && (
          <div class="buttons">
            <button type="button" class="quiet" onClick={openSample}>
              Sample
            </button>
            <FileInput class="primary" onFiles={open}>
              Open files…
            </FileInput>
          </div>
        )}
      </header>
      <main>
        <Alerts session={session} />
        {empty && <Welcome over={over.value} onFiles={open} onSample={openSample} />}
        <InputCard session={session} />
        {!empty && (
          <>
            <Progress session={session} />
            <FilterBox session={session} />
            <SummaryTiles session={session} />
            <div class="overview">
              <Histogram session={session} />
              <Verdicts session={session} />
            </div>
            <Lines key={`${session.fileSet.value} ${session.filter.value}`} session={session} />
          </>
        )}
      </main>
      <footer class="page-foot">
        Albatross {session.version.value} · all times UTC · no connection is made, no log leaves
        this page
      </footer>
      {!empty && over.value && <div class="drop-veil">Drop to open</div>}
    </>
  );
}
