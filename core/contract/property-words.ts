// One input box of a property in a sentence, as the app and the reports say it.
import type { PropertyCase } from './files.ts'

/** How the shell writes figures and counts. */
interface Writing {
  readonly value: (value: number) => string
  readonly count: (value: number) => string
}

/** @param inputs of the network */
export function boxWords(
  { fixed, lowest, highest, narrowest, widest }: PropertyCase,
  inputs: number,
  { value, count }: Writing,
): string {
  const varying = inputs - fixed
  const range = `All values lie between ${value(lowest)} and ${value(highest)}.`
  if (varying === 0 || narrowest === null || widest === null)
    return `Every one of the ${count(inputs)} inputs has a single value. ${range}`
  const who = varying === inputs ? `All ${count(varying)} inputs` : `${count(varying)} of ${count(inputs)} inputs`
  const [least, most] = [value(narrowest), value(widest)]
  const room = least === most ? most : `${least} to ${most}`
  return `${who} may vary, each over a range of ${room}. ${range}`
}
