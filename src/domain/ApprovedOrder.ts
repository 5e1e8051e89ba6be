/**
 * An intent whose worst-case loss is reserved: the only thing an executor takes. `seal` is for the risk manager alone
 * (the architecture test holds that).
 */
import type { Brand } from "effect"
import type { BetIntent } from "./Bet.ts"

export type ApprovedOrder = { readonly intent: BetIntent } & Brand.Brand<"ApprovedOrder">

export const seal = (intent: BetIntent): ApprovedOrder => ({ intent }) as ApprovedOrder
