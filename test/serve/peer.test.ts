// The other end of a connection belongs to this user, by the system's own table of connections.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isOwnUser } from '../../core/serve/peer.ts'

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const row = (port: number, uid: number) =>
  `   2: 0100007F:${port.toString(16).toUpperCase()} 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  ${uid}        0 1`

it('lets this user and root in, another user not, and what the table does not name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-peer-'))
  writeFileSync(join(folder, 'tcp'), [head, row(50_001, 1_000), row(50_002, 1_001), row(50_003, 0), ''].join('\n'))
  const may = (remotePort: number) => isOwnUser({ localPort: 8_080, remotePort }, 1_000, folder)
  expect(await Promise.all([50_001, 50_002, 50_003, 50_004].map(may))).toEqual([true, false, true, true])
  expect(await isOwnUser({ localPort: 8_080, remotePort: 50_002 }, 1_000, join(folder, 'none'))).toBe(true)
  rmSync(folder, { recursive: true })
})

it.runIf(process.platform === 'linux')('knows a real connection', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const accepted = await new Promise<Socket>((resolve) => server.once('connection', resolve))
  const mine = process.getuid?.() ?? 0
  expect(await isOwnUser(accepted)).toBe(true)
  // Root passes for everybody: only an ordinary user's connection can be told from another's.
  expect(await isOwnUser(accepted, mine + 1)).toBe(mine === 0)
  socket.destroy()
  server.close()
})
