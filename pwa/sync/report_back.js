// For whom an answer of the executive is. Twin: server/reports/answers.py; cases: report_back.json.

/** `talks` with this person @type {Engine.isFor} */
export function isFor({ picked, local, worksite, campaign, question, choice }, person, talks) {
  const isAsked = Boolean(question && choice)
  const said = (/** @type {Record<string, any>} */ { answers }) =>
    String(answers?.[question] ?? "").split(" ")
  return (
    !picked &&
    (!local || local === person.local) &&
    (!worksite || worksite === person.worksite) &&
    ((!campaign && !isAsked) ||
      talks.some(
        (talk) =>
          talk.result === "talked" &&
          (!campaign || campaign === talk.campaign || talk.campaigns?.[campaign]) &&
          (!isAsked || said(talk).includes(choice)),
      ))
  )
}
