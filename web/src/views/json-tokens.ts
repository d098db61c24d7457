/** A piece of JSON text to be shown: spaces and line breaks are its own kind. */
export interface JsonToken {
  kind: 'key' | 'string' | 'number' | 'word' | 'mark' | 'space';
  text: string;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;
const INDENT = '  ';

/**
 * Lays out one line of JSON over several. It works on the text: no number is read and written again,
 * no key moves, no escape changes, so what is shown is what stands in the document.
 */
export function layOut(json: string): JsonToken[] {
  const texts = json.match(TOKEN) ?? [];
  const tokens: JsonToken[] = [];
  let depth = 0;
  const breakLine = (): void => {
    tokens.push({ kind: 'space', text: `\n${INDENT.repeat(depth)}` });
  };
  for (const [index, text] of texts.entries()) {
    const next = texts[index + 1];
    switch (text) {
      case '{':
      case '[':
        tokens.push({ kind: 'mark', text });
        depth++;
        if (next !== '}' && next !== ']') breakLine();
        break;
      case '}':
      case ']': {
        depth--;
        const before = texts[index - 1];
        if (before !== '{' && before !== '[') breakLine();
        tokens.push({ kind: 'mark', text });
        break;
      }
      case ',':
        tokens.push({ kind: 'mark', text });
        breakLine();
        break;
      case ':':
        tokens.push({ kind: 'mark', text }, { kind: 'space', text: ' ' });
        break;
      default:
        tokens.push({ kind: kindOf(text, next), text });
    }
  }
  return tokens;
}

function kindOf(text: string, next: string | undefined): JsonToken['kind'] {
  if (text.startsWith('"')) return next === ':' ? 'key' : 'string';
  return /^[tfn]/.test(text) ? 'word' : 'number';
}
