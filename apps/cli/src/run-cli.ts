import type { Call } from './read-call.js';
import { CliFailure } from './session/cli-failure.js';
import { exitCodes } from './session/exit-codes.js';
import { canColour, givenWidth, type Terminal } from './session/terminal.js';
import type { Speakers } from './session/credentials.js';
import type { Session } from './session/session.js';
import { outputs } from './output/output-form.js';
import { languageOf, type Say, speak } from './words/words.js';

type VerbCall = Extract<Call, { readonly kind: 'verb' }>;

interface Interruption {
  sentence: string;
}

/** What the help never needs is loaded here. */
const openSession = async (call: VerbCall, terminal: Terminal, say: Say, left: Interruption): Promise<Session> => {
  const [{ ControlApi }, { askedSystem }, { authoritiesIn, readToken }, { trustAuthorities }, { render }, { confirm }] =
    await Promise.all([
      import('./session/control-api.js'),
      import('./session/asked-system.js'),
      import('./session/credentials.js'),
      import('./session/trust-authorities.js'),
      import('./output/render.js'),
      import('./session/confirm.js'),
    ]);
  const { flags } = call;
  const { env, cwd, stdout, stderr, interrupted } = terminal;
  const output = outputs.find((form) => form === flags.one('output')) ?? 'table';
  const tell = (sentence: string): void => void stderr.write(`${sentence}\n`);
  const { system, note, unclear } = askedSystem({ flags, env, cwd, say });
  const url = flags.one('api') ?? (env['REPRISE_API'] || (system?.control ?? 'http://127.0.0.1:8090'));
  const place = { flags, env, cwd, say, system };
  const connection = { url, say, interrupted, insecure: flags.has('insecure') };
  let untold = note;
  /** Nothing is chosen, nor said of it, for verbs that ask nobody. */
  const tokenOf = (speakers: Speakers) => (): string => {
    if (unclear) throw unclear;
    if (untold !== undefined) tell(untold);
    untold = undefined;
    const token = readToken(place, speakers);
    const authorities = flags.one('ca-file') ?? (url.startsWith('https:') ? authoritiesIn(place) : undefined);
    if (authorities !== undefined) trustAuthorities(authorities, say);
    return token;
  };
  return {
    argument: call.arguments.join(' '),
    arguments: call.arguments,
    flags,
    output,
    say,
    terminal,
    api: new ControlApi({ ...connection, token: tokenOf('operators') }),
    apiOfSenders: new ControlApi({ ...connection, token: tokenOf('operators-and-senders') }),
    show: (answer, view) => {
      if (view.rows(answer).length === 0) tell(say(view.empty));
      stdout.write(render(answer, view, { output, say, colour: canColour(terminal), ...givenWidth(terminal) }));
    },
    tell,
    suggest: (sentence) => {
      if (output === 'table') tell(sentence);
    },
    confirm: (verb, question) => confirm({ terminal, say, yes: flags.has('yes') }, verb, question),
    whenInterrupted: (sentence) => {
      left.sentence = sentence;
    },
  };
};

const sentenceOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}${'code' in error ? ` ${String(error.code)}` : ''}` : typeof error;

/** The help of the program, in a language that is known or by the environment. */
const plainHelp = /^(?:--lang[ =](?:fr|en) )?(?:--help|-h)(?: --lang[ =](?:fr|en))?$/;

/** That help is asked for most often: the parser, a third of the time that it takes, is not loaded for it. */
const understand = async (argv: readonly string[], say: Say): Promise<Call> => {
  if (plainHelp.test(argv.join(' ')))
    return { kind: 'help', text: (await import('./help.js')).programHelp(say), asked: true };
  return (await import('./read-call.js')).readCall(argv, say);
};

/** Runs one call; what it returns is the exit code. Never throws, never shows a stack. */
export const runCli = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  const { stdout, stderr, interrupted, env } = terminal;
  const say = await speak(languageOf(argv, env));
  const left: Interruption = { sentence: say('interrupted') };
  try {
    const call = await understand(argv, say);
    if (call.kind === 'help') {
      (call.asked ? stdout : stderr).write(call.text);
      return call.asked ? exitCodes.ok : exitCodes.usage;
    }
    const [session, run] = await Promise.all([openSession(call, terminal, say, left), call.verb.load()]);
    return await run(session);
  } catch (error) {
    if (interrupted.aborted) {
      stderr.write(`\n${left.sentence}\n`);
      return interrupted.reason === 'SIGTERM' ? exitCodes.SIGTERM : exitCodes.SIGINT;
    }
    const { printable } = await import('./output/table.js');
    const told = error instanceof CliFailure;
    stderr.write(`${printable(told ? error.message : say('failure.unknown', { what: sentenceOf(error) }))}\n`);
    if (told && error.hint !== '') stderr.write(`${say('hint', { hint: printable(error.hint) })}\n`);
    return told ? error.exitCode : exitCodes.failure;
  }
};
