import type { ExecutorPlan } from '../../scenario/plan.ts';
import type { Stripe } from '../arrival-walk.ts';
import { mostUsers } from '../numbering.ts';
import { share } from '../pacer.ts';
import type { VirtualUser } from '../virtual-user.ts';

/** Which iterations the virtual users of a worker may still begin. */
export interface Allowance {
  /** The number of the user's next iteration, −1 where there is none left. */
  take(user: VirtualUser): number;
  /** Nothing is left for anybody. */
  readonly spent: boolean;
}

export function allowanceOf(plan: ExecutorPlan, stripe: Stripe): Allowance {
  if (plan.iterations !== undefined) return new SharedAllowance(plan.iterations, stripe);
  return new OwnAllowance(plan.iterationsPerVU, share(plan.vus, stripe.worker, stripe.workers));
}

/** So many iterations each, or as many as they come to. */
class OwnAllowance implements Allowance {
  readonly #each: number;
  #left: number;

  constructor(each: number | undefined, users: number) {
    this.#each = each ?? Number.POSITIVE_INFINITY;
    this.#left = this.#each * users;
  }

  get spent(): boolean {
    return this.#left <= 0;
  }

  take(user: VirtualUser): number {
    if (user.passes >= this.#each) return -1;
    this.#left--;
    return user.index + mostUsers * user.passes++;
  }
}

/** So many iterations of all users together, of which a worker makes those ≡ its number (mod the workers). */
class SharedAllowance implements Allowance {
  readonly #stripe: Stripe;
  readonly #share: number;
  #taken = 0;

  constructor(iterations: number, stripe: Stripe) {
    this.#stripe = stripe;
    this.#share = share(iterations, stripe.worker, stripe.workers);
  }

  get spent(): boolean {
    return this.#taken >= this.#share;
  }

  take(): number {
    if (this.spent) return -1;
    return this.#stripe.worker + this.#stripe.workers * this.#taken++;
  }
}
