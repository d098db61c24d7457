import { render } from 'preact';
import { App } from './app.tsx';
import { Session } from './state/session.ts';
import './styles/index.css';

const session = new Session();
const root = document.getElementById('app');
if (root !== null) render(<App session={session} />, root);

// A chunk of its own: the page stands before the parser, which is most of the bytes, has come.
// The rules for user agents are a chunk of their own too: rows and bars are drawn without them.
const rules = import('../../parser-wasm/rules/regexes.yaml?raw');
try {
  const { default: ParserWorker } = await import('./worker/worker.ts?worker&inline');
  session.connect(new ParserWorker());
  session.setUserAgentRules((await rules).default);
  // An address that opens the sample.
  if (location.hash === '#sample') {
    const { sampleFile } = await import('./views/sample.ts');
    session.open([sampleFile()]);
  }
} catch (error) {
  session.missing.value = (error as Error).message;
}
