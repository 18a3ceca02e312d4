// Which user of this machine is at the other end of a loopback connection: Linux tells, other systems do not.
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'

type Ends = Pick<Socket, 'localPort' | 'remotePort'>

/** Column of a row of /proc/net/tcp (proc(5)): its own end, the other end, the user. */
const [own, other, user] = [1, 2, 7]

/**
 * False where another user holds the other end: a link in the arguments of a browser can be seen by all users. Root may
 * read everything anyway; what cannot be found out is let through, for it still needs the token.
 */
export async function isOwnUser(socket: Ends, uid = process.getuid?.(), folder = '/proc/net'): Promise<boolean> {
  if (uid === undefined) return true
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`${folder}/${name}`, 'latin1').catch(() => '')),
  )
  const rows = tables.flatMap((table) => table.split('\n').slice(1)).map((row) => row.trim().split(/\s+/))
  const peer = rows.find(
    (row) => portOf(row.at(own)) === socket.remotePort && portOf(row.at(other)) === socket.localPort,
  )
  const holder = Number(peer?.at(user) ?? uid)
  return holder === uid || holder === 0
}

/** `0100007F:1F90` → 8080. */
function portOf(address = ''): number {
  return Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16)
}
