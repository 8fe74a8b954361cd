/** A nominal type: made only by the parsing constructor that stands beside it. */
export type Brand<K, T> = K & { readonly __brand: T };
