import { describe, expect, it } from 'vitest';
import { narrowed, verdictClause, withFilter } from './filter-text.ts';

const CLAUSE = verdictClause('waf', 'waf_blocked');

describe('narrowed', () => {
  it('is the clause alone where there is no filter', () => {
    expect(narrowed(' ', CLAUSE)).toBe(
      'albatross.verdict.by: waf and albatross.verdict.reason: waf_blocked',
    );
  });

  it('names nobody where nobody decided', () => {
    expect(verdictClause(null, 'not_told')).toBe('albatross.verdict.reason: not_told');
  });

  it('adds the clause', () => {
    expect(narrowed('not googlebot', CLAUSE)).toBe(`not googlebot and ${CLAUSE}`);
  });

  it('keeps together what “or” would take apart', () => {
    expect(narrowed('a OR b', CLAUSE)).toBe(`(a OR b) and ${CLAUSE}`);
    expect(narrowed('word', CLAUSE)).toBe(`word and ${CLAUSE}`);
  });

  it('does not add the clause again', () => {
    expect(narrowed(CLAUSE, CLAUSE)).toBe(CLAUSE);
    expect(narrowed(`a and ${CLAUSE}`, CLAUSE)).toBe(`a and ${CLAUSE}`);
  });
});

describe('withFilter', () => {
  it('adds the filter to the settings', () => {
    expect(withFilter('{"index":"a","filter":null}', 'b')).toBe('{"index":"a","filter":"b"}');
    expect(withFilter('{"filter":" "}', 'b')).toBe('{"filter":"b"}');
  });

  it('keeps the filter that is there', () => {
    expect(withFilter('{"filter":"a or b"}', 'c')).toBe('{"filter":"(a or b) and (c)"}');
  });
});
