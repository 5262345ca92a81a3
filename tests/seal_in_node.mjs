// Seals with @hpke/core what comes on stdin: {header, inner, public}, bytes in base64url.
import { readFileSync } from "node:fs"
import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core"

const asked = JSON.parse(readFileSync(0, "utf8"))
const { id, device, n, key } = asked.header
const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes128Gcm(),
})
const recipientPublicKey = await suite.kem.deserializePublicKey(
  Buffer.from(asked.public, "base64url"),
)
const info = new TextEncoder().encode(`rounds/1\n${id}\n${device}\n${n}\n${key}`)
const sender = await suite.createSenderContext({ recipientPublicKey, info })
const sealed = await sender.seal(Buffer.from(asked.inner, "base64url"))
const whole = Buffer.concat([Buffer.from(sender.enc), Buffer.from(sealed)])
process.stdout.write(JSON.stringify({ header: asked.header, sealed: whole.toString("base64url") }))
