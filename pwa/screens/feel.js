// What a thumb feels and an ear hears when something is saved, for whoever turned it on.

const SHORT_MS = 25

/** @type {Screens.feel} */
export function feel({ phone }) {
  if (phone.setting("buzz")) navigator.vibrate?.(SHORT_MS)
  if (!phone.setting("tick")) return
  const sound = new AudioContext()
  const tone = sound.createOscillator()
  const volume = sound.createGain()
  volume.gain.value = 0.1
  tone.connect(volume).connect(sound.destination)
  tone.start()
  tone.stop(sound.currentTime + SHORT_MS / 1000)
  tone.onended = () => sound.close()
}
