import { z } from 'zod';
import { judged, refuse } from './fields.ts';
import { headerValueFault } from './header-rules.ts';
import { MAX_BODY_BYTES } from './http-fields.ts';
import { type RequestBody, bodyText } from './request-body.ts';
import { readTargetUrl } from './target-url.ts';

/** OAuth 2 client credentials (RFC 6749 section 4.4). */
export interface OAuth2 {
  readonly token_url: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly scopes: readonly string[];
  /** Further parameters of the token request, `audience` for one. */
  readonly params: Readonly<Record<string, string>>;
  /** Where the client's id and secret travel: `basic` in the Authorization header, `post` in the body. */
  readonly style: 'basic' | 'post';
}

/** How a request proves who it is; a client certificate is part of `tls`. */
export type Auth =
  | { readonly basic: { readonly username: string; readonly password: string } }
  | { readonly bearer: string }
  | { readonly oauth2: OAuth2 };

const text = z.string().check(
  judged((value: string) => {
    if (Buffer.byteLength(value) > MAX_BODY_BYTES) return 'must not be larger than 1 MiB';
    return /\p{Cs}/u.test(value) ? 'has half of a surrogate pair, which cannot be sent' : undefined;
  }),
);
const KINDS_OF_BODY = ['text', 'json', 'form'] as const;
const bodyMap = z.strictObject({
  text: text.optional().meta({ description: 'Text, sent as it is; set Content-Type under headers.' }),
  json: z.json().optional().meta({ description: 'A value that is sent as JSON.' }),
  form: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: 'Fields that are sent as application/x-www-form-urlencoded.' }),
});

/** The body of a request: text, or a map that says which kind it is. */
export const requestBody = z.codec(
  z.union([text, bodyMap], {
    error: ({ input }) => (input === null ? undefined : 'must be text, or a map with one of text, json and form'),
  }),
  z.custom<RequestBody>(),
  {
    decode(input, context): RequestBody {
      if (typeof input === 'string') return { text: input };
      const given = KINDS_OF_BODY.filter((kind) => input[kind] !== undefined);
      if (given.length !== 1) return refuse(context, input, 'must have exactly one of text, json and form');
      const fault = Buffer.byteLength(bodyText(input as RequestBody)) > MAX_BODY_BYTES;
      return fault ? refuse(context, input, 'must not be larger than 1 MiB') : (input as RequestBody);
    },
    encode: (body) => ('text' in body ? body.text : (body as z.output<typeof bodyMap>)),
  },
);

const secret = z.string().min(1).max(8192);
const basic = z.strictObject({
  username: z
    .string()
    .max(1024)
    .check(
      judged((name: string) =>
        /[:\p{Cc}]/u.test(name) ? 'must not contain a colon or control characters' : undefined,
      ),
    )
    .meta({ description: 'The user name, without colon.' }),
  password: z
    .string()
    .max(8192)
    .check(judged((word: string) => (/\p{Cc}/u.test(word) ? 'must not contain control characters' : undefined)))
    .meta({ description: 'The password; write ${PASSWORD}.' }),
});
const bearer = secret.check(
  judged((token: string) => (/\s/.test(token) ? 'must not contain blanks' : headerValueFault(token))),
);
const oauth2 = z.strictObject({
  token_url: z
    .string()
    .check(
      judged((url: string) => {
        const read = readTargetUrl(url);
        return 'fault' in read ? read.fault : undefined;
      }),
    )
    .meta({ description: 'Where tokens are given out.' }),
  client_id: secret.meta({ description: 'The id of the client.' }),
  client_secret: secret.meta({ description: 'Its secret; write ${CLIENT_SECRET}.' }),
  scopes: z
    .codec(z.union([z.string(), z.array(z.string())]), z.custom<readonly string[]>(), {
      decode: (input) => (Array.isArray(input) ? input : input.split(/\s+/).filter((scope) => scope !== '')),
      encode: (scopes) => [...scopes],
    })
    .prefault([])
    .meta({ description: 'The scopes to ask for: a list, or text with blanks between them.' }),
  params: z.record(z.string(), z.string()).default({}).meta({ description: 'Further parameters, such as audience.' }),
  style: z.enum(['basic', 'post']).default('basic').meta({
    description: 'Where client_id and client_secret travel: basic in the Authorization header, post in the body.',
  }),
});

const authMap = z.strictObject({
  basic: basic.optional().meta({ description: 'A user name and a password.' }),
  bearer: bearer.optional().meta({ description: 'A token that is sent as it is; write ${TOKEN}.' }),
  oauth2: oauth2.optional().meta({ description: 'OAuth 2 client credentials: a token is asked for and kept.' }),
});

/** How a request proves who it is: exactly one way. */
export const auth = z
  .codec(authMap, z.custom<Auth>(), {
    decode(input, context): Auth {
      const given = Object.values(input).filter((way) => way !== undefined).length;
      return given === 1
        ? (input as Auth)
        : refuse(context, input, 'must have exactly one of basic, bearer and oauth2');
    },
    encode: (way) => way as z.output<typeof authMap>,
  })
  .meta({
    description: 'Basic, bearer or OAuth 2 client credentials; a client certificate is tls.cert and tls.key.',
  });
