import { statSync } from 'node:fs';

const lookEveryMs = 1_000;

/** Changes whenever one of the files was written, replaced, made or removed. Links are followed: Kubernetes changes a whole folder by one. */
const versionOf = (paths: readonly string[]): string =>
  paths
    .map((path) => {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false });
      return found ? `${found.mtimeNs} ${found.size} ${found.ino}` : 'none';
    })
    .join(', ');

/** What is told of files that are watched. */
export interface FilesTold {
  /** They were read again. */
  readonly changed: () => void;
  /** They have changed and cannot be used: what was read before counts on. */
  readonly unusable: (error: unknown) => void;
}

/** What is read from files, and read again when they change (looked at every second). The first reading throws, later ones are told. */
export class WatchedFiles<T> {
  private value: T;
  private version: string;
  private readonly timer;

  constructor(
    private readonly paths: readonly string[],
    private readonly read: () => T,
    private readonly told: FilesTold,
  ) {
    this.version = versionOf(paths);
    this.value = read();
    this.timer = setInterval(() => this.look(), lookEveryMs);
    this.timer.unref();
  }

  get current(): T {
    return this.value;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    try {
      const version = versionOf(this.paths);
      if (version === this.version) return;
      this.version = version;
      this.value = this.read();
    } catch (error) {
      return this.told.unusable(error);
    }
    this.told.changed();
  }
}
