// Paints a mixture as its density with ellipses at one and two standard deviations, and what
// belongs to it: the marginals' ellipses and the lines of plans. `exports/ellipses.py` paints the
// same for files.
const CELLS = 128
// Beyond so many standard deviations a density is invisible.
const FAR = 4
// Sheets of this many pixels have lines as wide as is said here.
const USUAL = 400

// The density in the cells of the sheet, one byte each, 255 at its maximum.
function levelsOf(mixture) {
  const density = new Float32Array(CELLS * CELLS)
  const cell = (1 + 2 * MARGIN) / CELLS
  for (const component of mixture) {
    const {weight, x, y, along, across, angle} = component
    const c = Math.cos(angle), s = Math.sin(angle), peak = weight / (along * across)
    const reach = [Math.hypot(along * c, across * s), Math.hypot(along * s, across * c)]
    const [right, down] = toSheet(component, CELLS)
    const range = (middle, d) => [
      Math.max(0, Math.floor(middle - (FAR * reach[d]) / cell)),
      Math.min(CELLS, Math.ceil(middle + (FAR * reach[d]) / cell)),
    ]
    const [left, end] = range(right, 0), [top, bottom] = range(down, 1)
    for (let row = top; row < bottom; row++) {
      const dy = (down - row - 0.5) * cell
      for (let column = left; column < end; column++) {
        const dx = (column + 0.5 - right) * cell
        const u = (c * dx + s * dy) / along, v = (c * dy - s * dx) / across
        density[CELLS * row + column] += peak * Math.exp(-(u * u + v * v) / 2)
      }
    }
  }
  const full = density.reduce((most, value) => Math.max(most, value), 0) || 1
  return Uint8Array.from(density, (value) => (255 * value) / full)
}

// The path of a component's ellipse at so many standard deviations.
function trace(context, side, component, sigmas) {
  const [x, y] = toSheet(component, side), scale = sigmas * scaleOf(side)
  context.beginPath()
  context.ellipse(x, y, scale * component.along, scale * component.across, -component.angle,
    0, 2 * Math.PI)
}

function stroke(context, width, color, opacity = 1) {
  context.lineWidth = width
  context.strokeStyle = color
  context.globalAlpha = opacity
  context.stroke()
  context.globalAlpha = 1
}

function drawMarginals(context, side, {mixtures, colors}) {
  mixtures.forEach((mixture, k) => {
    for (const component of mixture) {
      trace(context, side, component, 1)
      stroke(context, side / USUAL, colors[k], 0.6)
    }
  })
}

// As wide as their mass is large.
function drawLines(context, side, lines, colors) {
  context.lineCap = "round"
  for (const {from, to, marginal, mass} of lines) {
    context.beginPath()
    context.moveTo(...toSheet(from, side))
    context.lineTo(...toSheet(to, side))
    stroke(context, ((0.75 + 9 * mass) * side) / USUAL, colors[marginal], 0.75)
  }
}

// On a rim of paper, so that they show on any density; the heaviest is opaque.
function drawEllipses(context, side, mixture, {color, paper, chosen}) {
  const width = side / USUAL
  const heaviest = Math.max(...mixture.map(({weight}) => weight))
  mixture.forEach((component, index) => {
    const opacity = index === chosen ? 1 : 0.25 + (0.75 * component.weight) / heaviest
    const bold = index === chosen ? 3.5 : 2
    trace(context, side, component, 1)
    stroke(context, (bold + 2) * width, paper, 0.8 * opacity)
    stroke(context, bold * width, color, opacity)
    trace(context, side, component, 2)
    stroke(context, 0.8 * width, color, 0.8 * opacity)
  })
}
