/**
 * Zero for a field that is a fraction or large later. V8 stores −0, and no other zero, as a double: from 0 the field would
 * turn from small integer to double some time during the run, and all code compiled for it be thrown away.
 */
export const doubleZero = -0;
