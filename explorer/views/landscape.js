// A function over the cloud's window, painted by `density.js`, with marks over it.
const SVG = "http://www.w3.org/2000/svg"
const ARM = 0.022, RING = 0.026 // in units of the window's side

function shape(name, parent, attributes) {
  const node = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  parent.append(node)
  return node
}

export function render({model}) {
  const root = document.createElement("section")
  root.className = "tile"
  root.setAttribute("aria-label", model.label)
  root.innerHTML = `<header class="head"><h3 class="name"></h3></header>
    <div class="stage"><canvas role="img"></canvas>
    <svg viewBox="0 0 1 1" aria-hidden="true"></svg>
    <p class="empty"></p></div><p class="legend"></p>`
  const [name, canvas, marks, empty, legend] =
    [".name", "canvas", "svg", ".empty", ".legend"].map((part) => root.querySelector(part))
  name.textContent = model.label
  empty.textContent = model.invitation

  // A path with paper around it, in its colour.
  function mark(path, color) {
    for (const [className, width] of [["halo", 0.02], ["mark", 0.009]])
      shape("path", marks,
        {class: className, "stroke-width": width, d: path, style: `--hue: ${color}`})
  }

  function paint() {
    const {frame} = model, shown = Boolean(frame.rows)
    canvas.hidden = !shown
    empty.hidden = shown
    marks.replaceChildren()
    legend.textContent = shown
      ? `${model.formula}${frame.note}: ${model.dark ? "bright" : "dark"} is ${model.lowest}` : ""
    if (!shown) return
    paintLevels(canvas, frame, model.dark)
    canvas.setAttribute("aria-label", frame.text)
    const placed = ([x, y]) => [x - 0.5, 0.5 - y].map((u) => 0.5 + u / (2 * frame.half))
    frame.partners.map(placed).forEach(([x, y], k) => mark(
      `M${x - ARM} ${y - ARM}l${2 * ARM} ${2 * ARM}m0 ${-2 * ARM}l${-2 * ARM} ${2 * ARM}`,
      frame.colors[k]))
    const [x, y] = placed(frame.best)
    const arc = `a${RING} ${RING} 0 1 0`
    mark(`M${x - RING} ${y}${arc} ${2 * RING} 0${arc} ${-2 * RING} 0`, "currentColor")
  }

  model.on(["frame", "dark"], paint)
  paint()
  return root
}
