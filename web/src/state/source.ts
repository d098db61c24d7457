/**
 * The object that a dropped file stands for, from the page's one source field.
 *
 * A source that ends in `/` is a prefix: each file's name is appended. Any other is one object's
 * full address, which can be true of one file only.
 *
 * @returns `s3://bucket/key` for each file; null where the field is empty
 * @throws Error when one object's address is given for several files
 */
export function sourcesOf(field: string, fileNames: readonly string[]): (string | null)[] {
  const source = field.trim();
  if (source === '') return fileNames.map(() => null);
  if (source.endsWith('/')) return fileNames.map((name) => source + name);
  if (fileNames.length > 1) {
    throw new Error(
      `${fileNames.length} files cannot all be this one object: end the source with “/” to append each file's name`,
    );
  }
  return fileNames.map(() => source);
}
