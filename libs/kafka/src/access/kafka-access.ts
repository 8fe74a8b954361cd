import type { AclEntry, Admin } from 'kafkajs';
import { Failure, type Finess } from '#domain';
import { asAdmin } from '../as-admin.js';
import type { KafkaClient } from '../kafka-client.js';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ConfigResourceTypes,
  KafkaJSProtocolError,
  ResourcePatternTypes,
} from '../library.js';
import { type AccessRule, accessRules, inWords, principals } from './access-table.js';

const resourceTypes = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  cluster: AclResourceTypes.CLUSTER,
} as const;

/** Strimzi names who comes with a certificate `User:CN=name`. */
const bareName = (principal: string): string => principal.replace(/^User:(?:CN=)?/, '');

const entryOf = ({ principal, resource, name, operation }: AccessRule): AclEntry => ({
  principal: `User:${principal}`,
  host: '*',
  operation: AclOperationTypes[operation],
  permissionType: AclPermissionTypes.ALLOW,
  resourceType: resourceTypes[resource],
  resourceName: name,
  resourcePatternType: ResourcePatternTypes.LITERAL,
});

/** A rule as Kafka has it, which may be one that the table does not know. */
type Found = AclEntry;

const wordOf = (enumeration: object, value: number): string =>
  Object.entries(enumeration).find(([, one]) => one === value)?.[0] ?? String(value);

const sentenceOf = (found: Found): string => {
  const what = wordOf(AclResourceTypes, found.resourceType).toLowerCase();
  const prefix = found.resourcePatternType === ResourcePatternTypes.PREFIXED ? 'all beginning with ' : '';
  const from = found.host === '*' ? '' : ` from ${found.host}`;
  const may = found.permissionType === AclPermissionTypes.DENY ? 'may not' : 'may';
  const operation = wordOf(AclOperationTypes, found.operation);
  return `${bareName(found.principal)} ${may} ${operation} ${what} ${prefix}${found.resourceName}${from}`;
};

const isOurs = ({ principal }: Found): boolean => (Object.values(principals) as string[]).includes(bareName(principal));

/** Does it open something of ours: our topics and groups, or the whole cluster? */
const concernsUs = ({ resourceType, resourceName, resourcePatternType }: Found): boolean =>
  resourceType === AclResourceTypes.CLUSTER ||
  resourceName === '*' ||
  resourceName.startsWith('reprise.') ||
  (resourcePatternType === ResourcePatternTypes.PREFIXED && 'reprise.'.startsWith(resourceName));

const isBrokerSecure: Readonly<Record<string, (value: string) => boolean>> = {
  'authorizer.class.name': (value) => value !== '',
  'auto.create.topics.enable': (value) => value === 'false',
};

/** The rules by which Kafka lets processes at the logs, held against the one table. */
export class KafkaAccess {
  constructor(
    private readonly client: KafkaClient,
    /** Names of the replicas: each has a consumer group. */
    private readonly replicas: readonly string[],
  ) {}

  /** Makes what is missing, and takes back what our principals have beyond the table. As an administrator. Gives what it did, one sentence a rule. */
  async grant(establishments: readonly Finess[]): Promise<readonly string[]> {
    return this.asAdmin(async (admin) => {
      const { missing, beyond } = await this.compare(admin, establishments);
      const ours = beyond.filter(isOurs);
      if (missing.length > 0) await admin.createAcls({ acl: missing.map(entryOf) });
      if (ours.length > 0) await admin.deleteAcls({ filters: ours.map((found) => ({ ...found })) });
      return [
        ...missing.map((rule) => `granted: ${inWords(rule)}`),
        ...ours.map((found) => `taken back: ${sentenceOf(found)}`),
      ];
    });
  }

  /** What is not as the table has it, one sentence each; none where all is well. Throws `log.unreachable`. */
  async wrong(establishments: readonly Finess[]): Promise<readonly string[]> {
    return this.asAdmin(async (admin) => {
      const { missing, beyond } = await this.compare(admin, establishments);
      return [
        ...(await this.wrongSettings(admin)),
        ...(await openToAll(admin)),
        ...beyond.map((found) => `${sentenceOf(found)}, which nobody needs`),
        ...missing.map((rule) => `nothing says that ${inWords(rule)}`),
      ];
    });
  }

  private async compare(
    admin: Admin,
    establishments: readonly Finess[],
  ): Promise<{ readonly missing: readonly AccessRule[]; readonly beyond: readonly Found[] }> {
    const { resources } = await admin.describeAcls({
      resourceType: AclResourceTypes.ANY,
      resourcePatternType: ResourcePatternTypes.ANY,
      operation: AclOperationTypes.ANY,
      permissionType: AclPermissionTypes.ANY,
    });
    const found = resources.flatMap(({ acls, ...resource }) => acls.map((acl) => ({ ...acl, ...resource })));
    const rules = accessRules(establishments, this.replicas);
    const key = (entry: AclEntry): string => sentenceOf({ ...entry, principal: `User:${bareName(entry.principal)}` });
    const there = new Set(found.map(key));
    const wanted = new Set(rules.map((rule) => key(entryOf(rule))));
    return {
      missing: rules.filter((rule) => !there.has(key(entryOf(rule)))),
      beyond: found.filter(
        (entry) => (isOurs(entry) || concernsUs(entry)) && !wanted.has(key(entry)) && !isImplied(entry),
      ),
    };
  }

  private async wrongSettings(admin: Admin): Promise<readonly string[]> {
    const { brokers } = await admin.describeCluster();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: brokers.map(({ nodeId }) => ({ type: ConfigResourceTypes.BROKER, name: String(nodeId) })),
    });
    return resources.flatMap(({ resourceName, configEntries }) =>
      Object.entries(isBrokerSecure).flatMap(([name, holds]) => {
        const value = configEntries.find(({ configName }) => configName === name)?.configValue ?? '';
        return holds(value) ? [] : [`broker ${resourceName}: ${name} is ${value === '' ? 'not set' : value}`];
      }),
    );
  }

  private asAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    return asAdmin(this.client, 'access', toldBy, work);
  }
}

const toldBy = (answer: string): Failure | undefined => {
  switch (answer) {
    case 'SECURITY_DISABLED':
      return new Failure(
        'log.settings',
        'Kafka has no rules: whoever reaches its port may read, write and delete the logs',
        'set authorizer.class.name at its brokers (deploy/README.md)',
      );
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return new Failure(
        'log.settings',
        'Kafka does not let this process look at its rules',
        'run the job that grants (apps/grant) with the certificate of an administrator',
      );
    default:
      return undefined;
  }
};

/** A broker does not tell `allow.everyone.if.no.acl.found`: what no rule opens is asked for, and has to be refused. */
const openToAll = async (admin: Admin): Promise<readonly string[]> => {
  try {
    await admin.fetchTopicMetadata({ topics: ['reprise.opened-to-nobody'] });
  } catch (error) {
    if (!(error instanceof KafkaJSProtocolError)) throw error;
    if (error.type === 'TOPIC_AUTHORIZATION_FAILED') return [];
  }
  return ['Kafka lets in whom no rule names (allow.everyone.if.no.acl.found), or takes control for an administrator'];
};

/** Whoever makes rules by hand or by an operator often adds it to READ and WRITE, which hold it already. */
const isImplied = ({ operation, resourceType, permissionType, resourcePatternType, principal }: Found): boolean =>
  operation === AclOperationTypes.DESCRIBE &&
  resourceType !== AclResourceTypes.CLUSTER &&
  permissionType === AclPermissionTypes.ALLOW &&
  resourcePatternType === ResourcePatternTypes.LITERAL &&
  isOurs({ principal } as Found);
