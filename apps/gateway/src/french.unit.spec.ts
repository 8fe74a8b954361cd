import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '#domain';
import {
  InvalidContent,
  inLanguage,
  operationOutcome,
  readWrite,
  said,
  UnsupportedMedia,
  type WriteContext,
} from '#fhir';
import { refusedStatus } from '#usecases';
import { describe, expect, it } from 'vitest';
import { aSender } from '../../../libs/testing/src/builders/sender.js';

const root = join(import.meta.dirname, '../../..');
/** All that makes what a write is refused with, or warned of. */
const sources = [
  ...[
    'scan-json',
    'bounded-warnings',
    'read-write',
    'read-bundle',
    'read-resource',
    'write-target',
    'identity-policy',
    'references',
    'media-type',
    'issue',
    'validate-resource',
  ].map((name) => `libs/fhir/src/${name}.ts`),
  'libs/domain/src/instant.ts',
  'libs/domain/src/record.ts',
  'libs/usecases/src/capture/captured.ts',
  'libs/platform/src/http/http-app.ts',
  'libs/platform/src/http/failure.filter.ts',
  'libs/platform/src/callers/caller.guard.ts',
  'libs/kafka/src/too-large.ts',
  ...[
    'refuse-too-large',
    'refuse-request',
    'unpack-bodies',
    'publishers',
    'sender-quota',
    'cloud-events/capture-event',
    'cloud-events/cloud-events.controller',
    'cloud-events/read-cloud-events',
    'cloud-events/problem',
    'fhir/message-id',
    'fhir/write.controller',
  ].map((name) => `apps/gateway/src/${name}.ts`),
];

/** Patterns, labels, and what a programmer reads. */
const isNoSentence = (text: string): boolean =>
  /\(\?:|\.\*|^(?:POST|PUT|PATCH|DELETE|Bundle) (?:\{\}|batch)$|^its |^Bearer realm=|^Invalid additional property$|^\{\}: \{\} \(byte \{\}\)$|^ \(and \{\} more\)$/.test(
    text,
  ) || text.startsWith('not an instant: {}');

/** Literals of more than one word, with `{}` where something is put in. */
const sentencesOf = (path: string): readonly string[] => {
  const code = readFileSync(join(root, path), 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$|^import [^]*?;$/gm, '');
  return [...code.matchAll(/(['`])((?:\\.|(?!\1)[^\\\n])*)\1/g)]
    .map(([, , text = '']) => text.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '{}').replaceAll(/\\([\\'])/g, '$1'))
    .filter((text) => /[a-z]{2,} [a-z("{]/i.test(text) && !isNoSentence(text));
};

const english = /\b(?:the|is|are|not|send|with|this|more|than|was|expected|or|and|may|its|Invalid|Missing)\b/;
const french = aSender('750712184' as Parameters<typeof aSender>[0], { language: 'fr', testIdentities: 'warn' });
const context: WriteContext = { sender: french, newId: () => 'new', derivedId: () => 'derived' };

describe('to a French sender', () => {
  it('every sentence of a refusal is French', () => {
    const sentences = sources.flatMap(sentencesOf);
    expect(sentences.length).toBeGreaterThan(120);
    const untold = sentences.filter((text) => said(text.replaceAll('{}', '7'), 'fr') === text.replaceAll('{}', '7'));
    // The same in both languages: names.
    expect(untold.toSorted()).toEqual(['FHIRPath Patch', 'JSON Patch (RFC 6902)']);
  });

  it('an outcome is French to its last word, and its code, place and status are the same', () => {
    const write = (path: string, body: string): Failure => {
      try {
        readWrite({ method: 'PUT', path, headers: {}, body: Buffer.from(body) }, context);
      } catch (error) {
        if (Failure.is(error)) return error;
      }
      throw new Error('taken');
    };
    const patient = { resourceType: 'Patient', id: 'x' };
    const refused = [
      write('Patient/x', '{"a":1,"a":2}'),
      write('Patient/x', JSON.stringify({ ...patient, id: 'y' })),
      write(
        'Patient/x',
        JSON.stringify({ ...patient, nom: 1, gender: 'x', active: 'x', birthDate: 5, name: 3, link: [{}] }),
      ),
      write('Observation/x', JSON.stringify({ resourceType: 'Observation', id: 'x', component: [{ code: [] }] })),
      write('Patient?identifier=1', '{}'),
      write('Nothing/x', '{}'),
    ];
    for (const failure of refused) {
      const { issue } = operationOutcome(failure, 'fr');
      expect(issue.length).toBeGreaterThan(0);
      for (const { diagnostics = '', details } of issue)
        expect(`${diagnostics} ${details?.text ?? ''}`.replaceAll(/https?:\S+|"extension"/g, '')).not.toMatch(english);
    }
    expect(refused[2]).toBeInstanceOf(InvalidContent);
    expect(refused[0]).toMatchObject({
      code: 'input.invalid',
      message: '$.a : un membre figure deux fois dans un objet (octet 8)',
      hint: 'envoyer chaque membre une seule fois',
    });
    const media = inLanguage(new UnsupportedMedia('the Content-Type names no type', ''), 'fr');
    expect([refusedStatus(media), media.message]).toEqual([415, 'le Content-Type ne nomme aucun type']);
  });

  it('a warning is French', () => {
    const body = JSON.stringify({
      resourceType: 'Patient',
      identifier: [{ system: 'urn:oid:1.2.250.1.213.1.4.10', value: '1' }],
      managingOrganization: { reference: 'urn:uuid:1' },
    });
    const { warnings } = readWrite({ method: 'PUT', path: 'Patient/x', headers: {}, body: Buffer.from(body) }, context);
    expect(warnings.map(({ text }) => text)).toEqual([
      'une INS de test ou de démonstration',
      "une référence urn: à rien de ce message est conservée telle qu'envoyée",
    ]);
  });

  it('what is French already stays, and to an English one all stays English', () => {
    const failure = new Failure('input.invalid', '$.a: a string without end (byte 3)', 'send the whole message');
    const once = inLanguage(failure, 'fr');
    expect([inLanguage(once, 'fr').message, inLanguage(once, 'fr').hint]).toEqual([once.message, once.hint]);
    expect(inLanguage(failure, 'en')).toBe(failure);
  });
});
