import { isIP } from 'node:net';
import { type Finding, findingsOf } from '../../core/expect/finding.ts';
import { judgeList, listed } from '../../core/expect/judge-list.ts';
import type { ListRule } from '../../core/expect/list-rule.ts';
import { judgeNumber } from '../../core/expect/number-rule.ts';
import type { DnsMonitor } from '../../core/monitor/dns.ts';
import { type Endpoint, endpointText } from '../../core/monitor/network.ts';
import type { Outcome } from '../../core/outcome.ts';
import { blameOf } from '../../core/reasons.ts';
import { askServer, type DnsRequest, type DnsResult } from '../../net/dns/ask.ts';
import { answersTo, type DnsQuestion, type DnsRecord, type DnsReply } from '../../net/dns/message.ts';
import { towardsOwnServer } from '../../net/dns/own-servers.ts';
import { canonicalText, reverseName } from '../../net/dns/record-text.ts';
import { failure, type Failure } from '../../net/failure.ts';
import type { NetContext } from '../../net/reach.ts';
import { observe, type ProbeContext, type Seen } from './probe.ts';

const DNS_PORT = 53;
const DNS_OVER_TLS_PORT = 853;

/**
 * Asks a name server one question and judges its answer. Without a resolver of its own the first name server of this
 * machine is asked, and when that one does not answer, it is our fault.
 */
export function probeDns(monitor: DnsMonitor, context: ProbeContext): Promise<Outcome> {
  return observe(monitor, context, (net) => (monitor.resolver === null ? askOurs : askTheirs)(monitor, net));
}

/** A name server that the monitor names is what is watched, whatever comes of it. */
async function askTheirs(monitor: DnsMonitor, net: NetContext): Promise<Seen> {
  const request = requestOf(monitor, monitor.resolver ?? { host: '', port: DNS_PORT });
  const asked = await askServer(request, net);
  return 'reason' in asked.result ? seen(asked, asked.result) : judged(monitor, request, asked, asked.result);
}

/** Our own name server only lies between us and what is watched: the zone of the name. */
async function askOurs(monitor: DnsMonitor, net: NetContext): Promise<Seen> {
  const [server] = net.network.nameServers();
  if (server === undefined) return { ...NOTHING_SEEN, failure: failure('dns_unavailable', 'this machine has none') };
  const request = requestOf(monitor, server);
  const trusting = { ...net, network: towardsOwnServer(net.network, server) };
  const asked = await askServer(request, trusting);
  const { result } = asked;
  if ('reason' in result) return seen(asked, blameOf(result.reason) === 'target' ? unavailable(result) : result);
  const { rcode } = result;
  if (isExpected(rcode, monitor) || !(await isCutOff(rcode, request, trusting))) {
    return judged(monitor, request, asked, result);
  }
  return seen(asked, failure('dns_unavailable', `${rcode}, also for the root`));
}

function unavailable({ message }: Failure): Failure {
  return failure('dns_unavailable', message);
}

/**
 * Whether a server that refused, or failed to find out, does so for every name, as one that cannot reach other servers
 * does. It knows the root zone if it works.
 */
async function isCutOff(rcode: string, request: DnsRequest, net: NetContext): Promise<boolean> {
  if (rcode !== 'SERVFAIL' && rcode !== 'REFUSED') return false;
  const { result } = await askServer({ ...request, name: '.', type: 'NS', recursion: true }, net);
  return 'reason' in result || result.rcode === 'SERVFAIL' || result.rcode === 'REFUSED';
}

function requestOf({ host, record, protocol, recursion, ip_version }: DnsMonitor, server: Endpoint): DnsRequest {
  const name = record === 'PTR' && isIP(host) !== 0 ? reverseName(host) : host;
  // Nobody speaks TLS on the port that is meant when none is written.
  const port = protocol === 'tls' && server.port === DNS_PORT ? DNS_OVER_TLS_PORT : server.port;
  return { name, type: record, recursion, transport: protocol, ipVersion: ip_version, server: { ...server, port } };
}

const NOTHING_SEEN = { findings: [], address: null, attempts: [] };

function seen({ address, attempts, transport }: DnsResult, failure: Failure | null): Seen {
  return { ...NOTHING_SEEN, failure, address, attempts, facts: { transport } };
}

function judged(monitor: DnsMonitor, request: DnsRequest, asked: DnsResult, reply: DnsReply): Seen {
  const answers = answersTo(request, reply);
  const texts = answers.map(({ text }) => text);
  const ttls = [...new Set(answers.map(({ ttl }) => ttl))];
  return {
    ...seen(asked, null),
    findings: [
      ...judgeRcode(monitor, reply),
      ...judgeAnswers(monitor, request, reply.rcode, texts),
      ...judgeTtls(monitor, ttls),
      ...judgeOwnership(monitor, reply),
    ],
    facts: {
      server: endpointText(request.server, DNS_PORT),
      transport: asked.transport,
      rcode: reply.rcode,
      answers: listed(texts),
      ...(ttls.length > 0 && { ttl: seconds(ttls) }),
    },
  };
}

const UNEXPECTED = { reason: 'dns_answer_unexpected', severity: 'down' } as const;

function isExpected(rcode: string, { expect }: DnsMonitor): boolean {
  return expect.rcode.includes(rcode);
}

function judgeRcode(monitor: DnsMonitor, { rcode }: DnsReply): readonly Finding[] {
  const expectation = { what: 'rcode', reason: 'dns_rcode_unexpected', severity: 'down' } as const;
  const held = { ok: isExpected(rcode, monitor), expected: monitor.expect.rcode.join(' or ') };
  return findingsOf(expectation, rcode, [held]);
}

/** An answer without any record is no answer, unless it is expected that there may be none. */
function judgeAnswers(
  { expect, record }: DnsMonitor,
  { type }: DnsQuestion,
  rcode: string,
  texts: readonly string[],
): readonly Finding[] {
  const rule = expect.answers === null ? {} : canonicalRule(type, expect.answers);
  const held = [...judgeList(rule, texts)];
  const mayBeNone =
    rule.equals !== undefined || rule.count !== undefined || expect.rcode.some((code) => code !== 'NOERROR');
  if (rcode === 'NOERROR' && !mayBeNone) {
    held.unshift({ ok: texts.length > 0, expected: `at least one record of type ${record}` });
  }
  return findingsOf({ what: 'answers', ...UNEXPECTED }, listed(texts), held);
}

function canonicalRule(type: DnsRecord['type'], rule: ListRule): ListRule {
  const canonical = (list: readonly string[] | undefined) => list?.map((entry) => canonicalText(type, entry));
  return {
    ...rule,
    equals: canonical(rule.equals),
    contains: canonical(rule.contains),
    not_contains: canonical(rule.not_contains),
  };
}

/** Each answer must meet the whole rule; without any nothing meets it. */
function judgeTtls({ expect }: DnsMonitor, ttls: readonly number[]): readonly Finding[] {
  const rule = expect.ttl;
  if (rule === null) return [];
  const each = ttls.map((ttl) => judgeNumber(rule, ttl));
  const held = judgeNumber(rule, null).map(({ expected }, part) => ({
    ok: each.length > 0 && each.every((parts) => parts[part]?.ok),
    expected: `${expected} s`,
  }));
  return findingsOf({ what: 'ttl', ...UNEXPECTED }, ttls.length === 0 ? 'no answer' : seconds(ttls), held);
}

function judgeOwnership({ expect }: DnsMonitor, { authoritative }: DnsReply): readonly Finding[] {
  if (expect.authoritative === null) return [];
  const words = (owns: boolean): string => (owns ? 'an authoritative answer' : 'an answer that is not authoritative');
  const held = { ok: authoritative === expect.authoritative, expected: words(expect.authoritative) };
  return findingsOf({ what: 'authoritative', ...UNEXPECTED }, words(authoritative), [held]);
}

function seconds(ttls: readonly number[]): string {
  return `${ttls.slice(0, 5).join(', ')} s`;
}
