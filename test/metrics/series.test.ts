import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seriesNumbers } from '../../src/metrics/recorder.ts';
import { runQuantities, seriesLayout, stageQuantities } from '../../src/metrics/series.ts';
import { outcomeClasses } from '../../src/wire/outcome.ts';
import { measuredOperation, measuredScenario } from '../support/measured.ts';

const names = fc.constantFrom('a', 'b', 'c');
const scenario = fc
  .tuple(
    fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 4 }),
    fc.array(fc.tuple(names, fc.array(names, { maxLength: 3 })), { minLength: 1, maxLength: 4 }),
  )
  .map(([stages, operations]) =>
    measuredScenario(stages, { operations: operations.map(([name, checks]) => measuredOperation(name, checks)) }),
  );
const plans = fc.array(scenario, { minLength: 1, maxLength: 3 }).map((scenarios) => ({ scenarios }));

describe('seriesLayout', () => {
  it('finds every row by scenario, stage and operation, each once', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { rows, firstRow } = seriesLayout(plan);
        const found = plan.scenarios.flatMap(({ executor, operations }, s) =>
          [-1, ...executor.stages.keys()].flatMap((stage) =>
            operations.map(({ name }, operation) => {
              const row = firstRow[s] + (stage + 1) * operations.length + operation;
              expect(rows[row]).toMatchObject({ scenario: s, stage, operation, operationName: name, inSession: false });
              return row;
            }),
          ),
        );
        expect(found).toEqual([...rows.keys()]);
      }),
    );
  });

  it('finds every check by scenario, operation and place', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { checks, firstCheck } = seriesLayout(plan);
        const found = plan.scenarios.flatMap(({ name: scenarioName, operations }, s) =>
          operations.flatMap((operation, o) =>
            operation.checks.map(({ name }, i) => {
              expect(checks[firstCheck[s][o] + i]).toEqual({ name, operation: operation.name, scenarioName });
              return firstCheck[s][o] + i;
            }),
          ),
        );
        expect(found).toEqual([...checks.keys()]);
      }),
    );
  });
});

describe('seriesNumbers', () => {
  it('gives every histogram a number of its own below the total', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const layout = seriesLayout(plan);
        const numbers = seriesNumbers(layout);
        const all = [
          ...layout.rows.flatMap((_, row) => stageQuantities.map((_, quantity) => numbers.stage(row, quantity))),
          ...runQuantities.map((quantity) => numbers.run(quantity)),
          ...layout.rows.flatMap((_, row) => outcomeClasses.map((_, outcome) => numbers.outcome(row, outcome))),
        ];
        expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: numbers.total }, (_, i) => i));
      }),
    );
  });
});
