// A process that logs as a core does, line after line, and says which it has written, until it is killed.
import { EventLog } from '../../core/jobs/event-log.ts'
import { JobLogs, keepLogs } from '../../core/jobs/log-file.ts'

const log = new EventLog()
keepLogs(log, new JobLogs(process.argv[2]))
for (;;) {
  const { sequence } = log.append('job-a', { type: 'log', level: 'info', message: `line ${log.sequence + 1}` })
  // Only now: what was said to be written must be there.
  process.stdout.write(`${sequence}\n`)
  if (sequence % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
}
