/** A check of one reply: a JSONPath that must exist, or path, operator and literal. */
export interface CheckPlan {
  readonly name: string;
  /** Member names and array indexes below `$`. */
  readonly path: readonly (string | number)[];
  readonly operator?: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'contains';
  readonly literal?: string | number | boolean | null;
}
