// Three slices through a volume, seen along the axes: each shows where the two others cut, which a
// drag over it moves; its own place has a slider.
const AXES = ["x", "y", "z"]

function slices(parent, model) {
  const root = make("div", "slices", parent)
  let cuts = model.cuts
  const {tell} = shared(model, "cuts", (next) => {
    cuts = next
    showCuts()
  })

  function move(places) {
    cuts = cuts.map((cut, axis) => places[axis] ?? cut)
    showCuts()
    tell(cuts)
  }

  const views = AXES.map((name, axis) => {
    const [across, up] = [0, 1, 2].filter((other) => other !== axis)
    const figure = make("div", "slice", root)
    const picture = make("div", "picture", figure)
    const canvas = make("canvas", "", picture)
    canvas.setAttribute("role", "img")
    const value = make("span", "value", picture)
    const slider = make("input", "", figure)
    Object.assign(slider, {type: "range", min: 0, max: 1, step: 0.01})
    slider.setAttribute("aria-label", `cut ${name}`)
    slider.addEventListener("input", () => move({[axis]: slider.valueAsNumber}))

    function drag(event) {
      const box = canvas.getBoundingClientRect()
      move({
        [across]: within((event.clientX - box.left) / box.width, [0, 1]),
        [up]: within((box.bottom - event.clientY) / box.height, [0, 1]),
      })
    }
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return
      canvas.setPointerCapture(event.pointerId)
      drag(event)
      event.preventDefault()
    })
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) drag(event)
    })
    return {canvas, picture, slider, value, name, across, up}
  })

  function showCuts() {
    views.forEach(({canvas, picture, slider, value, name, across, up}, axis) => {
      const place = cuts[axis].toFixed(2)
      slider.value = cuts[axis]
      value.textContent = `${name} ${place}`
      canvas.setAttribute("aria-label", `slice ${name} = ${place}`)
      picture.style.setProperty("--across", `${100 * cuts[across]}%`)
      picture.style.setProperty("--down", `${100 * (1 - cuts[up])}%`)
    })
  }

  function paint() {
    root.hidden = !model.slices.length
    model.slices.forEach((slice, axis) => {
      const {canvas, picture} = views[axis]
      picture.style.aspectRatio = `${slice.columns} / ${slice.rows}`
      paintLevels(canvas, slice, model.dark)
    })
  }

  model.on(["slices", "dark"], paint)
  showCuts()
  paint()
}
