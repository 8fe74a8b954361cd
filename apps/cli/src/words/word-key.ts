import type { en } from './en.js';

export type WordKey = keyof typeof en;
export type Words = Readonly<Record<WordKey, string>>;
type Tail<Prefix extends string> = { [K in WordKey]: K extends `${Prefix}.${infer T}` ? T : never }[WordKey];

/** What the catalogue has words for is what can be declared: a verb or a flag without words does not compile. */
export type VerbPath = Tail<'verb'>;
export type GroupName = Tail<'group'>;
export type FlagName = Tail<'flag'>;
export type ArgumentName = Tail<'argument'>;
export type ColumnName = Tail<'column'>;
