// Fully connected architectures of the pruning paper: NET1 and NET2 (spec A.2).
import type { ArchitectureBuilder } from './builder.ts'

/** Hidden layers of Linear, batch norm, ReLU; then the Linear that gives the logits. */
export function normalisedMlp(builder: ArchitectureBuilder, widths: readonly number[], classes: number): void {
  builder.flatten()
  widths.forEach((width, index) => {
    builder.dense(`dense${index + 1}`, width)
    builder.batchNorm(`bn${index + 1}`)
    builder.activation(`relu${index + 1}`, 'relu')
  })
  builder.dense(`dense${widths.length + 1}`, classes)
}
