const recordKeys = /\b[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}/g;

/** Sentences of the fold name records: without showPhi only their types. */
export const withoutIds = (sentence: string): string =>
  sentence.replace(recordKeys, (key) => `${key.slice(0, key.indexOf('/'))}/…`);
