import swagger from '@fastify/swagger';
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { ReportTaker } from '../core/push-report.ts';
import { VERSION } from '../core/version.ts';
import type { Reader } from '../query/reader.ts';
import { availabilityRoute } from './availability.ts';
import { healthRoutes, type Readiness } from './health.ts';
import { historyRoutes } from './history.ts';
import { acknowledgeRoutes, incidentPageRoute } from './incident-pages.ts';
import { troubleRoutes } from './incidents.ts';
import { insightsRoute } from './insights.ts';
import type { ApiInstance } from './instance.ts';
import { latencyRoutes } from './latency.ts';
import { problem, sendProblem } from './problem.ts';
import { pushRoutes } from './push.ts';
import { reportRoutes } from './report.ts';
import { resultRoute } from './results.ts';
import { seriesRoute } from './series.ts';
import { sloRoutes } from './slo.ts';
import { troubleActionRoutes } from './trouble-actions.ts';
import type { TroubleDeps } from './trouble-deps.ts';
import { uptimeRoutes } from './uptime.ts';
import { withoutToken } from './without-token.ts';

export interface ApiDeps {
  readonly reader: Reader;
  readonly readiness: Readiness;
  /** Takes in what jobs report by themselves. */
  readonly reports: ReportTaker;
  /** Left out, the API answers questions only. */
  readonly trouble?: TroubleDeps;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Nothing this API takes is larger; ms for the whole request. */
const BODY_LIMIT_BYTES = 256 * 1024;
const REQUEST_TIMEOUT_MS = 15_000;

/** Builds the HTTP API, ready to listen or to be asked by `inject`. */
export async function buildApi(deps: ApiDeps): Promise<ApiInstance> {
  const logger: FastifyBaseLogger = deps.logger;
  const app: ApiInstance = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Closing must not wait for a browser that keeps its connection open.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: sendProblem,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .type('application/problem+json')
      .send(JSON.stringify(problem(404, 'not_found', `there is no ${request.method} ${shownPath(request.url)}`))),
  );
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    done(null, payload);
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Longwatch', version: VERSION, description: 'What Longwatch watches and what it saw.' },
      servers: [],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  healthRoutes(app, deps.readiness);
  historyRoutes(app, deps);
  resultRoute(app, deps);
  uptimeRoutes(app, deps);
  sloRoutes(app, deps);
  availabilityRoute(app, deps);
  insightsRoute(app, deps);
  latencyRoutes(app, deps);
  seriesRoute(app, deps);
  reportRoutes(app, deps);
  troubleRoutes(app, deps);
  incidentPageRoute(app, deps);
  if (deps.trouble !== undefined) {
    const acting = { ...deps, trouble: deps.trouble };
    troubleActionRoutes(app, acting);
    await acknowledgeRoutes(app, acting);
  }
  await pushRoutes(app, { taker: deps.reports, reader: deps.reader });
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, () => app.swagger());
  await app.ready();
  return app;
}

function shownPath(url: string): string {
  return withoutToken(url.split('?')[0] ?? '');
}
