import type { JsonObject } from '#domain';
import { v2Table } from '../mapping/codes.js';
import { members, ownExtension } from '../mapping/fhir-json.js';
import { asConcept, asTime, codedIn } from '../mapping/field-rules.js';
import type { Mapping } from '../mapping/mapping.js';
import { type ExtensionFields, extensionsOf } from '../mapping/own-extensions.js';
import { practitionerOf } from '../mapping/practitioner.js';
import type { Segment } from '../message/segment.js';
import { present } from './present.js';

/** What NTE says of a note that FHIR's Annotation has no member for. */
export const nteExtensions: ExtensionFields = [
  [2, 'note-source', codedIn(v2Table('0105')), 'where the note comes from'],
  [4, 'note-type', asConcept(v2Table('0364')), 'kind of note'],
  [7, 'note-start', asTime, 'since when it holds'],
  [8, 'note-end', asTime, 'until when it holds'],
  [9, 'note-code', asConcept(), 'the note as a code'],
];

/** NTE-3, its repetitions as lines. */
const textOf = (nte: Segment): string => {
  const lines = nte.repetitions(3);
  return lines.every((line) => line.whole().trim() === '') ? '' : lines.map((line) => line.takeWhole()).join('\n');
};

/** FHIR Annotation of each note that has a text. */
export const notesOf = (notes: readonly Segment[], mapping: Mapping): readonly JsonObject[] =>
  notes.flatMap((nte) => {
    const text = textOf(nte);
    if (text === '') return [];
    const [author, ...others] = present(nte.repetitions(5).map((person) => practitionerOf(person, mapping)));
    return [
      members({
        extension: [
          ...extensionsOf(nte, nteExtensions, mapping),
          ...others.map((other) => ({ url: ownExtension('other-author'), valueReference: other })),
        ],
        authorReference: author,
        time: mapping.takeTime(nte.first(6), `NTE[${nte.sequence}]-6`)?.text,
        text,
      }),
    ];
  });

/** The text of a note. */
export const noteText = ({ text }: JsonObject): string => (typeof text === 'string' ? text : '');

/** More than a text: what a text alone does not show. */
export const isAnnotated = (note: JsonObject): boolean => Object.keys(note).length > 1;

/** Notes of what has no member for them. */
export const noteExtensions = (notes: readonly JsonObject[], name = 'note'): readonly JsonObject[] =>
  notes.map((note) => ({ url: ownExtension(name), valueAnnotation: note }));
