// Sends a sheet while the visitor still changes it: the newest state only, and the next one when
// the last one was taken. `content` returns its bytes, or null where there is nothing to send: a
// blank sheet leaves in use what there was before.
const PAUSE = 84

function sender(model, content) {
  let unsent = false, sent = model.taken, sentAt = 0, timer = null
  let load

  function forget() {
    clearTimeout(timer)
    timer = null
    unsent = false
  }
  function send() {
    forget()
    const bytes = content()
    if (bytes === null) return
    sent += 1
    sentAt = performance.now()
    model.send_msg({load, number: sent, content: bytes})
  }
  function schedule() {
    if (unsent && timer === null && model.taken === sent)
      timer = setTimeout(send, Math.max(0, sentAt + PAUSE - performance.now()))
  }
  model.on("taken", schedule)
  return {
    // The sheet was replaced.
    begin() {
      forget()
      load = model.sheet.load
    },
    changed() {
      unsent = true
      schedule()
    },
    // At once, before anything that the visitor turns to next can take the sheet away.
    finish() {
      if (unsent) send()
    },
  }
}
