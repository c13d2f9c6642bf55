export default function Later() {
  return <p id="ward-later">Loaded later</p>;
}
