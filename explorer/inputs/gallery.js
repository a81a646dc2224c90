// A row of pictures of which one is chosen; optionally with a tile to add one and a cross to
// remove the chosen one.
export function render({model}) {
  const root = document.createElement("div")
  root.className = "gallery"
  root.setAttribute("role", "group")

  function tile(item, i) {
    const cell = document.createElement("div")
    cell.className = "cell"
    const button = document.createElement("button")
    button.type = "button"
    button.className = "choice"
    button.setAttribute("aria-label", item.label)
    button.setAttribute("aria-pressed", String(i === model.selected))
    button.title = item.label
    const picture = document.createElement("img")
    picture.src = item.picture
    picture.alt = ""
    button.append(picture)
    button.addEventListener("click", () => { model.selected = i })
    cell.append(button)
    if (model.removable && i === model.selected) {
      const cross = document.createElement("button")
      cross.type = "button"
      cross.className = "cross"
      cross.textContent = "×"
      cross.title = `Remove ${item.label}`
      cross.setAttribute("aria-label", cross.title)
      cross.addEventListener("click", () => model.send_msg("remove"))
      cell.append(cross)
    }
    return cell
  }

  function build() {
    const focused = root.getRootNode().activeElement?.getAttribute?.("aria-label")
    root.setAttribute("aria-label", model.caption)
    root.style.setProperty("--columns", model.columns)
    root.replaceChildren(...model.items.map(tile))
    if (model.addable) {
      const plus = document.createElement("button")
      plus.type = "button"
      plus.className = "plus"
      plus.textContent = "+"
      plus.title = "Add a marginal"
      plus.setAttribute("aria-label", plus.title)
      plus.addEventListener("click", () => model.send_msg("add"))
      root.append(plus)
    }
    if (focused) for (const button of root.querySelectorAll("button"))
      if (button.getAttribute("aria-label") === focused) button.focus({preventScroll: true})
  }

  // Pictures that come later leave the buttons where they are: a press may be under way.
  function change() {
    const choices = [...root.querySelectorAll(".choice")]
    const same = choices.length === model.items.length &&
      choices.every((button, i) => button.getAttribute("aria-label") === model.items[i].label)
    if (same) choices.forEach((button, i) => {
      button.querySelector("img").src = model.items[i].picture
    })
    else build()
  }

  model.on("items", change)
  model.on(["selected", "addable", "removable", "columns"], build)
  build()
  return root
}
