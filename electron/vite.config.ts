// Builds Electron's side: main and job process as modules that mirror the sources, the preload as one script.
import { cpSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { defineConfig, type Plugin } from 'vite'
import { apiSchemas } from '../core/contract/api.ts'

const root = resolve(import.meta.dirname, '..')
const out = join(root, 'dist/electron')

/** `new URL('./worker.ts', import.meta.url)` starts a file of its own: builds it too, and names what is built. */
function startedFiles(): Plugin {
  const started = /new URL\(['"](\.\/[\w./-]+)\.ts['"], import\.meta\.url\)/g
  return {
    name: 'espalier:started-files',
    async transform(code, id) {
      if (!id.endsWith('.ts')) return null
      for (const [, path] of code.matchAll(started)) {
        const file = await this.resolve(`${path}.ts`, id)
        if (file !== null) this.emitFile({ type: 'chunk', id: file.id, preserveSignature: 'strict' })
      }
      return code.replaceAll(started, "new URL('$1.js', import.meta.url)")
    },
  }
}

/** Files that the core reads beside its sources: the same places beside what is built. */
function readFiles(): Plugin {
  return {
    name: 'espalier:read-files',
    closeBundle() {
      cpSync(join(root, 'package.json'), join(out, 'package.json'))
      cpSync(join(root, 'resources'), join(out, 'resources'), { recursive: true })
    },
  }
}

export default defineConfig({
  root,
  publicDir: false,
  builder: {
    async buildApp(builder) {
      for (const name of ['main', 'preload']) await builder.build(builder.environments[name])
    },
  },
  environments: {
    main: {
      consumer: 'server',
      resolve: { builtins: ['electron', /^node:/], external: true },
      build: {
        outDir: out,
        emptyOutDir: true,
        target: 'node24',
        minify: false,
        ssr: true,
        rolldownOptions: {
          input: [join(root, 'electron/main.ts'), join(root, 'electron/child.ts')],
          external: (id) => !id.startsWith('.') && !id.startsWith('/'),
          output: { format: 'es', preserveModules: true, preserveModulesRoot: root, entryFileNames: '[name].js' },
          plugins: [startedFiles(), readFiles()],
        },
      },
    },
    preload: {
      consumer: 'server',
      define: { ESPALIER_METHODS: JSON.stringify(Object.keys(apiSchemas)) },
      build: {
        outDir: out,
        emptyOutDir: false,
        target: 'chrome130',
        minify: false,
        ssr: true,
        rolldownOptions: {
          input: join(root, 'electron/preload.ts'),
          external: ['electron'],
          output: { format: 'cjs', entryFileNames: 'preload.cjs' },
        },
      },
    },
  },
})
