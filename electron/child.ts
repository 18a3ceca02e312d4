// Entry of a job process started as an Electron utility process.
import { runJobProcess } from '../core/jobs/child-main.ts'
import { parentPortOf } from './parent-port.ts'

await runJobProcess(parentPortOf(process.parentPort))
process.exit(0)
