import { membersAt, type WriteRequest } from '#fhir';

/**
 * "The same again" is the same id and the same received bytes, and of a FHIR write the bytes are its body. Where the body alone
 * does not say which record is written (a deletion, a patch, a resource without its id) the URL is made part of the id: one key
 * used for two records is two messages. `body` is sound JSON or empty.
 */
export const fhirMessageId = ({ method, path, body }: WriteRequest, key: string): string => {
  if (key === '' || method === 'POST') return key;
  const saysItsRecord = method === 'PUT' && membersAt(body).some(({ name }) => name === 'id');
  return saysItsRecord ? key : `${key} ${method} ${path}`;
};
