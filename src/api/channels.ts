import { z } from 'zod';
import { authorizing } from './authorize.ts';
import type { ApiInstance } from './instance.ts';
import { problemSchema } from './problem.ts';
import type { TroubleDeps } from './trouble-deps.ts';

const answerSchema = z
  .object({
    channel: z.string(),
    outcome: z
      .enum(['delivered', 'failed', 'refused'])
      .describe('failed: it may be taken later; refused: it will never be taken as it is'),
    detail: z.string().describe('What the service answered, without secrets'),
    status_code: z.int().nullable().describe('null for what does not speak HTTP, and when there was no answer'),
    took_ms: z.int(),
  })
  .meta({ id: 'ChannelTest' });

/** Sending a test message to a channel. */
export function channelTestRoute(app: ApiInstance, trouble: TroubleDeps): void {
  const schema = {
    tags: ['notifications'],
    summary: 'Send a test message to a channel',
    params: z.object({ id: z.string().max(100) }),
    response: { 200: answerSchema, 401: problemSchema, 403: problemSchema, 404: problemSchema, 503: problemSchema },
  };
  const onRequest = authorizing(trouble.apiToken);
  app.post('/api/v1/channels/:id/test', { schema, onRequest }, (request) => tested(request.params.id, trouble));
}

async function tested(channel: string, trouble: TroubleDeps): Promise<z.infer<typeof answerSchema>> {
  const { outcome, detail, statusCode, tookMs } = await trouble.testChannel(channel);
  return { channel, outcome, detail, status_code: statusCode, took_ms: tookMs };
}
