// A timeline over recorded iterates: follows the newest one until somebody reaches into the past.
const SPEEDS = [0.25, 0.5, 1, 2, 4], USUAL = 2, BASE = 12 // iterates a second at 1×

export function render({model}) {
  const root = document.createElement("div")
  root.className = "timeline"
  root.setAttribute("role", "group")
  root.setAttribute("aria-label", "replay")

  let at = null // the iterate asked for; null follows the newest
  let sent = null, waiting = null, speed = USUAL, ticking = null

  function button(text, name, press) {
    const made = document.createElement("button")
    made.type = "button"
    made.textContent = text
    made.title = name
    made.setAttribute("aria-label", name)
    made.addEventListener("click", press)
    return made
  }

  // One request at a time is on its way; of those made meanwhile only the last counts.
  function ask(number) {
    at = number
    if (sent === null) {
      sent = number === null ? "newest" : number
      model.send_msg(sent)
    } else waiting = {number}
    show()
  }

  function answered() {
    sent = null
    if (waiting !== null) {
      const {number} = waiting
      waiting = null
      ask(number)
    }
  }

  function stop() {
    clearInterval(ticking)
    ticking = null
    show()
  }

  function tick() {
    if (at === null || at + 1 >= model.last) {
      stop()
      ask(null)
    } else ask(at + 1)
  }

  function start() {
    clearInterval(ticking)
    ticking = setInterval(tick, 1000 / (BASE * SPEEDS[speed]))
    show()
  }

  function toggle() {
    if (ticking !== null) return stop()
    if (at === null) ask(0)
    start()
  }

  function change(step) {
    speed = Math.min(SPEEDS.length - 1, Math.max(0, speed + step))
    if (ticking !== null) start()
    show()
  }

  const play = button("▶", "Play the recording", toggle)
  const slider = document.createElement("input")
  slider.type = "range"
  slider.min = 0
  slider.setAttribute("aria-label", "iterate")
  slider.addEventListener("input", () => {
    if (ticking !== null) stop()
    const number = slider.valueAsNumber
    ask(number >= model.last ? null : number)
  })
  const label = document.createElement("span")
  label.className = "label"
  const newest = button("newest", "Back to the newest iterate", () => { stop(); ask(null) })
  newest.className = "newest"
  const slower = button("−", "slower", () => change(-1))
  const faster = button("+", "faster", () => change(1))
  const rate = document.createElement("span")
  rate.className = "rate"

  function show() {
    const number = at ?? model.last
    slider.max = Math.max(1, model.last)
    slider.value = number
    slider.style.setProperty("--filled", `${(100 * number) / Math.max(1, model.last)}%`)
    slider.disabled = play.disabled = model.last < 1
    slider.setAttribute("aria-valuetext", `iterate ${number} of ${model.last}`)
    label.textContent = `iterate ${number} of ${model.last}`
    play.textContent = ticking === null ? "▶" : "❚❚"
    const name = ticking === null ? "Play the recording" : "Pause the recording"
    play.title = name
    play.setAttribute("aria-label", name)
    newest.disabled = at === null
    rate.textContent = `${String(SPEEDS[speed]).replace("0.", ".")}×`
  }

  model.on("last", () => {
    if (at !== null && at > model.last) at = null // a new run has begun
    show()
  })
  model.on("answer", answered)
  model.on("renewed", () => { stop(); at = null; sent = waiting = null; show() })
  model.on("remove", () => clearInterval(ticking))
  root.append(play, slider, label, newest, slower, rate, faster)
  show()
  return root
}
