import { CodeBlock } from './code-block.tsx';
import { layOut } from './json-tokens.ts';

/** JSON laid out over several lines, with its parts coloured. */
export function JsonView({ json, label }: { json: string; label: string }) {
  return (
    <CodeBlock label={label} kind="json">
      {layOut(json).map(({ kind, text }, index) =>
        kind === 'space' || kind === 'mark' ? (
          text
        ) : (
          <span key={index} class={`json-${kind}`}>
            {text}
          </span>
        ),
      )}
    </CodeBlock>
  );
}
