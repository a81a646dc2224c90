// A tile with a volume. Tells the server when a frame is on the screen, so that it sends the next
// one only then. Frames never change the camera.
const REST = 250 // ms without a change after which the picture is at rest

export function render({model}) {
  const {root, stage} = tile(model)
  const parts = make("div", "volume", stage)
  const scene = make("div", "scene", parts)
  scene.tabIndex = 0
  scene.title = "Drag to turn, scroll to zoom"
  scene.setAttribute("role", "application")
  scene.setAttribute("aria-label", "camera")
  scene.setAttribute("aria-description",
    "Drag to turn, scroll to zoom. Arrow keys turn, plus and minus zoom, 0 goes back.")
  const canvas = make("canvas", "", scene)
  canvas.setAttribute("role", "img")
  slices(parts, model)

  let shown = null // the frame that the painter has
  let due = 0 // the ticket to be sent once it is on the screen
  let timer = null, turned = -Infinity, resting = false
  const camera = orbit(scene, model, () => {
    turned = performance.now()
    stir()
  })
  const painter = volumeScene(canvas, model.optics, show) ?? serverPictures(canvas, model)

  async function show() {
    const {frame} = model
    if (!painter.displays.includes(frame.display)) return
    due = frame.ticket || due
    await painter.take(frame)
    shown = frame
    stir()
  }

  // Something changes: draw it, and once more when all is at rest.
  function stir() {
    resting = false
    draw()
    clearTimeout(timer)
    timer = setTimeout(() => {
      resting = true
      draw()
    }, REST)
  }

  function draw() {
    const size = [scene.clientWidth, scene.clientHeight]
    if (!size[0]) return
    const turning = !resting && performance.now() - turned < REST
    painter.draw({camera: camera(), turning, resting, size, color: model.color, dark: model.dark})
    if (!shown) return
    canvas.setAttribute("aria-label", shown.text)
    canvas.dataset.iteration = shown.number
    const ticket = due
    due = 0
    if (ticket) requestAnimationFrame(() => model.send_msg(ticket))
  }

  const resized = new ResizeObserver(stir)
  resized.observe(scene)
  model.on("frame", show)
  model.on(["dark", "color"], stir)
  model.on("remove", () => {
    resized.disconnect()
    clearTimeout(timer)
    painter.release()
  })
  show()
  return root
}
