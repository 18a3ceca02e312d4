// The JSON header of a saved network: its structure without the numbers, validated by one schema.
import { z } from 'zod'
import { layerRules, parameterOf, ruleOf, type Layer, type LayerKind, type Parameter, type Shape } from './layer.ts'
import { createNetwork, type Network } from './network.ts'

const dimensionSchema = z.int().positive()
const shapeSchema = z.array(dimensionSchema).max(8)

const headerSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().max(1000),
  inputShape: shapeSchema,
  output: z.string(),
  nodes: z
    .array(
      z.strictObject({
        id: z.string().max(200),
        kind: z.enum(Object.keys(layerRules) as [LayerKind, ...LayerKind[]]),
        inputs: z.array(z.string()).max(8),
        attributes: z.record(z.string(), z.unknown()),
        parameters: z.array(z.strictObject({ shape: shapeSchema, type: z.enum(['float32', 'float64']) })).max(8),
      }),
    )
    .max(100_000),
})

export type NetworkHeader = z.infer<typeof headerSchema>
type HeaderNode = NetworkHeader['nodes'][number]

/** Makes the error to throw. */
export type Corrupt = (problem: string, options?: ErrorOptions) => Error
/** Reads the parameter with this index over the whole network. */
export type ReadParameter = (index: number, shape: Shape, type: 'float32' | 'float64') => Parameter['data']

/** The header of a network; the key order is fixed, so equal networks have equal headers. */
export function headerOf(network: Network): NetworkHeader {
  return {
    version: 1,
    name: network.name,
    inputShape: [...network.inputShape],
    output: network.output,
    nodes: network.nodes.map(({ id, layer, inputs }) => {
      const rule = ruleOf(layer)
      const parameters = rule.slots.map(({ name }): HeaderNode['parameters'][number] => {
        const { shape, data } = parameterOf(layer, name)
        return { shape: [...shape], type: data instanceof Float32Array ? 'float32' : 'float64' }
      })
      return { id, kind: layer.kind, inputs: [...inputs], attributes: attributesOf(layer), parameters }
    }),
  }
}

/** Parses and validates header text. */
export function parseHeader(text: string, corrupt: Corrupt): NetworkHeader {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw corrupt('its header is not JSON', { cause })
  }
  const parsed = headerSchema.safeParse(json)
  if (!parsed.success) throw corrupt(`its header is wrong (${z.prettifyError(parsed.error)})`)
  return parsed.data
}

/** Rebuilds the network; parameters are read only after the header's shapes were found to fit the file. */
export function networkFrom(header: NetworkHeader, read: ReadParameter, corrupt: Corrupt): Network {
  let index = 0
  const nodes = header.nodes.map(({ id, kind, inputs, attributes, parameters }) => {
    const { slots, attributes: schema } = layerRules[kind]
    if (parameters.length !== slots.length) throw corrupt(`layer "${id}" has ${parameters.length} parameters`)
    const fields = schema.safeParse(attributes)
    if (!fields.success) throw corrupt(`layer "${id}" is wrong (${z.prettifyError(fields.error)})`)
    const entries = slots.map(({ name }, slot): [string, Parameter] => {
      const { shape, type } = parameters[slot]
      return [name, { shape, data: read(index++, shape, type) }]
    })
    return { id, inputs, layer: { kind, ...fields.data, ...Object.fromEntries(entries) } as unknown as Layer }
  })
  try {
    return createNetwork({ name: header.name, inputShape: header.inputShape, nodes, output: header.output })
  } catch (cause) {
    throw corrupt(cause instanceof Error ? cause.message.replace(/\.$/, '') : 'its layers do not fit', { cause })
  }
}

/** The fields that are no parameters, in the order of their names. */
function attributesOf(layer: Layer): Record<string, unknown> {
  const slots = new Set(ruleOf(layer).slots.map(({ name }) => name))
  const fields = Object.entries(layer).filter(([key]) => key !== 'kind' && !slots.has(key))
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)))
}
