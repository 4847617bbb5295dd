import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One stretch of time in which a target was out of order, ms since the epoch. */
export interface Outage {
  readonly target: string;
  readonly from: number;
  /** `null` while it lasts. */
  to: number | null;
}

/** Targets on one local server, each out of order now and then. */
export interface OutageTargets {
  urlOf(target: string): string;
  readonly names: readonly string[];
  outages(): readonly Outage[];
  /** Begins no other outage; those that are under way end in their time. */
  calmDown(): void;
  /** Whether nothing is out of order. */
  allFine(): boolean;
  close(): Promise<void>;
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface TargetTimes {
  readonly count: number;
  /** How long each state lasts, ms. */
  readonly least: number;
  readonly most: number;
}

/** Starts targets that go up and down by chance; each state lasts from `least` to `most`. */
export async function startTargets(random: () => number, { count, least, most }: TargetTimes): Promise<OutageTargets> {
  const names = Array.from({ length: count }, (_, index) => `t${index}`);
  const down = new Map<string, Outage>();
  const outages: Outage[] = [];
  const timers = new Map<string, NodeJS.Timeout>();
  const server = createServer((request, response) => {
    const name = (request.url ?? '').slice(1);
    if (!down.has(name)) return void response.end('fine');
    // An outage has more than one face: an error, or a connection that ends.
    if (name.length % 2 === 0) response.writeHead(503).end('out of order');
    else request.socket.destroy();
  });
  await listen(server);
  let calm = false;
  const turn = (name: string): void => {
    const outage = down.get(name);
    if (outage === undefined) {
      if (calm) return;
      const begun: Outage = { target: name, from: Date.now(), to: null };
      outages.push(begun);
      down.set(name, begun);
    } else {
      outage.to = Date.now();
      down.delete(name);
    }
    plan(name);
  };
  const plan = (name: string): void => {
    timers.set(
      name,
      setTimeout(() => turn(name), least + random() * (most - least)),
    );
  };
  names.forEach(plan);
  const stop = (): void => timers.forEach((timer) => clearTimeout(timer));
  const { port } = server.address() as AddressInfo;
  return {
    names,
    urlOf: (target) => `http://127.0.0.1:${port}/${target}`,
    outages: () => outages,
    calmDown: () => (calm = true),
    allFine: () => down.size === 0,
    async close() {
      stop();
      await closed(server);
    },
  };
}

/** What a receiver of webhooks took, each message once. */
export interface Told {
  readonly id: string;
  readonly type: string;
  readonly monitor: string;
  readonly incident: number;
  /** ms since the epoch. */
  readonly since: number;
  readonly until: number | null;
  readonly received: number;
}

interface WebhookBody {
  readonly id: string;
  readonly type: string;
  readonly monitor: { readonly id: string } | null;
  readonly incident: number | null;
  readonly since: string | null;
  readonly until: string | null;
}

/** A receiver of webhooks that honours the idempotency key, and does not always answer as it should. */
export interface Sink {
  readonly url: string;
  told(): readonly Told[];
  /** Attempts in all, and those that carried what was known already. */
  attempts(): { all: number; again: number };
  /** From now on it answers each at once. */
  behave(): void;
  close(): Promise<void>;
}

/** How a sink misbehaves, as shares of its answers. */
export interface SinkFaults {
  /** 500, and the message is not taken. */
  readonly refuse: number;
  /** The message is taken, and the connection ends without an answer. */
  readonly reset: number;
  /** 429 with `Retry-After: 1`, not taken. */
  readonly limit: number;
}

export async function startSink(random: () => number, faults: SinkFaults): Promise<Sink> {
  const told = new Map<string, Told>();
  const counted = { all: 0, again: 0 };
  let faulty = true;
  const server = createServer((request, response) => {
    if (request.method === 'HEAD') return void response.end();
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      counted.all += 1;
      const chance = faulty ? random() : 1;
      if (chance < faults.refuse) return refuse(response, 500);
      if (chance < faults.refuse + faults.limit) return refuse(response, 429);
      const message = JSON.parse(Buffer.concat(parts).toString()) as WebhookBody;
      const key = String(request.headers['webhook-id'] ?? message.id);
      if (told.has(key)) counted.again += 1;
      else told.set(key, toldBy(key, message));
      if (chance < faults.refuse + faults.limit + faults.reset) request.socket.destroy();
      else response.end('taken');
    });
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    told: () => [...told.values()],
    attempts: () => ({ ...counted }),
    behave: () => (faulty = false),
    close: () => closed(server),
  };
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'retry-after': '1' }).end('not now');
}

function toldBy(id: string, { type, monitor, incident, since, until }: WebhookBody): Told {
  return {
    id,
    type,
    monitor: monitor?.id ?? '',
    incident: incident ?? 0,
    since: since === null ? Number.NaN : Date.parse(since),
    until: until === null ? null : Date.parse(until),
    received: Date.now(),
  };
}

/** A slot begins before its check does, so trouble can be told to begin a moment before it did. */
const SLOT_MS = 1_500;

/**
 * What is wrong with what was told of some outages, in words; nothing when each is told as one incident: its beginning and
 * its end once each, in that order, or both in one message. It begins within the outage, and ends before the next one.
 */
export function compareTold(outages: readonly Outage[], told: readonly Told[]): string[] {
  const wrong: string[] = [];
  const left = new Set(told);
  for (const outage of outages) {
    const name = `${outage.target} out of order ${clock(outage.from)} to ${clock(outage.to)}`;
    const of = told.filter((message) => isOf(message, outage));
    of.forEach((message) => left.delete(message));
    const incidents = new Set(of.map(({ incident }) => incident));
    const kinds = of.map(({ type }) => type).join(', ');
    if (incidents.size > 1) wrong.push(`${name}: told as ${incidents.size} incidents (${kinds})`);
    else if (kinds !== 'down, up' && kinds !== 'up') wrong.push(`${name}: told as (${kinds})`);
    const next = outages.find(({ target, from }) => target === outage.target && from > outage.from);
    const end = of.find(({ type }) => type === 'up')?.until ?? null;
    if (end !== null && (end < (outage.to ?? Infinity) - SLOT_MS || end > (next?.from ?? Infinity))) {
      wrong.push(`${name}: told to end at ${clock(end)}`);
    }
  }
  for (const message of left) {
    wrong.push(`${message.type} of ${message.monitor} since ${clock(message.since)}: of no outage`);
  }
  return wrong;
}

function isOf({ monitor, since }: Told, { target, from, to }: Outage): boolean {
  return monitor === target && since >= from - SLOT_MS && since <= (to ?? Infinity);
}

function clock(moment: number | null): string {
  return moment === null ? 'now' : new Date(moment).toISOString().slice(11, 23);
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
