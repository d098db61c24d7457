import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

interface FileInputProps {
  class: string;
  onFiles: (files: File[]) => void;
  children: ComponentChildren;
}

/** A button that opens the browser's file dialogue. */
export function FileInput({ class: className, onFiles, children }: FileInputProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={className} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept=".log,.gz,.txt,.json,.ndjson,.csv,.tar,.tgz"
        aria-label="Log files"
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          // The same file chosen again is a change too.
          event.currentTarget.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
