// Paints densities that arrive as one byte a cell.
const SHADES = {
  light: [[0, 255, 255, 255, 0], [0.08, 214, 222, 250, 1], [0.45, 84, 113, 222, 1],
    [0.8, 36, 48, 148, 1], [1, 14, 18, 84, 1]],
  dark: [[0, 23, 27, 46, 0], [0.08, 38, 48, 96, 1], [0.45, 82, 106, 226, 1],
    [0.8, 158, 178, 255, 1], [1, 236, 240, 255, 1]],
}

// 256 colours as RGBA bytes; faint densities fade into the paper.
function ramp(stops) {
  const table = new Uint8ClampedArray(4 * 256)
  for (let level = 0; level < 256; level++) {
    const t = level / 255
    const next = Math.max(1, stops.findIndex(([at]) => at >= t))
    const [a, ...from] = stops[next - 1], [b, ...to] = stops[next]
    const mix = from.map((v, c) => v + ((to[c] - v) * (t - a)) / (b - a))
    table.set([mix[0], mix[1], mix[2], 255 * mix[3]], 4 * level)
  }
  return table
}

const TABLES = {light: ramp(SHADES.light), dark: ramp(SHADES.dark)}

// Paints levels, row by row, on a canvas of as many pixels.
function paintLevels(canvas, {rows, columns, pixels}, dark) {
  const bytes = new Uint8Array(pixels)
  const table = TABLES[dark ? "dark" : "light"]
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns
    canvas.height = rows
  }
  const context = canvas.getContext("2d")
  const image = context.createImageData(columns, rows)
  for (let i = 0, at = 0; i < bytes.length; i++) {
    const from = 4 * bytes[i]
    image.data[at++] = table[from]
    image.data[at++] = table[from + 1]
    image.data[at++] = table[from + 2]
    image.data[at++] = table[from + 3]
  }
  context.putImageData(image, 0, 0)
}
