// What the palette offers for a few letters: those whose words begin like the ones typed first, then those that hold them.
export interface Offer {
  readonly title: string
  readonly group: 'Places and commands' | 'Jobs' | 'Runs'
  readonly keys: readonly string[]
  /** Of a job or run; null for places and commands. */
  readonly state: string | null
  readonly choose: () => void
}

/** In the order given where nothing is typed. */
export function findOffers(offers: readonly Offer[], typed: string): readonly Offer[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const rank = ({ title }: Offer): number => {
    const text = title.toLowerCase()
    if (!words.every((word) => text.includes(word))) return -1
    return words.every((word) => text.split(/[\s:_.-]+/).some((part) => part.startsWith(word))) ? 0 : 1
  }
  return offers
    .map((offer) => ({ offer, place: rank(offer) }))
    .filter(({ place }) => place >= 0)
    .sort((a, b) => a.place - b.place)
    .map(({ offer }) => offer)
}
