/**
 * The text that bytes stand for. The charset is that of the Content-Type, UTF-8 when there is none or one that nobody
 * knows; what does not fit it becomes a replacement character, so that any body can be judged. A byte order mark is not
 * part of the text.
 */
export function textOf(bytes: Buffer, contentType: string): string {
  return decoderFor(charsetOf(contentType)).decode(bytes);
}

function charsetOf(contentType: string): string {
  const match = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]*))/i.exec(contentType);
  return match?.[1] ?? match?.[2] ?? '';
}

function decoderFor(charset: string) {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder('utf-8');
  }
}
