import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { controlSentences } from '../../test/control-sentences.js';
import { inFrench } from './french-failures.js';

describe('what control says', () => {
  const sentences = controlSentences();

  it('is said again in French, sentence by sentence', () => {
    expect(sentences.size).toBeGreaterThan(100);
    const missing = [...sentences].filter(([sentence]) => inFrench(sentence) === sentence);
    expect(missing).toEqual([]);
  });

  it('is said of what the fold warns of as well', () => {
    const fold = fileURLToPath(new URL('../../../../libs/domain/src/fold/', import.meta.url));
    const texts = readdirSync(fold)
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
      .flatMap((file) => {
        const source = readFileSync(join(fold, file), 'utf8');
        const said = [...source.matchAll(/\bsaid\(\s*'[a-z-]+',\s*'([^']+)'/g)];
        return [...said, ...source.matchAll(/code: '[a-z-]+',\s*location: [^,]+,\s*text: '([^']+)'/g)].map(
          ([, text = '']) => text,
        );
      });
    expect(texts.length).toBeGreaterThanOrEqual(8);
    expect(texts.filter((text) => inFrench(text) === text)).toEqual([]);
  });

  it('keeps what it names', () => {
    expect(inFrench('2026-11-20 14:30:00 has no zone')).toBe('2026-11-20 14:30:00 est sans fuseau');
    expect(inFrench('say 2026-11-20T14:30:00+01:00 or 2026-11-20T14:30:00Z')).toBe(
      'dire 2026-11-20T14:30:00+01:00 ou 2026-11-20T14:30:00Z',
    );
    expect(inFrench('the plan no longer holds: the cut of 990000010 was 3 and is 4')).toBe(
      'le plan ne tient plus : la coupure de 990000010 était 3, et elle est 4',
    );
    expect(inFrench('no sender "ready" is declared')).toBe('aucun émetteur "ready" n\'est déclaré');
    expect(inFrench('restore r1 is running: it cannot be rolled back')).toBe(
      'la restauration r1 est en cours : elle ne peut pas être annulée après bascule',
    );
    expect(inFrench('only what is running or built or approved can be')).toBe(
      "il faudrait qu'elle soit en cours ou construite ou approuvée",
    );
    expect(inFrench('replica b does not hold what it must of 990000010: Patient/1, versions.content at 0')).toBe(
      "le réplica b ne contient pas ce qu'il doit pour 990000010 : Patient/1, colonne content de la table versions, position 0",
    );
    expect(inFrench('event 815: messages.outcome')).toBe('événement 815 : colonne outcome de la table messages');
    expect(inFrench('a sentence of tomorrow')).toBe('a sentence of tomorrow');
  });
});
