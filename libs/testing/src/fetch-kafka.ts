import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure } from '#domain';
import { leftIn, ownersMark } from './process-identity.js';
import { parseSums, verifiedJars } from './verify-jars.js';

export const kafkaVersion = '4.3.1';

/** `libs/testing/kafka`, from the sources as from `dist`. */
export const kafkaFiles = ((): string => {
  let root = import.meta.dirname;
  while (!existsSync(join(root, 'package.json'))) root = dirname(root);
  return join(root, 'libs/testing/kafka');
})();

export type Say = (line: string) => void;

const cacheFolder = (): string => process.env['REPRISE_CACHE_DIR'] ?? join(homedir(), '.cache', 'reprise');

const copyDependencies = (target: string, say: Say, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${target}`, '-DincludeScope=runtime'];
    // Strict: what does not fit the checksums of the repository is no jar; and then there is our own list.
    const maven = spawn('mvn', ['-B', '-C', '-f', join(kafkaFiles, 'pom.xml'), ...goal], {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal && { signal }),
    });
    let output = '';
    let jars = 0;
    const hear = (chunk: Buffer): void => {
      const text = chunk.toString();
      output = (output + text).slice(-4000);
      jars += text.match(/Downloaded[^\n]*\.jar/g)?.length ?? 0;
    };
    maven.stdout.on('data', hear);
    maven.stderr.on('data', hear);
    const report = setInterval(() => say(`fetching Kafka ${kafkaVersion} by Maven, once: ${jars} files`), 3000);
    const failed = (reason: string, hint: string): void => reject(new Failure('not-found', reason, hint));
    maven.once('error', () =>
      failed('Maven is missing: Kafka is fetched by it', 'install it, for example: apt-get install maven'),
    );
    maven.once('close', (code) => {
      clearInterval(report);
      if (code === 0) return resolve();
      const error = /\[ERROR\][^\n]*/.exec(output)?.[0] ?? `exit code ${code}`;
      failed(
        `Maven could not fetch Kafka ${kafkaVersion}: ${error}`,
        'check the network or the mirror in settings.xml',
      );
    });
  });

const fetchedAnew = (jars: string): string => `remove that folder, the next start fetches it again: rm -r ${jars}`;
const mirrorIsWrong =
  'the repository or the mirror in settings.xml gives other files than Kafka published: do not use it';

/**
 * The jars of the broker, fetched on first use (54 MB, about half a minute), each one compared with `kafka/jars.sha256` every time
 * (0.2 s). A fetch becomes visible by one rename, so half a fetch is never used and two at once do no harm.
 */
export const fetchKafka = async (say: Say = () => {}, signal?: AbortSignal): Promise<readonly string[]> => {
  const sums = parseSums(readFileSync(join(kafkaFiles, 'jars.sha256'), 'utf8'));
  const pomHash = createHash('sha256')
    .update(readFileSync(join(kafkaFiles, 'pom.xml')))
    .digest('hex')
    .slice(0, 8);
  const jars = join(cacheFolder(), `kafka-${kafkaVersion}-${pomHash}`);
  if (existsSync(jars)) return verifiedJars(jars, sums, fetchedAnew(jars));
  mkdirSync(cacheFolder(), { recursive: true, mode: 0o700 });
  for (const left of leftIn(cacheFolder(), 'fetching-')) rmSync(left, { recursive: true, force: true });
  const fetched = mkdtempSync(join(cacheFolder(), `fetching-${ownersMark()}-`));
  try {
    say(`fetching Kafka ${kafkaVersion} by Maven, once (54 MB)`);
    await copyDependencies(fetched, say, signal);
    await verifiedJars(fetched, sums, mirrorIsWrong);
    renameSync(fetched, jars);
    say(`Kafka ${kafkaVersion} is in ${jars}`);
  } catch (error) {
    if (!existsSync(jars)) throw error;
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
  return verifiedJars(jars, sums, fetchedAnew(jars));
};
