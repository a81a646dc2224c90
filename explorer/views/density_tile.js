// A tile with a density. Tells the server when a frame is on the screen, so that it sends the next
// one only then. The rest of the tile is in `tile.js`, the painter in `density.js`.
export function render({model}) {
  const {root, stage} = tile(model)
  const canvas = make("canvas", "", stage)
  canvas.setAttribute("role", "img")

  function paint() {
    if (!model.frame.rows) return
    paintLevels(canvas, model.frame, model.dark)
    canvas.setAttribute("aria-label", model.frame.text)
    canvas.dataset.iteration = model.frame.number
  }

  function paintAndReport() {
    paint()
    const {ticket} = model.frame
    if (ticket) requestAnimationFrame(() => model.send_msg(ticket))
  }

  model.on("frame", paintAndReport)
  model.on("dark", paint)
  paintAndReport()
  return root
}
