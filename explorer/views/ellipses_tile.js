// A tile with a mixture. Tells which component the visitor points at; the server answers with
// lines. The rest of the tile is in `tile.js`, the painters in `density.js` and `ellipses.js`.
function linesOf({starts, ends, marginals, masses}) {
  if (!starts) return []
  const from = new Float32Array(starts), to = new Float32Array(ends)
  const mass = new Float32Array(masses), point = (at, i) => ({x: at[2 * i], y: at[2 * i + 1]})
  return Array.from(new Uint8Array(marginals), (marginal, i) =>
    ({from: point(from, i), to: point(to, i), marginal, mass: mass[i]}))
}

export function render({model}) {
  const {root, stage} = tile(model)
  const canvas = make("canvas", "sheet", stage)
  canvas.tabIndex = 0
  canvas.setAttribute("role", "img")
  canvas.setAttribute("aria-description", "The arrow keys choose a component, Escape lets it go.")
  const caption = make("p", "caption", stage)
  caption.setAttribute("role", "status")
  const cells = document.createElement("canvas")

  let mixture = [], marginals, lines
  let pointer = null // where it is, while it is over the picture
  let chosen = null, told = null, telling = false

  function draw() {
    const side = Math.round(window.devicePixelRatio * Math.min(stage.clientWidth,
      stage.clientHeight))
    if (!mixture.length || !side) return
    if (canvas.width !== side) canvas.width = canvas.height = side
    canvas.style.width = canvas.style.height = `${side / window.devicePixelRatio}px`
    const context = canvas.getContext("2d")
    context.clearRect(0, 0, side, side)
    context.imageSmoothingQuality = "high"
    context.drawImage(cells, 0, 0, side, side)
    drawMarginals(context, side, marginals)
    drawLines(context, side, lines, marginals.colors)
    const [, red, green, blue] = SHADES[model.dark ? "dark" : "light"][0]
    drawEllipses(context, side, mixture,
      {color: model.color, paper: `rgb(${red} ${green} ${blue})`, chosen})
  }

  function takeDensity() {
    if (mixture.length) paintLevels(cells, {rows: CELLS, columns: CELLS, pixels: levelsOf(mixture)},
      model.dark)
  }

  function takeMarginals() {
    const {rows = [], colors = []} = model.marginals
    marginals = {mixtures: rows.map(mixtureOf), colors}
  }

  function takeLines() {
    lines = linesOf(model.links)
  }

  // An index means a component of one picture only, so it is told with the picture's number.
  function choose(index) {
    chosen = index
    caption.textContent =
      index === null ? "" : `component ${index + 1}: ${words(mixture[index])}`
    draw()
    if (telling) return
    telling = true
    requestAnimationFrame(() => {
      telling = false
      const news = chosen === null ? null : `${chosen} ${model.frame.number}`
      if (news !== told) model.send_msg({choose: chosen, number: model.frame.number})
      told = news
    })
  }

  function point(event) {
    const box = canvas.getBoundingClientRect()
    pointer = fromSheet([event.clientX - box.left, event.clientY - box.top], box.width)
    choose(nearest(mixture, pointer)?.index ?? null)
  }

  function leave() {
    pointer = null
    choose(null)
  }

  function paint() {
    if (!model.frame.rows) return
    mixture = mixtureOf(model.frame.rows)
    takeDensity()
    canvas.setAttribute("aria-label", model.frame.text)
    canvas.dataset.iteration = model.frame.number
    if (pointer) choose(nearest(mixture, pointer)?.index ?? null)
    else choose(chosen < mixture.length ? chosen : null)
    const {ticket} = model.frame
    if (ticket) requestAnimationFrame(() => model.send_msg(ticket))
  }

  for (const kind of ["pointerdown", "pointermove"]) canvas.addEventListener(kind, point)
  canvas.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") leave() })
  canvas.addEventListener("blur", leave)
  canvas.addEventListener("keydown", (event) => {
    const count = mixture.length
    const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key]
    if (!count || (!step && event.key !== "Escape")) return
    pointer = null
    if (step) choose(chosen === null ? (step > 0 ? 0 : count - 1) : (chosen + step + count) % count)
    else choose(null)
    event.preventDefault()
  })

  const resized = new ResizeObserver(draw)
  resized.observe(stage)
  model.on("remove", () => resized.disconnect())
  model.on("frame", paint)
  model.on("marginals", () => { takeMarginals(); draw() })
  model.on("links", () => { takeLines(); draw() })
  model.on("dark", () => { takeDensity(); draw() })
  takeMarginals()
  takeLines()
  paint()
  return root
}
