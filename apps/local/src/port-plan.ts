import { Failure } from '#domain';

/** Contract, section 2. The order is that of `--port-base`. */
export interface PortPlan {
  readonly mllp1: number;
  readonly mllp2: number;
  readonly mllp3: number;
  readonly mllps: number;
  readonly gateway: number;
  readonly readerA: number;
  readonly readerB: number;
  readonly control: number;
  readonly kafka: number;
  readonly kafkaController: number;
  readonly postgresA: number;
  readonly postgresB: number;
}

interface PortUse {
  readonly byDefault: number;
  readonly variable: string;
  readonly words: string;
}

export const portUses = {
  mllp1: { byDefault: 2575, variable: 'REPRISE_MLLP_1_PORT', words: 'MLLP of the first sender' },
  mllp2: { byDefault: 2576, variable: 'REPRISE_MLLP_2_PORT', words: 'MLLP of the second sender' },
  mllp3: { byDefault: 2577, variable: 'REPRISE_MLLP_3_PORT', words: 'MLLP of the third sender' },
  mllps: { byDefault: 2585, variable: 'REPRISE_MLLPS_PORT', words: 'MLLP over TLS' },
  gateway: { byDefault: 8080, variable: 'REPRISE_GATEWAY_PORT', words: 'gateway' },
  readerA: { byDefault: 8081, variable: 'REPRISE_READER_A_PORT', words: 'reader of replica A' },
  readerB: { byDefault: 8082, variable: 'REPRISE_READER_B_PORT', words: 'reader of replica B' },
  control: { byDefault: 8090, variable: 'REPRISE_CONTROL_PORT', words: 'control' },
  kafka: { byDefault: 29_092, variable: 'REPRISE_KAFKA_PORT', words: 'Kafka' },
  kafkaController: { byDefault: 29_093, variable: 'REPRISE_KAFKA_CONTROLLER_PORT', words: "Kafka's controller" },
  postgresA: { byDefault: 25_432, variable: 'REPRISE_POSTGRES_A_PORT', words: 'Postgres of replica A' },
  postgresB: { byDefault: 25_433, variable: 'REPRISE_POSTGRES_B_PORT', words: 'Postgres of replica B' },
} as const satisfies Record<keyof PortPlan, PortUse>;

const names = Object.keys(portUses) as readonly (keyof PortPlan)[];

const fromVariable = (use: PortUse, text: string | undefined): number => {
  if (text === undefined || text === '') return use.byDefault;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new Failure('input.invalid', `${use.variable} is no port`, 'a whole number from 1 to 65535');
};

/** `--port-base` gives all twelve; otherwise each is its default or its variable. Throws `input.invalid`. */
export const planPorts = (
  base: number | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): PortPlan => {
  const port = (name: keyof PortPlan, index: number): number =>
    base === undefined ? fromVariable(portUses[name], environment[portUses[name].variable]) : base + index;
  const plan = Object.fromEntries(names.map((name, index) => [name, port(name, index)])) as unknown as PortPlan;
  const twice = names.find((name, index) => names.findIndex((other) => plan[other] === plan[name]) !== index);
  if (twice)
    throw new Failure('input.invalid', `port ${plan[twice]} is asked for twice`, 'give each address its own port');
  return plan;
};
