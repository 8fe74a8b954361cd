interface Asker<Q, A> {
  readonly question: Q;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Questions that come in one turn of the event loop are answered together, those of each kind apart. Nobody is waited for: who
 * asks alone is answered alone, and what comes while an answer is under way goes with a next one, beside it.
 * `answer` gives as many answers as it gets questions, `most` at most, in their order; when it throws, all who asked get the error.
 */
export const gathered = <Q, A>(
  most: number,
  kindOf: (question: Q) => string,
  answer: (questions: readonly Q[]) => Promise<readonly A[]>,
): ((question: Q) => Promise<A>) => {
  let kinds = new Map<string, Asker<Q, A>[]>();

  const answerSome = async (askers: readonly Asker<Q, A>[]): Promise<void> => {
    try {
      const answers = await answer(askers.map(({ question }) => question));
      for (const [index, { resolve }] of askers.entries()) resolve(answers[index] as A);
    } catch (error) {
      for (const { reject } of askers) reject(error);
    }
  };
  const answerAll = (): void => {
    const all = kinds;
    kinds = new Map();
    for (const askers of all.values())
      for (let from = 0; from < askers.length; from += most) void answerSome(askers.slice(from, from + most));
  };
  return (question) =>
    new Promise((resolve, reject) => {
      if (kinds.size === 0) setImmediate(answerAll);
      const kind = kindOf(question);
      const askers = kinds.get(kind);
      if (askers) askers.push({ question, resolve, reject });
      else kinds.set(kind, [{ question, resolve, reject }]);
    });
};
