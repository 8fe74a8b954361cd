import { hash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Coverage } from './coverage.js';
import { minimise } from './minimise.js';
import { mutate } from './mutate.js';
import { Random } from './random.js';
import type { Target } from './target.js';
import { Watchdog } from './watchdog.js';

export interface FuzzOptions {
  readonly seed: number;
  readonly msMax: number;
  /** With so many it ends. */
  readonly findingsMax: number;
  /** Where findings are written. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

export interface Finding {
  readonly what: string;
  readonly path: string;
  readonly input: Buffer;
}

export interface Fuzzed {
  readonly executions: number;
  readonly seconds: number;
  readonly corpus: number;
  readonly functions: number;
  /** Of the code of the functions reached. */
  readonly percent: number;
  readonly findings: readonly Finding[];
}

/** Coverage costs more to take than an input to run: it is taken for many, and where it is new the one is looked for. */
const together = 128;
const cpuMsMax = 1_000;
const heapEveryMs = 20_000;
const heapGrowthMax = 96 * 1024 * 1024;
const tellEveryMs = 30_000;

class TooSlow extends Error {}

/** One finding is told once: by its words without their numbers, and by where it was thrown. */
const signatureOf = (error: unknown): string => {
  if (!(error instanceof Error)) return inspect(error);
  const place =
    /\(?((?:file:)?\/[^\s()]+:\d+):\d+\)?/.exec(error.stack?.split('\n').slice(1).join('\n') ?? '')?.[1] ?? '';
  return `${error.name} ${error.message.replace(/\d+/g, '#').slice(0, 80)} ${place}`;
};

const collectGarbage = (): (() => void) => {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  return typeof collect === 'function' ? () => void collect() : () => {};
};

class Fuzzing {
  readonly findings = new Map<string, Finding>();
  executions = 0;
  private readonly corpus: Buffer[] = [];
  private readonly random: Random;
  private readonly coverage: Coverage;
  private readonly watchdog: Watchdog;
  private readonly collect = collectGarbage();
  private heapAtFirst: number | undefined;

  constructor(
    private readonly target: Target,
    private readonly options: FuzzOptions,
  ) {
    mkdirSync(options.folder, { recursive: true });
    this.random = new Random(options.seed);
    this.coverage = new Coverage(target.code);
    this.watchdog = new Watchdog(join(options.folder, 'hang.bin'));
  }

  async run(): Promise<Fuzzed> {
    const startedAt = performance.now();
    for (const seed of this.target.seeds) {
      await this.try(seed);
      this.coverage.take();
      this.corpus.push(seed);
    }
    let [toldAt, heapAt] = [startedAt, startedAt];
    while (performance.now() - startedAt < this.options.msMax && this.findings.size < this.options.findingsMax) {
      await this.round(Array.from({ length: together }, () => this.invent()));
      const now = performance.now();
      if (now - heapAt > heapEveryMs) {
        heapAt = now;
        this.lookAtHeap();
      }
      if (now - toldAt > tellEveryMs) {
        toldAt = now;
        this.options.say(
          `${Math.round((now - startedAt) / 1000)} s: ${this.executions} run, ${this.corpus.length} kept`,
        );
      }
    }
    const { functions, percent } = this.coverage.reached;
    this.coverage.close();
    await this.watchdog.close();
    const seconds = (performance.now() - startedAt) / 1000;
    const findings = [...this.findings.values()];
    return { executions: this.executions, seconds, corpus: this.corpus.length, functions, percent, findings };
  }

  /** What was kept last is tried more often: it leads where nothing has been yet. */
  private invent(): Buffer {
    const { corpus, random } = this;
    const recent = Math.max(1, Math.floor(corpus.length / 4));
    const input = random.below(2) === 0 ? corpus[corpus.length - 1 - random.below(recent)] : random.pick(corpus);
    return mutate(input ?? Buffer.alloc(0), random, this.target.format, random.pick(corpus));
  }

  private async round(inputs: readonly Buffer[]): Promise<void> {
    for (const input of inputs) await this.try(input);
    if (this.coverage.take(false)) await this.keepNew(inputs);
  }

  /** Those of the inputs that reach what none has reached, by halves. */
  private async keepNew(inputs: readonly Buffer[]): Promise<void> {
    const [only] = inputs;
    if (only && inputs.length === 1) {
      await this.try(only);
      if (this.coverage.take()) this.corpus.push(only);
      return;
    }
    const middle = inputs.length >> 1;
    for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) {
      for (const input of half) await this.try(input);
      if (this.coverage.take(false)) await this.keepNew(half);
    }
  }

  private async try(input: Buffer): Promise<void> {
    this.executions += 1;
    const error = await this.failureOf(input);
    if (error === undefined) return;
    const signature = signatureOf(error);
    if (this.findings.has(signature)) return;
    const isSame = async (shorter: Buffer): Promise<boolean> =>
      signatureOf(await this.failureOf(shorter)) === signature;
    const smallest = error instanceof TooSlow ? input : await minimise(input, isSame);
    const name = hash('sha256', smallest, 'hex').slice(0, 12);
    const path = join(this.options.folder, `${name}.bin`);
    writeFileSync(path, smallest);
    const what = error instanceof Error ? (error.stack ?? error.message) : inspect(error);
    writeFileSync(join(this.options.folder, `${name}.txt`), `${what}\n`);
    this.findings.set(signature, { what, path, input: smallest });
    this.options.say(`FINDING ${what.split('\n', 3).join(' ')}\n  the input is in ${path}`);
  }

  private async failureOf(input: Buffer): Promise<unknown> {
    const before = process.threadCpuUsage();
    this.watchdog.begin(input);
    try {
      await this.target.run(Buffer.from(input));
      const { user, system } = process.threadCpuUsage(before);
      const ms = (user + system) / 1000;
      return ms > cpuMsMax ? new TooSlow(`${Math.round(ms)} ms of CPU for ${input.length} bytes`) : undefined;
    } catch (error) {
      return error ?? new Error('nothing was thrown');
    } finally {
      this.watchdog.rest();
    }
  }

  /** What is held when all that may go is gone: it must not grow by more than what is kept here. */
  private lookAtHeap(): void {
    this.collect();
    const kept = this.corpus.reduce((sum, { length }) => sum + length, 0);
    const held = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers - kept;
    this.heapAtFirst ??= held;
    if (held - this.heapAtFirst < heapGrowthMax || this.findings.has('heap')) return;
    const what = `memory grew by ${Math.round((held - this.heapAtFirst) / 1e6)} MB in ${this.executions} executions`;
    this.findings.set('heap', { what, path: '', input: Buffer.alloc(0) });
    this.options.say(`FINDING ${what}`);
  }
}

/**
 * Coverage-guided fuzzing in this process: inputs that reach new code are kept and mutated further. A finding is whatever the target
 * throws, an input that takes a second of CPU, or never ends, and memory that grows.
 */
export const fuzz = (target: Target, options: FuzzOptions): Promise<Fuzzed> => new Fuzzing(target, options).run();
