// Shows pictures that the server draws, where the browser has no WebGL2.
const MAX_PICTURE = 1024

function serverPictures(canvas, model) {
  const hint = make("p", "hint", canvas.parentNode)
  let asked = "", newest = null

  async function take(frame) {
    newest = frame
    hint.textContent = frame.hint || "No WebGL in this browser: the server draws the pictures."
    if (frame.hint) return
    const bitmap = await createImageBitmap(new Blob([frame.picture], {type: "image/png"}))
    if (frame !== newest) return
    canvas.width = bitmap.width
    canvas.height = bitmap.height
    canvas.getContext("2d").drawImage(bitmap, 0, 0)
  }

  // Tells the server the size that is wanted, which asks for pictures; the camera it knows.
  function draw({turning, size}) {
    const scale = Math.min(turning ? 0.5 : 1, MAX_PICTURE / Math.max(...size))
    const wanted = size.map((side) => Math.max(1, Math.round(scale * side)))
    if (String(wanted) !== asked) model.send_msg({size: wanted})
    asked = String(wanted)
  }

  return {displays: ["picture"], take, draw, release() {}}
}
