// A point in a polygon whose corners are the marginals, and one slider a marginal: both set the
// same weights, which sum to 1. Wachspress coordinates turn the point into weights.
const SVG = "http://www.w3.org/2000/svg"
const THUMBNAIL = 44, GAP = 34, SNAP = 0.012

// A square stands on its side, so it may reach further out than the others.
const radius = (count) => (count === 4 ? 135 : 105)

function corners(count) {
  const r = radius(count)
  if (count === 2) return [[-r, 0], [r, 0]]
  const turn = count === 4 ? -0.75 * Math.PI : -0.5 * Math.PI
  return Array.from({length: count}, (_, i) => {
    const angle = turn + (2 * Math.PI * i) / count
    return [r * Math.cos(angle), r * Math.sin(angle)]
  })
}

function area(a, b, c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

// Weights of a point; one outside is first drawn towards the centre until it is inside.
function weightsAt(point, polygon) {
  const count = polygon.length
  if (count === 2) {
    const t = Math.min(1, Math.max(0, 0.5 + point[0] / (2 * radius(count))))
    return snapped([1 - t, t])
  }
  const edges = (p) => polygon.map((v, i) => area(v, polygon[(i + 1) % count], p))
  const centre = edges([0, 0])
  const shrink = edges(point).reduce(
    (t, a, i) => (a < 0 ? Math.min(t, centre[i] / (centre[i] - a)) : t), 1)
  const heights = edges([point[0] * shrink, point[1] * shrink]).map((a) => Math.max(0, a))
  const raw = polygon.map((_, i) => heights.reduce(
    (product, a, j) => (j === i || j === (i + count - 1) % count ? product : product * a), 1))
  const total = raw.reduce((a, b) => a + b)
  return snapped(raw.map((w) => w / total))
}

// Weights too small to see become zero, so that edges and corners can be reached by hand.
function snapped(weights) {
  const kept = weights.map((w) => (w < SNAP ? 0 : w))
  const total = kept.reduce((a, b) => a + b)
  return kept.map((w) => w / total)
}

function pointOf(weights, polygon) {
  return [0, 1].map((d) => weights.reduce((sum, w, i) => sum + w * polygon[i][d], 0))
}

// Whole percents where they are exact, so that what is shown sums to 100.
const percent = (w) =>
  `${(100 * w).toFixed(Math.abs(100 * w - Math.round(100 * w)) > 0.04 ? 1 : 0)} %`

function make(name, attributes, parent) {
  const node = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  parent.appendChild(node)
  return node
}

export function render({model, el}) {
  const root = document.createElement("div")
  root.className = "weights"
  let polygon = [], handle, spokes = [], rows = [], pad
  let now = model.weights
  const {tell} = shared(model, "weights", (news) => {
    now = news
    if (now.length === polygon.length) show()
    else build()
  })

  function send(next) {
    if (String(next) !== String(now)) tell(next)
    now = next
    show()
  }

  function show() {
    if (now.length !== polygon.length) return
    const [x, y] = pointOf(now, polygon)
    handle.setAttribute("transform", `translate(${x} ${y})`)
    now.forEach((w, i) => {
      spokes[i].setAttribute("x1", x)
      spokes[i].setAttribute("y1", y)
      spokes[i].setAttribute("stroke-width", 1 + 6 * w)
      const {slider, label} = rows[i]
      if (slider.getRootNode().activeElement !== slider || !slider.matches(":active"))
        slider.value = 100 * w
      slider.style.setProperty("--filled", `${100 * w}%`)
      slider.setAttribute("aria-valuetext", percent(w))
      label.textContent = percent(w)
    })
    const text = now.map((w, i) => `${model.labels[i]} ${percent(w)}`).join(", ")
    pad.setAttribute("aria-valuetext", text)
    pad.setAttribute("aria-valuenow", Math.round(100 * Math.max(...now)))
  }

  // Moving one slider scales the others, which keep their proportions.
  function slide(i, value) {
    const rest = 1 - now[i]
    const others = now.length - 1
    send(now.map((w, j) =>
      j === i ? value : rest > 1e-9 ? (w * (1 - value)) / rest : (1 - value) / others))
  }

  function toPoint(event) {
    const inverse = pad.getScreenCTM().inverse()
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(inverse)
    return [at.x, at.y]
  }

  function buildPad() {
    pad = document.createElementNS(SVG, "svg")
    const flat = polygon.length === 2
    pad.setAttribute("viewBox", flat ? "-160 -50 320 100" : "-160 -160 320 320")
    Object.entries({
      class: "pad", role: "slider", tabindex: "0", "aria-label": "weights",
      "aria-valuemin": 0, "aria-valuemax": 100,
    }).forEach(([key, value]) => pad.setAttribute(key, value))
    const outline = polygon.map((p) => p.join(",")).join(" ")
    make("polygon", {class: "field", points: outline}, pad)
    spokes = polygon.map(([x, y], i) =>
      make("line", {x2: x, y2: y, stroke: model.colors[i], "stroke-linecap": "round"}, pad))
    polygon.forEach(([x, y], i) => {
      const reach = 1 + GAP / radius(polygon.length)
      make("image", {
        href: model.thumbnails[i], width: THUMBNAIL, height: THUMBNAIL,
        x: x * reach - THUMBNAIL / 2, y: y * reach - THUMBNAIL / 2,
      }, pad)
    })
    handle = make("g", {class: "handle"}, pad)
    make("circle", {r: 11}, handle)
    const drag = (event) => send(weightsAt(toPoint(event), polygon))
    pad.addEventListener("pointerdown", (event) => {
      pad.setPointerCapture(event.pointerId)
      pad.focus({preventScroll: true})
      drag(event)
      event.preventDefault()
    })
    pad.addEventListener("pointermove", (event) => {
      if (pad.hasPointerCapture(event.pointerId)) drag(event)
    })
    pad.addEventListener("keydown", onKey)
    return pad
  }

  function onKey(event) {
    const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}
    const move = moves[event.key]
    if (event.key === "Home") send(polygon.map(() => 1 / polygon.length))
    else if (move) {
      const size = event.shiftKey ? 20 : 5
      const from = pointOf(now, polygon)
      send(weightsAt([from[0] + size * move[0], from[1] + size * move[1]], polygon))
    } else return
    event.preventDefault()
  }

  function buildRow(name, i) {
    const row = document.createElement("label")
    row.className = "row"
    row.style.setProperty("--hue", model.colors[i])
    const title = document.createElement("span")
    title.className = "name"
    title.textContent = name
    const slider = document.createElement("input")
    Object.assign(slider, {type: "range", min: 0, max: 100, step: 0.1})
    slider.setAttribute("aria-label", `weight of ${name}`)
    slider.addEventListener("input", () => slide(i, slider.valueAsNumber / 100))
    const label = document.createElement("span")
    label.className = "value"
    row.append(title, slider, label)
    rows.push({slider, label})
    return row
  }

  function build() {
    // Weights, labels, colours and thumbnails arrive together; anything else is a passing state.
    const lists = [model.weights, model.labels, model.colors, model.thumbnails]
    if (lists.some((list) => list.length !== model.labels.length)) return
    polygon = corners(model.labels.length)
    rows = []
    now = model.weights
    root.replaceChildren(buildPad(), ...model.labels.map(buildRow))
    show()
  }

  const move = (event) => onKey(event.detail) // arrows pressed while nothing has the focus
  window.addEventListener("move-weights", move)
  model.on("remove", () => window.removeEventListener("move-weights", move))
  // Pictures that are drawn on the side come late: the pad may be under a hand already.
  function dress() {
    const images = [...root.querySelectorAll("image")]
    if (images.length !== model.thumbnails.length) return build()
    images.forEach((image, i) => image.setAttribute("href", model.thumbnails[i]))
  }

  model.on(["labels", "colors"], build)
  model.on("thumbnails", dress)
  build()
  return root
}
