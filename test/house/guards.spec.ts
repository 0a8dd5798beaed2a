import { everyControllerIsGuarded } from './guards.js';
import type { Source } from './source-tree.js';

const file = (text: string, path = 'apps/standalone/src/a.controller.ts'): Source => ({ path, text });
const look = (text: string, path?: string) => everyControllerIsGuarded([file(text, path)]);

describe('every controller is guarded', () => {
  test.each([
    ['@Controller() class A { @Get() show() {} }', 'show'],
    ['@Controller() class A { @Get() @UseGuards(Scope) show() {} @nest.Post("x") put() {} }', 'put'],
    ['@Controller("a") @UseGuards() class A { @Delete() remove() {} }', 'remove'],
    ['@PageController("a") class A { @Get() @Public() show() {} @Post() put() {} }', 'put'],
    ['@Controller() @UseFilters(Faults) class A { @All() any() {} @Sse() events() {} }', 'any, events'],
    ['// @Public()\n@Controller() class A { @Get() show() {} }', 'show'],
    ['export default @Controller() class { @Get() show() {} }', 'show'],
  ])('%s', (text, open) => {
    expect(look(text)).toEqual([expect.stringMatching(new RegExp(`has neither .* for ${open}$`))]);
    expect(look(`const words = ${JSON.stringify(text)};`)).toEqual([]);
  });

  test.each([
    '@UseGuards(Scope) @Controller() class A { @Get() show() {} }',
    '@Controller() @Public() class A { @Get() show() {} @Post() put() {} }',
    '@Controller() class A { @Get() @Public() show() {} @Post() @UseGuards(Scope) put() {} }',
    '@Controller() class A { private read() {} }',
    'class A { @Get() show() {} }',
  ])('%s is guarded or public', (text) => {
    expect(look(text)).toEqual([]);
  });

  test('a spec may have an unguarded controller', () => {
    const open = '@Controller() class A { @Get() show() {} }';
    expect(look(open, 'libs/http/src/server.spec.ts')).toEqual([]);
    expect(look(open, 'libs/http/src/server.ts')).toHaveLength(1);
  });
});
