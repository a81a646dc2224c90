// Draws clouds, what lies under them and the lines between, on a canvas: the plane from above,
// space through the camera of `volume_camera.js`. `exports/clouds.py` draws the same for pictures.
const INKS = {light: {ink: "#1d2340", paper: "#ffffff"}, dark: {ink: "#e8ebfa", paper: "#171b2e"}}
const ABOVE = {eye: [0, 0, 1], axes: [1, 0, 0, 0, 1, 0, 0, 0, 1]}
const TINY = 0.9 // pixels
const PARTNER = 3.5, TIP = 1.6, MEAN = 6 // pixels of a radius
const FAINT = 0.35 // opacity of a fan's lines
const NEAREST = 0.05 // windows before the eye: what is closer is not seen

// How points come to lie on the screen, the window being 1 wide around the origin: `place` writes
// x and y in pixels, pixels of a window's side there, and how near it is, 0 to 1.
function lens(flat, half, camera, optics, [width, height]) {
  const scale = 1 / (2 * half), radius = (Math.sqrt(3) / 2) * scale
  const {eye, axes, focal: [across]} = flat
    ? {...ABOVE, focal: [(2 * Math.min(width, height)) / width]}
    : seen(camera, [0, 0, 0], [width, height], optics)
  const focal = (across * width) / 2, middle = Math.hypot(...eye)

  function place(x, y, z, at) {
    const u = scale * (x - 0.5) - eye[0], v = scale * (y - 0.5) - eye[1]
    const w = scale * (z - 0.5) - eye[2]
    const depth = -(axes[2] * u + axes[5] * v + axes[8] * w)
    const size = depth > NEAREST ? focal / depth : NaN // nothing is drawn at NaN
    at[0] = width / 2 + size * (axes[0] * u + axes[3] * v + axes[6] * w)
    at[1] = height / 2 - size * (axes[1] * u + axes[4] * v + axes[7] * w)
    at[2] = size
    at[3] = flat ? 1 : within((middle + radius - depth) / (2 * radius), [0, 1])
  }

  // Whether the eye is before the wall of the cube in this direction, both from the middle.
  const before = (normal, distance) =>
    scale * distance > normal.reduce((sum, n, d) => sum + n * eye[d], 0)
  return {flat, place, before, eye}
}

// The one of the two walls of a projection that is behind: from the middle of the cube to it.
function behind(wall, {eye}) {
  const towards = wall.reduce((sum, t, d) => sum + t * eye[d], 0) > 0
  return wall.map((t) => (towards ? -t : t))
}

// Dots, rows of mass and position, moved to where they lie on a wall.
function shadowOf(rows, wall) {
  const moved = rows.slice(), square = wall.reduce((sum, t) => sum + t * t, 0)
  for (let i = 0; i < rows.length; i += 4) {
    const along = wall.reduce((sum, t, d) => sum + t * (rows[i + 1 + d] - 0.5), 0) / square
    wall.forEach((t, d) => (moved[i + 1 + d] += (1 - along) * t))
  }
  return moved
}

// A disc, or where it is too small to be told from one, a square of the same area: faster to draw.
function drawDot(context, x, y, radius) {
  if (radius < TINY) {
    const side = radius * Math.sqrt(Math.PI)
    context.fillRect(x - side / 2, y - side / 2, side, side)
  } else if (radius) {
    context.beginPath()
    context.arc(x, y, radius, 0, 2 * Math.PI)
    context.fill()
  }
}

// Where dots were drawn, in pixels.
function drawDots(context, lens, rows, dimension, color, opacity, style, shift) {
  const {spread, radii, far, in_space} = style, larger = dimension === 3 ? in_space : 1
  const stride = 1 + dimension, count = rows.length / stride, at = [0, 0, 0, 0]
  const [dx, dy, dz] = shift ?? [0, 0, 0]
  const [x, y, radius] = [0, 1, 2].map(() => new Float32Array(count))
  context.fillStyle = color
  for (let k = 0, i = 0; k < count; k++, i += stride) {
    lens.place(rows[i + 1] + dx, rows[i + 2] + dy, dimension === 3 ? rows[i + 3] + dz : 0.5, at)
    x[k] = at[0]
    y[k] = at[1]
    radius[k] = within(spread * Math.sqrt(rows[i]), radii) * larger * at[2]
    context.globalAlpha = opacity * (far + (1 - far) * at[3])
    drawDot(context, x[k], y[k], radius[k])
  }
  context.globalAlpha = 1
  return {x, y, radius}
}

// The edges of the unit square, or those of the cube's walls that are behind.
function drawFrame(context, lens, color) {
  context.strokeStyle = color
  context.lineWidth = 1
  const at = [0, 0, 0, 0], corners = [[0, 0], [1, 0], [1, 1], [0, 1]]
  const walls = lens.flat ? [[2, 0.5]] : [0, 1, 2].flatMap((axis) => [[axis, 0], [axis, 1]])
  for (const [axis, side] of walls) {
    const normal = [0, 1, 2].map((d) => (d === axis) * (2 * side - 1))
    if (!lens.before(normal, 0.5) && !lens.flat) continue
    context.beginPath()
    for (const [a, b] of corners) {
      const corner = [0, 1, 2].map((d) => (d === axis ? side : (d === (axis + 1) % 3 ? a : b)))
      lens.place(...corner, at)
      context.lineTo(at[0], at[1])
    }
    context.closePath()
    context.stroke()
  }
}

function drawCircles(context, lens, {circles, colors}, opacity) {
  const at = [0, 0, 0, 0]
  context.globalAlpha = opacity
  circles.forEach(([x, y, radius], k) => {
    lens.place(x, y, 0.5, at)
    const [left, top] = at
    lens.place(x + radius, y, 0.5, at)
    context.strokeStyle = colors[k]
    context.beginPath()
    context.arc(left, top, at[0] - left, 0, 2 * Math.PI)
    context.stroke()
  })
  context.globalAlpha = 1
}

// Draws the lines. If all are those of one dot, returns where they end: at its partners.
function drawLinks(context, lens, links, {colors, throws}, dimension) {
  const {starts, ends, marginals, opacities} = links
  const from = new Float32Array(starts), to = new Float32Array(ends)
  const of = new Uint8Array(marginals), opacity = new Float32Array(opacities)
  const walls = throws.map((wall) => behind(wall, lens)), at = [0, 0, 0, 0], partners = []
  context.lineWidth = 1
  for (let k = 0, i = 0; k < of.length; k++, i += dimension) {
    const [dx, dy, dz] = walls[of[k]] ?? [0, 0, 0], space = dimension === 3
    context.strokeStyle = colors[of[k]]
    context.globalAlpha = opacity[k]
    context.beginPath()
    lens.place(from[i], from[i + 1], space ? from[i + 2] : 0.5, at)
    context.moveTo(at[0], at[1])
    lens.place(to[i] + dx, to[i + 1] + dy, space ? to[i + 2] + dz : 0.5, at)
    context.lineTo(at[0], at[1])
    context.stroke()
    partners.push({x: at[0], y: at[1], color: colors[of[k]], opacity: opacity[k]})
  }
  context.globalAlpha = 1
  return from.every((x, i) => x === from[i % dimension]) ? partners : []
}

// Where one point may go: lines, the point, and a diamond at the mean of the places.
function drawFan(context, lens, {source, ends, mean, color}, dimension, inks) {
  const to = new Float32Array(ends), at = [0, 0, 0, 0]
  const placed = ([x, y, z]) => {
    lens.place(x, y, dimension === 3 ? z : 0.5, at)
    return [at[0], at[1]]
  }
  const [x, y] = placed(source)
  context.lineWidth = 1
  context.strokeStyle = color
  context.globalAlpha = FAINT
  const tips = []
  for (let i = 0; i < to.length; i += dimension) {
    const tip = placed(to.subarray(i, i + dimension))
    tips.push(tip)
    context.beginPath()
    context.moveTo(x, y)
    context.lineTo(...tip)
    context.stroke()
  }
  context.globalAlpha = 1
  context.fillStyle = color
  for (const tip of tips) drawDot(context, ...tip, TIP)
  drawPartner(context, {x, y, color, opacity: 1}, inks)
  drawDiamond(context, ...placed(mean), color, inks)
}

function drawDiamond(context, x, y, color, {paper}) {
  for (const [radius, fill] of [[MEAN + 2, paper], [MEAN, color]]) {
    context.fillStyle = fill
    context.beginPath()
    for (const [dx, dy] of [[radius, 0], [0, radius], [-radius, 0], [0, -radius]])
      context.lineTo(x + dx, y + dy)
    context.fill()
  }
}

function drawPartner(context, {x, y, color, opacity}, {paper}) {
  context.globalAlpha = opacity
  for (const [radius, fill] of [[PARTNER + 1, paper], [PARTNER, color]]) {
    context.fillStyle = fill
    drawDot(context, x, y, radius)
  }
  context.globalAlpha = 1
}

function drawRing(context, x, y, radius, {ink, paper}) {
  for (const [width, color] of [[4, paper], [1.5, ink]]) {
    context.lineWidth = width
    context.strokeStyle = color
    context.beginPath()
    context.arc(x, y, Math.max(6, radius + 3), 0, 2 * Math.PI)
    context.stroke()
  }
}

// Keeps what lies under the dots, which changes rarely, on a canvas of its own.
function cloudScene(canvas, model) {
  const under = document.createElement("canvas")
  let drawn = [] // what the picture under the dots was drawn of
  let partners = [] // of the dot whose lines were drawn

  function start(surface, width, height, ratio) {
    const pixels = [Math.round(ratio * width), Math.round(ratio * height)]
    if (surface.width !== pixels[0] || surface.height !== pixels[1])
      [surface.width, surface.height] = pixels
    const context = surface.getContext("2d")
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, ...pixels)
    context.scale(ratio, ratio)
    return context
  }

  function drawUnder(view, mood, scenery, size) {
    const context = start(under, ...size), {clouds, colors, throws, circles, dimension} = scenery
    drawFrame(context, view, model.style.frame[mood])
    if (!clouds) return
    const {marginals, circles: rim} = model.style.opacities
    drawCircles(context, view, scenery, rim)
    clouds.forEach((rows, k) => drawDots(context, view, new Float32Array(rows), dimension,
      colors[k], marginals, model.style, throws[k] && behind(throws[k], view)))
  }

  // Draws all and returns the places of the dots. Scenery and dots arrive one after the other:
  // until both are there, they may not fit.
  function draw(dots, dimension, camera) {
    const size = [canvas.clientWidth, canvas.clientHeight, window.devicePixelRatio]
    const mood = model.dark ? "dark" : "light"
    const scenery = model.scenery.dimension === dimension ? model.scenery : {}
    const view = lens(dimension === 2, model.half, camera, model.optics, size)
    const how = [scenery, mood, model.half, String(size), String(camera), dimension]
    if (how.some((part, i) => part !== drawn[i])) {
      drawUnder(view, mood, scenery, size)
      drawn = how
    }
    const context = start(canvas, ...size)
    if (under.width && under.height)
      context.drawImage(under, 0, 0, under.width / size[2], under.height / size[2])
    const {opacities} = model.style
    for (const wall of scenery.throws ?? [])
      drawDots(context, view, shadowOf(dots, behind(wall, view)), 3, model.color, opacities.shadows,
        model.style)
    partners = scenery.clouds && model.links.starts
      ? drawLinks(context, view, model.links, scenery, dimension) : []
    const places =
      drawDots(context, view, dots, dimension, model.color, opacities.dots, model.style)
    if (model.fan.ends) drawFan(context, view, model.fan, dimension, INKS[mood])
    return places
  }

  // A place on the screen as one in the plane.
  function placeAt(x, y) {
    const {clientWidth: width, clientHeight: height} = canvas
    const scale = (2 * model.half) / Math.min(width, height)
    return [0.5 + scale * (x - width / 2), 0.5 - scale * (y - height / 2)]
  }

  function ring({x, y, radius}, chosen) {
    const context = canvas.getContext("2d"), inks = INKS[model.dark ? "dark" : "light"]
    drawRing(context, x[chosen], y[chosen], radius[chosen], inks)
    for (const partner of partners) drawPartner(context, partner, inks)
  }

  return {draw, ring, placeAt}
}
