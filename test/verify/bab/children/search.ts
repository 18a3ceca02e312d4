// Searches the hard question and writes its state to a file after every few rounds, until somebody kills it.
import { renameSync, writeFileSync } from 'node:fs'
import { openEngine } from '../../../../core/engine/engine.ts'
import { questionKey, saveState } from '../../../../core/verify/bab/checkpoint.ts'
import { hardQuestion, longSettings } from '../hard-question.ts'
import { ask } from '../task.ts'

const [path, margin] = process.argv.slice(2)
const engine = await openEngine({ provider: 'cpu', threads: 1 })
const question = hardQuestion(engine, Number(margin))
const key = questionKey(question, longSettings)
let rounds = 0
await ask(question, {
  settings: longSettings,
  keeper: {
    due: () => ++rounds % 5 === 0,
    keep: (state) => {
      writeFileSync(`${path}.tmp`, saveState(state, key))
      renameSync(`${path}.tmp`, path)
      process.send?.({ domains: state.statistics.domains })
      return Promise.resolve()
    },
  },
})
await engine.dispose()
process.disconnect()
