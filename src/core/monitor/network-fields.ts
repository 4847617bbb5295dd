import { X509Certificate, createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { suggesters } from '../schema-problems.ts';
import { judged, refuse, wrong } from './fields.ts';
import { headerValueFault } from './header-rules.ts';
import { type Endpoint, type HostAndPort, type IpVersion, type Proxy, TLS_VERSIONS, endpointText } from './network.ts';
import { nameFault } from './target-url.ts';

/** A name or an address, without scheme and port. */
export function hostField() {
  return z.codec(z.string(), z.string(), {
    decode(text, context) {
      const host = plainHost(text.trim());
      const fault = hostFault(host);
      return fault === undefined ? asciiHost(host) : refuse(context, text, fault);
    },
    encode: (host) => host,
  });
}

function plainHost(text: string): string {
  return text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
}

/** What is wrong with a host, worded to follow the name of its key, or `undefined`. */
export function hostFault(host: string): string | undefined {
  if (host === '') return 'must not be empty';
  if (isIP(host) !== 0) return undefined;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(host)) return 'must be a host alone, without scheme';
  if (/:\d{1,5}$/.test(host)) return 'must be a host alone; the port is a key of its own';
  if (/[\s/?#@:%\\[\]]/.test(host) || !URL.canParse(`http://${host}/`)) return 'is not a host name or address';
  return nameFault(new URL(`http://${host}/`).hostname);
}

/** The form that is looked up: lower case, punycode; forms of an address such as 127.1 become that address. */
function asciiHost(host: string): string {
  if (isIP(host) !== 0) return host;
  return new URL(`http://${host}/`).hostname;
}

export function portField() {
  return z.int().min(1).max(65_535).meta({ description: 'The port, 1 to 65535.' });
}

export const ipVersion = z
  .codec(
    z.union([z.literal(4), z.literal(6), z.enum(['4', '6', 'any'])], { error: wrong('must be 4, 6 or any') }),
    z.custom<IpVersion>(),
    {
      decode: (input): IpVersion => (input === 'any' ? input : input === 6 || input === '6' ? 6 : 4),
      encode: (version) => version,
    },
  )
  .meta({ description: '4 or 6 to use addresses of that version only; any for what the name has.' });

const DNS_PORT = 53;

/** Reads `host`, `host:port` or `[address]:port`; what is wrong with it is worded to follow the name of its key. */
function readHostAndPort(text: string, example: string): HostAndPort | string {
  const written = text.trim();
  if (isIP(written) !== 0) return { host: written, port: null };
  const match = /^(?:\[([^\]]+)\]|([^:\s]+))(?::(\d{1,5}))?$/.exec(written);
  if (match === null) return `must be a name or an address, maybe with a port, such as ${example}`;
  const host = match[1] ?? match[2] ?? '';
  const fault = hostFault(host);
  if (fault !== undefined) return fault;
  const port = match[3] === undefined ? null : Number(match[3]);
  return port !== null && (port < 1 || port > 65_535)
    ? 'must have a port from 1 to 65535'
    : { host: asciiHost(host), port };
}

/** A name server: an address or a name, with a port when it is not 53. */
export const resolver = z
  .codec(z.string().meta({ examples: ['9.9.9.9', '[2620:fe::fe]:53'] }), z.custom<Endpoint>(), {
    decode(text, context) {
      const read = readHostAndPort(text, '9.9.9.9 or ns1.example.com:53');
      return typeof read === 'string' ? refuse(context, text, read) : { host: read.host, port: read.port ?? DNS_PORT };
    },
    encode: ({ host, port }) => endpointText({ host, port }, DNS_PORT),
  })
  .meta({
    description: 'The name server to ask instead of those of this machine: an address or name, maybe with port.',
  });

/** An address or name with a port, to which a connection can be made. */
export const referenceField = z.codec(z.string().meta({ examples: ['9.9.9.9:443'] }), z.custom<Endpoint>(), {
  decode(text, context) {
    const read = readHostAndPort(text, '9.9.9.9:443');
    if (typeof read === 'string') return refuse(context, text, read);
    const { host, port } = read;
    return port === null ? refuse(context, text, 'must have a port, such as 9.9.9.9:443') : { host, port };
  },
  encode: (endpoint) => endpointText(endpoint),
});

const pem = (judge: (text: string) => string | undefined) => z.string().check(judged(judge));

const certificatePem = pem((text) =>
  isCertificate(text) ? undefined : 'must be a certificate in PEM (-----BEGIN CERTIFICATE-----)',
);

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== undefined;
  } catch {
    return false;
  }
}

const keyPem = pem((text) => {
  try {
    createPrivateKey(text);
    return undefined;
  } catch {
    return 'must be a private key in PEM, without passphrase (-----BEGIN PRIVATE KEY-----)';
  }
});

const tlsFields = z
  .strictObject({
    verify: z.boolean().default(true).meta({ description: 'false takes any certificate.' }),
    min_version: z.enum(TLS_VERSIONS).default('TLSv1.2').meta({ description: 'The oldest version of TLS to speak.' }),
    max_version: z.enum(TLS_VERSIONS).default('TLSv1.3').meta({ description: 'The newest version of TLS to speak.' }),
    ca: certificatePem.nullable().default(null).meta({
      description: 'Certificates (PEM) to trust instead of the usual authorities; write ${file:/path/ca.pem}.',
    }),
    server_name: z
      .codec(z.string(), z.string(), {
        decode(text, context) {
          const fault = hostFault(text.trim());
          return fault === undefined ? asciiHost(text.trim()) : refuse(context, text, fault);
        },
        encode: (name) => name,
      })
      .nullable()
      .default(null)
      .meta({ description: 'The name to ask for and to verify, when it is not that of the target.' }),
    cert: certificatePem.nullable().default(null).meta({
      description:
        'Our own certificate (PEM, with its chain), for targets that ask for one; write ${file:/path/client.pem}.',
    }),
    key: keyPem
      .nullable()
      .default(null)
      .meta({ description: 'The private key (PEM) of cert; write ${file:/path/client.key}.' }),
  })
  .superRefine((settings, context) => {
    if ((settings.cert === null) !== (settings.key === null)) {
      const path = [settings.cert === null ? 'cert' : 'key'];
      context.addIssue({ code: 'custom', path, message: 'is missing: cert and key go together' });
    } else if (settings.cert !== null && settings.key !== null && !belongTogether(settings.cert, settings.key)) {
      context.addIssue({ code: 'custom', path: ['key'], message: 'is not the key of cert' });
    }
    if (TLS_VERSIONS.indexOf(settings.min_version) > TLS_VERSIONS.indexOf(settings.max_version)) {
      context.addIssue({ code: 'custom', path: ['max_version'], message: 'must not be older than min_version' });
    }
  });

function belongTogether(cert: string, key: string): boolean {
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
}

/** How a target is spoken to over TLS. */
export const tls = tlsFields.prefault({}).meta({ description: 'How the target is spoken to over TLS.' });

const proxyUrl = z.string().check(judged(proxyFault)).meta({ pattern: '^https?://' });

function proxyFault(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text)) return 'must begin with http:// or https://';
  if (!URL.canParse(text)) return 'is not a valid address';
  const { username, password, pathname, search, hash } = new URL(text);
  if (username !== '' || password !== '') return 'must not contain a user name or password: they are keys beside url';
  return pathname === '/' && search === '' && hash === '' ? undefined : 'must be an address without path';
}

const credential = z.string().min(1).max(1024).check(judged(headerValueFault));
const proxyFields = z.strictObject({
  url: proxyUrl.meta({ description: 'The address of the proxy, http:// or https://.' }),
  username: credential.nullable().default(null).meta({ description: 'The user name for the proxy.' }),
  password: credential.nullable().default(null).meta({ description: 'The password; write ${PROXY_PASSWORD}.' }),
});

/** A proxy: its url, or a map with user name and password besides. */
export const proxy = z
  .codec(
    z.union([proxyUrl, proxyFields], {
      error: ({ input }) =>
        input === null ? undefined : 'must be an address or a map with url, username and password',
    }),
    z.custom<Proxy>(),
    {
      decode: (input): Proxy => (typeof input === 'string' ? { url: input, username: null, password: null } : input),
      encode: (value) => value,
    },
  )
  .register(suggesters, {
    suggest: (input) =>
      typeof input === 'string' && /^[a-z0-9.-]+:\d{1,5}$/i.test(input) ? `http://${input}` : undefined,
  })
  .meta({ description: 'A forward proxy: http://host:port, or a map with url, username and password.' });

/** Whom to connect to in place of the host of an address. */
export const connectTo = z
  .codec(z.string().meta({ examples: ['192.0.2.7', 'backend-2.internal:8443'] }), z.custom<HostAndPort>(), {
    decode(text, context) {
      const read = readHostAndPort(text, '192.0.2.7 or backend-2.internal:8443');
      return typeof read === 'string' ? refuse(context, text, read) : read;
    },
    encode: ({ host, port }) => (port === null ? host : endpointText({ host, port })),
  })
  .meta({
    description:
      'Whom to connect to in place of the host of the url, with a port when it is another; the url is asked for all the same.',
  });

/** The keys of a monitor that say how its target is reached. */
export const reachFields = {
  ip_version: ipVersion.default('any'),
  resolver: resolver.nullable().default(null),
};
