/** Imports go domain <- {hl7v2, fhir} <- usecases <- adapters <- apps (ARCHITECTURE.md). One rule per lib. */
const lib = (name) => `^libs/${name}/`;
const only = (name, allowed) => ({
  name: `${name}-imports-only-${allowed.join('-') || 'nothing'}`,
  severity: 'error',
  from: { path: lib(name), pathNot: '/test/|\\.spec\\.ts$' },
  to: { path: '^(libs|apps)/', pathNot: [name, ...allowed].map(lib).join('|') },
});
const pure = ['domain', 'hl7v2', 'fhir', 'usecases'];
const adapters = ['kafka', 'postgres', 'keys', 'platform'];

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('domain', []),
    only('hl7v2', ['domain']),
    only('fhir', ['domain']),
    only('usecases', ['domain', 'hl7v2', 'fhir']),
    ...adapters.map((name) => only(name, ['domain', 'hl7v2', 'fhir', 'usecases'])),
    {
      name: 'pure-libs-know-no-framework',
      severity: 'error',
      from: { path: `^libs/(${pure.join('|')})/`, pathNot: '/test/|\\.spec\\.ts$' },
      to: { path: 'node_modules/(@nestjs|typeorm|pg|kafkajs|rxjs|fastify)' },
    },
    {
      name: 'pure-libs-do-no-io',
      severity: 'error',
      // Hashing is a pure function of its bytes; the FHIR definitions are read once from beside the code.
      from: { path: `^libs/(${pure.join('|')})/`, pathNot: '/test/|\\.spec\\.ts$|^libs/fhir/src/definitions\\.ts$|^libs/fhir/slim-definitions\\.mjs$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer)$' },
    },
    {
      name: 'apps-never-see-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'testing-is-for-specs-and-the-local-system',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '/test/|\\.spec\\.ts$|^libs/testing/|^apps/local/' },
      to: { path: lib('testing') },
    },
    {
      name: 'a-lib-has-one-door',
      severity: 'error',
      from: { path: '^(libs|apps)/([^/]+)/', pathNot: '/test/|\\.spec\\.ts$' },
      to: { path: '^libs/([^/]+)/src/', pathNot: '^libs/[^/]+/src/index\\.ts$|^libs/$2/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|generated)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['source', 'import', 'require', 'node', 'default'], exportsFields: ['exports'] },
  },
};
