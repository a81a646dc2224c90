// What every tile has around its picture: above it name, note and button, below it figures and the
// reason why the run has ended.
function make(tag, className, parent) {
  const node = document.createElement(tag)
  node.className = className
  parent.append(node)
  return node
}

// The tile of a model and, inside it, the stage for its picture.
function tile(model) {
  const root = document.createElement("section")
  root.className = "tile"
  const head = make("header", "head", root)
  const dot = make("span", "dot", head)
  const name = make("h3", "name", head)
  const note = make("span", "note", head)
  const play = make("button", "play", head)
  play.type = "button"
  play.hidden = model.still
  play.addEventListener("click", () => model.send_msg("toggle"))
  const stage = make("div", "stage", root)
  const figures = make("dl", "figures", root)
  const reason = make("p", "reason", root)
  // Announced to screen readers: unlike the figures it changes only when a run ends.
  reason.setAttribute("role", "status")

  function title() {
    root.setAttribute("aria-label", model.label)
    dot.style.background = model.color
    name.textContent = model.label
    note.textContent = model.note
    const action = model.playing ? "Pause" : "Run"
    play.textContent = model.playing ? "❚❚" : "▶"
    play.title = `${action} ${model.label} alone`
    play.setAttribute("aria-label", `${action} ${model.label}`)
  }

  function tell() {
    figures.replaceChildren(...Object.entries(model.figures).map(([term, value]) => {
      const pair = document.createElement("div")
      make("dt", "", pair).textContent = term
      make("dd", "", pair).textContent = value
      return pair
    }))
    if (reason.textContent !== model.reason) reason.textContent = model.reason
    reason.title = model.reason
  }

  model.on(["label", "note", "color", "playing"], title)
  model.on(["figures", "reason"], tell)
  title()
  tell()
  return {root, stage}
}
