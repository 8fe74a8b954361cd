import { type Field, type Fields, profileFields } from './profile-fields.js';

type Schema = Readonly<Record<string, unknown>>;

const schemaOfField = (field: Field): Schema => {
  const { fr, en } = field.about;
  const description = `${en} / ${fr}`;
  switch (field.kind) {
    case 'text':
      return { description, ...field.rule.schema };
    case 'map':
      return { description, ...schemaOf(field.of) };
    case 'list':
      return { description, type: 'array', items: schemaOf(field.of) };
    case 'codes':
      return { description, type: 'object', additionalProperties: schemaOf(field.of) };
  }
};

const schemaOf = (fields: Fields): Schema => {
  const required = Object.entries(fields).flatMap(([name, field]) =>
    field.kind === 'text' && field.required ? [name] : [],
  );
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, schemaOfField(field)])),
  };
};

/** The JSON Schema of a sender's profile, for editors: `deploy/senders/sender.schema.json`. Made from the validator's own table. */
export const profileSchema = (): Schema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: "Reprise: a sender's profile / profil d'un émetteur",
  ...schemaOf(profileFields),
});
