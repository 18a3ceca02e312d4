// The text that greets whoever opens a bundle: what each file is, and how to check it with and without Espalier.
import { IMAGE_FORMAT, type Manifest } from './manifest.ts'

/** What differs between bundles: where model and properties come from. */
const questions: Readonly<Record<'images' | 'properties', string>> = {
  images: `model.onnx       the network (ONNX opset 13, float32, batch norm and normalisation folded in)
properties/      one VNN-LIB 1.0 property for each image; it states the violation: sat means a counterexample exists`,
  properties: `model.onnx       the network, as it was given (or as Espalier exports it, where Espalier made it)
properties/      the VNN-LIB properties, as they were given; sat means a counterexample exists`,
}
const imagesLine = 'images.npy       the test images as float32, in the order of "row" in manifest.json\n'

export function readmeText(title: string, version: string, format: Manifest['format']): string {
  const about = format === IMAGE_FORMAT ? 'images' : 'properties'
  const proofs = about === 'images' ? 'verified images' : 'verified properties'
  return `${title}

A robustness verification run, made by Espalier ${version}, with all that is needed to repeat it.

report.html      the results with plots, pictures and provenance; opens in any browser, offline
${questions[about]}
instances.csv    onnx,vnnlib,timeout in seconds, as the verification competition (VNN-COMP) has it
results.csv      category,onnx,vnnlib,preparation,result,seconds; sat: falsified, unsat: verified
witnesses/       counterexamples in the competition's form: sat, then ((X_0 v) ... (Y_0 v))
certificates/    proofs of ${proofs} (those that the run made and kept: verify.certify, verify.keepProofs)
network.espalier the same network with every bit of its parameters: what certificates and witnesses are about
${about === 'images' ? imagesLine : ''}verdicts.csv     every figure of every verdict; run.json, recipe.yaml: where all of it comes from
manifest.json    SHA-256 of every file, and what each instance claims

To check it:     espalier check THIS_FOLDER_OR_ZIP
                 proves every certificate again in float64 without any search, replays every witness, and makes sure
                 that network, model, properties and lists belong together
Other verifiers: run them on instances.csv and compare their words with results.csv
`
}
