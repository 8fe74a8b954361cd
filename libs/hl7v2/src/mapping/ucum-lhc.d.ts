/** The part of the UCUM library that is used: it has no types of its own. */
declare module '@lhncbc/ucum-lhc' {
  interface UcumUtils {
    validateUnitString(text: string): { readonly status: 'valid' | 'invalid' | 'error' };
  }
  const ucum: { readonly UcumLhcUtils: { getInstance(): UcumUtils } };
  export default ucum;
}
