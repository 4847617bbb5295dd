import { type Finding, findingsOf, quoted } from '../../core/expect/finding.ts';
import { type TextRule, judgeText } from '../../core/expect/text-rule.ts';
import type { WebsocketMonitor } from '../../core/monitor/websocket.ts';
import type { Outcome } from '../../core/outcome.ts';
import { end } from '../../net/ended.ts';
import { failure } from '../../net/failure.ts';
import type { NetContext } from '../../net/reach.ts';
import { Websocket, type WebsocketRequest } from '../../net/websocket.ts';
import { converse, type Notes } from './converse.ts';
import { USER_AGENT } from './http/request-headers.ts';
import { observeWithAccess } from './observe-with-access.ts';
import type { ProbeContext, Seen } from './probe.ts';

/** Probes a WebSocket: opens it, says what there is to say, and waits for a message that is as expected. */
export function probeWebsocket(monitor: WebsocketMonitor, context: ProbeContext): Promise<Outcome> {
  return observeWithAccess(monitor, context, (net, authorization) => look(monitor, context, net, authorization));
}

async function look(
  monitor: WebsocketMonitor,
  context: ProbeContext,
  net: NetContext,
  authorization: string | null,
): Promise<Seen> {
  const { send, expect } = monitor;
  const websocket = new Websocket(requestOf(monitor, authorization), net);
  const seen = await converse(monitor, websocket, context, async (_, notes) => {
    await websocket.open();
    if (websocket.subprotocol !== '') notes.facts['subprotocol'] = websocket.subprotocol;
    if (send !== null) websocket.say(send);
    if (expect.message !== null) notes.findings.push(...(await hearMessage(websocket, expect.message, notes)));
  });
  return { ...seen, statusCode: websocket.statusCode, finalUrl: monitor.url };
}

function requestOf(monitor: WebsocketMonitor, authorization: string | null): WebsocketRequest {
  const { headers, subprotocol, ip_version: ipVersion, resolver, tls } = monitor;
  const url = new URL(monitor.url);
  url.hash = '';
  const configured = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const own = { 'user-agent': USER_AGENT, ...(authorization !== null && { authorization }) };
  const ours = Object.entries(own).filter(([name]) => !configured.has(name));
  return {
    url,
    headers: { ...Object.fromEntries(ours), ...headers },
    subprotocol,
    ipVersion,
    resolver,
    tls,
    from: null,
  };
}

/** Listens until a message fits the rule, and else until the socket closes or the deadline passes. */
async function hearMessage(websocket: Websocket, rule: TextRule, { facts }: Notes): Promise<readonly Finding[]> {
  let findings: readonly Finding[] = [];
  for (let count = 1; ; count++) {
    const message = await websocket.message();
    if (message === 'closed' && count === 1) end(failure('conn_closed', websocket.farewell));
    if (message === 'over' && count === 1) end(websocket.timeout());
    if (message === 'closed' || message === 'over') return findings;
    facts['messages'] = `${count}`;
    findings = judgeMessage(rule, message.text, count);
    if (findings.every(({ ok }) => ok)) return findings;
  }
}

function judgeMessage(rule: TextRule, text: string, count: number): readonly Finding[] {
  const got = count === 1 ? quoted(text) : `${quoted(text)}, the last of ${count}`;
  return findingsOf({ what: 'message', reason: 'message_unexpected', severity: 'down' }, got, judgeText(rule, text));
}
