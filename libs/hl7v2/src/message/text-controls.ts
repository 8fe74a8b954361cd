/** Below U+0020 a FHIR string holds TAB, LF and CR alone (R4, section 2.24.0.1). */
export const controls = /[^\P{Cc}\t\n\r\x7f-\x9f]/gu;

/**
 * Each stands as U+FFFD: taken out, it would leave nothing to be seen, and could make one identifier of two (Unicode Technical
 * Report #36, section 3.5).
 */
export const withoutControls = (text: string): string => text.replace(controls, '\ufffd');
