// Parameter groups: which stretches of the flat weight vector learn at which rate and with which decay, by role.
import type { TrainOptions } from '../contract/recipe.ts'
import type { ParameterRole } from '../nn/layer.ts'
import type { Layout } from './layout.ts'

/** How parameters of one role learn. */
export interface RoleSettings {
  /** Factor on the scheduled rate; 0: held as they are. */
  readonly rate: number
  readonly weightDecay: number
}

/** A stretch of the flat vector whose parameters learn alike. */
export interface ParameterGroup extends RoleSettings {
  readonly offset: number
  readonly size: number
}

export type GroupOptions = Pick<TrainOptions, 'learningRate' | 'weightDecay' | 'lines'>

/** Settings of every role: lines have their own (spec A.3), all else shares one. */
export function roleSettings({ learningRate, weightDecay, lines }: GroupOptions): Record<ParameterRole, RoleSettings> {
  const body = { rate: lines.only ? 0 : 1, weightDecay }
  const line = { rate: (lines.learningRate ?? learningRate) / learningRate, weightDecay: lines.weightDecay }
  return { weight: body, bias: body, gamma: body, beta: body, slope: line, intercept: line }
}

/** The stretches in order, neighbours with equal settings as one: without grafted layers there is one. */
export function parameterGroups(layout: Layout, options: GroupOptions): readonly ParameterGroup[] {
  const settings = roleSettings(options)
  const groups: ParameterGroup[] = []
  for (const { offset, size, role } of layout.entries) {
    const own = settings[role ?? 'weight']
    const last = groups.at(-1)
    const same = last?.rate === own.rate && last.weightDecay === own.weightDecay
    if (last !== undefined && same) groups[groups.length - 1] = { ...last, size: last.size + size }
    else groups.push({ offset, size, ...own })
  }
  return groups
}
