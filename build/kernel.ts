// Compiles the inner loops of envelopes to WebAssembly and writes the module that holds them: `npm run build:kernel`.
import { writeFile } from 'node:fs/promises'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { format, resolveConfig } from 'prettier'

const SOURCE = 'core/bounds/kernel/envelope.assembly.ts'
const TARGET = 'core/bounds/kernel/envelope-code.ts'
const OPTIONS = ['--optimizeLevel', '3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd']

/** The text of the module with the code, as the source is now. @throws Error with the compiler's messages */
export async function kernelModule(): Promise<string> {
  const written: Uint8Array[] = []
  const messages = asc.createMemoryStream()
  const { error } = await asc.main([SOURCE, '--outFile', 'envelope.wasm', ...OPTIONS], {
    stderr: messages,
    writeFile: (_, contents) => {
      if (contents instanceof Uint8Array) written.push(contents)
    },
  })
  if (error) throw new Error(`${SOURCE} does not compile: ${messages.toString()}`)
  const text = `// WebAssembly of the inner loops of envelopes, made from envelope.assembly.ts by \`npm run build:kernel\`.\n\n/** Base64. */\nexport const ENVELOPE_CODE = '${Buffer.from(written[0]).toString('base64')}'\n`
  return await format(text, { ...(await resolveConfig(TARGET)), parser: 'typescript' })
}

if (argv[1] === fileURLToPath(import.meta.url)) await writeFile(TARGET, await kernelModule())
