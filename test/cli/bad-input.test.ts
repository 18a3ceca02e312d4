// What a user can get wrong: each has its coded error, its hint and its exit code.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../core/app.ts'
import { openBench, type Bench } from './support.ts'

let bench: Bench
beforeAll(() => {
  bench = openBench()
})
afterAll(() => bench.dispose())

const head = 'name: it\nvariants:\n  - { name: base, architecture: net1, train: { epochs: 1 } }\n'
const idx = (magic: number, count: number, bytes: number): Uint8Array => {
  const buffer = Buffer.alloc(16 + bytes)
  ;[magic, count, 28, 28].forEach((value, i) => buffer.writeUInt32BE(value, i * 4))
  return buffer
}
const labels = (count: number): Uint8Array => {
  const buffer = Buffer.alloc(8 + count)
  buffer.writeUInt32BE(0x801, 0)
  buffer.writeUInt32BE(count, 4)
  return buffer
}

describe('a recipe', () => {
  it.each([
    ['with an unknown key', `${head}sede: 3\n`, 'recipe/unknown-key', "Did you mean 'seed'?"],
    ['with a wrong type', `${head}seed: many\n`, 'recipe/invalid', 'a whole number'],
    ['with ε below zero', `${head}verify: { epsilon: -0.1 }\n`, 'verify/epsilon', 'at least 0 and at most 1'],
    ['with ε NaN', `${head}verify: { epsilon: .nan }\n`, 'verify/epsilon', 'at least 0 and at most 1'],
    ['that is not YAML', 'name: [', 'recipe/syntax', 'Line 1'],
  ])('%s is an input error', async (_name, yaml, code, part) => {
    const { code: exit, err, out } = await bench.run('run', '--dry-run', bench.file('it.yaml', yaml))
    expect(exit).toBe(3)
    expect(err).toContain(code)
    expect(err).toContain(part)
    expect(out).toBe('')
  })

  it('that is not there is an input error, as JSON too', async () => {
    const { code, out } = await bench.run('run', '--json', '--dry-run', 'nowhere.yaml')
    expect(code).toBe(3)
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'input/not-found' } })
  })
})

describe('a recipe that starts from networks of the history', () => {
  const from = (name: string, origin: string): string => `  - { name: ${name}, from: '${origin}' }\n`
  const yaml = `name: later\nvariants:\n${from('a', 'run:made/x')}${from('b', 'run:made/y')}${from('c', 'run:other/x')}${from('d', 'model:net-x')}`

  it.each([['--dry-run'], []])('names all that are missing, and what to run first (%s)', async (...flags) => {
    const { code, err, out } = await bench.run('run', ...flags, bench.file('later.yaml', yaml))
    expect([code, out]).toEqual([3, ''])
    expect(err).toContain('store/missing')
    expect(err).toContain('This history has no model net-x; nothing of made: x, y; nothing of other: x.')
    expect(err).toContain('Run the recipes made, other first')
  })

  it('that none is missing for is planned', async () => {
    const { code, out } = await bench.run('run', '--dry-run', bench.file('plain.yaml', head))
    expect(code).toBe(0)
    expect(out).toContain('fresh net1')
  })
})

it('a file without end is read only so far', async () => {
  if (!existsSync('/dev/zero')) return
  const { code, err } = await bench.run('run', '--dry-run', '/dev/zero')
  expect([code, err.split('\n')[0]]).toEqual([3, 'error recipe/invalid'])
})

it('a title cannot steer the terminal', async () => {
  const path = bench.file('steer.yaml', `${head}title: "red \\e[31m \\u202e txt"\n`)
  const { code, out } = await bench.run('run', '--dry-run', path)
  expect(code).toBe(0)
  expect(out).toContain('red \uFFFD[31m \uFFFD txt')
})

it('a wrong command line is JSON too, where asked for', async () => {
  const { code, out } = await bench.run('train', '--json', '--epoch', '3')
  expect(code).toBe(2)
  const message = "unknown option '--epoch'\n(Did you mean --epochs?)"
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'cli/usage', message } })
})

describe('flags', () => {
  it.each([
    [['verify', '--model', 'net-x', '--data', 'sample', '--epsilon', '-0.1'], 3, 'verify/epsilon'],
    [['verify', '--model', 'net-x', '--data', 'sample', '--epsilon', 'NaN'], 3, 'verify/epsilon'],
    // What is typed wrong is said before the history is asked for anything.
    [['verify', '--model', 'net-x', '--epsilon', 'NaN'], 3, 'verify/epsilon'],
    [['prune', '--model', 'net-x', '--ratio', '2'], 3, '--ratio is 2'],
    [['verify', '--model', 'net-x'], 3, 'store/missing'],
    [['runs', '--limit', '0'], 2, '--limit is 0'],
    [['runs', 'run-x'], 3, 'store/missing'],
    [['models', 'net-x'], 3, 'espalier models lists them'],
    [['train', '--epochs', 'three'], 3, "--epochs is 'three'; it must be a whole number"],
    [['train', '--schedule', 'cosin'], 3, "Did you mean 'cosine'?"],
    [['train', '--epoch', '3'], 2, "unknown option '--epoch'"],
    [
      ['train', '--schedule', 'cosine', '--schedule-patience', '3'],
      3,
      "--schedule-patience goes with --schedule plateau, not with 'cosine'",
    ],
    [['radius', '--model', 'net-x', '--images-count', '0'], 2, '--images-count is 0; it must be a whole number'],
    [['verify', '--model', 'net-x', '--epsilon', '8'], 3, '8 grey levels are 8/255'],
    [['train', '--name', 'a b'], 3, '--name is'],
    [['prune', '--model', 'net-x'], 3, '--ratio is missing'],
    [['prune'], 2, 'espalier models lists'],
    [['radius'], 2, 'espalier models lists'],
    [['import', 'notes.md'], 3, 'notes.md is no ONNX network'],
    [['import', '.'], 3, 'Give a file whose name ends in .onnx or .onnx.gz'],
    [['run'], 2, 'cli/usage'],
    [['run', '--resume', 'job-nothing'], 3, 'job/unknown'],
    [['compare', 'run-a', 'run-b'], 3, 'store/missing'],
    [['export', 'net-nothing', '--onnx', 'x.onnx'], 3, 'store/missing'],
    [['serve', '--port', 'eighty'], 2, 'cli/usage'],
    [['check', 'x.json', '--model', 'net-x', '--onnx', 'x.onnx'], 2, '--model and --onnx name different things'],
    [['check', 'x.json', '--model', 'net-x', '--vnnlib', 'x.vnnlib'], 2, '--model and --vnnlib name different things'],
    [['bloom'], 2, 'bloom'],
  ])('%j end with %i', async (args, exit, part) => {
    const { code, err } = await bench.run(...args)
    expect(err).toContain(part)
    expect(code).toBe(exit)
  })
})

describe('data', () => {
  it.each([
    [['train', '--data', 'nowhere'], 'input/not-found'],
    [['train', '--data', '.'], 'data/unknown-format'],
    [['run', 'it.yaml', '--data', 'nowhere'], 'input/not-found'],
  ])('that are not there begin no job: %j', async (args, code) => {
    const home = join(bench.folder, 'no-job')
    const given = args.map((arg) => (arg === 'it.yaml' ? bench.file(arg, head) : arg === '.' ? bench.folder : arg))
    const { code: exit, out, err } = await bench.run(...given, '--home', home)
    expect([exit, out, err.split('\n')[0]]).toEqual([3, '', `error ${code}`])
    expect((await bench.run('runs', '--json', '--home', home)).out).not.toContain('failed')
  })

  const folderWith = (name: string, files: Readonly<Record<string, Uint8Array>>): string => {
    mkdirSync(join(bench.folder, name))
    const good = { 'train-images-idx3-ubyte': idx(0x803, 2, 1568), 'train-labels-idx1-ubyte': labels(2) }
    const test = { 't10k-images-idx3-ubyte': idx(0x803, 2, 1568), 't10k-labels-idx1-ubyte': labels(2) }
    for (const [file, bytes] of Object.entries({ ...good, ...test, ...files })) bench.file(join(name, file), bytes)
    return join(bench.folder, name)
  }

  it.each([
    ['truncated', { 'train-images-idx3-ubyte': idx(0x803, 2, 1000) }, 'data/idx-truncated'],
    ['magic', { 'train-images-idx3-ubyte': idx(0x999, 2, 1568) }, 'data/idx-magic'],
    ['lengths', { 'train-labels-idx1-ubyte': labels(3) }, 'data/length-mismatch'],
  ])('%s is refused with its code', async (name, files, code) => {
    const { code: exit, err } = await bench.run('data', 'import', folderWith(name, files))
    expect(err).toContain(code)
    expect(exit).toBe(3)
  })
})

describe('the home folder', () => {
  it('in use by another instance is refused', async () => {
    const app = await createApp({ home: bench.home, shell: 'test' })
    const { code, err } = await bench.run('run', bench.file('it.yaml', head))
    await app.dispose()
    expect(err).toContain('store/locked')
    expect(code).toBe(4)
  })

  // Permissions do not bind root: there the kernel's own read-only tree has to do.
  it('that cannot be written is refused', async () => {
    const home = process.getuid?.() === 0 ? '/sys/espalier' : join(bench.folder, 'readonly')
    if (process.getuid?.() !== 0) mkdirSync(home, { mode: 0o555 })
    const { code, err } = await bench.run('run', '--home', home, bench.file('it.yaml', head))
    expect(err).toContain('store/read-only')
    expect(code).toBe(4)
  })

  it('that is a file is refused with a store error', async () => {
    const { code, err } = await bench.run('run', '--home', bench.file('file', ''), bench.file('it.yaml', head))
    expect(err).toMatch(/store\/|input\//)
    expect([3, 4]).toContain(code)
  })
})
