/** What a part tells the bench that started it. */
export type PartMessage =
  | { readonly kind: 'mark'; readonly mark: string }
  | { readonly kind: 'result'; readonly value: unknown };

const tell = (message: PartMessage): Promise<void> =>
  new Promise((resolve, reject) => {
    process.send?.(message, undefined, undefined, (error: Error | null) => (error ? reject(error) : resolve()));
  });

/** Says where the measured stretch begins or ends, and waits until it has been noted. */
export type Mark = (mark: 'begin' | 'end') => Promise<void>;

const mark: Mark = async (name) => {
  const noted = new Promise((resolve) => process.once('message', resolve));
  await tell({ kind: 'mark', mark: name });
  await noted;
};

/** A part of a bench in a process of its own: its argument is JSON, its result goes back over IPC; it dies with its bench. */
export const runPart = async <A, R>(work: (argument: A, mark: Mark) => Promise<R>): Promise<void> => {
  process.on('disconnect', () => process.exit(1));
  process.on('SIGTERM', () => process.exit(0));
  const value = await work(JSON.parse(process.argv[2] ?? '{}') as A, mark);
  await tell({ kind: 'result', value });
  process.exit(0);
};
