// A tile with a cloud. Tells the server when a frame is on the screen, so that it sends the next
// one only then. The rest of the tile is in `tile.js`, the painter in `cloud_scene.js`.
const HELP = "Arrow keys go from dot to dot, Escape leaves them."
const HELP_WITH_FANS = "Enter at a dot shows where its point of a marginal may go."
const HELP_IN_SPACE = "Drag, or Shift and arrow keys turn, plus and minus zoom, 0 goes back."

// The mass of a dot in percent, and where it is.
function told([mass, ...position], {origin, side}) {
  const at = position.map((x, d) => (origin[d] + side * x).toFixed(3)).join(", ")
  return `${(100 * mass).toPrecision(3)} % of the mass at (${at})`
}

export function render({model}) {
  const {root, stage} = tile(model)
  const turntable = make("div", "turntable", stage)
  const canvas = make("canvas", "", stage)
  canvas.tabIndex = 0
  canvas.classList.toggle("asking", model.asking)
  canvas.setAttribute("role", "img")
  const words = make("p", "chosen", stage)
  words.setAttribute("role", "status")

  let dots = new Float32Array(), dimension = 2, places = {x: []}, waiting = false
  const painter = cloudScene(canvas, model)
  const shown = () => ({
    places, number: model.frame.number,
    placeAt: (x, y) => (dimension === 2 ? painter.placeAt(x, y) : null),
  })
  const choosing = choice(canvas, model, shown, stir)
  const camera = orbit(turntable, model, stir)

  // Only in space there is something to turn: in the plane the camera must hear nothing.
  function settle() {
    const place = dimension === 3 ? turntable : stage
    if (canvas.parentNode !== place) place.prepend(canvas)
    turntable.hidden = dimension !== 3
  }

  function draw() {
    if (!canvas.clientWidth) return
    places = painter.draw(dots, dimension, camera())
    choosing.follow()
    const chosen = choosing.chosen(), stride = 1 + dimension
    if (chosen !== null) painter.ring(places, chosen)
    const lines = [model.fan.text]
    if (chosen !== null)
      lines.push(told([...dots.slice(stride * chosen, stride * (chosen + 1))], model.ruler))
    const said = lines.filter(Boolean).join("\n")
    if (words.textContent !== said) words.textContent = said // else it would be said again
  }

  // Soon, and once for all that has changed.
  function stir() {
    if (waiting) return
    waiting = true
    requestAnimationFrame(() => {
      waiting = false
      draw()
    })
  }

  function take() {
    const {frame} = model
    if (frame.dots) {
      dots = new Float32Array(frame.dots)
      dimension = frame.dimension
      settle()
      canvas.setAttribute("aria-label", frame.text)
      const help = [HELP, model.asking && HELP_WITH_FANS, dimension === 3 && HELP_IN_SPACE]
      canvas.setAttribute("aria-description", help.filter(Boolean).join(" "))
      canvas.dataset.iteration = frame.number
      draw()
    }
    if (frame.ticket) requestAnimationFrame(() => model.send_msg(frame.ticket))
  }

  const resized = new ResizeObserver(stir)
  resized.observe(stage)
  model.on("frame", take)
  model.on(["scenery", "links", "fan", "ruler", "half", "dark", "color"], stir)
  model.on("remove", () => resized.disconnect())
  settle()
  take()
  return root
}
