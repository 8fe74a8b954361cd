// What the images ask of themselves: does `/livez` answer? The port is the setting whose name is given. Exit 0 or 1, no word.
import { existsSync, readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';

const port = process.env[process.argv[2]];
const folder = process.env.REPRISE_TLS_DIR;
const certificate = folder && join(folder, 'tls.crt');
// The certificate that the process itself holds, and no other; it need not be made for the address 127.0.0.1.
const tls = certificate &&
  existsSync(certificate) && {
    ca: readFileSync(certificate),
    allowPartialTrustChain: true,
    checkServerIdentity: () => undefined,
  };

const options = { host: '127.0.0.1', port, path: '/livez', timeout: 4000, ...tls };
const asked = (tls ? requestHttps : requestHttp)(options, (answer) => {
  process.exit(answer.statusCode === 200 ? 0 : 1);
});
asked.on('timeout', () => process.exit(1));
asked.on('error', () => process.exit(1));
asked.end();
