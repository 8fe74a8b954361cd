import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Callers } from '#platform';

const page = `<!doctype html>
<html lang="fr">
<meta charset="utf-8">
<title>Reprise</title>
<h1>Reprise</h1>
<p>L’API des opérateurs est sous <a href="/api/status"><code>/api</code></a>, sa description à
<a href="/api/openapi.json"><code>/api/openapi.json</code></a>. En ligne de commande : <code>npx reprise --help</code>.</p>
<p lang="en">The operators’ API is under <code>/api</code>, described at <code>/api/openapi.json</code>.
On the command line: <code>npx reprise --help</code>.</p>
</html>
`;

/** Where things are, until the console is. */
@ApiExcludeController()
@Controller()
@Callers('operator', 'sender', 'reader')
export class FrontPageController {
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', "default-src 'none'")
  page(): string {
    return page;
  }
}
