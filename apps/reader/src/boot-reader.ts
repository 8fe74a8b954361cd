import { Instant } from '#domain';
import { said } from '#fhir';
import {
  CallersFile,
  doorsOf,
  httpApp,
  isMediaType,
  listen,
  metricsAt,
  openTraces,
  postgresWires,
  type ProcessLog,
  type RunningApp,
  showPool,
  trustAsDoors,
} from '#platform';
import { connectionBounds, PostgresReplicaReader, ScopedConnections } from '#postgres';
import { ReadRecords } from '#usecases';
import type { FastifyInstance } from 'fastify';
import { turnBounds } from './caller-turns.js';
import { languageOf } from './exchange.js';
import type { ReaderConfiguration } from './reader-configuration.js';
import { ReaderContext } from './reader-context.js';
import { showAges } from './reader-metrics.js';
import { readScopeKey } from './scope-key.js';
import { ReaderModule } from './reader.module.js';

/**
 * Connections to the replica, opened when they are needed. Together enough to keep two cores of Postgres busy; more only wait for each
 * other, and are there for slow searches alone.
 */
export const readerConnections = {
  keys: 4,
  searches: turnBounds.searches.atWork + turnBounds.searches.slowAtWork,
} as const;
/** @limit Reader | bytes of the form of a `_search` | 413 */
const formBytesMax = 65_536;

/** Starts with its Postgres down, too, and serves as soon as it is there. */
export const bootReader = async (
  configuration: Readonly<ReaderConfiguration>,
  log: ProcessLog,
  now: () => Instant = () => Instant.of(Date.now()),
): Promise<RunningApp> => {
  const { replica, territory, readers } = configuration;
  const traces = await openTraces('reader', configuration, log);
  const urls = new Map(Object.entries(readers).map(([name, url]) => [name, url.replace(/\/+$/, '')]));
  const context = new ReaderContext(replica, territory, urls, log, now);
  const callers = new CallersFile(configuration.callersFile, log);
  const doors = doorsOf(configuration, log);
  // The readers of the other replicas are asked how level they are.
  trustAsDoors(doors);
  const wires = postgresWires(configuration.postgresTlsDir, log);
  const address = wires.to(configuration.postgresUrl, configuration.postgresPasswordFile);
  const scopeKey = readScopeKey(configuration.scopeKeyFile);
  const connections = new ScopedConnections({
    address,
    scopeKey,
    connectionsMax: readerConnections.keys,
    statementTimeoutMs: connectionBounds.keyStatementMs,
  });
  const searches = new ScopedConnections({
    address,
    scopeKey,
    connectionsMax: readerConnections.searches,
    statementTimeoutMs: connectionBounds.searchStatementMs,
    askForLess: 'ask for less: an identifier, a longer beginning of a name, fewer values, a smaller _count, no _total',
  });
  const reads = new ReadRecords(new PostgresReplicaReader(connections, searches));
  showPool('keys', () => connections.state);
  showPool('searches', () => searches.state);
  showAges({ replica, levels: () => reads.levels(callers.readable()), now });
  const app = await httpApp(ReaderModule.of({ context, reads, checks: { postgres: () => connections.check() } }), {
    callers,
    log,
    tls: doors,
    certificates: 'asked',
    ...metricsAt(configuration),
    traces,
    // Bodies of refused writes are not looked at, whatever their type.
    rawBodies: ['*'],
    bodyBytesMax: formBytesMax,
    ignoreTrailingSlash: true,
    say: (sentence, request) => said(sentence, languageOf(request)),
  });
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  fastify.addHook('preParsing', async ({ headers }) => {
    // The framework would refuse it on its own: what is wrong with it is for the address to say.
    const type = headers['content-type'];
    if (type !== undefined && !isMediaType(type)) headers['content-type'] = 'application/octet-stream';
  });
  await listen(app, configuration.readerPort, configuration.host);
  const listening = app.getHttpServer().address();
  return {
    ready: { port: typeof listening === 'object' && listening ? listening.port : configuration.readerPort, replica },
    close: async () => {
      await app.close();
      callers.close();
      doors?.close();
      wires.close();
      await Promise.all([connections.close(), searches.close()]);
      await traces.close();
    },
  };
};
