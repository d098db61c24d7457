import type { Session } from '../state/session.ts';

/** What went wrong with a file, or with the page: never only in the console. */
export function Alerts({ session }: { session: Session }) {
  const files = session.summary.value?.files ?? [];
  const fault = session.fault.value;
  const missing = session.missing.value;
  return (
    <div class="alerts" role="alert">
      {files.map(
        ({ name, damage }, index) =>
          damage !== null && (
            <p key={index} class="alert" data-testid="damage">
              <strong>{name} is damaged:</strong> {damage}. The whole lines before it are shown.
            </p>
          ),
      )}
      {files.flatMap(({ name, told }) =>
        told.map((sentence) => (
          <p key={`${name} ${sentence}`} class="alert" data-testid="told">
            <strong>{name}:</strong> {sentence}.
          </p>
        )),
      )}
      {session.unreadable.value.map(({ name, message }) => (
        <p key={name} class="alert">
          <strong>{name} could not be read to its end:</strong> {message}
        </p>
      ))}
      {missing !== null && (
        <p class="alert">
          <strong>A part of the page did not arrive. Load it again.</strong> {missing}
        </p>
      )}
      {fault !== null && (
        <p class="alert">
          <strong>The page failed, which is a defect in Albatross:</strong> {fault}
        </p>
      )}
    </div>
  );
}
