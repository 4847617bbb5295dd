/**
 * The closed list of reasons why a check was not plainly good. `target`: a completed probe saw the target fail, so the
 * status may be `down`. `self`: the fault is ours or our network's, so the status is `unknown` and never `down`.
 */
export const REASONS = {
  timeout_dns: { blame: 'target', text: 'the name was not resolved before the timeout' },
  timeout_connect: { blame: 'target', text: 'no connection was made before the timeout' },
  timeout_tls: { blame: 'target', text: 'the TLS handshake did not finish before the timeout' },
  timeout_wait: { blame: 'target', text: 'no answer came before the timeout' },
  timeout_body: { blame: 'target', text: 'the answer began but did not end before the timeout' },
  dns_nxdomain: { blame: 'target', text: 'the name does not exist' },
  dns_no_address: { blame: 'target', text: 'the name exists but has no address' },
  dns_failure: { blame: 'target', text: 'the name could not be resolved' },
  conn_refused: { blame: 'target', text: 'the connection was refused' },
  conn_reset: { blame: 'target', text: 'the connection was reset' },
  conn_closed: { blame: 'target', text: 'the connection was closed before an answer' },
  host_unreachable: { blame: 'target', text: 'the host cannot be reached' },
  tls_protocol: { blame: 'target', text: 'the TLS handshake failed' },
  tls_untrusted: { blame: 'target', text: 'the certificate is not trusted' },
  tls_expired: { blame: 'target', text: 'the certificate has expired' },
  tls_not_yet_valid: { blame: 'target', text: 'the certificate is not valid yet' },
  tls_wrong_host: { blame: 'target', text: 'the certificate is for another host' },
  protocol_error: { blame: 'target', text: 'the answer is not valid HTTP' },
  headers_too_large: { blame: 'target', text: 'the answer has too many or too large headers' },
  body_truncated: { blame: 'target', text: 'the connection was closed in the middle of the body' },
  redirect_limit: { blame: 'target', text: 'there were more redirects than allowed' },
  redirect_invalid: { blame: 'target', text: 'a redirect has no usable location' },
  redirect_downgrade: { blame: 'target', text: 'a redirect leads from https to http' },
  status_unexpected: { blame: 'target', text: 'the status code is not an expected one' },
  blocked: { blame: 'self', text: 'the address is refused by our own policy' },
  invalid_url: { blame: 'self', text: 'the URL cannot be checked as it is written' },
  dns_unavailable: { blame: 'self', text: 'our own name server gives no usable answers' },
  network_unreachable: { blame: 'self', text: 'this machine has no route to the network of the target' },
  missed_overlap: { blame: 'self', text: 'the check before it was still running' },
  missed_late: { blame: 'self', text: 'the check could not begin within its interval' },
  queue_unavailable: { blame: 'self', text: 'the queue could not be reached' },
  definition_missing: { blame: 'self', text: 'the worker did not know the definition of the monitor' },
  local_resources: { blame: 'self', text: 'this machine is out of sockets, ports or memory' },
  internal_error: { blame: 'self', text: 'Longwatch itself failed; its log says more' },
} as const satisfies Record<string, { blame: 'target' | 'self'; text: string }>;

export type Reason = keyof typeof REASONS;

/** Whose fault a reason is; a `self` reason never makes a target `down`. */
export function blameOf(reason: Reason): 'target' | 'self' {
  return REASONS[reason].blame;
}
