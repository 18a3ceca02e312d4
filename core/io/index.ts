// The front door of the formats: ONNX in and out, VNN-LIB in and out, and the files of the verification competition.
export { exportOnnx, type ExportOptions } from './onnx/export.ts'
export { exportCheckedOnnx, type CheckedExport } from './onnx/checked-export.ts'
export { importOnnx, translateOnnx, type ImportedModel, type ImportOptions, type Port } from './onnx/import/import.ts'
export { networkNameOf, readOnnxBytes, readOnnxFile } from './onnx/read.ts'
export { evaluateOnnx, evaluateOnnxFile } from './onnx/evaluate.ts'
export { bindProperty, type ModelPort } from './vnnlib/bind.ts'
export { parseVnnlib, readVnnlibFile, readVnnlibText } from './vnnlib/parse.ts'
export { describeProperty } from './vnnlib/words.ts'
export type { ConstraintRows, Disjunct, InputBox, VnnlibProperty } from './vnnlib/property.ts'
export { writeVnnlib } from './vnnlib/write.ts'
export { parseInstances, readInstances, type Instance, type InstanceFiles } from './vnncomp/instances.ts'
export {
  instanceKey,
  parseExpected,
  parseResults,
  resultLine,
  vnncompWords,
  writeResults,
  type InstanceResult,
  type VnncompWord,
  wordOfVerdict,
} from './vnncomp/results.ts'
export { summarise, type PeerSummary, type Summary } from './vnncomp/summary.ts'
export { clampWitness, parseWitness, writeWitness, type WitnessValues } from './vnncomp/witness.ts'
