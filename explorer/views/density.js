// Paints densities that arrive as one byte a cell. Tells the server when a frame is on the screen,
// so that it sends the next one only then.
const SHADES = {
  light: [[0, 255, 255, 255, 0], [0.08, 214, 222, 250, 1], [0.45, 84, 113, 222, 1],
    [0.8, 36, 48, 148, 1], [1, 14, 18, 84, 1]],
  dark: [[0, 23, 27, 46, 0], [0.08, 38, 48, 96, 1], [0.45, 82, 106, 226, 1],
    [0.8, 158, 178, 255, 1], [1, 236, 240, 255, 1]],
}

// 256 colours as RGBA bytes; faint densities fade into the paper.
function ramp(stops) {
  const table = new Uint8ClampedArray(4 * 256)
  for (let level = 0; level < 256; level++) {
    const t = level / 255
    const next = Math.max(1, stops.findIndex(([at]) => at >= t))
    const [a, ...from] = stops[next - 1], [b, ...to] = stops[next]
    const mix = from.map((v, c) => v + ((to[c] - v) * (t - a)) / (b - a))
    table.set([mix[0], mix[1], mix[2], 255 * mix[3]], 4 * level)
  }
  return table
}

const TABLES = {light: ramp(SHADES.light), dark: ramp(SHADES.dark)}

export function render({model}) {
  const root = document.createElement("section")
  root.className = "tile"

  function make(tag, className, parent) {
    const node = document.createElement(tag)
    node.className = className
    parent.append(node)
    return node
  }

  const head = make("header", "head", root)
  const dot = make("span", "dot", head)
  const name = make("h3", "name", head)
  const note = make("span", "note", head)
  const play = make("button", "play", head)
  play.type = "button"
  play.addEventListener("click", () => model.send_msg("toggle"))
  const stage = make("div", "stage", root)
  const canvas = make("canvas", "", stage)
  canvas.setAttribute("role", "img")
  const figures = make("dl", "figures", root)
  const reason = make("p", "reason", root)
  // Announced to screen readers: unlike the figures it changes only when a run ends.
  reason.setAttribute("role", "status")

  function title() {
    root.setAttribute("aria-label", model.label)
    dot.style.background = model.color
    name.textContent = model.label
    note.textContent = model.note
    const action = model.playing ? "Pause" : "Run"
    play.textContent = model.playing ? "❚❚" : "▶"
    play.title = `${action} ${model.label} alone`
    play.setAttribute("aria-label", `${action} ${model.label}`)
  }

  function paint() {
    const {rows, columns, pixels} = model.frame
    if (!rows) return
    const bytes = new Uint8Array(pixels)
    const table = TABLES[model.dark ? "dark" : "light"]
    if (canvas.width !== columns || canvas.height !== rows) {
      canvas.width = columns
      canvas.height = rows
    }
    const context = canvas.getContext("2d")
    const image = context.createImageData(columns, rows)
    for (let i = 0, at = 0; i < bytes.length; i++) {
      const from = 4 * bytes[i]
      image.data[at++] = table[from]
      image.data[at++] = table[from + 1]
      image.data[at++] = table[from + 2]
      image.data[at++] = table[from + 3]
    }
    context.putImageData(image, 0, 0)
    canvas.setAttribute("aria-label", model.frame.text)
    canvas.dataset.iteration = model.frame.number
  }

  function tell() {
    figures.replaceChildren(...Object.entries(model.figures).map(([term, value]) => {
      const pair = document.createElement("div")
      make("dt", "", pair).textContent = term
      make("dd", "", pair).textContent = value
      return pair
    }))
    if (reason.textContent !== model.reason) reason.textContent = model.reason
    reason.title = model.reason
  }

  function paintAndReport() {
    paint()
    const {ticket} = model.frame
    if (ticket) requestAnimationFrame(() => model.send_msg(ticket))
  }

  model.on("frame", paintAndReport)
  model.on("dark", paint)
  model.on(["label", "note", "color", "playing"], title)
  model.on(["figures", "reason"], tell)
  title()
  tell()
  paintAndReport()
  return root
}
