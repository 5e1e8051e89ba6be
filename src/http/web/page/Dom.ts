/**
 * Making elements and changing them. Text goes in as text, whoever wrote it, and what has not changed is not touched: a
 * page that is open for days is patched, never built again.
 */

type Attributes = Readonly<Record<string, string | null>>

/** A new element; children that are text become text. */
export const el = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: ReadonlyArray<Node | string>
): HTMLElementTagNameMap[Tag] => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/** The element of the page with this id, which the page is known to have. */
export const byId = <Made extends HTMLElement>(id: string, kind: { new (): Made; readonly name: string }): Made => {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`the page has no ${kind.name} ${id}`)
}

export const div = (id: string): HTMLElement => byId(id, HTMLElement)

/** A cell for a figure, with the name of its column for where columns have no room. */
export const figure = (label: string, more = ""): HTMLTableCellElement =>
  el("td", { class: `figure ${more}`.trim(), "data-label": label })

export const setText = (element: Element, text: string): void => {
  if (element.textContent !== text) element.textContent = text
}

/** Null takes the attribute away. */
export const setAttribute = (element: Element, name: string, value: string | null): void => {
  if (element.getAttribute(name) === value) return
  if (value === null) element.removeAttribute(name)
  else element.setAttribute(name, value)
}

export const show = (element: HTMLElement, isShown: boolean): void => {
  if (element.hidden === isShown) element.hidden = !isShown
}

export interface Row<Item> {
  readonly node: HTMLElement
  readonly update: (item: Item) => void
}

/**
 * Keeps the parent's children in step with a list: one for each key, changed where it stands, moved only if the order has
 * changed. Returns what to call with the list.
 */
export const keyed = <Item>(parent: Element, keyOf: (item: Item) => string, make: (item: Item) => Row<Item>) => {
  const rows = new Map<string, Row<Item>>()
  return (items: ReadonlyArray<Item>): void => {
    const wanted = new Set(items.map(keyOf))
    for (const [key, { node }] of rows) {
      if (wanted.has(key)) continue
      node.remove()
      rows.delete(key)
    }
    let place = parent.firstElementChild
    for (const item of items) {
      const key = keyOf(item)
      let row = rows.get(key)
      if (row === undefined) {
        row = make(item)
        rows.set(key, row)
      }
      row.update(item)
      if (row.node === place) place = place.nextElementSibling
      else parent.insertBefore(row.node, place)
    }
  }
}
