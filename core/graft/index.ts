// The front door of grafting: neurons become lines.
export { graftNeurons, readyToGraft } from './graft.ts'
export { gradualShare, spanEpochs } from './gradual.ts'
export { graftedNeurons } from './neurons.ts'
export { planGraft } from './plan.ts'
export type { GraftPlan, GraftRequest } from './plan.ts'
export { surveyNeurons } from './survey.ts'
export type { Survey, SurveyRequest } from './survey.ts'
export type { Lines } from './lines.ts'
