// A value that the server holds as well. What this browser has told comes back when it may hold a
// newer one already: only what it has not told is news. Tells it once a painted frame at most.
function shared(model, name, onNews, onTold = () => {}) {
  const told = new Set()
  let pending = null
  model.on(name, () => {
    if (!told.delete(String(model[name]))) onNews(model[name])
  })
  function expect(value) {
    told.add(String(value))
  }
  function tell(value) {
    if (pending === null) requestAnimationFrame(() => {
      const latest = pending
      pending = null
      expect(latest)
      model.send_msg({[name]: latest})
      onTold(latest)
    })
    pending = value
  }
  return {expect, tell}
}
