/**
 * An address as it may be shown and kept: without user name, password and fragment, the values of its query replaced
 * by `…` because keys often travel there.
 */
export function publicTarget(url: string): string {
  if (!URL.canParse(url)) return '';
  const { protocol, host, pathname, search } = new URL(url);
  const names = search
    .slice(1)
    .split('&')
    .filter((part) => part !== '')
    .map((part) => (part.includes('=') ? `${part.slice(0, part.indexOf('='))}=…` : '…'));
  const query = names.length === 0 ? '' : `?${names.join('&')}`;
  return `${protocol}//${host}${pathname}${query}`;
}

/** A text with each of `secrets` replaced by `…`, also in the form an address has them in. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    shown = shown.replaceAll(secret, '…').replaceAll(encodeURIComponent(secret), '…');
  }
  return shown;
}
