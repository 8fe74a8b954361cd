import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CallersFile } from '../callers/callers-file.js';
import { Callers } from '../callers/route-access.js';
import { ProcessLog } from '../logging/process-log.js';
import { httpApp } from './http-app.js';

const asked: unknown[] = [];

@Controller('things')
@Callers('operator')
class ThingsController {
  @Get(':id')
  show(@Param('id') id: string, @Query() query: unknown): object {
    asked.push(id, query);
    return {};
  }
  @Post(':id')
  change(@Param('id') id: string, @Body() body: unknown): object {
    asked.push(id, body);
    return {};
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

describe('text that no store holds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'storable-'));
  const written: string[] = [];
  let callers: CallersFile;
  let app: NestFastifyApplication;
  beforeAll(async () => {
    const path = join(folder, 'callers.json');
    const tokenSha256 = createHash('sha256').update('t').digest('hex');
    writeFileSync(path, JSON.stringify({ operators: [{ name: 'alice', tokenSha256 }] }));
    const log = new ProcessLog('test', { write: (line) => void written.push(line) });
    callers = new CallersFile(path, log);
    app = await httpApp(ThingsModule, { callers, log });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(async () => {
    await app.close();
    callers.close();
    rmSync(folder, { recursive: true });
  });

  const headers = { authorization: 'Bearer t', 'content-type': 'application/json' };
  /** Of a body by its place, as every JSON body is read. */
  const says = (name: string): RegExp =>
    new RegExp(`"title":"(?:${name.replace(/[()]/g, '\\$&')} holds a character|\\$\\.${name}[.:[])`);
  const deep = (text: string): string => `${'['.repeat(500)}${JSON.stringify(text)}${']'.repeat(500)}`;

  it.each([
    ['an address', 'id', '/things/a%00b', undefined],
    ['a query', 'sender', '/things/a?state=x&sender=his%00', undefined],
    ['a parameter given twice', 'sender', '/things/a?sender=his&sender=%00', undefined],
    ['a name in a query', '(unreadable)', '/things/a?s%00=1', undefined],
    ['a body', 'reason', '/things/a', '{"reason":"x\\u0000"}'],
    ['half of a pair in a body', 'reason', '/things/a', '{"reason":"\\ud800"}'],
    ['the other half', 'of.reason\\[0\\]', '/things/a', '{"of":{"reason":["\\udc00 x"]}}'],
    ['a name in a body', 'of', '/things/a', '{"of":{"a\\u0000":1}}'],
    ['a deep body', 'of', '/things/a', `{"of":${deep('\u0000')}}`],
  ])('in %s is refused (400) by the name of its field', async (_where, name, url, payload) => {
    asked.length = 0;
    const answer = await app.inject({
      method: payload === undefined ? 'GET' : 'POST',
      url,
      headers,
      ...(payload !== undefined && { payload }),
    });
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringMatching(says(name))]);
    expect(asked).toEqual([]);
  });

  it('is told apart from what they do hold', async () => {
    asked.length = 0;
    const text = '\u0001 é 😀 \ufffd';
    const url = `/things/${encodeURIComponent(text)}`;
    expect((await app.inject({ url: `${url}?q=${encodeURIComponent(text)}`, headers })).statusCode).toBe(200);
    expect(
      (await app.inject({ method: 'POST', url, headers, payload: JSON.stringify({ text, none: null }) })).statusCode,
    ).toBe(201);
    expect(asked).toEqual([text, { q: text }, text, { text, none: null }]);
  });

  it('says nothing to a stranger', async () => {
    expect((await app.inject({ url: '/things/a%00b' })).statusCode).toBe(401);
  });
});
