/** A path or message without the token of a push monitor or of a link, if it shows one: `/ping/…/start`, `?token=…`. */
export function withoutToken(text: string): string {
  return text.replaceAll(/(\/ping\/|\/api\/push\/|\btoken=)[^/?#&\s'"]+/gi, '$1…');
}
