// The architecture's arrows, executable: who may import whom (docs/decisions/0001-the-house.md).
const inside = {
  contract: [],
  engine: ['contract'],
  nn: ['engine', 'data'],
  bounds: ['nn', 'engine', 'data'],
  train: ['bounds', 'nn', 'engine', 'data'],
  score: ['train', 'nn', 'engine', 'data'],
  prune: ['graft', 'score', 'train', 'bounds', 'nn', 'engine', 'data'],
  graft: ['score', 'train', 'bounds', 'nn', 'engine', 'data'],
  verify: ['certify', 'bounds', 'nn', 'engine', 'data'],
  data: [],
  store: [],
  io: ['nn', 'engine', 'data'],
  report: [],
  jobs: [
    'certify',
    'verify',
    'graft',
    'prune',
    'score',
    'train',
    'bounds',
    'nn',
    'engine',
    'data',
    'store',
    'io',
    'report',
  ],
}
const layers = Object.entries(inside).map(([from, to]) => ({
  name: `core-${from}`,
  severity: 'error',
  from: { path: `^core/${from}/` },
  to: { path: '^core/', pathNot: `^core/(${['contract', from, ...to].join('|')})/` },
}))

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...layers,
    {
      name: 'core-certify-knows-no-search',
      comment: 'The check of proofs shares nothing with what finds them: networks, and types of boxes and properties.',
      severity: 'error',
      from: { path: '^core/certify/' },
      to: { path: '^core/', pathNot: '^core/(contract|certify|nn)/|^core/bounds/box\\.ts$|^core/verify/problem\\.ts$' },
    },
    {
      name: 'contract-knows-only-zod',
      severity: 'error',
      from: { path: '^core/contract/' },
      to: { pathNot: '^core/contract/|^node_modules/zod/' },
    },
    {
      name: 'renderer-knows-only-the-contract',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(core|electron)/', pathNot: '^core/contract/' },
    },
    {
      name: 'core-knows-no-shell',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: '^(electron|renderer|test)/' },
    },
    {
      name: 'core-never-imports-its-heads',
      severity: 'error',
      from: { path: '^core/(?!cli/|serve/)' },
      to: { path: '^core/(cli|serve)/' },
    },
    {
      name: 'parts-never-import-the-composition-root',
      severity: 'error',
      from: { path: '^core/(?!cli/|serve/|app)' },
      to: { path: '^core/app' },
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'svelte'] },
  },
}
