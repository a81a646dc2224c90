// A density whose cells have the colour of the place in one marginal that their mass comes from.
// The same colours paint that marginal below: it is the legend. The pointer finds the path that
// passes under it, and marks where that path begins in every marginal.
// The functions that draw are in `transport_ink.js`.
const LATTICE = 16, FAINT = 12, STRIDE = 1 / 64
const LOOKS = {light: {ink: "#1d2340", paper: "#fff"}, dark: {ink: "#e8ebfa", paper: "#171b2e"}}

function make(name, className, parent, attributes = {}) {
  const node = document.createElement(name)
  node.className = className
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  parent.appendChild(node)
  return node
}

const percent = (share) => `${Math.round(100 * share)} %`

export function render({model}) {
  const root = document.createElement("div")
  root.className = "transport"
  make("h3", "title", root).textContent = "Where mass comes from"
  const stage = make("div", "stage", root)
  const picture = make("canvas", "picture", stage,
    {role: "img", tabindex: 0, "aria-description": "The arrow keys move a probe over the picture."})
  const overlay = make("canvas", "overlay", stage, {"aria-hidden": true})
  const line = make("div", "line", root)
  const words = make("p", "words", line, {role: "status"})
  const arrows = make("button", "arrows", line, {type: "button", "aria-pressed": true})
  arrows.textContent = "arrows"
  const row = make("div", "marginals", root)
  const way = make("label", "way", root)
  const start = make("span", "end", way)
  const slider = make("input", "", way, {type: "range", min: 0, max: 100, step: 1})
  make("span", "end", way).textContent = "barycenter"
  const value = make("span", "value", way)

  let buttons = []
  let probe = null // where the pointer is: down and across, in units of the longest side
  let asked = null // marginal and fraction that the visitor wants and the server has not shown yet
  let sent = null // the newest request on its way
  let waiting = false // for a frame after a request
  let frame = null // the newest one that fits the marginals, with its bytes as arrays

  function receive() {
    const {pixels, origin, maps, ...rest} = model.frame
    const count = model.marginals.labels?.length
    // Frame and marginals arrive one after the other; until both are there they may not fit.
    if (!pixels || maps.byteLength !== 2 * count * rest.map_rows * rest.map_columns) {
      frame = null
      return
    }
    frame = {...rest, levels: new Uint8Array(pixels), origin: new Uint8Array(origin),
      maps: new Uint8Array(maps), longest: Math.max(rest.rows, rest.columns)}
    if (asked?.[0] === frame.marginal && asked[1] === frame.fraction) asked = null
  }

  function colours() {
    const {steps, light, dark} = model.palette
    return {steps, bytes: new Uint8Array(model.dark ? dark : light)}
  }

  const wanted = () => asked ?? [frame.marginal, frame.fraction]

  function ask(marginal, fraction) {
    asked = [marginal, fraction]
    showControls()
    send()
  }

  // One request at a time, however fast the slider moves: the last one, once a frame is painted.
  function send() {
    if (waiting || !asked || asked === sent) return
    waiting = true
    sent = asked
    model.send_msg(sent)
  }

  function showControls() {
    const [marginal, fraction] = wanted()
    const label = model.marginals.labels[marginal]
    buttons.forEach(({button}, i) => button.setAttribute("aria-pressed", i === marginal))
    start.textContent = label
    slider.value = 100 * fraction
    slider.setAttribute("aria-label", `along the way from ${label}`)
    slider.setAttribute("aria-valuetext", percent(fraction))
    value.textContent = percent(fraction)
  }

  function paintPicture() {
    paintCells(picture, {...frame, box: model.marginals.boxes[frame.marginal], colours: colours()})
    picture.setAttribute("aria-label", frame.text)
    picture.dataset.iteration = frame.number
  }

  function paintButtons() {
    const {rows, columns, pixels, boxes, colors} = model.marginals
    const all = new Uint8Array(pixels), size = rows * columns
    buttons.forEach(({canvas}, i) => {
      const levels = all.subarray(i * size, (i + 1) * size)
      if (i !== frame.marginal) paintFlat(canvas, {rows, columns, levels, color: colors[i]})
      else paintCells(canvas, {rows, columns, levels, origin: ownPlaces(rows, columns),
        box: boxes[i], colours: colours()})
    })
  }

  function buildButtons() {
    const {labels, rows, columns} = model.marginals
    row.replaceChildren()
    buttons = labels.map((label, i) => {
      const button = make("button", "marginal", row,
        {type: "button", "aria-label": `painted by ${label}`, title: `painted by ${label}`})
      const small = make("span", "small", button)
      small.style.aspectRatio = `${columns} / ${rows}`
      const canvas = make("canvas", "", small)
      const spot = make("span", "spot", small)
      make("span", "name", button).textContent = label
      button.addEventListener("click", () => ask(i, wanted()[1]))
      return {button, canvas, spot}
    })
  }

  // Where the picture lies on the stage, in CSS pixels: it keeps its proportions.
  function fit() {
    const width = stage.clientWidth, height = stage.clientHeight
    const scale = Math.min(width / frame.columns, height / frame.rows)
    const left = (width - scale * frame.columns) / 2, top = (height - scale * frame.rows) / 2
    return {scale, left, top}
  }

  // The barycenter's cell whose path passes closest to the probe: all paths are straight, from an
  // origin to the cell, and the mass has gone the same fraction of each. Returns where its mass
  // comes from in every marginal.
  function originsUnderProbe() {
    const {map_rows: rows, map_columns: columns, maps, marginal, fraction} = frame
    const count = rows * columns, longest = Math.max(rows, columns)
    const origin = (i, axis, cell) => maps[(2 * i + axis) * count + cell] / 255
    let best = 0, least = Infinity
    for (let cell = 0; cell < count; cell++) {
      const at = [Math.floor(cell / columns), cell % columns]
      const [down, across] = at.map((k, axis) => (fraction * (k + 0.5)) / longest
        + (1 - fraction) * origin(marginal, axis, cell) - probe[axis])
      const distance = down * down + across * across
      if (distance < least) [best, least] = [cell, distance]
    }
    return buttons.map((_, i) => [origin(i, 0, best), origin(i, 1, best)])
  }

  function hasMass() {
    const i = Math.min(frame.rows - 1, Math.floor(probe[0] * frame.longest))
    const j = Math.min(frame.columns - 1, Math.floor(probe[1] * frame.longest))
    return frame.levels[i * frame.columns + j] >= FAINT
  }

  function showProbe() {
    const spots = probe && hasMass() ? originsUnderProbe() : null
    const sides = [frame.rows / frame.longest, frame.columns / frame.longest]
    buttons.forEach(({spot}, i) => {
      spot.hidden = !spots
      if (!spots) return
      spot.style.top = `${(100 * spots[i][0]) / sides[0]}%`
      spot.style.left = `${(100 * spots[i][1]) / sides[1]}%`
    })
    if (!probe) words.textContent = "Hover over the picture to see where its mass comes from."
    else if (!spots) words.textContent = "There is no mass here."
    else {
      const [down, across] = spots[frame.marginal].map((at, axis) => percent(at / sides[axis]))
      words.textContent =
        `Comes from ${model.marginals.labels[frame.marginal]}, ${across} across, ${down} down.`
    }
    drawOverlay()
  }

  function drawOverlay() {
    const {scale, left, top} = fit()
    const ratio = window.devicePixelRatio
    overlay.width = Math.round(ratio * stage.clientWidth)
    overlay.height = Math.round(ratio * stage.clientHeight)
    const context = overlay.getContext("2d")
    context.scale(ratio, ratio)
    context.translate(left, top)
    const {ink, paper} = LOOKS[model.dark ? "dark" : "light"]
    if (arrows.getAttribute("aria-pressed") === "true") drawArrows(context, scale, ink)
    if (!probe) return
    const [y, x] = probe.map((at) => at * frame.longest * scale)
    drawCross(context, x, y, ink, paper)
  }

  function drawArrows(context, scale, ink) {
    const {rows, columns, levels, origin, longest} = frame
    const every = longest / LATTICE, count = rows * columns
    context.fillStyle = ink
    context.globalAlpha = 0.55
    for (let y = every / 2; y < rows; y += every) {
      for (let x = every / 2; x < columns; x += every) {
        const i = Math.floor(y) * columns + Math.floor(x)
        if (levels[i] < 64) continue
        drawNeedle(context, (origin[count + i] / 255) * longest * scale,
          (origin[i] / 255) * longest * scale, x * scale, y * scale)
      }
    }
    context.globalAlpha = 1
  }

  function moveProbe(down, across) {
    const inside = (at, side) => Math.min(side / frame.longest, Math.max(0, at))
    probe = [inside(down, frame.rows), inside(across, frame.columns)]
    showProbe()
  }

  function leave() {
    probe = null
    if (frame) showProbe()
  }

  function showAll() {
    paintPicture()
    paintButtons()
    showControls()
    showProbe()
  }

  for (const kind of ["pointerdown", "pointermove"]) picture.addEventListener(kind, (event) => {
    if (!frame) return
    const {scale, left, top} = fit(), bounds = stage.getBoundingClientRect()
    const down = event.clientY - bounds.top - top, across = event.clientX - bounds.left - left
    moveProbe(down / (scale * frame.longest), across / (scale * frame.longest))
  })
  picture.addEventListener("pointerleave", leave)
  picture.addEventListener("blur", leave)
  picture.addEventListener("keydown", (event) => {
    const moves = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}
    const move = moves[event.key]
    if (!frame) return
    if (event.key === "Escape") leave()
    else if (move) {
      const size = event.shiftKey ? 4 * STRIDE : STRIDE
      const middle = [frame.rows, frame.columns].map((side) => side / frame.longest / 2)
      const [down, across] = probe ?? middle
      moveProbe(down + size * move[0], across + size * move[1])
    } else return
    event.preventDefault()
  })
  slider.addEventListener("input", () => frame && ask(wanted()[0], slider.valueAsNumber / 100))
  arrows.addEventListener("click", () => {
    arrows.setAttribute("aria-pressed", arrows.getAttribute("aria-pressed") !== "true")
    if (frame) drawOverlay()
  })

  function takeFrame() {
    receive()
    if (frame) showAll()
    const {ticket} = model.frame
    requestAnimationFrame(() => {
      waiting = false
      send()
      if (ticket) model.send_msg(ticket)
    })
  }

  function takeMarginals() {
    asked = null
    buildButtons()
    receive()
    if (frame) showAll()
  }

  const resized = new ResizeObserver(() => frame && drawOverlay())
  resized.observe(stage)
  model.on("remove", () => resized.disconnect())
  model.on("frame", takeFrame)
  model.on("marginals", takeMarginals)
  model.on("dark", () => frame && showAll())
  if (model.marginals.labels) {
    buildButtons()
    takeFrame()
  }
  return root
}
