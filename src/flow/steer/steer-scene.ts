import type { Environment } from '../../model/environment.ts'
import type { Steered } from './find-steered.ts'
import type { SteerAsk } from './steer-plan.ts'

/** What every verb is planned from. */
export interface SteerScene { readonly ask: SteerAsk, readonly found: Steered, readonly environments: readonly Environment[] }
