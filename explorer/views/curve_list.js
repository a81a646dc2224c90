// The legend of the curves: a group for each solver, a button for each of its curves. In HTML, as
// Bokeh's own neither wraps nor can be reached by keyboard.

// Bokeh opens a tooltip for every curve under the pointer, all in the same place of the document's
// body: only the topmost stays.
const sheet = new CSSStyleSheet()
sheet.replaceSync(".bk-Tooltip:has(+ .bk-Tooltip) { display: none }")
document.adoptedStyleSheets.push(sheet)

export function render({model}) {
  const root = document.createElement("div")
  root.className = "curve-list"
  root.setAttribute("role", "group")
  root.setAttribute("aria-label", "curves")

  function button(entry) {
    const node = document.createElement("button")
    node.type = "button"
    node.dataset.key = entry.key
    node.setAttribute("aria-label", `${entry.group}: ${entry.name}`)
    node.title = `Hide or show ${entry.group}: ${entry.name}`
    node.innerHTML = '<svg viewBox="0 0 20 8" width="20" height="8" aria-hidden="true">' +
      '<line x1="0" x2="20" y1="4" y2="4"/></svg>'
    node.querySelector("line").setAttribute("stroke-dasharray", entry.dash)
    node.append(entry.name)
    node.addEventListener("click", () => model.send_msg(entry.key))
    return node
  }

  function group(name) {
    const node = document.createElement("span")
    node.className = "group"
    const title = document.createElement("b")
    title.textContent = name
    const entries = model.entries.filter((entry) => entry.group === name)
    node.style.setProperty("--hue", entries[0].color)
    node.append(title, ...entries.map(button))
    return node
  }

  function press() {
    for (const node of root.querySelectorAll("button"))
      node.setAttribute("aria-pressed", String(!model.hidden.includes(node.dataset.key)))
  }

  function build() {
    const focused = root.getRootNode().activeElement?.dataset?.key
    const groups = new Set(model.entries.map((entry) => entry.group))
    root.replaceChildren(...[...groups].map(group))
    press()
    if (focused) for (const node of root.querySelectorAll("button"))
      if (node.dataset.key === focused) node.focus({preventScroll: true})
  }

  model.on("entries", build)
  model.on("hidden", press)
  build()
  return root
}
