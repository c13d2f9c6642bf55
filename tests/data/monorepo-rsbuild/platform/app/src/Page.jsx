export const Page = ({ title, panels, counted }) => (
  <main>
    <h1>{title}</h1>
    <p id="counted">{counted}</p>
    {panels.map(({ name, component: Panel }) => (
      <Panel key={name} />
    ))}
  </main>
);
