export type Problem =
  | "not_found"
  | "invalid"
  | "unauthorized"
  | "out_of_stock"
  | "cart_empty"
  | "price_changed"
  | "key_reused"
  | "already_refunded";

/** What the shop cannot do, and why; `facts` carry what a page may want to show. */
export class ShopError extends Error {
  readonly problem: Problem;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(problem: Problem, message: string, facts: Record<string, unknown> = {}) {
    super(message);
    this.name = "ShopError";
    this.problem = problem;
    this.facts = facts;
  }
}

export const isProblem = (error: unknown, problem: Problem): error is ShopError =>
  error instanceof ShopError && error.problem === problem;
