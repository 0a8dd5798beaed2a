import { Controller, Get, Inject, UseGuards } from '@nestjs/common';
import { Context, InQuery, Operation, SETTINGS } from '@rekey/http';
import { type ManagementContext, type OverviewDays, OverviewReader } from '@rekey/management';
import type { Settings } from '@rekey/settings';
import type { z } from 'zod';
import { clientsPage, clientsResponse } from '../../clients-page.js';
import { clientsQuery } from '../../query.schema.js';
import { SameOriginGuard } from '../same-origin-guard.js';
import { RequireRight, StaffGuard } from '../staff-guard.js';
import { overviewQuery, overviewResponse, settingsResponse } from './reads.schema.js';

/** What is about no single person: the last days in numbers, the clients, the settings. */
@Controller('staff')
@UseGuards(SameOriginGuard, StaffGuard)
@RequireRight('look')
export class StaffDeploymentController {
  private readonly overviews = new OverviewReader();

  constructor(@Inject(SETTINGS) private readonly running: Settings) {}

  @Get('overview')
  @Operation({
    summary: 'The last days in numbers',
    description:
      'A day in hours, a week in quarters of a day, a month in days. A step that is over is counted again after a tenth of its age.',
    query: overviewQuery,
    responses: { 200: { description: 'the numbers', schema: overviewResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  overview(
    @InQuery(overviewQuery) { days }: z.output<typeof overviewQuery>,
    @Context() context: ManagementContext,
  ) {
    return this.overviews.read(context, Number(days) as OverviewDays);
  }

  @Get('clients')
  @Operation({
    summary: 'List the OAuth clients, without their secrets',
    description: 'Those that were created last come first.',
    query: clientsQuery,
    responses: { 200: { description: 'a page of clients', schema: clientsResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  clients(
    @InQuery(clientsQuery) query: z.output<typeof clientsQuery>,
    @Context() context: ManagementContext,
  ) {
    return clientsPage(context, query);
  }

  @Get('settings')
  @Operation({
    summary: 'The settings in force, without secrets',
    description:
      'Those that this process reads, with where each value comes from. URLs are shown without user, query and fragment.',
    responses: { 200: { description: 'the settings', schema: settingsResponse } },
    refusals: ['unauthorized', 'forbidden'],
  })
  settings() {
    const { inForce } = this.running;
    return { process: inForce.process, settings: inForce.shown() };
  }
}
