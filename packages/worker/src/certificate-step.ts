import { type ConnectOptions, recordTest, type StepListener, type TestReport } from "@mailfleet/connector-api";
import { FailureError, type TestStep } from "@mailfleet/contracts";

/**
 * A test whose first step reads the certificate that the application signs in with, where that is kept elsewhere. What
 * cannot be read ends the test: nobody could be signed in.
 */
export async function afterCertificate<Report extends TestReport>(
  { credentials }: Pick<ConnectOptions, "credentials">,
  tell: StepListener,
  signal: AbortSignal,
  test: (tell: StepListener) => Promise<Report>,
): Promise<Report | TestReport> {
  if (credentials?.type !== "token" || !credentials.certificate) return test(tell);
  const before: TestStep[] = [];
  const record = recordTest((step, index) => {
    before.push(step);
    tell(step, index);
  });
  try {
    record.done("certificate", await credentials.certificate(signal));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FailureError) return record.failed("certificate", error.failure);
    throw error;
  }
  const report = await test((step, index) => tell(step, index + before.length));
  return { ...report, steps: [...before, ...report.steps] };
}
