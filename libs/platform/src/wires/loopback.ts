/** Does what is sent there stay on this machine? `host` as it stands in an address: a name, an IP address, with or without brackets. */
export const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
