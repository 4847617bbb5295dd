import { z } from 'zod';
import { degradedField, enabled, group, retention, slo, tags } from './base.ts';
import { expectDefaults, httpDefaults } from './http.ts';
import type { MonitorType } from './monitor.ts';
import { kindOf } from './kinds.ts';
import { ipVersion, resolver, tls } from './network-fields.ts';
import { interval, intervalDown, retryInterval, timeout, withTimeRules } from './timing.ts';
import { flapping, recoverAfter, retries, severity } from './trouble-fields.ts';

/** What `defaults` may hold: the keys that make sense for many monitors at once, each as in a monitor. */
const defaultsFields = z.strictObject({
  interval: interval.optional(),
  timeout: timeout.optional(),
  retries: retries.optional(),
  retry_interval: retryInterval.optional(),
  recover_after: recoverAfter.optional(),
  interval_down: intervalDown.optional(),
  flapping: flapping.optional(),
  severity: severity.optional(),
  enabled: enabled.optional(),
  group: group.optional(),
  tags: tags.optional(),
  slo: slo.optional(),
  retention: retention.optional(),
  ip_version: ipVersion.optional(),
  resolver: resolver.nullable().optional(),
  tls: tls.unwrap().optional().meta({ description: 'How targets are spoken to over TLS.' }),
  ...httpDefaults,
  expect: z.strictObject(expectDefaults).optional().meta({ description: 'What a good answer looks like.' }),
  degraded: degradedField.unwrap().optional().meta({ description: 'Softer limits, for up but degraded.' }),
});

/** The `defaults` of the file. A key that a type of monitor does not have does not concern its monitors. */
export const monitorDefaultsSchema = withTimeRules(defaultsFields);

type Values = Readonly<Record<string, unknown>>;

/** What of `defaults` concerns a monitor, of which `own` are the keys it sets itself. */
export function defaultsFor(type: MonitorType, defaults: Values, own: Values): Values {
  const { shape } = kindOf(type).fields;
  // How often a job reports says nothing about how often targets are checked.
  const foreign = type === 'push' ? new Set(['interval', 'timeout']) : new Set<string>();
  const fitting = Object.entries(defaults).filter(([key]) => Object.hasOwn(shape, key) && !foreign.has(key));
  const parts = Object.fromEntries(fitting.map(([key, value]) => [key, fittingPart(shape[key], value)]));
  const { expect } = parts;
  if (typeof expect !== 'object' || expect === null || !('certificate' in expect) || speaksTls(type, own)) return parts;
  const { certificate: _, ...others } = expect;
  return { ...parts, expect: others };
}

/** Whether a target has a certificate that a default could be about. */
function speaksTls(type: MonitorType, { url, starttls }: Values): boolean {
  if (type === 'tls') return true;
  return typeof url === 'string' ? /^\s*(?:https|wss):/i.test(url) : typeof starttls === 'string';
}

/** Maps such as `expect` hold for what the type knows of them. */
function fittingPart(field: z.core.$ZodType | undefined, value: unknown): unknown {
  let inner = field;
  while (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap();
  }
  if (!(inner instanceof z.ZodObject) || typeof value !== 'object' || value === null) return value;
  const { shape } = inner;
  return Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(shape, key)));
}
