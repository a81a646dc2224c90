// What `transport.js` draws with: cells coloured by origin, arrows, a cross.
const SHORTEST = 5

// For each byte of a coordinate, the step of the colour map between two edges of a box.
function stepsBetween(low, high, steps) {
  return Uint8Array.from({length: 256}, (_, byte) => {
    const t = (byte / 255 - low) / (high - low)
    return Math.round(Math.min(1, Math.max(0, t)) * (steps - 1))
  })
}

// Draw cells of opacity `levels`, coloured by their origin (rows first, then columns).
function paintCells(canvas, {rows, columns, levels, origin, box, colours: {steps, bytes}}) {
  canvas.width = columns
  canvas.height = rows
  const context = canvas.getContext("2d")
  const image = context.createImageData(columns, rows), count = rows * columns
  const [top, left, bottom, right] = box
  const down = stepsBetween(top, bottom, steps), across = stepsBetween(left, right, steps)
  for (let i = 0; i < count; i++) {
    const from = 3 * (steps * down[origin[i]] + across[origin[count + i]])
    image.data[4 * i] = bytes[from]
    image.data[4 * i + 1] = bytes[from + 1]
    image.data[4 * i + 2] = bytes[from + 2]
    image.data[4 * i + 3] = levels[i]
  }
  context.putImageData(image, 0, 0)
}

// Cells that lie where they come from.
function ownPlaces(rows, columns) {
  const byte = (k) => Math.round((255 * (k + 0.5)) / Math.max(rows, columns))
  const count = rows * columns, places = new Uint8Array(2 * count)
  for (let i = 0; i < count; i++) {
    places[i] = byte(Math.floor(i / columns))
    places[count + i] = byte(i % columns)
  }
  return places
}

function paintFlat(canvas, {rows, columns, levels, color}) {
  canvas.width = columns
  canvas.height = rows
  const context = canvas.getContext("2d")
  const image = context.createImageData(columns, rows)
  levels.forEach((level, i) => (image.data[4 * i + 3] = level))
  context.putImageData(image, 0, 0)
  context.globalCompositeOperation = "source-in"
  context.fillStyle = color
  context.fillRect(0, 0, columns, rows)
}

// Thin where the mass was, with a head where it is.
function drawNeedle(context, fromX, fromY, toX, toY) {
  const length = Math.hypot(toX - fromX, toY - fromY)
  if (length < SHORTEST) return
  const head = Math.min(7, length / 2)
  context.save()
  context.translate(toX, toY)
  context.rotate(Math.atan2(toY - fromY, toX - fromX))
  context.beginPath()
  for (const [x, y] of [[-length, 0], [-head, 0.7], [-head, 3], [0, 0], [-head, -3], [-head, -0.7]])
    context.lineTo(x, y)
  context.fill()
  context.restore()
}

// A circle with a cross around it, in the ink of the page with its paper around.
function drawCross(context, x, y, ink, paper) {
  for (const [width, color] of [[4, paper], [1.5, ink]]) {
    context.lineWidth = width
    context.strokeStyle = color
    context.beginPath()
    context.arc(x, y, 6, 0, 2 * Math.PI)
    for (const [dx, dy] of [[1, 0], [0, 1], [-1, 0], [0, -1]]) {
      context.moveTo(x + 6 * dx, y + 6 * dy)
      context.lineTo(x + 13 * dx, y + 13 * dy)
    }
    context.stroke()
  }
}
