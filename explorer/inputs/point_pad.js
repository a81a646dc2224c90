// The unit square, y upwards, to set points in: by a press, or many at a distance by dragging.
const MOST = 2000, UNDO_STEPS = 50
const DISTANCE = 0.022, ERASER = 0.04, KEY_STEP = 0.02
const UNITS = 1000 // of the picture, along a side

const clamp = (value) => Math.min(1, Math.max(0, value))
const distance = ([x, y], [u, v]) => Math.hypot(x - u, y - v)

function make(name, attributes, ...children) {
  const node = document.createElement(name)
  return fill(node, attributes, children)
}
function draw(name, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name)
  return fill(node, attributes, children)
}
function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  node.append(...children)
  return node
}

export function render({model}) {
  let points, history
  let at = [0.5, 0.5], erasing = false, starts = true

  const dots = draw("path", {class: "dots"})
  const pointer = draw("g", {class: "pointer"},
    draw("path", {d: "M-22 0H22M0 -22V22"}), draw("circle", {r: ERASER * UNITS}))
  const picture = draw("svg", {
    viewBox: `0 0 ${UNITS} ${UNITS}`, tabindex: 0, role: "application", "aria-label": "point pad",
    "aria-description": "Arrow keys move the cross, Enter or Space sets a point there, " +
      "Delete removes the nearest one, Ctrl+Z undoes.",
  }, dots, pointer)
  const status = make("div", {class: "status", role: "status"})
  const paper = make("div", {class: "paper"}, picture, status)

  const sending = sender(model, () =>
    points.length ? Float32Array.from(points.flat()).buffer : null)

  function words() {
    if (points.length === 0) return "Press or drag to set points"
    if (points.length === MOST) return `${MOST} points, no more fit`
    return points.length === 1 ? "1 point" : `${points.length} points`
  }

  function show() {
    const place = ([x, y]) => `M${(UNITS * x).toFixed(1)} ${(UNITS * (1 - y)).toFixed(1)}h0`
    dots.setAttribute("d", points.map(place).join(""))
    dots.style.stroke = model.color
    paper.classList.toggle("blank", points.length === 0)
    status.textContent = words()
  }

  function showPointer() {
    const [x, y] = at
    pointer.setAttribute("transform", `translate(${UNITS * x} ${UNITS * (1 - y)})`)
  }

  function set(next) {
    points = next
    show()
    sending.changed()
  }

  // All changes since `starts` was last set are undone together.
  function take(next) {
    if (next.length === points.length) return
    if (starts) history.push(points)
    if (history.length > UNDO_STEPS) history.shift()
    starts = false
    set(next)
  }

  function press() {
    starts = true
    if (erasing) erase([at])
    else take([...points, at].slice(0, MOST))
  }

  function erase(places) {
    take(points.filter((point) => places.every((place) => distance(place, point) > ERASER)))
  }

  function spray(places) {
    const next = [...points]
    for (const place of places)
      if (next.length < MOST && next.every((point) => distance(place, point) >= DISTANCE))
        next.push(place)
    take(next)
  }

  // Fast pointers report far apart, but what they pass is theirs as well.
  function between(from, to) {
    const steps = Math.ceil(distance(from, to) / (DISTANCE / 4))
    return Array.from({length: steps}, (_, i) =>
      from.map((start, d) => start + ((i + 1) / steps) * (to[d] - start)))
  }

  function removeNearest() {
    const gaps = points.map((point) => distance(at, point))
    const nearest = gaps.indexOf(Math.min(...gaps))
    starts = true
    take(points.filter((_, i) => i !== nearest))
  }

  function clear() {
    starts = true
    take([])
  }

  function undo() {
    if (history.length) set(history.pop())
  }

  function begin() {
    sending.begin()
    const numbers = new Float32Array(new Uint8Array(model.sheet.content).buffer)
    points = Array.from({length: numbers.length / 2}, (_, i) => [numbers[2 * i], numbers[2 * i + 1]])
    history = []
    show()
  }

  function moveTo(event) {
    const box = picture.getBoundingClientRect()
    at = [clamp((event.clientX - box.left) / box.width),
      clamp((box.bottom - event.clientY) / box.height)]
    showPointer()
  }

  picture.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return
    picture.setPointerCapture(event.pointerId)
    picture.focus({preventScroll: true})
    moveTo(event)
    press()
    event.preventDefault()
  })
  picture.addEventListener("pointermove", (event) => {
    if (!event.isPrimary) return
    const from = at
    moveTo(event)
    if (!picture.hasPointerCapture(event.pointerId)) return
    if (erasing) erase(between(from, at))
    else spray(between(from, at))
  })
  picture.addEventListener("lostpointercapture", sending.finish)
  picture.addEventListener("keydown", (event) => {
    const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}
    const move = moves[event.key]
    if (move) {
      const step = event.shiftKey ? 5 * KEY_STEP : KEY_STEP
      at = at.map((position, d) => clamp(position + step * move[d]))
      showPointer()
    } else if (event.key === "Enter" || event.key === " ") press()
    else if (event.key === "Delete" || event.key === "Backspace") removeNearest()
    else return
    event.preventDefault()
  })

  const button = (name, act) => {
    const node = make("button", {type: "button"}, name)
    node.addEventListener("click", act)
    return node
  }
  const eraser = button("Erase", () => {
    erasing = !erasing
    reflect()
  })
  function reflect() {
    eraser.setAttribute("aria-pressed", String(erasing))
    paper.classList.toggle("erasing", erasing)
  }
  const palette = make("div", {class: "palette"},
    eraser, button("Undo", undo), button("Clear", clear))
  const root = make("div", {class: "points"}, paper, palette)
  root.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "z") return
    undo()
    event.preventDefault()
  })

  model.on("sheet", begin)
  model.on("color", show)
  begin()
  reflect()
  showPointer()
  return root
}
