// Memory of the machine and of Espalier's processes, in bytes.
import { z } from 'zod'

const bytes = z.int().min(0)

export const memorySchema = z.object({
  total: bytes.describe('Of the machine, or what Espalier may have of it where that is limited'),
  free: bytes.describe('What can still be had without swapping'),
  core: bytes.describe('Resident in the process that answers this'),
  jobs: bytes.describe('Resident in the processes of jobs, studies and measurements, as they told last'),
  cap: bytes.describe('What a job may hold while it verifies, where its recipe says nothing'),
})
export type Memory = z.infer<typeof memorySchema>
