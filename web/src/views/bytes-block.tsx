import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { CodeBlock } from './code-block.tsx';

interface BytesBlockProps {
  title: string;
  /** Exactly what Rust wrote: shown and copied as it is. */
  text: string;
  testId: string;
  children?: ComponentChildren;
}

/** One line of bytes, exactly, with a way to copy it; below it any other view of the same. */
export function BytesBlock({ title, text, testId, children }: BytesBlockProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true));
  };
  return (
    <section class="bytes-block">
      <header>
        <h3>{title}</h3>
        <button type="button" class="quiet" onClick={copy} aria-label={`Copy: ${title}`}>
          <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
        </button>
      </header>
      <CodeBlock label={title} kind="line" testId={testId}>
        {text}
      </CodeBlock>
      {children}
    </section>
  );
}
