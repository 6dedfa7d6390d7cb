export function SiteFooter() {
  return (
    <footer class="site-footer">
      <a href="/docs">HTTP API</a>
      <a href="/openapi.json">OpenAPI</a>
      <a href="/licences.txt">Licences</a>
    </footer>
  );
}
