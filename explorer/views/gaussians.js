// Gaussians in the plane: from rows (weight, mean, upper triangle of the covariance) to half-axes
// and an angle, and back. Coordinates: x to the right, y up.
const ROW = 6
// Paper around the unit square, as a fraction of its side.
const MARGIN = 0.05
// Standard deviations around its mean within which a pointer means a component.
const REACH = 1.5

function fromRow([weight, x, y, xx, xy, yy]) {
  const middle = (xx + yy) / 2, spread = Math.hypot((xx - yy) / 2, xy)
  const along = Math.sqrt(middle + spread)
  // The determinant keeps more digits of the shorter one than `middle - spread`.
  const across = Math.sqrt(Math.max(0, xx * yy - xy * xy)) / along
  return {weight, x, y, along, across, angle: Math.atan2(2 * xy, xx - yy) / 2}
}

function toRow({weight, x, y, along, across, angle}) {
  const c = Math.cos(angle), s = Math.sin(angle), a = along * along, b = across * across
  return [weight, x, y, a * c * c + b * s * s, (a - b) * c * s, a * s * s + b * c * c]
}

// The components of a mixture that comes as bytes.
function mixtureOf(bytes) {
  const numbers = new Float32Array(bytes)
  return Array.from({length: numbers.length / ROW},
    (_, i) => fromRow(numbers.subarray(ROW * i, ROW * (i + 1))))
}

// Pixels a unit, on a square sheet.
const scaleOf = (side) => side / (1 + 2 * MARGIN)

const toSheet = ({x, y}, side) =>
  [(x + MARGIN) * scaleOf(side), (1 + MARGIN - y) * scaleOf(side)]

const fromSheet = ([right, down], side) =>
  ({x: right / scaleOf(side) - MARGIN, y: 1 + MARGIN - down / scaleOf(side)})

// Of a point from a component's mean, in its standard deviations.
function deviations({x, y, along, across, angle}, point) {
  const c = Math.cos(angle), s = Math.sin(angle), dx = point.x - x, dy = point.y - y
  return Math.hypot((c * dx + s * dy) / along, (c * dy - s * dx) / across)
}

// The component that a point means, and its distance; null if there is none within reach.
function nearest(mixture, point) {
  let found = null
  mixture.forEach((component, index) => {
    const distance = deviations(component, point)
    if (distance <= (found?.distance ?? REACH)) found = {index, distance}
  })
  return found
}

const percent = (share) => `${Math.round(100 * share)} %`

const words = ({weight, x, y}) =>
  `weight ${percent(weight)}, centre ${x.toFixed(2)}, ${y.toFixed(2)}`
