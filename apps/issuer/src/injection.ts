export const CONTEXT = Symbol('TokenContext');
export const SERVICE_NAME = Symbol('serviceName');
export const CLIENTS = Symbol('ClientDirectory');
