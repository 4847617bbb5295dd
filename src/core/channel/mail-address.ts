import { z } from 'zod';
import { labelFault, refuse } from '../monitor/fields.ts';

/** Somebody's address, with the name it is shown by. */
export interface MailAddress {
  readonly name: string | null;
  readonly address: string;
}

/** The part before the at sign as nearly everybody's is (RFC 5321 dot-string), and a domain. */
const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i;
const NAMED = /^"?([^"<>]*?)"?\s*<([^<>\s]+)>$/;

/** `ops@example.com` or `Operations <ops@example.com>`. */
export function mailAddressField() {
  return z.codec(z.string().meta({ examples: ['Longwatch <watch@example.com>'] }), z.custom<MailAddress>(), {
    decode(text, context) {
      const read = readMailAddress(text.trim());
      return (
        read ?? refuse(context, text, 'must be an address such as ops@example.com or Operations <ops@example.com>')
      );
    },
    encode: mailAddressText,
  });
}

/** One address, or a list of at most 50. */
export function mailAddressesField() {
  const one = mailAddressField();
  return z.codec(z.union([z.string(), z.array(z.string()).min(1).max(50)]), z.custom<readonly MailAddress[]>(), {
    decode(input, context) {
      const read = [input].flat().map((text) => one.safeDecode(text));
      const bad = read.find(({ success }) => !success);
      if (bad?.error !== undefined) return refuse(context, input, bad.error.issues[0]?.message ?? 'is not an address');
      return read.flatMap(({ data }) => (data === undefined ? [] : [data]));
    },
    encode: (list) => list.map(mailAddressText),
  });
}

/** An address as people write it. */
export function mailAddressText({ name, address }: MailAddress): string {
  return name === null ? address : `${name} <${address}>`;
}

function readMailAddress(text: string): MailAddress | undefined {
  const named = NAMED.exec(text);
  const address = named?.[2] ?? text;
  if (!ADDRESS.test(address) || /\.\./.test(address)) return undefined;
  const name = named?.[1]?.trim() ?? '';
  if (name === '') return { name: null, address };
  return labelFault(name, 100) === undefined ? { name, address } : undefined;
}
