// Scan a joining code with the camera, where the link cannot be opened: in the home-screen app.

import "../main.js"
import { t } from "../text.js"
import { html } from "../vendor/lit-html.js"

const AGAIN_MS = 120
const WIDTH = 640

/** @type {Screens.scan} */
export function scan(app) {
  const { ui } = app
  if (!ui.camera) open(app)
  const stop = () => {
    close(app)
    app.draw()
  }
  return {
    name: "join",
    title: t("scan_title"),
    body: html`${ui.scanned === "scan_failed" ? "" : html`<p class="lead">${t("scan_next")}</p>`}
      <video class="camera" playsinline muted autoplay aria-label=${t("scan_camera")}
        ?hidden=${ui.scanned === "scan_failed"}></video>
      ${ui.scanned ? html`<p class="card due" role="alert">${t(ui.scanned)}</p>` : ""}`,
    foot: html`<button type="button" class="button" @click=${stop}>${t("scan_stop")}</button>`,
  }
}

/** @type {Screens.open} */
async function open(app) {
  const { ui } = app
  // Set before the first wait, so that drawing again does not ask for the camera again.
  ui.camera = { getTracks: () => [] }
  ui.scanned = ""
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment" },
    })
    if (ui.isScanning) {
      ui.camera = stream
      await look(app, stream)
    } else for (const track of stream.getTracks()) track.stop()
  } catch {
    ui.scanned = "scan_failed"
    app.draw()
  }
}

/** Look until a code of ours is seen, or nobody looks any more. @type {Screens.look} */
async function look(app, stream) {
  const { ui } = app
  const video = /** @type {HTMLVideoElement} */ (document.querySelector("video.camera"))
  video.srcObject = stream
  await video.play()
  const read = await reader()
  while (ui.isScanning && video.isConnected) {
    const text = await read(video).catch(() => "")
    const token = text && tokenIn(text)
    if (token) {
      close(app)
      ui.token = token
      return app.draw()
    }
    if (text) {
      ui.scanned = "scan_not_ours"
      app.draw()
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
  }
  close(app)
}

/** @type {Screens.close} */
function close({ ui }) {
  for (const track of ui.camera?.getTracks() ?? []) track.stop()
  Object.assign(ui, { isScanning: false, camera: null })
}

/** What reads a code in a picture: the browser where it can, else a library. @type {Screens.reader} */
async function reader() {
  const { BarcodeDetector } = /** @type {any} */ (globalThis)
  const formats = await BarcodeDetector?.getSupportedFormats?.().catch(() => [])
  if (formats?.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] })
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? ""
  }
  const { decodeQR } = await import("../vendor/qr.js")
  const canvas = document.createElement("canvas")
  const context = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext("2d", { willReadFrequently: true })
  )
  return async (video) => {
    const { videoWidth, videoHeight } = video
    canvas.width = Math.min(WIDTH, videoWidth)
    canvas.height = Math.round((canvas.width * videoHeight) / videoWidth)
    context.drawImage(video, 0, 0, canvas.width, canvas.height)
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height), { timeLimit: 80 })
  }
}

/** The token of a joining link to this server; any other code is none. @type {Screens.tokenIn} */
function tokenIn(text) {
  const url = URL.canParse(text) ? new URL(text) : null
  return url?.origin === location.origin && url.pathname === "/join" ? url.hash.slice(1) : ""
}
