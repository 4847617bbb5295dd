import { z } from 'zod';
import { suggesters } from '../schema-problems.ts';
import { judged, refuse } from './fields.ts';
import { headerNameFault, headerValueFault, repeatedHeader } from './header-rules.ts';
import { textRuleField } from '../expect/text-fields.ts';
import type { TextRule } from '../expect/text-rule.ts';
import { readTargetUrl } from './target-url.ts';

/** The methods a check can use. `CONNECT` and `TRACE` are left out: they do not ask for a page. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Largest body that is sent, in bytes. */
export const MAX_BODY_BYTES = 1_048_576;

/** An http or https address. */
export function urlField() {
  const written = z.string().meta({ pattern: '^[hH][tT][tT][pP][sS]?://', examples: ['https://example.com/health'] });
  return z
    .codec(written, z.string(), {
      decode(text, context) {
        const read = readTargetUrl(text);
        return 'url' in read ? read.url : refuse(context, text, read.fault);
      },
      encode: (url) => url,
    })
    .register(suggesters, { suggest: suggestUrl });
}

function suggestUrl(input: unknown): string | undefined {
  if (typeof input !== 'string' || input.length > 200 || !/^[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?$/.test(input)) {
    return undefined;
  }
  const url = `https://${input}`;
  return 'url' in readTargetUrl(url) ? url : undefined;
}

/** Request headers that a user may set. */
export function headersField() {
  const name = z.string().check(judged(headerNameFault)).meta({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" });
  const value = z.string().check(judged(headerValueFault));
  return z.record(name, value).check((payload) => {
    const repeated = repeatedHeader(Object.keys(payload.value));
    if (repeated !== undefined) {
      const message = 'is there twice: upper and lower case do not matter';
      payload.issues.push({ code: 'custom', input: payload.value, message, path: [repeated] });
    }
  });
}

/** A method, in upper case as it is sent. */
export function methodField() {
  return z.enum(METHODS);
}

/** Rules for headers of an answer, by name; names are kept in lower case. */
export function headerRulesField() {
  const name = z
    .string()
    .check(
      judged((text: string) => (/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(text) ? undefined : 'is not a header name')),
    );
  return z.codec(z.record(name, textRuleField('equals')), z.custom<Readonly<Record<string, TextRule>>>(), {
    decode(input, context) {
      const repeated = repeatedHeader(Object.keys(input));
      if (repeated !== undefined) {
        return refuse(context, input, `has ${repeated} twice: upper and lower case do not matter`);
      }
      return Object.fromEntries(Object.entries(input).map(([header, rule]) => [header.toLowerCase(), rule]));
    },
    encode: (rules) => ({ ...rules }),
  });
}

/** A ws or wss address. */
export function websocketUrlField() {
  return z.codec(z.string().meta({ pattern: '^[wW][sS][sS]?://' }), z.string(), {
    decode(text, context) {
      const read = readTargetUrl(text, ['wss', 'ws']);
      return 'url' in read ? read.url : refuse(context, text, read.fault);
    },
    encode: (url) => url,
  });
}
