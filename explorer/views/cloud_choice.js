// A dot that the visitor points at, presses or walks to with the arrow keys.
const WITHIN = 12 // CSS pixels from the pointer to a dot

// The dot of which `far` is least and finite, with that distance; null where there is none.
function leastFar({x}, far) {
  let best = null, least = Infinity
  for (let k = 0; k < x.length; k++) {
    const distance = far(k)
    if (distance < least) [best, least] = [k, distance]
  }
  return [best, least]
}

const nearestDot = (places, x, y) =>
  leastFar(places, (k) => Math.hypot(places.x[k] - x, places.y[k] - y))

// The dot at a place on the screen, null for none.
function dotAt(places, x, y) {
  const [found, distance] = nearestDot(places, x, y)
  return distance <= WITHIN ? found : null
}

// The next dot in a direction, no further aside than ahead; the old one where there is none.
function dotBeyond(places, from, [right, down]) {
  const [found] = leastFar(places, (k) => {
    const dx = places.x[k] - places.x[from], dy = places.y[k] - places.y[from]
    const ahead = right * dx + down * dy, aside = Math.abs(right * dy - down * dx)
    return ahead > 0 && aside <= ahead ? ahead + aside : Infinity
  })
  return found ?? from
}

// Lets a visitor choose a dot on a canvas, and ask where a place or dot may go. `shown` gives the
// dots' places, the iterate's number and, of a place on the screen, that in the window, null in
// space; `changed` is called with each new choice.
function choice(canvas, model, shown, changed) {
  const steps = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}
  let chosen = null, spot = null, count = 0 // the dot, its place, and of how many
  let told = "", waiting = false

  // Tells the server once a painted frame at most.
  function tell() {
    if (waiting) return
    waiting = true
    requestAnimationFrame(() => {
      waiting = false
      const {number} = shown(), message = chosen === null ? "" : `${chosen} ${number}`
      if (message === told) return
      told = message
      model.send_msg({chosen: [chosen, number]})
    })
  }

  function remember() {
    const {places} = shown()
    count = places.x.length
    spot = chosen === null ? null : [places.x[chosen], places.y[chosen]]
  }

  function choose(index) {
    if (index === chosen) return
    chosen = index
    remember()
    changed()
    tell()
  }

  // The dot that stays chosen in a new frame: the same one, or if their number has changed the one
  // that is now where it was.
  function follow() {
    if (chosen === null) return
    const {places} = shown()
    if (places.x.length !== count) chosen = dotAt(places, ...spot)
    remember()
    tell()
  }

  function point(event) {
    const box = canvas.getBoundingClientRect()
    choose(dotAt(shown().places, event.clientX - box.left, event.clientY - box.top))
  }

  // Asks for the fan of a place on the screen, or of the dot there.
  const ask = (index, x, y) => model.send_msg({asked: [shown().placeAt(x, y), index]})

  function askThere(event) {
    const box = canvas.getBoundingClientRect()
    const [x, y] = [event.clientX - box.left, event.clientY - box.top]
    const dot = dotAt(shown().places, x, y)
    if (dot !== null || shown().placeAt(x, y)) ask(dot, x, y)
  }

  function walk(direction) {
    const {places} = shown(), x = canvas.clientWidth / 2, y = canvas.clientHeight / 2
    choose(chosen === null ? nearestDot(places, x, y)[0] : dotBeyond(places, chosen, direction))
  }

  if (model.asking) canvas.addEventListener("click", askThere)
  canvas.addEventListener("pointerdown", point)
  canvas.addEventListener("pointermove", (event) => event.buttons || point(event))
  canvas.addEventListener("pointerleave", (event) => {
    if (event.pointerType !== "touch") choose(null) // a finger that is lifted leaves as well
  })
  canvas.addEventListener("blur", () => choose(null))
  canvas.addEventListener("keydown", (event) => {
    if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === "Escape" && (chosen !== null || model.fan.text)) {
      choose(null)
      if (model.fan.text) model.send_msg({asked: [null, null]})
    } else if (event.key === "Enter" && model.asking && chosen !== null) ask(chosen, ...spot)
    else if (event.key in steps) walk(steps[event.key])
    else return
    event.preventDefault()
    event.stopPropagation() // or the camera would turn
  })
  return {chosen: () => chosen, follow}
}
