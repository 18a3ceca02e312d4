// Writes SHA-256 sums of the installers in out/, in the form that `sha256sum --check` reads. Run: node build/checksums.ts [FOLDER]
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const kinds = /\.(AppImage|deb|exe|zip|dmg|json)$/

/** One line for each file to be handed out, sorted by name. */
export function checksumsOf(folder: string): string {
  const files = readdirSync(folder)
    .filter((name) => kinds.test(name))
    .sort()
  return files
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}  ${name}\n`,
    )
    .join('')
}

if (process.argv[1] === import.meta.filename) {
  const folder = process.argv[2] ?? join(import.meta.dirname, '../out')
  const text = checksumsOf(folder)
  if (text === '') {
    process.stderr.write(`There are no installers in ${folder}: run electron-builder first.\n`)
    process.exit(1)
  }
  writeFileSync(join(folder, 'SHA256SUMS'), text)
  process.stdout.write(text)
}
