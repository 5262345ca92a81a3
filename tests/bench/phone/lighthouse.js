// Lighthouse on three pages: joining on a new phone, a locked phone as it starts, and the list that
// its PIN opens. The last is a snapshot, which has no start to time: Lighthouse cannot type a PIN.
// node lighthouse.js CHROME PROFILE URL PIN; prints one JSON object.
import { startFlow } from "lighthouse"
import puppeteer from "puppeteer-core"

const [executablePath, userDataDir, url, pin] = process.argv.slice(2)
const args = ["--no-sandbox", "--disable-dev-shm-usage"]
const config = { onlyCategories: ["performance", "accessibility", "best-practices"] }
// What the phone holds is what is to be measured.
const kept = { disableStorageReset: true }

async function measured(options, walk) {
  const browser = await puppeteer.launch({ executablePath, args, headless: true, ...options })
  try {
    const page = await browser.newPage()
    const flow = await startFlow(page, {
      config: { extends: "lighthouse:default", settings: config },
    })
    await walk(flow, page)
    const { steps } = await flow.createFlowResult()
    return steps.map(({ lhr }) => scores(lhr))
  } finally {
    await browser.close()
  }
}

function scores({ categories, audits, runtimeError }) {
  if (runtimeError) throw new Error(runtimeError.message)
  const score = Object.fromEntries(Object.entries(categories).map(([id, one]) => [id, one.score]))
  const refs = Object.values(categories).flatMap(({ auditRefs }) => auditRefs)
  const failed = refs.filter(({ id, weight }) => weight && (audits[id].score ?? 1) < 0.9)
  return {
    score,
    failed: failed.map(({ id }) => `${id} ${audits[id].score} ${audits[id].displayValue ?? ""}`),
  }
}

const [joining] = await measured({}, (flow) => flow.navigate(`${url}/join`))
const [locked, list] = await measured({ userDataDir }, async (flow, page) => {
  await flow.navigate(url, kept)
  await page.waitForSelector("#pin:enabled")
  await page.type("#pin", pin)
  await page.waitForSelector(".list .row")
  await flow.snapshot()
})
process.stdout.write(JSON.stringify({ joining, locked, list }))
process.exit()
