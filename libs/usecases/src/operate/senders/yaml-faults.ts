import type { ErrorCode } from 'yaml';
import type { Sentence } from './profile-fields.js';

/** What the parser of YAML finds, said for who wrote the file; its own sentences are English, and speak to programmers. */
export const yamlFaults: Readonly<Record<ErrorCode, Sentence>> = {
  ALIAS_PROPS: { fr: 'un alias ne porte rien de plus', en: 'an alias carries nothing else' },
  BAD_ALIAS: { fr: 'un alias ne renvoie à rien', en: 'an alias leads to nothing' },
  BAD_COLLECTION_TYPE: { fr: "le type dit n'est pas celui qui est écrit", en: 'the type said is not the one written' },
  BAD_DIRECTIVE: { fr: 'une ligne qui commence par % est inconnue', en: 'a line that begins with % is not known' },
  BAD_DQ_ESCAPE: { fr: 'une barre oblique inverse ne veut rien dire ici', en: 'a backslash means nothing here' },
  BAD_INDENT: { fr: 'le retrait de cette ligne est faux', en: 'this line is indented wrongly' },
  BAD_PROP_ORDER: { fr: 'ancre ou étiquette mal placée', en: 'an anchor or a tag stands in the wrong place' },
  BAD_SCALAR_START: {
    fr: 'une valeur ne commence pas par ce caractère sans guillemets',
    en: 'without quotes a value does not begin with this character',
  },
  BLOCK_AS_IMPLICIT_KEY: { fr: 'un second deux-points sur une ligne', en: 'a second colon in one line' },
  BLOCK_IN_FLOW: {
    fr: 'entre { } ou [ ] il faut des virgules, et aucun retrait',
    en: 'between { } or [ ] commas are expected, and no indentation',
  },
  DUPLICATE_KEY: { fr: 'ce champ est donné deux fois', en: 'this field is given twice' },
  IMPOSSIBLE: { fr: 'illisible', en: 'not readable' },
  KEY_OVER_1024_CHARS: { fr: 'un nom de plus de 1024 caractères', en: 'a name of more than 1024 characters' },
  MISSING_CHAR: {
    fr: 'il manque un guillemet, un deux-points, un crochet ou une accolade',
    en: 'a quote, a colon, a bracket or a brace is missing',
  },
  MULTILINE_IMPLICIT_KEY: { fr: 'un nom tient sur une ligne', en: 'a name stands in one line' },
  MULTIPLE_ANCHORS: { fr: 'plusieurs ancres au même endroit', en: 'several anchors in one place' },
  MULTIPLE_DOCS: { fr: 'plusieurs documents dans un fichier (---)', en: 'several documents in one file (---)' },
  MULTIPLE_TAGS: { fr: 'plusieurs étiquettes au même endroit', en: 'several tags in one place' },
  NON_STRING_KEY: { fr: "un nom n'est pas un texte", en: 'a name is no text' },
  RESOURCE_EXHAUSTION: { fr: 'trop profond ou trop grand', en: 'too deep or too large' },
  TAB_AS_INDENT: { fr: 'retrait par tabulation', en: 'a tab as indentation' },
  TAG_RESOLVE_FAILED: { fr: 'étiquette (!) inconnue', en: 'a tag (!) that is not known' },
  UNEXPECTED_TOKEN: { fr: "ceci n'a pas sa place ici", en: 'this does not belong here' },
};
