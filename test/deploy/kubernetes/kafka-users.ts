import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTerritory } from '#usecases';
import { type AccessRule, accessRules, principals } from '../../../libs/kafka/src/access/access-table.js';
import { kubernetesDir, overlays, replicasOf } from './read-overlay.js';

/** `DESCRIBE_CONFIGS` is `DescribeConfigs` in a KafkaUser. */
const operationOf = ({ operation }: AccessRule): string =>
  operation.replace(/([A-Z])([A-Z]*)_?/g, (_, first: string, rest: string) => first + rest.toLowerCase());

/** One entry for each resource, with all that may be done with it. */
const aclsOf = (rules: readonly AccessRule[]): readonly string[] => {
  const byResource = Map.groupBy(rules, ({ resource, name }) => `${resource} ${name}`);
  return [...byResource.values()].flatMap((same) => {
    const [{ resource, name } = { resource: 'topic', name: '' }] = same;
    const named = resource === 'cluster' ? '' : `, name: ${name}, patternType: literal`;
    return `      - { type: allow, resource: { type: ${resource}${named} }, operations: [${same.map(operationOf).join(', ')}] }`;
  });
};

const userOf = (principal: string, rules: readonly AccessRule[]): string => `apiVersion: kafka.strimzi.io/v1
kind: KafkaUser
metadata:
  name: ${principal}
  labels: { strimzi.io/cluster: reprise }
spec:
  # Renewed before the alarm of 30 days.
  authentication: { type: tls, validityDays: 365, renewalDays: 60 }
  authorization:
    type: simple
    acls:
${aclsOf(rules.filter((rule) => rule.principal === principal)).join('\n')}
`;

/** A KafkaUser for each app, with what the one table of access gives it in this territory. */
export const kafkaUsers = (territory: string, replicas: readonly string[]): string => {
  const establishments = parseTerritory(territory).establishments.map(({ finess }) => finess);
  const rules = accessRules(establishments, replicas);
  return [
    '# Made from libs/kafka/src/access/access-table.ts and ../installation/territory.json: npm run deploy:check -- --write\n',
    Object.values(principals)
      .map((principal) => userOf(principal, rules))
      .join('---\n'),
  ].join('');
};

/** Of each overlay its own file: a rule for a replica that is not there would be one too many. */
export const kafkaUsersFiles = (): readonly (readonly [string, string])[] => {
  const territory = readFileSync(join(kubernetesDir, 'installation', 'territory.json'), 'utf8');
  return overlays.map((overlay) => [
    join(kubernetesDir, overlay, 'kafka-users.yaml'),
    kafkaUsers(territory, replicasOf(overlay)),
  ]);
};
