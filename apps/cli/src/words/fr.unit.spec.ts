import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { en } from './en.js';
import { fr } from './fr.js';
import { inFrench } from './french-failures.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const catalogues = readdirSync(here)
  .filter((file) => /^(?:fr|french-[a-z]+)\.ts$/.test(file))
  .map((file) => readFileSync(`${here}${file}`, 'utf8'))
  .join('\n');

describe('French words', () => {
  // GLOSSARY.md has one French word for each: these stood beside it.
  it.each([
    ['coupe', 'coupure'],
    ['pli', 'règles de calcul'],
    ['scellé', 'signature'],
    ['promu', 'basculé'],
    ['promou', 'basculer'],
    ['faute', 'erreur'],
    ['la reprise', 'la restauration'],
    ['pilotage', 'control'],
  ])('are one for each thing: no "%s", but "%s"', (word) => {
    expect(catalogues.match(new RegExp(`.*(?<![\\p{L}-])${word}(?:e|s|es|voir)?(?![\\p{L}-]).*`, 'giu'))).toBeNull();
  });

  it('are there for every state that a table shows', () => {
    const shared = new Set(['MLLP', 'patients', 'ok', 'stable']);
    const values = Object.entries(fr).filter(([key]) => key.startsWith('value.'));
    const left = values.filter(([key, word]) => word === en[key as keyof typeof en] && !shared.has(word));
    expect(left).toEqual([]);
  });

  it('are there for what a verification expects and finds', () => {
    for (const text of ['none', 'valid', 'invalid', 'unknown-key', 'log', 'cut', 'fold version'])
      expect(inFrench(text)).not.toBe(text);
  });
});
