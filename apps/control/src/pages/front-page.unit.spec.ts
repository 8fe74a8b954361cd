import { expect, it } from 'vitest';
import { wantedLanguage } from './front-page.js';

it.each([
  ['en', 'en'],
  ['en-US,en;q=0.9', 'en'],
  ['fr-FR,fr;q=0.9,en;q=0.8', 'fr'],
  ['fr;q=0.1,en', 'en'],
  ['fr;q=0,en;q=0.1', 'en'],
  ['de', 'fr'],
  ['', 'fr'],
])('begins in the language that has the greater weight: %s', (asked, language) => {
  expect(wantedLanguage(asked)).toBe(language);
});
