import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlayedControl } from '../../test/played-control.js';
import { speak } from '../words/words.js';
import type { CliFailure } from './cli-failure.js';
import { ControlApi } from './control-api.js';

const say = await speak('en');
const opened = (url: string, insecure = false): string => {
  const { signal: interrupted } = new AbortController();
  try {
    return new ControlApi({ url, say, interrupted, insecure, token: () => 'secret' }).url;
  } catch (error) {
    return `exit ${(error as CliFailure).exitCode}`;
  }
};

describe('where a token goes', () => {
  it.each([
    'http://localhost:8090',
    'http://127.0.0.1:8090',
    'http://127.8.9.10:8090',
    'http://2130706433:8090',
    'http://[::1]:8090',
    'https://control.example.org',
    'https://10.0.0.1',
  ])('may be %s', (url) => expect(opened(url)).toBe(url));

  it.each([
    'http://control.example.org',
    'http://10.0.0.1:8090',
    'http://127.0.0.1.evil.example',
    'http://127.evil.example',
    'http://localhost.evil.example',
    'http://127.0.0.1@evil.example',
    'http://localhost:8090@evil.example',
    'http://0.0.0.0:8090',
    'http://[::2]:8090',
    'HTTP://EVIL.EXAMPLE',
  ])('is %s only with --insecure', (url) => {
    expect(opened(url)).toBe('exit 2');
    if (url.startsWith('http')) expect(opened(url, true)).toBe(url);
  });
});

describe('a call', () => {
  let control: PlayedControl;
  let other: PlayedControl;
  beforeAll(async () => {
    control = await PlayedControl.start();
    other = await PlayedControl.start();
  });
  afterAll(() => Promise.all([control.stop(), other.stop()]));

  it.each([
    ['en', /in clear.*\n.*--insecure/],
    ['fr', /en clair.*\n.*--insecure/],
  ])('over the wire in clear ends with 2 and a sentence (%s)', async (lang, sentence) => {
    const ran = await control.reprise(['status', '--lang', lang, '--api', 'http://192.0.2.1:8090']);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(sentence);
  });

  it('asks where --insecure says that it may', async () => {
    // A name of this machine that is not known as loopback.
    const url = control.url.replace('127.0.0.1', '0.0.0.0');
    expect((await control.reprise(['sender', 'list', '--api', url])).code).toBe(2);
    expect(control.asked).toEqual([]);
    expect((await control.reprise(['sender', 'list', '--api', url, '--insecure'])).code).toBe(0);
    expect(control.asked).toHaveLength(1);
  });

  it('never takes its token to where it is redirected', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      control.answers = [{ status, headers: { location: `${other.url}/api/senders` }, json: {} }];
      expect((await control.reprise(['sender', 'list'])).code).not.toBe(0);
      expect(control.asked).toHaveLength(1);
      expect(other.asked).toEqual([]);
    }
  });
});
