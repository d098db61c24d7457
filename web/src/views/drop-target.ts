import type { Signal } from '@preact/signals';

/**
 * Takes files dropped anywhere on the page; `over` is true while some are held above it.
 *
 * @returns a function that stops it
 */
export function acceptDrops(over: Signal<boolean>, onFiles: (files: File[]) => void): () => void {
  const carriesFiles = (event: DragEvent): boolean =>
    event.dataTransfer?.types.includes('Files') ?? false;
  const onDragOver = (event: DragEvent): void => {
    if (!carriesFiles(event) || event.dataTransfer === null) return;
    // Without this the browser would leave the page and open the file.
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    over.value = true;
  };
  const onDragLeave = (event: DragEvent): void => {
    // Moving between elements of the page leaves one for another; only the window's edge has none.
    if (event.relatedTarget === null) over.value = false;
  };
  const onDrop = (event: DragEvent): void => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    over.value = false;
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) onFiles(files);
  };
  addEventListener('dragover', onDragOver);
  addEventListener('dragleave', onDragLeave);
  addEventListener('drop', onDrop);
  return () => {
    removeEventListener('dragover', onDragOver);
    removeEventListener('dragleave', onDragLeave);
    removeEventListener('drop', onDrop);
  };
}
