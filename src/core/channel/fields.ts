import { z } from 'zod';
import { headersField, urlField } from '../monitor/http-fields.ts';
import { headerValueFault } from '../monitor/header-rules.ts';
import { idField, judged, labelFault } from '../monitor/fields.ts';
import type { Proxy } from '../monitor/network.ts';
import { proxy, tls } from '../monitor/network-fields.ts';
import { isSecretName } from '../monitor/secrets.ts';
import type { HttpChannelBase } from './base.ts';

/** A part of an address is taken for a secret from this length on. */
const LONG_WORD = 16;
const LONG_NAME = 12;

/** The keys every channel has beside its type. */
export const channelFields = {
  id: idField().meta({ description: 'What policies name it by: 1 to 64 of a-z, 0-9, "-" and "_".' }),
  enabled: z.boolean().default(true).meta({ description: 'false keeps the channel without sending through it.' }),
};

/** The keys every channel has that sends over HTTP. */
export const httpChannelFields = {
  ...channelFields,
  tls,
  proxy: proxy.nullable().default(null),
};

/** An address that is itself a secret: whoever knows it can post. */
export function secretUrlField(example: string) {
  return urlField().meta({ description: `The address that the service gave out, such as ${example}; keep it secret.` });
}

/** The address of a service, to which paths are added; always without a slash at its end. */
export function serviceUrlField() {
  return urlField().check(
    judged((url: string) => (/[?#]/.test(url) ? 'must be an address without query' : undefined)),
    z.overwrite((url) => url.replace(/\/+$/, '')),
  );
}

/** A token, key or password as it goes into a header or a body. */
export function secretField(description: string) {
  return z
    .string()
    .check(judged((text: string) => (text.trim() === '' ? 'must not be empty' : headerValueFault(text))))
    .meta({ description: `${description}; keep it secret: write \${NAME}.` });
}

/** How a server of one's own is entered: with a token, or with user name and password. */
interface Access {
  readonly token: string | null;
  readonly username: string | null;
  readonly password: string | null;
}

export const accessFields = {
  token: secretField('A token, sent as Bearer').nullable().default(null),
  username: lineField(256).nullable().default(null).meta({ description: 'The user name, sent as Basic.' }),
  password: secretField('The password').nullable().default(null),
};

/** Refuses half a login, and a login beside a token. */
export function refuseTwoAccesses({ token, username, password }: Access, context: z.RefinementCtx): void {
  if ((username === null) !== (password === null)) {
    const path = [username === null ? 'username' : 'password'];
    context.addIssue({ code: 'custom', path, message: 'is missing: username and password go together' });
  } else if (token !== null && username !== null) {
    context.addIssue({ code: 'custom', path: ['token'], message: 'and username exclude each other' });
  }
}

export function secretsOfAccess({ token, username, password }: Access): string[] {
  return [...(token === null ? [] : [token]), ...(password === null ? [] : basicSecrets(username ?? '', password))];
}

/** One line of text for a service: a name, a topic, a room. */
export function lineField(maxLength: number) {
  return z.string().check(judged((text: string) => labelFault(text, maxLength)));
}

/** Headers of one's own for every request. */
export const headers = headersField()
  .default({})
  .meta({ description: 'Headers of your own, by name.', examples: [{ authorization: 'Bearer ${TOKEN}' }] });

/** Values of headers with a telling name, and the longer words in them. */
export function secretsOfHeaders(all: Readonly<Record<string, string>>): string[] {
  const values = Object.entries(all).flatMap(([name, value]) => (isSecretName(name) ? [value] : []));
  const words = values.flatMap((value) => value.split(/[\s;,=]+/)).filter((word) => word.length >= 8);
  return [...values, ...words];
}

/** The secrets of how a service is reached. */
export function secretsOfReach({ tls, proxy }: HttpChannelBase): string[] {
  return [...(tls.key === null ? [] : [tls.key]), ...(proxy === null ? [] : secretsOfProxy(proxy))];
}

function secretsOfProxy({ username, password }: Proxy): string[] {
  return password === null ? [] : basicSecrets(username ?? '', password);
}

/** A password, and as HTTP Basic sends it (RFC 7617). */
export function basicSecrets(username: string, password: string): string[] {
  return [password, Buffer.from(`${username}:${password}`).toString('base64').replace(/=+$/, '')];
}

/** An address that is secret beyond its host: whole, its path and query, and the longer parts of them. */
export function secretsOfUrl(url: string): string[] {
  const { pathname, search, searchParams } = new URL(url);
  const parts = [...pathname.split('/'), ...searchParams.values()].filter((part) => part.length >= LONG_WORD);
  const path = pathname + search;
  return [url, ...(path.length >= 8 ? [path] : []), ...parts];
}

/** What of an address that everybody may know is probably secret all the same: long words, and values with a telling name. */
export function secretsInUrl(url: string): string[] {
  const { pathname, searchParams } = new URL(url);
  const named = [...searchParams].flatMap(([name, value]) => (isSecretName(name) ? [value] : []));
  const words = [...pathname.split('/'), ...searchParams.values()];
  return [...named, ...words.filter((word) => word.length >= LONG_WORD)];
}

/** A name that is as good as a password where it is long; a short one is an everyday word, which would be hidden everywhere. */
export function secretName(name: string): string[] {
  return name.length >= LONG_NAME ? [name] : [];
}

/** Host and port of an address. */
export function hostOfUrl(url: string): string {
  return new URL(url).host;
}
