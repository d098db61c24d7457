import { render } from 'preact';
import { App } from './app.tsx';
import { Session } from './state/session.ts';
import './styles/index.css';

const session = new Session();
const root = document.getElementById('app');
if (root !== null) render(<App session={session} />, root);

// A chunk of its own: the page stands before the parser, which is most of the bytes, has come.
const { default: ParserWorker } = await import('./worker/worker.ts?worker&inline');
session.connect(new ParserWorker());
