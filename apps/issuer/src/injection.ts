export const CONTEXT = Symbol('TokenContext');
export const CLIENTS = Symbol('ClientDirectory');
