export const SERVICE_NAME = Symbol('serviceName');
