// Chart.js with only the parts we draw, and its colours read from the design system's custom properties.
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  Tooltip,
} from 'chart.js'

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  LineController,
  ScatterController,
  LineElement,
  PointElement,
  LinearScale,
  LogarithmicScale,
  Tooltip,
  Filler,
)
export { Chart }

/**
 * The computed value of colour custom properties, where `light-dark()` has been decided. `dark` is the theme now:
 * taking it makes the chart that asks depend on it.
 */
export function readColours<N extends string>(
  host: HTMLElement,
  dark: boolean,
  names: readonly N[],
): Record<N, string> {
  const probe = host.ownerDocument.createElement('span')
  probe.style.colorScheme = dark ? 'dark' : 'light'
  host.append(probe)
  const colours = names.map((name) => {
    probe.style.color = `var(--${name})`
    return [name, getComputedStyle(probe).color] as const
  })
  probe.remove()
  return Object.fromEntries(colours) as Record<N, string>
}
