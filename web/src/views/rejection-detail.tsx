import type { RejectedLine } from '../inspection.ts';
import { CodeBlock } from './code-block.tsx';
import { MarkedLine } from './marked-line.tsx';

/** One rejected line: what is wrong with it, and where. */
export function RejectionDetail({ index, line }: { index: number; line: RejectedLine }) {
  const [start, end] = line.span;
  const facts: [name: string, value: string, testId: string][] = [
    ['Code', line.code, 'rejected-code'],
    ['Field', line.field ?? '–', 'rejected-field'],
    ['Line', String(line.line), 'rejected-line'],
    ['Byte offset in the log', String(line.offset), 'rejected-offset'],
    ['Bytes of the line', `${start}–${end}`, 'rejected-span'],
  ];
  return (
    <div class="detail-body" data-testid="rejection-detail" data-row={index}>
      <p class="verdict rejected">
        <strong data-testid="rejected-message">{line.message}</strong>
        <span>This line would not be indexed; the ingest keeps it aside with this reason.</span>
      </p>
      <dl class="facts">
        {facts.map(([name, value, testId]) => (
          <div key={testId}>
            <dt>{name}</dt>
            <dd data-testid={testId}>{value}</dd>
          </div>
        ))}
      </dl>
      <section class="bytes-block">
        <h3>Raw line</h3>
        <CodeBlock label="Raw line" testId="rejected-raw">
          <MarkedLine raw={line.raw} span={line.span} />
        </CodeBlock>
      </section>
    </div>
  );
}
