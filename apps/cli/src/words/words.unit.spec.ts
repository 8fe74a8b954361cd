import { describe, expect, it } from 'vitest';
import { en } from './en.js';
import { fr } from './fr.js';
import { languageOf, speak } from './words.js';
import { generalFlags, groups } from '../verb.js';
import { verbs } from '../verbs.js';

const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();

describe('the two catalogues', () => {
  it('have the same keys, and the same names in each sentence', () => {
    expect(Object.keys(fr).sort()).toEqual(Object.keys(en).sort());
    const french = new Map(Object.entries(fr));
    for (const [key, text] of Object.entries(en)) expect(names(french.get(key) ?? ''), key).toEqual(names(text));
  });

  it('have words for what exists, and for nothing else', () => {
    const of = (prefix: string): string[] =>
      Object.keys(en).flatMap((key) => (key.startsWith(`${prefix}.`) ? [key.slice(prefix.length + 1)] : []));
    expect(of('verb').sort()).toEqual(verbs.map(({ path }) => path).sort());
    expect(of('group').sort()).toEqual([...groups].sort());
    const flags = new Set([...generalFlags, ...verbs.flatMap((verb) => verb.flags)].map(({ name }) => name));
    expect(of('flag').sort()).toEqual([...flags, 'help'].sort());
    expect(of('argument').sort()).toEqual([...new Set(verbs.flatMap(({ argument }) => argument?.name ?? []))].sort());
  });

  it('set French as it is set: no plain space before : ; ! ? », no typewriter apostrophe', async () => {
    const say = await speak('fr');
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      expect(say(key), key).not.toMatch(/ [:;!?»]|« |'/);
      expect(say(key, { what: "it's : so" })).not.toContain('undefined');
    }
  });
});

it.each([
  [['--lang', 'fr'], {}, 'fr'],
  [['--lang=en'], { LANG: 'fr_FR.UTF-8' }, 'en'],
  [[], { LANG: 'fr_FR.UTF-8' }, 'fr'],
  [[], { LC_ALL: 'C', LANG: 'fr_FR.UTF-8' }, 'en'],
  [[], {}, 'en'],
])('%j in %j speaks %s', (argv, env, language) => {
  expect(languageOf(argv, env)).toBe(language);
});
