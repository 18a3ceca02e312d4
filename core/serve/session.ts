// Who may talk to the server: a one-time token in the printed link, exchanged for a cookie and a key of the page's origin.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What a token is exchanged for: the value of a `Set-Cookie` header, and the key that the page keeps. */
export interface Admission {
  readonly cookie: string
  readonly key: string
}

/** Secrets of one server; nothing is written to disk, so they end with the process. */
export class Sessions {
  readonly #cookieName: string
  readonly #accepted = new Set<string>()
  readonly #keys = new Set<string>()
  #token = secret()

  /** @param port tells the cookies of two servers on one host apart: cookies know no ports */
  constructor(port: number) {
    this.#cookieName = `espalier-${port}`
  }

  /** The token of the next link; each works once. */
  get token(): string {
    return this.#token
  }

  /** Null where the token is wrong or was used. */
  exchange(token: string): Admission | null {
    if (!sameSecret(token, this.#token)) return null
    this.#token = secret()
    const [session, key] = [secret(), secret()]
    this.#accepted.add(digest(session))
    this.#keys.add(digest(key))
    return { cookie: `${this.#cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict`, key }
  }

  /** Whether this is the key of a page that was signed in: calls and events need it, files of the page do not. */
  holds(key: string | undefined): boolean {
    return key !== undefined && this.#keys.has(digest(key))
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
