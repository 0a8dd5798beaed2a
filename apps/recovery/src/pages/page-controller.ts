import { applyDecorators, Controller, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Gives, Replies, Takes } from '@rekey/http';
import { LanguageGuard } from './language-guard.js';
import { PageFaults } from './page-faults.js';

/** A controller of pages: they take forms, give HTML, and show a fault as a page too. {@link CsrfGuard} is before all of them. */
export const PageController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(path),
    ApiExcludeController(),
    UseFilters(PageFaults),
    UseGuards(LanguageGuard),
    Replies(),
    Takes('application/x-www-form-urlencoded'),
    Gives('text/html'),
  );
