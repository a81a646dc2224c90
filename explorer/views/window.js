// What a page needs of the browser's window: keys pressed anywhere, its address, downloads, the
// clipboard.
const TYPING = "input:not([type=range]), textarea, select, [contenteditable=true]"
const PRESSED_BY_SPACE = "button, a, input, summary, [role=button], [role=combobox], [role=switch]"

export function render({model, el}) {
  // Shadow trees hide what has the focus from `event.target`.
  const focus = (event) => event.composedPath().find((node) => node instanceof Element)

  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    const at = focus(event)
    const within = (selector) => at?.closest?.(selector)
    if (within(TYPING) || within("[role=dialog], [role=menu], [role=listbox]")) return
    if (event.key === " " && !within(PRESSED_BY_SPACE)) model.send_msg("run")
    else if (event.key === "." && !event.repeat) model.send_msg("step")
    else if (event.key.startsWith("Arrow") && (!at || at === document.body))
      window.dispatchEvent(new CustomEvent("move-weights", {detail: event}))
    else return
    event.preventDefault()
  }

  function download() {
    const {name, mime, data} = model.file
    if (!name) return
    const link = document.createElement("a")
    link.href = URL.createObjectURL(new Blob([data], {type: mime}))
    link.download = name
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  }

  function showAddress() {
    if (model.query !== null)
      history.replaceState(history.state, "", location.pathname + model.query + location.hash)
  }

  // Weights that move change it with every frame; browsers allow about three changes a second.
  let later = null
  function address() {
    later ??= setTimeout(() => {
      later = null
      showAddress()
    }, 400)
  }

  // Over plain HTTP from another machine there is no clipboard at all.
  async function copy() {
    if (!("text" in model.clip)) return
    showAddress()
    try {
      await navigator.clipboard.writeText(model.clip.text ?? location.href)
      model.send_msg("copied")
    } catch {
      model.send_msg("refused")
    }
  }

  window.addEventListener("keydown", onKey)
  model.on("file", download)
  model.on("query", address)
  model.on("clip", copy)
  model.on("remove", () => {
    window.removeEventListener("keydown", onKey)
    clearTimeout(later)
  })
  address()
  el.hidden = true
  return document.createElement("span")
}
