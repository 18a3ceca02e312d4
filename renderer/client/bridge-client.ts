// ApiClient over the functions Electron's preload puts on the window.
import type { ApiInput, ApiMethod, ApiOutput } from '../../core/contract/api.ts'
import type { JobEvent } from '../../core/contract/events.ts'
import type { FileHandle } from '../../core/contract/files.ts'
import type { Bridge, DataChoice, WireReply } from '../../core/contract/wire.ts'
import { type Connection, unwrap } from './connection.ts'

export class BridgeClient implements Connection {
  private readonly bridge: Bridge

  constructor(bridge: Bridge) {
    this.bridge = bridge
  }

  async call<M extends ApiMethod>(method: M, input: ApiInput<M>): Promise<ApiOutput<M>> {
    const invoke = this.bridge[method] as (input: ApiInput<M>) => Promise<WireReply<ApiOutput<M>>>
    return unwrap(await invoke(input))
  }

  subscribe(listener: (event: JobEvent) => void): () => void {
    return this.bridge.subscribe(listener)
  }

  readonly choose = async (what: DataChoice): Promise<FileHandle | null> => unwrap(await this.bridge.chooseData(what))

  async give(file: File): Promise<FileHandle> {
    return unwrap(await this.bridge.giveFile(file))
  }

  /** IPC lives and dies with the window: the line is never lost. */
  onLine(): () => void {
    return () => undefined
  }
}
