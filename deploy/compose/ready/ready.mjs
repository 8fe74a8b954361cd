// The page that says whether all of it is ready: `GET /` for people, `GET /ready` (200 or 503) for machines. With `--ask` it asks a
// running one and ends with 0 or 1.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:https';

const port = 8088;
const everyMs = 1000;

/** What callers reach through the doors, then each of the two. */
const asked = {
  'gateway (doors)': 'doors:8080',
  'reader a (doors)': 'doors:8081',
  'reader b (doors)': 'doors:8082',
  'control (doors)': 'doors:8090',
  'gateway-1': 'gateway-1:8080',
  'gateway-2': 'gateway-2:8080',
  'reader-a-1': 'reader-a-1:8080',
  'reader-a-2': 'reader-a-2:8080',
  'reader-b-1': 'reader-b-1:8080',
  'reader-b-2': 'reader-b-2:8080',
};

const isReady = (address) =>
  new Promise((resolve) => {
    const [host, at] = address.split(':');
    const options = { host, port: at, path: '/readyz', timeout: 3000, agent: false, ca: readFileSync('/installation/ca.crt') };
    const asking = request(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asking.on('timeout', () => asking.destroy(new Error('no answer')));
    asking.on('error', () => resolve(false));
    asking.end();
  });

const state = Object.fromEntries(Object.keys(asked).map((name) => [name, false]));
const allReady = () => Object.values(state).every(Boolean);

const look = async () => {
  await Promise.all(Object.entries(asked).map(async ([name, address]) => (state[name] = await isReady(address))));
  setTimeout(look, everyMs);
};

const row = ([name, ready]) => `<tr><td>${name}</td><td class="${ready}">${ready ? 'prêt · ready' : 'pas encore · not yet'}</td></tr>`;

const page = () => `<!doctype html><html lang="fr"><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>Reprise</title>
<style>body{font:16px/1.5 system-ui;margin:3rem auto;max-width:40rem}td{padding:.2rem 1.5rem .2rem 0}.true{color:#18753c}.false{color:#b34000}</style>
<h1>Reprise</h1><p>${allReady() ? 'Tout est prêt. · All of it is ready.' : 'Démarrage en cours. · Starting.'}</p>
<table>${Object.entries(state).map(row).join('')}</table></html>`;

const serve = () => {
  look();
  const server = createServer(({ url }, answer) => {
    if (url === '/ready') answer.writeHead(allReady() ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(state));
    else if (url === '/') answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page());
    else answer.writeHead(404).end();
  });
  server.listen(port);
  process.on('SIGTERM', () => process.exit(0));
};

const ask = async () => process.exit((await fetch(`http://127.0.0.1:${port}/ready`).catch(() => ({ ok: false }))).ok ? 0 : 1);

await (process.argv.includes('--ask') ? ask() : serve());
