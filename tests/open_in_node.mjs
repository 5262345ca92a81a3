// Opens with @hpke/core what comes on stdin: {header, sealed, private}, a JWK; prints base64url.
import { readFileSync } from "node:fs"
import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core"

const asked = JSON.parse(readFileSync(0, "utf8"))
const { id, device, n, key } = asked.header
const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes128Gcm(),
})
const recipientKey = await suite.kem.importKey("jwk", asked.private, false)
const info = new TextEncoder().encode(`rounds/1\n${id}\n${device}\n${n}\n${key}`)
const whole = Buffer.from(asked.sealed, "base64url")
const enc = whole.subarray(0, suite.kem.encSize)
const recipient = await suite.createRecipientContext({ recipientKey, enc, info })
const inner = await recipient.open(whole.subarray(suite.kem.encSize))
process.stdout.write(Buffer.from(inner).toString("base64url"))
