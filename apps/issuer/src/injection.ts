export const CONTEXT = Symbol('TokenContext');
export const PRODUCT_NAME = Symbol('productName');
export const CLIENTS = Symbol('ClientDirectory');
