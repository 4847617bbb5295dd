import { z } from 'zod';
import { durationRuleField, numberRuleField } from '../expect/number-fields.ts';
import type { NumberRule } from '../expect/number-rule.ts';
import { type CheckedMonitor, type DegradedLimits, checkedFields, identityFields } from './base.ts';
import { checkedKind } from './kind.ts';
import { type Endpoint, type IpVersion } from './network.ts';
import { hostField, reachFields } from './network-fields.ts';
import { fromHostUrl } from './target-url.ts';
import { degradedAfter } from './trouble-fields.ts';

/** A host that answers ICMP echo requests. */
export interface PingMonitor extends CheckedMonitor {
  readonly type: 'ping';
  readonly host: string;
  /** How many requests one check sends, 200 ms apart. */
  readonly count: number;
  /** Bytes of data in each request, without headers; 16 are needed for its time. */
  readonly size: number;
  readonly dont_fragment: boolean;
  readonly ip_version: IpVersion;
  readonly resolver: Endpoint | null;
  readonly expect: {
    /** Lost requests, in percent. */
    readonly loss: NumberRule;
    /** The mean round trip, ms. */
    readonly rtt: NumberRule | null;
  };
  readonly degraded: DegradedLimits & { readonly loss: NumberRule | null; readonly rtt: NumberRule | null };
}

const HOUR = 3_600_000;
const loss = numberRuleField(0, 100);
const rtt = durationRuleField(HOUR);

const fields = z.strictObject({
  type: z.literal('ping').meta({ description: 'A host that answers ICMP echo requests.' }),
  host: hostField().meta({ description: 'The host: a name or an address.' }),
  ...identityFields,
  ...checkedFields,
  count: z.int().min(1).max(20).default(3).meta({ description: 'How many requests one check sends, 1 to 20.' }),
  size: z.int().min(16).max(65_000).default(56).meta({ description: 'Bytes of data in each request, 16 to 65000.' }),
  dont_fragment: z.boolean().default(false).meta({ description: 'Forbids routers to cut the packets.' }),
  ...reachFields,
  expect: z
    .strictObject({
      loss: loss.prefault({ lt: 100 }).meta({ description: 'How many requests may be lost, in percent.' }),
      rtt: rtt.nullable().default(null).meta({ description: 'How long the mean round trip may take.' }),
    })
    .prefault({})
    .meta({ description: 'What good answers look like.' }),
  degraded: z
    .strictObject({
      loss: loss.nullable().default(null).meta({ description: 'Lost requests in percent, before it is degraded.' }),
      rtt: rtt.nullable().default(null).meta({ description: 'The mean round trip, before it is degraded.' }),
      after: degradedAfter,
    })
    .prefault({})
    .meta({ description: 'Softer limits: a target that passes one is up, but degraded.' }),
});

export const PING = checkedKind<PingMonitor, typeof fields>({
  type: 'ping',
  fields,
  smallest: { type: 'ping', host: 'example.com' },
  schemes: ['ping', 'icmp'],
  fromUrl: fromHostUrl,
  target: ({ host }) => `ping://${host}`,
  title: ({ host }) => `ping ${host}`,
  host: ({ host }) => host,
});
