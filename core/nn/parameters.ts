// Reading and replacing a network's parameters by name ('nodeId.slot').
import { EspalierError } from '../contract/errors.ts'
import { parameterOf, ruleOf, type Layer, type Parameter, type ParameterRole } from './layer.ts'
import { createNetwork, type Network } from './network.ts'

export interface NamedParameter<R = ParameterRole> {
  /** 'nodeId.slot', such as 'dense1.weight'. */
  readonly name: string
  readonly parameter: Parameter
  readonly role: R
}

/** Every parameter in node order, running statistics and masks (role null) included. */
export function allParameters(network: Network): readonly NamedParameter<ParameterRole | null>[] {
  return network.nodes.flatMap(({ id, layer }) =>
    ruleOf(layer).slots.map(({ name, role }) => ({ name: `${id}.${name}`, parameter: parameterOf(layer, name), role })),
  )
}

/** The parameters an optimiser may change, in node order. */
export function trainableParameters(network: Network): readonly NamedParameter[] {
  return allParameters(network).filter((entry): entry is NamedParameter => entry.role !== null)
}

/**
 * The same network with some parameters replaced; shapes stay. Names are those of `allParameters`.
 * @throws EspalierError 'model/shape' on a wrong length or an unknown name.
 */
export function withParameters(
  network: Network,
  values: Readonly<Record<string, Float32Array | Float64Array>>,
): Network {
  const known = new Set(allParameters(network).map(({ name }) => name))
  const unknown = Object.keys(values).find((name) => !known.has(name))
  if (unknown !== undefined) {
    throw new EspalierError(
      'model/shape',
      `The network "${network.name}" has no parameter "${unknown}".`,
      `Use one of: ${[...known].join(', ')}.`,
    )
  }
  const nodes = network.nodes.map((node) => ({ ...node, layer: replaced(node.id, node.layer, values) }))
  return createNetwork({ ...network, nodes })
}

function replaced(id: string, layer: Layer, values: Readonly<Record<string, Float32Array | Float64Array>>): Layer {
  const changes = ruleOf(layer).slots.flatMap(({ name }) => {
    const key = `${id}.${name}`
    return key in values ? [[name, { shape: parameterOf(layer, name).shape, data: values[key] }]] : []
  })
  return changes.length === 0 ? layer : ({ ...layer, ...Object.fromEntries(changes) } as Layer)
}
