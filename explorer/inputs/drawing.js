// A sheet of 128 × 128 cells to draw a density on, one byte a cell.
const SIDE = 128, UNDO_STEPS = 50, KEY_STEP = 2

const clamp = (value, low, high) => Math.min(high, Math.max(low, value))

// How densely a brush inks a cell at this distance from its path: soft in its outer half.
function density(distance, radius) {
  const t = clamp((radius + 0.5 - distance) / Math.max(1, radius / 2), 0, 1)
  return t * t * (3 - 2 * t)
}

// Inks or erases around a straight path. Going over a cell twice makes it no denser, so a stroke
// does not depend on how often the pointer reports.
function stroke(cells, from, to, radius, erase) {
  const range = (d) => [
    clamp(Math.floor(Math.min(from[d], to[d]) - radius - 1), 0, SIDE),
    clamp(Math.ceil(Math.max(from[d], to[d]) + radius + 1), 0, SIDE),
  ]
  const [left, right] = range(0), [top, bottom] = range(1)
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  const square = dx * dx + dy * dy || 1
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) {
      const x = column + 0.5 - from[0], y = row + 0.5 - from[1]
      const t = clamp((x * dx + y * dy) / square, 0, 1)
      const ink = 255 * density(Math.hypot(x - t * dx, y - t * dy), radius)
      const at = SIDE * row + column
      cells[at] = erase ? Math.min(cells[at], 255 - ink) : Math.max(cells[at], ink)
    }
}

// Four passes of the weights ¼ ½ ¼ along both axes; what would leave at the border stays.
function softened(cells) {
  let now = Float32Array.from(cells)
  for (let pass = 0; pass < 4; pass++)
    for (const [along, across] of [[1, SIDE], [SIDE, 1]]) {
      const next = new Float32Array(now.length)
      for (let line = 0; line < SIDE; line++)
        for (let i = 0; i < SIDE; i++) {
          const value = (k) => now[across * line + along * clamp(k, 0, SIDE - 1)]
          next[across * line + along * i] = (value(i - 1) + 2 * value(i) + value(i + 1)) / 4
        }
      now = next
    }
  return Uint8ClampedArray.from(now)
}

function make(name, attributes, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  node.append(...children)
  return node
}

export function render({model}) {
  let cells, history
  let at = [SIDE / 2, SIDE / 2], erasing = false, mirroring = false

  const canvas = make("canvas", {
    width: SIDE, height: SIDE, tabindex: 0, role: "application", "aria-label": "drawing pad",
    "aria-description": "Arrow keys move the brush, Enter or Space puts a dab, Ctrl+Z undoes.",
  })
  const brush = make("div", {class: "brush"})
  const hint = make("div", {class: "hint", role: "status"})
  const paper = make("div", {class: "paper"}, canvas, hint, brush)
  const size = make("input", {type: "range", min: 2, max: 40, "aria-label": "brush size"})
  size.value = 12
  const radius = () => size.valueAsNumber / 2
  const blank = () => cells.every((value) => value === 0)

  function show() {
    const context = canvas.getContext("2d")
    const image = context.createImageData(SIDE, SIDE)
    cells.forEach((value, i) => { image.data[4 * i + 3] = value })
    context.putImageData(image, 0, 0)
    context.globalCompositeOperation = "source-in"
    context.fillStyle = model.color
    context.fillRect(0, 0, SIDE, SIDE)
    const words = blank() ? "Draw something" : ""
    if (hint.textContent !== words) hint.textContent = words
  }

  function showBrush() {
    const percent = (length) => `${(100 * length) / SIDE}%`
    brush.style.left = percent(at[0])
    brush.style.top = percent(at[1])
    brush.style.width = percent(2 * radius())
  }

  const sending = sender(model, () => (blank() ? null : cells.slice().buffer))

  function changed() {
    show()
    sending.changed()
  }

  function remember() {
    history.push(cells.slice())
    if (history.length > UNDO_STEPS) history.shift()
  }

  function paint(from, to) {
    const mirrored = ([x, y]) => [SIDE - x, y]
    stroke(cells, from, to, radius(), erasing)
    if (mirroring) stroke(cells, mirrored(from), mirrored(to), radius(), erasing)
    changed()
  }

  function replace(next) {
    if (blank()) return
    remember()
    cells = next
    changed()
  }

  function undo() {
    if (history.length === 0) return
    cells = history.pop()
    changed()
  }

  function begin() {
    sending.begin()
    cells = new Uint8ClampedArray(new Uint8Array(model.sheet.content))
    history = []
    show()
  }

  function moveTo(event) {
    const box = canvas.getBoundingClientRect()
    at = [(SIDE * (event.clientX - box.left)) / box.width,
      (SIDE * (event.clientY - box.top)) / box.height]
    showBrush()
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return
    canvas.setPointerCapture(event.pointerId)
    canvas.focus({preventScroll: true})
    moveTo(event)
    remember()
    paint(at, at)
    event.preventDefault()
  })
  canvas.addEventListener("pointermove", (event) => {
    if (!event.isPrimary) return
    const from = at
    moveTo(event)
    if (canvas.hasPointerCapture(event.pointerId)) paint(from, at)
  })
  canvas.addEventListener("lostpointercapture", sending.finish)
  canvas.addEventListener("keydown", (event) => {
    const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}
    const move = moves[event.key]
    if (move) {
      const step = event.shiftKey ? 5 * KEY_STEP : KEY_STEP
      at = at.map((position, d) => clamp(position + step * move[d], 0, SIDE))
      showBrush()
    } else if (event.key === "Enter" || event.key === " ") {
      remember()
      paint(at, at)
    } else return
    event.preventDefault()
  })

  const button = (name, act) => {
    const node = make("button", {type: "button"}, name)
    node.addEventListener("click", act)
    return node
  }
  const tools = [
    [button("Brush", () => { erasing = false }), () => !erasing],
    [button("Eraser", () => { erasing = true }), () => erasing],
    [button("Mirror", () => { mirroring = !mirroring }), () => mirroring],
  ]
  function reflect() {
    for (const [node, pressed] of tools) node.setAttribute("aria-pressed", String(pressed()))
    paper.classList.toggle("mirrored", mirroring)
  }
  const palette = make("div", {class: "palette"},
    ...tools.map(([node]) => node),
    button("Blur", () => replace(softened(cells))),
    button("Undo", undo),
    button("Clear", () => replace(new Uint8ClampedArray(SIDE * SIDE))))
  palette.addEventListener("click", reflect)
  size.addEventListener("input", showBrush)

  const root = make("div", {class: "drawing"}, paper, palette,
    make("label", {class: "size"}, "Brush size", size))
  root.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "z") return
    undo()
    event.preventDefault()
  })

  model.on("sheet", begin)
  model.on("color", show)
  begin()
  reflect()
  showBrush()
  return root
}
