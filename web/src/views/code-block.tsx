import type { ComponentChildren } from 'preact';

interface CodeBlockProps {
  label: string;
  kind?: 'line' | 'json' | 'plain';
  testId?: string;
  children: ComponentChildren;
}

/** Preformatted text in a box that scrolls, and that the keyboard therefore can reach. */
export function CodeBlock({ label, kind = 'plain', testId, children }: CodeBlockProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: white space counts here, so it stays a <pre>
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must take the focus
    <pre class={`code ${kind}`} tabIndex={0} role="region" aria-label={label} data-testid={testId}>
      {children}
    </pre>
  );
}
