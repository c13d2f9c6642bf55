"""The HTTP server for a dist: static files, security headers, the proxy to the archive, and TLS certificates."""
