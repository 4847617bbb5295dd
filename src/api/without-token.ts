/** A path or message without the token of a push monitor, if it shows one: `/ping/…/start`. */
export function withoutToken(text: string): string {
  return text.replaceAll(/(\/ping\/|\/api\/push\/)[^/?#\s'"]+/gi, '$1…');
}
