/** The parser's formats, as a person would name them. */
const FORMATS: Readonly<Record<string, string>> = {
  alb_access: 'ALB access',
  alb_connection: 'ALB connection',
  alb_health_check: 'ALB health',
  nlb_tls: 'NLB TLS',
  classic: 'Classic',
};

/** `ALB access`, from the stable code; a code of tomorrow is shown as it is. */
export function formatName(code: string): string {
  return FORMATS[code] ?? code;
}
