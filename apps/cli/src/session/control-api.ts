import type { Say } from '../words/words.js';
import { CliFailure } from './cli-failure.js';
import { exitCodeByFailure, exitCodeByStatus, exitCodes, isFailureCode } from './exit-codes.js';
import { isUntrusted } from './trust-authorities.js';
import { type Json, type JsonObject, parseJson, textAt } from './json.js';

export type Query = Readonly<Record<string, string | undefined>>;

interface Connection {
  readonly url: string;
  /** Asked for with the first request, so that help and usage need no credentials. */
  readonly token: () => string;
  readonly say: Say;
  readonly interrupted: AbortSignal;
  /** The caller accepts that tokens go to another machine in clear. */
  readonly insecure: boolean;
}

/** Does what is sent there stay on this machine? The parser of URLs has made `http://2130706433` the address that it is. */
const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

/** `a` for one path segment, whatever it holds. */
export const segment = (text: string): string => encodeURIComponent(text);

/** Control over HTTP: JSON in, JSON out. Throws CliFailure with the exit code of what control says. */
export class ControlApi {
  readonly url: string;
  private readonly base: string;

  constructor(private readonly connection: Connection) {
    const { url, say, insecure } = connection;
    this.url = url;
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new CliFailure(exitCodes.usage, say('api.invalid', { url }), say('api.invalid-hint'));
    const at = new URL(url);
    if (at.protocol === 'http:' && !isLoopback(at) && !insecure)
      throw new CliFailure(exitCodes.usage, say('api.in-clear', { url }), say('api.in-clear-hint'));
    this.base = `${url.replace(/\/+$/, '')}/api`;
  }

  /** `withinMs`: an answer that takes longer is none. */
  get(path: string, query: Query = {}, withinMs?: number): Promise<Json> {
    const asked = Object.entries(query).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    );
    const search = new URLSearchParams(asked).toString();
    return this.ask('GET', search === '' ? path : `${path}?${search}`, undefined, withinMs);
  }

  post(path: string, body: JsonObject = {}): Promise<Json> {
    return this.ask('POST', path, JSON.stringify(body));
  }

  private async ask(method: 'GET' | 'POST', path: string, body?: string, withinMs?: number): Promise<Json> {
    const { say, token, interrupted } = this.connection;
    const headers = {
      accept: 'application/json',
      'accept-language': say.language,
      authorization: `Bearer ${token()}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const signal = withinMs === undefined ? interrupted : AbortSignal.any([interrupted, AbortSignal.timeout(withinMs)]);
    // Whoever answers with another address does not get the token there.
    const request = { method, headers, redirect: 'manual', signal, ...(body !== undefined && { body }) };
    const { status, text } = await this.send(`${this.base}${path}`, request as RequestInit);
    const json = this.parse(text, status);
    if (status >= 200 && status < 300) return json;
    throw this.failure(json, status);
  }

  private async send(url: string, request: RequestInit): Promise<{ readonly status: number; readonly text: string }> {
    const { say, interrupted } = this.connection;
    try {
      const answer = await fetch(url, request);
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      if (interrupted.aborted) throw error;
      if (isUntrusted(error))
        throw new CliFailure(
          exitCodes.failure,
          say('api.untrusted', { url: this.connection.url }),
          say('api.untrusted-hint'),
        );
      const isSlow = error instanceof Error && error.name === 'TimeoutError';
      const place = say(isSlow ? 'api.slow' : 'api.unreachable', { url: this.connection.url });
      throw new CliFailure(exitCodes.tryAgain, place, say(isSlow ? 'api.slow-hint' : 'api.unreachable-hint'));
    }
  }

  private parse(text: string, status: number): Json {
    const { say, url } = this.connection;
    try {
      return text === '' ? null : parseJson(text);
    } catch {
      const exitCode = exitCodeByStatus(status);
      throw new CliFailure(exitCode || exitCodes.failure, say('api.no-json', { url }), say('api.invalid-hint'));
    }
  }

  /** RFC 9457, with `code` and `hint` of the platform. */
  private failure(json: Json, status: number): CliFailure {
    const { say } = this.connection;
    const code = textAt(json, 'code');
    const known = isFailureCode(code) ? code : undefined;
    const heading = say(known ? `failure.${known}` : 'failure.other');
    const title = say.sentence(textAt(json, 'title') || `HTTP ${status}`);
    return new CliFailure(
      known ? exitCodeByFailure[known] : exitCodeByStatus(status),
      `${heading}${say.language === 'fr' ? '\u00a0: ' : ': '}${title}`,
      say.sentence(textAt(json, 'hint')),
    );
  }
}
