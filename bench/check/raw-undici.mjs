// undici's own request() with a fresh connection and a full TLS handshake for each URL, and its body read.
import { Agent, request, setGlobalDispatcher } from 'undici';
import { runLanes } from './lanes.mjs';

setGlobalDispatcher(new Agent({ connect: { maxCachedSessions: 0 } }));

await runLanes(async (url) => {
  const { statusCode, body } = await request(url, { reset: true });
  await body.dump();
  return statusCode;
});
