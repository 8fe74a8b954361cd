import type { VerbPath } from './words/word-key.js';
import type { Flag, Verb } from './verb.js';

const establishment: Flag = { name: 'establishment', value: 'F' };
const id = { name: 'ID', presence: 'required' } as const;
const demo = '990000010';

const decide = (
  path: Extract<VerbPath, `restore ${string}`>,
  example: string,
  action: 'resume' | 'cancel' | 'approve' | 'promote' | 'rollback',
): Verb => ({
  path,
  argument: id,
  flags: [],
  examples: [example],
  load: async () => (await import('./verbs/decide-restore.js')).decideRestore(action),
});

const notYet = (path: VerbPath, flags: readonly Flag[] = []): Verb => ({
  path,
  flags,
  examples: [`reprise ${path}`],
  load: async () => (await import('./verbs/not-yet.js')).notYet(path),
});

const restoreVerbs: readonly Verb[] = [
  {
    path: 'restore plan',
    flags: [
      establishment,
      { name: 'territory', value: 'G' },
      { name: 'to', value: 'T' },
      { name: 'to-position', value: 'P' },
      { name: 'before-event', value: 'E' },
      { name: 'clock', value: 'C', choices: ['recorded', 'sent', 'occurred'] },
      { name: 'exclude-sender', value: 'S', many: true },
      { name: 'exclude-type', value: 'T', many: true },
      { name: 'exclude-between', value: 'A,B', many: true },
      { name: 'after-cut', value: 'W', choices: ['omit', 'replay'] },
      { name: 'allow-empty' },
    ],
    examples: [
      `reprise restore plan --establishment ${demo} --to "15m ago"`,
      `reprise restore plan --establishment ${demo} --to 2026-11-20T14:30:00+01:00 --exclude-sender labo`,
      'reprise restore plan --territory ght-demo --to 2026-11-20T14:30:00+01:00 --after-cut replay',
    ],
    load: async () => (await import('./verbs/plan-restore.js')).planRestore,
  },
  {
    path: 'restore run',
    argument: { name: 'PLAN|FILE', presence: 'required' },
    flags: [],
    examples: [
      'reprise restore run PLAN',
      'reprise restore run plan.json',
      'reprise restore run PLAN --no-progress --output json',
    ],
    load: async () => (await import('./verbs/run-restore.js')).runRestore,
  },
  {
    path: 'restore list',
    flags: [],
    examples: ['reprise restore list', 'reprise restore list --output csv'],
    load: async () => (await import('./verbs/list-restores.js')).listRestores,
  },
  {
    path: 'restore watch',
    argument: id,
    flags: [],
    examples: ['reprise restore watch ID'],
    load: async () => (await import('./verbs/watch-restore.js')).watchRestore,
  },
  decide('restore resume', 'reprise restore resume ID', 'resume'),
  decide('restore cancel', 'reprise restore cancel ID', 'cancel'),
  {
    path: 'restore compare',
    argument: id,
    flags: [{ name: 'patients' }, { name: 'fields' }],
    examples: ['reprise restore compare ID', 'reprise restore compare ID --patients --show-phi'],
    load: async () => (await import('./verbs/compare-restore.js')).compareRestore,
  },
  decide('restore approve', 'reprise restore approve ID --as dominique', 'approve'),
  decide('restore promote', 'reprise restore promote ID', 'promote'),
  decide('restore rollback', 'reprise restore rollback ID', 'rollback'),
];

const parkedVerbs: readonly Verb[] = [
  {
    path: 'parked list',
    flags: [establishment],
    examples: ['reprise parked list', `reprise parked list --establishment ${demo}`],
    load: async () => (await import('./verbs/parked.js')).listParked,
  },
  {
    path: 'parked show',
    argument: { name: 'P', presence: 'required' },
    flags: [establishment],
    examples: [`reprise parked show ${demo}-815`],
    load: async () => (await import('./verbs/parked.js')).showParked,
  },
  {
    path: 'parked drain',
    argument: { name: 'P', presence: 'required' },
    flags: [establishment, { name: 'skip', value: 'P', many: true }],
    examples: [`reprise parked drain ${demo}-815`, `reprise parked drain ${demo}-815 --skip 815`],
    load: async () => (await import('./verbs/parked.js')).drainParked,
  },
];

const senderVerbs: readonly Verb[] = [
  {
    path: 'sender list',
    flags: [],
    examples: ['reprise sender list'],
    load: async () => (await import('./verbs/senders.js')).listSenders,
  },
  {
    path: 'sender show',
    argument: { name: 'NAME', presence: 'required' },
    flags: [],
    examples: ['reprise sender show his-alize', 'reprise sender show his-alize --output json'],
    load: async () => (await import('./verbs/senders.js')).showSender,
  },
  {
    path: 'sender check',
    argument: { name: 'PROFILE', presence: 'many' },
    flags: [],
    examples: ['reprise sender check his-alize.yaml', 'reprise sender check deploy/senders/*.yaml'],
    load: async () => (await import('./verbs/check-senders.js')).checkSenders,
  },
  {
    path: 'sender declare',
    argument: { name: 'PROFILE', presence: 'required' },
    flags: [],
    examples: ['reprise sender declare his-alize.yaml'],
    load: async () => (await import('./verbs/check-senders.js')).declareSender,
  },
  {
    path: 'sender incarnation open',
    argument: { name: 'NAME', presence: 'required' },
    flags: [{ name: 'reason', value: 'WORDS' }],
    examples: [
      'reprise sender incarnation open his-alize',
      'reprise sender incarnation open his-alize --reason "backup of Friday put back"',
    ],
    load: async () => (await import('./verbs/senders.js')).openIncarnation,
  },
];

/** Every verb of the terminal (contract, section 6), in the order of the help. The parser, the help and the completion are made from it. */
export const verbs: readonly Verb[] = [
  {
    path: 'status',
    flags: [{ name: 'watch' }],
    examples: ['reprise status', 'reprise status --watch'],
    load: async () => (await import('./verbs/status.js')).showStatus,
  },
  {
    path: 'messages',
    flags: [
      { name: 'sender', value: 'S' },
      { name: 'state', value: 'S', choices: ['applied', 'parked', 'duplicate', 'unmapped', 'refused'] },
      { name: 'type', value: 'LABEL' },
      { name: 'since', value: 'T' },
      { name: 'until', value: 'T' },
      { name: 'record', value: 'TYPE/ID' },
      { name: 'id', value: 'MSH-10' },
      { name: 'warning', value: 'CODE' },
      establishment,
      { name: 'summary' },
      { name: 'limit', value: 'N' },
      { name: 'cursor', value: 'NEXT' },
    ],
    examples: [
      'reprise messages --summary --since "2h ago"',
      'reprise messages --type DELETE --since 2026-11-20T14:31:00+01:00 --until 2026-11-20T14:32:00+01:00',
      'reprise messages --record Patient/123',
      'reprise messages --state refused --since "15m ago"',
      'reprise messages --id MSG00042',
      'reprise messages --warning message-id-reused',
    ],
    load: async () => (await import('./verbs/messages.js')).listMessages,
  },
  {
    path: 'message show',
    argument: id,
    flags: [],
    examples: ['reprise message show ID', 'reprise message show ID --show-phi'],
    load: async () => (await import('./verbs/messages.js')).showMessage,
  },
  {
    path: 'message try',
    argument: { name: 'FILE', presence: 'required' },
    flags: [
      { name: 'sender', value: 'S' },
      { name: 'profile', value: 'F' },
      { name: 'secrets', value: 'F' },
    ],
    examples: [
      'reprise message try admission.hl7 --sender his-alize',
      'reprise message try day.mllp --profile his.yaml',
    ],
    load: async () => (await import('./verbs/try-message.js')).tryMessage,
  },
  ...senderVerbs,
  ...parkedVerbs,
  {
    path: 'at',
    argument: { name: 'T', presence: 'many' },
    flags: [establishment],
    examples: [
      `reprise at 15m ago --establishment ${demo}`,
      `reprise at 2026-11-20T14:30:00+01:00 --establishment ${demo}`,
    ],
    load: async () => (await import('./verbs/at.js')).showMoment,
  },
  ...restoreVerbs,
  {
    path: 'certificate show',
    argument: id,
    flags: [],
    examples: ['reprise certificate show ID', 'reprise certificate show ID --output json > certificate.json'],
    load: async () => (await import('./verbs/certificate.js')).showCertificate,
  },
  {
    path: 'certificate verify',
    argument: { name: 'FILE', presence: 'required' },
    flags: [],
    examples: ['reprise certificate verify certificate.json'],
    load: async () => (await import('./verbs/certificate.js')).verifyCertificate,
  },
  {
    path: 'verify replica',
    flags: [establishment],
    examples: ['reprise verify replica'],
    load: async () => (await import('./verbs/verify.js')).verifyReplica,
  },
  {
    path: 'verify log',
    flags: [establishment],
    examples: ['reprise verify log', `reprise verify log --establishment ${demo}`],
    load: async () => (await import('./verbs/verify.js')).verifyLog,
  },
  notYet('verify archive', [establishment]),
  notYet('seal list'),
  notYet('drill run', [establishment]),
  {
    path: 'doctor',
    flags: [],
    examples: ['reprise doctor'],
    load: async () => (await import('./verbs/doctor.js')).examine,
  },
  {
    path: 'completion',
    argument: { name: 'SHELL', presence: 'required' },
    choices: ['bash', 'zsh', 'fish'],
    flags: [],
    examples: [
      'source <(reprise completion bash)',
      'reprise completion fish > ~/.config/fish/completions/reprise.fish',
    ],
    load: async () => (await import('./verbs/completion.js')).printCompletionOf(verbs),
  },
];
