import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { anyMedia } from '@rekey/http';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { builtApp } from './built-app.js';

const config = { takes: anyMedia, gives: anyMedia };

const assets: FastifyPluginAsync = async (scope) => {
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, ...config };
  });
  await scope.register(fastifyStatic, {
    root: join(builtApp, 'assets'),
    prefix: '/assets/',
    preCompressed: true,
    decorateReply: false,
    index: false,
    immutable: true,
    maxAge: '1y',
  });
};

/** The web app's own files. Their names change with their content, so a browser keeps them for a year; what is compressed lies there so. */
export const registerAssets = async (fastify: FastifyInstance): Promise<void> => {
  await fastify.register(assets);
};
