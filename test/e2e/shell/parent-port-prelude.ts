// Gives a plain Node process the `process.parentPort` of an Electron utility process.
import { EventEmitter } from 'node:events'

class ParentPort extends EventEmitter {
  postMessage(message: object): void {
    process.send?.(message)
  }
}

const port = new ParentPort()
process.on('message', (data) => port.emit('message', { data }))
Object.assign(process, { parentPort: port })
