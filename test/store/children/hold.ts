// A second process that opens a home in a role, says how that went, and holds it until it is killed.
import { EspalierError } from '../../../core/contract/errors.ts'
import { openStore } from '../../../core/store/open.ts'
import type { StoreRole } from '../../../core/store/store.ts'

const [home, role] = process.argv.slice(2)
try {
  await openStore(home, { role: role as StoreRole })
  process.send?.('open')
  setInterval(() => undefined, 1_000)
} catch (thrown) {
  process.send?.(thrown instanceof EspalierError ? thrown.code : String(thrown))
}
