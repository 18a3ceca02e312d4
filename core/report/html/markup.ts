// HTML from templates in which every value is escaped unless it is markup itself.

export interface Markup {
  readonly html: string
}

type Value = string | number | Markup | readonly Markup[] | null

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it may stand in an element or between quotes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** `html\`<p>${text}</p>\``: text is escaped, markup and lists of it go in as they are, null is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return { html: parts.reduce((text, part, i) => text + part + (i < values.length ? written(values[i]) : ''), '') }
}

function written(value: Value): string {
  if (value === null) return ''
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value))
  return isList(value) ? value.map((one) => one.html).join('\n') : value.html
}

function isList(value: Markup | readonly Markup[]): value is readonly Markup[] {
  return Array.isArray(value)
}
