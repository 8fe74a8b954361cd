/**
 * Control speaks English; its usual sentences and hints are said again in French. `$1` is what the sentence names. What is not here is
 * shown as control said it, under its French heading.
 */
const sentences: readonly (readonly [RegExp, string])[] = [
  [/^no message (\S+)$/, 'aucun message $1'],
  [/^no sender (.+) is declared$/, "aucun émetteur $1 n'est déclaré"],
  [/^no establishment (.+) is declared$/, "aucun établissement $1 n'est déclaré"],
  [/^no territory (.+) is declared$/, "aucun territoire $1 n'est déclaré"],
  [/^no restore (.+)$/, 'aucune restauration $1'],
  [/^no certificate (.+)$/, 'aucun certificat $1'],
  [/^no plan (.+) is known here$/, "aucun plan $1 n'est connu ici"],
  [/^nothing waits at (.+)$/, "rien n'attend à $1"],
  [/^not an? (?:instant|time): (.+)$/, 'pas un instant : $1'],
  [/^not a log position: (.+)$/, 'pas une position du journal : $1'],
  [/^not a FINESS number: (.+)$/, 'pas un numéro FINESS : $1'],
  [/^no message id: (.+)$/, 'pas un identifiant de message : $1'],
  [/^this cursor is none$/, "ce curseur n'en est pas un"],
  [/^say exactly one of (.+)$/, 'il faut exactement un parmi $1'],
  [
    /^a plan of 0 events: .*$/,
    "un plan de 0 événement : rien n'avait été enregistré à cet instant, ou les exclusions ne laissent rien",
  ],
  [/^the plan no longer holds: (.+)$/, 'le plan ne tient plus : $1'],
  [/^position (\S+) lies beyond the end of the log of (\S+)$/, 'la position $1 est au-delà de la fin du journal de $2'],
  [/^the log has gaps: (.+)$/, 'le journal a des trous : $1'],
  [/^restore (\S+) of (\S+) is not finished$/, "la restauration $1 de $2 n'est pas terminée"],
  [/^restore (\S+) is (\S+): it cannot be (\S+)$/, 'la restauration $1 est $2 : impossible ici ($3)'],
  [
    /^restore (\S+) of (\S+) was promoted after this one was planned$/,
    'la restauration $1 de $2 a été promue depuis que celle-ci est planifiée',
  ],
  [/^the restore of (\S+) is not built in any replica$/, "la restauration de $1 n'est construite dans aucun réplica"],
  [
    /^(\S+) ran restore (\S+): another operator approves it$/,
    '$1 a lancé la restauration $2 : un autre exploitant doit approuver',
  ],
  [
    /^(\S+) approved restore (\S+): another operator promotes it$/,
    '$1 a approuvé la restauration $2 : un autre exploitant doit promouvoir',
  ],
  [/^nothing says that the numbering of (\S+) began anew$/, 'rien ne dit que la numérotation de $1 a recommencé'],
  [/^this is not for a (sender|reader|operator)$/, "ce n'est pas ouvert à ce rôle : $1"],
  [/^there is one replica only: nothing to compare it with$/, "il n'y a qu'un réplica : rien à quoi le comparer"],
  [
    /^decided, but the directory log does not give it back yet$/,
    "décidé, mais le journal de l'annuaire ne le rend pas encore",
  ],
  [/^event (\S+) belongs to (\S+), not to (\S+)$/, "l'événement $1 est de $2, pas de $3"],
  [/^the request cannot be read$/, 'la demande est illisible'],
  [/^nothing is served at this address$/, "rien n'est servi à cette adresse"],
  [/^the service is stopping or overloaded$/, "le service s'arrête ou est surchargé"],
  [
    /^something failed here; the log tells more under (.+)$/,
    'une erreur inattendue ; le journal de control en dit plus sous $1',
  ],
  [/^declared are: (.+)$/, 'sont déclarés : $1'],
  [
    /^`(reprise [^`]+)` (?:lists them|names them|shows them|shows what does|shows all of it|shows it)$/,
    'pour les voir : $1',
  ],
  [
    /^plan again; .*$/,
    'planifier à nouveau ; un plan écrit dans un fichier peut être donné entier : reprise restore run FICHIER',
  ],
  [/^look again shortly$/, 'regarder à nouveau dans un instant'],
  [/^a sender sees its own messages$/, 'un émetteur voit ses propres messages'],
  [/^only what is (.+) can be$/, "il faudrait l'état : $1"],
  [/^use --as NAME of the (?:other|second) operator$/, 'prendre --as NOM du second exploitant'],
  [/^where it did, say why: --reason$/, 'si elle a recommencé, dire pourquoi : --reason'],
  [/^use credentials of another kind$/, "prendre des identifiants d'un autre rôle"],
  [/^RFC 3339 with a zone, for example (\S+?)(?:,.*)?$/, 'RFC 3339 avec un fuseau, par exemple $1, ou « 15m ago »'],
  [/^see .*openapi\.json$/, 'voir /api/openapi.json'],
  [/^use the cursor for more$/, 'pour la suite, prendre le curseur'],
  [/^one of (.+)$/, 'au choix : $1'],
  [/^the token is not known$/, "le jeton n'est pas connu"],
];

/** The sentence in French, or as it came. */
export const inFrench = (sentence: string): string => {
  for (const [pattern, french] of sentences) if (pattern.test(sentence)) return sentence.replace(pattern, french);
  return sentence;
};
