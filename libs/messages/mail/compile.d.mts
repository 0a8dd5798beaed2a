declare const compileMails: () => Promise<string>;

export { compileMails };
