export const PRODUCT_NAME = Symbol('productName');
