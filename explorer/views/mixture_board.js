// The marginals' mixtures on one sheet. The components of the chosen mixture can be moved,
// stretched, turned, weighed, added and removed, by pointer and by keyboard. What is edited is sent
// while the hand still moves: the newest state only, and the next one when the last was taken.
// What an edit makes of a mixture is in `mixture_edits.js`.
const SVG = "http://www.w3.org/2000/svg"
// Of one press of a key or a button: lengths, degrees, factors, weights.
const STEP = 0.01, LARGE_STEP = 0.05, TURN = 5, STRETCH = 1.1, HEAVIER = 0.02
const WHEEL_HEAVIER = 2e-4, WHEEL_LINE = 16 // weight a pixel, pixels a line
// How much less likely, in standard deviations, a pointer means another mixture.
const FOREIGN = 0.5
const GAP = 14 // pixels from the ellipse to its handles
// Which half-axis each handle stretches, and on which side of the centre it is.
const HANDLES = [["along", 1], ["along", -1], ["across", 1], ["across", -1]]
const HELP = "The arrow keys move a component, with Shift further; + and − weigh it, [ and ] " +
  "turn it, < and > stretch it, { and } widen it, Delete removes it; Page Up and Page Down change " +
  "the mixture."

function set(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
}

function placed(node, attributes, parent) {
  set(node, attributes)
  parent.append(node)
  return node
}

const make = (name, attributes, parent) => placed(document.createElement(name), attributes, parent)

const draw = (name, attributes, parent) =>
  placed(document.createElementNS(SVG, name), attributes, parent)

export function render({model}) {
  const root = document.createElement("div")
  root.className = "board"
  make("h3", {class: "title"}, root).textContent = "Mixtures"
  const stage = make("div", {class: "stage"}, root)
  const sheet = draw("svg", {role: "application", "aria-label": "mixture board",
    "aria-description": HELP}, stage)
  const line = make("p", {class: "words", role: "status"}, root)
  const tools = make("div", {class: "tools"}, root)

  let side = 0, mixtures = [], load
  let groups = [], handles, label // of the sheet
  let selected = 0, chosen = 0 // a mixture, and a component of it
  let grip = null // what the pointer holds: its handle, and where it took hold of it
  let onPaper = false // whether the newest press has found nothing to hold
  let unsent = false, sent = model.taken, waiting = null

  const mixture = () => mixtures[selected]
  const current = () => mixture()[chosen]
  const gap = () => GAP / scaleOf(side)

  const {tell} = shared(model, "selected", (slot) => choose(slot, 0))

  function sendNow() {
    cancelAnimationFrame(waiting)
    waiting = null
    if (!unsent) return
    unsent = false
    sent += 1
    const rows = Float32Array.from(mixture().flatMap((component) => toRow(component)))
    model.send_msg({load, number: sent, slot: selected, rows: rows.buffer})
  }

  function send() {
    if (unsent && waiting === null && model.taken === sent)
      waiting = requestAnimationFrame(sendNow)
  }

  function change(next, index = chosen) {
    if (next.length > MOST) return say(`A mixture can have ${MOST} components at most.`)
    mixtures[selected] = next.map(bounded)
    chosen = index
    unsent = true
    show()
    send()
  }

  const edit = (changes) => change(changed(mixture(), chosen, changes))

  function choose(slot, index) {
    if (slot >= mixtures.length) return
    if (slot !== selected) {
      sendNow() // it belongs to the mixture that is left
      selected = slot
    }
    chosen = Math.min(index, mixture().length - 1)
    show()
  }

  // Chosen by the visitor.
  function take(slot, index) {
    if (slot !== selected) tell(slot)
    choose(slot, index)
    focus()
  }

  const focus = () => groups[selected].parts[chosen].group.focus({preventScroll: true})

  function weigh(step) {
    if (mixture().length === 1) return say("A single component has all the weight.")
    change(weighed(mixture(), chosen, current().weight + step))
  }

  const add = (at) => change(added(mixture(), at), mixture().length)

  function remove() {
    if (mixture().length === 1) return say("A mixture needs at least one component.")
    change(without(mixture(), chosen), Math.max(0, chosen - 1))
  }

  // Everything that is seen, brought up to date; nodes stay, for one of them may have the focus.
  function show() {
    if (!side || !mixtures.length) return
    if (String(groups.map(({parts}) => parts.length)) !== String(mixtures.map((m) => m.length)))
      build()
    set(sheet, {viewBox: `0 0 ${side} ${side}`, width: side, height: side})
    if (handles.group.previousSibling !== groups[selected].group) raise()
    mixtures.forEach((components, slot) => components.forEach((c, i) => showComponent(slot, i, c)))
    showHandles()
    buttons.remove.disabled = mixture().length === 1
    say(`Component ${chosen + 1} of mixture ${selected + 1}: ${words(current())}`)
  }

  function showComponent(slot, index, component) {
    const {group, inner, outer} = groups[slot].parts[index]
    const [x, y] = toSheet(component, side), scale = scaleOf(side)
    const here = slot === selected, now = here && index === chosen
    set(group, {
      transform: `translate(${x} ${y}) rotate(${(-180 * component.angle) / Math.PI})`,
      tabindex: here ? 0 : -1,
      "aria-pressed": now,
      "aria-label": `component ${index + 1} of mixture ${slot + 1}: ${words(component)}`,
    })
    group.classList.toggle("here", here)
    group.classList.toggle("now", now)
    set(inner, {rx: scale * component.along, ry: scale * component.across,
      "fill-opacity": 0.1 + 0.6 * component.weight})
    set(outer, {rx: 2 * scale * component.along, ry: 2 * scale * component.across})
  }

  function showHandles() {
    const component = current(), [x, y] = toSheet(component, side)
    handles.group.style.setProperty("--hue", model.sheet.colors[selected])
    handles.knobs.forEach((knob, i) => {
      const [cx, cy] = toSheet(handlePlace(component, HANDLES[i], gap()), side)
      set(knob, {cx, cy})
    })
    set(label, {x, y: y < 24 ? y + 19 : y - 9}) // not beyond the sheet
    label.textContent = percent(component.weight)
  }

  // The chosen mixture lies above the others, its handles above all. Moving a node takes its focus.
  function raise() {
    const focused = sheet.contains(sheet.getRootNode().activeElement)
    sheet.append(groups[selected].group, handles.group)
    if (focused) focus()
  }

  function build() {
    const focused = sheet.contains(sheet.getRootNode().activeElement)
    sheet.replaceChildren()
    groups = mixtures.map((components, slot) => {
      const group = draw("g", {style: `--hue: ${model.sheet.colors[slot]}`}, sheet)
      const parts = components.map((_, index) => {
        const node = draw("g", {class: "component", role: "button", tabindex: -1}, group)
        node.addEventListener("focus", () => { if (slot === selected) choose(slot, index) })
        const outer = draw("ellipse", {class: "outer"}, node)
        const inner = draw("ellipse", {class: "inner"}, node)
        draw("circle", {r: 3}, node)
        return {group: node, outer, inner}
      })
      return {group, parts}
    })
    const group = draw("g", {class: "handles", "aria-hidden": true}, sheet)
    handles = {group, knobs: HANDLES.map(([axis]) => draw("circle", {class: axis, r: 6}, group))}
    label = draw("text", {}, group)
    chosen = Math.min(chosen, mixture().length - 1)
    if (focused) focus()
  }

  function say(sentence) {
    if (line.textContent !== sentence) line.textContent = sentence
  }

  function placeOf(event) {
    const box = sheet.getBoundingClientRect()
    return fromSheet([event.clientX - box.left, event.clientY - box.top], side)
  }

  // The mixture and the component that a pointer means.
  function meant(at) {
    const found = mixtures.map((components, slot) => ({slot, ...nearest(components, at)}))
      .filter(({index}) => index !== undefined)
    const far = ({slot, distance}) => distance + (slot === selected ? 0 : FOREIGN)
    return found.sort((one, other) => far(one) - far(other))[0]
  }

  function begin(handle, place, at) {
    grip = {handle, dx: at.x - place.x, dy: at.y - place.y}
  }

  function drag(at) {
    const to = {x: at.x - grip.dx, y: at.y - grip.dy}
    edit(grip.handle ? pulled(current(), grip.handle, gap(), to) : to)
  }

  sheet.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary || !mixtures.length) return
    const at = placeOf(event), knob = handles.knobs.indexOf(event.target), found = meant(at)
    event.preventDefault()
    onPaper = knob < 0 && !found
    if (onPaper) return
    if (knob >= 0) {
      begin(HANDLES[knob], handlePlace(current(), HANDLES[knob], gap()), at)
      focus()
    } else {
      take(found.slot, found.index)
      begin(null, current(), at)
    }
    sheet.setPointerCapture(event.pointerId)
  })
  sheet.addEventListener("pointermove", (event) => {
    if (grip && event.isPrimary) drag(placeOf(event))
  })
  // At once, before anything that the visitor turns to next can take the sheet away.
  sheet.addEventListener("lostpointercapture", () => {
    grip = null
    sendNow()
  })
  sheet.addEventListener("dblclick", (event) => { if (onPaper) add(placeOf(event)) })
  sheet.addEventListener("wheel", (event) => {
    const found = meant(placeOf(event))
    if (found?.slot !== selected || found.index !== chosen) return
    weigh(-WHEEL_HEAVIER * event.deltaY * (event.deltaMode ? WHEEL_LINE : 1))
    event.preventDefault()
  }, {passive: false})

  const turn = (degrees) => edit({angle: current().angle + (degrees * Math.PI) / 180})
  const stretch = (axis, factor) => edit({[axis]: factor * current()[axis]})
  const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}
  const other = (step) => take((selected + step + mixtures.length) % mixtures.length, 0)
  const acts = {
    "+": () => weigh(HEAVIER), "=": () => weigh(HEAVIER), "-": () => weigh(-HEAVIER),
    "[": () => turn(TURN), "]": () => turn(-TURN),
    ">": () => stretch("along", STRETCH), "<": () => stretch("along", 1 / STRETCH),
    "}": () => stretch("across", STRETCH), "{": () => stretch("across", 1 / STRETCH),
    Delete: remove, Backspace: remove,
    PageDown: () => other(1), PageUp: () => other(-1),
  }
  sheet.addEventListener("keydown", (event) => {
    // Where brackets are typed with AltGr, some systems say that Ctrl and Alt are pressed.
    const typed = event.getModifierState("AltGraph")
    if (!typed && (event.ctrlKey || event.metaKey || event.altKey)) return
    const move = moves[event.key], act = acts[event.key]
    if (move) {
      const size = event.shiftKey ? LARGE_STEP : STEP, {x, y} = current()
      edit({x: x + size * move[0], y: y + size * move[1]})
    } else if (act) act()
    else return
    event.preventDefault()
  })

  const button = (text, name, act) => {
    const node = make("button", {type: "button", "aria-label": name, title: name}, tools)
    node.textContent = text
    node.addEventListener("click", () => { if (mixtures.length) act() })
    return node
  }
  button("Add", "Add component", () => add(free(mixture())))
  const buttons = {remove: button("Remove", "Remove component", remove)}
  button("Lighter", "lighter", () => weigh(-HEAVIER))
  button("Heavier", "heavier", () => weigh(HEAVIER))

  function takeSheet() {
    const {rows = [], load: newest} = model.sheet
    mixtures = rows.map(mixtureOf)
    load = newest
    unsent = false
    grip = null
    selected = within(model.selected, [0, mixtures.length - 1])
    groups = []
    chosen = Math.min(chosen, (mixture()?.length ?? 1) - 1)
    show()
  }

  const resized = new ResizeObserver(() => {
    side = Math.min(stage.clientWidth, stage.clientHeight)
    show()
  })
  resized.observe(stage)
  model.on("remove", () => resized.disconnect())
  model.on("sheet", takeSheet)
  model.on("taken", send)
  takeSheet()
  return root
}
