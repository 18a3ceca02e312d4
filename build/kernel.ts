// Compiles inner loops to WebAssembly and writes the modules that hold them: `npm run build:kernel`.
import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { format, resolveConfig } from 'prettier'

export interface Kernel {
  readonly source: string
  /** The module that is written, and the name of its constant. */
  readonly target: string
  readonly name: string
}

export const kernels: readonly Kernel[] = [
  {
    source: 'core/bounds/kernel/envelope.assembly.ts',
    target: 'core/bounds/kernel/envelope-code.ts',
    name: 'ENVELOPE_CODE',
  },
  {
    source: 'core/certify/kernel/shares.assembly.ts',
    target: 'core/certify/kernel/shares-code.ts',
    name: 'SHARES_CODE',
  },
]

const OPTIONS = ['--optimizeLevel', '3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd']

/** The text of the module with the code, as the source is now. @throws Error with the compiler's messages */
export async function kernelModule({ source, target, name }: Kernel): Promise<string> {
  const written: Uint8Array[] = []
  const messages = asc.createMemoryStream()
  const { error } = await asc.main([source, '--outFile', 'kernel.wasm', ...OPTIONS], {
    stderr: messages,
    writeFile: (_, contents) => {
      if (contents instanceof Uint8Array) written.push(contents)
    },
  })
  if (error) throw new Error(`${source} does not compile: ${messages.toString()}`)
  const code = Buffer.from(written[0]).toString('base64')
  const text = `// WebAssembly made from ${basename(source)} by \`npm run build:kernel\`.\n\n/** Base64. */\nexport const ${name} = '${code}'\n`
  return await format(text, { ...(await resolveConfig(target)), parser: 'typescript' })
}

if (argv[1] === fileURLToPath(import.meta.url))
  for (const kernel of kernels) await writeFile(kernel.target, await kernelModule(kernel))
