import type { Profile } from '#usecases';

/** A demo sender's profile as the file that declares it (docs/senders.md). */
export const senderFile = (
  profile: Omit<Profile, 'hl7'>,
): string => `# Profil de l'émetteur : docs/senders.md. Modifié ici, il prend effet au prochain démarrage, ou tout de suite par
# npx reprise sender declare ${profile.name}.yaml
${Object.entries(profile)
  .map(([field, value]) => `${field}: ${field === 'finess' ? JSON.stringify(value) : value}\n`)
  .join('')}`;
