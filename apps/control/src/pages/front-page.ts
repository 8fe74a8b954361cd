import { createHash } from 'node:crypto';

const style = `
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere }
h1 { margin: 0.5rem 0 }
section { border-top: 1px solid GrayText; margin-top: 1.5rem; padding-top: 0.5rem }
dt { font-weight: 600; margin-top: 0.75rem }
dd { margin: 0 }
code { font-family: ui-monospace, monospace; background: color-mix(in srgb, CanvasText 8%, Canvas); padding: 0.1em 0.3em; border-radius: 0.2em }
a { color: LinkText }
`;

/** Nothing from elsewhere, no script, no frame; the one style by its hash. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const french = `<section lang="fr">
<p><strong>Reprise</strong> garde, dans leur ordre, les messages des logiciels de l’hôpital, en tient des copies lisibles sur d’autres sites,
et remet un établissement dans l’état d’un instant choisi. Vous êtes à l’adresse de control, d’où on l’exploite ; il n’y a pas encore de console ici.</p>
<dl>
<dt>Voir l’état</dt>
<dd><code>npx reprise status --api</code> et cette adresse (<code>REPRISE_DATA_DIR</code> ou <code>--token-file</code> disent où sont les
jetons) ; de même <code>doctor</code> ; avec un jeton, l’API : <code>GET /api/status</code></dd>
<dt>Décrire l’API</dt>
<dd><a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3, sans jeton)</dd>
<dt>Lire la documentation</dt>
<dd>dans le dépôt : <code>README.md</code> pour commencer, <code>docs/operating.md</code> pour exploiter et restaurer, <code>docs/senders.md</code>
pour les émetteurs, <code>docs/conformance.md</code> pour ce qui est pris ; <code>npx reprise --help</code> pour les commandes</dd>
<dt>Savoir si ce processus répond</dt>
<dd><a href="/livez">/livez</a>, <a href="/readyz">/readyz</a></dd>
</dl>
</section>`;

const english = `<section lang="en">
<p><strong>Reprise</strong> keeps what the hospital’s systems said, in its order, holds readable copies of it at other sites, and brings
an establishment back to the state of a chosen moment. This is the address of its control; there is no console here yet.</p>
<dl>
<dt>See the status</dt>
<dd><code>npx reprise status --api</code> and this address (<code>REPRISE_DATA_DIR</code> or <code>--token-file</code> say where the
tokens are); <code>doctor</code> likewise; with a token, the API: <code>GET /api/status</code></dd>
<dt>What the API offers</dt>
<dd><a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3, no token needed)</dd>
<dt>Read the documentation</dt>
<dd>in the repository: <code>README.md</code> to begin, <code>docs/operating.md</code> to operate and restore, <code>docs/senders.md</code>
for senders, <code>docs/conformance.md</code> for what is taken; <code>npx reprise --help</code> for the commands</dd>
<dt>Does this process answer?</dt>
<dd><a href="/livez">/livez</a>, <a href="/readyz">/readyz</a></dd>
</dl>
</section>`;

/** RFC 9110, section 12.5.4: the one of greater weight; French where neither is asked for. */
export const wantedLanguage = (acceptLanguage: string): 'fr' | 'en' => {
  const weightOf = (language: string): number => {
    const found = new RegExp(`(?:^|,)\\s*${language}\\b[^,;]*(?:;\\s*q=([\\d.]+))?`, 'i').exec(acceptLanguage);
    return found ? Number(found[1] ?? 1) : 0;
  };
  return weightOf('en') > weightOf('fr') ? 'en' : 'fr';
};

/** In both languages, the one that is asked for first. */
export const frontPage = (language: 'fr' | 'en'): string => `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Reprise</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Reprise</h1>
${(language === 'fr' ? [french, english] : [english, french]).join('\n')}
</main>
</body>
</html>
`;
