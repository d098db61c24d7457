import sample from '../../sample/sample.log.gz?url&inline';

/** The sample log that is built into the page. */
export function sampleFile(): File {
  const bytes = Uint8Array.from(atob(sample.slice(sample.indexOf(',') + 1)), (character) =>
    character.charCodeAt(0),
  );
  return new File([bytes], 'sample.log.gz', { type: 'application/gzip' });
}
