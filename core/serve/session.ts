// Who may talk to the server: a one-time token in the printed link, exchanged for a cookie that scripts cannot read.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Secrets of one server; nothing is written to disk, so they end with the process. */
export class Sessions {
  readonly #cookieName: string
  readonly #accepted = new Set<string>()
  #token = secret()

  /** @param port tells the cookies of two servers on one host apart: cookies know no ports */
  constructor(port: number) {
    this.#cookieName = `espalier-${port}`
  }

  /** The token of the next link; each works once. */
  get token(): string {
    return this.#token
  }

  /** Exchanges a token for the value of a `Set-Cookie` header; null where the token is wrong or was used. */
  exchange(token: string): string | null {
    if (!sameSecret(token, this.#token)) return null
    this.#token = secret()
    const session = secret()
    this.#accepted.add(digest(session))
    return `${this.#cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict`
  }

  /** Whether a `Cookie` header carries a session of this server. */
  admits(cookieHeader: string | undefined): boolean {
    const pairs = (cookieHeader ?? '').split(';').map((pair) => pair.trim())
    const own = pairs.filter((pair) => pair.startsWith(`${this.#cookieName}=`))
    return own.some((pair) => this.#accepted.has(digest(pair.slice(this.#cookieName.length + 1))))
  }
}

function secret(): string {
  return randomBytes(32).toString('base64url')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(digest(left)), Buffer.from(digest(right)))
}
