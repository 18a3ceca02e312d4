// The flags of a command are made from the schema of its options, and what is typed is checked against it.
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { simplifySchema, trainSchema, verifySchema } from '../../core/contract/recipe.ts'
import { flagsOf } from '../../core/cli/flags.ts'

describe('flags from schemas', () => {
  const read = (schema: Parameters<typeof flagsOf>[0], args: string[], prefix = ''): unknown => {
    const flags = flagsOf(schema, { prefix })
    const command = new Command().exitOverride()
    flags.attach(command)
    command.parse(args, { from: 'user' })
    return flags.read(command)
  }

  it('hold only what was given', () => expect(read(trainSchema, [])).toEqual({}))

  it.each([
    [
      trainSchema,
      ['--epochs', '3', '--gamma-l1', '1e-4', '--no-nesterov'],
      { epochs: 3, gammaL1: 1e-4, nesterov: false },
    ],
    [trainSchema, ['--early-stop', 'none'], { earlyStop: null }],
    [
      trainSchema,
      ['--schedule', 'step', '--schedule-milestones', '3,5'],
      { schedule: { kind: 'step', milestones: [3, 5] } },
    ],
    [trainSchema, ['--schedule-patience', '7'], { schedule: { kind: 'plateau', patience: 7 } }],
    [simplifySchema, ['--method', 'weight', '--ratio', '0.9'], { method: 'weight', ratio: 0.9 }],
    [
      simplifySchema,
      ['--method', 'gap', '--ratio', '0.5', '--inputs', 'fgsm', '--epsilon', '2/255', '--gradual-span', '0.25'],
      { method: 'gap', ratio: 0.5, inputs: 'fgsm', epsilon: 2 / 255, gradual: { span: 0.25 } },
    ],
    [
      simplifySchema,
      ['--method', 'hydra', '--ratio', '0.5', '--loss', 'pgd', '--loss-steps', '3'],
      { method: 'hydra', ratio: 0.5, loss: { kind: 'pgd', steps: 3 } },
    ],
    [verifySchema, ['--epsilon', '8/255', '--no-clip'], { epsilon: 8 / 255, clip: false }],
    [verifySchema, ['--epsilon', '-0.1'], { epsilon: -0.1 }],
    [verifySchema, ['--epsilon', 'NaN'], { epsilon: NaN }],
    [verifySchema, ['--epsilon', 'much'], { epsilon: 'much' }],
    [verifySchema, ['--images-count', '5'], { images: { select: 'first', count: 5 } }],
    [verifySchema, ['--cross-check', 'milp,lp-split'], { crossCheck: ['milp', 'lp-split'] }],
  ])('read %#', (schema, args, value) => expect(read(schema, args)).toEqual(value))

  it('take a prefix', () => expect(read(trainSchema, ['--fine-tune-epochs', '3'], 'fine-tune')).toEqual({ epochs: 3 }))

  it('say once what a flag of several forms means, and no default where theirs differ', () => {
    const form = (kind: string, size: number) =>
      z.object({ kind: z.literal(kind), size: z.number().default(size).describe('How large') })
    const schema = z.discriminatedUnion('kind', [form('a', 1), form('b', 2), form('c', 2)])
    const command = new Command()
    flagsOf(schema).attach(command)
    expect(command.options.map(({ long, description }) => [long, description])).toEqual([
      ['--kind', '(a | b | c)'],
      ['--size', 'How large'],
    ])
  })

  it('tell what flag fills a key', () => {
    const flags = flagsOf(trainSchema, { prefix: 'fine-tune' })
    const name = (...path: PropertyKey[]): string | null => flags.nameOf(path)
    expect([name('epochs'), name('schedule', 'milestones', 0), name('schedule')]).toEqual([
      '--fine-tune-epochs',
      '--fine-tune-schedule-milestones',
      '--fine-tune-schedule',
    ])
    expect([name('nesterov'), name('nothing'), name()]).toEqual(['--no-fine-tune-nesterov', null, null])
  })

  it('leave out what cannot be typed on a line', () => {
    expect(() => read(verifySchema, ['--images-groups', 'a'])).toThrow(/unknown option/)
  })
})
