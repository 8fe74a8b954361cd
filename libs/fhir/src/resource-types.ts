const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** The 146 resource types of FHIR R4 (4.0.1). A spec holds this list against the definitions. */
export const resourceTypes: ReadonlySet<string> = new Set(
  words(`
  Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary
  BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem ChargeItemDefinition
  Claim ClaimResponse ClinicalImpression CodeSystem Communication CommunicationRequest CompartmentDefinition Composition ConceptMap
  Condition Consent Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device DeviceDefinition
  DeviceMetric DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference EffectEvidenceSynthesis Encounter
  Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario
  ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService ImagingStudy Immunization
  ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure
  MeasureReport Media Medication MedicationAdministration MedicationDispense MedicationKnowledge MedicationRequest MedicationStatement
  MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication MedicinalProductIndication
  MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged
  MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition MessageHeader MolecularSequence NamingSystem
  NutritionOrder Observation ObservationDefinition OperationDefinition OperationOutcome Organization OrganizationAffiliation Parameters
  Patient PaymentNotice PaymentReconciliation Person PlanDefinition Practitioner PractitionerRole Procedure Provenance Questionnaire
  QuestionnaireResponse RelatedPerson RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject
  RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen SpecimenDefinition StructureDefinition
  StructureMap Subscription Substance SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation
  SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport TestScript ValueSet
  VerificationResult VisionPrescription`),
);

const withoutIdentifier: ReadonlySet<string> = new Set(
  words(`
  AuditEvent Binary CapabilityStatement CompartmentDefinition GraphDefinition ImplementationGuide Linkage MedicationKnowledge
  MedicinalProductContraindication MedicinalProductIndication MedicinalProductInteraction MedicinalProductManufactured
  MedicinalProductUndesirableEffect MessageHeader NamingSystem OperationDefinition OperationOutcome Parameters Provenance
  SearchParameter Subscription SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation
  SubstanceSourceMaterial TerminologyCapabilities VerificationResult`),
);

export const hasIdentifier = (type: string): boolean => resourceTypes.has(type) && !withoutIdentifier.has(type);

/**
 * Which member of a type names its patient (FHIR R4: the expressions of the search parameters `patient` and `subject`).
 * `a.b` is member `b` of each element of `a`.
 */
const patientMembers: Readonly<Record<string, readonly string[]>> = {
  subject: words(`
  Account AdverseEvent Basic CarePlan CareTeam ChargeItem ClinicalImpression Communication CommunicationRequest Composition Condition
  Contract DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference Encounter Flag Goal GuidanceResponse
  ImagingStudy Invoice List MeasureReport Media MedicationAdministration MedicationDispense MedicationRequest MedicationStatement
  Observation Procedure QuestionnaireResponse RequestGroup RiskAssessment ServiceRequest Specimen`),
  patient: words(`
  AllergyIntolerance BodyStructure Claim ClaimResponse Consent CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue
  Device EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory Immunization ImmunizationEvaluation ImmunizationRecommendation
  MolecularSequence NutritionOrder RelatedPerson SupplyDelivery VisionPrescription`),
  actor: ['AppointmentResponse'],
  'participant.actor': ['Appointment'],
  beneficiary: ['Coverage'],
  candidate: ['EnrollmentRequest'],
  deliverTo: ['SupplyRequest'],
  for: ['Task'],
  individual: ['ResearchSubject'],
};

/** Type to the path of its patient. */
export const patientPaths: ReadonlyMap<string, string> = new Map(
  Object.entries(patientMembers).flatMap(([path, types]) => types.map((type) => [type, path] as const)),
);
