// Draws a volume with WebGL2: triangles of its surface, or the fog of its levels, and the far edges
// of its domain. Light and fog are those of `offscreen.py`.
const NEAR = 0.02, FAR = 20, SAMPLES = 4
const LINES = {light: "#c8cee2", dark: "#3b4468"}

// `axes * (p - eye)` are coordinates of the camera, which looks along −z.
const CAMERA = `#version 300 es
precision highp float;
precision highp sampler3D;
uniform mat3 axes;
uniform vec3 eye;
uniform vec2 focal;
uniform vec3 color;
`
const PROJECT = `${CAMERA}
vec4 project(vec3 p) {
  return vec4(focal * p.xy, float(${-(FAR + NEAR) / (FAR - NEAR)}) * p.z
    - float(${(2 * FAR * NEAR) / (FAR - NEAR)}), -p.z);
}
`
const SURFACE = [`${PROJECT}
in vec3 position;
in vec3 normal;
out vec3 at;
out vec3 outward;
void main() {
  at = axes * (position - eye);
  outward = axes * normal;
  gl_Position = project(at);
}`, `${CAMERA}
in vec3 at;
in vec3 outward;
out vec4 paint;
void main() {
  vec3 look = normalize(at), n = faceforward(normalize(outward), look, outward);
  float diffuse = 0.3, shine = 0.0;
  vec4 lights[2] = vec4[2](vec4(-0.6, 0.9, 1.0, 0.9), vec4(0.9, -0.3, 0.8, 0.35));
  for (int i = 0; i < 2; i++) {
    vec3 light = normalize(lights[i].xyz);
    diffuse += 0.75 * lights[i].w * max(0.0, dot(n, light));
    shine += 0.3 * lights[i].w * pow(max(0.0, dot(reflect(look, n), light)), 25.0);
  }
  paint = vec4(min(vec3(1), diffuse * color + shine), 1);
}`]
const EDGES = [`${PROJECT}
in vec3 position;
void main() { gl_Position = project(axes * (position - eye)); }`, `${CAMERA}
out vec4 paint;
void main() { paint = vec4(color, 1); }`]
// One triangle covers the picture; each pixel's ray is followed through the box of the texture,
// one sample a cell, until hardly any light would pass.
const FOG = [`#version 300 es
out vec2 at;
void main() {
  at = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
  gl_Position = vec4(at, 0, 1);
}`, `${CAMERA}
uniform sampler3D levels;
uniform vec3 corner;
uniform vec3 size;
uniform float cell;
uniform vec2 fog;
in vec2 at;
out vec4 paint;
void main() {
  vec3 ray = normalize(vec3(at / focal, -1) * axes);
  vec3 a = (corner - eye) / ray, b = (corner + size - eye) / ray;
  vec3 low = min(a, b), high = max(a, b);
  float t = max(0.0, max(low.x, max(low.y, low.z)));
  float end = min(high.x, min(high.y, high.z));
  if (t >= end) discard;
  vec3 from = (eye - corner) / size, step = ray / size;
  float thickness = 0.0;
  for (t += 0.5 * cell; t < end && thickness < 5.0; t += cell)
    thickness += fog.x * cell * pow(texture(levels, (from + t * step).zyx).r, fog.y);
  float opacity = 1.0 - exp(-thickness);
  paint = vec4(opacity * color, opacity);
}`]

const rgb = (color) => [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16) / 255)

// The edges of a box that are not before what is in it, from where the eye is: its ends.
function farEdges(extent, eye) {
  const faces = [0, 1, 2].map((d) => [eye[d] < 0, eye[d] > extent[d]])
  const ends = []
  for (const along of [0, 1, 2])
    for (const i of [0, 1]) for (const j of [0, 1]) {
      const [b, c] = [(along + 1) % 3, (along + 2) % 3]
      if (faces[b][i] && faces[c][j]) continue
      for (const k of [0, 1]) {
        const end = [0, 0, 0]
        end[along] = k * extent[along]
        end[b] = i * extent[b]
        end[c] = j * extent[c]
        ends.push(...end)
      }
    }
  return new Float32Array(ends)
}

function build(gl, [vertex, fragment]) {
  const program = gl.createProgram()
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind)
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.bindAttribLocation(program, 0, "position")
  gl.bindAttribLocation(program, 1, "normal")
  gl.linkProgram(program)
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(gl.getProgramInfoLog(program))
  const count = gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS) ?? 0
  const places = {}
  for (let i = 0; i < count; i++) {
    const {name} = gl.getActiveUniform(program, i)
    places[name] = gl.getUniformLocation(program, name)
  }
  return {program, places}
}

// Everything on the graphics card; to be made anew when the card has lost it.
function stock(gl) {
  const [surface, edges, fog] = [SURFACE, EDGES, FOG].map((sources) => build(gl, sources))
  const [positions, normals, triangles, ends] = [0, 1, 2, 3].map(() => gl.createBuffer())
  const mesh = gl.createVertexArray()
  gl.bindVertexArray(mesh)
  gl.bindBuffer(gl.ARRAY_BUFFER, positions)
  gl.vertexAttribPointer(0, 3, gl.UNSIGNED_SHORT, true, 6, 0)
  gl.enableVertexAttribArray(0)
  gl.bindBuffer(gl.ARRAY_BUFFER, normals)
  gl.vertexAttribPointer(1, 3, gl.BYTE, true, 4, 0)
  gl.enableVertexAttribArray(1)
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, triangles)
  const box = gl.createVertexArray()
  gl.bindVertexArray(box)
  gl.bindBuffer(gl.ARRAY_BUFFER, ends)
  gl.vertexAttribPointer(0, 3, gl.FLOAT, false, 12, 0)
  gl.enableVertexAttribArray(0)
  const nothing = gl.createVertexArray()
  const target = gl.createFramebuffer()
  gl.bindFramebuffer(gl.FRAMEBUFFER, target)
  const layers = [[gl.RGBA8, gl.COLOR_ATTACHMENT0], [gl.DEPTH_COMPONENT24, gl.DEPTH_ATTACHMENT]]
    .map(([format, place]) => {
      const buffer = gl.createRenderbuffer()
      gl.bindRenderbuffer(gl.RENDERBUFFER, buffer)
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, place, gl.RENDERBUFFER, buffer)
      return {format, buffer}
    })
  gl.bindTexture(gl.TEXTURE_3D, gl.createTexture())
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1)
  for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T, gl.TEXTURE_WRAP_R])
    gl.texParameteri(gl.TEXTURE_3D, side, gl.CLAMP_TO_EDGE)
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
    gl.texParameteri(gl.TEXTURE_3D, filter, gl.LINEAR)
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
  return {surface, edges, fog, positions, normals, triangles, ends, mesh, box, nothing,
    target, layers}
}

// A painter of frames on a canvas; null where the browser has no WebGL2.
function volumeScene(canvas, optics, onRestored) {
  // Preserved, so that the picture can be saved from the page at any time.
  const gl = canvas.getContext("webgl2",
    {antialias: false, depth: false, preserveDrawingBuffer: true})
  if (!gl) return null
  let card = stock(gl), frame = null

  function fill(target, buffer, bytes) {
    gl.bindBuffer(target, buffer)
    gl.bufferData(target, new Uint8Array(bytes), gl.DYNAMIC_DRAW)
  }

  function take(next) {
    frame = next
    gl.bindVertexArray(card.mesh)
    if (frame.display === "surface") {
      fill(gl.ARRAY_BUFFER, card.positions, frame.positions)
      fill(gl.ARRAY_BUFFER, card.normals, frame.normals)
      fill(gl.ELEMENT_ARRAY_BUFFER, card.triangles, frame.triangles)
    } else {
      // The last axis of the levels is the fastest: it is the texture's first.
      const [depth, height, width] = frame.cells
      gl.texImage3D(gl.TEXTURE_3D, 0, gl.R8, width, height, depth, 0, gl.RED, gl.UNSIGNED_BYTE,
        new Uint8Array(frame.levels))
    }
  }

  function use({program, places}, camera, color) {
    gl.useProgram(program)
    gl.uniformMatrix3fv(places.axes, false, camera.axes)
    gl.uniform3fv(places.eye, camera.eye)
    gl.uniform2fv(places.focal, camera.focal)
    gl.uniform3fv(places.color, rgb(color))
    return places
  }

  function drawEdges(camera, dark) {
    use(card.edges, camera, LINES[dark ? "dark" : "light"])
    const ends = farEdges(frame.extent, camera.eye)
    gl.bindVertexArray(card.box)
    fill(gl.ARRAY_BUFFER, card.ends, ends.buffer)
    gl.drawArrays(gl.LINES, 0, ends.length / 3)
  }

  function drawSurface(camera, color) {
    use(card.surface, camera, color)
    gl.bindVertexArray(card.mesh)
    gl.enable(gl.DEPTH_TEST)
    gl.drawElements(gl.TRIANGLES, 3 * frame.counts[1], gl.UNSIGNED_INT, 0)
    gl.disable(gl.DEPTH_TEST)
  }

  function drawFog(camera, color) {
    const places = use(card.fog, camera, color)
    gl.uniform3fv(places.corner, frame.corner)
    gl.uniform3fv(places.size, frame.cells.map((count) => count * frame.cell))
    gl.uniform1f(places.cell, frame.cell)
    gl.uniform2fv(places.fog, optics.fog)
    gl.bindVertexArray(card.nothing)
    gl.enable(gl.BLEND)
    gl.drawArrays(gl.TRIANGLES, 0, 3)
    gl.disable(gl.BLEND)
  }

  // Gives canvas and target this size, and the target so many samples a pixel for smooth edges.
  function stretch(width, height, samples) {
    const wanted = String([width, height, samples])
    if (wanted === card.stretched) return
    card.stretched = wanted
    canvas.width = width
    canvas.height = height
    for (const {format, buffer} of card.layers) {
      gl.bindRenderbuffer(gl.RENDERBUFFER, buffer)
      gl.renderbufferStorageMultisample(gl.RENDERBUFFER, samples, format, width, height)
    }
  }

  // Without a graphics card smooth edges take thrice as long, and fog takes long: only what is at
  // rest has the former, and while it is turned the latter has a quarter of the pixels.
  function draw({camera, turning, resting, size, color, dark}) {
    if (!frame) return
    const sharpness = Math.min(2, window.devicePixelRatio)
      * (turning && frame.display === "volume" ? 0.5 : 1)
    const [width, height] = size.map((side) => Math.max(1, Math.round(sharpness * side)))
    stretch(width, height, resting ? SAMPLES : 0)
    gl.bindFramebuffer(gl.FRAMEBUFFER, card.target)
    gl.viewport(0, 0, width, height)
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT)
    const view = seen(camera, frame.extent.map((side) => side / 2), size, optics)
    drawEdges(view, dark)
    if (frame.display === "surface") drawSurface(view, color)
    else drawFog(view, color)
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null)
    gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST)
  }

  const onLost = (event) => event.preventDefault() // so that it comes back
  function onBack() {
    card = stock(gl)
    onRestored()
  }
  canvas.addEventListener("webglcontextlost", onLost)
  canvas.addEventListener("webglcontextrestored", onBack)

  function release() {
    canvas.removeEventListener("webglcontextlost", onLost)
    canvas.removeEventListener("webglcontextrestored", onBack)
    gl.getExtension("WEBGL_lose_context")?.loseContext()
  }

  return {displays: ["surface", "volume"], take, draw, release}
}
