// What an edit makes of a mixture (a list of components, as in `gaussians.js`): a new one.
const MOST = 8, LIGHTEST = 0.01
const HALF_AXES = [0.01, 0.6], ROUND = 0.08

const within = (value, [low, high]) => Math.min(high, Math.max(low, value))

const bounded = (component) => ({
  ...component,
  x: within(component.x, [0, 1]),
  y: within(component.y, [0, 1]),
  along: within(component.along, HALF_AXES),
  across: within(component.across, HALF_AXES),
})

// With changes of one component.
const changed = (mixture, index, changes) =>
  mixture.map((component, i) => (i === index ? {...component, ...changes} : component))

// With another weight for one component of several; the others keep their proportions.
function weighed(mixture, index, wanted) {
  const weight = within(wanted, [LIGHTEST, 1 - LIGHTEST * (mixture.length - 1)])
  const rest = (1 - weight) / (1 - mixture[index].weight)
  return mixture.map((component, i) =>
    ({...component, weight: i === index ? weight : component.weight * rest}))
}

// With a round component more, of the average weight.
function added(mixture, at) {
  const weight = 1 / (mixture.length + 1)
  return [
    ...mixture.map((component) => ({...component, weight: component.weight * (1 - weight)})),
    {...at, weight, along: ROUND, across: ROUND, angle: 0},
  ]
}

// Without one component of several.
function without(mixture, index) {
  const rest = 1 - mixture[index].weight
  return mixture.filter((_, i) => i !== index)
    .map((component) => ({...component, weight: component.weight / rest}))
}

// The place on a lattice that is furthest from all centres.
function free(mixture) {
  const lattice = Array.from({length: 25}, (_, i) =>
    ({x: 0.2 + 0.15 * (i % 5), y: 0.2 + 0.15 * Math.floor(i / 5)}))
  const room = (at) => Math.min(...mixture.map(({x, y}) => Math.hypot(x - at.x, y - at.y)))
  return lattice.reduce((best, at) => (room(at) > room(best) ? at : best))
}

// The unit vector of a half-axis.
function direction({angle}, axis) {
  const c = Math.cos(angle), s = Math.sin(angle)
  return axis === "along" ? [c, s] : [-s, c]
}

// The place of a handle: beyond the ellipse, by a gap, on one side of the centre.
function handlePlace(component, [axis, sign], gap) {
  const [right, up] = direction(component, axis), length = sign * (component[axis] + gap)
  return {x: component.x + length * right, y: component.y + length * up}
}

// What changes when a handle is dragged to a place; those of the first half-axis turn as well.
function pulled(component, [axis, sign], gap, to) {
  const dx = sign * (to.x - component.x), dy = sign * (to.y - component.y)
  if (axis === "along") return {along: Math.hypot(dx, dy) - gap, angle: Math.atan2(dy, dx)}
  const [right, up] = direction(component, axis)
  return {across: dx * right + dy * up - gap}
}
