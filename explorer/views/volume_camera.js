// A camera on a sphere around the middle of the domain, as `look.py` has it: what it sees, and how
// a visitor moves it. All tiles of a page turn together.
const TURN = 0.45 // degrees a CSS pixel of a drag
const KEY_TURN = 5, KEY_ZOOM = 1.15, WHEEL_ZOOM = 0.0015, LINE = 16

const within = (value, [low, high]) => Math.min(high, Math.max(low, value))
const rounded = (value) => Math.round(1e4 * value) / 1e4
const radians = (degrees) => (degrees * Math.PI) / 180

// Where the eye is, its axes (right, up, back) and the focal lengths across and up, in units of the
// half picture: the smaller side of the picture has the view angle.
function seen([azimuth, elevation, zoom], middle, [width, height], {view_angle, distance}) {
  const a = radians(azimuth), e = radians(elevation)
  const right = [-Math.sin(a), Math.cos(a), 0]
  const up = [-Math.sin(e) * Math.cos(a), -Math.sin(e) * Math.sin(a), Math.cos(e)]
  const back = [Math.cos(e) * Math.cos(a), Math.cos(e) * Math.sin(a), Math.sin(e)]
  const focal = Math.min(width, height) / Math.tan(radians(view_angle / 2))
  return {
    eye: middle.map((at, d) => at + (distance / zoom) * back[d]),
    axes: [0, 1, 2].flatMap((d) => [right[d], up[d], back[d]]),
    focal: [focal / width, focal / height],
  }
}

// Lets pointer, wheel and keys over a node turn the model's camera; gives the camera.
function orbit(node, model, changed) {
  const {home, zooms, elevations} = model.optics
  const pointers = new Map()
  let camera = model.camera

  function follow(next) {
    camera = next
    changed()
  }

  const {expect, tell} = shared(model, "camera", follow, (next) =>
    window.dispatchEvent(new CustomEvent("turn-volumes", {detail: next})))

  function onTurned({detail}) {
    expect(detail)
    follow(detail)
  }

  // Whether it is another camera than before.
  function move([azimuth, elevation, zoom]) {
    const next = [
      azimuth - 360 * Math.round(azimuth / 360), within(elevation, elevations), within(zoom, zooms),
    ].map(rounded)
    const other = String(next) !== String(camera)
    if (other) tell(next)
    camera = next
    return other
  }

  const turn = (right, down) => move([camera[0] - right, camera[1] + down, camera[2]])
  const zoom = (factor) => move([camera[0], camera[1], camera[2] * factor])

  const spread = () => {
    const [[x, y], [u, v]] = pointers.values()
    return Math.hypot(x - u, y - v)
  }

  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return
    node.setPointerCapture(event.pointerId)
    pointers.set(event.pointerId, [event.clientX, event.clientY])
  })
  node.addEventListener("pointermove", (event) => {
    const from = pointers.get(event.pointerId)
    if (!from) return
    const before = pointers.size === 2 && spread()
    pointers.set(event.pointerId, [event.clientX, event.clientY])
    if (before) zoom(spread() / before)
    else if (pointers.size === 1)
      turn(TURN * (event.clientX - from[0]), TURN * (event.clientY - from[1]))
  })
  node.addEventListener("lostpointercapture", (event) => pointers.delete(event.pointerId))
  node.addEventListener("wheel", (event) => {
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1)
    if (zoom(Math.exp(-WHEEL_ZOOM * pixels))) event.preventDefault() // else the page scrolls
  }, {passive: false})
  node.addEventListener("dblclick", () => move(home))
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const acts = {
      ArrowLeft: () => turn(-KEY_TURN, 0), ArrowRight: () => turn(KEY_TURN, 0),
      ArrowUp: () => turn(0, -KEY_TURN), ArrowDown: () => turn(0, KEY_TURN),
      "+": () => zoom(KEY_ZOOM), "=": () => zoom(KEY_ZOOM), "-": () => zoom(1 / KEY_ZOOM),
      0: () => move(home), Home: () => move(home),
    }
    if (!(event.key in acts)) return
    acts[event.key]()
    event.preventDefault()
  })
  window.addEventListener("turn-volumes", onTurned)
  model.on("remove", () => window.removeEventListener("turn-volumes", onTurned))
  return () => camera
}
